//! Prints the contract of a definition: `cargo run -p asl-codegen --example contract -- examples/order/order.asl.json`
//!
//! With `--schema` behind the path, its input and output as JSON Schema.

use asl_codegen::contract::Contract;
use asl_codegen::shapes::Known;
use asl_codegen::source::Source;
use asl_codegen::{Options, machine};
use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("which definition?")?;
    let source = Source::from_bytes(&path, fs::read(&path)?)?;
    let contract = Contract::of(&machine(&source, &Options::default())?, &Known::default());
    match arguments.next().as_deref() {
        Some("--schema") => println!("{:#}", contract.to_json_schema()),
        _ => print!("{contract}"),
    }
    Ok(())
}
