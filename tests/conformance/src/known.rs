//! The cases that are known not to pass: the checked-in list `known.json`.

use serde::Deserialize;

/// A case that is known not to pass.
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    /// Its name.
    pub case: String,
    /// The rule of the specification that it concerns.
    pub rule: String,
    /// Why it does not pass.
    pub reason: String,
}

/// The list.
///
/// # Errors
/// Where it has another form.
pub fn list() -> Result<Vec<Known>, serde_json::Error> {
    serde_json::from_str(include_str!("../known.json"))
}
