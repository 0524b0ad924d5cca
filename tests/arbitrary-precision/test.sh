#!/usr/bin/env bash
# Runs what can tell a difference with serde_json's arbitrary_precision switched on: the compiler, the runtime, what
# machines compile to, and how they behave. What does not depend on serde_json is shared with all other tests.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The compiler takes the same numbers as ever, and so not those that serde_json itself now takes.
cargo test -p asl-tests -p asl-runtime -p asl-codegen --features asl-tests/arbitrary-precision \
    --lib --test behaviour --test golden --test arbitrary_precision "$@" -- --skip json::tests::
