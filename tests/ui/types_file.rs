//! Mistakes in types files, each with its place in the file and what was probably meant.

use asl_runtime::{asl, include_asl};

include_asl!(pub mod beside = "./types_beside.asl.json");
include_asl!(pub mod named = "./types_beside.asl.json", types: "./types_named.types.json");
include_asl!(pub mod missing = "./types_beside.asl.json", types: "./types_namd.types.json");
include_asl!(pub mod syntax = "./types_beside.asl.json", types: "./types_syntax.types.json");
include_asl!(pub mod twice = "./types_beside.asl.json", types: "./types_twice.types.json", input: Value);
include_asl!(pub mod none = "./types_beside.asl.json", types: non);
asl!(
    pub mod inline = {
        "StartAt": "Charge",
        "States": {
            "Charge": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge_card",
                "Next": "Don"
            }
        }
    },
    types: "./types_named.types.json",
);

fn main() {}
