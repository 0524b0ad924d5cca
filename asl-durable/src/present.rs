//! The executions that are in memory.

use crate::life::Life;
use crate::store::{ExecutionId, Record};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The executions that are in memory, or come there.
#[derive(Default)]
pub(crate) struct Present {
    lives: HashMap<ExecutionId, Presence>,
    ids: HashMap<String, ExecutionId>,
    /// Those that were to come again while they were there.
    wanted: HashSet<ExecutionId>,
}

/// An execution in memory.
#[derive(Clone)]
pub(crate) enum Presence {
    /// It is being read.
    Comes,
    Is(Arc<Life>),
}

impl Present {
    /// This one comes; answers whether it was not there.
    pub(crate) fn enter(&mut self, record: &Record) -> bool {
        let Entry::Vacant(place) = self.lives.entry(record.id) else {
            self.wanted.insert(record.id);
            return false;
        };
        place.insert(Presence::Comes);
        self.ids.insert(record.arn.clone(), record.id);
        true
    }

    /// One that came is there.
    pub(crate) fn arrive(&mut self, id: ExecutionId, life: Arc<Life>) {
        self.lives.insert(id, Presence::Is(life));
    }

    /// This one is gone; answers whether it was to come again meanwhile.
    pub(crate) fn leave(&mut self, record: &Record) -> bool {
        self.lives.remove(&record.id);
        self.ids.remove(&record.arn);
        self.wanted.remove(&record.id)
    }

    pub(crate) fn get(&self, id: ExecutionId) -> Option<Presence> {
        self.lives.get(&id).cloned()
    }

    /// The number of the one with this ARN.
    pub(crate) fn id(&self, arn: &str) -> Option<ExecutionId> {
        self.ids.get(arn).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.lives.len()
    }
}
