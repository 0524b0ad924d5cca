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
