//! What changed from one version of a machine to another, for those who rely on it.

use super::{Contract, StateContract, reliance};
use crate::shapes::Shape;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};

/// Whom a change concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Those who start executions and read their output.
    Callers,
    /// Those who do the work of the tasks.
    Tasks,
    /// Executions of the old version that would go on with the new one.
    InFlight,
}

/// What a change does to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// They need not mind.
    Compatible,
    /// It cannot be told from the definitions alone.
    Unclear,
    /// They must change, or fail.
    Breaking,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whom it concerns.
    pub concern: Concern,
    /// What it does to them.
    pub severity: Severity,
    /// What changed, as a phrase.
    pub what: String,
    /// What it was, if it was there.
    pub old: Option<Shape>,
    /// What it is, if it is there.
    pub new: Option<Shape>,
}

/// What changed, in the order of those whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes(pub Vec<Change>);

/// Compares two versions of a machine.
///
/// States are told apart by their names, so that a renamed one is another.
///
/// ```
/// use asl_codegen::contract::{Contract, Severity, compare};
/// use asl_codegen::shapes::Known;
/// use asl_codegen::source::Source;
/// use asl_codegen::{Options, machine};
///
/// let contract = |parameters: &str| {
///     let text = format!(
///         r#"{{ "StartAt": "Say", "States": {{ "Say": {{ "Type": "Pass", "Parameters": {parameters}, "End": true }} }} }}"#
///     );
///     let machine = machine(&Source::new("say.asl.json", text), &Options::default())?;
///     Ok::<_, asl_codegen::diagnostic::CompileError>(Contract::of(&machine, &Known::default()))
/// };
/// let old = contract(r#"{ "to.$": "$.name" }"#)?;
/// let new = contract(r#"{ "to.$": "$.name", "by.$": "$.sender" }"#)?;
/// let changes = compare(&old, &new);
/// assert_eq!(changes.severity(), Some(Severity::Breaking));
/// assert!(changes.to_string().starts_with("breaking for callers: the input needs more\n"));
/// # Ok::<(), asl_codegen::diagnostic::CompileError>(())
/// ```
pub fn compare(old: &Contract, new: &Contract) -> Changes {
    let mut changes = Changes::default();
    changes.input(old, new);
    changes.given(Concern::Callers, "the output", &old.output, &new.output);
    let (before, after) = (by_name(old), by_name(new));
    for (name, state) in &before {
        match after.get(name) {
            Some(now) => changes.state(state, now),
            None => changes.gone(state),
        }
    }
    for (name, state) in &after {
        if state.kind == "Task" && before.get(name).is_none_or(|before| before.kind != "Task") {
            let asked = state.data.as_ref().and_then(|data| data.payload.clone());
            changes.push(
                Concern::Tasks,
                Severity::Breaking,
                format!("there is a task `{name}`"),
                None,
                asked,
            );
        }
    }
    changes
        .0
        .sort_by_key(|change| (change.concern, std::cmp::Reverse(change.severity)));
    changes
}

fn by_name(contract: &Contract) -> BTreeMap<&str, &StateContract> {
    contract
        .states
        .iter()
        .map(|state| (state.name.as_str(), state))
        .collect()
}

impl Changes {
    /// The worst of them, if there is one.
    pub fn severity(&self) -> Option<Severity> {
        self.0.iter().map(|change| change.severity).max()
    }

    fn push(&mut self, concern: Concern, severity: Severity, what: String, old: Option<Shape>, new: Option<Shape>) {
        self.0.push(Change {
            concern,
            severity,
            what,
            old,
            new,
        });
    }

    fn input(&mut self, old: &Contract, new: &Contract) {
        if old.input != new.input {
            let (severity, what) = match new.input.includes(&old.input) {
                true => (Severity::Compatible, "the input needs less"),
                false => (Severity::Breaking, "the input needs more"),
            };
            let (old, new) = (old.input.clone(), new.input.clone());
            self.push(Concern::Callers, severity, what.to_owned(), Some(old), Some(new));
        }
    }

    /// A value that somebody is given.
    fn given(&mut self, concern: Concern, what: &str, old: &Shape, new: &Shape) {
        if old == new {
            return;
        }
        let severity = match () {
            // Who reads it does not mind further members.
            () if old.opened().includes(new) => Severity::Compatible,
            // Nothing says that it has become another.
            () if new.is_any() => Severity::Unclear,
            () => Severity::Breaking,
        };
        let what = match severity {
            Severity::Compatible => format!("{what} has what it had"),
            Severity::Unclear => format!("less is known of {what}"),
            Severity::Breaking => format!("{what} is another"),
        };
        self.push(concern, severity, what, Some(old.clone()), Some(new.clone()));
    }

    fn state(&mut self, old: &StateContract, new: &StateContract) {
        let name = &old.name;
        if old.kind != new.kind || old.depth != new.depth {
            let what = match old.kind == new.kind {
                true => format!("`{name}` stands in another branch or processor"),
                false => format!("`{name}` was a {}, and is a {}", old.kind, new.kind),
            };
            self.push(Concern::InFlight, Severity::Breaking, what, None, None);
            return;
        }
        let (Some(before), Some(now)) = (&old.data, &new.data) else {
            return;
        };
        if let ("Task", Some(before), Some(now)) = (old.kind, &before.payload, &now.payload) {
            self.given(Concern::Tasks, &format!("what `{name}` is asked with"), before, now);
        }
        if let (Some(before), Some(now)) = (&old.reads, &new.reads) {
            self.reliance(name, before, now);
        }
        if old.needs != new.needs && !new.needs.includes(&old.needs) && !new.needs.includes(&before.input) {
            let severity = match lacks(&before.input, &new.needs) {
                true => Severity::Breaking,
                false => Severity::Unclear,
            };
            let what = format!("`{name}` needs what executions that have come to it may not have");
            self.push(
                Concern::InFlight,
                severity,
                what,
                Some(before.input.clone()),
                Some(new.needs.clone()),
            );
        }
    }

    fn reliance(&mut self, name: &str, old: &Shape, new: &Shape) {
        let (severity, what) = match reliance::grown(old, new) {
            Some(Severity::Breaking) => (Severity::Breaking, format!("more of what `{name}` gives is needed")),
            Some(severity) => (severity, format!("more of what `{name}` gives is read on some ways")),
            None if old == new => return,
            None => (Severity::Compatible, format!("less of what `{name}` gives is read")),
        };
        self.push(Concern::Tasks, severity, what, Some(old.clone()), Some(new.clone()));
    }

    fn gone(&mut self, old: &StateContract) {
        let Some(data) = &old.data else { return };
        let what = format!("the state `{}` is gone", old.name);
        self.push(
            Concern::InFlight,
            Severity::Breaking,
            what,
            Some(data.input.clone()),
            None,
        );
        if old.kind == "Task" {
            let what = format!("the task `{}` is gone", old.name);
            self.push(Concern::Tasks, Severity::Compatible, what, data.payload.clone(), None);
        }
    }
}

/// Whether a value of one shape is known to lack, on some way at least, what another requires.
fn lacks(given: &Shape, needs: &Shape) -> bool {
    let Some(needed) = needs.types().and_then(|types| types.object()) else {
        return false;
    };
    let Some(types) = given.types() else { return false };
    let Some(object) = types.object() else { return true };
    needed
        .members()
        .filter(|(_, member)| member.is_required)
        .any(|(name, member)| match object.member(name) {
            None => true,
            Some(found) if object.knows(name) => !found.is_required || lacks(&found.shape, &member.shape),
            Some(_) => false,
        })
}

impl Display for Severity {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Severity::Compatible => "compatible",
            Severity::Unclear => "unclear",
            Severity::Breaking => "breaking",
        })
    }
}

impl Display for Concern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Concern::Callers => "callers",
            Concern::Tasks => "tasks",
            Concern::InFlight => "executions in flight",
        })
    }
}

impl Display for Changes {
    /// `breaking for callers: the input needs more`, and below it both sides.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for change in &self.0 {
            writeln!(f, "{} for {}: {}", change.severity, change.concern, change.what)?;
            for (side, shape) in [("old", &change.old), ("new", &change.new)] {
                if let Some(shape) = shape {
                    writeln!(f, "    {side}  {shape}")?;
                }
            }
        }
        Ok(())
    }
}
