//! Any bytes: they compile to Rust, or are refused with a reason.
//!
//! `cargo +nightly fuzz run compile fuzz/corpus/compile tests/machines examples/order` begins with the
//! definitions of this repository, and keeps in `fuzz/corpus` what it finds.

#![no_main]

use asl_codegen::source::Source;
use asl_codegen::{Options, compile, format};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for path in ["fuzz.asl.json", "fuzz.asl.yaml"] {
        let compiled =
            Source::from_bytes(path, bytes.to_vec()).and_then(|source| compile(&source, &Options::default()));
        match compiled {
            Ok(compiled) => assert!(format::file(compiled.tokens, path).is_ok(), "the output is no Rust"),
            Err(error) => assert!(error.diagnostics().has_errors() && !error.to_string().is_empty()),
        }
    }
});
