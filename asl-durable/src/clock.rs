//! The time of a host.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the clock is trusted: it may be set, and a machine may sleep.
const LOOK: Duration = Duration::from_secs(60);

/// Tells the time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    /// That of the system.
    System,
    /// One that moves with tokio's, paused or not.
    Since(Instant, DateTime<Utc>),
}

impl Clock {
    /// The time, in whole microseconds: a store keeps no more.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Clock::System => Utc::now(),
            Clock::Since(instant, start) => {
                let passed = TimeDelta::from_std(instant.elapsed()).unwrap_or(TimeDelta::MAX);
                start.checked_add_signed(passed).unwrap_or(*start)
            }
        };
        now.trunc_subsecs(6)
    }

    /// Waits until then.
    pub(crate) async fn sleep_until(&self, time: DateTime<Utc>) {
        loop {
            let left = (time - self.now()).to_std().unwrap_or_default();
            if left.is_zero() {
                return;
            }
            let left = match self {
                Clock::System => left.min(LOOK),
                Clock::Since(..) => left,
            };
            sleep(left).await;
        }
    }
}

/// That time later; the end of time, where it is beyond.
pub(crate) fn later(time: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    time.checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
        .trunc_subsecs(6)
}
