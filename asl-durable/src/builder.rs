//! How a host is made.

use crate::clock::Clock;
use crate::error::HostError;
use crate::executor::Options;
use crate::host::Host;
use crate::program::{Compiled, Program};
use crate::room::Room;
use crate::store::Store;
use asl_runtime::{Machine, Quotas, Run};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Makes a [`Host`]: [`Host::builder`].
pub struct Builder {
    programs: HashMap<(&'static str, &'static str), Arc<dyn Program>>,
    options: Options,
    start_time: Option<DateTime<Utc>>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            programs: HashMap::new(),
            options: Options {
                quotas: Quotas::Service,
                patience: Duration::from_secs(1),
                region: "us-east-1".to_owned(),
                account: "000000000000".to_owned(),
                role_arn: None,
                retention: None,
                clock: Clock::System,
                room: Room::default(),
                names: HashMap::new(),
            },
            start_time: None,
        }
    }
}

impl Builder {
    /// Runs this machine with these handlers, which several machines may share.
    ///
    /// A machine is known by the name of its module. Of several that have the same one, the first is the machine of that name, which
    /// [`start_execution`](crate::start_execution) starts; the others are former versions of it, whose executions go on.
    pub fn machine<M: Run<T> + 'static, T: Send + Sync + 'static>(mut self, tasks: Arc<T>) -> Builder {
        let definition = M::DEFINITION;
        let names = &mut self.options.names;
        names.entry(definition.name.to_owned()).or_insert(definition);
        let program = Compiled::<M, T>::new(tasks);
        self.programs
            .insert((definition.name, definition.sha256), Arc::new(program));
        self
    }

    /// Machines that [`start_execution`](crate::start_execution) starts are known by the names of their modules; this one is
    /// also known by this name, as ARNs call it: `Order-Workflow`.
    pub fn state_machine_name<M: Machine>(mut self, name: impl Into<String>) -> Builder {
        self.options.names.insert(name.into(), M::DEFINITION);
        self
    }

    /// Whether executions keep to the quotas of the service. They do by default.
    pub fn quotas(mut self, quotas: Quotas) -> Builder {
        self.options.quotas = quotas;
        self
    }

    /// How long an execution that only waits stays in memory: a second by default. It leaves it only where its wait is
    /// longer.
    pub fn unload_after(mut self, time: Duration) -> Builder {
        self.options.patience = time;
        self
    }

    /// At most so many executions are in memory at a time; without a limit by default. Further ones are started and wait in
    /// the store, and so do those that are due, until another one ends or leaves memory.
    ///
    /// # Panics
    /// If it is 0.
    pub fn max_concurrency(mut self, max: usize) -> Builder {
        self.options.room.bound(None, max);
        self
    }

    /// The same for the executions of this machine, in all its versions.
    ///
    /// # Panics
    /// If it is 0.
    pub fn max_concurrency_of<M: Machine>(mut self, max: usize) -> Builder {
        self.options.room.bound(Some(M::DEFINITION.name), max);
        self
    }

    /// How long executions are kept that have ended; without this, for good. The service keeps them for 90 days. What is
    /// forgotten is looked for every hour, and its names are free again.
    pub fn retention(mut self, time: Duration) -> Builder {
        self.options.retention = Some(time);
        self
    }

    /// The Region in ARNs, by default `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Builder {
        self.options.region = region.into();
        self
    }

    /// The account in ARNs, by default `000000000000`.
    pub fn account(mut self, account: impl Into<String>) -> Builder {
        self.options.account = account.into();
        self
    }

    /// The role of its executions, as `$$.Execution.RoleArn` tells it; by default null.
    pub fn role_arn(mut self, role_arn: impl Into<String>) -> Builder {
        self.options.role_arn = Some(role_arn.into());
        self
    }

    /// For tests: the host's clock shows this when it opens, and moves with tokio's, which may be paused.
    pub fn start_time(mut self, time: DateTime<Utc>) -> Builder {
        self.start_time = Some(time);
        self
    }

    /// Opens a host on this store. Every execution there that runs, and does not wait for later, goes on.
    ///
    /// It has to be called in a tokio runtime whose time is enabled.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(mut self, store: impl Store) -> Result<Host, HostError> {
        if let Some(time) = self.start_time {
            self.options.clock = Clock::Since(Instant::now(), time);
        }
        Host::open(Box::new(store), self.programs, self.options).await
    }
}
