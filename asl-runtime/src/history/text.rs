//! Histories as text: a table of the events, and a timeline of the states.

mod redriven;

use super::HistoryEvent;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// How many characters of an event's details a table shows.
const DETAILS: usize = 100;

/// How many characters the whole time of an execution takes in a timeline.
const BAR: usize = 40;

/// A history as a table: one line an event, with its number, that of the event it follows, the seconds since the first one,
/// its type, the state that it belongs to, and what it tells.
///
/// Details are cut after 100 characters; `{:#}` shows all of them.
///
/// ```
/// use asl_runtime::{Execution, History, HistoryTable, asl, json};
///
/// asl!(pub mod hello = { "StartAt": "Hello", "States": { "Hello": { "Type": "Pass", "End": true } } });
///
/// struct Nobody;
/// impl hello::Tasks for Nobody {}
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), asl_runtime::Error> {
/// let history = History::new(Execution::new());
/// hello::run_on(&history, &Nobody, json!({ "name": "Ada" })).await?;
/// assert_eq!(
///     HistoryTable(&history.events()).to_string(),
///     "\
/// id  after  seconds  event               state
///  1      0    0.000  ExecutionStarted           input={\"name\":\"Ada\"}
///  2      0    0.000  PassStateEntered    Hello  input={\"name\":\"Ada\"}
///  3      2    0.000  PassStateExited     Hello  output={\"name\":\"Ada\"}
///  4      3    0.000  ExecutionSucceeded         output={\"name\":\"Ada\"}
/// "
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HistoryTable<'e>(pub &'e [HistoryEvent]);

/// A history as a timeline: one line for each time that a state was entered, with the second of its entry, the seconds that
/// it took, and when this was. What runs in a branch or an item is indented under its Parallel or Map state.
///
/// Behind it stands whatever is of note: the item's number, how often the task was tried, the last error, and whether it was
/// still open at the last event. A state that goes on after a redrive has taken the time in between too.
///
/// ```
/// use asl_runtime::{Execution, History, HistoryTimeline, asl, json};
///
/// asl!(pub mod nap = {
///     "StartAt": "Each",
///     "States": {
///         "Each": {
///             "Type": "Map",
///             "MaxConcurrency": 1,
///             "ItemProcessor": {
///                 "StartAt": "Sleep",
///                 "States": { "Sleep": { "Type": "Wait", "SecondsPath": "$", "End": true } }
///             },
///             "End": true
///         }
///     }
/// });
///
/// struct Nobody;
/// impl nap::Tasks for Nobody {}
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), asl_runtime::Error> {
/// let history = History::new(Execution::new());
/// nap::run_on(&history, &Nobody, json!([10, 30])).await?;
/// assert_eq!(
///     HistoryTimeline(&history.events()).to_string(),
///     "\
/// state     start    took
/// Each      0.000  40.000  |========================================|
///   Sleep   0.000  10.000  |==========                              |  item 0
///   Sleep  10.000  30.000  |          ==============================|  item 1
/// "
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HistoryTimeline<'e>(pub &'e [HistoryEvent]);

/// A time that a state was entered.
struct Visit<'e> {
    state: &'e str,
    /// `Task`
    state_type: &'e str,
    /// The Parallel or Map around it.
    parent: Option<usize>,
    depth: usize,
    item: Option<u64>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    stage: Stage,
    attempts: usize,
    error: Option<&'e str>,
    /// By which event it was entered, and the last by which its task was scheduled.
    entered: &'e HistoryEvent,
    scheduled: Option<&'e HistoryEvent>,
    /// The first visit in the last attempt of its lanes.
    first_lane: usize,
    /// It was cut off by an end, and goes on after a redrive with what nothing has told of yet.
    is_resumed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// Its lanes have failed: it may try again, or catch that.
    Failed,
    Exited,
    Aborted,
    /// It was aborted, and the state has been entered again after a redrive.
    Repeated,
}

impl Visit<'_> {
    fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Exited | Stage::Aborted | Stage::Repeated)
    }
}

/// The visits of a history, and for each event the one that it belongs to.
struct Visits<'e> {
    events: &'e [HistoryEvent],
    visits: Vec<Visit<'e>>,
    owners: Vec<Option<usize>>,
    /// The first event that follows that of a number.
    followers: HashMap<u64, usize>,
    is_redriven: bool,
}

impl<'e> Visits<'e> {
    fn of(events: &'e [HistoryEvent]) -> Visits<'e> {
        let by_id: HashMap<u64, usize> = events.iter().enumerate().map(|(at, event)| (event.id, at)).collect();
        let mut found = Visits {
            events,
            visits: Vec::new(),
            owners: Vec::new(),
            followers: HashMap::new(),
            is_redriven: false,
        };
        // An event follows one before it.
        let before = |at: usize| {
            by_id
                .get(&events[at].previous_id)
                .copied()
                .filter(|before| *before < at)
        };
        for (at, event) in events.iter().enumerate().filter(|(at, _)| before(*at).is_some()) {
            found.followers.entry(event.previous_id).or_insert(at);
        }
        for (at, event) in events.iter().enumerate() {
            let before = before(at);
            let owner = match event.event_type.strip_suffix("StateEntered") {
                Some(state_type) => Some(found.enter(at, state_type, before)),
                None => found.owner(at, before),
            };
            if let Some(owner) = owner {
                found.happened(owner, event);
            }
            if event.event_type == "ExecutionRedriven" {
                found.resume(at);
            } else if event.event_type.starts_with("Execution") && at > 0 {
                // What failed last is what it failed of.
                if let (Some(failed), Some(error)) = (before.and_then(|at| found.owners[at]), text(event, "error")) {
                    found.visits[failed].error = Some(error);
                }
                found.end_within(None, event.timestamp);
            }
            found.owners.push(owner);
        }
        found
    }

    fn enter(&mut self, at: usize, state_type: &'e str, before: Option<usize>) -> usize {
        let event = &self.events[at];
        let mut owner = before.and_then(|before| self.owners[before]);
        if owner.is_none() {
            owner = self.resumed(at);
        }
        let before = before.map(|before| &self.events[before]);
        let (parent, item) = match (before, owner) {
            (Some(before), Some(owner)) if is_start(before.event_type) => (Some(owner), number(before, "index")),
            // A state follows one of the same scope.
            (_, Some(owner)) => (self.visits[owner].parent, self.visits[owner].item),
            (_, None) => (None, None),
        };
        let state = text(event, "name").unwrap_or_default();
        self.entered_again(state, parent, item);
        self.visits.push(Visit {
            state,
            state_type,
            parent,
            depth: parent.map_or(0, |parent| self.visits[parent].depth + 1),
            item,
            start: event.timestamp,
            end: event.timestamp,
            stage: Stage::Open,
            attempts: 0,
            error: None,
            entered: event,
            scheduled: None,
            first_lane: 0,
            is_resumed: false,
        });
        self.visits.len() - 1
    }

    /// The visit that an event belongs to, which is no entry of a state.
    fn owner(&mut self, at: usize, before: Option<usize>) -> Option<usize> {
        let event = &self.events[at];
        let last = self.owners[before?];
        let state_type = match event.event_type {
            // It follows what has failed elsewhere: nothing tells whose it is.
            event_type if event_type.ends_with("StateAborted") || event_type == "MapRunAborted" => return None,
            "MapIterationAborted" => {
                let name = text(event, "name");
                return self.visits.iter().rposition(|visit| Some(visit.state) == name);
            }
            event_type if event_type.starts_with("Execution") => return None,
            "MapIterationFailed" | "MapStateFailed" => "Map",
            "ParallelStateFailed" => "Parallel",
            _ => match last {
                Some(last) => return self.outwards(Some(last)).find(|at| !self.visits[*at].is_over()),
                None => {
                    let resumed = self.resumed(at)?;
                    self.visits[resumed].stage = Stage::Open;
                    return Some(resumed);
                }
            },
        };
        let last = last?;
        // The last event is that of a state in a lane, unless it is one of the Map or Parallel itself.
        let of_fork = is_of_fork(self.events[before?].event_type);
        let first = if of_fork { Some(last) } else { self.visits[last].parent };
        let name = text(event, "name");
        self.outwards(first).find(|at| {
            let visit = &self.visits[*at];
            visit.state_type == state_type && visit.stage == Stage::Open && name.is_none_or(|name| name == visit.state)
        })
    }

    /// This visit, and those around it.
    fn outwards(&self, visit: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(visit, |at| self.visits[*at].parent)
    }

    /// Takes note of an event of a visit.
    fn happened(&mut self, owner: usize, event: &'e HistoryEvent) {
        let visits = self.visits.len();
        let visit = &mut self.visits[owner];
        visit.end = visit.end.max(event.timestamp);
        visit.error = text(event, "error").or(visit.error);
        match event.event_type {
            "MapStateStarted" | "ParallelStateStarted" => {
                visit.attempts += 1;
                visit.stage = Stage::Open;
                visit.first_lane = visits;
            }
            "MapIterationFailed" | "MapIterationAborted" => self.end_within(Some(owner), event.timestamp),
            "MapStateFailed" | "ParallelStateFailed" => {
                visit.stage = Stage::Failed;
                self.end_within(Some(owner), event.timestamp);
            }
            event_type if event_type.ends_with("Scheduled") => {
                visit.attempts += 1;
                visit.scheduled = Some(event);
            }
            event_type if event_type.ends_with("StateExited") => visit.stage = Stage::Exited,
            _ => {}
        }
    }

    /// What goes on in this visit, or anywhere, goes on no more.
    fn end_within(&mut self, fork: Option<usize>, time: DateTime<Utc>) {
        for at in 0..self.visits.len() {
            let parent = self.visits[at].parent;
            let is_within = fork.is_none_or(|fork| self.outwards(parent).any(|at| at == fork));
            let visit = &mut self.visits[at];
            if is_within && !visit.is_over() {
                (visit.stage, visit.end) = (Stage::Aborted, time);
            }
        }
    }
}

/// Whether what follows is the first of a lane.
fn is_start(event_type: &str) -> bool {
    matches!(event_type, "MapIterationStarted" | "ParallelStateStarted")
}

/// Whether an event is one of a Map or a Parallel, and not of what runs in it.
fn is_of_fork(event_type: &str) -> bool {
    let is_step = event_type.ends_with("Entered") || event_type.ends_with("Exited");
    !is_step && (event_type.starts_with("Map") || event_type.starts_with("Parallel"))
}

fn member<'e>(event: &'e HistoryEvent, name: &str) -> Option<&'e Value> {
    event.details.as_ref()?.members.get(name)
}

fn text<'e>(event: &'e HistoryEvent, name: &str) -> Option<&'e str> {
    member(event, name)?.as_str()
}

fn number(event: &HistoryEvent, name: &str) -> Option<u64> {
    member(event, name)?.as_u64()
}

/// Seconds with three digits behind the point.
fn seconds(time: TimeDelta) -> String {
    format!("{:.3}", time.num_milliseconds() as f64 / 1000.0)
}

fn width<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or_default()
}

impl fmt::Display for HistoryTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events = self.0;
        let Some(start) = events.first().map(|event| event.timestamp) else {
            return Ok(());
        };
        let visits = Visits::of(events);
        let mut rows = vec![["id", "after", "seconds", "event", "state", ""].map(str::to_owned)];
        for (event, owner) in events.iter().zip(&visits.owners) {
            rows.push([
                event.id.to_string(),
                event.previous_id.to_string(),
                seconds(event.timestamp - start),
                event.event_type.to_owned(),
                owner.map_or("", |owner| visits.visits[owner].state).to_owned(),
                details(event, f.alternate()),
            ]);
        }
        let widths: [usize; 5] = std::array::from_fn(|column| width(rows.iter().map(|row| row[column].as_str())));
        for [id, after, seconds, event, state, details] in &rows {
            let [w0, w1, w2, w3, w4] = widths;
            let line = format!("{id:>w0$}  {after:>w1$}  {seconds:>w2$}  {event:w3$}  {state:w4$}  {details}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// What an event tells, but for the name of its state, and that nothing is truncated.
fn details(event: &HistoryEvent, is_whole: bool) -> String {
    let members = event.details.iter().flat_map(|details| &details.members);
    let told = members.filter(|(name, value)| *name != "name" && !name.ends_with("Details") && !value.is_null());
    let told: Vec<String> = told.map(|(name, value)| format!("{name}={value}")).collect();
    let told = told.join(" ");
    match told.char_indices().nth(DETAILS) {
        Some((end, _)) if !is_whole => format!("{}…", &told[..end]),
        _ => told,
    }
}

impl fmt::Display for HistoryTimeline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events = self.0;
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return Ok(());
        };
        let whole = (last.timestamp - first.timestamp).num_milliseconds();
        let visits = Visits::of(events).visits;
        let mut rows = vec![["state", "start", "took", "", ""].map(str::to_owned)];
        for at in in_order(&visits) {
            let visit = &visits[at];
            rows.push([
                format!("{:indent$}{}", "", visit.state, indent = 2 * visit.depth),
                seconds(visit.start - first.timestamp),
                seconds(visit.end - visit.start),
                bar(visit.start - first.timestamp, visit.end - visit.start, whole),
                notes(visit),
            ]);
        }
        let widths: [usize; 3] = std::array::from_fn(|column| width(rows.iter().map(|row| row[column].as_str())));
        for [state, start, took, bar, notes] in &rows {
            let [w0, w1, w2] = widths;
            let line = format!("{state:w0$}  {start:>w1$}  {took:>w2$}  {bar}  {notes}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The visits so that each lane stands together, in the order of its entries, under what it is a lane of.
fn in_order(visits: &[Visit<'_>]) -> Vec<usize> {
    let mut within: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (at, visit) in visits.iter().enumerate() {
        within.entry(visit.parent).or_default().push(at);
    }
    // The items of a Map one after the other; the sort is stable.
    within
        .values_mut()
        .for_each(|lanes| lanes.sort_by_key(|at| visits[*at].item));
    let mut order = Vec::new();
    let mut next: Vec<usize> = within.remove(&None).unwrap_or_default();
    next.reverse();
    while let Some(at) = next.pop() {
        order.push(at);
        next.extend(within.remove(&Some(at)).unwrap_or_default().into_iter().rev());
    }
    order
}

/// When something was, within the whole time in milliseconds.
fn bar(start: TimeDelta, took: TimeDelta, whole: i64) -> String {
    let place = |time: TimeDelta| match whole {
        ..=0 => 0,
        _ => (time.num_milliseconds() as f64 * BAR as f64 / whole as f64).round() as usize,
    };
    let start_at = place(start).min(BAR - 1);
    let length = place(start + took).clamp(start_at, BAR) - start_at;
    let filled = match length {
        0 => ".".to_owned(),
        _ => "=".repeat(length),
    };
    let text = format!("{}{filled}", " ".repeat(start_at));
    format!("|{text:BAR$}|")
}

fn notes(visit: &Visit<'_>) -> String {
    let item = visit.item.map(|item| format!("item {item}"));
    let attempts = (visit.attempts > 1).then(|| format!("{} attempts", visit.attempts));
    let stage = match visit.stage {
        Stage::Open | Stage::Failed => Some("open".to_owned()),
        Stage::Aborted | Stage::Repeated if visit.error.is_none() => Some("aborted".to_owned()),
        _ => None,
    };
    let notes = [item, attempts, visit.error.map(str::to_owned), stage];
    notes.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
