//! A machine with every kind of operation, and the world around it: what its tasks do, who answers its tokens, who works for
//! its activity. What is asked of the world outlives a host, and may outlive a process.

use asl_durable::{Builder, ExecutionStatus, Filter, Host, HostError, start_execution};
use asl_runtime::{BoxFuture, Family, Handler, Pattern, TaskContext, TaskError, Untyped, Value, include_asl, json};
use chrono::{DateTime, Utc};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

include_asl!(pub mod everything = "tests/everything/everything.asl.json");
include_asl!(pub mod errand = "tests/everything/errand.asl.json");

/// The ARN of the activity.
const REVIEW: &str = "arn:aws:states:us-east-1:000000000000:activity:review";

pub fn start_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a time")
}

/// An execution that is broken fails at its end, once: then it can be redriven.
pub fn input(is_broken: bool) -> Value {
    json!({
        "items": [
            { "wrap": 1, "send": 4 },
            { "wrap": 16, "send": 64 },
            { "wrap": 256, "send": 1024 }
        ],
        "chances": [
            { "work": "try", "seconds": 1, "faults": 1 },
            { "work": "try", "seconds": 4 },
            { "work": "try", "seconds": 16, "faults": 1 },
            { "work": "try", "seconds": 64 }
        ],
        "rounds": 0,
        "broken": is_broken
    })
}

/// Takes down what is asked of the world.
pub trait Diary: Send + Sync + 'static {
    /// This attempt begins: of the execution of this name, at this place of its journal.
    fn called(&self, execution: &str, place: &str, cx: &TaskContext<'_>);

    /// There is this token from now on: whoever keeps it has kept it when this answers.
    fn asked(&self, token: &str);
}

/// The handlers, and what they know of.
pub struct World<D> {
    pub diary: D,
    tokens: watch::Sender<Vec<String>>,
}

impl<D: Diary> World<D> {
    /// One that knows these tokens.
    pub fn new(diary: D, tokens: Vec<String>) -> Arc<Untyped<World<D>>> {
        let tokens = watch::Sender::new(tokens);
        Arc::new(Untyped(World { diary, tokens }))
    }

    fn ask(&self, token: &str) {
        self.diary.asked(token);
        self.tokens.send_modify(|tokens| tokens.push(token.to_owned()));
    }

    /// Answers all tokens that there are and come, each after a time, as long as the host takes answers.
    pub async fn answer(&self, host: &Host) {
        let mut tokens = self.tokens.subscribe();
        for next in 0.. {
            let known = tokens.wait_for(|tokens| tokens.len() > next).await;
            let token = known.expect("the world goes on")[next].clone();
            sleep(Duration::from_secs(4)).await;
            match host.send_task_success(&token, json!("answered")).await {
                // It was answered in an earlier life, or the start of its execution was never written.
                Ok(()) | Err(HostError::TaskTimedOut | HostError::InvalidToken) => {}
                Err(_) => pending().await,
            }
        }
    }

    /// Works for the activity. So many of the first tasks are never heard of again.
    pub async fn work(&self, host: &Host, mut vanished: usize) {
        if host.create_activity("review").await.is_err() {
            pending().await
        }
        loop {
            match host.get_activity_task(REVIEW, Some("ada")).await {
                Ok(Some(_)) if vanished > 0 => vanished -= 1,
                Ok(Some(task)) => self.ask(&task.token),
                Ok(None) => {}
                Err(_) => pending().await,
            }
        }
    }

    async fn task(&self, cx: &TaskContext<'_>, mut input: Value) -> Result<Value, TaskError> {
        let (pattern, is_start) = (cx.resource().pattern, cx.resource().service == "states");
        assert!(cx.resource().family != Family::Activity, "it has a worker");
        match input["place"].as_str() {
            // An item of a distributed Map is an execution of its own for the service, and a part of this one for the journal.
            Some(place) => {
                let execution = input["execution"].as_str().expect("a name");
                self.diary.called(execution, place, cx);
                input = input["chance"].take();
            }
            None => self.diary.called(cx.execution_name(), &cx.position(), cx),
        }
        if is_start {
            return start_execution(cx, input).await;
        }
        match pattern {
            Pattern::WaitForTaskToken => {
                self.ask(input["MessageBody"]["token"].as_str().expect("a token"));
                return Ok(json!({}));
            }
            Pattern::Sync | Pattern::Sync2 => {
                let job = json!({ "JobId": cx.idempotency_key() });
                match cx.submission() {
                    Some(submitted) => assert_eq!(*submitted, job),
                    None => cx.submitted(job).await,
                }
                input = input["Parameters"].take();
            }
            Pattern::RequestResponse => {}
        }
        sleep(Duration::from_secs(input["seconds"].as_u64().expect("a number"))).await;
        let is_broken = input["broken"] == true && input["redrives"] == 0;
        let faults = input["faults"].as_u64().unwrap_or_default() + u64::from(is_broken);
        match u64::from(cx.attempt()) < faults {
            true => Err(TaskError::new(input["error"].as_str().unwrap_or("Fault"), "as asked")),
            false => Ok(json!({ "did": input["work"] })),
        }
    }
}

impl<D: Diary> Handler for World<D> {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        Box::pin(self.task(cx, input))
    }
}

/// A host in this world.
pub fn builder<D: Diary>(world: &Arc<Untyped<World<D>>>) -> Builder {
    Host::builder()
        .machine::<everything::Machine, _>(world.clone())
        .machine::<errand::Machine, _>(world.clone())
}

/// Starts an execution, or finds that it was started in an earlier life, and waits for its end and that of those that it
/// has started.
pub async fn run<D: Diary>(
    host: &Host,
    world: &World<D>,
    name: &str,
    is_broken: bool,
    vanished: usize,
) -> Result<ExecutionStatus, HostError> {
    let whole = async {
        let started = host.start::<everything::Machine>(name, input(is_broken)).await;
        let arn = match started {
            Ok(started) => started.arn,
            Err(HostError::ExecutionAlreadyExists { arn }) => arn,
            Err(error) => return Err(error),
        };
        end(host, &arn).await
    };
    tokio::select! {
        ended = whole => ended,
        () = world.answer(host) => unreachable!("it is pending"),
        () = world.work(host, vanished) => unreachable!("it is pending"),
    }
}

/// Waits for the end of an execution, and of all others.
pub async fn end(host: &Host, arn: &str) -> Result<ExecutionStatus, HostError> {
    let ended = host.wait(arn).await?;
    for execution in host.list(Filter::default()).await?.executions {
        host.wait(&execution.arn).await?;
    }
    Ok(ended.status)
}
