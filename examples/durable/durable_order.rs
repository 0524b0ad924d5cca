//! The order workflow on a host with a file: kill it in the middle, and run it again.
//!
//!     cargo run --example durable_order                  over orders.db among the temporary files
//!     cargo run --example durable_order -- shop.db       over another file
//!
//! Where the file has an order that is under way, it goes on with that one; otherwise it starts the next.

#[path = "../order/shop.rs"]
mod shop;

use asl_durable::{ExecutionStatus, Filter, Host, Sqlite};
use asl_runtime::{HistoryTable, HistoryTimeline, include_asl};
use shop::Shop;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs};

include_asl!(mod order = "../order/order.asl.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).map(PathBuf::from);
    let path = path.unwrap_or_else(|| env::temp_dir().join("orders.db"));
    println!("the store is {}", path.display());
    let host = Host::builder()
        .machine::<order::Machine, _>(Arc::new(Shop::default()))
        .open(Sqlite::open(&path)?)
        .await?;

    let latest = Filter {
        limit: 1,
        ..Filter::default()
    };
    let arn = match host.list(latest).await?.executions.pop() {
        Some(former) if former.status == ExecutionStatus::Running => {
            println!("{} was under way, and goes on", former.name);
            former.arn
        }
        former => {
            let number: u32 = former.map_or(Ok(0), |former| former.name.trim_start_matches("order-").parse())?;
            let name = format!("order-{}", number + 1);
            let basket = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../order/delivered.json"))?;
            println!("{name} starts: kill this program, and run it again");
            host.start::<order::Machine>(&name, serde_json::from_str(&basket)?)
                .await?
                .arn
        }
    };

    let ended = host.wait(&arn).await?;
    let history = host.history(&arn).await?;
    println!("\n{}\n{}", HistoryTable(&history), HistoryTimeline(&history));
    println!(
        "{} is {}: {:#}",
        ended.name,
        ended.status,
        ended.output.unwrap_or_default()
    );
    host.shut_down().await;
    Ok(())
}
