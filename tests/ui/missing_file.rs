//! A file that does not exist, but a similar one does.

asl_runtime::include_asl!(pub mod hello = "./json_sintax.asl.json");

fn main() {}
