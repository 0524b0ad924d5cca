//! The order workflow again, written in JSONata with variables, over the same shop, with the same types.
//!
//!     cargo run --example order_jsonata                                  an order that arrives
//!     cargo run --example order_jsonata examples/order/cancelled.json    one that has to be undone

#[path = "../order/shop.rs"]
mod shop;

use asl_runtime::include_asl;
use shop::Shop;
use std::error::Error;
use std::{env, fs};

include_asl!(
    mod order = "order_jsonata/order.asl.json",
    types: "order/order.types.json",
);

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
