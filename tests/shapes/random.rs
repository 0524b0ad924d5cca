//! Random JSON of few names and few values, so that paths often find something and comparisons often hold.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

/// The names of members.
pub const NAMES: [&str; 3] = ["a", "b", "c"];

/// Any value, nested at most so deep.
pub fn value(rng: &mut StdRng, depth: u32) -> Value {
    match rng.random_range(0..if depth == 0 { 7 } else { 12 }) {
        0 => Value::Null,
        1 => json!(rng.random_bool(0.5)),
        2 => json!(rng.random_range(0..3)),
        3 => json!(1.5),
        4 | 5 => json!(["x", "y", ""].choose(rng)),
        6 => json!("2024-01-01T00:00:00Z"),
        7 | 8 => (0..rng.random_range(0..3)).map(|_| value(rng, depth - 1)).collect(),
        _ => object(rng, depth - 1),
    }
}

/// An object.
pub fn object(rng: &mut StdRng, depth: u32) -> Value {
    let mut members = Map::new();
    for name in NAMES {
        if rng.random_bool(0.8) {
            members.insert(name.to_owned(), value(rng, depth));
        }
    }
    members.into()
}
