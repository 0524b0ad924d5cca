//! Executions as their journals have them.

use crate::drive::{Turn, drive};
use crate::engine::JournalEngine;
use crate::error::HostError;
use crate::executor::Executor;
use crate::life::{Halt, Life, Purpose, Written};
use crate::program::Program;
use crate::store::{Entry, ExecutionId, Kind, Record};
use asl_runtime::HistoryEvent;
use std::sync::Arc;
use std::time::Duration;

/// An execution as its journal has it.
pub(crate) struct Loaded {
    pub(crate) life: Arc<Life>,
    pub(crate) engine: JournalEngine,
    pub(crate) program: Arc<dyn Program>,
}

/// An execution that has come as far as its journal goes.
pub(crate) struct Replayed {
    pub(crate) life: Arc<Life>,
    pub(crate) history: Vec<HistoryEvent>,
}

impl Executor {
    /// An execution as its journal has it.
    pub(crate) fn load(
        self: &Arc<Executor>,
        record: &Record,
        written: Written,
        purpose: Purpose,
    ) -> Result<Loaded, Halt> {
        let Some(program) = self.program(record) else {
            let (machine, sha256) = (record.machine.clone(), record.sha256.clone());
            let error = HostError::StateMachineDoesNotExist { machine, sha256 };
            return Err(Halt::Mismatch(error.to_string()));
        };
        let life = Life::new(record, written, purpose, self)?;
        let execution = self.options.execution(record);
        let machine = program.definition().name;
        let engine = JournalEngine::new(life.clone(), self, machine, execution, purpose == Purpose::Replay);
        Ok(Loaded { life, engine, program })
    }

    /// The journal of an execution.
    pub(crate) async fn journal(&self, id: ExecutionId) -> Result<Vec<Entry>, Halt> {
        let journal = self.storage.read(move |store| store.journal(id)).await;
        journal.map_err(Halt::Store)
    }

    /// What is written of an execution.
    pub(crate) async fn written(&self, id: ExecutionId) -> Result<Written, Halt> {
        let read = self.storage.read(move |store| {
            Ok(Written {
                entries: store.journal(id)?,
                heartbeats: store.heartbeats(id)?,
            })
        });
        read.await.map_err(Halt::Store)
    }

    /// Runs an execution over its journal alone; answers its history too.
    pub(crate) async fn replay(self: &Arc<Executor>, record: &Record) -> Result<Replayed, HostError> {
        let replayed = async {
            let journal = self.journal(record.id).await?;
            let mut history = Vec::new();
            for (at, entry) in journal.iter().enumerate() {
                // Up to each redrive it has come to an end, which is a part of its history.
                if entry.kind == Kind::Redriven {
                    history.extend(self.replay_part(record, journal[..at].to_vec()).await?.history);
                }
            }
            let mut replayed = self.replay_part(record, journal).await?;
            history.append(&mut replayed.history);
            Ok(Replayed { history, ..replayed })
        };
        replayed.await.map_err(|halt| match halt {
            Halt::Store(error) => self.refusal(error),
            Halt::Mismatch(problem) => HostError::Halted {
                arn: record.arn.clone(),
                problem,
            },
        })
    }

    /// Runs an execution over a part of its journal; its history begins with the last redrive there.
    async fn replay_part(self: &Arc<Executor>, record: &Record, journal: Vec<Entry>) -> Result<Replayed, Halt> {
        let written = Written {
            entries: journal,
            ..Written::default()
        };
        let Loaded { life, engine, program } = self.load(record, written, Purpose::Replay)?;
        let input = serde_json::from_str(&record.input).map_err(|error| unreadable(&error))?;
        {
            let mut body = program.run(&engine, input);
            if let Turn::Halted(halt) = drive(&life, body.as_mut(), Duration::ZERO).await {
                return Err(halt);
            }
        }
        let history = engine.events().events().to_vec();
        Ok(Replayed { life, history })
    }
}

pub(crate) fn unreadable(error: &serde_json::Error) -> Halt {
    Halt::Mismatch(format!("its input cannot be read: {error}"))
}
