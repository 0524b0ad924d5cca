//! The place in the file is shown under the message; what uses the module gives no errors of its own.

use asl_runtime::{Value, include_asl};

include_asl!(pub mod hello = "./json_syntax.asl.json");

struct Nothing;

impl hello::Tasks for Nothing {}

async fn both() {
    let _ = hello::run(&Nothing, Value::Null).await;
    let _ = hello::run_on(&asl_runtime::Memory::default(), &Nothing, Value::Null).await;
    let _ = <hello::Machine as asl_runtime::Machine>::DEFINITION.name;
}

fn main() {}
