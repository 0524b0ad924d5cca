//! Prints the contract of a definition: `cargo run -p asl-codegen --example contract -- examples/order/order.asl.json`
//!
//! With `--schema` behind the path, its input and output as JSON Schema; with the path of a newer version, what changed.

use asl_codegen::contract::{Contract, compare};
use asl_codegen::source::Source;
use asl_codegen::{Options, split_path, types_path};
use std::error::Error;
use std::path::Path;
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

/// With what the types file beside it tells, if there is one.
fn contract(path: &str) -> Result<Contract, Box<dyn Error>> {
    let (file, resource) = split_path(path);
    let source = Source::from_bytes(path, fs::read(file)?)?;
    let types = types_path(Path::new(file), resource);
    let mut options = Options {
        resource: resource.map(str::to_owned),
        ..Options::default()
    };
    if types.exists() {
        options.types.file = Some(Source::from_bytes(types.display().to_string(), fs::read(&types)?)?);
    }
    Ok(Contract::new(&source, &options)?)
}
