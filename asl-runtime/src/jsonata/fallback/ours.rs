//! Operators and functions of ours that take the place of the interpreter's own. These compute with what is no number, forgive
//! other mistakes, take what is missing of a time from another clock, word their errors in their own way, and know no bound on
//! what they make: `$formatInteger(1e18, 'I')` would never end.

use super::super::functions::*;
use super::super::{Builtin, Query, Result, Val, operator};
use super::tree::{self, parts};
use jsonata_core::ast::{AstNode, BinaryOp, UnaryOp};
use jsonata_core::value::JValue;

/// A function of the host that applies the operator at an index of [`OPERATORS`] to its other arguments.
pub(super) const OPERATOR: &str = "asl__operator";

/// A function of the host that calls the function at an index of [`FUNCTIONS`], with the context value and its arguments.
pub(super) const FUNCTION: &str = "asl__function";

type Operator = for<'a> fn(&Query<'_>, Val<'a>, Val<'a>) -> Result<Val<'a>>;

/// The operators that are ours. `-a` stands after those with two operands.
pub(super) const OPERATORS: [Operator; BINARY.len() + 1] = [
    |_, left, right| operator::add(left, right),
    |_, left, right| operator::subtract(left, right),
    |_, left, right| operator::multiply(left, right),
    |_, left, right| operator::divide(left, right),
    |_, left, right| operator::modulo(left, right),
    |_, left, right| operator::less(left, right),
    |_, left, right| operator::less_or_equal(left, right),
    |_, left, right| operator::greater(left, right),
    |_, left, right| operator::greater_or_equal(left, right),
    |query, left, right| operator::range(query, left, right),
    |_, operand, _| operator::negate(operand),
];

/// The operators with two operands, in the order of [`OPERATORS`].
pub(super) const BINARY: [BinaryOp; 10] = [
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Modulo,
    BinaryOp::LessThan,
    BinaryOp::LessThanOrEqual,
    BinaryOp::GreaterThan,
    BinaryOp::GreaterThanOrEqual,
    BinaryOp::Range,
];

/// The functions that are ours: those that look at all that they are given, so that a copy of it costs no more.
pub(super) static FUNCTIONS: [&Builtin; 35] = [
    &ABS,
    &ASSERT,
    &AVERAGE,
    &BASE64DECODE,
    &BASE64ENCODE,
    &CEIL,
    &DECODE_URL,
    &DECODE_URL_COMPONENT,
    &ENCODE_URL,
    &ENCODE_URL_COMPONENT,
    &ERROR,
    &FLOOR,
    &FORMAT_BASE,
    &FORMAT_INTEGER,
    &FORMAT_NUMBER,
    &FROM_MILLIS,
    &JOIN,
    &KEYS,
    &LENGTH,
    &LOWERCASE,
    &MAX,
    &MIN,
    &NUMBER,
    &PAD,
    &PARSE_INTEGER,
    &POWER,
    &ROUND,
    &SQRT,
    &SUBSTRING,
    &SUBSTRING_AFTER,
    &SUBSTRING_BEFORE,
    &SUM,
    &TO_MILLIS,
    &TRIM,
    &UPPERCASE,
];

/// Puts ours in the place of its own in an expression in which these names are bound.
pub(super) fn replace(expression: &mut AstNode, bound: &[&str]) {
    let own = FUNCTIONS.map(|function| function.name).to_vec();
    let own = tree::unbound(expression, own, bound);
    replace_part(expression, &own);
}

/// The same where these functions are the language's own.
fn replace_part(node: &mut AstNode, own: &[&str]) {
    parts(node).into_iter().for_each(|part| replace_part(part, own));
    let function = |name: &str| {
        let index = FUNCTIONS.iter().position(|function| function.name == name);
        index.filter(|_| own.contains(&name))
    };
    match node {
        AstNode::Binary { op, lhs, rhs } => {
            if let Some(index) = BINARY.iter().position(|known| known == op) {
                *node = call(OPERATOR, index, vec![tree::take(lhs), tree::take(rhs)]);
            }
        }
        // A negative number is a literal.
        AstNode::Unary {
            op: UnaryOp::Negate,
            operand,
        } if !matches!(**operand, AstNode::Number(_)) => {
            *node = call(OPERATOR, BINARY.len(), vec![tree::take(operand)]);
        }
        AstNode::Function {
            name,
            args,
            is_builtin: true,
        } => {
            if let Some(index) = function(name) {
                args.insert(0, AstNode::Variable(String::new()));
                *node = call(FUNCTION, index, std::mem::take(args));
            }
        }
        // As a value.
        AstNode::Variable(name) => {
            if let Some(index) = function(name) {
                let names = ["a", "b", "c", "d"].into_iter().take(FUNCTIONS[index].arity());
                let params: Vec<String> = names.map(str::to_owned).collect();
                let args = params.iter().cloned().map(AstNode::Variable);
                *node = AstNode::Lambda {
                    body: Box::new(call(
                        FUNCTION,
                        index,
                        std::iter::once(AstNode::Null).chain(args).collect(),
                    )),
                    params,
                    signature: None,
                    thunk: false,
                };
            }
        }
        _ => {}
    }
}

fn call(name: &str, index: usize, mut args: Vec<AstNode>) -> AstNode {
    args.insert(0, AstNode::Number(index as f64));
    AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    }
}

/// The context value as far as a function looks at it that is given so many arguments.
pub(super) fn context(function: &Builtin, value: &JValue, args: usize) -> JValue {
    match value {
        _ if args >= function.signature.len() => JValue::Null,
        // Of one that it does not take the type is enough.
        JValue::Array(_) if !function.signature.context_has_parts() => JValue::array(Vec::new()),
        JValue::Object(_) if !function.signature.context_has_parts() => JValue::object(Default::default()),
        value => value.clone(),
    }
}
