//! What a condition tells about the data, where it holds and where it does not (CH-6, CH-7, CH-20 to CH-41).

use super::flow::Data;
use super::kept::Kept;
use super::shape::Shape;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind, functions};
use crate::expr::path::{Path, Root, Step};
use crate::syntax::{Condition, Operator, Relation, Right, Test, TypeTest};

/// The data where a condition holds, and where it does not; nothing where that cannot be.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    /// Where it holds.
    pub holds: Option<Data>,
    /// Where it does not.
    pub fails: Option<Data>,
}

const NUMBERS: Kept = Kept { numbers: true, ..NONE };
const STRINGS: Kept = Kept { strings: true, ..NONE };
const BOOLEANS: Kept = Kept { booleans: true, ..NONE };
const NULL: Kept = Kept { null: true, ..NONE };
const NONE: Kept = Kept {
    null: false,
    booleans: false,
    numbers: false,
    strings: false,
    arrays: false,
    objects: false,
};

impl Split {
    fn both(data: Data) -> Split {
        Split {
            holds: Some(data.clone()),
            fails: Some(data),
        }
    }

    fn flip(self) -> Split {
        Split {
            holds: self.fails,
            fails: self.holds,
        }
    }
}

/// Looks at each test with the data that it sees, and what it makes of that.
pub(crate) type Observer<'o> = dyn FnMut(&Data, &Test, &Split) + 'o;

/// Conditions nest as the JSON does, whose depth is bounded; each is looked at once.
pub(crate) fn split(data: Data, condition: &Condition, observer: &mut Observer<'_>) -> Split {
    match condition {
        Condition::And(all) => chain(data, all, |data, one| split(data, one, observer)),
        Condition::Or(all) => chain(data, all, |data, one| split(data, one, observer).flip()).flip(),
        Condition::Not(inner) => split(data, inner, observer).flip(),
        Condition::Literal(true) => Split {
            holds: Some(data),
            fails: None,
        },
        Condition::Literal(false) => Split {
            holds: None,
            fails: Some(data),
        },
        Condition::Test(test) => {
            let split = tested(&data, test);
            observer(&data, test, &split);
            split
        }
        Condition::Expression(expression) => evaluated(data, &expression.expr),
    }
}

/// Of conditions that are tried one after the other until one does not hold.
fn chain<T>(data: Data, all: &[T], mut split: impl FnMut(Data, &T) -> Split) -> Split {
    let mut holds = Some(data);
    let mut fails: Option<Data> = None;
    for one in all {
        let Some(before) = holds else { break };
        let tried = split(before, one);
        holds = tried.holds;
        fails = Data::join_both(fails, tried.fails);
    }
    Split { holds, fails }
}

fn tested(data: &Data, test: &Test) -> Split {
    let path = &test.variable.value;
    let right = match &test.operator {
        Operator::String(_, Right::Path(right))
        | Operator::Numeric(_, Right::Path(right))
        | Operator::Timestamp(_, Right::Path(right))
        | Operator::Boolean(Right::Path(right)) => Some(&right.value),
        _ => None,
    };
    let narrowed = |is_held: bool| {
        let data = match test.operator {
            Operator::Is(TypeTest::Present, expected) if expected != is_held => return data.without(path),
            _ => data.with(path, &|shape| operated(shape, &test.operator, is_held))?,
        };
        match right {
            // It has been looked for, and it is of the same type where the test holds.
            Some(right) => data.with(right, &|shape| match is_held {
                true => only(shape, wanted(&test.operator)),
                false => shape.clone(),
            }),
            None => Some(data),
        }
    };
    Split {
        holds: narrowed(true),
        fails: narrowed(false),
    }
}

/// The types that an operator compares.
fn wanted(operator: &Operator) -> Kept {
    match operator {
        Operator::String(..) | Operator::Timestamp(..) | Operator::Matches(_) => STRINGS,
        Operator::Numeric(..) => NUMBERS,
        Operator::Boolean(_) => BOOLEANS,
        Operator::Is(..) => NONE.others(),
    }
}

fn only(shape: &Shape, kept: Kept) -> Shape {
    shape.filter(|types| types.retain(kept))
}

/// What remains of a value that was compared.
fn operated(shape: &Shape, operator: &Operator, is_held: bool) -> Shape {
    let typed = |kept: Kept, expected: bool| match expected == is_held {
        true => only(shape, kept),
        false => only(shape, kept.others()),
    };
    match operator {
        Operator::Is(TypeTest::Present, _) => shape.clone(),
        Operator::Is(TypeTest::Null, expected) => typed(NULL, *expected),
        Operator::Is(TypeTest::Numeric, expected) => typed(NUMBERS, *expected),
        Operator::Is(TypeTest::String, expected) => typed(STRINGS, *expected),
        Operator::Is(TypeTest::Boolean, expected) => typed(BOOLEANS, *expected),
        Operator::Is(TypeTest::Timestamp, expected) if *expected == is_held => only(shape, STRINGS),
        Operator::String(Relation::Equal, Right::Literal(text)) => shape.filter(|types| {
            if is_held {
                types.retain(STRINGS);
            }
            types.retain_text(text, is_held);
        }),
        Operator::Boolean(Right::Literal(value)) => shape.filter(|types| {
            if is_held {
                types.retain(BOOLEANS);
            }
            types.retain_boolean(*value, is_held);
        }),
        _ if is_held => only(shape, wanted(operator)),
        _ => shape.clone(),
    }
}

/// What an expression tells where it is `true` and where it is `false`.
///
/// In JSONata a list of one stands for its element, so that a comparison tells nothing of what can be an array.
fn evaluated(data: Data, expr: &Expr) -> Split {
    if !expr.predicates.is_empty() || expr.group.is_some() {
        return Split::both(data);
    }
    match &expr.kind {
        ExprKind::Bool(value) => Split {
            holds: value.then(|| data.clone()),
            fails: (!value).then_some(data),
        },
        ExprKind::Block(items) => match &items[..] {
            [one] => evaluated(data, one),
            _ => Split::both(data),
        },
        ExprKind::Binary(BinaryOp::And, left, right) => chain(data, &[left, right], |data, one| evaluated(data, one)),
        ExprKind::Binary(BinaryOp::Or, left, right) => {
            chain(data, &[left, right], |data, one| evaluated(data, one).flip()).flip()
        }
        ExprKind::Binary(BinaryOp::Equal, left, right) => equal(data, left, right),
        // What is absent is neither equal to anything nor not.
        ExprKind::Binary(BinaryOp::NotEqual, left, right) => Split {
            holds: [left, right]
                .iter()
                .try_fold(data.clone(), |data, side| exists(data, side).holds),
            fails: Some(data),
        },
        ExprKind::Call(function, arguments) => match (&function.kind, &arguments[..]) {
            (ExprKind::Variable(name), [argument]) if data.variables.member(name).is_none() => match name.as_str() {
                "not" => evaluated(data, argument).flip(),
                "exists" => exists(data, argument),
                _ => Split::both(data),
            },
            _ => Split::both(data),
        },
        _ => Split::both(data),
    }
}

/// `$exists($states.input.a.b)`
fn exists(data: Data, argument: &Expr) -> Split {
    let Some((root, members)) = place(argument) else {
        return Split::both(data);
    };
    let Some(base) = data.base(&root).filter(|base| has_no_arrays_before(base, &members)) else {
        return Split::both(data);
    };
    Split {
        holds: data.replaced(&root, base.require(&members, &Shape::clone)),
        fails: match members.is_empty() {
            // Whether a variable is assigned.
            true => Some(data),
            false => data.replaced(&root, base.forbid(&members)),
        },
    }
}

/// `$states.input.a = 'text'`
fn equal(data: Data, left: &Expr, right: &Expr) -> Split {
    let (place, literal) = match (place(left), place(right)) {
        (Some(place), None) => (place, right),
        (None, Some(place)) => (place, left),
        _ => return Split::both(data),
    };
    let (root, members) = place;
    let kept = match &literal.kind {
        ExprKind::String(_) => STRINGS,
        ExprKind::Bool(_) => BOOLEANS,
        ExprKind::Number(_) => NUMBERS,
        ExprKind::Null => NULL,
        _ => return Split::both(data),
    };
    let Some(base) = data.base(&root).filter(|base| has_no_arrays_before(base, &members)) else {
        return Split::both(data);
    };
    let only_literal = |shape: &Shape| {
        shape.filter(|types| {
            types.retain(Kept { arrays: true, ..kept });
            match &literal.kind {
                ExprKind::String(text) => types.retain_text(text, true),
                ExprKind::Bool(value) => types.retain_boolean(*value, true),
                _ => {}
            }
        })
    };
    Split {
        holds: data.replaced(&root, base.require(&members, &only_literal)),
        // It may be absent as well.
        fails: Some(data),
    }
}

/// Whether what an expression goes through is no list, whose elements it would go through.
fn has_no_arrays_before(base: &Shape, members: &[&str]) -> bool {
    let mut shape = base.clone();
    for name in members {
        if shape.types().is_none_or(|types| types.array().is_some()) {
            return false;
        }
        shape = shape.member(name).0;
    }
    true
}

/// The place that an expression names: `$states.input.a`, `$variable.a`.
fn place(expr: &Expr) -> Option<(Root, Vec<&str>)> {
    match expr.place()? {
        ("states", members) => match &members[..] {
            ["input", members @ ..] => Some((Root::Input, members.to_vec())),
            _ => None,
        },
        (name, members) if members.is_empty() && functions::find(name).is_some() => None,
        (name, members) => Some((Root::Variable(name.to_owned()), members)),
    }
}

/// The same, as a root and the steps from there.
pub(crate) fn steps(expr: &Expr) -> Option<(Root, Vec<Step>)> {
    let (root, members) = place(expr)?;
    let steps = members.into_iter().map(|name| Step::Member(name.to_owned()));
    Some((root, steps.collect()))
}

/// The members that a path goes by, if it goes by nothing else.
fn members(path: &Path) -> Option<Vec<&str>> {
    let member = |step: &'_ Step| matches!(step, Step::Member(_));
    path.steps.iter().all(member).then(|| {
        let names = path.steps.iter().filter_map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    })
}

impl Data {
    /// What a path begins from, if something is known of it.
    fn base(&self, root: &Root) -> Option<Shape> {
        match root {
            Root::Input => Some(self.input.clone()),
            Root::Context => None,
            Root::Variable(name) => self
                .variables
                .knows(name)
                .then(|| self.variables.member(name))
                .flatten()
                .map(|variable| variable.shape),
        }
    }

    /// With another base; nothing where that can be nothing.
    fn replaced(&self, root: &Root, base: Shape) -> Option<Data> {
        if base.is_never() {
            return None;
        }
        let mut data = self.clone();
        match root {
            Root::Input => data.input = base,
            Root::Variable(name) => data.set_variable(name, base),
            Root::Context => {}
        }
        Some(data)
    }

    /// With what a path finds changed, since it finds something.
    fn with(&self, path: &Path, change: &dyn Fn(&Shape) -> Shape) -> Option<Data> {
        let Some(base) = self.base(&path.root) else {
            return Some(self.clone());
        };
        match members(path) {
            Some(members) => self.replaced(&path.root, base.require(&members, change)),
            None => (!change(&base.find(&path.steps).shape).is_never()).then(|| self.clone()),
        }
    }

    /// Where a path finds nothing.
    fn without(&self, path: &Path) -> Option<Data> {
        let Some(base) = self.base(&path.root) else {
            return Some(self.clone());
        };
        match members(path) {
            Some(members) => self.replaced(&path.root, base.forbid(&members)),
            None => base.find(&path.steps).fails_at.map(|_| self.clone()),
        }
    }
}
