//! Lines of control in a history: which events belong to which branch or iteration.

use crate::events::id;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// A line of control: the state, how often its lanes have been started there, and the lane, from the outside in.
type Lane = Vec<String>;

/// The events of a history as a recorded one has them, numbered anew: those of lanes that ran side by side there may take
/// turns in another way, all others may not. Nothing where it cannot be done.
pub fn arranged_as(recorded: &[Value], found: &[Value]) -> Option<Vec<Value>> {
    let (of_recorded, of_found) = (lanes(recorded)?, lanes(found)?);
    let mut left: HashMap<&Lane, Vec<usize>> = HashMap::new();
    for (at, lane) in of_found.iter().enumerate().rev() {
        left.entry(lane).or_default().push(at);
    }
    let order: Vec<usize> = of_recorded
        .iter()
        .map(|lane| left.get_mut(lane)?.pop())
        .collect::<Option<_>>()?;
    let spans = spans(&of_recorded);
    for (later, lane) in of_recorded.iter().enumerate() {
        let is_out_of_turn = |earlier: usize| order[earlier] > order[later];
        if (0..later).any(|earlier| is_out_of_turn(earlier) && !are_side_by_side(&of_recorded[earlier], lane, &spans)) {
            return None;
        }
    }
    let numbers: HashMap<u64, usize> = order
        .iter()
        .zip(1..)
        .map(|(&at, new)| Some((id(&found[at])?, new)))
        .collect::<Option<_>>()?;
    let renumbered = order.iter().map(|&at| {
        let mut event = found[at].clone();
        for name in ["id", "previousEventId"] {
            let new = event[name].as_u64().and_then(|old| numbers.get(&old));
            event[name] = json!(new.copied().unwrap_or_default());
        }
        event
    });
    let mut events: Vec<Value> = renumbered.collect();
    // What is too many comes last.
    events.extend(
        (0..found.len())
            .filter(|at| !order.contains(at))
            .map(|at| found[at].clone()),
    );
    Some(events)
}

/// From where to where each lane goes, what is in it included.
fn spans(lanes: &[Lane]) -> HashMap<&[String], RangeInclusive<usize>> {
    let mut spans = HashMap::new();
    for (at, lane) in lanes.iter().enumerate() {
        for depth in 1..=lane.len() {
            let span = spans.entry(&lane[..depth]).or_insert(at..=at);
            *span = *span.start()..=at;
        }
    }
    spans
}

/// Whether two lanes are in lanes of one state that overlap.
fn are_side_by_side(one: &Lane, other: &Lane, spans: &HashMap<&[String], RangeInclusive<usize>>) -> bool {
    let common = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    if common == one.len() || common == other.len() {
        return false;
    }
    let (one, other) = (&spans[&one[..=common]], &spans[&other[..=common]]);
    one.start() <= other.end() && other.start() <= one.end()
}

/// What is known of a lane so far.
#[derive(Default)]
struct Known {
    /// `Map`, `Parallel`: the type of the state that it is in.
    state_type: String,
    state: String,
    /// How often it has started lanes.
    starts: usize,
}

/// The lane of each event, as its type and what it follows tell; nothing where something follows what is not there.
fn lanes(events: &[Value]) -> Option<Vec<Lane>> {
    let mut known: HashMap<Lane, Known> = HashMap::new();
    let mut lanes: Vec<Lane> = Vec::new();
    // What follows the start of an iteration is in it.
    let mut inside: HashMap<u64, Lane> = HashMap::new();
    for event in events {
        let event_type = event["type"].as_str()?;
        let previous = event["previousEventId"].as_u64()?;
        let before = match previous {
            0 => None,
            previous => Some(usize::try_from(previous).ok()? - 1),
        };
        let lane = match before {
            None => Lane::new(),
            Some(_) if event_type.starts_with("Execution") => Lane::new(),
            Some(before) => {
                let mut lane = inside.get(&previous).or_else(|| lanes.get(before))?.clone();
                let is_started = events[before]["type"] == "ParallelStateStarted";
                match (event_type, enclosing(event_type)) {
                    // A branch begins, or its first state cannot.
                    (_, None) if is_started => {
                        let name = match event_type {
                            "EvaluationFailed" => &event["evaluationFailedEventDetails"]["state"],
                            _ => &event["stateEnteredEventDetails"]["name"],
                        };
                        let name = lane_of(known.get(&lane)?, name.as_str()?);
                        lane.push(name);
                    }
                    (aborted, _) if aborted.ends_with("StateAborted") => _ = lane.pop(),
                    (_, Some(state_type)) => {
                        while known.get(&lane).is_none_or(|known| known.state_type != state_type) {
                            lane.pop()?;
                        }
                    }
                    _ => {}
                }
                let details = ["mapIterationStartedEventDetails", "mapIterationSucceededEventDetails"];
                if let Some(index) = details.iter().find_map(|details| event[*details]["index"].as_u64()) {
                    let mut of_iteration = lane.clone();
                    of_iteration.push(lane_of(known.get(&lane)?, &index.to_string()));
                    // All that begin with their Map do so in the order of their numbers.
                    if events[before]["type"] != "MapStateStarted" {
                        lane = of_iteration.clone();
                    }
                    if event_type == "MapIterationStarted" {
                        inside.insert(id(event)?, of_iteration);
                    }
                }
                lane
            }
        };
        let here = known.entry(lane.clone()).or_default();
        if let Some(state_type) = event_type.strip_suffix("StateEntered") {
            here.state_type = state_type.to_owned();
            here.state = event["stateEnteredEventDetails"]["name"].as_str()?.to_owned();
            here.starts = 0;
        }
        if event_type.ends_with("StateExited") {
            here.state_type.clear();
        }
        if matches!(event_type, "MapStateStarted" | "ParallelStateStarted") {
            here.starts += 1;
        }
        lanes.push(lane);
    }
    Some(lanes)
}

fn lane_of(known: &Known, lane: &str) -> String {
    format!("{}#{}[{lane}]", known.state, known.starts)
}

/// The type of the state that an event is of, if that is the state around the lanes which it may follow.
fn enclosing(event_type: &str) -> Option<&'static str> {
    ["MapState", "MapIteration", "ParallelState"]
        .iter()
        .find(|start| event_type.starts_with(*start) && !event_type.ends_with("Entered"))
        .map(|start| if start.starts_with("Map") { "Map" } else { "Parallel" })
}
