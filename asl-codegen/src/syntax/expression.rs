//! JSONata strings (spec J-1 to J-24).

use super::references::references;
use super::{Condition, FailText, FieldValue, Items, Number, State, StateKind, Template, WaitUntil};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::json::Places;
use crate::source::{Span, Spanned};
use std::ops::Range;

/// A JSONata string: what stands between `{%` and `%}`.
#[derive(Debug, Clone)]
pub struct Expression {
    /// As written, without the blanks around it.
    pub text: String,
    /// The same, parsed. Its places are bytes of `text`.
    pub expr: Expr,
    /// The field that it stands in, as errors name it (J-89): `Output/result`, `Choices[1]/Condition`.
    pub field: String,
    /// The string that holds it.
    pub span: Span,
    /// What it reads from outside itself, functions too, in the order of the text.
    pub reads: Vec<Spanned<Reference>>,
    /// Where each byte of the string stands.
    pub(super) places: Places,
    /// Where `text` begins in the string.
    pub(super) start: usize,
}

/// Something that an expression reads from outside itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name, without `$`: `states`, or that of a state variable or of a function.
    pub variable: String,
    /// The members that are looked up in it one after the other, as far as these are plain names: `input`, `order`.
    pub members: Vec<String>,
    /// Whether it is called as a function.
    pub is_called: bool,
}

impl Expression {
    /// Where a range of bytes of `text` stands.
    pub fn place(&self, at: Range<usize>) -> Span {
        self.places.span(self.start + at.start..self.start + at.end)
    }

    /// What it reads, if it is nothing but a variable or members of one: `$states.input.order.id`.
    pub fn whole(&self) -> Option<&Reference> {
        let members = match &self.expr.kind {
            ExprKind::Variable(_) => 0,
            ExprKind::Path(path) => path.steps.len() - 1,
            _ => return None,
        };
        let [Spanned { value: read, .. }] = &self.reads[..] else {
            return None;
        };
        let is_bare = self.expr.predicates.is_empty() && self.expr.group.is_none();
        (is_bare && read.members.len() == members && !self.text.contains('[')).then_some(read)
    }

    /// Whether it draws random numbers.
    pub fn draws(&self) -> bool {
        self.uses(&["random", "shuffle", "uuid"])
    }

    /// Whether it names one of these functions.
    pub fn uses(&self, functions: &[&str]) -> bool {
        self.reads
            .iter()
            .any(|read| functions.contains(&read.value.variable.as_str()))
    }
}

impl Reference {
    /// What an expression reads, or a part of one that sees nothing that is bound around it, in the order of the text.
    pub fn all_of(expr: &Expr) -> Vec<Reference> {
        references(expr).into_iter().map(|(_, reference)| reference).collect()
    }

    /// The members below `$states.context`, if that or `$states` as a whole is read. Whatever lies below them may be read.
    pub fn context(&self) -> Option<&[String]> {
        match (self.variable.as_str(), self.members.split_first()) {
            ("states", None) => Some(&[]),
            ("states", Some((first, rest))) if first == "context" => Some(rest),
            _ => None,
        }
    }

    /// The name of the state variable that is read, or of a function, which a state variable of its name would hide.
    pub fn state_variable(&self) -> Option<&str> {
        (self.variable != "states" && !self.is_called).then_some(self.variable.as_str())
    }
}

impl State {
    /// Every expression in the state's own fields; those of the states inside it are not among them.
    pub fn expressions(&self) -> Vec<&Expression> {
        let mut found = Found(self.expressions_outside_catchers());
        for catcher in self.catchers() {
            found.template(catcher.assign.as_ref());
            found.template(catcher.output.as_ref());
        }
        found.0
    }

    /// Those that its Catchers do not hold.
    pub fn expressions_outside_catchers(&self) -> Vec<&Expression> {
        let mut found = Found(Vec::new());
        match &self.kind {
            StateKind::Task(task) => {
                found.template(task.parameters.as_ref());
                found.template(task.credentials.as_ref());
                found.number(task.timeout.as_ref());
                found.number(task.heartbeat.as_ref());
            }
            StateKind::Pass(_) | StateKind::Succeed => {}
            StateKind::Choice(choice) => {
                for rule in &choice.rules {
                    if let Some(Condition::Expression(expression)) = &rule.condition {
                        found.0.push(expression);
                    }
                    found.template(rule.assign.as_ref());
                    found.template(rule.output.as_ref());
                }
            }
            StateKind::Wait(wait) => {
                if let WaitUntil::SecondsExpression(expression) | WaitUntil::TimestampExpression(expression) =
                    &wait.until
                {
                    found.0.push(expression);
                }
            }
            StateKind::Fail(fail) => {
                for text in [&fail.error, &fail.cause].into_iter().flatten() {
                    if let FailText::Expression(expression) = text {
                        found.0.push(expression);
                    }
                }
            }
            StateKind::Parallel(parallel) => {
                found.template(parallel.parameters.as_ref());
            }
            StateKind::Map(map) => {
                if let Items::Template(items) = &map.items {
                    found.template(Some(items));
                }
                found.template(map.item_selector.as_ref());
                found.number(map.max_concurrency.as_ref());
                found.number(map.tolerated_failure_count.as_ref());
                found.number(map.tolerated_failure_percentage.as_ref());
                for field in &map.data_set_fields {
                    field
                        .templates
                        .iter()
                        .for_each(|template| found.template(Some(template)));
                    field.limits.iter().for_each(|limit| found.number(Some(limit)));
                }
            }
        }
        found.template(self.assign.as_ref());
        found.template(self.output.as_ref());
        found.0
    }
}

impl Template {
    /// Every expression in it.
    pub fn expressions(&self) -> Vec<&Expression> {
        let mut found = Found(Vec::new());
        found.template(Some(self));
        found.0
    }
}

struct Found<'s>(Vec<&'s Expression>);

impl<'s> Found<'s> {
    /// Templates nest as the JSON does, whose depth is bounded.
    fn template(&mut self, template: Option<&'s Template>) {
        match template {
            None | Some(Template::Literal(_)) => {}
            Some(Template::Expression(expression)) => self.0.push(expression),
            Some(Template::Array(elements)) => elements.iter().for_each(|element| self.template(Some(element))),
            Some(Template::Object(fields)) => {
                for field in fields {
                    if let FieldValue::Template(template) = &field.value {
                        self.template(Some(template));
                    }
                }
            }
        }
    }

    fn number(&mut self, number: Option<&'s Number>) {
        if let Some(Number::Expression(expression)) = number {
            self.0.push(expression);
        }
    }
}
