//! The start of an execution.

use crate::description::Started;
use crate::error::HostError;
use crate::executor::{Executor, Options, Origin};
use crate::express::Express;
use crate::observe;
use crate::store::{ExecutionId, Record, Write};
use asl_runtime::{Definition, Quotas, Value};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Executor {
    /// The machine that has this name: of its versions the one that was registered first.
    pub(crate) fn machine(&self, name: &str) -> Option<&'static Definition> {
        self.options.names.get(name).copied()
    }

    /// The input as text, if an execution of this machine may start with it and be called this.
    pub(crate) fn accept(&self, definition: &Definition, name: &str, input: &Value) -> Result<String, HostError> {
        self.takes_more()?;
        if !self.has_program(definition) {
            return Err(HostError::StateMachineDoesNotExist {
                machine: definition.name.to_owned(),
                sha256: definition.sha256.to_owned(),
            });
        }
        if !is_valid_name(name) {
            return Err(HostError::InvalidName { name: name.to_owned() });
        }
        let text = input.to_string();
        match self.options.quotas == Quotas::Service && text.len() > Quotas::MAX_BYTES {
            true => Err(HostError::InvalidExecutionInput),
            false => Ok(text),
        }
    }

    /// A new execution of this machine.
    pub(crate) fn record(&self, definition: &Definition, name: &str, input: String, seed: [u8; 32]) -> Record {
        let Options { region, account, .. } = &self.options;
        Record {
            id: self.next_id(),
            arn: format!("arn:aws:states:{region}:{account}:execution:{}:{name}", definition.name),
            machine: definition.name.to_owned(),
            name: name.to_owned(),
            sha256: definition.sha256.to_owned(),
            seed,
            input,
            start_date: self.options.clock.now(),
            end: None,
            redrive_count: 0,
            redrive_date: None,
        }
    }

    /// Starts an Express execution that nobody waits for.
    pub(crate) fn start_express(
        self: &Arc<Executor>,
        definition: &Definition,
        name: &str,
        text: String,
        input: Value,
    ) -> Started {
        let express = Express::new(self, definition, name, text);
        let started = Started::from(express.record());
        tokio::spawn(express.run(input));
        started
    }

    /// Starts an execution, unless there is one of its ARN.
    pub(crate) async fn start(self: &Arc<Executor>, record: Record) -> Result<bool, HostError> {
        let executor = self.clone();
        let write = Write::Start(Box::new(record.clone()));
        self.write_and(write, move || {
            observe::started(&record);
            executor.spawn(record, Origin::New);
        })
        .await
    }

    /// The number of the next execution.
    fn next_id(&self) -> ExecutionId {
        ExecutionId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Whether an execution or an activity may be called this.
pub(crate) fn is_valid_name(name: &str) -> bool {
    let is_allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"?*<>{}[]\"#%\\^|~$&,;:/`".contains(c);
    (1..=80).contains(&name.chars().count()) && name.chars().all(is_allowed)
}
