//! What is known about the value of a JSONata expression.

use super::shape::Shape;
use crate::expr::intrinsic::Type;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind, Path, StepKind, functions};
use std::ops::Range;

/// What is known about the value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'m> {
    /// Of this shape, if there is one.
    Maybe(Shape<'m>),
    /// Of this shape.
    Surely(Shape<'m>),
    /// Certainly nothing: the member at these bytes of the text does not exist.
    Nothing(Range<usize>),
    /// A function.
    Function,
}

/// Why the evaluation of an expression certainly fails.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    /// The bytes of the text that it is about.
    pub at: Range<usize>,
    /// What is wrong there.
    pub label: String,
}

impl<'m> Value<'m> {
    const ANY: Self = Value::Maybe(Shape::Any);

    /// The shape of the value, where it is of no interest that there may be none.
    pub fn shape(self) -> Shape<'m> {
        match self {
            Value::Maybe(shape) | Value::Surely(shape) => shape,
            Value::Nothing(_) | Value::Function => Shape::Any,
        }
    }

    /// What an expression gives where `$states` has the shape `states`.
    ///
    /// # Errors
    /// Where it certainly fails.
    pub fn of(expr: &'m Expr, states: &Shape<'m>) -> Result<Self, Failure> {
        let value = Value::of_kind(expr, states)?;
        match expr.predicates.is_empty() && expr.group.is_none() && !expr.keep_array {
            true => Ok(value),
            false => Ok(Value::ANY),
        }
    }

    /// Recursion is bounded, since the nesting of an expression is.
    fn of_kind(expr: &'m Expr, states: &Shape<'m>) -> Result<Self, Failure> {
        let plain = |plain| Ok(Value::Surely(Shape::Plain(plain)));
        match &expr.kind {
            ExprKind::String(_) => plain(Type::String),
            ExprKind::Number(_) => plain(Type::Number),
            ExprKind::Bool(_) => plain(Type::Boolean),
            ExprKind::Null => plain(Type::Null),
            ExprKind::Regex { .. } | ExprKind::Lambda { .. } | ExprKind::Transform { .. } => Ok(Value::Function),
            ExprKind::Variable(name) if name == "states" => Ok(Value::Surely(states.clone())),
            ExprKind::Path(path) => Ok(Value::at(path, states)),
            ExprKind::Array { elements, .. } => {
                for element in elements {
                    Value::of(element, states)?;
                }
                Ok(Value::Surely(Shape::Array))
            }
            ExprKind::Object(members) => Value::object(members, states),
            ExprKind::Negate(operand) => {
                Value::operand(operand, states)?;
                Ok(Value::Maybe(Shape::Plain(Type::Number)))
            }
            ExprKind::Binary(operator, left, right) => Value::binary(*operator, left, right, states),
            // A function that it binds hides the one of its name.
            ExprKind::Block(items) if items.iter().any(binds_function) => Ok(Value::ANY),
            ExprKind::Block(items) => {
                let mut last = Value::ANY;
                for item in items {
                    last = Value::of(item, states)?;
                }
                Ok(last)
            }
            ExprKind::Bind(_, value) => Value::of(value, states),
            ExprKind::Condition(condition, then, otherwise) => {
                Value::of(condition, states)?;
                let Some(otherwise) = otherwise else {
                    return Ok(Value::ANY);
                };
                match (Value::of(then, states), Value::of(otherwise, states)) {
                    (Ok(Value::Surely(a)), Ok(Value::Surely(b))) => Ok(Value::Surely(a.join(&b))),
                    (Err(failure), Err(_)) => Err(failure),
                    _ => Ok(Value::ANY),
                }
            }
            ExprKind::Call(function, arguments) => {
                for argument in arguments {
                    Value::of(argument, states)?;
                }
                Ok(Value::Maybe(result(function)))
            }
            ExprKind::Name(_)
            | ExprKind::Wildcard
            | ExprKind::Descendants
            | ExprKind::Parent(_)
            | ExprKind::Variable(_)
            | ExprKind::Partial(..)
            | ExprKind::Apply(..) => Ok(Value::ANY),
        }
    }

    /// A path of plain names from `$states`.
    fn at(path: &Path, states: &Shape<'m>) -> Self {
        let mut names = path.steps.iter().map(|step| match &step.kind {
            StepKind::Expr(expr) if step.stages.is_empty() && step.focus.is_none() && step.index.is_none() => {
                let is_plain = expr.predicates.is_empty() && expr.group.is_none() && !expr.keep_array;
                is_plain.then_some(expr)
            }
            _ => None,
        });
        match names.next() {
            Some(Some(Expr {
                kind: ExprKind::Variable(name),
                ..
            })) if name == "states" => {}
            _ => return Value::ANY,
        }
        let (mut shape, mut is_sure) = (states, true);
        for step in names {
            let Some(Expr {
                kind: ExprKind::Name(name),
                at,
                ..
            }) = step
            else {
                return Value::ANY;
            };
            shape = match shape {
                Shape::Any | Shape::Array => return Value::ANY,
                Shape::Plain(_) => return Value::Nothing(at.clone()),
                Shape::Object(object) => match object.member(name) {
                    Some((member, sure)) => {
                        is_sure &= sure;
                        member
                    }
                    None if object.is_open() => return Value::ANY,
                    None => return Value::Nothing(at.clone()),
                },
            };
        }
        match is_sure && *shape != Shape::Any && !path.keep_array {
            true => Value::Surely(shape.clone()),
            false => Value::Maybe(shape.clone()),
        }
    }

    /// What an object constructor gives, which leaves out what has no value.
    fn object(members: &'m [(Expr, Expr)], states: &Shape<'m>) -> Result<Self, Failure> {
        let mut known = Vec::new();
        let mut is_open = false;
        for (key, value) in members {
            let value = Value::of(value, states)?;
            let (ExprKind::String(name), false) = (&key.kind, matches!(value, Value::Nothing(_))) else {
                is_open |= !matches!(key.kind, ExprKind::String(_));
                continue;
            };
            let is_sure = matches!(value, Value::Surely(_) | Value::Function);
            known.push((name.as_str(), value.shape(), is_sure));
        }
        Ok(Value::Surely(Shape::members(known, is_open)))
    }

    fn binary(operator: BinaryOp, left: &'m Expr, right: &'m Expr, states: &Shape<'m>) -> Result<Self, Failure> {
        use BinaryOp::{
            Add, And, Concat, Divide, Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual, Modulo, Multiply,
            NotEqual, Or, Range, Subtract,
        };
        match operator {
            Add | Subtract | Multiply | Divide | Modulo => {
                let left = Value::operand(left, states)?;
                let right = Value::operand(right, states)?;
                let is_sure = matches!((left, right), (Value::Surely(_), Value::Surely(_)));
                let number = Shape::Plain(Type::Number);
                Ok(if is_sure {
                    Value::Surely(number)
                } else {
                    Value::Maybe(number)
                })
            }
            Concat => {
                Value::of(left, states)?;
                Value::of(right, states)?;
                Ok(Value::Surely(Shape::Plain(Type::String)))
            }
            Equal | NotEqual | In => {
                Value::of(left, states)?;
                Value::of(right, states)?;
                Ok(Value::Surely(Shape::Plain(Type::Boolean)))
            }
            // The right side may not be evaluated.
            And | Or => {
                Value::of(left, states)?;
                Ok(Value::Surely(Shape::Plain(Type::Boolean)))
            }
            Less | LessOrEqual | Greater | GreaterOrEqual => {
                Value::of(left, states)?;
                Value::of(right, states)?;
                Ok(Value::Maybe(Shape::Plain(Type::Boolean)))
            }
            Range => Ok(Value::ANY),
        }
    }

    /// An operand of arithmetic, which takes numbers only.
    fn operand(expr: &'m Expr, states: &Shape<'m>) -> Result<Self, Failure> {
        let value = Value::of(expr, states)?;
        let label = match &value {
            Value::Surely(Shape::Any | Shape::Plain(Type::Number)) | Value::Maybe(_) | Value::Nothing(_) => {
                return Ok(value);
            }
            // A list of one number is taken for the number.
            Value::Surely(Shape::Array) => return Ok(Value::ANY),
            Value::Surely(shape) => format!("this is {}, and only numbers can be reckoned with", shape.name()),
            Value::Function => "this is a function, and only numbers can be reckoned with".to_owned(),
        };
        Err(Failure {
            at: expr.at.clone(),
            label,
        })
    }
}

/// The shape of what a function gives. What it says is an array may be its only element.
fn result(function: &Expr) -> Shape<'static> {
    let result = match &function.kind {
        ExprKind::Variable(name) => functions::find(name).map(|function| function.result()),
        _ => None,
    };
    match result {
        Some("n") => Shape::Plain(Type::Number),
        Some("s") => Shape::Plain(Type::String),
        Some("b") => Shape::Plain(Type::Boolean),
        Some("o") => Shape::members([], true),
        _ => Shape::Any,
    }
}

/// Whether an item of a block binds a name of a function.
fn binds_function(item: &Expr) -> bool {
    matches!(&item.kind, ExprKind::Bind(name, _) if functions::find(name).is_some())
}
