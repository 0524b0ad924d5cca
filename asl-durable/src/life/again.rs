//! Children of Map Runs that begin anew when their execution is redriven (RDV-10).
//!
//! Such a child runs from its beginning once more. What it had come to is told again, operation by operation, when its code
//! comes there; the task that it failed of, and what was under way beside that, begins anew.

use super::{Life, Progress};
use crate::operation::Key;
use crate::store::{Entry, Kind};
use asl_runtime::Place;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a life keeps whose execution has been redriven.
#[derive(Default)]
pub(super) struct Again {
    /// The entries that were delivered, and how often the execution had been redriven by then.
    log: Vec<(u64, Entry)>,
    /// How often it had been when each child began first.
    begun: HashMap<String, u64>,
    /// The task that ended last in a child which has entered no state since, by the child: if it has failed, it failed of that.
    last_task: HashMap<String, String>,
    kept: HashMap<Key, Vec<Told>>,
    due: VecDeque<(Key, Told)>,
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
            again.log.retain(|(_, entry)| entry.place != task.as_str());
        }
    }
}

impl Progress {
    /// Has the entries of this child told again.
    fn repeat(&mut self, child: &str, repeat: &Arc<Repeat>) {
        let Some(again) = &mut self.again else { return };
        let is_inside = |place: &str| place.starts_with(child);
        let entries = || again.log.iter().map(|(_, entry)| entry);
        let succeeded: HashSet<&str> = entries()
            .filter(|entry| entry.kind == Kind::Succeeded)
            .map(|entry| entry.place.as_str())
            .collect();
        let aborted = self.abandoned.iter().map(|key| key.place().0);
        let failed = again.last_task.values().map(String::as_str);
        let anew = aborted.filter(|place| !succeeded.contains(place)).chain(failed);
        let anew: HashSet<String> = anew.filter(|place| is_inside(place)).map(str::to_owned).collect();
        let (inside, outside): (Vec<_>, Vec<_>) = std::mem::take(&mut again.log)
            .into_iter()
            .partition(|(_, entry)| is_inside(&entry.place));
        again.log = outside;
        // What was ended as a whole is not told again, nor is what came to nothing.
        let counts = |entry: &Entry| entry.kind != Kind::Ended && !anew.contains(&entry.place);
        again.log.extend(inside.into_iter().filter(|(_, entry)| counts(entry)));
        again.last_task.retain(|child, _| !is_inside(child));
        again.kept.retain(|key, _| !is_inside(key.place().0));
        for (redrives, entry) in again.log.iter().filter(|(_, entry)| is_inside(&entry.place)) {
            let told = Told {
                entry: entry.clone(),
                redrives: *redrives,
                repeat: repeat.clone(),
            };
            again.kept.entry(Key::of(entry)).or_default().push(told);
        }
        let kept = &again.kept;
        self.refused
            .retain(|key| !is_inside(key.place().0) || kept.contains_key(key));
    }

    /// An entry has been delivered.
    pub(super) fn log(&mut self, entry: &Entry) {
        let redrives = self.redrives;
        if let Some(again) = self.again.as_mut().filter(|_| entry.kind != Kind::Redriven) {
            again.log.push((redrives, entry.clone()));
        }
    }

    /// An operation begins: what is kept for it is told to it next.
    pub(super) fn tell_again(&mut self, key: &Key) {
        let Some(again) = &mut self.again else { return };
        self.abandoned.remove(key);
        let told = again.kept.remove(key).into_iter().flatten();
        again.due.extend(told.map(|told| (key.clone(), told)));
    }

    /// Whether what came of this operation is about to be told again.
    pub(super) fn is_told_again(&self, key: &Key) -> bool {
        let again = self.again.as_ref();
        again.is_some_and(|again| again.due.iter().any(|(due, _)| due == key))
    }

    /// Whether something is about to be told again.
    pub(super) fn tells_again(&self) -> bool {
        self.again.as_ref().is_some_and(|again| !again.due.is_empty())
    }

    /// The next entry that is told again.
    pub(super) fn told_again(&mut self) -> Option<(Key, Entry)> {
        let (
            key,
            Told {
                entry,
                redrives,
                repeat,
            },
        ) = self.again.as_mut()?.due.pop_front()?;
        repeat.redrives.store(redrives, Ordering::Relaxed);
        Some((key, entry))
    }
}
