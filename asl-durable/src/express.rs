//! Express executions of a host: in memory, at most once, without a journal.

use crate::description::Description;
use crate::error::HostError;
use crate::executor::{Executor, Options, end};
use crate::observe;
use crate::store::{ExecutionId, Record};
use asl_runtime::{Definition, History, Value};
use std::sync::Arc;
use uuid::Uuid;

/// An Express execution that is about to run.
pub(crate) struct Express {
    executor: Arc<Executor>,
    record: Record,
}

impl Express {
    /// One of this machine, which has to be Express. Names may repeat, ARNs do not.
    pub(crate) fn new(executor: &Arc<Executor>, definition: &Definition, name: &str, input: String) -> Express {
        let Options { region, account, .. } = &executor.options;
        let id = Uuid::new_v4();
        let machine = definition.name;
        let record = Record {
            id: ExecutionId::default(),
            arn: format!("arn:aws:states:{region}:{account}:express:{machine}:{name}:{id}"),
            machine: machine.to_owned(),
            name: name.to_owned(),
            sha256: definition.sha256.to_owned(),
            seed: [0; 32],
            input,
            start_date: executor.options.clock.now(),
            end: None,
            redrive_count: 0,
            redrive_date: None,
        };
        Express {
            executor: executor.clone(),
            record,
        }
    }

    /// What will be known of it.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// Runs it to its end. One whose host is shut down meanwhile has none.
    pub(crate) async fn run(self, input: Value) -> Result<Description, HostError> {
        let Express { executor, mut record } = self;
        if !executor.workload.begin() {
            return Err(HostError::ShutDown);
        }
        let _at_work = AtWork(&executor);
        let program = executor.program(&record).ok_or(HostError::ShutDown)?;
        let options = &executor.options;
        let engine = History::with(options.execution(&record), observe::events_of(&record));
        let mut closing = executor.closing.subscribe();
        let run = async {
            let _place = options.room.take(&record.machine).await;
            program.run_in_memory(&engine, input).await
        };
        let result = tokio::select! {
            biased;
            _ = closing.wait_for(|is_closing| *is_closing) => return Err(HostError::ShutDown),
            result = run => result,
        };
        record.end = Some(end(result, options.clock.now()));
        let reason = "Express executions cannot be redriven".to_owned();
        Ok(Description::of(record, Some(reason), None)?)
    }
}

/// An execution that runs is work for its host.
struct AtWork<'e>(&'e Executor);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.workload.end();
    }
}
