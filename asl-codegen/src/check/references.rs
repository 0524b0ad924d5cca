//! The table of variables that states read (J-112).

use super::scopes;
use super::visit::{assignments, variable_reads};
use crate::syntax::Machine;
use std::collections::{BTreeMap, BTreeSet};

impl Machine {
    /// The variables that each state reads, by the name of the state: what `DescribeStateMachine` calls
    /// `variableReferences`. States that read none are left out, and so is what the states inside a Parallel or Map read
    /// from that one's own entry.
    pub fn variable_references(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let scopes = scopes(&self.scope);
        let assigned: BTreeSet<&str> = scopes
            .iter()
            .flat_map(|scope| assignments(scope))
            .map(|assignment| assignment.field.name.as_str())
            .collect();
        let mut table: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for state in scopes.iter().flat_map(|scope| &scope.states) {
            let reads = variable_reads(state).into_iter();
            let names: BTreeSet<&str> = reads
                .filter(|read| !read.is_called && (!read.may_be_function || assigned.contains(read.name)))
                .map(|read| read.name)
                .collect();
            if !names.is_empty() {
                table.entry(&state.name.value).or_default().extend(names);
            }
        }
        table
    }
}
