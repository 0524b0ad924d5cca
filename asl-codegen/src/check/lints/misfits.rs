//! What a task is asked with, and what the machine gives, that can never be of its declared type.

use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::shapes::{Known, ScopeShapes, Shape};
use crate::source::Span;
use crate::syntax::{FieldValue, QueryLanguage, Scope, StateKind, Template};
use std::fmt;
use std::sync::Arc;

pub(super) fn check(scope: &Scope, shapes: &ScopeShapes, known: &Known, diagnostics: &mut Diagnostics) {
    for (state, known_here) in scope.states.iter().zip(&shapes.states) {
        let Some(known_here) = known_here else { continue };
        if state.is_terminal()
            && !matches!(state.kind, StateKind::Fail(_))
            && let Some(misfit) = Misfit::of(&known_here.flow.output, &known.output)
        {
            let message = format!(
                "the output of the machine never fits its type where `{}` ends it",
                state.name.value
            );
            report(message, &misfit, state.name.span, state.location.clone(), diagnostics);
        }
    }
    check_tasks(scope, shapes, known, diagnostics);
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn check_tasks(scope: &Scope, shapes: &ScopeShapes, known: &Known, diagnostics: &mut Diagnostics) {
    for (state, known_here) in scope.states.iter().zip(&shapes.states) {
        let Some(known_here) = known_here else { continue };
        if let StateKind::Task(task) = &state.kind
            && let Some(wanted) = known.inputs.get(&state.name.value)
            && let Some(misfit) = Misfit::of(&known_here.flow.payload, wanted)
        {
            let message = format!("what `{}` is asked with never fits its type", state.name.value);
            let found = task
                .parameters
                .as_ref()
                .and_then(|parameters| place(parameters, &misfit.path));
            let location = match (found, state.query_language) {
                (None, _) => state.location.clone(),
                (_, QueryLanguage::JsonPath) => format!("{}/Parameters", state.location),
                (_, QueryLanguage::Jsonata) => format!("{}/Arguments", state.location),
            };
            report(
                message,
                &misfit,
                found.unwrap_or(state.name.span),
                location,
                diagnostics,
            );
        }
        for (inner, shapes) in state.scopes().into_iter().zip(&known_here.scopes) {
            check_tasks(inner, shapes, known, diagnostics);
        }
    }
}

fn report(message: String, misfit: &Misfit, span: Span, location: String, diagnostics: &mut Diagnostics) {
    let finding = Diagnostic::lint(Lint::TypeMismatch, span, message).label(misfit.to_string());
    diagnostics.push(finding.at(location));
}

/// Where the member stands, or the last one on the way to it that does.
fn place(template: &Template, path: &[Arc<str>]) -> Option<Span> {
    let Template::Object(fields) = template else {
        return None;
    };
    let (name, further) = path.split_first()?;
    let field = fields.iter().find(|field| *field.name == **name)?;
    let inner = match &field.value {
        FieldValue::Template(inner) => place(inner, further),
        _ => None,
    };
    Some(inner.unwrap_or(field.key_span))
}

/// Why no value of one shape is of another.
struct Misfit {
    /// Which member it is.
    path: Vec<Arc<str>>,
    /// What it is, unless it is missing.
    given: Option<Shape>,
    wanted: Shape,
}

impl Misfit {
    /// As deep as shapes are.
    fn of(given: &Shape, wanted: &Shape) -> Option<Misfit> {
        // What cannot be reached is nothing.
        if given.is_never() {
            return None;
        }
        if given.is_disjoint(wanted) {
            return Some(Misfit {
                path: Vec::new(),
                given: Some(given.clone()),
                wanted: wanted.clone(),
            });
        }
        let (given, wanted) = (given.types()?, wanted.types()?);
        let (Some(given), [wanted]) = (given.only_object(), wanted.objects()) else {
            return None;
        };
        let mut pairs = given.pairs(wanted);
        pairs.find_map(|(name, given_member, wanted_member)| {
            let wanted_member = wanted_member?;
            let mut misfit = match given_member {
                Some(member) if member.is_required => Misfit::of(&member.shape, &wanted_member.shape)?,
                None if wanted_member.is_required && given.rest().is_none() => Misfit {
                    path: Vec::new(),
                    given: None,
                    wanted: wanted_member.shape.clone(),
                },
                _ => return None,
            };
            misfit.path.insert(0, name.clone());
            Some(misfit)
        })
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.join(".");
        match (&self.given, self.path.is_empty()) {
            (None, _) => write!(f, "`{path}` is missing, which is to be {}", self.wanted),
            (Some(given), true) => write!(f, "it is {given}, and is to be {}", self.wanted),
            (Some(given), false) => write!(f, "`{path}` is {given}, and is to be {}", self.wanted),
        }
    }
}
