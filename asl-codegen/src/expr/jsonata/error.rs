use std::ops::Range;

/// A syntax error in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What JSONata calls it, as `S0201`; it has no name for a wrong regular expression.
    pub code: Option<&'static str>,
    /// Which bytes of the text it concerns.
    pub at: Range<usize>,
    /// What is wrong, in the form of a diagnostic's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl SyntaxError {
    pub(super) fn new(code: &'static str, at: Range<usize>, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            code: Some(code),
            ..SyntaxError::uncoded(at, message)
        }
    }

    pub(super) fn uncoded(at: Range<usize>, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            code: None,
            at,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help = Some(help.into());
        self
    }
}
