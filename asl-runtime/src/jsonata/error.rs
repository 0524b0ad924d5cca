//! Errors of an evaluation (J-81, J-82, J-85).

use std::borrow::Cow;
use std::fmt;

/// The result of a part of an expression.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    /// `T2001`; none where a limit was reached.
    code: Option<Cow<'static, str>>,
    internal: bool,
    message: String,
}

impl Error {
    /// An error of the language: its code and its message, as JSONata words it.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            code: Some(code.into()),
            internal: false,
            message: message.into(),
        }))
    }

    /// A limit of the evaluation (J-68 to J-70).
    pub fn limit(message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            code: None,
            internal: false,
            message: message.into(),
        }))
    }

    /// A failure that JSONata itself has no word for (J-85).
    pub fn internal(message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            code: None,
            internal: true,
            message: message.into(),
        }))
    }

    /// Whether the service would only say that something inside it failed.
    pub fn is_internal(&self) -> bool {
        self.0.internal
    }

    /// Its code, if it has one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.code {
            Some(code) => write!(f, "{code}: {}", self.0.message),
            None => f.write_str(&self.0.message),
        }
    }
}
