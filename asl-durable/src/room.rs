//! How many executions may be in memory at a time.

use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The room for executions in memory: that of the host, and that of single machines. What is not bounded has no limit.
#[derive(Debug, Default)]
pub(crate) struct Room {
    whole: Option<Arc<Semaphore>>,
    by_machine: HashMap<&'static str, Arc<Semaphore>>,
}

/// A place for an execution, as long as this lives.
#[derive(Debug)]
pub(crate) struct Place {
    _of_machine: Option<OwnedSemaphorePermit>,
    _of_host: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// At most so many executions of this machine, or of all.
    pub(crate) fn bound(&mut self, machine: Option<&'static str>, max: usize) {
        assert!(max > 0, "there has to be room for one execution");
        let places = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
        match machine {
            Some(machine) => _ = self.by_machine.insert(machine, places),
            None => self.whole = Some(places),
        }
    }

    /// Waits for room for an execution of this machine, in the order of those who ask.
    pub(crate) async fn take(&self, machine: &str) -> Place {
        // That of its machine first: whoever waits for it leaves the others the room of the host.
        Place {
            _of_machine: take(self.by_machine.get(machine)).await,
            _of_host: take(self.whole.as_ref()).await,
        }
    }
}

async fn take(places: Option<&Arc<Semaphore>>) -> Option<OwnedSemaphorePermit> {
    // Nobody closes it.
    places?.clone().acquire_owned().await.ok()
}
