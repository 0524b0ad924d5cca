//! Makes the tree of an expression out of what is written: `.`, `[..]`, `^(..)`, `@` and `#` become steps of a path.

use super::parents::Parents;
use super::syntax::{After, Compound, Id, Kind, Node, Operand, Syntax};
use super::{Expr, ExprKind, Path, SortTerm, Stage, Step, StepKind, SyntaxError};
use std::ops::Range;

/// Makes the tree.
pub(super) fn build(text: &str, syntax: Syntax, root: Id) -> Result<Expr, SyntaxError> {
    let mut builder = Builder {
        text,
        built: syntax.nodes.iter().map(|_| Built::default()).collect(),
        nodes: syntax.nodes,
        parents: Parents::default(),
    };
    builder.build(root)?;
    let root = builder.take(root);
    match root.wanted().first() {
        Some(&parent) => Err(builder.parents.error(parent)),
        None => Ok(root.into_expr()),
    }
}

struct Builder<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    /// What the nodes have become, those that have not been used by others yet.
    built: Vec<Built>,
    parents: Parents,
}

/// An expression, with what only those around it need.
enum Built {
    Alone(Alone),
    Route(Route),
}

/// What is no path yet.
struct Alone {
    expr: Expr,
    /// `@$name`; it means something only where a path begins.
    focus: Option<String>,
    parent_of: Vec<usize>,
    has_bindings: bool,
    /// The `%` in it whose parent is not found yet.
    seeking: Vec<usize>,
}

/// A path.
struct Route {
    steps: Vec<Step>,
    at: Range<usize>,
    group: Option<Vec<(Expr, Expr)>>,
    /// A step says `[]`.
    keep_array: bool,
    /// `[]` after all of it, as in `a{b: c}[]`.
    keep_whole: bool,
    /// How many steps have been looked at as steps after or before a dot.
    checked: usize,
    /// The `%` in it whose parent is not found yet.
    seeking: Vec<usize>,
    /// Those in its last step.
    last_seeking: Vec<usize>,
}

impl Default for Built {
    fn default() -> Built {
        Built::new(ExprKind::Null, 0..0, Vec::new())
    }
}

impl Built {
    fn new(kind: ExprKind, at: Range<usize>, seeking: Vec<usize>) -> Built {
        Built::Alone(Alone {
            expr: expr(kind, at),
            focus: None,
            parent_of: Vec::new(),
            has_bindings: false,
            seeking,
        })
    }

    /// Takes the bytes and the `[]` of a node.
    fn finish(&mut self, at: Range<usize>, keep_array: bool) {
        match self {
            Built::Alone(alone) => {
                alone.expr.at = at;
                alone.expr.keep_array |= keep_array;
            }
            Built::Route(route) => {
                route.at = at;
                route.keep_whole |= keep_array;
            }
        }
    }

    /// The `%` in it whose parent what is around it has to find.
    fn wanted(&self) -> Vec<usize> {
        match self {
            Built::Alone(alone) => alone.wanted(),
            Built::Route(route) => route.seeking.clone(),
        }
    }

    fn into_expr(self) -> Expr {
        match self {
            Built::Alone(alone) => alone.expr,
            Built::Route(route) => {
                let path = Path {
                    steps: route.steps,
                    keep_array: route.keep_array,
                    keep_bindings: false,
                };
                Expr {
                    group: route.group,
                    keep_array: route.keep_whole,
                    ..expr(ExprKind::Path(path), route.at)
                }
            }
        }
    }

    fn into_route(self) -> Route {
        match self {
            Built::Alone(alone) => Route {
                at: alone.expr.at.clone(),
                last_seeking: alone.wanted(),
                ..Route::new(alone.into_step())
            },
            Built::Route(route) => route,
        }
    }
}

impl Alone {
    fn wanted(&self) -> Vec<usize> {
        let mut wanted = self.seeking.clone();
        if let ExprKind::Parent(parent) = self.expr.kind {
            wanted.push(parent);
        }
        wanted
    }

    fn into_step(self) -> Step {
        Step {
            focus: self.focus,
            parent_of: self.parent_of,
            has_bindings: self.has_bindings,
            ..step(StepKind::Expr(self.expr))
        }
    }
}

impl Route {
    fn new(step: Step) -> Route {
        Route {
            steps: vec![step],
            at: 0..0,
            group: None,
            keep_array: false,
            keep_whole: false,
            checked: 0,
            seeking: Vec::new(),
            last_seeking: Vec::new(),
        }
    }
}

fn expr(kind: ExprKind, at: Range<usize>) -> Expr {
    Expr {
        kind,
        at,
        predicates: Vec::new(),
        group: None,
        keep_array: false,
    }
}

fn step(kind: StepKind) -> Step {
    Step {
        kind,
        stages: Vec::new(),
        focus: None,
        index: None,
        parent_of: Vec::new(),
        has_bindings: false,
    }
}

/// What to do with a node.
enum Visit {
    /// Build its parts, then itself.
    Enter(Id),
    /// See whether it can follow what precedes it, which is built.
    Check(Id),
    /// Build it; its parts are built.
    Leave(Id),
}

impl Builder<'_> {
    /// Builds a node and all its parts, in the order of the reference, on which it depends which error is the first.
    ///
    /// This is a loop, since there are as many levels as the text has operators.
    fn build(&mut self, root: Id) -> Result<(), SyntaxError> {
        let mut visits = vec![Visit::Enter(root)];
        while let Some(visit) = visits.pop() {
            match visit {
                Visit::Enter(id) => {
                    let kind = &self.nodes[id].kind;
                    visits.push(Visit::Leave(id));
                    visits.extend(kind.parts().into_iter().rev().map(Visit::Enter));
                    if let Kind::After(before, _) = kind {
                        visits.extend([Visit::Check(id), Visit::Enter(*before)]);
                    }
                }
                Visit::Check(id) => self.can_follow(id)?,
                Visit::Leave(id) => self.built[id] = self.node(id)?,
            }
        }
        Ok(())
    }

    fn take(&mut self, id: Id) -> Built {
        std::mem::take(&mut self.built[id])
    }

    fn node(&mut self, id: Id) -> Result<Built, SyntaxError> {
        let node = &mut self.nodes[id];
        let keep_array = node.keep_array;
        let at = node.at.clone();
        let mut built = match std::mem::take(&mut node.kind) {
            Kind::Operand(operand) => self.operand(operand, &at, keep_array)?,
            Kind::After(before, after) => {
                let before = self.take(before);
                self.after(before, after, &at, keep_array)?
            }
        };
        built.finish(at, keep_array);
        Ok(built)
    }

    /// A predicate or a grouping cannot follow another grouping.
    fn can_follow(&self, id: Id) -> Result<(), SyntaxError> {
        let node = &self.nodes[id];
        let Kind::After(before, after) = &node.kind else {
            return Ok(());
        };
        let (code, group, message) = match (after, &self.built[*before]) {
            (After::Filter(_), before) => {
                let step = match before {
                    Built::Alone(alone) => Some(&alone.expr),
                    Built::Route(route) => match route.steps.last().map(|step| &step.kind) {
                        Some(StepKind::Expr(expr)) => Some(expr),
                        _ => None,
                    },
                };
                let group = step.and_then(|step| step.group.as_ref());
                ("S0209", group, "a predicate cannot follow a grouping")
            }
            (After::Group(_), Built::Alone(alone)) => {
                ("S0210", alone.expr.group.as_ref(), "a grouping cannot follow another")
            }
            (After::Group(_), Built::Route(route)) => {
                ("S0210", route.group.as_ref(), "a grouping cannot follow another")
            }
            _ => return Ok(()),
        };
        match group {
            Some(_) => Err(SyntaxError::new(code, node.at.clone(), message).help("put the grouping in parentheses")),
            None => Ok(()),
        }
    }

    /// What follows an operand.
    fn after(&mut self, left: Built, after: After, at: &Range<usize>, keep_array: bool) -> Result<Built, SyntaxError> {
        match after {
            After::Dot(right) => self.dot(left, right),
            After::Filter(filter) => self.filter(left, filter),
            After::Group(members) => Ok(self.group(left, members)),
            After::Sort(terms) => self.sort(left, terms),
            After::Focus(name) => focus(left, name, keep_array, at),
            After::Index(name) => Ok(index(left, name)),
        }
    }

    /// Part of an expression. What it seeks is added to what the whole is `seeking`.
    fn part(&mut self, id: Id, seeking: &mut Vec<usize>) -> Expr {
        let part = self.take(id);
        seeking.extend(part.wanted());
        part.into_expr()
    }

    fn boxed(&mut self, id: Id, seeking: &mut Vec<usize>) -> Box<Expr> {
        Box::new(self.part(id, seeking))
    }

    fn parts(&mut self, ids: Vec<Id>, seeking: &mut Vec<usize>) -> Vec<Expr> {
        ids.into_iter().map(|id| self.part(id, seeking)).collect()
    }

    fn members(&mut self, members: Vec<(Id, Id)>, seeking: &mut Vec<usize>) -> Vec<(Expr, Expr)> {
        members
            .into_iter()
            .map(|(key, value)| (self.part(key, seeking), self.part(value, seeking)))
            .collect()
    }

    fn operand(&mut self, operand: Operand, at: &Range<usize>, keep_array: bool) -> Result<Built, SyntaxError> {
        Ok(match operand {
            Operand::Missing => return Err(self.missing()),
            Operand::Name(name) => {
                let mut name = expr(ExprKind::Name(name), at.clone());
                name.keep_array = keep_array;
                Built::Route(Route {
                    keep_array,
                    ..Route::new(step(StepKind::Expr(name)))
                })
            }
            Operand::Negate(operand) => self.negate(operand, at.clone()),
            Operand::Apply(left, right) => self.apply(left, right, at.clone()),
            Operand::Literal(literal) => Built::new(literal, at.clone(), Vec::new()),
            Operand::Parent => Built::new(ExprKind::Parent(self.parents.add(at.clone())), at.clone(), Vec::new()),
            Operand::Compound(compound) => {
                let mut seeking = Vec::new();
                let kind = self.compound(compound, &mut seeking);
                Built::new(kind, at.clone(), seeking)
            }
        })
    }

    fn compound(&mut self, compound: Compound, seeking: &mut Vec<usize>) -> ExprKind {
        // A parent is not sought through these.
        let lost = &mut Vec::new();
        match compound {
            Compound::Array(elements) => ExprKind::Array {
                elements: self.parts(elements, seeking),
                is_kept: false,
            },
            Compound::Object(members) => ExprKind::Object(self.members(members, seeking)),
            Compound::Block(parts) => ExprKind::Block(self.parts(parts, seeking)),
            Compound::Lambda {
                parameters,
                signature,
                body,
            } => ExprKind::Lambda {
                parameters,
                signature,
                body: self.boxed(body, lost),
            },
            Compound::Transform {
                pattern,
                update,
                delete,
            } => ExprKind::Transform {
                pattern: self.boxed(pattern, lost),
                update: self.boxed(update, lost),
                delete: delete.map(|delete| self.boxed(delete, lost)),
            },
            Compound::Binary(op, left, right) => {
                ExprKind::Binary(op, self.boxed(left, seeking), self.boxed(right, seeking))
            }
            Compound::Bind(name, value) => ExprKind::Bind(name, self.boxed(value, seeking)),
            Compound::Condition(condition, then, other) => ExprKind::Condition(
                self.boxed(condition, seeking),
                self.boxed(then, seeking),
                other.map(|other| self.boxed(other, seeking)),
            ),
            Compound::Call(function, arguments) => {
                let arguments = self.parts(arguments, seeking);
                ExprKind::Call(self.boxed(function, lost), arguments)
            }
            Compound::Partial(function, arguments) => {
                let arguments = arguments
                    .into_iter()
                    .map(|argument| argument.map(|id| self.part(id, seeking)))
                    .collect();
                ExprKind::Partial(self.boxed(function, lost), arguments)
            }
        }
    }

    fn missing(&self) -> SyntaxError {
        let text = self.text.trim_end();
        let last = text.chars().next_back().map_or(0, char::len_utf8);
        let message = if last == 0 {
            "the expression is empty"
        } else {
            "expected a value after this"
        };
        SyntaxError::new("S0207", text.len() - last..text.len(), message)
    }

    /// The minus sign of a number becomes part of it.
    fn negate(&mut self, operand: Id, at: Range<usize>) -> Built {
        let mut operand = self.take(operand);
        if let Built::Alone(alone) = &mut operand
            && let ExprKind::Number(number) = &mut alone.expr.kind
        {
            *number = -*number;
            return operand;
        }
        let seeking = operand.wanted();
        let kind = ExprKind::Negate(Box::new(operand.into_expr()));
        Built::new(kind, at, seeking)
    }

    fn apply(&mut self, left: Id, right: Id, at: Range<usize>) -> Built {
        let left = Box::new(self.take(left).into_expr());
        let right = Box::new(self.take(right).into_expr());
        let keep_array = left.keep_array || right.keep_array;
        let mut built = Built::new(ExprKind::Apply(left, right), at.clone(), Vec::new());
        built.finish(at, keep_array);
        built
    }

    fn dot(&mut self, left: Built, right: Id) -> Result<Built, SyntaxError> {
        let parent = match &left {
            Built::Alone(alone) => match alone.expr.kind {
                ExprKind::Parent(parent) => Some(parent),
                _ => None,
            },
            Built::Route(_) => None,
        };
        let mut route = left.into_route();
        route.seeking.extend(parent);
        match self.take(right) {
            Built::Alone(mut alone) => {
                route.last_seeking = alone.wanted();
                let predicates = std::mem::take(&mut alone.expr.predicates);
                let mut step = alone.into_step();
                step.stages = predicates.into_iter().map(Stage::Filter).collect();
                route.steps.push(step);
            }
            Built::Route(right) => {
                route.last_seeking = right.last_seeking;
                route.steps.extend(right.steps);
            }
        }
        // The last one may have got a `[]` since.
        for step in &mut route.steps[route.checked.saturating_sub(1)..] {
            if let StepKind::Expr(expr) = &mut step.kind {
                literal_to_name(expr)?;
                route.keep_array |= expr.keep_array;
            }
        }
        route.checked = route.steps.len();
        keep(route.steps.first_mut());
        keep(route.steps.last_mut());
        let lost = self.parents.resolve(&route.last_seeking, &mut route.steps)?;
        route.seeking.extend(lost);
        Ok(Built::Route(route))
    }

    fn filter(&mut self, mut left: Built, filter: Id) -> Result<Built, SyntaxError> {
        let filter = self.take(filter);
        let seeking = match &filter {
            Built::Alone(alone) => &alone.seeking,
            Built::Route(route) => &route.seeking,
        };
        // A predicate that is `%` and nothing else finds no parent.
        let wanted = if seeking.is_empty() {
            Vec::new()
        } else {
            filter.wanted()
        };
        for parent in self.parents.step_back(seeking) {
            match &mut left {
                Built::Alone(alone) => {
                    self.parents
                        .seek(parent, &mut alone.expr, &mut alone.parent_of, &mut alone.has_bindings)?;
                }
                Built::Route(route) => {
                    if let Some(last) = route.steps.last_mut() {
                        self.parents.seek_in_step(parent, last)?;
                    }
                }
            }
        }
        let filter = filter.into_expr();
        match &mut left {
            Built::Alone(alone) => {
                alone.seeking.extend(wanted);
                alone.expr.predicates.push(filter);
            }
            Built::Route(route) => {
                route.last_seeking.extend(wanted);
                if let Some(last) = route.steps.last_mut() {
                    last.stages.push(Stage::Filter(filter));
                }
            }
        }
        Ok(left)
    }

    fn group(&mut self, mut left: Built, members: Vec<(Id, Id)>) -> Built {
        // A parent is not sought from there.
        let members = self.members(members, &mut Vec::new());
        match &mut left {
            Built::Alone(alone) => alone.expr.group = Some(members),
            Built::Route(route) => route.group = Some(members),
        }
        left
    }

    fn sort(&mut self, left: Built, terms: Vec<(bool, Id)>) -> Result<Built, SyntaxError> {
        let mut route = left.into_route();
        let mut seeking = Vec::new();
        let terms = terms
            .into_iter()
            .map(|(descending, term)| SortTerm {
                descending,
                expr: self.part(term, &mut seeking),
            })
            .collect();
        route.steps.push(step(StepKind::Sort(terms)));
        let lost = self.parents.resolve(&seeking, &mut route.steps)?;
        route.seeking.extend(lost);
        route.last_seeking = seeking;
        Ok(Built::Route(route))
    }
}

/// A step `'name'` is one that names a member; other literals are none.
fn literal_to_name(expr: &mut Expr) -> Result<(), SyntaxError> {
    match &mut expr.kind {
        ExprKind::String(name) => expr.kind = ExprKind::Name(std::mem::take(name)),
        ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null => {
            let error = SyntaxError::new("S0213", expr.at.clone(), "a literal cannot be a step of a path");
            return Err(match expr.kind {
                ExprKind::Number(_) => error.help("write `[..]` for an index, backquotes for a name"),
                _ => error.help("write backquotes around a name"),
            });
        }
        _ => {}
    }
    Ok(())
}

fn keep(step: Option<&mut Step>) {
    if let Some(StepKind::Expr(expr)) = step.map(|step| &mut step.kind)
        && let ExprKind::Array { is_kept, .. } = &mut expr.kind
    {
        *is_kept = true;
    }
}

/// `@$name`: the value is bound, and the context stays.
fn focus(mut left: Built, name: String, keep_array: bool, at: &Range<usize>) -> Result<Built, SyntaxError> {
    let after_filter = || {
        let error = SyntaxError::new("S0215", at.clone(), "`@` cannot follow a predicate or a position");
        Err(error.help("write it before them"))
    };
    match &mut left {
        Built::Alone(alone) => {
            if !alone.expr.predicates.is_empty() {
                return after_filter();
            }
            alone.focus = Some(name);
            alone.has_bindings = true;
        }
        Built::Route(route) => {
            if let Some(last) = route.steps.last_mut() {
                match &mut last.kind {
                    _ if !last.stages.is_empty() => return after_filter(),
                    StepKind::Expr(expr) if !expr.predicates.is_empty() => return after_filter(),
                    StepKind::Expr(expr) => expr.keep_array |= keep_array,
                    StepKind::Sort(_) => {
                        let error = SyntaxError::new("S0216", at.clone(), "`@` cannot follow an order-by");
                        return Err(error.help("write it before the order-by"));
                    }
                }
                last.focus = Some(name);
                last.has_bindings = true;
            }
        }
    }
    Ok(left)
}

/// `#$name`: the position is bound.
fn index(mut left: Built, name: String) -> Built {
    let predicates = match &mut left {
        Built::Alone(alone) => std::mem::take(&mut alone.expr.predicates),
        Built::Route(_) => Vec::new(),
    };
    let mut route = left.into_route();
    if let Some(last) = route.steps.last_mut() {
        last.stages.extend(predicates.into_iter().map(Stage::Filter));
        if last.stages.is_empty() {
            last.index = Some(name);
        } else {
            last.stages.push(Stage::Index(name));
        }
        last.has_bindings = true;
    }
    Built::Route(route)
}
