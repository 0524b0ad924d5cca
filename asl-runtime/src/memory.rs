//! The memory engine: an Express execution. It costs the futures of the handlers and nothing else.

use crate::callback::Handle;
use crate::{Call, Child, Definition, Engine, Error, Execution, Limits, Output, TaskContext, Until, attempt};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{Either, select};
use futures_util::task::AtomicWaker;
use serde_json::Value;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Runs an execution in memory. One engine serves one run.
#[derive(Debug)]
pub struct Memory {
    execution: Execution,
    /// Made when somebody asks for it.
    handle: OnceLock<Handle>,
    /// Wakes a run that has begun without a handle.
    handed: AtomicWaker,
    started: Instant,
    is_child: bool,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new(Execution::new())
    }
}

impl Memory {
    /// An engine for a run whose context object shows this.
    pub fn new(execution: Execution) -> Memory {
        Memory {
            execution,
            handle: OnceLock::new(),
            handed: AtomicWaker::new(),
            started: Instant::now(),
            is_child: false,
        }
    }

    /// A handle on the run: ends callback tasks, stops the execution.
    pub fn handle(&self) -> Handle {
        let handle = self.own_handle().clone();
        self.handed.wake();
        handle
    }

    fn own_handle(&self) -> &Handle {
        self.handle.get_or_init(Handle::default)
    }

    /// When the execution started.
    pub(crate) fn started(&self) -> DateTime<Utc> {
        self.execution.started()
    }

    /// The time that has passed since the start, added to the start time: it moves with tokio's clock, paused or not.
    pub(crate) fn clock(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.started.elapsed()).unwrap_or(TimeDelta::MAX);
        let started = self.execution.started();
        started.checked_add_signed(passed).unwrap_or(started)
    }

    /// How long it is until then.
    pub(crate) fn duration(&self, until: Until) -> Duration {
        match until {
            Until::After(time) => time,
            Until::At(time) => (time - self.clock()).to_std().unwrap_or_default(),
        }
    }
}

impl Engine for Memory {
    type Position = ();
    type Line = u32;

    fn root(&self) {}

    fn execution(&self) -> &Execution {
        &self.execution
    }

    fn now(&self, (): &()) -> DateTime<Utc> {
        self.clock()
    }

    fn random(&self, (): &(), _: u32) -> u128 {
        rand::random()
    }

    fn token(&self, (): &(), _: u32) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    fn reads_inputs(&self) -> bool {
        false
    }

    fn task<'a, O: Output + 'a>(
        &self,
        (): &(),
        _: &mut u32,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> impl Future<Output = Result<O, Error>> + Send {
        let handle = task.token().map(|_| self.own_handle());
        attempt(handle, task, limits, input, call, |_| {})
    }

    fn sleep(&self, (): &(), _: u32, until: Until) -> impl Future<Output = ()> + Send {
        sleep(self.duration(until))
    }

    fn child(&self, (): &(), child: Child<'_>) -> Memory {
        let execution = self.execution.child(child).start_time(self.clock());
        Memory {
            handle: self.own_handle().clone().into(),
            is_child: true,
            ..Memory::new(execution)
        }
    }

    async fn supervise<O: Send>(
        &self,
        definition: &'static Definition,
        body: impl Future<Output = Result<O, Error>> + Send,
    ) -> Result<O, Error> {
        let timed = async {
            match definition.longest(self.execution.has_quotas()) {
                None => body.await,
                Some(time) => match select(pin!(body), Box::pin(sleep(time))).await {
                    Either::Left((result, _)) => result,
                    Either::Right(_) => Err(Error::timed_out()),
                },
            }
        };
        // A stop ends the whole run: a child that saw it by itself would be a failed item for the Catchers around it.
        if self.is_child {
            return timed.await;
        }
        if let Some(stopped) = self.handle.get().and_then(Handle::stop_so_far) {
            return Err(stopped);
        }
        let mut timed = pin!(timed);
        let mut stopped = None;
        poll_fn(|cx| {
            if let Poll::Ready(result) = timed.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            self.handed.register(cx.waker());
            let Some(handle) = self.handle.get() else {
                return Poll::Pending;
            };
            let stopped = stopped.get_or_insert_with(|| Box::pin(handle.stopped()));
            stopped.as_mut().poll(cx).map(Err)
        })
        .await
    }
}
