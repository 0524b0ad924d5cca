//! Where the interpreter reads or evaluates an expression in another way than JSONata 2.0.6, and what it has read can be
//! changed so that it does not.

use super::tree::{call, parts, take, unbound};
use jsonata_core::ast::{AstNode, BinaryOp, Stage};
use jsonata_core::value::JValue;

/// A function of the host that gives what is gone through where an array is wanted: null, too, is an element.
pub(super) const ELEMENTS: &str = "asl__elements";

/// The same where no elements are nothing.
pub(super) const SOME: &str = "asl__some";

/// [`ELEMENTS`]
pub(super) fn elements(value: JValue) -> JValue {
    match value {
        JValue::Null => JValue::array(vec![JValue::Null]),
        value => value,
    }
}

/// [`SOME`]
pub(super) fn some(value: JValue) -> JValue {
    match value {
        JValue::Array(elements) if elements.is_empty() => JValue::Undefined,
        value => elements(value),
    }
}

/// Puts an expression right in which these names are bound.
pub(super) fn repair(expression: &mut AstNode, bound: &[&str]) {
    let ours = super::ours::FUNCTIONS.map(|function| function.name);
    let own = [&["exists", "filter", "reduce", "sort"][..], &ours].concat();
    let own = unbound(expression, own, bound);
    repair_part(expression, &own);
}

/// The same where these functions are the language's own.
fn repair_part(node: &mut AstNode, own: &[&str]) {
    match take(node) {
        AstNode::Array(elements) => *node = AstNode::Array(elements.into_iter().map(widen).collect()),
        AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs,
            rhs,
        } => *node = chain(lhs, *rhs, own),
        other => *node = other,
    }
    if let AstNode::Function { name, args, .. } = node
        && own.contains(&name.as_str())
    {
        repair_call(name, args);
    }
    parts(node).into_iter().for_each(|part| repair_part(part, own));
}

/// An element of a constructor. The ends of a range are whole expressions, but `[a ? b : c..d ? e : f]` was read as
/// `[a ? b : ((c..d) ? e : f)]`.
fn widen(element: AstNode) -> AstNode {
    let AstNode::Conditional {
        condition,
        then_branch,
        else_branch: Some(otherwise),
    } = element
    else {
        return element;
    };
    let conditional = |condition, otherwise| {
        Box::new(AstNode::Conditional {
            condition,
            then_branch,
            else_branch: Some(otherwise),
        })
    };
    let op = BinaryOp::Range;
    match (*condition, widen(*otherwise)) {
        (
            condition,
            AstNode::Binary {
                op: BinaryOp::Range,
                lhs,
                rhs,
            },
        ) => AstNode::Binary {
            op,
            lhs: conditional(Box::new(condition), lhs),
            rhs,
        },
        (
            AstNode::Binary {
                op: BinaryOp::Range,
                lhs,
                rhs,
            },
            otherwise,
        ) => AstNode::Binary {
            op,
            lhs,
            rhs: conditional(rhs, Box::new(otherwise)),
        },
        (condition, otherwise) => *conditional(Box::new(condition), Box::new(otherwise)),
    }
}

/// `lhs ~> rhs`: an order-by or group-by after a call on the right is for the whole, and JSONata forgets a predicate there. A call
/// of a function that is repaired, or replaced later, becomes one with all of its arguments.
fn chain(lhs: Box<AstNode>, rhs: AstNode, own: &[&str]) -> AstNode {
    let is_call = |node: &AstNode| matches!(node, AstNode::Function { .. } | AstNode::Call { .. });
    let is_predicate = |stage: &Stage| matches!(stage, Stage::Filter(_));
    match rhs {
        AstNode::Path { mut steps }
            if steps.len() == 1 && is_call(&steps[0].node) && steps[0].stages.iter().any(is_predicate) =>
        {
            let step = &mut steps[0];
            step.stages.retain(|stage| !is_predicate(stage));
            let rhs = match step.stages.is_empty() {
                true => take(&mut step.node),
                false => AstNode::Path { steps },
            };
            chain(lhs, rhs, own)
        }
        AstNode::Sort { input, terms } if is_call(&input) => AstNode::Sort {
            input: Box::new(chain(lhs, *input, own)),
            terms,
        },
        AstNode::ObjectTransform { input, pattern } if is_call(&input) => AstNode::ObjectTransform {
            input: Box::new(chain(lhs, *input, own)),
            pattern,
        },
        AstNode::Function {
            name,
            mut args,
            is_builtin,
        } if own.contains(&name.as_str()) && !args.iter().any(|arg| matches!(arg, AstNode::Placeholder)) => {
            args.insert(0, *lhs);
            AstNode::Function { name, args, is_builtin }
        }
        rhs => AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs,
            rhs: Box::new(rhs),
        },
    }
}

fn repair_call(name: &str, args: &mut [AstNode]) {
    match (name, args) {
        // It finds no context value there.
        ("exists", [value]) => call(ELEMENTS, value),
        // Null alone is no element to it, and no elements are null.
        ("reduce", [AstNode::Placeholder, ..]) | ("filter", [AstNode::Placeholder, ..]) => {}
        ("reduce", [array, _]) => call(SOME, array),
        ("filter" | "reduce", [array, ..]) => call(ELEMENTS, array),
        // Where the members that are compared are missing, it sorts by itself, in another order.
        ("sort", [_, AstNode::Lambda { body, thunk, .. }]) => {
            *thunk = false;
            **body = AstNode::Conditional {
                condition: Box::new(take(body)),
                then_branch: Box::new(AstNode::Boolean(true)),
                else_branch: Some(Box::new(AstNode::Boolean(false))),
            };
        }
        _ => {}
    }
}
