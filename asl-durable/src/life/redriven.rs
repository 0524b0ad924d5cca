//! How the code of an execution learns of its redrives, and what a further one is to undo.

use super::{Life, Progress, Purpose};
use crate::operation::Key;
use crate::redrive::{Delivery, FailedIn, Failure, Redriving, Spot};
use crate::store::Entry;
use asl_runtime::Place;

impl Life {
    /// How often the execution has been redriven so far.
    pub(crate) fn redrives(&self) -> u64 {
        self.progress().redrives
    }

    /// The number of the redrive of which the end learns.
    pub(crate) fn redrive_count(&self) -> u64 {
        let progress = self.progress();
        progress
            .redrive
            .as_ref()
            .map_or(progress.redrives, |redrive| redrive.count)
    }

    /// The machine is about to enter a state, which will be this event; answers the redrive that takes place here.
    pub(crate) fn redriven_at(&self, event: u64) -> Option<Entry> {
        let mut progress = self.progress();
        let redriven = progress.redriven_here(&Spot::Entered(event));
        if self.purpose == Purpose::Replay && redriven.is_none() {
            let after = progress.last_delivered;
            progress.entered.push((event, after));
        }
        redriven
    }

    /// A Map Run is about to fail; answers the redrive that takes place here.
    pub(crate) fn redriven_in(&self, map_run: &Place) -> Option<Entry> {
        let mut progress = self.progress();
        let redriven = progress.redriven_here(&Spot::MapRun(map_run.as_str().to_owned()));
        if self.purpose == Purpose::Replay {
            progress.failed_map_run = Some((map_run.clone(), progress.last_delivered));
        }
        redriven
    }

    /// What a redrive of the execution, which has just ended, is to undo; `failed_in` is where it failed by itself.
    pub(crate) fn failure(&self, failed_in: Option<FailedIn>) -> Option<Failure> {
        let progress = self.progress();
        let after = |entered: u64| {
            let found = progress.entered.iter().find(|(event, _)| *event == entered);
            found.map(|(_, after)| *after)
        };
        match (failed_in, progress.reached) {
            (Some(FailedIn::Fork(forks)), _) => {
                let mut forks = forks.into_iter().rev();
                forks.find_map(|again| after(again).map(|after| Failure::Again { again, after }))
            }
            (Some(FailedIn::MapRun), _) => {
                let (map_run, after) = progress.failed_map_run.clone()?;
                let map_run = map_run.as_str().to_owned();
                Some(Failure::MapRun { map_run, after })
            }
            (_, Some(failed)) => Some(Failure::Entry { failed }),
            (Some(FailedIn::State(entered)), None) => after(entered)
                .filter(|after| *after == progress.last_delivered)
                .map(|after| Failure::State { entered, after }),
            (None, None) => None,
        }
    }
}

impl Progress {
    /// Takes the redrive that takes place where the code is now.
    fn redriven_here(&mut self, spot: &Spot) -> Option<Entry> {
        self.journal.front().filter(|next| next.spot() == Some(spot))?;
        let Delivery {
            sequence,
            entry,
            redrive,
        } = self.journal.pop_front()?;
        self.now = self.now.max(entry.time);
        self.last_delivered = Some(sequence);
        self.deliver(Key::of(&entry), entry.clone());
        self.begin_anew(redrive?);
        Some(entry)
    }

    /// Lets the tasks learn of a redrive: in the same order in every life, since that in which they go on is that of their events.
    pub(super) fn begin_anew(&mut self, redrive: Redriving) {
        (self.redrives, self.done) = (redrive.count, redrive.done);
        let tasks = self.waiting.iter().filter(|(key, _)| key.is_task());
        tasks.for_each(|(_, waker)| waker.wake());
    }
}
