//! What an operation waits for that does nothing.

use crate::clock::later;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// When an operation goes on that only waits, if nobody from outside comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waits {
    /// When its time is over.
    pub(crate) until: Option<DateTime<Utc>>,
    /// How long it may give no heartbeat, and when the last one was.
    pub(crate) heartbeat: Option<(Duration, DateTime<Utc>)>,
}

impl Waits {
    /// For this time, or for somebody from outside.
    pub(crate) fn until(until: Option<DateTime<Utc>>) -> Waits {
        Waits { until, heartbeat: None }
    }

    /// When it has been silent for too long.
    pub(crate) fn silent_at(&self) -> Option<DateTime<Utc>> {
        self.heartbeat.map(|(time, last)| later(last, time))
    }

    /// When it goes on.
    pub(crate) fn due(&self) -> Option<DateTime<Utc>> {
        self.until.into_iter().chain(self.silent_at()).min()
    }
}
