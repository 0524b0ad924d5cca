//! What each machine in `machines` compiles to stands in `golden`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p asl-tests --test golden` writes the golden files anew. They are compiled and run by the
//! packages in `compiled`.

use asl_codegen::Builder;
use std::path::Path;
use std::{env, fs};

/// The names of the files in a folder that end like this, without that end.
fn names(folder: &str, end: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(end).map(str::to_owned))
        .collect();
    names.sort();
    names
}

#[test]
fn golden_files_are_what_the_machines_compile_to() {
    let update = env::var_os("UPDATE_GOLDEN").is_some();
    // The paths are shown in the output, and so must be the same everywhere.
    let compiled = Builder::new()
        .glob("machines/*.asl.json")
        .rename("Renamed state", "another_name")
        .substitution("Limit", 3)
        .task("inferred_sale", "_", "Value")
        .out_dir("golden")
        .check(!update)
        .try_compile();
    if let Err(error) = compiled {
        panic!("{error}\n`UPDATE_GOLDEN=1 cargo test -p asl-tests --test golden` writes the golden files anew");
    }
    let machines = names("machines", ".asl.json");
    for name in names("golden", ".rs") {
        if !machines.contains(&name) {
            assert!(update, "golden/{name}.rs has no machine any more");
            fs::remove_file(Path::new("golden").join(name + ".rs")).expect("a file");
        }
    }
}
