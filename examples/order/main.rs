//! Takes an order from the basket to the customer's door: `order.asl.json` beside this file, with the types in
//! `order.types.json`, over a shop that plays all of its services.
//!
//!     cargo run --example order                                  an order that arrives
//!     cargo run --example order examples/order/cancelled.json    one that has to be undone

mod shop;

use asl_runtime::include_asl;
use shop::Shop;
use std::error::Error;
use std::{env, fs};

include_asl!(mod order = "order/order.asl.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1);
    let path = path
        .as_deref()
        .unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/order/delivered.json"));
    let basket = serde_json::from_str(&fs::read_to_string(path)?)?;
    match order::run(&Shop::default(), basket).await {
        Ok(receipt) => println!("\ndelivered: {}", serde_json::to_string_pretty(&receipt)?),
        Err(error) => println!("\nnot delivered: {error}"),
    }
    Ok(())
}
