//! What an expression can ask for.

use super::limit::Limits;
use super::{Result, Val};
use crate::random::Draws;
use crate::scope::Context;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::cell::OnceCell;

/// What the expressions of a state see: `$states`, and what functions need.
pub struct Query<'a> {
    input: &'a Value,
    result: Option<&'a Value>,
    error_output: Option<&'a Value>,
    context: Context<'a>,
    /// `$states.context`, made when it is first read.
    context_object: OnceCell<Value>,
    /// What `$now()` and `$millis()` read.
    now: OnceCell<DateTime<Utc>>,
    limits: Limits,
}

impl<'a> Query<'a> {
    /// What a state sees whose input is this.
    pub fn new(context: Context<'a>, input: &'a Value) -> Query<'a> {
        Query {
            input,
            result: None,
            error_output: None,
            context,
            context_object: OnceCell::new(),
            now: OnceCell::new(),
            limits: Limits::default(),
        }
    }

    /// Sets the time that `$now()` and `$millis()` read; without it that is the time of their first call.
    pub fn at(mut self, now: DateTime<Utc>) -> Query<'a> {
        self.now = OnceCell::from(now);
        self
    }

    /// `$states.input` (J-30)
    pub fn input(&'a self) -> Val<'a> {
        self.input.into()
    }

    /// `$states.result` (J-32)
    pub fn result(&'a self) -> Val<'a> {
        self.result.into()
    }

    /// `$states.errorOutput` (J-33)
    pub fn error_output(&'a self) -> Val<'a> {
        self.error_output.into()
    }

    /// `$states.context` (J-31)
    pub fn context(&'a self) -> Val<'a> {
        self.context_object.get_or_init(|| self.context.object()).into()
    }

    /// The time, which stands still.
    pub fn now(&self) -> DateTime<Utc> {
        *self.now.get_or_init(Utc::now)
    }

    /// Random numbers: others at each call, the same in each life of the execution.
    pub(crate) fn draws(&self) -> Draws {
        self.context.draws()
    }

    /// Begins the evaluation of another expression, which has all of its time and memory.
    pub fn begin(&self) {
        self.limits.reset();
    }

    /// Counts a step of work.
    ///
    /// # Errors
    /// When the evaluation has taken too long (J-70).
    pub fn tick(&self) -> Result<()> {
        self.limits.tick()
    }

    /// Looks at the clock.
    ///
    /// # Errors
    /// As [`tick`](Query::tick) has them.
    pub(crate) fn look(&self) -> Result<()> {
        self.limits.look()
    }

    /// Counts a value that takes this many bytes, 8 for each element of an array.
    ///
    /// # Errors
    /// When the value is larger than values can be (J-69).
    pub fn hold(&self, bytes: usize) -> Result<()> {
        self.limits.hold(bytes)
    }

    /// Runs the body of a function.
    ///
    /// # Errors
    /// When functions call each other too deep (J-68), and the error of the body.
    pub fn deeper<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        self.limits.deeper(body)
    }
}
