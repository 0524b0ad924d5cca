//! The cases: a JSON object a line, with `expr`, `data` unless there is no input, `bindings`, and `exp`, which is
//! `{"ok": value}`, `{"undef": true}` or `{"err": code}`.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The file of the cases: our own, or that of the corpus.
pub fn file() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases.jsonl");
    let Some(corpus) = env::var_os("ASL_CORPUS").map(PathBuf::from) else {
        return own;
    };
    // `ASL_CORPUS` names the folder of recorded executions, or the one around it.
    let around = corpus.parent().map(|around| around.join("jsonata/suite.jsonl"));
    [Some(corpus.join("jsonata/suite.jsonl")), around]
        .into_iter()
        .flatten()
        .find(|file| file.is_file())
        .unwrap_or(own)
}

/// The cases of the version that the service runs.
///
/// # Errors
/// Where the file cannot be read, or is not JSON.
pub fn read() -> io::Result<Vec<Value>> {
    let text = fs::read_to_string(file())?;
    let mut cases = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Value = match serde_json::from_str(line) {
            // Half a surrogate pair is no text in Rust.
            Err(_) if line.contains(r"\ud") => continue,
            case => case?,
        };
        if case["same_in_2_0_6"] != Value::Bool(false) {
            cases.push(case);
        }
    }
    Ok(cases)
}

/// The names that a case binds.
pub fn bindings(case: &Value) -> Vec<String> {
    let bindings = case["bindings"].as_object();
    bindings
        .map(|bindings| bindings.keys().cloned().collect())
        .unwrap_or_default()
}
