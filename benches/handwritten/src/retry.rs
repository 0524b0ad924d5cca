//! Repeated attempts.

use crate::{Failure, Result};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How often, and how far apart, the attempts after certain failures are.
#[derive(Debug)]
pub struct Retrier {
    /// The failures that it is for.
    pub errors: &'static [&'static str],
    /// Seconds before the first repetition.
    pub interval: f64,
    /// How many repetitions there are at most.
    pub max_attempts: u32,
    /// By how much each delay is longer than the one before.
    pub backoff_rate: f64,
    /// Seconds that no delay exceeds.
    pub max_delay: f64,
    /// Whether a delay is drawn at random between nothing and what it would be.
    pub jitter: bool,
}

impl Retrier {
    /// Three repetitions, each after twice the time, the first after one second.
    pub const DEFAULT: Retrier = Retrier {
        errors: &[],
        interval: 1.0,
        max_attempts: 3,
        backoff_rate: 2.0,
        max_delay: f64::INFINITY,
        jitter: false,
    };

    fn delay(&self, repetition: u32) -> Duration {
        let delay = (self.interval * self.backoff_rate.powf(repetition.into())).min(self.max_delay);
        Duration::from_secs_f64(if self.jitter {
            rand::random_range(0.0..=delay)
        } else {
            delay
        })
    }
}

/// Attempts something until it succeeds, or fails in a way or so often that no retrier is left.
pub async fn retry<T, A: Future<Output = Result<T>>>(
    retriers: &[Retrier],
    mut attempt: impl FnMut() -> A,
) -> Result<T> {
    let mut spent = Vec::new();
    loop {
        let failure = match attempt().await {
            Ok(result) => return Ok(result),
            Err(failure) => failure,
        };
        let Some(index) = retriers.iter().position(|retrier| failure.is(retrier.errors)) else {
            return Err(failure);
        };
        spent.resize(retriers.len(), 0);
        if spent[index] == retriers[index].max_attempts {
            return Err(failure);
        }
        sleep(retriers[index].delay(spent[index])).await;
        spent[index] += 1;
    }
}

/// Waits for an attempt so many seconds at most.
pub async fn within<T>(seconds: u64, attempt: impl Future<Output = Result<T>>) -> Result<T> {
    match timeout(Duration::from_secs(seconds), attempt).await {
        Ok(result) => result,
        Err(_) => Err(Failure::new("States.Timeout", "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    const RETRIERS: [Retrier; 2] = [
        Retrier {
            errors: &["A", "B"],
            max_attempts: 2,
            ..Retrier::DEFAULT
        },
        Retrier {
            errors: &["C"],
            interval: 5.0,
            ..Retrier::DEFAULT
        },
    ];

    async fn delays(retriers: &[Retrier], errors: &'static [&'static str]) -> Vec<u128> {
        let (mut errors, mut delays, mut last) = (errors.iter(), Vec::new(), Instant::now());
        let result: Result<()> = retry(retriers, || {
            delays.push(last.elapsed().as_millis());
            last = Instant::now();
            std::future::ready(errors.next().map_or(Ok(()), |error| Err(Failure::new(*error, ""))))
        })
        .await;
        delays.push(result.is_err().into());
        delays
    }

    #[tokio::test(start_paused = true)]
    async fn every_retrier_counts_for_itself() {
        assert_eq!(
            delays(&RETRIERS, &["A", "B", "C", "B", "A"]).await,
            [0, 1000, 2000, 5000, 1]
        );
        assert_eq!(delays(&RETRIERS, &["C", "A"]).await, [0, 5000, 1000, 0]);
        assert_eq!(delays(&RETRIERS, &["D"]).await, [0, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delay_has_a_limit() {
        let retriers = [Retrier {
            errors: &["States.ALL"],
            interval: 3.0,
            max_delay: 4.0,
            ..Retrier::DEFAULT
        }];
        assert_eq!(delays(&retriers, &["A", "B", "C"]).await, [0, 3000, 4000, 4000, 0]);
        assert_eq!(delays(&retriers, &["States.Runtime"]).await, [0, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_is_given_up_in_time() {
        let start = Instant::now();
        let result: Result<()> = within(7, std::future::pending()).await;
        assert_eq!(
            (result.unwrap_err().error.as_ref(), start.elapsed().as_secs()),
            ("States.Timeout", 7)
        );
    }
}
