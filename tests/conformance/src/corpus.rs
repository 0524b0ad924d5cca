//! Where the cases are. The build script compiles their definitions with this file, the test finds them again by it.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The folder that holds `execution/`, `create_error/` and `validate/`: `ASL_CORPUS`, or the project's own cases.
pub fn folder() -> PathBuf {
    match env::var_os("ASL_CORPUS") {
        Some(given) => {
            let given = PathBuf::from(given);
            // The folder above, which has other data beside the cases, will do.
            let below = given.join("conformance");
            if below.is_dir() { below } else { given }
        }
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"),
    }
}

/// The JSON files of a kind of cases, by name. A kind may be missing.
///
/// # Errors
/// Where a folder or a file cannot be read.
pub fn cases(kind: &str) -> io::Result<Vec<Value>> {
    let folder = folder().join(kind);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
        .iter()
        .map(|path| {
            let invalid = |error| io::Error::other(format!("{}: {error}", path.display()));
            serde_json::from_str(&fs::read_to_string(path)?).map_err(invalid)
        })
        .collect()
}

/// The text of the definition of a case. One that is no JSON is given as text.
pub fn definition(case: &Value) -> String {
    match &case["definition"] {
        Value::String(text) => text.clone(),
        definition => format!("{definition:#}"),
    }
}

/// What a definition is found by: the hash of its type and its text.
pub fn key(case: &Value) -> String {
    let text = format!("{} {}", case["type"], definition(case));
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
