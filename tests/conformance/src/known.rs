//! What is known to differ: the checked-in list `known.json`.

use crate::compare::Difference;
use serde::Deserialize;

/// What is known to differ in a case.
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    /// The name of the case.
    pub case: String,
    /// The end of the places that differ: `Execution/RedriveCount`.
    pub at: String,
    /// The rule of the specification that it concerns.
    pub rule: String,
    /// Why it differs.
    pub reason: String,
}

/// The list.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct List(Vec<Known>);

impl List {
    /// Reads it.
    ///
    /// # Errors
    /// Where it has another form.
    pub fn read() -> Result<List, serde_json::Error> {
        serde_json::from_str(include_str!("../known.json"))
    }

    /// The differences in a case that are not listed, and what is listed and does not differ.
    pub fn unexpected(&self, case: &str, differences: &[Difference]) -> Vec<String> {
        let listed: Vec<&Known> = self.0.iter().filter(|known| known.case == case).collect();
        let is_at = |known: &Known, difference: &Difference| difference.place.ends_with(&known.at);
        let unlisted = differences
            .iter()
            .filter(|difference| !listed.iter().any(|known| is_at(known, difference)));
        let agree = listed
            .iter()
            .filter(|known| !differences.iter().any(|difference| is_at(known, difference)));
        let agree = agree.map(|known| {
            format!(
                "{}: as it was recorded, but listed for {}: {}",
                known.at, known.rule, known.reason
            )
        });
        unlisted.map(Difference::to_string).chain(agree).collect()
    }
}
