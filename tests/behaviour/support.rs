//! What the tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Counts what goes on: how much was begun, how much is on its way, and how much was at most.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<[AtomicUsize; 3]>);

impl Gauge {
    /// Something begins; it ends when the guard is dropped.
    pub fn begin(&self) -> Guard {
        let [begun, running, peak] = &*self.0;
        begun.fetch_add(1, Ordering::SeqCst);
        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
        peak.fetch_max(now, Ordering::SeqCst);
        Guard(self.clone())
    }

    pub fn begun(&self) -> usize {
        self.0[0].load(Ordering::SeqCst)
    }

    pub fn running(&self) -> usize {
        self.0[1].load(Ordering::SeqCst)
    }

    pub fn peak(&self) -> usize {
        self.0[2].load(Ordering::SeqCst)
    }
}

pub struct Guard(Gauge);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0[1].fetch_sub(1, Ordering::SeqCst);
    }
}
