//! Retry: which Retrier takes an error, and how long it waits (spec RT-1 to RT-32).

use crate::{Engine, Error, Event, Line};
use std::time::Duration;

/// A Retrier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retrier {
    /// `ErrorEquals`
    pub error_equals: &'static [&'static str],
    /// `IntervalSeconds`
    pub interval_seconds: u64,
    /// `MaxAttempts`
    pub max_attempts: u32,
    /// `BackoffRate`
    pub backoff_rate: f64,
    /// `MaxDelaySeconds`
    pub max_delay_seconds: Option<u64>,
    /// `JitterStrategy` is `FULL`.
    pub full_jitter: bool,
}

impl Retrier {
    /// A Retrier with the defaults of the language: three retries, after 1, 2 and 4 seconds.
    pub const fn new(error_equals: &'static [&'static str]) -> Retrier {
        Retrier {
            error_equals,
            interval_seconds: 1,
            max_attempts: 3,
            backoff_rate: 2.0,
            max_delay_seconds: None,
            full_jitter: false,
        }
    }

    /// The delay before retry `n` (from 1) by this Retrier, before jitter (RT-23).
    fn delay(&self, n: u32) -> Duration {
        let exponent = i32::try_from(n - 1).unwrap_or(i32::MAX);
        let seconds = self.interval_seconds as f64 * self.backoff_rate.powi(exponent);
        let seconds = match self.max_delay_seconds {
            Some(max) => seconds.min(max as f64),
            None => seconds,
        };
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

/// What the Retriers of a state have spent in one visit (RT-21, RT-27).
pub(crate) struct Retries {
    retriers: &'static [Retrier],
    /// Empty until the first retry, so that a task that succeeds allocates nothing.
    spent: Vec<u32>,
    /// How often the execution had been redriven then.
    redrives: u64,
}

impl Retries {
    pub(crate) fn new(retriers: &'static [Retrier]) -> Retries {
        Retries {
            retriers,
            spent: Vec::new(),
            redrives: 0,
        }
    }

    /// Counts from zero where the execution has been redriven since, which has happened so often now (RDV-11).
    pub(crate) fn redriven(&mut self, redrives: u64) {
        if self.redrives != redrives {
            self.redrives = redrives;
            self.spent.clear();
        }
    }

    /// The delay before the next attempt, unless the error ends the state. `random` is asked where there is jitter.
    pub(crate) fn next(&mut self, error: &Error, random: impl FnOnce() -> u64) -> Option<Duration> {
        let index = self
            .retriers
            .iter()
            .position(|retrier| error.is(retrier.error_equals))?;
        let retrier = &self.retriers[index];
        self.spent.resize(self.retriers.len(), 0);
        if self.spent[index] >= retrier.max_attempts {
            return None;
        }
        self.spent[index] += 1;
        let delay = retrier.delay(self.spent[index]);
        if !retrier.full_jitter {
            return Some(delay);
        }
        let share = random() as f64 / u64::MAX as f64;
        Some(delay.mul_f64(share.clamp(0.0, 1.0)))
    }
}

/// Takes note of an evaluation that has failed and is tried again. The last one is told of where it leaves the state.
pub(crate) fn record_retried<E: Engine>(
    engine: &E,
    at: &E::Position,
    line: &mut E::Line,
    state: &'static str,
    error: Error,
) {
    if error.is_failed_query() {
        let error = &error.located(state, line.entered());
        engine.record(at, line, Event::EvaluationFailed { state, error });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(retriers: &'static [Retrier], errors: &[&'static str]) -> Vec<Option<f64>> {
        let mut retries = Retries::new(retriers);
        errors
            .iter()
            .map(|name| {
                retries
                    .next(&Error::new(*name, ""), || u64::MAX)
                    .map(|d| d.as_secs_f64())
            })
            .collect()
    }

    #[test]
    fn rt_24_the_delay_grows_by_the_retriers_own_count() {
        const PLAIN: &[Retrier] = &[Retrier {
            interval_seconds: 3,
            max_attempts: 2,
            ..Retrier::new(&["A"])
        }];
        assert_eq!(delays(PLAIN, &["A", "A", "A"]), [Some(3.0), Some(6.0), None]);
        const CAPPED: &[Retrier] = &[Retrier {
            interval_seconds: 3,
            max_attempts: 2,
            max_delay_seconds: Some(4),
            ..Retrier::new(&["A"])
        }];
        assert_eq!(delays(CAPPED, &["A", "A"]), [Some(3.0), Some(4.0)]);
        const TWO: &[Retrier] = &[
            Retrier {
                max_attempts: 2,
                ..Retrier::new(&["A", "B"])
            },
            Retrier {
                interval_seconds: 5,
                ..Retrier::new(&["C"])
            },
        ];
        assert_eq!(
            delays(TWO, &["A", "B", "C", "B"]),
            [Some(1.0), Some(2.0), Some(5.0), None]
        );
    }

    #[test]
    fn rt_22_a_spent_retrier_ends_the_retries_even_if_a_later_one_matches() {
        const TWO: &[Retrier] = &[
            Retrier {
                max_attempts: 0,
                ..Retrier::new(&["A"])
            },
            Retrier::new(&["States.ALL"]),
        ];
        assert_eq!(delays(TWO, &["A"]), [None]);
        assert_eq!(delays(TWO, &["B"]), [Some(1.0)]);
    }

    #[test]
    fn rt_32_states_runtime_is_never_retried() {
        const ALL: &[Retrier] = &[Retrier::new(&["States.Runtime", "States.ALL"])];
        assert_eq!(delays(ALL, &["States.Runtime"]), [None]);
    }

    #[test]
    fn rt_23_full_jitter_picks_from_zero_to_the_capped_delay() {
        const FULL: &[Retrier] = &[Retrier {
            interval_seconds: 10,
            full_jitter: true,
            ..Retrier::new(&["A"])
        }];
        let mut retries = Retries::new(FULL);
        assert_eq!(retries.next(&Error::new("A", ""), || 0), Some(Duration::ZERO));
        let half = retries.next(&Error::new("A", ""), || u64::MAX / 2).map(|d| d.as_secs());
        assert_eq!(half, Some(10));
    }

    #[test]
    fn a_delay_beyond_all_time_does_not_overflow() {
        const HUGE: &[Retrier] = &[Retrier {
            interval_seconds: 99_999_999,
            backoff_rate: 1e300,
            ..Retrier::new(&["A"])
        }];
        assert_eq!(delays(HUGE, &["A", "A", "A"])[2], Some(Duration::MAX.as_secs_f64()));
    }
}
