//! Trees of the interpreter.

use jsonata_core::ast::{AstNode, BinaryOp, Stage};

/// Takes an expression from its place.
pub(super) fn take(node: &mut AstNode) -> AstNode {
    std::mem::replace(node, AstNode::Undefined)
}

/// Those of the names that are bound neither in an expression nor around it.
pub(super) fn unbound<'n>(expression: &mut AstNode, mut names: Vec<&'n str>, bound: &[&str]) -> Vec<&'n str> {
    names.retain(|name| !bound.contains(name) && !binds(expression, name));
    names
}

fn binds(node: &mut AstNode, name: &str) -> bool {
    let here = match node {
        AstNode::Binary { op, lhs, .. } if *op == BinaryOp::ColonEqual => {
            matches!(&**lhs, AstNode::Variable(bound) if bound == name)
        }
        AstNode::Lambda { params, .. } => params.iter().any(|param| param == name),
        AstNode::Path { steps } => steps.iter().any(|step| {
            let mut indexes = step.stages.iter().filter_map(|stage| match stage {
                Stage::Index(index) => Some(index),
                Stage::Filter(_) | Stage::KeepArray => None,
            });
            let bound = [&step.focus, &step.index_var];
            bound.into_iter().flatten().any(|bound| bound == name) || indexes.any(|bound| bound == name)
        }),
        _ => false,
    };
    here || parts(node).into_iter().any(|part| binds(part, name))
}

/// Puts a call of a function of the host around an expression.
pub(super) fn call(function: &str, node: &mut AstNode) {
    *node = AstNode::Function {
        name: function.to_owned(),
        args: vec![take(node)],
        is_builtin: true,
    };
}

/// The expressions that an expression is made of.
pub(super) fn parts(node: &mut AstNode) -> Vec<&mut AstNode> {
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
