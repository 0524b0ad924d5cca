//! The numbered events of one execution, and which of them each follows (spec EV-1 to EV-63).

use super::HistoryEvent;
use super::details::{self, Told};
use crate::{Error, Event, Execution, Place, Position, Quotas, StateType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;

/// Numbers the events of one execution, and tells which of them each follows. For engines.
///
/// It keeps the events that it numbers, tells them, or only counts them: the ids are the same.
#[derive(Debug)]
pub struct EventLog {
    events: Events,
    /// The id of the last one.
    last: u64,
    max_events: Option<u64>,
    has_dropped: bool,
    /// That of the machine.
    machine: Chain,
    /// Those of its branches and items, by scope.
    lanes: HashMap<String, Chain>,
}

/// What becomes of events.
enum Events {
    Kept(Vec<HistoryEvent>),
    Told(Box<dyn FnMut(HistoryEvent) + Send>),
    Counted,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Events::Kept(events) => events.fmt(f),
            Events::Told(_) => f.write_str("Told"),
            Events::Counted => f.write_str("Counted"),
        }
    }
}

/// Where a line of control stands. Ids are 0 where there is no event yet.
#[derive(Debug, Default)]
struct Chain {
    /// What its next event follows.
    last: u64,
    /// The entry of its current state, and what that followed.
    entry: (u64, u64),
    /// What the next iteration of its Map follows: the start of the Map, or the last event of the iteration that made
    /// room for it (EV-30, EV-31).
    free: u64,
    /// What the success of its Map follows.
    end: u64,
    /// How often the lanes of its state have been started.
    starts: u32,
    /// What its current state assigns, as its end will tell it.
    assigned: Map<String, Value>,
    /// The type of its current state.
    state: Option<StateType>,
    /// The branches or iterations that run.
    running: Vec<usize>,
    /// What they are, where its current state has started any.
    fork: Option<Box<Fork>>,
}

/// A Parallel or Map that has started its lanes.
#[derive(Debug)]
struct Fork {
    at: Place,
    /// The Map whose iterations they are.
    map: Option<&'static str>,
    /// The ARN of its Map Run, and how often that has been redriven.
    run: Option<(String, u64)>,
}

impl Default for EventLog {
    fn default() -> EventLog {
        EventLog {
            events: Events::Kept(Vec::new()),
            last: 0,
            max_events: None,
            has_dropped: false,
            machine: Chain::default(),
            lanes: HashMap::new(),
        }
    }
}

impl EventLog {
    /// What ends an execution that has no room for its next event.
    pub fn excess() -> Error {
        let max = Quotas::MAX_EVENTS;
        let cause = format!("The execution reached the maximum number of history events ({max}).");
        Error::new("States.Runtime", cause)
    }

    /// One that keeps the events.
    pub fn new() -> EventLog {
        EventLog::default()
    }

    /// One that counts the events and keeps none.
    pub fn counting() -> EventLog {
        EventLog {
            events: Events::Counted,
            ..EventLog::default()
        }
    }

    /// One that tells each event when it happens, and keeps none.
    pub fn telling(tell: impl FnMut(HistoryEvent) + Send + 'static) -> EventLog {
        EventLog {
            events: Events::Told(Box::new(tell)),
            ..EventLog::default()
        }
    }

    /// Has room for so many events; without a limit it has room for all.
    pub fn set_max_events(&mut self, max: Option<u64>) {
        self.max_events = max;
    }

    /// The events so far; none where they are not kept.
    pub fn events(&self) -> &[HistoryEvent] {
        match &self.events {
            Events::Kept(events) => events,
            Events::Told(_) | Events::Counted => &[],
        }
    }

    /// Whether nobody sees more of events than how many there are.
    fn only_counts(&self) -> bool {
        matches!(self.events, Events::Counted)
    }

    /// Goes on after an end: the history so far has `last` events, of which those that are kept here are forgotten.
    pub fn resume(&mut self, last: u64) {
        if let Events::Kept(events) = &mut self.events {
            events.clear();
        }
        self.last = last;
        self.has_dropped = false;
    }

    /// The id of the last event, which is also how many there are.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether there is room for the last event only.
    pub fn is_full(&self) -> bool {
        self.max_events.is_some_and(|max| self.last + 1 >= max)
    }

    /// Whether there was no room for an event.
    pub fn has_dropped(&self) -> bool {
        self.has_dropped
    }

    /// Writes an event down, if there is room for it; answers its id, from 1.
    pub fn record(
        &mut self,
        execution: &Execution,
        at: &Place,
        event: Event<'_>,
        timestamp: DateTime<Utc>,
    ) -> Option<u64> {
        let mut told = match self.only_counts() {
            true => ("", None),
            false => details::of(execution, at, event),
        };
        let is_last = matches!(
            event,
            Event::ExecutionSucceeded { .. }
                | Event::ExecutionFailed { .. }
                | Event::ExecutionTimedOut
                | Event::ExecutionAborted { .. }
        );
        if self.is_full() && !is_last {
            self.has_dropped = true;
            return None;
        }
        let mut line = self.line(at, timestamp);
        Some(match event {
            Event::ExecutionStarted { .. } | Event::ExecutionTimedOut | Event::ExecutionAborted { .. } => {
                line.after(0, told)
            }
            // All that goes on follows it.
            Event::ExecutionRedriven { .. } => {
                let last = line.log.last;
                let id = line.after(last, told);
                line.log.chains().for_each(|chain| chain.last = id);
                line.redrive_map_runs(id);
                id
            }
            Event::StateEntered { state_type, .. } => {
                let chain = line.chain();
                (chain.state, chain.starts) = (Some(state_type), 0);
                let before = chain.last;
                let id = line.next(told);
                line.chain().entry = match state_type {
                    StateType::Wait => (id, id),
                    _ => (id, before),
                };
                id
            }
            // As recorded, it follows what the entry of its state did, but for a Wait (J-91).
            Event::EvaluationFailed { .. } => {
                let chain = line.chain();
                let (entered, before) = chain.entry;
                if chain.last == entered {
                    chain.last = before;
                }
                line.next(told)
            }
            Event::StateExited { .. } => {
                let chain = line.chain();
                (chain.state, chain.fork) = (None, None);
                if let Some(details) = &mut told.1 {
                    details.members.append(&mut line.chain().assigned);
                }
                line.next(told)
            }
            Event::MapStateStarted { .. } => line.start(0, told),
            Event::ParallelStateStarted { branches } => line.start(branches, told),
            Event::MapIterationStarted { index, name } => {
                let chain = line.chain();
                chain.fork.as_mut().map(|fork| fork.map.replace(name));
                let free = chain.free;
                let id = line.after(free, told);
                line.open(index, id);
                id
            }
            Event::MapIterationSucceeded { index, .. } => {
                let lane = line.close(index);
                let id = line.after(lane.last, told);
                let chain = line.chain();
                (chain.free, chain.end, chain.last) = (lane.last, id, id);
                id
            }
            Event::MapIterationFailed { index, .. } => {
                let lane = line.close(index);
                let id = line.after(lane.last, told);
                line.abort(lane);
                id
            }
            Event::MapRunStarted {
                definition,
                label,
                attempt,
            } => {
                let arn = execution.map_run_id(definition, label, at, attempt);
                line.chain().fork.as_mut().map(|fork| fork.run.replace((arn, 0)));
                line.next(told)
            }
            Event::MapRunSucceeded => {
                let last = line.chain().last;
                let id = line.after(last, told);
                let chain = line.chain();
                (chain.end, chain.fork) = (id, None);
                id
            }
            Event::MapRunFailed { .. } => {
                line.chain().fork = None;
                line.next(told)
            }
            // The next event follows what these follow (EV-4).
            Event::MapStateSucceeded => {
                let end = line.chain().end;
                line.after(end, told)
            }
            Event::ParallelStateSucceeded => {
                let last = line.chain().last;
                line.after(last, told)
            }
            _ => line.next(told),
        })
    }

    /// The current state of this line assigns these variables: the event of its end will tell them (J-111).
    pub fn assigned(&mut self, at: &Place, variables: &[(&str, &Value)]) {
        if !self.only_counts() {
            self.chain(at).assigned = details::assigned(variables);
        }
    }

    /// A branch has ended: what comes next follows the branch that ends last (EV-40), or that fails (EV-41).
    pub fn branch_ended(&mut self, at: &Place, index: usize, succeeded: bool, timestamp: DateTime<Utc>) {
        let mut line = self.line(at, timestamp);
        let lane = line.close(index);
        match succeeded {
            true => line.chain().last = lane.last,
            false => line.abort(lane),
        }
    }

    fn chain(&mut self, at: &Place) -> &mut Chain {
        // A `/` stands between scopes only.
        let text = at.as_str();
        match text.rfind('/') {
            None => &mut self.machine,
            Some(slash) => self.lanes.entry(text[..=slash].to_owned()).or_default(),
        }
    }

    fn chains(&mut self) -> impl Iterator<Item = &mut Chain> {
        std::iter::once(&mut self.machine).chain(self.lanes.values_mut())
    }

    fn line<'l>(&'l mut self, at: &'l Place, timestamp: DateTime<Utc>) -> Line<'l> {
        Line {
            at,
            timestamp,
            log: self,
        }
    }
}

/// A line of control, to which events are added.
struct Line<'l> {
    at: &'l Place,
    timestamp: DateTime<Utc>,
    log: &'l mut EventLog,
}

impl Line<'_> {
    fn chain(&mut self) -> &mut Chain {
        self.log.chain(self.at)
    }

    fn lane(&mut self, index: usize) -> String {
        let attempt = self.chain().starts.saturating_sub(1);
        self.at.lane(index, attempt).as_str().to_owned()
    }

    /// Adds an event that follows this one.
    fn after(&mut self, previous_id: u64, (event_type, details): Told) -> u64 {
        self.log.last += 1;
        let id = self.log.last;
        let event = HistoryEvent {
            id,
            previous_id,
            timestamp: self.timestamp,
            event_type,
            details,
        };
        match &mut self.log.events {
            Events::Kept(events) => events.push(event),
            Events::Told(tell) => tell(event),
            Events::Counted => {}
        }
        id
    }

    /// Adds an event that follows the last one, and that the next one will follow.
    fn next(&mut self, told: Told) -> u64 {
        let last = self.chain().last;
        let id = self.after(last, told);
        self.chain().last = id;
        id
    }

    /// A Parallel or Map starts, with so many lanes at once.
    fn start(&mut self, lanes: usize, told: Told) -> u64 {
        let id = self.next(told);
        let chain = self.chain();
        (chain.free, chain.end) = (id, id);
        chain.running.clear();
        chain.starts += 1;
        let (at, map, run) = (self.at.clone(), None, None);
        self.chain().fork = Some(Box::new(Fork { at, map, run }));
        for index in 0..lanes {
            self.open(index, id);
        }
        id
    }

    /// A lane starts after this event.
    fn open(&mut self, index: usize, last: u64) {
        self.chain().running.push(index);
        let chain = Chain {
            last,
            ..Chain::default()
        };
        let lane = self.lane(index);
        self.log.lanes.insert(lane, chain);
    }

    /// A lane ends.
    fn close(&mut self, index: usize) -> Chain {
        self.chain().running.retain(|&running| running != index);
        let lane = self.lane(index);
        self.log.lanes.remove(&lane).unwrap_or_default()
    }

    /// A lane has failed: its task and the other lanes are aborted (EV-35, EV-42). What comes next follows the failure.
    fn abort(&mut self, failed: Chain) {
        let chain = self.chain();
        chain.last = failed.last;
        let rest = Chain {
            starts: chain.starts,
            running: std::mem::take(&mut chain.running),
            fork: chain.fork.take(),
            ..Chain::default()
        };
        if failed.state == Some(StateType::Task) {
            self.after_unless_full(failed.last, ("TaskStateAborted", None));
        }
        self.abort_lanes(failed.last, rest);
    }

    /// The lanes of a state are aborted, from the outside in.
    fn abort_lanes(&mut self, cause: u64, mut chain: Chain) {
        let Some(fork) = chain.fork else { return };
        chain.running.sort_unstable();
        for index in chain.running {
            let lane = fork.at.lane(index, chain.starts.saturating_sub(1));
            let lane = self.log.lanes.remove(lane.as_str()).unwrap_or_default();
            if let Some(name) = fork.map {
                self.after_unless_full(cause, details::iteration_aborted(name, index));
            }
            let aborted = match lane.state {
                Some(StateType::Task) => "TaskStateAborted",
                Some(StateType::Wait) => "WaitStateAborted",
                Some(StateType::Map) => "MapStateAborted",
                Some(StateType::Parallel) => "ParallelStateAborted",
                _ => continue,
            };
            self.after_unless_full(cause, (aborted, None));
            if lane.fork.as_ref().is_some_and(|fork| fork.run.is_some()) {
                self.after_unless_full(cause, ("MapRunAborted", None));
            }
            self.abort_lanes(cause, lane);
        }
    }

    /// Map Runs that have not ended go on (RDV-10).
    fn redrive_map_runs(&mut self, redriven: u64) {
        let runs = |chain: &Chain| Some(chain.fork.as_ref()?.run.is_some());
        let scopes = self.log.lanes.iter().filter(|(_, chain)| runs(chain) == Some(true));
        let mut scopes: Vec<String> = scopes.map(|(scope, _)| scope.clone()).collect();
        // In the same order in every life.
        scopes.sort_unstable();
        self.redrive_map_run(redriven, |log| Some(&mut log.machine));
        for scope in scopes {
            self.redrive_map_run(redriven, |log| log.lanes.get_mut(&scope));
        }
    }

    fn redrive_map_run(&mut self, redriven: u64, chain: impl Fn(&mut EventLog) -> Option<&mut Chain>) {
        let run = chain(self.log).and_then(|chain| chain.fork.as_mut()?.run.as_mut());
        let Some((arn, redrives)) = run else { return };
        *redrives += 1;
        let told = details::map_run_redriven(arn, *redrives);
        let id = self.after_unless_full(redriven, told);
        if let (Some(id), Some(chain)) = (id, chain(self.log)) {
            chain.last = id;
        }
    }

    /// Adds an event that follows this one, if there is room for more than the last one.
    fn after_unless_full(&mut self, previous_id: u64, told: Told) -> Option<u64> {
        (!self.log.is_full()).then(|| self.after(previous_id, told))
    }
}
