//! The place in memory of an execution, and its tasks that wait for other executions.

use super::Life;
use crate::executor::Executor;
use crate::room;
use std::future::pending;
use std::sync::{MutexGuard, PoisonError};

/// The place in memory of an execution.
#[derive(Default)]
pub(super) struct OwnPlace {
    /// None while any of its tasks waits for another execution.
    place: Option<room::Place>,
    /// How many of its tasks do.
    away: usize,
    /// One of its tasks waits for another place.
    is_asked_for: bool,
}

/// A task that waits for another execution.
struct Away<'l>(&'l Life);

impl<'l> Away<'l> {
    fn new(life: &'l Life) -> Away<'l> {
        let mut place = life.place();
        place.away += 1;
        place.place = None;
        drop(place);
        life.workload.end();
        Away(life)
    }
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        self.0.workload.go_on();
        self.0.place().away -= 1;
    }
}

impl Life {
    /// It has this place in memory, unless it waits for other executions.
    pub(crate) fn set_place(&self, place: room::Place) {
        let mut own = self.place();
        own.is_asked_for = false;
        if own.away == 0 {
            own.place = Some(place);
        }
    }

    fn place(&self) -> MutexGuard<'_, OwnPlace> {
        // Nothing in a change may panic.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for another execution, which may need the place that this one has: it has none as long as any of its tasks waits
    /// so, and the last one takes another. Whoever waits is not at work.
    pub(crate) async fn without_place<R>(&self, executor: &Executor, wait: impl Future<Output = R>) -> R {
        let away = Away::new(self);
        let result = wait.await;
        if self.workload.is_draining() {
            // The next host goes on with what came of it.
            return pending().await;
        }
        drop(away);
        let is_back = {
            let mut place = self.place();
            let is_back = place.away == 0 && place.place.is_none() && !place.is_asked_for;
            place.is_asked_for |= is_back;
            is_back
        };
        if is_back {
            let place = executor.options.room.take(&self.machine).await;
            self.set_place(place);
        }
        result
    }
}
