//! What an expression can ask for.

use super::limit::{Limits, MAX_TIME};
use super::{Object, Result, Val};
use crate::random::Draws;
use crate::scope::{Context, Frame, Visit};
use crate::{Definition, Execution, WorkflowType};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

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

/// The members of `$states`.
const MEMBERS: &[&str] = &["input", "result", "errorOutput", "context"];

/// What was picked `before` of a value, and what lies at the path `below`.
fn picked<'a>(before: Val<'a>, value: Val<'a>, below: &[&'static str]) -> Val<'a> {
    let (Some((name, below)), true) = (below.split_first(), matches!(value, Val::Json(Value::Object(_)))) else {
        return value;
    };
    let mut object = match before {
        Val::Object(object) => Rc::unwrap_or_clone(object),
        _ => Object::default(),
    };
    if let Some(member) = value.own_member(name) {
        let before = object.get(name).cloned().unwrap_or(Val::Undefined);
        object.insert((*name).into(), picked(before, member, below));
    }
    object.into()
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

    /// What an expression sees that belongs to no machine.
    pub fn alone<T>(ask: impl for<'q> FnOnce(&'q Query<'q>) -> T) -> T {
        Query::within(MAX_TIME, ask)
    }

    /// The same where an evaluation may take so long and no longer (J-70).
    pub fn within<T>(time: Duration, ask: impl for<'q> FnOnce(&'q Query<'q>) -> T) -> T {
        static DEFINITION: Definition = Definition {
            name: "",
            source: "",
            sha256: "",
            workflow_type: WorkflowType::Standard,
            timeout_seconds: None,
            states: &[],
        };
        let execution = Execution::new();
        let frame = Frame {
            execution: &execution,
            definition: &DEFINITION,
            input: None,
            lane: None,
        };
        let visit = Visit::default();
        let context = Context {
            frame: &frame,
            visit: &visit,
        };
        ask(&Query {
            limits: Limits::within(time),
            ..Query::new(context, &Value::Null)
        })
    }

    /// The same at a time that is known.
    #[cfg(feature = "jsonata-core")]
    pub(super) fn at(self, now: DateTime<Utc>) -> Query<'a> {
        Query {
            now: OnceCell::from(now),
            ..self
        }
    }

    /// The same once there is a result.
    pub fn with_result(self, result: &'a Value) -> Query<'a> {
        Query {
            result: Some(result),
            ..self
        }
    }

    /// The same in a Catcher.
    pub fn with_error_output(self, error_output: &'a Value) -> Query<'a> {
        Query {
            error_output: Some(error_output),
            ..self
        }
    }

    /// The input of the state.
    pub(super) fn data(&self) -> &'a Value {
        self.input
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

    /// `$states`
    pub fn states(&'a self) -> Val<'a> {
        let mut states = Object::with_capacity(MEMBERS.len());
        for name in MEMBERS {
            let member = self.member(name);
            if !member.is_undefined() {
                states.insert((*name).into(), member);
            }
        }
        states.into()
    }

    /// `$states`, but only the members at these paths.
    pub fn pick(&'a self, paths: &[&[&'static str]]) -> Val<'a> {
        let mut states = Object::default();
        for path in paths {
            match path {
                [] => return self.states(),
                [name, below @ ..] => {
                    let before = states.get(name).cloned().unwrap_or(Val::Undefined);
                    let member = picked(before, self.member(name), below);
                    states.insert((*name).into(), member);
                }
            }
        }
        states.into()
    }

    fn member(&'a self, name: &str) -> Val<'a> {
        match name {
            "input" => self.input(),
            "result" => self.result(),
            "errorOutput" => self.error_output(),
            "context" => self.context(),
            _ => Val::Undefined,
        }
    }

    /// The time, which stands still.
    pub fn now(&self) -> DateTime<Utc> {
        *self.now.get_or_init(|| self.context.now())
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

    /// Counts bytes that are gone through, 8 for each element of an array.
    ///
    /// # Errors
    /// As [`tick`](Query::tick) has them.
    pub(crate) fn read(&self, bytes: usize) -> Result<()> {
        self.limits.read(bytes)
    }

    /// How long the evaluation may take.
    #[cfg(feature = "jsonata-core")]
    pub(super) fn time(&self) -> Duration {
        self.limits.time()
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
