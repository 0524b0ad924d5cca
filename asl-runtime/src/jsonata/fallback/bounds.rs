//! Where the interpreter makes something without a bound of its own: texts that `&` puts together, arrays that a constructor
//! does, texts of values, and copies that functions make in no time. What these are given or give goes through a function
//! of the host, which counts it.

use super::tree::{call, parts};
use jsonata_core::ast::{AstNode, BinaryOp};

/// A function of the host that answers its argument, once it has counted what that takes.
pub(super) const HELD: &str = "asl__held";

/// A function of the host that answers its argument, once it has counted the text of it.
pub(super) const WHOLE: &str = "asl__whole";

/// Functions whose result is as large as an argument, and takes hardly longer than to copy that.
const COPIES: [&str; 9] = [
    "append",
    "lowercase",
    "reverse",
    "sort",
    "substring",
    "substringAfter",
    "substringBefore",
    "trim",
    "uppercase",
];

/// Has the texts and arrays counted that an expression makes.
pub(super) fn count(node: &mut AstNode) {
    count_parts(node);
    match node {
        node if is_text(node) => call(HELD, node),
        AstNode::Binary { op, lhs, rhs } if *op == BinaryOp::ChainPipe => {
            if let AstNode::Function { name, .. } = &**rhs
                && let Some(counter) = counter(name)
            {
                call(counter, lhs);
            }
        }
        AstNode::Function { name, args, .. } => {
            if let Some(counter) = counter(name) {
                let is_value = |arg: &&mut AstNode| !matches!(arg, AstNode::Placeholder | AstNode::Lambda { .. });
                args.iter_mut().filter(is_value).for_each(|arg| call(counter, arg));
            }
        }
        _ => {}
    }
}

/// What counts the arguments of a function.
fn counter(function: &str) -> Option<&'static str> {
    match function {
        "string" => Some(WHOLE),
        name => COPIES.contains(&name).then_some(HELD),
    }
}

fn count_parts(node: &mut AstNode) {
    let is_array = matches!(node, AstNode::Array(_));
    let puts_together = is_text(node);
    for part in parts(node) {
        // Of `a & b & c` the whole is counted.
        if puts_together && is_text(part) {
            count_parts(part);
        } else {
            count(part);
        }
        if is_array && is_put_in(part) {
            call(HELD, part);
        }
    }
}

fn is_text(node: &AstNode) -> bool {
    matches!(node, AstNode::Binary { op, .. } if *op == BinaryOp::Concatenate)
}

/// Whether an array that this element of a constructor gives may be put in element by element.
fn is_put_in(element: &AstNode) -> bool {
    match element {
        AstNode::Path { steps } => match &steps[..] {
            // A constructor, which stays one element.
            [step] => !matches!(step.node, AstNode::Array(_)),
            _ => true,
        },
        AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Function { .. }
        | AstNode::Call { .. }
        | AstNode::Block(_)
        | AstNode::Conditional { .. } => true,
        AstNode::Binary { op, .. } => *op == BinaryOp::ChainPipe,
        _ => false,
    }
}
