//! What an expression can ask for.

use super::{Error, Result, Val};
use crate::scope::Context;
use serde_json::Value;
use std::cell::{Cell, OnceCell};
use std::time::{Duration, Instant};

/// What the expressions of a state see: `$states`, and what functions need.
pub struct Query<'a> {
    input: &'a Value,
    result: Option<&'a Value>,
    error_output: Option<&'a Value>,
    context: Context<'a>,
    /// `$states.context`, made when it is first read.
    context_object: OnceCell<Value>,
    ticks: Cell<u32>,
    /// When the clock was first read.
    started: Cell<Option<Instant>>,
}

/// How long an evaluation may take (J-70).
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// After how many steps the clock is read.
const TICKS: u32 = 4096;

impl<'a> Query<'a> {
    /// What a state sees whose input is this.
    pub fn new(context: Context<'a>, input: &'a Value) -> Query<'a> {
        Query {
            input,
            result: None,
            error_output: None,
            context,
            context_object: OnceCell::new(),
            ticks: Cell::new(0),
            started: Cell::new(None),
        }
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

    /// Counts a step of an evaluation.
    ///
    /// # Errors
    /// Where the evaluation takes too long (J-70).
    #[inline]
    pub fn tick(&self) -> Result<()> {
        let ticks = self.ticks.get().wrapping_add(1);
        self.ticks.set(ticks);
        if ticks.is_multiple_of(TICKS) {
            self.check_time()
        } else {
            Ok(())
        }
    }

    #[cold]
    fn check_time(&self) -> Result<()> {
        let started = self.started.get().unwrap_or_else(Instant::now);
        self.started.set(Some(started));
        match started.elapsed() > TIME_LIMIT {
            true => Err(Error::limit("Expression evaluation timeout: 5000ms")),
            false => Ok(()),
        }
    }

    /// `$states.context` (J-31)
    pub fn context(&'a self) -> Val<'a> {
        self.context_object.get_or_init(|| self.context.object()).into()
    }
}
