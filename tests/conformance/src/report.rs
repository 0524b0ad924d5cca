//! The result of a run: a table by area for people, and JSON.

use crate::compare::Difference;
use crate::events::Fidelity;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As recorded.
    Passed,
    /// Not as recorded, with the differences; or as recorded where it is listed as different.
    Failed(Vec<String>),
    /// It needs what is not compiled yet.
    OutOfReach(String),
}

/// A case that was run.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name.
    pub case: String,
    /// What it is about.
    pub area: String,
    /// What came of it.
    pub verdict: Verdict,
    /// How the calls of its tasks differ from those that were recorded. This fails no run: in recordings some parameters
    /// stand for others.
    pub calls: Vec<String>,
    /// Where there is a recorded history: whether types, numbers and details of its events are as recorded.
    pub events: Option<Fidelity>,
    /// The history that came out.
    pub history: Vec<Value>,
    /// How many mutants of its expectation were tried.
    pub mutants: usize,
    /// Those that passed though they are wrong.
    pub survivors: Vec<String>,
    /// How many values of the history were compared with the shape of their place.
    pub values: usize,
}

/// The cases that were run.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// A line for each.
    pub lines: Vec<Line>,
}

/// The sums of an area.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    cases: usize,
    passed: usize,
    failed: usize,
    out_of_reach: usize,
    mutants: usize,
    survivors: usize,
    /// Cases whose tasks were called otherwise than recorded.
    odd_calls: usize,
    /// Of so many histories, so many have the same types, the same numbers, the same details.
    histories: [usize; 4],
}

impl Sums {
    fn add(&mut self, line: &Line) {
        self.cases += 1;
        match line.verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::OutOfReach(_) => self.out_of_reach += 1,
        }
        self.mutants += line.mutants;
        self.survivors += line.survivors.len();
        self.odd_calls += usize::from(!line.calls.is_empty());
        if let Some(events) = &line.events {
            let [types, ids, details] = events.holds();
            let counts = [true, types, ids, details];
            for (sum, counts) in self.histories.iter_mut().zip(counts) {
                *sum += usize::from(counts);
            }
        }
    }

    fn to_json(self) -> Value {
        let [histories, types, ids, details] = self.histories;
        json!({
            "cases": self.cases, "passed": self.passed, "failed": self.failed, "out_of_reach": self.out_of_reach,
            "mutants": self.mutants, "survivors": self.survivors, "odd_calls": self.odd_calls,
            "histories": histories, "same_types": types, "same_ids": ids, "same_details": details,
        })
    }
}

impl Report {
    fn sums(&self) -> (BTreeMap<&str, Sums>, Sums) {
        let (mut by_area, mut all) = (BTreeMap::<&str, Sums>::new(), Sums::default());
        for line in &self.lines {
            by_area.entry(&line.area).or_default().add(line);
            all.add(line);
        }
        (by_area, all)
    }

    /// The report as JSON: the sums, and every case.
    pub fn to_json(&self) -> Value {
        let (by_area, all) = self.sums();
        let areas: serde_json::Map<_, _> = by_area
            .into_iter()
            .map(|(area, sums)| (area.to_owned(), sums.to_json()))
            .collect();
        let cases: Vec<Value> = self.lines.iter().map(Line::to_json).collect();
        json!({ "all": all.to_json(), "areas": areas, "cases": cases })
    }
}

impl Line {
    fn to_json(&self) -> Value {
        let (verdict, details) = match &self.verdict {
            Verdict::Passed => ("passed", json!([])),
            Verdict::Failed(differences) => ("failed", json!(differences)),
            Verdict::OutOfReach(reason) => ("out_of_reach", json!([reason])),
        };
        let texts = |differences: &[Difference]| differences.iter().map(Difference::to_string).collect::<Vec<_>>();
        let events = self.events.as_ref().map(|events| {
            json!({
                "types": texts(&events.types),
                "ids": texts(&events.ids),
                "details": texts(&events.details),
            })
        });
        json!({
            "case": self.case, "area": self.area, "verdict": verdict, "details": details,
            "calls": self.calls, "events": events, "mutants": self.mutants, "survivors": self.survivors,
            "history": self.history,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (by_area, all) = self.sums();
        writeln!(
            f,
            "{:<18}{:>6}{:>8}{:>8}{:>14}{:>12}{:>13}{:>12}{:>7}{:>6}{:>9}",
            "area",
            "cases",
            "passed",
            "failed",
            "out of reach",
            "mutants",
            "| odd calls",
            "histories",
            "types",
            "ids",
            "details"
        )?;
        for (area, sums) in by_area.into_iter().chain([("all", all)]) {
            let [histories, types, ids, details] = sums.histories;
            let killed = format!("{}/{}", sums.mutants - sums.survivors, sums.mutants);
            writeln!(
                f,
                "{area:<18}{:>6}{:>8}{:>8}{:>14}{killed:>12}{:>13}{histories:>12}{types:>7}{ids:>6}{details:>9}",
                sums.cases, sums.passed, sums.failed, sums.out_of_reach, sums.odd_calls
            )?;
        }
        Ok(())
    }
}
