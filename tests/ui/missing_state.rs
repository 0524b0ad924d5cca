//! Every mistake is reported at once, each with its place in the file and what was probably meant.

asl_runtime::include_asl!(pub mod poll = "./missing_state.asl.json");

fn main() {}
