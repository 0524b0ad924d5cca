#!/usr/bin/env bash
# Runs tests with serde_json's arbitrary_precision switched on: those of the runtime and the compiler by themselves, and
# those of behaviour as a package that depends on both.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-../../target}/arbitrary-precision
cp ../../Cargo.lock Cargo.lock
cargo test --target-dir "$target" "$@"
cd ../..
target=${CARGO_TARGET_DIR:-target}/arbitrary-precision
# The compiler takes the same numbers as ever, and so not those that serde_json itself now takes.
cargo test -p asl-runtime -p asl-codegen --lib --features serde_json/arbitrary_precision --target-dir "$target" "$@" \
    -- --skip json::tests::
