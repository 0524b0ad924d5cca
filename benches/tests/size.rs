//! The future of a machine stays small, whatever its tasks hold.

use asl_benches::generated::{map_items, order};
use asl_benches::services::{Echo, Over, Services};
use serde_json::Value;
use std::hint::black_box;

/// Holds much across an await.
struct Large;

impl Services for Large {
    async fn call(&self, _: &'static str, input: Value) -> Result<Value, &'static str> {
        let held = black_box([0u8; 16_384]);
        std::future::ready(()).await;
        black_box(held);
        Ok(input)
    }
}

#[test]
fn a_machine_takes_a_kibibyte_at_most() {
    assert!(size_of_val(&order::run(&Over(Large), Value::Null)) <= 1024);
    assert!(size_of_val(&map_items::run(&Over(Echo), Value::Null)) <= 1024);
}
