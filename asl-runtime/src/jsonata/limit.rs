//! The limits of an evaluation (J-68 to J-70).

use super::{Error, Result};
use serde_json::Value;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How deep functions may call each other.
pub(crate) const MAX_DEPTH: usize = 100;

/// How deep a value may be nested that an expression makes: as deep as serde_json reads it again.
pub(crate) const MAX_NESTING: usize = 128;

/// The size of the largest value, in bytes.
pub(crate) const MAX_BYTES: usize = 6_990_256;

/// The most elements that an array can have in that memory.
pub(crate) const MAX_ELEMENTS: usize = MAX_BYTES / 8;

/// How many bytes an evaluation may take in all. What it has dropped counts too, so this is generous.
pub(crate) const MAX_TOTAL: usize = 32 * MAX_BYTES;

/// How long an evaluation may take.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(5);

/// How many steps pass between two looks at the clock.
const STRIDE: usize = 4096;

/// How many bytes are made, or gone through, in the time of a step.
const BYTES_OF_A_STEP: usize = 64;

/// The error of an evaluation that takes too long.
pub(crate) fn out_of_time() -> Error {
    Error::limit("Expression evaluation timeout: Check for infinite loop")
}

/// The error of an evaluation that makes too much.
pub(crate) fn out_of_memory() -> Error {
    Error::limit("Expression evaluation memory limit exceeded")
}

/// The error of functions that call each other this deep.
pub(crate) fn too_deep(depth: usize) -> Error {
    Error::limit(format!(
        "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. \
         Depth={depth} max={MAX_DEPTH}"
    ))
}

/// The error of a function that holds functions that hold functions, this deep.
pub(crate) fn functions_too_nested() -> Error {
    Error::limit(format!(
        "Stack overflow error: functions are nested deeper than {MAX_NESTING} levels"
    ))
}

/// The error of a value that is nested too deep.
pub(crate) fn too_nested(most: usize) -> Error {
    Error::limit(format!(
        "Stack overflow error: a value is nested deeper than {most} levels"
    ))
}

/// The room that is left for what an evaluation gives, in values of JSON.
pub(crate) struct Room {
    values: usize,
    /// Copies of data that are not looked at: there are rarely more, and each is no larger than what there was before.
    unseen: usize,
}

/// What a value takes with a short text in it, in bytes.
const VALUE: usize = 2 * size_of::<Value>();

impl Default for Room {
    fn default() -> Room {
        Room {
            values: MAX_TOTAL / VALUE,
            unseen: 1000,
        }
    }
}

impl Room {
    pub(crate) fn take(&mut self, values: usize) -> Result<()> {
        self.values = self.values.checked_sub(values).ok_or_else(out_of_memory)?;
        Ok(())
    }

    /// Takes what a text needs besides the value that it is.
    pub(crate) fn take_text(&mut self, text: &str) -> Result<()> {
        match text.len() / VALUE {
            0 => Ok(()),
            values => self.take(values),
        }
    }

    /// Takes what a copy of data needs besides the place that it is put in.
    pub(crate) fn take_copy(&mut self, value: &Value) -> Result<()> {
        match self.unseen.checked_sub(1) {
            Some(left) => {
                self.unseen = left;
                Ok(())
            }
            None => self.take_parts(value),
        }
    }

    fn take_parts(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
            Value::String(text) => self.take_text(text),
            Value::Array(elements) => {
                self.take(elements.len())?;
                elements.iter().try_for_each(|element| self.take_parts(element))
            }
            Value::Object(members) => {
                self.take(members.len())?;
                members.iter().try_for_each(|(name, member)| {
                    self.take_text(name)?;
                    self.take_parts(member)
                })
            }
        }
    }
}

/// What an evaluation has used.
pub(crate) struct Limits {
    /// How long it may take.
    time: Duration,
    steps: Cell<usize>,
    depth: Cell<usize>,
    bytes: Cell<usize>,
    /// When the clock was first looked at.
    start: Cell<Option<Instant>>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::within(MAX_TIME)
    }
}

impl Limits {
    pub(crate) fn within(time: Duration) -> Limits {
        Limits {
            time,
            steps: Cell::default(),
            depth: Cell::default(),
            bytes: Cell::default(),
            start: Cell::default(),
        }
    }

    #[cfg(feature = "jsonata-core")]
    pub(crate) fn time(&self) -> Duration {
        self.time
    }

    pub(crate) fn reset(&self) {
        self.steps.set(0);
        self.depth.set(0);
        self.bytes.set(0);
        self.start.set(None);
    }

    pub(crate) fn tick(&self) -> Result<()> {
        self.work(1)
    }

    fn work(&self, steps: usize) -> Result<()> {
        let steps = self.steps.get().saturating_add(steps);
        if steps < STRIDE {
            self.steps.set(steps);
            return Ok(());
        }
        self.look()
    }

    /// Counts bytes that are gone through.
    pub(crate) fn read(&self, bytes: usize) -> Result<()> {
        self.work(bytes / BYTES_OF_A_STEP)
    }

    pub(crate) fn look(&self) -> Result<()> {
        self.steps.set(0);
        match self.start.get() {
            None => self.start.set(Some(Instant::now())),
            Some(start) if start.elapsed() > self.time => {
                return Err(out_of_time());
            }
            Some(_) => {}
        }
        Ok(())
    }

    pub(crate) fn hold(&self, bytes: usize) -> Result<()> {
        let total = self.bytes.get().saturating_add(bytes);
        self.bytes.set(total);
        if bytes > MAX_BYTES || total > MAX_TOTAL {
            return Err(out_of_memory());
        }
        self.read(bytes)
    }

    pub(crate) fn deeper<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        self.tick()?;
        let depth = self.depth.get() + 1;
        if depth > MAX_DEPTH {
            return Err(too_deep(depth));
        }
        self.depth.set(depth);
        let result = body();
        self.depth.set(depth - 1);
        result
    }
}
