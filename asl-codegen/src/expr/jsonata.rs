//! JSONata, as version 2.0.6 reads it (spec J-45).
//!
//! The tree is what JSONata evaluates: `.`, `[..]` and `^(..)` are gone, and what they stood for are paths of [`Step`]s.
//! All spans are bytes in the text of the expression.

mod build;
pub mod check;
mod error;
pub mod functions;
mod lexer;
mod parents;
mod parser;
mod regex;
mod signature;
mod syntax;
mod walk;

pub use error::SyntaxError;

use std::ops::Range;

/// Reads an expression.
///
/// Its nesting is bounded, so that what walks the tree may recurse.
///
/// # Errors
/// With the first error, which is that of the reference.
pub fn parse(text: &str) -> Result<Expr, SyntaxError> {
    let (syntax, root) = parser::parse(text)?;
    build::build(text, syntax, root)
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// `[..]` after what is no step of a path, each applied to what the one before leaves.
    pub predicates: Vec<Expr>,
    /// `{key: value}` after an expression: what is grouped.
    pub group: Option<Vec<(Expr, Expr)>>,
    /// `[]`: a single value stays an array.
    pub keep_array: bool,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `'text'`
    String(String),
    /// `1.5`, `-1`
    Number(f64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `/pattern/i`
    Regex {
        /// Between the slashes.
        pattern: String,
        /// `i`, `m`, both or none.
        flags: String,
    },
    /// `price`, `` `unit price` ``: only as a step.
    Name(String),
    /// `*`: only as a step, or alone.
    Wildcard,
    /// `**`
    Descendants,
    /// `%` as an operand: the context value of the [`Step`] that has this number among its `parent_of`.
    Parent(usize),
    /// `$name`; the name is empty for `$`, and `$` for `$$`.
    Variable(String),
    /// `a.b[0]^(c)`; a name alone too.
    Path(Path),
    /// `1 + 2`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `[1, 2]`
    Array {
        /// What stands in it; ranges are [`BinaryOp::Range`].
        elements: Vec<Expr>,
        /// Whether it is the first step of a path with a dot or follows the last dot but for further ones after it,
        /// where it does not dissolve in the sequence around it.
        is_kept: bool,
    },
    /// `{'a': 1}`
    Object(Vec<(Expr, Expr)>),
    /// `(a; b)`
    Block(Vec<Expr>),
    /// `$name := value`
    Bind(String, Box<Expr>),
    /// `if ? then : else`
    Condition(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `function($a) { .. }`
    Lambda {
        /// The names of its parameters, without `$`.
        parameters: Vec<String>,
        /// Between `<` and `>`, if it has a signature.
        signature: Option<String>,
        /// Its body.
        body: Box<Expr>,
    },
    /// `$f(a, b)`
    Call(Box<Expr>, Vec<Expr>),
    /// `$f(?, b)`; `None` is a `?`.
    Partial(Box<Expr>, Vec<Option<Expr>>),
    /// `a ~> $f`
    Apply(Box<Expr>, Box<Expr>),
    /// `|pattern|update, delete|`
    Transform {
        /// What is changed.
        pattern: Box<Expr>,
        /// What is merged into it.
        update: Box<Expr>,
        /// The names of what is taken out.
        delete: Option<Box<Expr>>,
    },
}

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its steps, at least one.
    pub steps: Vec<Step>,
    /// Whether a step says `[]`: a single result stays an array.
    pub keep_array: bool,
    /// Whether a `%` outside of it needs what its steps bind, so that its result carries these bindings.
    pub keep_bindings: bool,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it does with each context value.
    pub kind: StepKind,
    /// What follows it: predicates, and positions that are bound.
    pub stages: Vec<Stage>,
    /// `@$name`
    pub focus: Option<String>,
    /// `#$name` before any stage.
    pub index: Option<String>,
    /// Which `%` mean the value that this step is applied to.
    pub parent_of: Vec<usize>,
    /// Whether from this step on, the path carries bindings: of `@`, `#` and `%`.
    pub has_bindings: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// Evaluates an expression for each context value.
    Expr(Expr),
    /// `^(<a, >b)`: sorts the context values.
    Sort(Vec<SortTerm>),
}

/// A term of an order-by.
#[derive(Debug, Clone, PartialEq)]
pub struct SortTerm {
    /// `>`
    pub descending: bool,
    /// What is compared.
    pub expr: Expr,
}

/// What follows a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// `[..]`
    Filter(Expr),
    /// `#$name`
    Index(String),
}

/// The operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `&`
    Concat,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
    /// `..`, inside `[..]` only
    Range,
}

#[cfg(test)]
mod tests;
