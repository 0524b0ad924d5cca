#!/usr/bin/env bash
# Compares native code with the interpreter in more than 10,000 random expressions. Given a folder where
# `npm install jsonata@2.0.6` was run, compares with JSONata itself too.
set -euo pipefail
cd "$(dirname "$0")"

file=$(mktemp)
trap 'rm -f "$file"' EXIT
for part in 1 2 3 4 5; do
    ASL_RANDOM=$part ASL_RANDOM_FILE=$file CARGO_INCREMENTAL=0 cargo test --quiet --test random -- --nocapture
    if [ $# -gt 0 ]; then
        node reference.js "$1" "$file"
    fi
done
