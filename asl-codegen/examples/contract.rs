//! Prints the contract of a definition: `cargo run -p asl-codegen --example contract -- examples/order/order.asl.json`
//!
//! With `--schema` behind the path, its input and output as JSON Schema; with the path of a newer version, what changed.

use asl_codegen::contract::{Contract, compare};
use asl_codegen::shapes::Known;
use asl_codegen::source::Source;
use asl_codegen::{Options, machine};
use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("which definition?")?;
    let contract = contract(&path)?;
    match arguments.next().as_deref() {
        None => print!("{contract}"),
        Some("--schema") => println!("{:#}", contract.to_json_schema()),
        Some(newer) => print!("{}", compare(&contract, &self::contract(newer)?)),
    }
    Ok(())
}

fn contract(path: &str) -> Result<Contract, Box<dyn Error>> {
    let source = Source::from_bytes(path, fs::read(path)?)?;
    Ok(Contract::of(&machine(&source, &Options::default())?, &Known::default()))
}
