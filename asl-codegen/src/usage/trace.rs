//! What templates and expressions read, where so much of what they make is.

use super::used::{Used, parts};
use super::{Base, Reads};
use crate::expr::intrinsic::{ArgKind, Call};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::expr::path::{Path, Root, Step};
use crate::syntax::{Expression, Field, FieldValue, Reference, Template};
use serde_json::Value;

/// Goes through what a field makes.
pub(super) struct Trace<'r> {
    pub reads: &'r mut Reads,
    /// What `$` is in JSONPath.
    pub base: Base,
    /// Whether what is made for nobody is read all the same, as it fails where nothing is there.
    pub counts_all: bool,
}

impl Trace<'_> {
    /// Templates nest as the JSON does, whose depth is bounded.
    pub fn template(&mut self, template: &Template, used: Option<&Used>) {
        match template {
            Template::Literal(_) => {}
            Template::Expression(expression) => self.expression(expression, used),
            Template::Array(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    self.template(element, used.and_then(|used| used.element(Some(at))).as_ref());
                }
            }
            Template::Object(fields) => {
                for field in fields {
                    self.field(field, used.and_then(|used| used.member(&field.name)).as_ref());
                }
            }
        }
    }

    /// The values of an `Assign`, of which so much is read as of the variables after it.
    pub fn assign(&mut self, assign: Option<&Template>, after: &Reads) {
        if let Some(Template::Object(fields)) = assign {
            for field in fields {
                self.field(field, after.of_variable(&field.name).as_ref());
            }
        }
    }

    fn field(&mut self, field: &Field, used: Option<&Used>) {
        match &field.value {
            FieldValue::Template(template) => self.template(template, used),
            FieldValue::Path(path) => self.path(&path.value, used),
            FieldValue::Call(call) if used.is_some() || self.counts_all => self.call(&call.value),
            FieldValue::Call(_) => {}
        }
    }

    /// Calls nest to a limit of the service.
    fn call(&mut self, call: &Call) {
        for argument in &call.args {
            match &argument.kind {
                ArgKind::Path(path) => self.path(path, Some(&Used::whole())),
                ArgKind::Call(call) => self.call(call),
                ArgKind::String { .. } | ArgKind::Number(_) | ArgKind::Bool(_) | ArgKind::Null => {}
            }
        }
    }

    pub fn path(&mut self, path: &Path, used: Option<&Used>) {
        let looked_at = Used::default();
        let Some(used) = used.or(self.counts_all.then_some(&looked_at)) else {
            return;
        };
        let (parts, used) = parts(&path.steps, used);
        let used = Used::under(&parts, &used);
        match &path.root {
            Root::Input => self.reads.add(self.base, &used),
            Root::Variable(name) => self.reads.variable(name, &used),
            Root::Context => {
                let names = path.steps.iter().map_while(|step| match step {
                    Step::Member(name) => Some(name.as_str()),
                    _ => None,
                });
                self.reads.context(&names.collect::<Vec<_>>());
            }
        }
    }

    /// An expression that is more than a place uses whatever it names.
    pub fn expression(&mut self, expression: &Expression, used: Option<&Used>) {
        if used.is_none() && !self.counts_all {
            return;
        }
        // `%` leads from a member to its neighbours.
        let has_parents = expression.text.contains('%');
        self.expr(&expression.expr, used, has_parents);
    }

    /// Recursion is bounded, since the nesting of an expression is.
    fn expr(&mut self, expr: &Expr, used: Option<&Used>, has_parents: bool) {
        let is_bare = expr.is_bare() && !expr.keep_array;
        match &expr.kind {
            _ if has_parents || !is_bare => {}
            ExprKind::Object(members) if members.iter().all(|(key, _)| matches!(key.kind, ExprKind::String(_))) => {
                for (key, value) in members {
                    if let ExprKind::String(name) = &key.kind {
                        self.made(value, used.and_then(|used| used.member(name)).as_ref());
                    }
                }
                return;
            }
            ExprKind::Block(items) if items.len() == 1 => return self.expr(&items[0], used, has_parents),
            ExprKind::Call(function, arguments) => {
                if let (Some(objects), ExprKind::Variable(name)) = (listed(arguments), &function.kind)
                    && name == "merge"
                {
                    // A member of what comes out may be of each of them.
                    objects.iter().for_each(|object| self.made(object, used));
                    return;
                }
            }
            _ => {}
        }
        match expr.place() {
            Some((variable, members)) if !has_parents => self.place(variable, &members, used),
            _ => {
                for Reference { variable, members, .. } in Reference::all_of(expr) {
                    let names: Vec<&str> = members.iter().map(String::as_str).collect();
                    let names = if has_parents {
                        &names[..names.len().min(1)]
                    } else {
                        &names[..]
                    };
                    self.place(&variable, names, Some(&Used::whole()));
                }
            }
        }
    }

    /// A part of what an expression makes.
    fn made(&mut self, expr: &Expr, used: Option<&Used>) {
        if used.is_some() || self.counts_all {
            self.expr(expr, used, false);
        }
    }

    /// `$variable.member.member`
    fn place(&mut self, variable: &str, members: &[&str], used: Option<&Used>) {
        // An array that is found by members may be made of those of several.
        let used = match used {
            Some(used) if used.is_by_members() => used.clone(),
            Some(_) => Used::whole(),
            None => Used::default(),
        };
        let under = |members: &[&str]| {
            let steps: Vec<Step> = members.iter().map(|name| Step::Member((*name).to_owned())).collect();
            Used::under(&parts(&steps, &used).0, &used)
        };
        match (variable, members) {
            ("states", ["input", members @ ..]) => self.reads.add(Base::Raw, &under(members)),
            ("states", ["result", members @ ..]) => self.reads.add(Base::Result, &under(members)),
            ("states", ["context", members @ ..]) => self.reads.context(members),
            ("states", []) => {
                self.reads.add(Base::Raw, &Used::whole());
                self.reads.add(Base::Result, &Used::whole());
                self.reads.context(&[]);
            }
            ("states", _) => {}
            (name, members) => self.reads.variable(name, &under(members)),
        }
    }
}

/// The elements of an array that is all that a function gets.
fn listed(arguments: &[Expr]) -> Option<&[Expr]> {
    match arguments {
        [
            Expr {
                kind: ExprKind::Array { elements, .. },
                predicates,
                group: None,
                ..
            },
        ] if predicates.is_empty() => Some(elements),
        _ => None,
    }
}

/// The names of the variables that an `Assign` sets.
pub(super) fn assigned(assign: Option<&Template>) -> Vec<&str> {
    match assign {
        Some(Template::Object(fields)) => fields.iter().map(|field| field.name.as_str()).collect(),
        Some(Template::Literal(Value::Object(members))) => members.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
