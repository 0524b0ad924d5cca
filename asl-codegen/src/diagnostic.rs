//! What the compiler has to say about a definition.

use crate::source::Span;

/// One finding: what is wrong, where, and what to write instead.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Which rule it is.
    pub code: Code,
    /// Whether it stops the compilation.
    pub severity: Severity,
    /// One sentence, lower case, no full stop, names in backquotes.
    pub message: String,
    /// The same finding in the words of the service, where those are known.
    pub service_message: Option<String>,
    /// Where the caret goes.
    pub span: Span,
    /// What is wrong at the caret.
    pub label: String,
    /// Other places that matter, each with a label.
    pub related: Vec<(Span, String)>,
    /// What to write instead.
    pub help: Option<String>,
    /// Where it is, in the form of the service: `/States/Check/Next` (spec V-7); none for the whole document.
    pub location: Option<String>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Reported; the definition still compiles.
    Warning,
    /// Stops the compilation.
    Error,
}

/// The rule that a diagnostic belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A rule of the service, with its own code: `SCHEMA_VALIDATION_FAILED`.
    Service(ServiceCode),
    /// A lint of this compiler, with its name: `unread_token`.
    Lint(Lint),
    /// Valid, but not compiled by this version: `unsupported`.
    Unsupported,
    /// A `${Name}` whose value the compiler needs: `substitution_needed`.
    SubstitutionNeeded,
}

/// The codes of the service (spec V-10 to V-29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceCode {
    /// `SCHEMA_VALIDATION_FAILED`
    SchemaValidationFailed,
}

/// The lints of this compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lint {
    /// `unread_token`
    UnreadToken,
}
