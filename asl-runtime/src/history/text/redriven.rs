//! The visits of an execution that goes on after an end.
//!
//! What goes on follows the event of the redrive, in every lane, and not what it followed before. So a line of events is given
//! to that of the visits that were cut off which it is most like.

use super::{Stage, Visit, Visits, number, text};
use crate::history::HistoryEvent;
use std::cmp::Reverse;
use std::iter::successors;

/// What a line of events tells of the visit that it goes on with.
struct Line<'e> {
    first: &'e HistoryEvent,
    state_type: &'e str,
    /// As the event by which the state is left or entered again has it.
    state: Option<&'e str>,
    /// The item that comes to its end.
    item: Option<u64>,
}

impl Visits<'_> {
    /// What was cut off by the end before this redrive goes on: what was open, and the lanes that were given up with it.
    pub(super) fn resume(&mut self, redrive: usize) {
        self.is_redriven = true;
        let end = redrive.checked_sub(1).map(|end| self.events[end].timestamp);
        for at in 0..self.visits.len() {
            let parent = self.visits[at].parent.map(|parent| &self.visits[parent]);
            // Lanes of an earlier attempt are over.
            let goes_on =
                |parent: &Visit<'_>| parent.is_resumed && parent.stage == Stage::Open && at >= parent.first_lane;
            let may = parent.is_none_or(goes_on);
            let visit = &mut self.visits[at];
            // What was over at the same time may be told again.
            let is_told_again = visit.stage == Stage::Exited && Some(visit.end) == end;
            visit.is_resumed = may && (visit.stage == Stage::Aborted || is_told_again);
            if visit.is_resumed && !is_told_again {
                visit.stage = Stage::Open;
            }
        }
    }

    /// The visit that an event goes on with which follows none of its own.
    pub(super) fn resumed(&mut self, event: usize) -> Option<usize> {
        if !self.is_redriven {
            return None;
        }
        let line = self.line(event);
        let resumed = (0..self.visits.len()).filter(|at| self.visits[*at].is_resumed && self.fits(*at, &line));
        let found = resumed.min_by_key(|at| Reverse(self.likeness(*at, &line)))?;
        self.visits[found].is_resumed = false;
        Some(found)
    }

    /// A state is entered: if it was cut off in the same lane, this does not go on, nor does anything in it.
    pub(super) fn entered_again(&mut self, state: &str, parent: Option<usize>, item: Option<u64>) {
        if !self.is_redriven {
            return;
        }
        let is_former = |visit: &Visit<'_>| {
            (visit.state, visit.parent, visit.item) == (state, parent, item) && visit.stage == Stage::Open
        };
        let Some(former) = self.visits.iter().position(is_former) else {
            return;
        };
        for at in former..self.visits.len() {
            if self.outwards(Some(at)).any(|at| at == former) && self.visits[at].stage == Stage::Open {
                (self.visits[at].stage, self.visits[at].is_resumed) = (Stage::Repeated, false);
            }
        }
    }

    fn line(&self, event: usize) -> Line<'_> {
        let first = &self.events[event];
        let follows = |event: &&HistoryEvent| self.followers.get(&event.id).map(|at| &self.events[*at]);
        let line = || successors(Some(first), follows).take_while(|event| !event.event_type.starts_with("Execution"));
        let named = line().find(|event| is_step(event.event_type));
        let ended = line().find(|event| matches!(event.event_type, "MapIterationSucceeded" | "MapIterationFailed"));
        let types = ["Map", "Parallel", "Pass", "Choice", "Wait", "Succeed", "Fail"];
        let state_type = types
            .into_iter()
            .find(|state_type| first.event_type.starts_with(state_type));
        Line {
            first,
            state_type: state_type.unwrap_or("Task"),
            state: named.and_then(|event| text(event, "name")),
            item: ended.and_then(|event| number(event, "index")),
        }
    }

    /// Whether it may be this visit.
    fn fits(&self, at: usize, line: &Line<'_>) -> bool {
        let visit = &self.visits[at];
        let resource = |event| text(event, "resource");
        let is_other = match (visit.scheduled.and_then(resource), resource(line.first)) {
            (Some(before), Some(now)) => before != now,
            _ => false,
        };
        visit.state_type == line.state_type && line.state.is_none_or(|state| state == visit.state) && !is_other
    }

    /// How much it looks like this visit.
    fn likeness(&self, at: usize, line: &Line<'_>) -> (bool, bool, bool) {
        let visit = &self.visits[at];
        let input = |event| super::member(event, "input");
        let before = match is_step(line.first.event_type) {
            true => Some(visit.entered),
            false => visit.scheduled,
        };
        let is_alike = input(line.first).is_some_and(|now| before.and_then(input) == Some(now));
        let is_item = line.item.is_some() && line.item == visit.item;
        (is_alike, is_item, visit.stage == Stage::Open)
    }
}

/// Whether a state is entered or left by this event.
fn is_step(event_type: &str) -> bool {
    event_type.ends_with("StateEntered") || event_type.ends_with("StateExited")
}
