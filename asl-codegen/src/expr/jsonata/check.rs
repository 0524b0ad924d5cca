//! What is wrong with an expression whatever the data.

mod arguments;

use super::functions::{self, Function};
use super::{Expr, ExprKind, Path, Stage, Step, StepKind};
use crate::nearest;
use std::collections::HashSet;
use std::ops::Range;

/// Something in an expression that cannot work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// Which bytes of the text it concerns.
    pub at: Range<usize>,
    /// What is wrong, in the form of a diagnostic's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// The kinds of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// A name or `$` where there is no value that it could be looked up in, or `$$`: refused at creation (J-37, J-39).
    NoContext,
    /// `states` as the name of a variable of the expression (J-42).
    Reserved,
    /// A call of what is no function: it fails when it is evaluated (J-46).
    UnknownFunction,
    /// Too few or too many arguments: it fails when it is evaluated, or gives nothing.
    Arity,
    /// An argument of a type that the function does not take: it fails when it is evaluated.
    Type,
}

/// Finds what is wrong with an expression, in the order of its text.
pub fn check(expr: &Expr) -> Vec<Finding> {
    let mut bound = HashSet::new();
    bindings(expr, &mut bound);
    let mut check = Check {
        bound,
        findings: Vec::new(),
    };
    check.expr(expr, Context::None);
    check.findings.sort_by_key(|finding| finding.at.start);
    check.findings
}

/// The names that are bound anywhere in an expression.
fn bindings<'e>(expr: &'e Expr, bound: &mut HashSet<&'e str>) {
    match &expr.kind {
        ExprKind::Bind(name, _) => {
            bound.insert(name);
        }
        ExprKind::Lambda { parameters, .. } => bound.extend(parameters.iter().map(String::as_str)),
        ExprKind::Path(path) => {
            for step in &path.steps {
                bound.extend(step.focus.as_deref());
                bound.extend(step.index.as_deref());
                bound.extend(step.stages.iter().filter_map(|stage| match stage {
                    Stage::Index(name) => Some(name.as_str()),
                    Stage::Filter(_) => None,
                }));
            }
        }
        _ => {}
    }
    expr.parts().into_iter().for_each(|part| bindings(part, bound));
}

/// Whether there is a value that names are looked up in (J-37, J-38).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    None,
    Value,
}

struct Check<'e> {
    /// They may hide functions.
    bound: HashSet<&'e str>,
    findings: Vec<Finding>,
}

/// Recursion is bounded, since the nesting of an expression is.
impl<'e> Check<'e> {
    fn report(&mut self, kind: FindingKind, at: Range<usize>, message: String, help: Option<String>) {
        self.findings.push(Finding {
            kind,
            at,
            message,
            help,
        });
    }

    fn expr(&mut self, expr: &'e Expr, context: Context) {
        match &expr.kind {
            ExprKind::Variable(name) => self.variable(name, &expr.at, context),
            ExprKind::Name(name) => self.name(name, &expr.at, context),
            ExprKind::Path(path) => self.path(path, context),
            ExprKind::Bind(name, value) => {
                self.reserved(name, &expr.at);
                self.expr(value, context);
            }
            ExprKind::Lambda { parameters, body, .. } => {
                parameters.iter().for_each(|name| self.reserved(name, &expr.at));
                // It has the context of the place where it is made (J-39).
                self.expr(body, context);
            }
            ExprKind::Call(function, arguments) => {
                let given: Vec<&Expr> = arguments.iter().collect();
                self.call(function, &given, &expr.at, context);
                self.all(arguments, context);
            }
            ExprKind::Partial(function, arguments) => {
                self.function(function, context);
                self.all(arguments.iter().flatten(), context);
            }
            ExprKind::Apply(left, right) => {
                self.expr(left, context);
                self.apply(left, right, context);
            }
            ExprKind::Transform {
                pattern,
                update,
                delete,
            } => {
                // They are looked up in what it is applied to.
                self.expr(pattern, Context::Value);
                self.expr(update, Context::Value);
                self.all(delete.as_deref(), Context::Value);
            }
            kind => self.all(kind.parts(), context),
        }
        self.all(&expr.predicates, Context::Value);
        self.members(expr.group.iter().flatten());
    }

    fn all(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, context: Context) {
        exprs.into_iter().for_each(|expr| self.expr(expr, context));
    }

    /// What groups values is looked up in each of them.
    fn members(&mut self, members: impl IntoIterator<Item = &'e (Expr, Expr)>) {
        for (key, value) in members {
            self.expr(key, Context::Value);
            self.expr(value, Context::Value);
        }
    }

    fn path(&mut self, path: &'e Path, context: Context) {
        let mut context = context;
        for step in &path.steps {
            self.step(step, context);
            context = Context::Value;
        }
    }

    fn step(&mut self, step: &'e Step, context: Context) {
        match &step.kind {
            StepKind::Expr(expr) => self.expr(expr, context),
            StepKind::Sort(terms) => self.all(terms.iter().map(|term| &term.expr), Context::Value),
        }
        let at = match &step.kind {
            StepKind::Expr(expr) => expr.at.clone(),
            StepKind::Sort(terms) => terms.first().map(|term| term.expr.at.clone()).unwrap_or_default(),
        };
        for name in [&step.focus, &step.index].into_iter().flatten() {
            self.reserved(name, &at);
        }
        for stage in &step.stages {
            match stage {
                Stage::Filter(filter) => self.expr(filter, Context::Value),
                Stage::Index(name) => self.reserved(name, &at),
            }
        }
    }

    fn variable(&mut self, name: &str, at: &Range<usize>, context: Context) {
        let (message, length) = match (name, context) {
            ("$", _) => ("reference to `$$` is not supported", 2),
            ("", Context::None) => ("reference to `$` at the top level is not supported", 1),
            _ => return,
        };
        let at = at.start..at.start + length;
        let help = "the input of the state is `$states.input`".to_owned();
        self.report(FindingKind::NoContext, at, message.to_owned(), Some(help));
    }

    fn name(&mut self, name: &str, at: &Range<usize>, context: Context) {
        if context == Context::Value {
            return;
        }
        let message = format!("reference to `{name}` at the top level is not supported");
        let is_word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let help = if name.contains("${") {
            "a text stands in quotes, and others are joined to it with `&`: `'Hello ' & $name`".to_owned()
        } else if is_word {
            format!("write `$states.input.{name}` for the input of the state, `${name}` for a variable")
        } else {
            format!("write `$states.input.\"{name}\"` for the input of the state")
        };
        self.report(FindingKind::NoContext, at.clone(), message, Some(help));
    }

    fn reserved(&mut self, name: &str, at: &Range<usize>) {
        if name == "states" {
            let message = "`$states` cannot be bound".to_owned();
            let help = "choose another name".to_owned();
            self.report(FindingKind::Reserved, at.clone(), message, Some(help));
        }
    }

    fn call(&mut self, function: &'e Expr, given: &[&Expr], at: &Range<usize>, context: Context) {
        if let Some(function) = self.function(function, context) {
            let finding = arguments::check(function, given, at);
            self.findings.extend(finding);
        }
    }

    /// `left ~> right`: `left` is the first argument.
    fn apply(&mut self, left: &'e Expr, right: &'e Expr, context: Context) {
        match &right.kind {
            // What follows the call does nothing.
            ExprKind::Call(function, arguments) => {
                let given: Vec<&Expr> = std::iter::once(left).chain(arguments).collect();
                self.call(function, &given, &right.at, context);
                self.all(arguments, context);
            }
            ExprKind::Variable(_) if right.predicates.is_empty() && right.group.is_none() => {
                // With a function on its left it makes one, and calls none.
                self.function(right, context);
            }
            _ => self.expr(right, context),
        }
    }

    /// The built-in function that is called, if it is certain that it is one.
    fn function(&mut self, function: &'e Expr, context: Context) -> Option<&'static Function> {
        let name = match &function.kind {
            ExprKind::Variable(name) if !name.is_empty() && name != "$" && name != "states" => name.as_str(),
            ExprKind::Path(path) => {
                self.called_name(path, &function.at, context);
                return None;
            }
            _ => {
                self.expr(function, context);
                return None;
            }
        };
        if self.bound.contains(name) {
            return None;
        }
        let found = functions::find(name);
        if found.is_none() {
            let help = match name {
                "eval" => Some("`$parse` reads JSON".to_owned()),
                _ => nearest(name, functions::names())
                    .map(|known| format!("a function with a similar name exists: `${known}`")),
            };
            let message = format!("no function has the name `${name}`");
            // What follows the name may belong to the place of the variable.
            let at = function.at.start..function.at.start + 1 + name.len();
            self.report(FindingKind::UnknownFunction, at, message, help);
        }
        found
    }

    /// `sum(..)`, where `$sum(..)` is meant: data holds no functions.
    fn called_name(&mut self, path: &'e Path, at: &Range<usize>, context: Context) {
        match path.steps.as_slice() {
            [
                Step {
                    kind:
                        StepKind::Expr(Expr {
                            kind: ExprKind::Name(name),
                            ..
                        }),
                    ..
                },
            ] => {
                let message = format!("`{name}` is no function");
                let known = functions::find(name).map(|function| function.name);
                let help = known
                    .or_else(|| self.bound.get(name.as_str()).copied())
                    .or_else(|| nearest(name, functions::names()))
                    .map(|known| format!("write `${known}`"));
                self.report(FindingKind::UnknownFunction, at.clone(), message, help);
            }
            _ => self.path(path, context),
        }
    }
}

#[cfg(test)]
mod tests;
