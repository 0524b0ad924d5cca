//! The expression as written, before paths are made of it.

use super::{BinaryOp, ExprKind};
use std::ops::Range;

/// Where a node stands in its [`Syntax`].
pub(super) type Id = usize;

/// All nodes of an expression.
///
/// They lie in one place, and not in one another: a chain of ten thousand dots is as deep as it is long.
pub(super) struct Syntax {
    pub(super) nodes: Vec<Node>,
}

/// Part of an expression.
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
    /// `[]` follows.
    pub(super) keep_array: bool,
    /// How deep its evaluation nests at least.
    pub(super) depth: usize,
}

/// What a node is.
pub(super) enum Kind {
    /// What stands by itself.
    Operand(Operand),
    /// What extends the path that another node is or begins.
    After(Id, After),
}

impl Kind {
    /// Its parts but what it extends, in the order in which the reference looks at them.
    pub(super) fn parts(&self) -> Vec<Id> {
        let members = |members: &[(Id, Id)]| members.iter().flat_map(|(key, value)| [*key, *value]).collect();
        match self {
            Kind::Operand(operand) => match operand {
                Operand::Missing | Operand::Name(_) | Operand::Parent | Operand::Literal(_) => Vec::new(),
                Operand::Negate(operand) => vec![*operand],
                Operand::Apply(left, right) => vec![*left, *right],
                Operand::Compound(compound) => match compound {
                    Compound::Array(parts) | Compound::Block(parts) => parts.clone(),
                    Compound::Object(object) => members(object),
                    Compound::Lambda { body, .. } => vec![*body],
                    Compound::Transform {
                        pattern,
                        update,
                        delete,
                    } => [*pattern, *update].into_iter().chain(*delete).collect(),
                    Compound::Binary(_, left, right) => vec![*left, *right],
                    Compound::Bind(_, value) => vec![*value],
                    Compound::Condition(condition, then, other) => {
                        [*condition, *then].into_iter().chain(*other).collect()
                    }
                    Compound::Call(function, arguments) => arguments.iter().copied().chain([*function]).collect(),
                    Compound::Partial(function, arguments) => {
                        arguments.iter().flatten().copied().chain([*function]).collect()
                    }
                },
            },
            Kind::After(_, after) => match after {
                After::Dot(part) | After::Filter(part) => vec![*part],
                After::Group(group) => members(group),
                After::Sort(terms) => terms.iter().map(|(_, term)| *term).collect(),
                After::Focus(_) | After::Index(_) => Vec::new(),
            },
        }
    }
}

impl From<Operand> for Kind {
    fn from(operand: Operand) -> Kind {
        Kind::Operand(operand)
    }
}

impl From<ExprKind> for Kind {
    fn from(literal: ExprKind) -> Kind {
        Kind::Operand(Operand::Literal(literal))
    }
}

impl From<Compound> for Kind {
    fn from(compound: Compound) -> Kind {
        Kind::Operand(Operand::Compound(compound))
    }
}

impl Default for Kind {
    fn default() -> Kind {
        Kind::Operand(Operand::Missing)
    }
}

/// What stands by itself.
pub(super) enum Operand {
    /// Nothing, at the end of the text. Also what is left where a node has been taken.
    Missing,
    Name(String),
    Parent,
    Negate(Id),
    Apply(Id, Id),
    /// What has no parts, and is in the tree as it is here.
    Literal(ExprKind),
    Compound(Compound),
}

/// What has parts.
pub(super) enum Compound {
    Array(Vec<Id>),
    Object(Vec<(Id, Id)>),
    Block(Vec<Id>),
    Lambda {
        parameters: Vec<String>,
        signature: Option<String>,
        body: Id,
    },
    Transform {
        pattern: Id,
        update: Id,
        delete: Option<Id>,
    },
    Binary(BinaryOp, Id, Id),
    Bind(String, Id),
    Condition(Id, Id, Option<Id>),
    Call(Id, Vec<Id>),
    /// `None` is a `?`.
    Partial(Id, Vec<Option<Id>>),
}

/// What extends a path.
pub(super) enum After {
    Dot(Id),
    Filter(Id),
    Group(Vec<(Id, Id)>),
    /// Each term with whether it is descending.
    Sort(Vec<(bool, Id)>),
    Focus(String),
    Index(String),
}
