//! JSONPath as the service speaks it (Jayway JsonPath; spec P-1 to P-41, RP-1 to RP-7).

mod filter;
mod parser;

pub(super) use parser::parse_at;

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// As written, without surrounding blanks.
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
    /// `['a','b']` at the end: one object of these members.
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
    /// `a && b && c`
    And(Vec<Filter>),
    /// `a || b || c`
    Or(Vec<Filter>),
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
    /// `==`; a number equals a string that spells it.
    Equal,
    /// `!=`
    NotEqual,
    /// `===`: equal, and of one type.
    StrictEqual,
    /// `!==`
    StrictNotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=~`, the right side an [`Operand::Regex`]
    Matches,
    /// `in`, the right side an [`Operand::List`] or a path to an array
    In,
    /// `nin`
    NotIn,
    /// `contains`: the left side, an array or a string, holds the right side.
    Contains,
    /// `size`: the left side, an array or a string, is as long as the right side says.
    Size,
    /// `empty`: whether the left side, an array or a string, is empty is what the right side says.
    Empty,
    /// `all`: the left side holds all elements of the right side.
    All,
    /// `anyof`: both sides share an element.
    AnyOf,
    /// `noneof`: the sides share no element.
    NoneOf,
    /// `subsetof`: the right side holds all elements of the left side.
    SubsetOf,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// `@.x`: from the element.
    Element(Vec<Step>),
    /// `$.x`: from the root of the document.
    Root(Vec<Step>),
    /// A string; also a bare word, which the service reads as one.
    String(String),
    /// A number, as written: an optional minus sign, digits, fraction, exponent.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `['a', 1]`, of literals only
    List(Vec<Operand>),
    /// `/pattern/flags`
    Regex {
        /// The pattern.
        pattern: String,
        /// The flags, of `imsx`.
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
    /// Whether the help calls an intrinsic function, which only a template can.
    pub(crate) calls: bool,
}

impl SyntaxError {
    pub(crate) fn new(at: std::ops::Range<usize>, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            at,
            message: message.into(),
            help: None,
            calls: false,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help = Some(help.into());
        self
    }

    /// What to call instead, where a function can be called.
    pub(crate) fn help_with_call(mut self, help: impl Into<String>) -> SyntaxError {
        self.calls = true;
        self.help(help)
    }
}

impl Path {
    /// Reads a path. Blanks around it are ignored.
    ///
    /// # Errors
    /// When `text` is none.
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        parse_at(text, 0..text.len())
    }

    /// Whether its result is one value, and not an array of the values found (P-30 to P-32).
    ///
    /// That of `$['a','b']` is one object (P-17), that of `$..price.sum()` one number (P-22).
    pub fn is_definite(&self) -> bool {
        let Some((last, before)) = self.steps.split_last() else {
            return true;
        };
        let one = |step: &Step| matches!(step, Step::Member(_) | Step::Index(_));
        match last {
            Step::Member(_) | Step::Index(_) | Step::Members(_) => before.iter().all(one),
            // The function of a path that descends is applied to everything found, once.
            Step::Function(_) => before.contains(&Step::Descend) || before.iter().all(one),
            _ => false,
        }
    }

    /// Whether it goes by single members and elements only, so that what it finds is part of the document.
    pub fn is_plain(&self) -> bool {
        self.steps
            .iter()
            .all(|step| matches!(step, Step::Member(_) | Step::Index(_)))
    }

    /// Whether it is a Reference Path (RP-1): members and indexes from the start only.
    pub fn is_reference(&self) -> bool {
        self.steps
            .iter()
            .all(|step| matches!(step, Step::Member(_) | Step::Index(0..)))
    }
}

#[cfg(test)]
mod tests;
