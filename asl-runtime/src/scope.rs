//! A line of control: the machine, a branch, an item of a Map.

use crate::data::Data;
use crate::execution::timestamp;
use crate::path::{self, Step};
use crate::place::{write_lane, write_visit};
use crate::quota::{self, Held};
use crate::random::Draws;
use crate::wait::give_way;
use crate::{Definition, Engine, Error, Event, Execution, Line, Position, StateType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A line of control on an engine: where it is and what it can see. Generated functions pass it along.
pub struct Scope<'a, E: Engine> {
    pub(crate) engine: &'a E,
    pub(crate) frame: Frame<'a>,
    pub(crate) visit: Visit,
    pub(crate) line: E::Line,
    /// The position of the scope itself.
    pub(crate) base: E::Position,
    /// The position of the current visit.
    pub(crate) at: E::Position,
    /// How many turns its loops have taken, modulo 256.
    pub(crate) turns: u8,
    /// What its variables take, where that has a quota.
    pub(crate) held: Option<Box<Held>>,
}

/// What holds for a whole scope.
pub struct Frame<'a> {
    pub(crate) execution: &'a Execution,
    pub(crate) definition: &'static Definition,
    /// The execution's input, where the definition reads it.
    pub(crate) input: Option<Arc<Value>>,
    pub(crate) lane: Option<Branching<'a>>,
}

/// Which branch or item a scope is.
pub(crate) struct Branching<'a> {
    pub(crate) parent: &'a Frame<'a>,
    pub(crate) state: &'static str,
    pub(crate) visit: u32,
    /// The attempt of the state that started it.
    pub(crate) attempt: u32,
    pub(crate) index: usize,
    pub(crate) item: Option<Item>,
}

/// The item of a Map iteration, as `$$.Map.Item` shows it.
#[derive(Debug)]
pub(crate) struct Item {
    /// Kept only where the definition reads it.
    pub(crate) value: Option<Box<Value>>,
    /// `STATE_DATA` in a distributed Map (CX-16).
    pub(crate) source: Option<&'static str>,
}

/// The visit of a state.
#[derive(Default)]
pub struct Visit {
    pub(crate) state: &'static str,
    pub(crate) state_type: Option<StateType>,
    pub(crate) number: u32,
    pub(crate) retry_count: u32,
    /// What its random numbers follow from, where it draws any.
    pub(crate) seed: u128,
    pub(crate) draws: AtomicU32,
    pub(crate) entered: Option<DateTime<Utc>>,
    /// The time that expressions read, where they read it.
    pub(crate) now: Option<DateTime<Utc>>,
    pub(crate) token: Option<String>,
    pub(crate) credentials: Option<Arc<Value>>,
}

impl<'a, E: Engine> Scope<'a, E> {
    pub(crate) fn root(engine: &'a E, definition: &'static Definition, input: Option<Arc<Value>>) -> Self {
        let base = engine.root();
        let execution = engine.execution();
        Scope {
            engine,
            frame: Frame {
                execution,
                definition,
                input,
                lane: None,
            },
            visit: Visit::default(),
            line: E::Line::default(),
            at: base.clone(),
            base,
            turns: 0,
            held: Held::of(execution),
        }
    }

    /// Begins a turn of a loop that may never wait. Now and then others go first, so that a time-out, a stop and the other
    /// work of the thread are not kept out.
    pub async fn turn(&mut self) {
        self.turns = self.turns.wrapping_add(1);
        if self.turns == 0 {
            give_way().await;
        }
    }

    /// Enters a state.
    pub fn enter(&mut self, state_type: StateType, state: &'static str, input: &Value) {
        let number = self.line.visit(state);
        self.at = self.base.state(state, number);
        self.visit.state = state;
        self.visit.state_type = Some(state_type);
        self.visit.number = number;
        self.visit.retry_count = 0;
        self.visit.credentials = None;
        self.visit.draws = AtomicU32::new(0);
        self.engine.record(
            &self.at,
            &mut self.line,
            Event::StateEntered {
                state_type,
                name: state,
                input,
            },
        );
    }

    /// Notes the time of entry, for `$$.State.EnteredTime`.
    pub fn stamp(&mut self) {
        self.visit.entered = Some(self.engine.now(&self.at));
    }

    /// Takes note of what the current state assigns.
    pub fn assign(&self, variables: &[(&str, &Value)]) -> Result<(), Error> {
        if let Some(held) = &self.held {
            held.assign(self.visit.state, variables)?;
        }
        self.engine.assigned(&self.at, variables);
        Ok(())
    }

    /// Notes the time that expressions read from here on.
    pub fn tell_time(&mut self) {
        self.visit.now = Some(self.engine.now(&self.at));
    }

    /// Leaves the current state with its output.
    pub fn exit(&mut self, output: &Value) -> Result<(), Error> {
        if self.frame.execution.has_quotas() {
            quota::output(self.visit.state, output)?;
        }
        if let Some(state_type) = self.visit.state_type {
            let event = Event::StateExited {
                state_type,
                name: self.visit.state,
                output,
            };
            self.engine.record(&self.at, &mut self.line, event);
        }
        Ok(())
    }

    /// Fetches what the random numbers of this visit follow from.
    pub fn seed(&mut self) {
        self.visit.seed = self.engine.random(&self.at, 0);
    }

    /// What the context object shows here.
    pub fn context(&self) -> Context<'_> {
        Context {
            frame: &self.frame,
            visit: &self.visit,
        }
    }

    /// Puts the current state before the cause of an evaluation error, and tells of an expression that failed.
    pub fn locate(&mut self, error: Error) -> Error {
        let is_failed_query = error.is_failed_query();
        let error = error.located(self.visit.state, self.line.entered());
        if is_failed_query {
            let state = self.visit.state;
            let event = Event::EvaluationFailed { state, error: &error };
            self.engine.record(&self.at, &mut self.line, event);
            // A Map that has nothing to go through has failed as a Map (EV-36).
            if self.visit.state_type == Some(StateType::Map) && matches!(error.location(), None | Some("Items")) {
                self.engine.record(&self.at, &mut self.line, Event::MapStateFailed);
            }
        }
        error
    }

    /// Ends the scope: `data` is its output.
    pub fn end(&mut self, result: Result<(), Error>, data: Data<'_>) -> Result<Value, Error> {
        match result {
            Ok(()) => Ok(data.into_owned()),
            Err(error) => Err(self.locate(error)),
        }
    }

    /// A caught error as Error Output (CT-3).
    pub fn caught(&mut self, error: Error) -> Value {
        self.locate(error).into_output()
    }

    /// A Catcher's transition: the Error Output goes to `result_path` of the state's input, which `None` leaves alone.
    pub fn catch(&mut self, error: Error, data: &mut Data<'_>, result_path: Option<&[Step]>) -> Result<(), Error> {
        let output = self.caught(error);
        self.catch_output(output, data, result_path)
    }

    /// [`catch`](Scope::catch), with the Error Output in hand.
    pub fn catch_output(
        &mut self,
        output: Value,
        data: &mut Data<'_>,
        result_path: Option<&[Step]>,
    ) -> Result<(), Error> {
        match result_path {
            None => {}
            Some([]) => *data = Data::Owned(output),
            Some(steps) => path::set(data.to_mut(), steps, output)?,
        }
        self.exit(data)
    }

    /// The credentials of the current task (TK-5), for its context.
    pub fn set_credentials(&mut self, credentials: Value) {
        self.visit.credentials = Some(Arc::new(credentials));
    }
}

/// What the context object shows at a place: its members are made when they are read.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    pub(crate) frame: &'c Frame<'c>,
    pub(crate) visit: &'c Visit,
}

impl<'c> Context<'c> {
    /// `$$.Execution.Input`
    pub fn execution_input(&self) -> Option<&'c Value> {
        match self.frame.execution.given_context() {
            Some(context) => context.get("Execution")?.get("Input"),
            None => self.frame.input.as_deref(),
        }
    }

    /// `$$.Map.Item.Value` of the innermost Map (CX-26).
    pub fn item_value(&self) -> Option<&'c Value> {
        self.frame.map_item()?.1.value.as_deref()
    }

    /// `$$.Map.Item.Index` of the innermost Map.
    pub fn item_index(&self) -> Option<Value> {
        self.frame.map_item().map(|(index, _)| index.into())
    }

    /// `$$.State.Name`
    pub fn state_name(&self) -> &'static str {
        self.visit.state
    }

    /// `$$.Task.Token`
    pub fn token(&self) -> Option<&'c str> {
        self.visit.token.as_deref()
    }

    /// The time that expressions read.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.visit.now.unwrap_or_else(Utc::now)
    }

    /// The whole context object (CX-20).
    pub fn object(&self) -> Value {
        let mut members = self
            .frame
            .execution
            .members(self.frame.definition, self.frame.input.as_deref());
        let mut state = Map::new();
        state.insert("Name".into(), self.visit.state.into());
        if let Some(entered) = self.visit.entered {
            state.insert("EnteredTime".into(), timestamp(entered).into());
        }
        if matches!(
            self.visit.state_type,
            Some(StateType::Task | StateType::Map | StateType::Parallel)
        ) {
            state.insert("RetryCount".into(), self.visit.retry_count.into());
        }
        members.insert("State".into(), state.into());
        if let Some(token) = &self.visit.token {
            members.insert(
                "Task".into(),
                Map::from_iter([("Token".to_owned(), token.as_str().into())]).into(),
            );
        }
        if let Some((index, kept)) = self.frame.map_item() {
            let mut item = Map::new();
            item.insert("Index".into(), index.into());
            item.extend(kept.value.as_deref().map(|value| ("Value".to_owned(), value.clone())));
            item.extend(kept.source.map(|source| ("Source".to_owned(), source.into())));
            members.insert(
                "Map".into(),
                Map::from_iter([("Item".to_owned(), Value::Object(item))]).into(),
            );
        }
        members.into()
    }

    /// Random numbers: others at each call, the same in each life of the execution.
    pub fn draws(&self) -> Draws {
        Draws::new(self.visit.seed, self.visit.draws.fetch_add(1, Ordering::Relaxed))
    }
}

impl Visit {
    /// What a branch or an iteration sees until it enters a state of its own: the state that it belongs to.
    pub(crate) fn for_lane(&self, index: usize) -> Visit {
        // Each item of each attempt draws numbers of its own, whichever other items run.
        let lane = (u128::from(self.retry_count) << 64) | (index as u128 + 1);
        Visit {
            state: self.state,
            state_type: self.state_type,
            number: self.number,
            retry_count: self.retry_count,
            entered: self.entered,
            now: self.now,
            seed: self.seed ^ lane,
            ..Visit::default()
        }
    }
}

impl Frame<'_> {
    /// Writes the position of the scope, as a prefix: `Publish.0[1]/`, and `Publish.0#1[1]/` if attempts are told apart.
    pub(crate) fn write_position(&self, to: &mut String, attempts: bool) -> fmt::Result {
        let Some(lane) = &self.lane else { return Ok(()) };
        lane.parent.write_position(to, attempts)?;
        write_visit(to, lane.state, lane.visit)?;
        write_lane(to, lane.index, if attempts { lane.attempt } else { 0 })
    }

    /// The item of the innermost Map (CX-26), and its number. In a distributed Map that of the whole execution (CX-13).
    fn map_item(&self) -> Option<(usize, &Item)> {
        let mut frame = self;
        while let Some(lane) = &frame.lane {
            if let Some(item) = &lane.item {
                return Some((lane.index, item));
            }
            frame = lane.parent;
        }
        self.execution.item()
    }
}
