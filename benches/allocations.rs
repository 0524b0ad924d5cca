//! How often, and how much, generated and hand-written machines allocate in one run.

use asl_benches::machines::{MACHINES, Run, runtime};
use serde_json::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use std::alloc::System;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = runtime()?;
    println!(
        "{:<28}{:>24}{:>24}{:>9}",
        "machine", "generated", "hand-written", "ratio"
    );
    for machine in MACHINES {
        let input = (machine.input)();
        let generated = count(&runtime, machine.generated, &input)?;
        let handwritten = count(&runtime, machine.handwritten, &input)?;
        let shown = |stats: Stats| format!("{} ({} B)", calls(stats), stats.bytes_allocated);
        println!(
            "{:<28}{:>24}{:>24}{:>9.3}",
            machine.title,
            shown(generated),
            shown(handwritten),
            calls(generated) as f64 / calls(handwritten) as f64
        );
    }
    Ok(())
}

fn calls(stats: Stats) -> usize {
    stats.allocations + stats.reallocations
}

/// What the second run allocates: the first may set up what is kept.
fn count(runtime: &Runtime, run: Run, input: &Value) -> Result<Stats, String> {
    run(runtime, vec![input.clone()])?;
    let inputs = vec![input.clone()];
    let region = Region::new(ALLOCATOR);
    let outputs = run(runtime, inputs);
    let stats = region.change();
    outputs?;
    Ok(stats)
}
