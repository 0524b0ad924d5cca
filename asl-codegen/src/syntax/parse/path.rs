//! Fields that hold paths.

use super::Parser;
use super::choice::is_condition;
use super::fields::Fields;
use crate::diagnostic::Lint;
use crate::expr::path::{Path, Root, Step};
use crate::json::Text;
use crate::source::{Span, Spanned};
use crate::syntax::{ResultPath, Selection};
use std::ops::Range;

/// What a field wants of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Any path.
    Any,
    /// A Reference Path (RP-1), from the input, the context object or a variable.
    Reference,
    /// A Reference Path, but not from the context object (CX-23).
    InputReference,
}

impl Parser<'_> {
    /// `InputPath`, `OutputPath`
    pub fn selection(&mut self, fields: &Fields, name: &str) -> Selection {
        match fields.get(name) {
            Some(member) if member.value.is_null() => Selection::Nothing,
            _ => match self.path(fields, name, Wanted::Any) {
                Some(path) if is_whole(&path.value) => Selection::Whole,
                Some(path) => Selection::Path(path),
                None => Selection::Whole,
            },
        }
    }

    /// `ResultPath`
    pub fn result_path(&mut self, fields: &Fields) -> ResultPath {
        let name = "ResultPath";
        match fields.get(name) {
            Some(member) if member.value.is_null() => return ResultPath::Discard,
            _ => {}
        }
        let Some(path) = self.path(fields, name, Wanted::Reference) else {
            return ResultPath::Replace;
        };
        let problem = match &path.value.root {
            Root::Input if path.value.steps.is_empty() => return ResultPath::Replace,
            Root::Input => return ResultPath::Into(path),
            Root::Context => "the context object cannot be written to",
            Root::Variable(_) => "variables are written by `Assign`",
        };
        self.schema(
            path.span,
            &fields.location(name),
            "`ResultPath` must start with `$`, the input of the state",
        )
        .label(problem)
        .service("Value is not a Reference Path")
        .push();
        ResultPath::Replace
    }

    /// A field that holds a path.
    pub fn path(&mut self, fields: &Fields, name: &str, wanted: Wanted) -> Option<Spanned<Path>> {
        let Spanned { value: text, span } = self.text(fields, name)?;
        self.path_in(text, span, &fields.location(name), name, wanted)
    }

    /// A path with `[(@.length-1)]` in it, as the first description of JSONPath had it. What it means is clear, but
    /// Jayway's paths have no scripts.
    fn script(&mut self, text: &Text, span: Span, location: &str) -> Option<Path> {
        let mut plain = text.value.clone();
        while let Some((before, index, after)) = script_index(&plain) {
            plain = format!("{before}[-{index}]{after}");
        }
        let path = Path::parse(&plain).ok().filter(|_| plain != text.value)?;
        self.finding(
            Lint::Doubtful,
            span,
            location,
            "the paths of the service have no scripts",
        )
        .label("a script")
        .help(format!("write `{plain}`"))
        .push();
        Some(path)
    }

    /// A path as a field wants it.
    pub fn path_in(
        &mut self,
        text: &Text,
        span: Span,
        location: &str,
        name: &str,
        wanted: Wanted,
    ) -> Option<Spanned<Path>> {
        if !text.symbols.is_empty() {
            self.unsettled(text, span, location);
            return None;
        }
        let article = match wanted {
            Wanted::Any => "a path",
            Wanted::Reference | Wanted::InputReference => "a Reference Path",
        };
        // What the service says where any path will do is not known.
        let service = (wanted != Wanted::Any).then_some("Value is not a Reference Path");
        let message = format!("`{name}` must be {article}");
        let path = match Path::parse(&text.value) {
            Ok(path) => path,
            Err(error) => {
                if wanted == Wanted::Any
                    && let Some(path) = self.script(text, span, location)
                {
                    return Some(Spanned { value: path, span });
                }
                let source = self.source;
                let is_call = text.value.trim_start().starts_with("States.");
                let (at, label, help) = match is_call {
                    true => (
                        span,
                        "intrinsic functions are called in templates only".to_owned(),
                        None,
                    ),
                    false => {
                        let help = match error.calls {
                            true => without_call(&text.value, error.at.clone(), name),
                            false => error.help,
                        };
                        (text.span(source, span, error.at), error.message, help)
                    }
                };
                self.schema(at, location, message)
                    .label(label)
                    .maybe_service(service)
                    .maybe_help(help)
                    .push();
                return None;
            }
        };
        let problem = match wanted {
            Wanted::Any => None,
            Wanted::InputReference if path.root == Root::Context => Some("the context object cannot be read here"),
            Wanted::Reference | Wanted::InputReference => not_a_reference(&path),
        };
        if let Some(problem) = problem {
            let several = problem.ends_with("several values");
            self.schema(span, location, message)
                .label(problem)
                .maybe_service(service)
                .maybe_help(several.then_some("it leads to one place, by names and by the indices of elements"))
                .push();
            return None;
        }
        Some(Spanned { value: path, span })
    }
}

/// What to write where a path does not compute and no function can be called; the operator stands at `at`.
fn without_call(text: &str, at: Range<usize>, field: &str) -> Option<String> {
    let operator = &text[at.clone()];
    let compares = operator.starts_with(['=', '<', '>', '!', '&', '|']);
    Some(match field {
        _ if operator == "," => return None,
        _ if compares && (field == "Variable" || is_condition(field)) => {
            let rule = comparison(text[..at.start].trim(), operator, text[at.end..].trim());
            let rule = rule.unwrap_or_else(|| r#""Variable": "$.a", "NumericEquals": 1"#.to_owned());
            format!("one comparison is a rule of its own, such as `{rule}`; `And`, `Or` and `Not` join several")
        }
        "ResultPath" => "it says where the result goes: compute in a state of its own".to_owned(),
        _ if compares => "compare in a Choice state before".to_owned(),
        _ if matches!(operator, "+" | "-") => {
            "compute it in a Pass state before, with `States.MathAdd(..)` in its `Parameters`".to_owned()
        }
        // No intrinsic function multiplies or divides.
        _ => "compute it in a state before, in a task or in JSONata".to_owned(),
    })
}

/// A rule that compares a path with a literal.
fn comparison(path: &str, operator: &str, literal: &str) -> Option<String> {
    let relation = match operator {
        "=" | "==" | "===" => "Equals",
        "<" => "LessThan",
        "<=" => "LessThanEquals",
        ">" => "GreaterThan",
        ">=" => "GreaterThanEquals",
        _ => return None,
    };
    let quoted = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let (family, literal) = match quoted {
        Some(text) if !text.contains(['\'', '"', '\\']) => ("String", format!("\"{text}\"")),
        None if literal.parse::<serde_json::Number>().is_ok() => ("Numeric", literal.to_owned()),
        None if matches!(literal, "true" | "false") && relation == "Equals" => ("Boolean", literal.to_owned()),
        _ => return None,
    };
    Some(format!(r#""Variable": "{path}", "{family}{relation}": {literal}"#))
}

/// The index of the first `[(@.length-1)]` in a path, and what stands before and after it.
fn script_index(text: &str) -> Option<(&str, u32, &str)> {
    let (before, rest) = text.split_once("[(@.length")?;
    let (number, after) = rest.trim_start().strip_prefix('-')?.split_once(")]")?;
    Some((before, number.trim().parse().ok()?, after))
}

/// Whether it is `$`.
fn is_whole(path: &Path) -> bool {
    path.root == Root::Input && path.steps.is_empty()
}

/// What keeps a path from being a Reference Path (RP-1, RP-2).
fn not_a_reference(path: &Path) -> Option<&'static str> {
    path.steps.iter().find_map(|step| match step {
        Step::Member(_) | Step::Index(0..) => None,
        Step::Index(_) => Some("a Reference Path counts from the start of an array"),
        Step::Members(_) | Step::Indices(_) => Some("`,` selects several values"),
        Step::Slice(..) => Some("`:` selects several values"),
        Step::Wildcard => Some("`*` selects several values"),
        Step::Descend => Some("`..` selects several values"),
        Step::Filter(_) => Some("a filter selects several values"),
        Step::Function(_) => Some("a Reference Path calls no functions"),
    })
}
