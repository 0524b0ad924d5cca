//! The same jobs over structs: somebody who knows what the documents hold writes it down as types, and has no JSON in between.

pub mod echo_tasks;
pub mod map_items;
pub mod order;
