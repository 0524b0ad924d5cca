//! How many executions may be in memory at a time.

use std::collections::HashMap;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The room for executions in memory: that of the host, and that of single machines. What is not bounded has no limit.
#[derive(Debug, Default)]
pub(crate) struct Room {
    whole: Option<Semaphore>,
    by_machine: HashMap<&'static str, Semaphore>,
}

/// A place for an execution, as long as this lives.
pub(crate) struct Taken<'r> {
    _of_machine: Option<SemaphorePermit<'r>>,
    _of_host: Option<SemaphorePermit<'r>>,
}

impl Room {
    /// At most so many executions of this machine, or of all.
    pub(crate) fn bound(&mut self, machine: Option<&'static str>, max: usize) {
        assert!(max > 0, "there has to be room for one execution");
        let places = Semaphore::new(max.min(Semaphore::MAX_PERMITS));
        match machine {
            Some(machine) => _ = self.by_machine.insert(machine, places),
            None => self.whole = Some(places),
        }
    }

    /// Waits for room for an execution of this machine, in the order of those who ask.
    pub(crate) async fn take(&self, machine: &str) -> Taken<'_> {
        // That of its machine first: whoever waits for it leaves the others the room of the host.
        Taken {
            _of_machine: take(self.by_machine.get(machine)).await,
            _of_host: take(self.whole.as_ref()).await,
        }
    }
}

async fn take(places: Option<&Semaphore>) -> Option<SemaphorePermit<'_>> {
    // Nobody closes it.
    places?.acquire().await.ok()
}
