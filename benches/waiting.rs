//! What an execution costs in memory: the size of a machine's future, and what each of very many waiting executions takes.

use asl_benches::generated::{counting_loop, echo_tasks, map_items, order, parallel, pass_chain, waiting};
use asl_benches::services::{Echo, Over, Shop};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};
use tokio::runtime::Builder;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const EXECUTIONS: usize = 100_000;

fn main() -> io::Result<()> {
    println!("size of a machine's future (target 1,024 B)");
    let (echo, shop) = (Over(Echo), Over(Shop::default()));
    for (name, size) in [
        ("pass_chain", size_of_val(&pass_chain::run(&echo, Value::Null))),
        ("counting_loop", size_of_val(&counting_loop::run(&echo, Value::Null))),
        ("map_items", size_of_val(&map_items::run(&echo, Value::Null))),
        ("parallel", size_of_val(&parallel::run(&echo, Value::Null))),
        ("echo_tasks", size_of_val(&echo_tasks::run(&echo, Value::Null))),
        ("order", size_of_val(&order::run(&shop, Value::Null))),
        ("waiting", size_of_val(&waiting::run(&echo, Value::Null))),
    ] {
        println!("{name:>15}{size:>8} B");
    }

    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let (region, resident_before) = (Region::new(ALLOCATOR), resident()?);
        let echo = Arc::new(Over(Echo));
        for _ in 0..EXECUTIONS {
            let echo = echo.clone();
            tokio::spawn(async move { waiting::run(&*echo, input()).await });
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let all = bytes(&region);
        let resident = resident()?.saturating_sub(resident_before);
        let region = Region::new(ALLOCATOR);
        let documents = vec![document(); EXECUTIONS];
        let own = bytes(&region);
        drop(documents);
        println!("\n{EXECUTIONS} executions waiting at a Wait state at once, in bytes for each");
        println!("{:>8} allocated", all / EXECUTIONS);
        println!("{:>8} of them for its JSON alone", own / EXECUTIONS);
        println!("{:>8} besides its JSON (target 2,048)", (all - own) / EXECUTIONS);
        println!("{:>8} of resident memory", resident / EXECUTIONS);
        Ok(())
    })
}

fn input() -> Value {
    json!({"id": "A-1001", "customer": {"name": "Ada Byron"}})
}

/// What the machine's document is at the Wait state.
fn document() -> Value {
    let mut document = input();
    document["begun"] = input();
    document
}

/// The bytes that are allocated now and were not before.
fn bytes(region: &Region<'_, System>) -> usize {
    let change = region.change();
    change.bytes_allocated - change.bytes_deallocated
}

/// The resident memory of this process, as Linux tells it.
fn resident() -> io::Result<usize> {
    const PAGE: usize = 4096;
    let statm = fs::read_to_string("/proc/self/statm")?;
    Ok(statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(0)
        * PAGE)
}
