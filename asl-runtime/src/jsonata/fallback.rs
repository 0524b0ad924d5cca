//! Expressions that have no native form: the interpreter of `jsonata-core` evaluates them.
//!
//! It works on values of its own, so that it is given only what an expression names, and what it gives back is copied too.
//! Time, depth and the length of sequences are bounded inside of it. What else it makes is counted by functions of ours, which
//! take the place of its own, and which `bounds` puts into what it evaluates.

mod bounds;
mod ours;
mod repair;
mod tree;

use super::limit::{
    Limits, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_TOTAL, Room, out_of_memory, out_of_time, too_deep, too_nested,
};
use super::view::View;
use super::{
    Builtin, CLONE, CONTAINS, Error, Function, HASH, NOW, Object, PARSE, PARTITION, Query, RANDOM, RANGE, REPLACE,
    Result, SHUFFLE, SPLIT, SPREAD, UUID, Val, lambda,
};
use crate::scope::{Context, Frame, Visit};
use crate::{Definition, Execution, WorkflowType};
use chrono::{DateTime, Utc};
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context as Names, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use rand::RngCore;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How deep values may be nested that go to the interpreter or come from it.
const MAX_NESTING: usize = 500;

/// What is said where something else than a function is called.
const NO_FUNCTION: &str = "Attempted to invoke a non-function";

thread_local! {
    /// The expressions that were read. There are only as many as the program has.
    static READ: RefCell<HashMap<&'static str, Rc<AstNode>>> = RefCell::default();
}

/// Evaluates an expression where `here` is the context value, and `$name` is bound for each name.
///
/// # Errors
/// Those of the expression, and where a limit of an evaluation is reached (J-68 to J-70).
pub fn evaluate<'a>(
    query: &'a Query<'a>,
    text: &'static str,
    here: &Val<'a>,
    bindings: &[(&str, Val<'a>)],
) -> Result<Val<'a>> {
    // Names of functions that stand for something else.
    let mut bound: Vec<&str> = bindings.iter().map(|(name, _)| *name).collect();
    let partly = PARTLY.iter().map(|(function, _)| *function);
    let functions = ours::FUNCTIONS.into_iter().chain(partly);
    bound.retain(|name| functions.clone().any(|function| function.name == *name));
    let expression = read(text, &bound)?;
    let mut names = Names::new();
    for (name, value) in bindings {
        names.bind((*name).to_owned(), given(value.into(), 0)?);
    }
    let options = EvaluatorOptions {
        timeout_ms: Some(query.time().as_millis() as u64),
        max_stack_depth: Some(MAX_DEPTH),
        max_sequence_length: Some(MAX_BYTES / 8),
        ..EvaluatorOptions::default()
    };
    let mut evaluator = Evaluator::with_options(names, options);
    Host::new(query).register(text, &mut evaluator).map_err(failed)?;
    let result = evaluator.evaluate(&expression, &given(here.into(), 0)?);
    taken(&result.map_err(failed)?)
}

fn read(text: &'static str, bound: &[&str]) -> Result<Rc<AstNode>> {
    // The same text may stand where other names are bound.
    let is_kept = bound.is_empty();
    let kept = || READ.with_borrow(|read| read.get(text).cloned());
    if let Some(expression) = is_kept.then(kept).flatten() {
        return Ok(expression);
    }
    let mut expression = parser::parse(&with_ours(text, bound)).map_err(|error| {
        let message = error.to_string();
        match coded(&message) {
            Some((code, message)) => Error::new(code.to_owned(), message),
            None => Error::internal(message),
        }
    })?;
    repair::repair(&mut expression, bound);
    ours::replace(&mut expression, bound);
    bounds::count(&mut expression);
    let expression = Rc::new(expression);
    if is_kept {
        READ.with_borrow_mut(|read| read.insert(text, Rc::clone(&expression)));
    }
    Ok(expression)
}

/// Functions that ours replace but where they are given a function or a pattern: these cannot come here, and the interpreter's
/// own know them. It hands functions of a host no context value, but it does so to a function of the expression that has a
/// signature.
const PARTLY: [(&Builtin, &str); 4] = [
    (
        &CONTAINS,
        "
        $asl__own_contains := $contains;
        $contains := function($text, $pattern)<s-(sf):b> {
            $type($pattern) = 'function' ? $asl__own_contains($text, $pattern) : $asl__contains($text, $pattern)
        };",
    ),
    // What is put in is counted.
    (
        &REPLACE,
        "
        $asl__own_replace := $replace;
        $replace := function($text, $pattern, $with, $limit)<s-(sf)(sf)n?:s> {
            $type($pattern) = 'function' ? (
                $counted := $type($with) = 'function'
                    ? function($match) { $asl__held($with($match)) }
                    : $asl__replacement($text, $with);
                $exists($limit)
                    ? $asl__own_replace($text, $pattern, $counted, $limit)
                    : $asl__own_replace($text, $pattern, $counted)
            ) : $asl__replace($text, $pattern, $with, $limit)
        };",
    ),
    (
        &SPLIT,
        "
        $asl__own_split := $split;
        $split := function($text, $pattern, $limit)<s-(sf)n?:a<s>> {
            $type($pattern) = 'function'
                ? ($exists($limit) ? $asl__own_split($text, $pattern, $limit) : $asl__own_split($text, $pattern))
                : $asl__split($text, $pattern, $limit)
        };",
    ),
    (
        &SPREAD,
        "
        $asl__own_spread := $spread;
        $spread := function($value)<x-:a<o>> {
            $type($value) = 'function' ? $asl__own_spread($value) : $asl__spread($value)
        };",
    ),
];

/// Whether an expression may call a function: a call spells its name.
fn may_call(text: &str, function: &Builtin) -> bool {
    text.contains(function.name)
}

/// What one of [`PARTLY`] is called where only this module can mean it.
fn hidden(function: &Builtin) -> String {
    format!("asl__{}", function.name)
}

/// The expression after definitions of those of [`PARTLY`] that it names.
fn with_ours<'t>(text: &'t str, bound: &[&str]) -> Cow<'t, str> {
    let is_named = |function: &Builtin| may_call(text, function) && !bound.contains(&function.name);
    let named = PARTLY.iter().filter(|(function, _)| is_named(function));
    let definitions: String = named.map(|(_, definition)| *definition).collect();
    match definitions.is_empty() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("({definitions}{text})")),
    }
}

/// What functions need that only the machine can give: the time and random numbers, the same in each life of an execution.
struct Host {
    now: DateTime<Utc>,
    execution: Execution,
    visit: Visit,
    /// What the evaluation has made.
    limits: Limits,
}

/// Functions that the interpreter does not have, and those whose result follows from the machine.
const FUNCTIONS: [&Builtin; 9] = [
    &CLONE, &PARTITION, &RANGE, &HASH, &RANDOM, &UUID, &PARSE, &SHUFFLE, &NOW,
];

impl Host {
    fn new(query: &Query<'_>) -> Rc<Host> {
        let mut draws = query.draws();
        let [high, low] = [draws.next_u64(), draws.next_u64()].map(u128::from);
        Rc::new(Host {
            now: query.now(),
            execution: Execution::new(),
            visit: Visit {
                seed: high << 64 | low,
                ..Visit::default()
            },
            limits: Limits::default(),
        })
    }

    /// Gives the interpreter what `text` may call, and no more: this is done for every evaluation.
    fn register(self: Rc<Host>, text: &str, evaluator: &mut Evaluator) -> std::result::Result<(), EvaluatorError> {
        for function in FUNCTIONS.into_iter().filter(|function| may_call(text, function)) {
            let host = Rc::clone(&self);
            let call = move |args: &[JValue]| host.call(function, &JValue::Null, args);
            evaluator.register_fn_override(function.name, call)?;
        }
        for (function, _) in PARTLY.into_iter().filter(|(function, _)| may_call(text, function)) {
            let host = Rc::clone(&self);
            evaluator.register_fn(hidden(function), move |args: &[JValue]| {
                host.call(function, &JValue::Null, args)
            })?;
        }
        let host = Rc::clone(&self);
        evaluator.register_fn(bounds::HELD, move |args: &[JValue]| host.counted(first(args)))?;
        let host = Rc::clone(&self);
        evaluator.register_fn(bounds::WHOLE, move |args: &[JValue]| host.whole(first(args)))?;
        let host = Rc::clone(&self);
        evaluator.register_fn(ours::OPERATOR, move |args: &[JValue]| host.operate(args))?;
        let host = Rc::clone(&self);
        evaluator.register_fn(ours::FUNCTION, move |args: &[JValue]| host.call_ours(args))?;
        evaluator.register_fn(repair::ELEMENTS, |args: &[JValue]| Ok(repair::elements(first(args))))?;
        evaluator.register_fn(repair::SOME, |args: &[JValue]| Ok(repair::some(first(args))))?;
        if text.contains("replace") {
            let host = Rc::clone(&self);
            evaluator.register_fn("asl__replacement", move |args: &[JValue]| host.replacement(args))?;
        }
        let millis = JValue::Number(self.now.timestamp_millis() as f64);
        evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(millis.clone()))?;
        // The service does not have it (J-46).
        let none = |_: &[JValue]| Err(EvaluatorError::TypeError(format!("T1006: {NO_FUNCTION}")));
        evaluator.register_fn_override("eval", none)
    }

    /// Counts a text or an array.
    fn counted(&self, value: JValue) -> std::result::Result<JValue, EvaluatorError> {
        let bytes = match &value {
            JValue::String(text) => text.len(),
            JValue::Array(elements) => elements.len() * 8,
            _ => 0,
        };
        self.limits.hold(bytes).map_err(raised)?;
        Ok(value)
    }

    /// Counts the text of a value, each part of it by itself.
    fn whole(&self, value: JValue) -> std::result::Result<JValue, EvaluatorError> {
        let mut words: usize = 0;
        let mut rest: Vec<&JValue> = vec![&value];
        while let Some(value) = rest.pop() {
            words += 1;
            match value {
                JValue::String(text) => words += text.len() / 8,
                JValue::Array(elements) => rest.extend(elements.iter()),
                JValue::Object(members) => rest.extend(members.values()),
                _ => {}
            }
            if words.max(rest.len()) > MAX_ELEMENTS {
                return Err(raised(out_of_memory()));
            }
        }
        self.limits.hold(words * 8).map_err(raised)?;
        Ok(value)
    }

    /// What is put in the place of parts of a text, where there is room for the most that it can make of it.
    fn replacement(&self, args: &[JValue]) -> std::result::Result<JValue, EvaluatorError> {
        if let [JValue::String(text), JValue::String(with)] = args
            && (text.len() + 1).saturating_mul(with.len()) > MAX_TOTAL
        {
            return Err(raised(out_of_memory()));
        }
        Ok(args.get(1).cloned().unwrap_or(JValue::Undefined))
    }

    /// Calls a function of ours.
    fn call(
        &self,
        function: &'static Builtin,
        here: &JValue,
        args: &[JValue],
    ) -> std::result::Result<JValue, EvaluatorError> {
        self.given(args, |query, args| {
            Ok(function.call_on(query, &taken(here)?, args)?.collapsed())
        })
    }

    /// Calls one of [`ours::FUNCTIONS`], by its index.
    fn call_ours(&self, args: &[JValue]) -> std::result::Result<JValue, EvaluatorError> {
        let [JValue::Number(index), here, args @ ..] = args else {
            return Err(raised(Error::internal("a function is missing")));
        };
        let function = ours::FUNCTIONS[*index as usize];
        self.call(function, &ours::context(function, here, args.len()), args)
    }

    /// Applies one of [`ours::OPERATORS`], by its index.
    fn operate(&self, args: &[JValue]) -> std::result::Result<JValue, EvaluatorError> {
        let [JValue::Number(index), operands @ ..] = args else {
            return Err(raised(Error::internal("an operator is missing")));
        };
        self.given(operands, |query, operands| {
            let operand = |at: usize| operands.get(at).cloned().unwrap_or(Val::Undefined);
            ours::OPERATORS[*index as usize](query, operand(0), operand(1))
        })
    }

    /// What something of ours gives for values of the interpreter.
    fn given(
        &self,
        args: &[JValue],
        of: impl for<'a> FnOnce(&'a Query<'a>, &[Val<'a>]) -> Result<Val<'a>>,
    ) -> std::result::Result<JValue, EvaluatorError> {
        static DEFINITION: Definition = Definition {
            name: "",
            source: "",
            sha256: "",
            workflow_type: WorkflowType::Standard,
            timeout_seconds: None,
            states: &[],
        };
        let frame = Frame {
            execution: &self.execution,
            definition: &DEFINITION,
            input: None,
            lane: None,
        };
        let context = Context {
            frame: &frame,
            visit: &self.visit,
        };
        let query = Query::new(context, &Value::Null).at(self.now);
        let give = |query| {
            let args = args.iter().map(taken).collect::<Result<Vec<_>>>()?;
            given(View::from(&of(query, &args)?), 0)
        };
        self.counted(give(&query).map_err(raised)?)
    }
}

/// The argument of a function that takes one.
fn first(args: &[JValue]) -> JValue {
    args.first().cloned().unwrap_or(JValue::Undefined)
}

/// What stands where errors have their code, of a limit that was reached in a function of ours.
const LIMIT: &str = "L0000";

/// An error of ours as one of the interpreter.
fn raised(error: Error) -> EvaluatorError {
    let is_limit = error.code().is_none() && !error.is_internal();
    EvaluatorError::EvaluationError(match is_limit {
        true => format!("{LIMIT}: {error}"),
        false => error.to_string(),
    })
}

/// An error of the interpreter as one of ours. What its own functions say of arguments, and its order-by of values, is worded in
/// other ways than JSONata's.
fn failed(error: EvaluatorError) -> Error {
    match coded(error.message()) {
        Some((LIMIT, message)) => Error::limit(message),
        Some(("D1011" | "U1001", _)) => too_deep(MAX_DEPTH + 1),
        Some(("D1012", _)) => out_of_time(),
        Some(("D2015", _)) => out_of_memory(),
        // Where it adds a name, which the service does not.
        Some(("T1006", _)) => Error::new("T1006", NO_FUNCTION),
        Some(("D1001", _)) => Error::new("D1001", "Number out of range: null"),
        // It counts the results.
        Some(("D3138", message)) => Error::new("D3138", message.split(" (").next().unwrap_or(message)),
        Some((code, message)) => Error::new(code.to_owned(), message),
        // Numbers out of range are all that `&` cannot put into a text.
        None if error.message() == "Cannot concatenate complex types" => {
            Error::new("D3001", "Attempting to invoke string function on Infinity or NaN")
        }
        None => Error::internal(error.message()),
    }
}

/// The code in a message of the interpreter, and what follows it. Something may stand before it: `Invalid syntax: S0201: ..`.
fn coded(message: &str) -> Option<(&str, &str)> {
    let is_code = |part: &str| {
        let mut bytes = part.bytes();
        part.len() == 5
            && bytes.next().is_some_and(|first| first.is_ascii_uppercase())
            && bytes.all(|b| b.is_ascii_digit())
    };
    let (first, rest) = message.split_once(": ")?;
    if is_code(first) {
        return Some((first, rest));
    }
    rest.split_once(": ").filter(|(second, _)| is_code(second))
}

/// A value for the interpreter.
fn given(value: View<'_, '_>, depth: usize) -> Result<JValue> {
    if depth > MAX_NESTING {
        return Err(too_nested(MAX_NESTING));
    }
    Ok(match value {
        View::Undefined => JValue::Undefined,
        View::Null => JValue::Null,
        View::Bool(value) => value.into(),
        View::Number(number) => JValue::Number(number),
        View::String(text) => text.into(),
        View::Array(elements) => JValue::array(
            elements
                .iter()
                .map(|element| given(element, depth + 1))
                .collect::<Result<_>>()?,
        ),
        View::Object(members) => {
            let members = members.iter().filter(|(_, value)| !matches!(value, View::Undefined));
            let members = members.map(|(name, value)| Ok((name.to_owned(), given(value, depth + 1)?)));
            JValue::object(members.collect::<Result<_>>()?)
        }
        View::Function(Function::Builtin(builtin)) => JValue::Builtin {
            name: builtin.name.into(),
        },
        View::Function(Function::Regex(regex)) => {
            let (pattern, flags) = regex.source();
            JValue::Regex {
                pattern: pattern.into(),
                flags: flags.into(),
            }
        }
        View::Function(Function::Lambda(_)) => {
            return Err(Error::internal("a function cannot go to the interpreter"));
        }
    })
}

/// A value of the interpreter.
fn taken<'a>(value: &JValue) -> Result<Val<'a>> {
    taken_within(value, 0, &mut Room::default())
}

fn taken_within<'a>(value: &JValue, depth: usize, room: &mut Room) -> Result<Val<'a>> {
    if depth > MAX_NESTING {
        return Err(too_nested(MAX_NESTING));
    }
    room.take(1)?;
    Ok(match value {
        JValue::Undefined => Val::Undefined,
        JValue::Null => Val::Null,
        JValue::Bool(value) => Val::Bool(*value),
        JValue::Number(number) => Val::Number(*number),
        JValue::String(text) if text.len() > MAX_BYTES => return Err(out_of_memory()),
        JValue::String(text) => Val::String(super::Text::Shared(Rc::clone(text))),
        JValue::Array(elements) => Val::array(
            elements
                .iter()
                .map(|element| taken_within(element, depth + 1, room))
                .collect::<Result<_>>()?,
        ),
        JValue::Object(members) => {
            let mut object = Object::with_capacity(members.len());
            for (name, value) in members.iter() {
                object.push(name.clone().into(), taken_within(value, depth + 1, room)?);
            }
            object.into()
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            lambda(|[]: [Val<'a>; 0]| Err(Error::internal("a function of the interpreter cannot leave it")))
        }
    })
}

#[cfg(test)]
mod tests;
