//! What an expression reads from outside itself: variables that nothing in it binds.

use super::Reference;
use crate::expr::jsonata::{Expr, ExprKind, Path, Stage, Step, StepKind};
use std::collections::HashMap;
use std::ops::Range;

/// Every free variable of an expression but `$` and `$$`, in the order of the text, with its bytes there; those of `$states`
/// reach over its members.
pub(super) fn references(expr: &Expr) -> Vec<(Range<usize>, Reference)> {
    let mut walk = Walk {
        found: Vec::new(),
        order: Vec::new(),
        bound: HashMap::new(),
        awaited: HashMap::new(),
        is_called: false,
        lambdas: 0,
        has_parent: false,
    };
    walk.expr(expr);
    let Walk {
        mut found, has_parent, ..
    } = walk;
    for (_, reference) in &mut found {
        // `%` leads from a member of the context object to its neighbours.
        if has_parent && reference.context().is_some() {
            reference.members.truncate(1);
        }
    }
    found.sort_by_key(|(at, _)| at.start);
    found
}

/// Recursion is bounded, since the nesting of an expression is.
struct Walk<'e> {
    found: Vec<(Range<usize>, Reference)>,
    /// The names that are bound where the walk is, the last one last.
    order: Vec<&'e str>,
    /// How often each of them is.
    bound: HashMap<&'e str, usize>,
    /// For each name that a block around binds: how many lambdas are around that block. What a lambda names is looked
    /// up when it is called, so that it also sees what is bound after it.
    awaited: HashMap<&'e str, Vec<usize>>,
    /// Whether the variable that comes next is called.
    is_called: bool,
    /// How many lambdas are around.
    lambdas: usize,
    has_parent: bool,
}

impl<'e> Walk<'e> {
    fn expr(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::Path(path) => {
                self.path(path, expr.group.as_deref());
                self.all(&expr.predicates);
                return;
            }
            ExprKind::Variable(name) => self.variable(name, &expr.at, &[]),
            ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Apply(left, right) => {
                self.expr(left);
                self.function(right);
            }
            ExprKind::Negate(operand) => self.expr(operand),
            ExprKind::Array { elements, .. } => self.all(elements),
            ExprKind::Object(members) => self.members(members),
            ExprKind::Block(items) => self.block(items),
            ExprKind::Bind(name, value) => {
                self.expr(value);
                self.bind(name);
            }
            ExprKind::Condition(condition, then, otherwise) => {
                self.expr(condition);
                self.expr(then);
                otherwise.iter().for_each(|otherwise| self.expr(otherwise));
            }
            ExprKind::Lambda { parameters, body, .. } => {
                let frame = self.order.len();
                self.lambdas += 1;
                parameters.iter().for_each(|name| self.bind(name));
                self.expr(body);
                self.lambdas -= 1;
                self.leave(frame);
            }
            ExprKind::Call(function, arguments) => {
                self.function(function);
                self.all(arguments);
            }
            ExprKind::Partial(function, arguments) => {
                self.function(function);
                arguments.iter().flatten().for_each(|argument| self.expr(argument));
            }
            ExprKind::Transform {
                pattern,
                update,
                delete,
            } => {
                self.expr(pattern);
                self.expr(update);
                delete.iter().for_each(|delete| self.expr(delete));
            }
            ExprKind::Parent(_) => self.has_parent = true,
            ExprKind::String(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Regex { .. }
            | ExprKind::Name(_)
            | ExprKind::Wildcard
            | ExprKind::Descendants => {}
        }
        self.all(&expr.predicates);
        expr.group.iter().for_each(|group| self.members(group));
    }

    fn function(&mut self, function: &'e Expr) {
        self.is_called = matches!(function.kind, ExprKind::Variable(_));
        self.expr(function);
    }

    fn all(&mut self, exprs: &'e [Expr]) {
        exprs.iter().for_each(|expr| self.expr(expr));
    }

    fn members(&mut self, members: &'e [(Expr, Expr)]) {
        for (key, value) in members {
            self.expr(key);
            self.expr(value);
        }
    }

    /// What a block binds is gone after it.
    fn block(&mut self, items: &'e [Expr]) {
        let frame = self.order.len();
        let names = || items.iter().filter_map(bound_name);
        for name in names() {
            self.awaited.entry(name).or_default().push(self.lambdas);
        }
        self.all(items);
        for name in names() {
            self.awaited.entry(name).and_modify(|lambdas| {
                lambdas.pop();
            });
        }
        self.leave(frame);
    }

    /// What the steps of a path bind, the steps after them see, and what groups the result.
    fn path(&mut self, path: &'e Path, group: Option<&'e [(Expr, Expr)]>) {
        let frame = self.order.len();
        for (index, step) in path.steps.iter().enumerate() {
            match &step.kind {
                StepKind::Expr(expr) => match &expr.kind {
                    ExprKind::Variable(name) if index == 0 && expr.predicates.is_empty() => {
                        self.variable(name, &expr.at, &members(&path.steps));
                    }
                    _ => self.expr(expr),
                },
                StepKind::Sort(terms) => terms.iter().for_each(|term| self.expr(&term.expr)),
            }
            let names = [&step.focus, &step.index].into_iter().flatten();
            names.for_each(|name| self.bind(name));
            for stage in &step.stages {
                match stage {
                    Stage::Filter(expr) => self.expr(expr),
                    Stage::Index(name) => self.bind(name),
                }
            }
        }
        group.into_iter().for_each(|group| self.members(group));
        self.leave(frame);
    }

    fn variable(&mut self, name: &'e str, at: &Range<usize>, members: &[(&str, usize)]) {
        let is_called = std::mem::take(&mut self.is_called);
        let is_bound = self.bound.get(name).is_some_and(|&times| times > 0);
        let awaited = self.awaited.get(name).and_then(|lambdas| lambdas.first());
        if is_bound || awaited.is_some_and(|&around| around < self.lambdas) || name.is_empty() || name == "$" {
            return;
        }
        // What follows the name may belong to the place of the variable too.
        let end = match members.last() {
            Some((_, end)) if name == "states" => *end,
            _ => at.start + 1 + name.len(),
        };
        let reference = Reference {
            variable: name.to_owned(),
            members: members.iter().map(|(name, _)| (*name).to_owned()).collect(),
            is_called,
        };
        self.found.push((at.start..end, reference));
    }

    fn bind(&mut self, name: &'e str) {
        *self.bound.entry(name).or_insert(0) += 1;
        self.order.push(name);
    }

    /// Forgets the names that were bound since there were `frame` of them.
    fn leave(&mut self, frame: usize) {
        for name in self.order.drain(frame..) {
            self.bound.entry(name).and_modify(|times| *times -= 1);
        }
    }
}

/// The name that an item of a block binds.
fn bound_name(item: &Expr) -> Option<&str> {
    match &item.kind {
        ExprKind::Bind(name, _) => Some(name),
        _ => None,
    }
}

/// The members that a path looks up in its first step one after the other, and where each of them ends.
fn members(steps: &[Step]) -> Vec<(&str, usize)> {
    let mut members = Vec::new();
    for pair in steps.windows(2) {
        let [before, step] = pair else { break };
        let name = match &step.kind {
            StepKind::Expr(Expr {
                kind: ExprKind::Name(name),
                at,
                predicates,
                group: None,
                ..
            }) if predicates.is_empty() => (name.as_str(), at.end),
            _ => break,
        };
        if !before.stages.is_empty() || before.focus.is_some() || before.index.is_some() {
            break;
        }
        members.push(name);
    }
    members
}

#[cfg(test)]
mod tests {
    use super::references;
    use crate::expr::jsonata::parse;

    /// What an expression reads, as `name.member.member`.
    fn read(text: &str) -> String {
        let expr = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let found = references(&expr).into_iter().map(|(at, reference)| {
            let written = &text[at];
            assert!(written.starts_with(&format!("${}", reference.variable)), "{written}");
            let mut names = vec![reference.variable];
            names.extend(reference.members);
            names.join(".")
        });
        found.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn members_are_followed_as_far_as_they_are_names() {
        for (text, expected) in [
            ("$states", "states"),
            ("$states.input.order.id", "states.input.order.id"),
            ("$states.input.items[price > $limit].name", "states.input.items limit"),
            ("$states.input.`unit price`", "states.input.unit price"),
            ("$states.context.*", "states.context"),
            ("$states.(context)", "states"),
            ("$states.input.items@$i.($i.price)", "states.input.items"),
            ("$x[0].a", "x"),
            ("$x.a ~> $sum", "x.a sum"),
            ("$states.context.State.%.Execution", "states.context"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_an_expression_binds_is_its_own() {
        for (text, expected) in [
            ("($x := 1; $x + $y)", "y"),
            ("($x := $x + 1; $x)", "x"),
            ("[($x := 1; $x), $x]", "x"),
            ("function($a) { $a + $b }", "b"),
            ("$map([1], function($v, $i) { $v + $i })", "map"),
            ("($f := function($n) { $n < 1 ? 1 : $n * $f($n - 1) }; $f(3))", ""),
            ("($a := function() { $b() }; $b := function() { 1 }; $a())", ""),
            ("($a := $b; $b := 1; $a)", "b"),
            ("function() { ($a := $b; $b := 1) }", "b"),
            ("$states.input.a#$i.{ 'at': $i }", "states.input.a"),
            ("$states.input.a#$i[$i = 0].b", "states.input.a"),
            ("$ & $$.a & a.$", ""),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
