//! Compares the CPU time of two ways to do the same.
//!
//! The two take turns within a run, a few milliseconds each, so that whatever else the machine does (its clock rate,
//! its caches, its neighbours) meets both alike. The ratio is the median over the pairs of turns; the times are minima.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// How long a turn lasts at least.
const TURN: Duration = Duration::from_millis(2);
/// How many pairs of turns there are.
const PAIRS: usize = 301;

/// One of the two: prepares so many runs outside the measured time, then does them.
pub trait Side {
    /// What is prepared.
    type Prepared;
    /// What comes out; it is dropped outside the measured time.
    type Output;
    /// Prepares this many runs.
    fn prepare(&mut self, runs: usize) -> Self::Prepared;
    /// Does them.
    fn run(&mut self, prepared: Self::Prepared) -> Self::Output;
}

/// The times of two sides.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    /// The least time of a run of the first side.
    pub first: Duration,
    /// The least time of a run of the second side.
    pub second: Duration,
    /// The median of the first side's time by the second's.
    pub ratio: f64,
    /// The first quartile and the third.
    pub quartiles: (f64, f64),
}

/// The CPU time that this thread has used.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// Lets the two take turns.
pub fn compare(first: &mut impl Side, second: &mut impl Side) -> Comparison {
    let runs = enough(second);
    turn(first, runs);
    let mut times = Vec::with_capacity(PAIRS);
    for pair in 0..PAIRS {
        let (one, other);
        if pair % 2 == 0 {
            one = turn(first, runs);
            other = turn(second, runs);
        } else {
            other = turn(second, runs);
            one = turn(first, runs);
        }
        times.push((one, other));
    }
    let mut ratios: Vec<f64> = times.iter().map(|(one, other)| one.div_duration_f64(*other)).collect();
    ratios.sort_by(f64::total_cmp);
    let least = |side: fn(&(Duration, Duration)) -> Duration| {
        times.iter().map(side).min().unwrap_or_default().div_f64(runs as f64)
    };
    Comparison {
        first: least(|pair| pair.0),
        second: least(|pair| pair.1),
        ratio: ratios[PAIRS / 2],
        quartiles: (ratios[PAIRS / 4], ratios[PAIRS * 3 / 4]),
    }
}

/// The geometric mean.
pub fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

/// So many runs that a turn is long enough.
fn enough(side: &mut impl Side) -> usize {
    let mut runs = 1;
    while turn(side, runs) < TURN {
        runs *= 2;
    }
    runs
}

fn turn(side: &mut impl Side, runs: usize) -> Duration {
    let prepared = side.prepare(runs);
    let start = cpu_time();
    let output = side.run(prepared);
    let time = cpu_time() - start;
    drop(output);
    time
}
