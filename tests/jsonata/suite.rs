//! Expressions of JSONata against what they are known to give: as the Rust that they compile to, and by the interpreter that
//! takes what has no such form.

#![allow(missing_docs, reason = "only tests read it")]

#[path = "cases.rs"]
pub mod cases;
#[path = "limits.rs"]
pub mod limits;
#[path = "random.rs"]
pub mod random;

use asl_runtime::codegen::jsonata;
use asl_runtime::codegen::jsonata::{Error, Query, Result, Val};
use serde_json::{Value, json};

/// A case, and how its expression is evaluated.
pub struct Case {
    pub text: &'static str,
    pub line: &'static str,
    pub native: Native,
}

/// What an expression compiles to.
pub enum Native {
    /// It does not, with this code.
    Syntax(&'static str),
    /// Nothing, for this reason: it is interpreted.
    Interpreted(&'static str),
    Compiled(Compiled),
}

/// A compiled expression, asked with its input and with the values that it binds.
pub type Compiled = for<'a> fn(&'a Query<'a>, &Val<'a>, Vec<Val<'a>>) -> Result<Val<'a>>;

/// A compiled expression, asked with its input and with two values that it binds.
pub type Drawn = for<'a> fn(&'a Query<'a>, &Val<'a>, [Val<'a>; 2]) -> Result<Val<'a>>;

#[allow(clippy::all, unused, reason = "expressions are what they are")]
mod compiled {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
    include!(concat!(env!("OUT_DIR"), "/random.rs"));
    include!(concat!(env!("OUT_DIR"), "/limits.rs"));
}

pub use compiled::{CASES, LARGE, LONG, RANDOM};

/// What an evaluation gives.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Undefined,
    Function,
    Value(Value),
    Error(String),
}

/// The code of an error that has none: a limit of the evaluation.
const LIMIT: &str = "limit";

impl From<Result<Val<'_>>> for Outcome {
    fn from(result: std::result::Result<Val<'_>, Error>) -> Outcome {
        match result {
            Ok(Val::Undefined) => Outcome::Undefined,
            Ok(value) => match value.into_json() {
                Ok(value) => value.map_or(Outcome::Function, Outcome::Value),
                Err(error) => Outcome::from(Err(error)),
            },
            Err(error) => Outcome::Error(error.code().unwrap_or(LIMIT).to_owned()),
        }
    }
}

impl Outcome {
    /// As JSON, in the form of the cases.
    pub fn json(&self) -> Value {
        match self {
            Outcome::Undefined | Outcome::Function => json!({"undef": true}),
            Outcome::Value(value) => json!({"ok": value}),
            Outcome::Error(code) => json!({"err": code}),
        }
    }
}

/// Whether an outcome is what a case expects. Numbers are compared to 15 digits, which is what the cases have.
pub fn fits(outcome: &Outcome, expected: &Value) -> bool {
    match outcome {
        Outcome::Undefined | Outcome::Function => expected["undef"] == Value::Bool(true),
        Outcome::Value(value) => expected.get("ok").is_some_and(|expected| same(value, expected)),
        // What the harness of the suite says where its own limits are reached.
        Outcome::Error(code) if code == LIMIT => expected["err"] == "U1001",
        Outcome::Error(code) => expected["err"] == code.as_str(),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap_or(f64::NAN), right.as_f64().unwrap_or(f64::NAN));
            left == right || (left - right).abs() <= right.abs() * 1e-15
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}
