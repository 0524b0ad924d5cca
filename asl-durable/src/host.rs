//! A host: runs the executions of a store.

use crate::activity::{Activity, ActivityTask};
use crate::builder::Builder;
use crate::description::{Description, HistoryPage, HistoryRange, Page, Started};
use crate::error::HostError;
use crate::executor::{Executor, Options, Reached};
use crate::express::Express;
use crate::life::{Completion, Life};
use crate::program::Program;
use crate::replay::Replayed;
use crate::resume::{forget_in_time, resume_in_time};
use crate::start::is_valid_name;
use crate::store::{ExecutionId, Filter, Store, StoreError, Write};
use asl_runtime::{Error, HistoryEvent, Machine, Quotas, Value, WorkflowType};
use rand::TryRngCore;
use rand::rngs::OsRng;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a worker waits for a task.
const POLL: Duration = Duration::from_secs(60);

/// How many characters the name of an error that is reported has, and its cause.
const MAX_ERROR: usize = 256;
const MAX_CAUSE: usize = 32_768;

/// Runs the executions of a store. A clone is the same host; it ends with the last clone, or with
/// [`shut_down`](Host::shut_down), after which the store is closed.
#[derive(Clone)]
pub struct Host(Arc<Owner>);

/// Ends the host with its last clone.
struct Owner(Arc<Executor>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Host {
    /// Makes a host.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn open(
        store: Box<dyn Store>,
        programs: HashMap<(&'static str, &'static str), Arc<dyn Program>>,
        options: Options,
    ) -> Result<Host, HostError> {
        let executor = Executor::new(store, programs, options).await?;
        executor.resume_due(executor.options.clock.now()).await?;
        tokio::spawn(resume_in_time(Arc::downgrade(&executor)));
        if let Some(retention) = executor.options.retention {
            tokio::spawn(forget_in_time(Arc::downgrade(&executor), retention));
        }
        Ok(Host(Arc::new(Owner(executor))))
    }

    fn executor(&self) -> &Arc<Executor> {
        &self.0.0
    }

    /// Starts an execution of a machine. Its name has 1 to 80 characters.
    ///
    /// Where a Standard one of this name runs with the same input, it is that one. An Express execution runs in memory, at
    /// most once; nothing is kept of it, and names may repeat.
    ///
    /// # Errors
    /// When there is another Standard one of this name, when the name or the input is not allowed, when the machine is
    /// not registered, and when the store has failed.
    pub async fn start<M: Machine>(&self, name: &str, input: Value) -> Result<Started, HostError> {
        let executor = self.executor();
        let definition = M::DEFINITION;
        let text = executor.accept(definition, name, &input)?;
        if definition.workflow_type == WorkflowType::Express {
            return Ok(executor.start_express(definition, name, text, input));
        }
        let record = executor.record(definition, name, text, random()?);
        if executor.start(record.clone()).await? {
            return Ok(Started::from(&record));
        }
        match executor.find(&record.arn).await? {
            former if former.end.is_none() && former.input == record.input => Ok(Started::from(&former)),
            former => Err(HostError::ExecutionAlreadyExists { arn: former.arn }),
        }
    }

    /// The same, where the name does not matter: it is a new UUID, so that each call starts an execution.
    ///
    /// A caller that may have to ask again, since it has not heard the answer, gives a [name](Host::start).
    ///
    /// # Errors
    /// As [`start`](Host::start).
    pub async fn start_unnamed<M: Machine>(&self, input: Value) -> Result<Started, HostError> {
        self.start::<M>(&new_name()?, input).await
    }

    /// Runs an Express execution of a machine to its end, in memory: it is over when the answer is dropped. Otherwise it is as
    /// with [`start`](Host::start).
    ///
    /// # Errors
    /// When the machine is Standard or not registered, when the name or the input is not allowed, and when the host is
    /// shut down.
    pub async fn start_sync<M: Machine>(&self, name: &str, input: Value) -> Result<Description, HostError> {
        let definition = M::DEFINITION;
        if definition.workflow_type != WorkflowType::Express {
            return Err(HostError::StateMachineTypeNotSupported {
                machine: definition.name.to_owned(),
            });
        }
        let text = self.executor().accept(definition, name, &input)?;
        Express::new(self.executor(), definition, name, text).run(input).await
    }

    /// The same, where the name does not matter: it is a new UUID.
    ///
    /// # Errors
    /// As [`start_sync`](Host::start_sync).
    pub async fn start_sync_unnamed<M: Machine>(&self, input: Value) -> Result<Description, HostError> {
        self.start_sync::<M>(&new_name()?, input).await
    }

    /// Tells about an execution.
    ///
    /// # Errors
    /// When there is none of this ARN, and when the store has failed.
    pub async fn describe(&self, arn: &str) -> Result<Description, HostError> {
        self.executor().describe_arn(arn).await
    }

    /// Lists executions, the latest first.
    ///
    /// # Errors
    /// When those of an Express machine are asked for, of which nothing is kept, and when the store has failed.
    pub async fn list(&self, filter: Filter) -> Result<Page, HostError> {
        let executor = self.executor();
        let machine = filter.machine.as_deref().and_then(|name| executor.machine(name));
        if let Some(express) = machine.filter(|machine| machine.workflow_type == WorkflowType::Express) {
            return Err(HostError::StateMachineTypeNotSupported {
                machine: express.name.to_owned(),
            });
        }
        let limit = filter.limit;
        let records = executor.read(move |store| store.list(&filter)).await?;
        let next = match records.len() == limit {
            true => records.last().map(|record| record.id),
            false => None,
        };
        let executions = records.into_iter().map(|record| executor.describe(record));
        let executions = executions.collect::<Result<_, _>>()?;
        Ok(Page { executions, next })
    }

    /// Waits for the end of an execution.
    ///
    /// # Errors
    /// When there is none of this ARN, when it cannot go on, when the store has failed, and when the host is shut down.
    pub async fn wait(&self, arn: &str) -> Result<Description, HostError> {
        self.executor().wait(arn).await
    }

    /// Stops an execution: it ends as ABORTED with this error and cause, and its tasks are dropped. One that has ended
    /// is left as it is. One that has [halted](HostError::Halted) ends too, whatever the reason. Answers how it ended.
    ///
    /// # Errors
    /// When the error or the cause is too long, when there is none of this ARN, when the store has failed, and when the
    /// host is shut down.
    pub async fn stop(
        &self,
        arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Description, HostError> {
        self.check_lengths(error.as_deref(), cause.as_deref())?;
        self.executor().stop(arn, error, cause).await
    }

    /// Lets an execution go on that has failed, has been stopped or has run out of time: from where it failed, with all that was
    /// done before (RDV-1 to RDV-12). The tasks that were under way begin anew, their Retriers count from zero, and so does
    /// the time of the machine.
    ///
    /// An execution that failed in a state that does no work, such as a Fail state, a Choice or one whose path finds nothing,
    /// enters that state again, and fails there again unless something that the state looks at has changed (RDV-6, RDV-8). A
    /// Map Run goes on with all of its children that failed, each from where it did (RDV-10). After `States.DataLimitExceeded` a
    /// Parallel or Map begins as a whole again (RDV-9).
    ///
    /// # Errors
    /// When there is none of this ARN, when it cannot be redriven (RDV-15), and when the store has failed.
    pub async fn redrive(&self, arn: &str) -> Result<Started, HostError> {
        self.executor().redrive(arn).await
    }

    /// Ends the task with this token successfully; `output` becomes its result.
    ///
    /// What is answered is written: it holds, whatever becomes of this process.
    ///
    /// # Errors
    /// When no task has this token or it has ended, when the output is too long, and when the store has failed.
    pub async fn send_task_success(&self, token: &str, output: Value) -> Result<(), HostError> {
        let output = output.to_string();
        if self.executor().options.quotas == Quotas::Service && output.len() > Quotas::MAX_BYTES {
            return Err(HostError::InvalidOutput);
        }
        self.complete(token, Ok(output)).await
    }

    /// Ends the task with this token with an error, for its Retriers and Catchers; both parts may be missing.
    ///
    /// # Errors
    /// When no task has this token or it has ended, when the error or the cause is too long, and when the store
    /// has failed.
    pub async fn send_task_failure(
        &self,
        token: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<(), HostError> {
        self.check_lengths(error.as_deref(), cause.as_deref())?;
        self.complete(token, Err(Error::reported(error, cause))).await
    }

    /// Whether the parts of an error that is reported are as short as the service takes them.
    fn check_lengths(&self, error: Option<&str>, cause: Option<&str>) -> Result<(), HostError> {
        if self.executor().options.quotas != Quotas::Service {
            return Ok(());
        }
        let parts = [("error", error, MAX_ERROR), ("cause", cause, MAX_CAUSE)];
        for (member, text, max) in parts {
            if text.is_some_and(|text| text.chars().nth(max).is_some()) {
                return Err(HostError::TooLong { member, max });
            }
        }
        Ok(())
    }

    /// Restarts the heartbeat clock of the task with this token (TO-3).
    ///
    /// # Errors
    /// When no task has this token or it has ended, and when the store has failed.
    pub async fn send_task_heartbeat(&self, token: &str) -> Result<(), HostError> {
        self.by_token(token, |life| life.heartbeat(token)).await
    }

    async fn complete(&self, token: &str, result: Result<String, Error>) -> Result<(), HostError> {
        self.by_token(token, |life| life.complete(token, &result)).await
    }

    async fn by_token(&self, token: &str, act: impl FnMut(&Arc<Life>) -> Completion) -> Result<(), HostError> {
        let executor = self.executor();
        let execution = ExecutionId::of_token(token).ok_or(HostError::InvalidToken)?;
        let record = executor.read(move |store| store.get(execution)).await?;
        let record = record.ok_or(HostError::InvalidToken)?;
        if record.end.is_none() {
            match executor.reach(execution, act).await? {
                Reached::Done => return Ok(()),
                Reached::Unknown => return Err(HostError::InvalidToken),
                Reached::Closed => return Err(HostError::TaskTimedOut),
                // It has ended meanwhile.
                Reached::Gone => {}
            }
        }
        let Replayed { life, .. } = executor.replay(&record).await?;
        match life.is_closed(token) {
            true => Err(HostError::TaskTimedOut),
            false => Err(HostError::InvalidToken),
        }
    }

    /// The history of an execution so far, as GetExecutionHistory tells it (EV-*), made anew of what is written of it.
    ///
    /// # Errors
    /// When there is none of this ARN, when its machine is not registered or its journal is of other code, and when the
    /// store has failed.
    pub async fn history(&self, arn: &str) -> Result<Vec<HistoryEvent>, HostError> {
        let executor = self.executor();
        let record = executor.find(arn).await?;
        Ok(executor.replay(&record).await?.history)
    }

    /// A part of a history, as [`history`](Host::history) makes it.
    ///
    /// # Errors
    /// As [`history`](Host::history).
    pub async fn history_page(&self, arn: &str, range: HistoryRange) -> Result<HistoryPage, HostError> {
        Ok(range.of(self.history(arn).await?))
    }

    /// Creates an activity, unless there is one of this name. From then on the Task states whose `Resource` is an
    /// activity of this name wait for a worker, in whatever Region and account it stands. Their handlers are called where
    /// the host never had such an activity; where it has been deleted they fail.
    ///
    /// # Errors
    /// When it cannot be called this, and when the store has failed.
    pub async fn create_activity(&self, name: &str) -> Result<Activity, HostError> {
        if !is_valid_name(name) {
            return Err(HostError::InvalidName { name: name.to_owned() });
        }
        let executor = self.executor();
        let creation_date = executor.options.clock.now();
        let write = Write::CreateActivity {
            name: name.to_owned(),
            creation_date,
        };
        let arn = self.activity_arn(name);
        loop {
            let (activities, added) = (executor.activities.clone(), name.to_owned());
            let set = move || activities.set(added, Some(creation_date));
            if executor.write_and(write.clone(), set).await? {
                let name = name.to_owned();
                return Ok(Activity {
                    arn,
                    name,
                    creation_date,
                });
            }
            // Where there is none, it has been deleted since it was seen.
            if let Ok(former) = self.describe_activity(&arn) {
                return Ok(former);
            }
        }
    }

    /// Deletes an activity, if there is one of this ARN. Tasks that wait for its workers wait on, until their execution ends.
    ///
    /// # Errors
    /// When the store has failed.
    pub async fn delete_activity(&self, arn: &str) -> Result<(), HostError> {
        let name = activity_name(arn).to_owned();
        let executor = self.executor();
        let activities = executor.activities.clone();
        let write = Write::DeleteActivity { name: name.clone() };
        executor.write_and(write, move || activities.set(name, None)).await?;
        Ok(())
    }

    /// Tells about an activity.
    ///
    /// # Errors
    /// When there is none of this ARN.
    pub fn describe_activity(&self, arn: &str) -> Result<Activity, HostError> {
        let name = activity_name(arn);
        match self.executor().activities.creation_date(name) {
            Some(creation_date) => Ok(Activity {
                arn: self.activity_arn(name),
                name: name.to_owned(),
                creation_date,
            }),
            None => Err(HostError::ActivityDoesNotExist { arn: arn.to_owned() }),
        }
    }

    /// Lists the activities by name.
    pub fn list_activities(&self) -> Vec<Activity> {
        let all = self.executor().activities.all().into_iter();
        all.map(|(name, creation_date)| Activity {
            arn: self.activity_arn(&name),
            name,
            creation_date,
        })
        .collect()
    }

    /// Takes a task of an activity, for a worker: the one that has waited longest. Where none comes for 60 seconds it
    /// answers none, and the worker asks again. From then on the clocks of the task run (TO-1); it ends by its token.
    ///
    /// A worker that vanishes is noticed by the `HeartbeatSeconds` or `TimeoutSeconds` of the state only. One that lives
    /// in another process than the host outlives it with its token.
    ///
    /// # Errors
    /// When there is no activity of this ARN, when the store has failed, and when the host is shut down.
    pub async fn get_activity_task(
        &self,
        arn: &str,
        worker_name: Option<&str>,
    ) -> Result<Option<ActivityTask>, HostError> {
        let executor = self.executor();
        let mut closing = executor.closing.subscribe();
        let deadline = Instant::now() + POLL;
        loop {
            let popped = async {
                loop {
                    let mut queued = std::pin::pin!(executor.activities.queued());
                    // A task that comes between the look and the wait would be missed without this.
                    queued.as_mut().enable();
                    executor.takes_more()?;
                    let Activity { name, .. } = self.describe_activity(arn)?;
                    if let Some(popped) = executor.activities.pop(&name) {
                        return Ok::<_, HostError>(popped);
                    }
                    tokio::select! {
                        () = queued => {}
                        _ = closing.wait_for(|is_closing| *is_closing) => {}
                    }
                }
            };
            let popped = match timeout_at(deadline, popped).await {
                Ok(popped) => popped?,
                Err(_) => return Ok(None),
            };
            if let Some(task) = executor.take_task(popped, worker_name).await? {
                return Ok(Some(task));
            }
        }
    }

    fn activity_arn(&self, name: &str) -> String {
        let Options { region, account, .. } = &self.executor().options;
        format!("arn:aws:states:{region}:{account}:activity:{name}")
    }

    /// Ends the host: what runs is dropped and goes on with the next host on this store; what was answered is written. Then
    /// the store is closed.
    pub async fn shut_down(&self) {
        self.executor().shut_down().await;
    }

    /// The same, but for the handlers that are at work and for Express executions: they come to their end before, unless it
    /// takes them longer than `grace`. Meanwhile no other handler begins, nothing can be started, and workers are given no tasks.
    pub async fn shut_down_within(&self, grace: Duration) {
        // Those that take longer are dropped.
        let _ = timeout(grace, self.executor().drain()).await;
        self.shut_down().await;
    }
}

/// The name of the activity of this ARN.
fn activity_name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

/// Bytes that nobody can guess.
fn random<const N: usize>() -> Result<[u8; N], HostError> {
    let mut bytes = [0; N];
    let filled = OsRng.try_fill_bytes(&mut bytes);
    filled.map_err(|error| StoreError::new(format!("the system has no randomness: {error}")))?;
    Ok(bytes)
}

/// The name of an execution that was given none.
fn new_name() -> Result<String, HostError> {
    Ok(uuid::Builder::from_random_bytes(random()?).into_uuid().to_string())
}
