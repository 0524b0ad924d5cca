//! What Rust reads and JSON does not, each at its token.

use asl_runtime::asl;

asl!(pub mod literals = {
    "Char": 'c',
    "Raw": r"raw",
    "Bytes": b"bytes",
    "C": c"text",
    "Hex": 0x10,
    "Underscores": 1_000,
    "Suffix": 1u8,
    "Float": 1_0.5f32,
});

asl!(pub mod word = { "StartAt": Hello });
asl!(pub mod key = { StartAt: "Hello" });
asl!(pub mod comma = { "StartAt": "Hello", });
asl!(pub mod no_comma = { "StartAt": "Hello" "States": {} });
asl!(pub mod point = { "StartAt": 1. });
asl!(pub mod equals = { "StartAt" = "Hello" });
asl!(pub mod round = ("StartAt"));

fn main() {}
