//! Children of Map Runs that begin anew when their execution is redriven (RDV-10).
//!
//! Such a child runs from its beginning once more. What it had come to is told again, operation by operation, when its code
//! comes there; the task that it failed of, and what was under way beside that, begins anew.

use super::{Life, Progress};
use crate::operation::Key;
use crate::store::{Entry, Kind};
use asl_runtime::Place;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a life keeps whose execution has been redriven.
#[derive(Default)]
pub(super) struct Again {
    /// The entries that were delivered, by place, and how often the execution had been redriven by then.
    log: BTreeMap<String, Vec<(u64, Entry)>>,
    /// How often it had been when each child began first.
    begun: HashMap<String, u64>,
    /// The task that ended last in a child which has entered no state since, by the child: if it has failed, it failed of that.
    last_task: BTreeMap<String, String>,
    /// The entries that are told again when their operations begin.
    kept: BTreeMap<Key, VecDeque<Told>>,
    /// What is told next: the operations in order, and the entries of each.
    due: VecDeque<Key>,
    telling: HashMap<Key, VecDeque<Told>>,
}

/// An entry that is told again.
struct Told {
    entry: Entry,
    redrives: u64,
    repeat: Arc<Repeat>,
}

/// A child that begins anew, as long as it only does what it did before.
pub(crate) struct Repeat {
    /// How often the execution had been redriven when it did this.
    redrives: AtomicU64,
}

impl Repeat {
    const OVER: u64 = u64::MAX;

    /// How often the execution had been redriven when this was done before; nothing where it was not.
    pub(crate) fn redrives(&self) -> Option<u64> {
        Some(self.redrives.load(Ordering::Relaxed)).filter(|redrives| *redrives != Repeat::OVER)
    }

    /// From now on it does what it did not do before.
    pub(crate) fn end(&self) {
        self.redrives.store(Repeat::OVER, Ordering::Relaxed);
    }
}

impl Life {
    /// A child of a Map Run begins; answers what it repeats, if it begins anew.
    pub(crate) fn begin_child(&self, child: &Place, is_redriven: bool) -> Option<Arc<Repeat>> {
        let mut progress = self.progress();
        let redrives = progress.redrives;
        let again = progress.again.as_mut()?;
        let first = *again.begun.entry(child.as_str().to_owned()).or_insert(redrives);
        if !is_redriven {
            return None;
        }
        let repeat = Arc::new(Repeat {
            redrives: AtomicU64::new(first),
        });
        progress.repeat(child.as_str(), &repeat);
        Some(repeat)
    }

    /// Whether what came of an operation is told again.
    pub(crate) fn is_told_again(&self, key: &Key) -> bool {
        self.progress().is_told_again(key)
    }

    /// A child has gone on to a state, or to its end.
    pub(crate) fn child_went_on(&self, child: &Place) {
        if let Some(again) = &mut self.progress().again {
            again.last_task.remove(child.as_str());
        }
    }

    /// A task of a child has ended.
    pub(crate) fn child_task_ended(&self, child: &Place, task: &Place) {
        if let Some(again) = &mut self.progress().again {
            again
                .last_task
                .insert(child.as_str().to_owned(), task.as_str().to_owned());
        }
    }

    /// A task begins anew: what had become of it counts no more.
    pub(crate) fn begin_anew(&self, task: &Place) {
        if let Some(again) = &mut self.progress().again {
            again.log.remove(task.as_str());
        }
    }
}

impl Progress {
    /// Has the entries of this child told again.
    fn repeat(&mut self, child: &str, repeat: &Arc<Repeat>) {
        let Some(again) = &mut self.again else { return };
        let places: Vec<String> = inside(&again.log, child).map(|(place, _)| place.clone()).collect();
        let children: Vec<String> = inside(&again.last_task, child)
            .map(|(child, _)| child.clone())
            .collect();
        let failed: HashSet<String> = children
            .iter()
            .filter_map(|child| again.last_task.remove(child))
            .collect();
        let stale = again.kept.range(Key::first(child)..).map(|(key, _)| key);
        let stale: Vec<Key> = stale
            .take_while(|key| key.place().0.starts_with(child))
            .cloned()
            .collect();
        stale.iter().for_each(|key| _ = again.kept.remove(key));
        for place in places {
            let Some(mut entries) = again.log.remove(&place) else {
                continue;
            };
            let has_succeeded = entries.iter().any(|(_, entry)| entry.kind == Kind::Succeeded);
            let mut aborted = self.abandoned.range(Key::first(&place)..);
            let is_aborted = !has_succeeded && aborted.next().is_some_and(|key| key.place().0 == place);
            if is_aborted || failed.contains(&place) {
                continue;
            }
            // What was ended as a whole is not told again.
            entries.retain(|(_, entry)| entry.kind != Kind::Ended);
            for (redrives, entry) in &entries {
                let told = Told {
                    entry: entry.clone(),
                    redrives: *redrives,
                    repeat: repeat.clone(),
                };
                again.kept.entry(Key::of(entry)).or_default().push_back(told);
            }
            again.log.insert(place, entries);
        }
        let kept = &again.kept;
        self.refused
            .retain(|key| !key.place().0.starts_with(child) || kept.contains_key(key));
    }

    /// An entry has been delivered. What comes when all has been that was there is told again in a later life at the earliest.
    pub(super) fn log(&mut self, entry: &Entry) {
        if self.is_open {
            return;
        }
        let redrives = self.redrives;
        if let Some(again) = self.again.as_mut().filter(|_| entry.kind != Kind::Redriven) {
            let log = again.log.entry(entry.place.clone()).or_default();
            log.push((redrives, entry.clone()));
        }
    }

    /// An operation begins: what is kept for it is told to it next.
    pub(super) fn tell_again(&mut self, key: &Key) {
        let Some(again) = &mut self.again else { return };
        self.abandoned.remove(key);
        if let Some(told) = again.kept.remove(key) {
            again.due.extend(told.iter().map(|_| key.clone()));
            again.telling.insert(key.clone(), told);
        }
    }

    /// An operation has ended, or was dropped.
    pub(super) fn tell_no_more(&mut self, key: &Key) {
        if let Some(again) = &mut self.again {
            again.telling.remove(key);
        }
    }

    /// Whether what came of this operation is about to be told again.
    pub(super) fn is_told_again(&self, key: &Key) -> bool {
        let again = self.again.as_ref();
        again.is_some_and(|again| again.telling.contains_key(key))
    }

    /// Whether something is about to be told again.
    pub(super) fn tells_again(&self) -> bool {
        self.again.as_ref().is_some_and(|again| !again.due.is_empty())
    }

    /// The next entry that is told again.
    pub(super) fn told_again(&mut self) -> Option<(Key, Entry)> {
        let again = self.again.as_mut()?;
        let (key, told) = loop {
            let key = again.due.pop_front()?;
            // One that has been dropped is told nothing.
            let Some(telling) = again.telling.get_mut(&key) else {
                continue;
            };
            let told = telling.pop_front();
            if telling.is_empty() {
                again.telling.remove(&key);
            }
            if let Some(told) = told {
                break (key, told);
            }
        };
        let Told {
            entry,
            redrives,
            repeat,
        } = told;
        repeat.redrives.store(redrives, Ordering::Relaxed);
        Some((key, entry))
    }
}

/// What belongs to places within this child.
fn inside<'m, V>(map: &'m BTreeMap<String, V>, child: &str) -> impl Iterator<Item = (&'m String, &'m V)> {
    let from = map.range::<str, _>((Bound::Included(child), Bound::Unbounded));
    from.take_while(move |(place, _)| place.starts_with(child))
}
