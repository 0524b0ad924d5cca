//! The order workflow, compiled by `build.rs` instead of the macro: its output is a file that can be read.
//!
//!     cargo run -p asl-example-build-script examples/order/delivered.json

#[path = "../../order/shop.rs"]
mod shop;

use shop::Shop;
use std::error::Error;
use std::{env, fs};

include!(concat!(env!("OUT_DIR"), "/order.rs"));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1);
    let path = path
        .as_deref()
        .unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../order/delivered.json"));
    let basket = serde_json::from_str(&fs::read_to_string(path)?)?;
    match order::run(&Shop::default(), basket).await {
        Ok(receipt) => println!("\ndelivered: {}", serde_json::to_string_pretty(&receipt)?),
        Err(error) => println!("\nnot delivered: {error}"),
    }
    Ok(())
}
