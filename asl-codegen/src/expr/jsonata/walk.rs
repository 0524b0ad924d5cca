//! Walks through expressions.

use super::{Expr, ExprKind, Stage, StepKind};

impl Expr {
    /// What it is made of, in the order of the text.
    pub fn parts(&self) -> Vec<&Expr> {
        let mut parts = self.kind.parts();
        parts.extend(&self.predicates);
        parts.extend(self.group.iter().flatten().flat_map(|(name, value)| [name, value]));
        parts
    }

    /// Whether no predicate and no group follows it.
    pub fn is_bare(&self) -> bool {
        self.predicates.is_empty() && self.group.is_none()
    }

    /// The variable that it names and the members that it looks up in it one after the other, if it is nothing else.
    pub fn place(&self) -> Option<(&str, Vec<&str>)> {
        let is_plain = |expr: &Expr| expr.is_bare() && !expr.keep_array;
        let path = match &self.kind {
            _ if !is_plain(self) => return None,
            ExprKind::Variable(name) => return Some((name, Vec::new())),
            ExprKind::Path(path) if !path.keep_array => path,
            _ => return None,
        };
        let mut steps = path.steps.iter().map(|step| match &step.kind {
            StepKind::Expr(expr) if step.stages.is_empty() && step.focus.is_none() && step.index.is_none() => {
                is_plain(expr).then_some(&expr.kind)
            }
            _ => None,
        });
        let Some(Some(ExprKind::Variable(variable))) = steps.next() else {
            return None;
        };
        let members = steps.map(|kind| match kind {
            Some(ExprKind::Name(name)) => Some(name.as_str()),
            _ => None,
        });
        Some((variable, members.collect::<Option<_>>()?))
    }

    /// Whether it, or anything in it, reads the variable `name`, bound in it or not.
    pub fn reads(&self, name: &str) -> bool {
        matches!(&self.kind, ExprKind::Variable(variable) if variable == name)
            || self.parts().into_iter().any(|part| part.reads(name))
    }
}

impl ExprKind {
    pub(super) fn parts(&self) -> Vec<&Expr> {
        match self {
            ExprKind::String(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Regex { .. }
            | ExprKind::Name(_)
            | ExprKind::Wildcard
            | ExprKind::Descendants
            | ExprKind::Parent(_)
            | ExprKind::Variable(_) => Vec::new(),
            ExprKind::Path(path) => path
                .steps
                .iter()
                .flat_map(|step| {
                    let mut parts: Vec<&Expr> = match &step.kind {
                        StepKind::Expr(expr) => vec![expr],
                        StepKind::Sort(terms) => terms.iter().map(|term| &term.expr).collect(),
                    };
                    parts.extend(step.stages.iter().filter_map(|stage| match stage {
                        Stage::Filter(predicate) => Some(predicate),
                        Stage::Index(_) => None,
                    }));
                    parts
                })
                .collect(),
            ExprKind::Binary(_, left, right) | ExprKind::Apply(left, right) => vec![left, right],
            ExprKind::Negate(operand) | ExprKind::Bind(_, operand) => vec![operand],
            ExprKind::Array { elements, .. } | ExprKind::Block(elements) => elements.iter().collect(),
            ExprKind::Object(pairs) => pairs.iter().flat_map(|(name, value)| [name, value]).collect(),
            ExprKind::Condition(condition, then, otherwise) => {
                let mut parts: Vec<&Expr> = vec![condition, then];
                parts.extend(otherwise.as_deref());
                parts
            }
            ExprKind::Lambda { body, .. } => vec![body],
            ExprKind::Call(function, args) => std::iter::once(&**function).chain(args).collect(),
            ExprKind::Partial(function, args) => std::iter::once(&**function).chain(args.iter().flatten()).collect(),
            ExprKind::Transform {
                pattern,
                update,
                delete,
            } => {
                let mut parts: Vec<&Expr> = vec![pattern, update];
                parts.extend(delete.as_deref());
                parts
            }
        }
    }
}
