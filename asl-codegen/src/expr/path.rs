//! JSONPath as the service speaks it (Jayway JsonPath; spec P-1 to P-41, RP-1 to RP-7).

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// As written.
    pub text: String,
    /// What it starts from.
    pub root: Root,
    /// The way from there.
    pub steps: Vec<Step>,
}

/// What a path starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `$`: the value that the field is applied to.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(String),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`, `['name']`
    Member(String),
    /// `[0]`; negative counts from the end.
    Index(i64),
    /// `['a','b']`
    Members(Vec<String>),
    /// `[0,2]`
    Indices(Vec<i64>),
    /// `[a:b]`
    Slice(Option<i64>, Option<i64>),
    /// `.*`, `[*]`
    Wildcard,
    /// `..`: the value and all its descendants; the next step is applied to each.
    Descend,
    /// `[?(..)]`
    Filter(Filter),
    /// `.length()` at the end.
    Function(Function),
}

/// A function at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `min()`
    Min,
    /// `max()`
    Max,
    /// `avg()`
    Avg,
    /// `sum()`
    Sum,
    /// `stddev()`
    StdDev,
    /// `length()`
    Length,
}

/// The expression of a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `a && b`
    And(Box<Filter>, Box<Filter>),
    /// `a || b`
    Or(Box<Filter>, Box<Filter>),
    /// `!a`
    Not(Box<Filter>),
    /// `@.x`: it exists.
    Exists(Operand),
    /// `a == b` and the like.
    Compare(Operand, Comparison, Operand),
}

/// A comparison in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=~`, the right side a [`Operand::Regex`]
    Matches,
    /// `in`, the right side an [`Operand::List`] or a path to an array
    In,
    /// `nin`
    NotIn,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// `@.x`: from the element.
    Element(Vec<Step>),
    /// `$.x`: from the root of the document.
    Root(Vec<Step>),
    /// A string.
    String(String),
    /// A number, as written.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `['a', 1]`
    List(Vec<Operand>),
    /// `/pattern/flags`
    Regex {
        /// The pattern.
        pattern: String,
        /// The flags, of `imsuxU` and Jayway's others.
        flags: String,
    },
}

/// A syntax error in a path or an intrinsic call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Which bytes of the text it concerns.
    pub at: std::ops::Range<usize>,
    /// What is wrong, in the form of a diagnostic's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// When `text` is none.
    pub fn parse(_text: &str) -> Result<Path, SyntaxError> {
        todo!()
    }

    /// Whether it selects exactly one value or fails (P-30 to P-32).
    pub fn is_definite(&self) -> bool {
        todo!()
    }

    /// Whether it is a Reference Path (RP-1): members and indexes only.
    pub fn is_reference(&self) -> bool {
        todo!()
    }
}
