//! Choice: rules and comparisons (spec CH-1 to CH-42).

use super::{Expression, Target, Template};
use crate::expr::path::Path;
use crate::source::{Span, Spanned};

/// A Choice state.
#[derive(Debug, Clone)]
pub struct Choice {
    /// `Choices`
    pub rules: Vec<Rule>,
    /// `Default`
    pub default: Option<Target>,
}

/// A top-level rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `Comment`
    pub comment: Option<String>,
    /// When it holds. Absent only where an error was reported.
    pub condition: Option<Condition>,
    /// The rule's own `Assign`.
    pub assign: Option<Template>,
    /// The rule's own `Output`, in JSONata states only.
    pub output: Option<Template>,
    /// `Next`
    pub next: Target,
    /// The object of the rule.
    pub span: Span,
}

/// A condition.
#[derive(Debug, Clone)]
pub enum Condition {
    /// `And`
    And(Vec<Condition>),
    /// `Or`
    Or(Vec<Condition>),
    /// `Not`
    Not(Box<Condition>),
    /// A comparison.
    Test(Test),
    /// `Condition`, literally.
    Literal(bool),
    /// `Condition`, in JSONata.
    Expression(Box<Expression>),
}

/// A comparison: `Variable` and one operator.
#[derive(Debug, Clone)]
pub struct Test {
    /// `Variable`
    pub variable: Spanned<Path>,
    /// The operator and its right side.
    pub operator: Operator,
    /// The object of the comparison.
    pub span: Span,
}

/// An operator with its right side.
#[derive(Debug, Clone)]
pub enum Operator {
    /// `StringEquals` and its kind.
    String(Relation, Right<String>),
    /// `NumericEquals` and its kind; the number as written.
    Numeric(Relation, Right<String>),
    /// `TimestampEquals` and its kind; RFC 3339 as written.
    Timestamp(Relation, Right<String>),
    /// `BooleanEquals`
    Boolean(Right<bool>),
    /// `StringMatches`: the pattern as written.
    Matches(String),
    /// `IsNull: true` and its kind.
    Is(TypeTest, bool),
}

/// The right side: a literal, or the operator's `Path` form.
#[derive(Debug, Clone)]
pub enum Right<T> {
    /// A literal.
    Literal(T),
    /// `...Path`
    Path(Spanned<Path>),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `Equals`
    Equal,
    /// `LessThan`
    Less,
    /// `GreaterThan`
    Greater,
    /// `LessThanEquals`
    LessEqual,
    /// `GreaterThanEquals`
    GreaterEqual,
}

/// The `Is...` operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeTest {
    /// `IsNull`
    Null,
    /// `IsPresent`
    Present,
    /// `IsNumeric`
    Numeric,
    /// `IsString`
    String,
    /// `IsBoolean`
    Boolean,
    /// `IsTimestamp`
    Timestamp,
}
