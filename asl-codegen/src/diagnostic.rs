//! What the compiler has to say about a definition.

use crate::render;
use crate::source::{Source, Span};
use proc_macro2::TokenStream;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

pub use crate::lint::{Level, Levels, Lint};

/// One finding: what is wrong, where, and what to write instead.
///
/// ```
/// use asl_codegen::diagnostic::{Diagnostic, ServiceCode};
/// use asl_codegen::source::{Source, Span};
///
/// let source = Source::new("poll.asl.json", r#"{ "StartAt": "Chek", "States": {} }"#);
/// let finding = Diagnostic::error(ServiceCode::MissingTransitionTarget, Span::new(13, 19), "state `Chek` does not exist")
///     .label("no state has this name")
///     .service("Missing 'Next' target: Chek")
///     .help("a state with a similar name exists: `Check`")
///     .at("/StartAt");
/// assert_eq!(finding.render(&source), "\
/// error: state `Chek` does not exist
///  --> poll.asl.json:1:14
///   |
/// 1 | { \"StartAt\": \"Chek\", \"States\": {} }
///   |              ^^^^^^ no state has this name
///   |
/// help: a state with a similar name exists: `Check`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule it is.
    pub code: Code,
    /// Whether it stops the compilation.
    pub severity: Severity,
    /// One sentence, lower case, no full stop, names in backquotes.
    pub message: String,
    /// The same finding in the words of the service, where those are known.
    pub service_message: Option<String>,
    /// The file that it is about, where that is not the definition.
    pub file: Option<Arc<Source>>,
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

impl Diagnostic {
    /// A finding that stops the compilation.
    pub fn error(code: impl Into<Code>, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code: code.into(),
            severity: Severity::Error,
            message: message.into(),
            service_message: None,
            file: None,
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            location: None,
        }
    }

    /// A finding that does not.
    pub fn warning(code: impl Into<Code>, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message)
        }
    }

    /// A finding of a lint, at the lint's default level until [`Diagnostics::push`] knows better.
    pub fn lint(lint: Lint, span: Span, message: impl Into<String>) -> Diagnostic {
        match lint.default_level() {
            Level::Deny => Diagnostic::error(lint, span, message),
            Level::Allow | Level::Warn => Diagnostic::warning(lint, span, message),
        }
    }

    /// Says what is wrong at the caret.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Points at another place too.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.related.push((span, label.into()));
        self
    }

    /// Says what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Says what to write instead, where that is known.
    pub fn maybe_help(mut self, help: Option<impl Into<String>>) -> Diagnostic {
        self.help = help.map(Into::into);
        self
    }

    /// Says that it is about another file than the definition.
    pub fn in_file(mut self, file: &Arc<Source>) -> Diagnostic {
        self.file = Some(Arc::clone(file));
        self
    }

    /// Gives the words of the service.
    pub fn service(mut self, message: impl Into<String>) -> Diagnostic {
        self.service_message = Some(message.into());
        self
    }

    /// Gives the place in the form of the service: `/States/Check/Next`.
    pub fn at(mut self, location: impl Into<String>) -> Diagnostic {
        self.location = Some(location.into());
        self
    }

    /// Where it stands among others.
    fn order(&self) -> (bool, usize) {
        (self.file.is_some(), self.span.start)
    }

    /// The text shown to people, without colours: severity, message, place, snippet with carets, help.
    ///
    /// `source` is the definition; what is about [another file](Diagnostic::file) shows that one.
    pub fn render(&self, source: &Source) -> String {
        render::render(self, self.file.as_deref().unwrap_or(source))
    }

    /// The same without the leading `error: `, for where something else writes that, as rustc does.
    pub fn render_body(&self, source: &Source) -> String {
        render::render_body(self, self.file.as_deref().unwrap_or(source))
    }

    /// One line, for where there is no room: place, message, label and code.
    pub fn one_line(&self, source: &Source) -> String {
        render::one_line(self, self.file.as_deref().unwrap_or(source))
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Reported; the definition still compiles.
    Warning,
    /// Stops the compilation.
    Error,
}

impl Severity {
    /// `warning`, `error`
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
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
    /// A mistake in the types file: `types_file`.
    TypesFile,
}

impl Code {
    /// The code as text: capitals for the service's own, `snake_case` for ours.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Service(code) => code.as_str(),
            Code::Lint(lint) => lint.as_str(),
            Code::Unsupported => "unsupported",
            Code::SubstitutionNeeded => "substitution_needed",
            Code::TypesFile => "types_file",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<ServiceCode> for Code {
    fn from(code: ServiceCode) -> Code {
        Code::Service(code)
    }
}

impl From<Lint> for Code {
    fn from(lint: Lint) -> Code {
        Code::Lint(lint)
    }
}

macro_rules! service_codes {
    ($($variant:ident $name:literal)*) => {
        /// The codes of the service for what a definition alone can break (V-10 to V-20). Its warnings are lints here (V-29).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ServiceCode {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl ServiceCode {
            /// The code as the service writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(ServiceCode::$variant => $name,)*
                }
            }
        }
    };
}

service_codes! {
    InvalidJsonDescription "INVALID_JSON_DESCRIPTION"
    SchemaValidationFailed "SCHEMA_VALIDATION_FAILED"
    MissingTransitionTarget "MISSING_TRANSITION_TARGET"
    MissingEndState "MISSING_END_STATE"
    DuplicateStateName "DUPLICATE_STATE_NAME"
    InvalidStateName "INVALID_STATE_NAME"
    DuplicateLabelName "DUPLICATE_LABEL_NAME"
    InvalidLabelName "INVALID_LABEL_NAME"
    TooDeeplyNested "TOO_DEEPLY_NESTED"
    UnsupportedJsonataExpression "UNSUPPORTED_JSONATA_EXPRESSION"
    InvalidJsonataExpression "INVALID_JSONATA_EXPRESSION"
}

/// Findings about one source, in document order.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    levels: Levels,
    list: Vec<Diagnostic>,
    said: HashSet<(Code, Span, String)>,
}

impl Diagnostics {
    /// None yet; lints at their default levels.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// None yet; lints at these levels.
    pub fn with_levels(levels: Levels) -> Diagnostics {
        Diagnostics {
            levels,
            ..Diagnostics::default()
        }
    }

    /// Adds a finding. That of a lint takes the level of the lint: an allowed one is left out. So is one that was found at the
    /// same place already, where an alias of YAML makes several parts of a definition of one text.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        if let Code::Lint(lint) = diagnostic.code {
            diagnostic.severity = match self.levels.level(lint) {
                Level::Allow => return,
                Level::Warn => Severity::Warning,
                Level::Deny => Severity::Error,
            };
        }
        if self
            .said
            .insert((diagnostic.code, diagnostic.span, diagnostic.message.clone()))
        {
            self.list.push(diagnostic);
        }
    }

    /// Whether findings of a lint are left out.
    pub(crate) fn allows(&self, lint: Lint) -> bool {
        self.levels.level(lint) == Level::Allow
    }

    /// Whether one of them stops the compilation.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The findings in the order of their places, those about other files last; those at one place in the order they were
    /// found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        let mut sorted: Vec<_> = self.list.iter().collect();
        sorted.sort_by_key(|d| d.order());
        sorted.into_iter()
    }

    /// The first hundred errors and the first hundred warnings, in the order of their places, and how many are left out:
    /// nobody reads more, and a generated definition can have hundreds of thousands.
    pub fn shown(&self) -> (Vec<&Diagnostic>, usize) {
        let mut left = [SHOWN; 2];
        let shown: Vec<_> = self
            .iter()
            .filter(|diagnostic| {
                let left = &mut left[diagnostic.severity as usize];
                let is_shown = *left > 0;
                *left = left.saturating_sub(1);
                is_shown
            })
            .collect();
        let hidden = self.len() - shown.len();
        (shown, hidden)
    }

    /// The text of those that [`shown`](Diagnostics::shown) gives, a blank line between two.
    pub fn render(&self, source: &Source) -> String {
        let (shown, hidden) = self.shown();
        let mut texts: Vec<_> = shown.iter().map(|d| d.render(source)).collect();
        texts.extend(and_more(hidden));
        texts.join("\n\n")
    }
}

const SHOWN: usize = 100;

/// The words for findings that are left out.
pub fn and_more(hidden: usize) -> Option<String> {
    (hidden > 0).then(|| format!("and {hidden} more, which are not shown"))
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        for diagnostic in findings {
            self.push(diagnostic);
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    /// As [`Diagnostics::iter`].
    fn into_iter(mut self) -> Self::IntoIter {
        self.list.sort_by_key(Diagnostic::order);
        self.list.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(diagnostic);
        diagnostics
    }
}

/// A definition that does not compile, and why.
///
/// `Display` and `Debug` both show the rendered diagnostics, so that an `.unwrap()` in a build script is readable.
#[derive(Clone)]
pub struct CompileError(Box<Failed>);

#[derive(Clone)]
struct Failed {
    source: Source,
    diagnostics: Diagnostics,
    skeleton: Option<TokenStream>,
}

impl CompileError {
    /// The findings about `source`, at least one of them an error, and the module that may stand in for the real one.
    pub(crate) fn new(source: Source, diagnostics: Diagnostics, skeleton: Option<TokenStream>) -> CompileError {
        CompileError(Box::new(Failed {
            source,
            diagnostics,
            skeleton,
        }))
    }

    /// The module with the names that it would have and with no bodies, so that a mistake in the definition does not become ten
    /// in the Rust around it. None where the names are not known.
    pub fn skeleton(&self) -> Option<&TokenStream> {
        self.0.skeleton.as_ref()
    }

    /// The definition.
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    /// What is wrong with it, warnings included.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.0.diagnostics
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.diagnostics.render(&self.0.source))
    }
}

impl fmt::Debug for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for CompileError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: impl Into<Code>, start: usize) -> Diagnostic {
        Diagnostic::warning(code, Span::new(start, start + 1), format!("at {start}"))
    }

    #[test]
    fn document_order_is_stable() {
        let mut diagnostics = Diagnostics::new();
        for start in [7, 3, 7, 0] {
            let message = format!("{}th", diagnostics.len());
            diagnostics.push(Diagnostic {
                message,
                ..finding(ServiceCode::SchemaValidationFailed, start)
            });
        }
        let order: Vec<_> = diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(order, ["3th", "1th", "0th", "2th"]);
    }

    #[test]
    fn what_is_about_another_file_shows_that_one() {
        let file = Arc::new(Source::new("a.types.json", "{ \"inptu\": true }"));
        let mut diagnostics = Diagnostics::from(finding(Code::Unsupported, 2).in_file(&file));
        diagnostics.push(finding(Code::Unsupported, 7));
        assert_eq!(
            diagnostics.render(&Source::new("a.json", "{}\n[1, 2]")),
            "\
warning: at 7
 --> a.json:2:5
  |
2 | [1, 2]
  |     ^

warning: at 2
 --> a.types.json:1:3
  |
1 | { \"inptu\": true }
  |   ^"
        );
    }

    #[test]
    fn a_hundred_of_each_are_shown() {
        let mut diagnostics = Diagnostics::new();
        for at in 0..150 {
            diagnostics.push(finding(ServiceCode::SchemaValidationFailed, at));
            diagnostics.push(Diagnostic::error(Code::Unsupported, Span::new(at, at), "wrong"));
        }
        let (shown, hidden) = diagnostics.shown();
        assert_eq!((shown.len(), hidden), (200, 100));
        let text = diagnostics.render(&Source::new("a.json", " ".repeat(200)));
        assert!(text.ends_with("\n\nand 100 more, which are not shown"), "{text}");
    }

    #[test]
    fn lints_take_their_level() {
        let mut levels = Levels::new();
        levels.set(Lint::UnreadToken, Level::Deny);
        levels.set(Lint::DuplicateKey, Level::Allow);
        let mut diagnostics = Diagnostics::with_levels(levels);
        diagnostics.push(Diagnostic::lint(Lint::DuplicateKey, Span::default(), "allowed"));
        assert!(diagnostics.is_empty());
        diagnostics.push(Diagnostic::lint(Lint::NoDollar, Span::default(), "warned"));
        assert!(!diagnostics.has_errors());
        diagnostics.push(Diagnostic::lint(Lint::UnreadToken, Span::default(), "denied"));
        assert!(diagnostics.has_errors());
    }

    #[test]
    fn debug_is_as_readable_as_display() {
        let error = CompileError::new(
            Source::new("a.json", "{}"),
            Diagnostic::error(ServiceCode::SchemaValidationFailed, Span::new(0, 2), "no `States`").into(),
            None,
        );
        assert_eq!(format!("{error:?}"), error.to_string());
        assert_eq!(
            error.to_string(),
            "error: no `States`\n --> a.json:1:1\n  |\n1 | {}\n  | ^^"
        );
    }
}
