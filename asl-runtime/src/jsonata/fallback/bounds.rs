//! Where the interpreter makes something without a bound of its own: texts that `&` puts together, arrays that a constructor
//! does, and texts of values. What these are given or give goes through a function of the host, which counts it.

use jsonata_core::ast::{AstNode, BinaryOp, Stage};

/// A function of the host that answers its argument, once it has counted what that takes.
pub(super) const HELD: &str = "asl__held";

/// A function of the host that answers its argument, unless it is too large to be written.
pub(super) const WHOLE: &str = "asl__whole";

/// Has the texts and arrays counted that an expression makes.
pub(super) fn count(node: &mut AstNode) {
    count_parts(node);
    match node {
        node if is_text(node) => call(HELD, node),
        AstNode::Function { name, args, .. } if name == "string" => {
            if let Some(value) = args.first_mut().filter(|value| !matches!(value, AstNode::Placeholder)) {
                call(WHOLE, value);
            }
        }
        _ => {}
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

/// Puts a call of a function of the host around an expression.
fn call(function: &str, node: &mut AstNode) {
    let made = std::mem::replace(node, AstNode::Undefined);
    *node = AstNode::Function {
        name: function.to_owned(),
        args: vec![made],
        is_builtin: true,
    };
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

/// The expressions that an expression is made of.
fn parts(node: &mut AstNode) -> Vec<&mut AstNode> {
    fn pairs(pairs: &mut [(AstNode, AstNode)]) -> impl Iterator<Item = &mut AstNode> {
        pairs.iter_mut().flat_map(|(name, value)| [name, value])
    }
    match node {
        AstNode::Path { steps } => steps
            .iter_mut()
            .flat_map(|step| {
                let stages = step.stages.iter_mut().filter_map(|stage| match stage {
                    Stage::Filter(predicate) => Some(&mut **predicate),
                    Stage::KeepArray | Stage::Index(_) => None,
                });
                std::iter::once(&mut step.node).chain(stages)
            })
            .collect(),
        AstNode::Binary { lhs, rhs, .. } => vec![lhs, rhs],
        AstNode::Unary { operand, .. } => vec![operand],
        AstNode::Call { procedure, args } => std::iter::once(&mut **procedure).chain(args).collect(),
        AstNode::Lambda { body, .. } => vec![body],
        AstNode::Function { args: nodes, .. }
        | AstNode::Array(nodes)
        | AstNode::Block(nodes)
        | AstNode::ArrayGroup(nodes) => nodes.iter_mut().collect(),
        AstNode::Object(members) => pairs(members).collect(),
        AstNode::ObjectTransform { input, pattern } => std::iter::once(&mut **input).chain(pairs(pattern)).collect(),
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => [condition, then_branch]
            .into_iter()
            .chain(else_branch)
            .map(|part| &mut **part)
            .collect(),
        AstNode::FunctionApplication(inner) => vec![inner],
        AstNode::Sort { input, terms } => std::iter::once(&mut **input)
            .chain(terms.iter_mut().map(|(term, _)| term))
            .collect(),
        AstNode::Transform {
            location,
            update,
            delete,
        } => [location, update]
            .into_iter()
            .chain(delete)
            .map(|part| &mut **part)
            .collect(),
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => vec![],
    }
}
