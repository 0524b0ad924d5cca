//! Activities and their workers.

use crate::support::start_time;
use asl_durable::{ActivityTask, ExecutionId, ExecutionStatus, Host, HostError, MemoryStore, Store};
use asl_runtime::{Execution, History, HistoryEvent, TaskContext, TaskError, Value, asl, json};
use chrono::TimeDelta;
use futures_util::future::join;
use futures_util::poll;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

asl!(pub mod review = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Review",
                "States": {
                    "Review": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:eu-west-1:123456789012:activity:review",
                        "TimeoutSeconds": 600,
                        "HeartbeatSeconds": 60,
                        "Retry": [{ "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 5, "MaxAttempts": 1 }],
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

/// Does the work where there are no workers.
struct Clerk;

impl review::Tasks for Clerk {
    async fn review(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        assert_eq!(cx.state(), "Review");
        if input == "nonsense" {
            return Err(TaskError::new("States.Runtime", "That cannot be reviewed."));
        }
        sleep(Duration::from_secs(2)).await;
        Ok(json!({ "reviewed by the clerk": input }))
    }
}

async fn open(store: &MemoryStore) -> Host {
    let host = Host::builder().machine::<review::Machine, _>(Arc::new(Clerk));
    host.start_time(start_time()).open(store.clone()).await.expect("a host")
}

const ARN: &str = "arn:aws:states:us-east-1:000000000000:activity:review";

async fn open_with_activity(store: &MemoryStore) -> Host {
    let host = open(store).await;
    assert_eq!(host.create_activity("review").await.expect("created").arn, ARN);
    host
}

async fn start(host: &Host, items: Value) -> String {
    host.start::<review::Machine>("n", items).await.expect("started").arn
}

async fn take(host: &Host, worker: Option<&str>) -> ActivityTask {
    loop {
        if let Some(task) = host.get_activity_task(ARN, worker).await.expect("an answer") {
            return task;
        }
    }
}

fn of_activity(history: &[HistoryEvent]) -> Vec<(&str, Option<&Value>)> {
    let events = history.iter().filter(|event| event.event_type.starts_with("Activity"));
    events
        .map(|event| {
            let details = event.details.as_ref();
            let worker = details.and_then(|details| details.members.get("workerName"));
            (event.event_type, worker)
        })
        .collect()
}

///
#[tokio::test(start_paused = true)]
async fn activities_are_created_once_and_kept() {
    let store = MemoryStore::new();
    let first = open(&store).await;
    let review = first.create_activity("review").await.expect("created");
    sleep(Duration::from_secs(5)).await;
    assert_eq!(first.create_activity("review").await, Ok(review.clone()));
    assert_eq!(
        first.create_activity("re view").await,
        Err(HostError::InvalidName { name: "re view".into() })
    );
    first.create_activity("other").await.expect("created");
    first.shut_down().await;
    let second = open(&store).await;
    assert_eq!(second.describe_activity(ARN), Ok(review));
    let names = |host: &Host| {
        host.list_activities()
            .into_iter()
            .map(|one| one.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&second), ["other", "review"]);
    assert_eq!(second.delete_activity(ARN).await, Ok(()));
    assert_eq!(second.delete_activity(ARN).await, Ok(()));
    let unknown = || HostError::ActivityDoesNotExist { arn: ARN.into() };
    assert_eq!(second.describe_activity(ARN), Err(unknown()));
    assert_eq!(second.get_activity_task(ARN, None).await, Err(unknown()));
    assert_eq!(names(&second), ["other"]);
}

/// EV-15
#[tokio::test(start_paused = true)]
async fn workers_share_the_tasks_of_an_activity() {
    let host = open_with_activity(&MemoryStore::new()).await;
    let before = Instant::now();
    assert_eq!(host.get_activity_task(ARN, None).await, Ok(None));
    assert_eq!(before.elapsed(), Duration::from_secs(60));
    // One waits for the task before there is any.
    let (ada, arn) = join(take(&host, Some("ada")), start(&host, json!(["a", "b"]))).await;
    let other = take(&host, None).await;
    assert_eq!((&ada.input, &other.input), (&json!("a"), &json!("b")));
    host.send_task_success(&other.token, json!(2)).await.expect("accepted");
    host.send_task_success(&ada.token, json!(1)).await.expect("accepted");
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.output, Some(json!([1, 2])));
    let history = host.history(&arn).await.expect("a history");
    let ada = json!("ada");
    assert_eq!(
        of_activity(&history),
        [
            ("ActivityScheduled", None),
            ("ActivityScheduled", None),
            ("ActivityStarted", Some(&ada)),
            ("ActivityStarted", None),
            ("ActivitySucceeded", None),
            ("ActivitySucceeded", None),
        ]
    );
}

/// TO-1, TO-3, X-104
#[tokio::test(start_paused = true)]
async fn a_worker_that_vanishes_is_noticed() {
    let host = open_with_activity(&MemoryStore::new()).await;
    let arn = start(&host, json!(["a"])).await;
    // The clocks do not run as long as nobody has taken it.
    sleep(Duration::from_secs(3600)).await;
    let first = take(&host, None).await;
    sleep(Duration::from_secs(50)).await;
    host.send_task_heartbeat(&first.token).await.expect("accepted");
    sleep(Duration::from_secs(50)).await;
    host.send_task_heartbeat(&first.token).await.expect("accepted");
    // Nothing is heard of it any more: the task fails, and is tried again.
    let second = take(&host, None).await;
    assert_eq!(second.input, json!("a"));
    assert_ne!(second.token, first.token);
    assert_eq!(
        host.send_task_success(&first.token, json!(1)).await,
        Err(HostError::TaskTimedOut)
    );
    let beats = async {
        while host.send_task_heartbeat(&second.token).await.is_ok() {
            sleep(Duration::from_secs(50)).await;
        }
    };
    let (ended, ()) = join(host.wait(&arn), beats).await;
    let ended = ended.expect("ended");
    assert_eq!(
        (ended.status, ended.error.as_deref()),
        (ExecutionStatus::Failed, Some("States.Timeout"))
    );
    let seconds = (ended.stop_date.expect("an end") - ended.start_date).num_seconds();
    assert_eq!(seconds, 3600 + 100 + 60 + 5 + 600);
}

/// What waits for a worker waits on, and what a worker has taken stays its own, whatever becomes of the host.
#[tokio::test(start_paused = true)]
async fn tasks_outlive_the_host() {
    let store = MemoryStore::new();
    let first = open_with_activity(&store).await;
    let arn = start(&first, json!(["a", "b"])).await;
    let taken = take(&first, Some("ada")).await;
    let before = first.history(&arn).await.expect("a history");
    first.shut_down().await;
    let second = open(&store).await;
    assert_eq!(second.history(&arn).await, Ok(before));
    let other = take(&second, None).await;
    assert_eq!((&taken.input, &other.input), (&json!("a"), &json!("b")));
    second
        .send_task_success(&taken.token, json!(1))
        .await
        .expect("accepted");
    second
        .send_task_success(&other.token, json!(2))
        .await
        .expect("accepted");
    let ended = second.wait(&arn).await.expect("ended");
    assert_eq!(ended.output, Some(json!([1, 2])));
}

/// A task that nobody waits for any more is not handed out.
#[tokio::test(start_paused = true)]
async fn tasks_of_a_stopped_execution_are_gone() {
    let host = open_with_activity(&MemoryStore::new()).await;
    let arn = start(&host, json!(["a"])).await;
    sleep(Duration::from_secs(1)).await;
    host.stop(&arn, None, None).await.expect("stopped");
    assert_eq!(host.get_activity_task(ARN, None).await, Ok(None));
}

/// nothing is scheduled, whether the execution runs on or is looked at later; a new activity of that name works again.
#[tokio::test(start_paused = true)]
async fn a_deleted_activity_does_not_exist() {
    let store = MemoryStore::new();
    let first = open_with_activity(&store).await;
    first.delete_activity(ARN).await.expect("deleted");
    let arn = start(&first, json!(["a"])).await;
    let ended = first.wait(&arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.Runtime"));
    let cause = "An error occurred while executing the state 'Review' (entered at the event id #5). \
                 The activity arn:aws:states:eu-west-1:123456789012:activity:review does not exist.";
    assert_eq!(ended.cause.as_deref(), Some(cause));
    let types = |history: Vec<HistoryEvent>| history.iter().map(|event| event.event_type).collect::<Vec<_>>();
    let failed = [
        "ExecutionStarted",
        "MapStateEntered",
        "MapStateStarted",
        "MapIterationStarted",
        "TaskStateEntered",
        "MapIterationFailed",
        "TaskStateAborted",
        "MapStateFailed",
        "ExecutionFailed",
    ];
    assert_eq!(types(first.history(&arn).await.expect("a history")), failed);
    first.shut_down().await;
    let second = open(&store).await;
    let gone = || HostError::ActivityDoesNotExist { arn: ARN.into() };
    assert_eq!(second.describe_activity(ARN), Err(gone()));
    second.redrive(&arn).await.expect("redriven");
    assert_eq!(second.wait(&arn).await.expect("ended").cause.as_deref(), Some(cause));
    let again = types(second.history(&arn).await.expect("a history"));
    assert_eq!(again[..9], failed);
    assert_eq!(
        again[9..],
        [
            "ExecutionRedriven",
            "MapIterationFailed",
            "TaskStateAborted",
            "MapStateFailed",
            "ExecutionFailed"
        ]
    );
    second.create_activity("review").await.expect("created");
    second.redrive(&arn).await.expect("redriven");
    let task = take(&second, None).await;
    second.send_task_success(&task.token, json!(1)).await.expect("accepted");
    assert_eq!(second.wait(&arn).await.expect("ended").output, Some(json!([1])));
    let events = second.history(&arn).await.expect("a history");
    assert_eq!(of_activity(&events).len(), 3);
}

/// What waited for a worker when its activity was deleted waits on, also where its execution comes back into memory.
#[tokio::test(start_paused = true)]
async fn a_task_outlives_its_activity() {
    let store = MemoryStore::new();
    let first = open_with_activity(&store).await;
    let arn = start(&first, json!(["a"])).await;
    sleep(Duration::from_secs(3600)).await;
    first.delete_activity(ARN).await.expect("deleted");
    first.shut_down().await;
    let second = open(&store).await;
    assert_eq!(second.history(&arn).await.expect("a history").len(), 6);
    second.create_activity("review").await.expect("created");
    let task = take(&second, None).await;
    second.send_task_success(&task.token, json!(1)).await.expect("accepted");
    assert_eq!(second.wait(&arn).await.expect("ended").output, Some(json!([1])));
}

/// EV-19: what the handler says cannot be started was not scheduled, on a host as in memory.
#[tokio::test(start_paused = true)]
async fn a_handler_may_refuse_a_task() {
    let host = open(&MemoryStore::new()).await;
    let arn = start(&host, json!(["nonsense"])).await;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.Runtime"));
    let in_memory = History::new(Execution::new());
    let error = review::run_on(&in_memory, &Clerk, json!(["nonsense"]))
        .await
        .expect_err("an error");
    assert_eq!(ended.cause.as_deref(), error.cause());
    let seen = |history: Vec<HistoryEvent>| {
        let seen = history
            .iter()
            .map(|event| (event.id, event.previous_id, event.event_type));
        seen.collect::<Vec<_>>()
    };
    let history = seen(host.history(&arn).await.expect("a history"));
    assert_eq!(history, seen(in_memory.events()));
    assert!(
        history
            .iter()
            .all(|(.., event_type)| !event_type.starts_with("Activity"))
    );
}

/// Without the activity its handler does the work, with the same events in the same order in every life.
#[tokio::test(start_paused = true)]
async fn without_an_activity_the_handler_works() {
    let store = MemoryStore::new();
    let host = open(&store).await;
    let arn = start(&host, json!(["a", "b"])).await;
    sleep(Duration::from_secs(1)).await;
    let under_way = host.history(&arn).await.expect("a history");
    assert_eq!(
        of_activity(&under_way)
            .iter()
            .filter(|(name, _)| *name == "ActivityStarted")
            .count(),
        2
    );
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        ended.output,
        Some(json!([{ "reviewed by the clerk": "a" }, { "reviewed by the clerk": "b" }]))
    );
    let history = host.history(&arn).await.expect("a history");
    assert_eq!(history[..under_way.len()], under_way);
}

/// An execution whose task waits for a worker, or is with one, is not in memory; it is due when the worker has been silent
/// for too long.
#[tokio::test(start_paused = true)]
async fn what_waits_for_a_worker_leaves_memory() {
    let mut store = MemoryStore::new();
    let host = open_with_activity(&store).await;
    let arn = start(&host, json!(["a"])).await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(store.due(start_time(), ExecutionId(0), 1), Ok(Vec::new()));
    let due = |seconds| Ok(Some(start_time() + TimeDelta::seconds(seconds)));
    // The longest time of an execution.
    assert_eq!(store.next_due(start_time()), due(365 * 86_400));
    let queued = store.queued().expect("a store");
    let [task] = queued.as_slice() else {
        panic!("{queued:?}")
    };
    assert_eq!(
        (task.activity.as_str(), task.place.as_str()),
        ("review", "Each.0[0]/Review.0")
    );
    let taken = take(&host, Some("ada")).await;
    assert_eq!((&taken.token, &taken.input), (&task.token, &json!("a")));
    assert_eq!(store.queued(), Ok(Vec::new()));
    sleep(Duration::from_secs(5)).await;
    assert_eq!(store.next_due(start_time()), due(5 + 60));
    host.send_task_heartbeat(&taken.token).await.expect("accepted");
    sleep(Duration::from_secs(5)).await;
    assert_eq!(store.next_due(start_time()), due(10 + 60));
    host.send_task_success(&taken.token, json!(1)).await.expect("accepted");
    assert_eq!(host.wait(&arn).await.expect("ended").output, Some(json!([1])));
}

/// The last heartbeat counts, whatever brings the execution into memory, and in which process.
#[tokio::test(start_paused = true)]
async fn heartbeats_outlive_the_host() {
    let store = MemoryStore::new();
    let first = open_with_activity(&store).await;
    let arn = start(&first, json!(["a", "b"])).await;
    let [a, b] = [take(&first, None).await, take(&first, None).await];
    sleep(Duration::from_secs(40)).await;
    first.send_task_heartbeat(&a.token).await.expect("accepted");
    first.shut_down().await;
    let second = Host::builder()
        .machine::<review::Machine, _>(Arc::new(Clerk))
        .start_time(start_time() + TimeDelta::seconds(50))
        .open(store.clone())
        .await
        .expect("a host");
    // `b` has been silent for 60 seconds before `a` has.
    sleep(Duration::from_secs(20)).await;
    let gone = second.send_task_success(&b.token, json!(2)).await;
    assert_eq!(gone, Err(HostError::TaskTimedOut));
    second.send_task_success(&a.token, json!(1)).await.expect("in time");
    let again = take(&second, None).await;
    assert_eq!(again.input, json!("b"));
    second
        .send_task_success(&again.token, json!(2))
        .await
        .expect("accepted");
    assert_eq!(second.wait(&arn).await.expect("ended").output, Some(json!([1, 2])));
}

/// The first task is the one that has waited longest, also of executions that are not in memory.
#[tokio::test(start_paused = true)]
async fn the_queue_outlives_the_host() {
    let store = MemoryStore::new();
    let first = open_with_activity(&store).await;
    for name in ["c", "a", "b"] {
        let input = json!([name]);
        first.start::<review::Machine>(name, input).await.expect("started");
        sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(take(&first, None).await.input, json!("c"));
    first.shut_down().await;
    let second = open(&store).await;
    let stopped = "arn:aws:states:us-east-1:000000000000:execution:review:a";
    second.stop(stopped, None, None).await.expect("stopped");
    assert_eq!(take(&second, None).await.input, json!("b"));
    assert_eq!(second.get_activity_task(ARN, None).await, Ok(None));
}

/// A worker that gives up before it has a task leaves it to the others.
#[tokio::test(start_paused = true)]
async fn a_worker_may_give_up() {
    let store = MemoryStore::new();
    let host = open_with_activity(&store).await;
    start(&host, json!(["a"])).await;
    sleep(Duration::from_secs(5)).await;
    {
        let mut gives_up = pin!(host.get_activity_task(ARN, None));
        assert!(poll!(gives_up.as_mut()).is_pending());
    }
    assert_eq!(take(&host, None).await.input, json!("a"));
}
