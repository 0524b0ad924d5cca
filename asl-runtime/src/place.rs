//! Positions in words, and lines that count visits: for engines that store what they did.

use crate::{Line, Position};
use std::collections::HashMap;
use std::fmt::{self, Write};

/// A position in words, the same that [`TaskContext::position`](crate::TaskContext::position) tells.
///
/// `Publish.0[1]/Upload.2` is the third visit of `Upload` in branch 1 of the first visit of `Publish`, and
/// `Publish.0#1[1]/Upload.2` the same in the second attempt of that visit of `Publish`. A `/` in a state's name is
/// written `~1` and a `~` is written `~0`, so that no two positions have the same text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Position for Place {
    fn state(&self, name: &'static str, visit: u32) -> Place {
        let mut text = self.0.clone();
        // Writing to a string cannot fail.
        let _ = write_visit(&mut text, name, visit);
        Place(text)
    }

    fn lane(&self, index: usize, attempt: u32) -> Place {
        let mut text = self.0.clone();
        let _ = write_lane(&mut text, index, attempt);
        Place(text)
    }
}

/// Writes a visit of a state, after the text of its scope.
pub(crate) fn write_visit(to: &mut impl Write, state: &str, visit: u32) -> fmt::Result {
    for part in state.split_inclusive(['~', '/']) {
        match (part.strip_suffix('~'), part.strip_suffix('/')) {
            (Some(name), _) => write!(to, "{name}~0")?,
            (_, Some(name)) => write!(to, "{name}~1")?,
            (None, None) => to.write_str(part)?,
        }
    }
    write!(to, ".{visit}")
}

/// Writes a lane, after the text of the visit that it belongs to.
pub(crate) fn write_lane(to: &mut impl Write, index: usize, attempt: u32) -> fmt::Result {
    match attempt {
        0 => write!(to, "[{index}]/"),
        _ => write!(to, "#{attempt}[{index}]/"),
    }
}

/// A line that counts the visits of each state, as an engine needs it that must find its operations again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visits(HashMap<&'static str, u32>);

impl Line for Visits {
    fn visit(&mut self, state: &'static str) -> u32 {
        let visits = self.0.entry(state).or_default();
        *visits += 1;
        *visits - 1
    }

    fn fork(&self) -> Visits {
        Visits::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_from_the_outside_in() {
        let upload = Place::default().state("Publish", 0).lane(1, 0).state("Upload", 2);
        assert_eq!(upload.as_str(), "Publish.0[1]/Upload.2");
        let again = Place::default().state("Publish", 0).lane(1, 1).state("Upload", 2);
        assert_eq!(again.as_str(), "Publish.0#1[1]/Upload.2");
    }

    #[test]
    fn names_that_look_like_positions_are_not_taken_for_them() {
        let nested = Place::default().state("A", 0).lane(1, 0).state("B", 0);
        let named = Place::default().state("A.0[1]/B", 0);
        assert_eq!(named.as_str(), "A.0[1]~1B.0");
        assert_ne!(nested, named);
        assert_ne!(named, Place::default().state("A.0[1]~1B", 0));
    }

    #[test]
    fn a_line_counts_each_state_by_itself_and_a_lane_anew() {
        let mut line = Visits::default();
        assert_eq!([line.visit("A"), line.visit("B"), line.visit("A")], [0, 0, 1]);
        assert_eq!(line.fork().visit("A"), 0);
    }
}
