//! Executions that leave memory and come back, and hosts that are away meanwhile.

use crate::support::{Guide, host, input, journey, open, start_time};
use asl_durable::{
    Entry, ExecutionId, ExecutionStatus, Filter, Host, HostError, Kind, MemoryStore, Record, Store, Write,
};
use asl_runtime::{Machine, TaskContext, TaskError, Untyped, Value, asl, handler_fn, json};
use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

asl!(pub mod ask = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": { "QueueUrl": "https://queue.example/questions", "MessageBody": { "token.$": "$$.Task.Token" } },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Pass", "End": true }
    }
});

/// Hands each token on.
struct Asker(mpsc::UnboundedSender<String>);

asl!(pub mod carry = {
    "StartAt": "Carry",
    "States": {
        "Carry": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:carry", "Next": "Rest" },
        "Rest": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:carry", "End": true }
    }
});

/// Carries for as many seconds as it is told.
#[derive(Default)]
struct Porter(Mutex<Vec<String>>);

impl Porter {
    fn calls(&self) -> Vec<String> {
        self.0.lock().expect("calls").clone()
    }
}

impl carry::Tasks for Porter {
    async fn carry(&self, cx: &TaskContext<'_>, seconds: Value) -> Result<Value, TaskError> {
        self.0.lock().expect("calls").push(cx.state().to_owned());
        sleep(Duration::from_secs(seconds.as_u64().expect("a number"))).await;
        Ok(seconds)
    }
}

async fn open_porter(store: &MemoryStore) -> (Host, Arc<Porter>) {
    let porter = Arc::<Porter>::default();
    let host = Host::builder().machine::<carry::Machine, _>(porter.clone());
    let host = host.start_time(start_time()).open(store.clone()).await.expect("a host");
    (host, porter)
}

impl ask::Tasks for Asker {
    async fn sqs_send_message_wait_for_task_token(
        &self,
        _: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        let token = message["MessageBody"]["token"].as_str().expect("a token");
        self.0.send(token.to_owned()).expect("the test hears it");
        Ok(json!({}))
    }
}

/// What waits is in the store only, with the time when it is due.
#[tokio::test(start_paused = true)]
async fn what_waits_leaves_memory() {
    let mut store = MemoryStore::new();
    let (host, guide) = open(&store).await;
    host.start::<journey::Machine>("alps", input()).await.expect("started");
    sleep(Duration::from_secs(5)).await;
    // Between the attempts of the first task: two seconds, then four.
    let due = |seconds| Ok(Some(start_time() + TimeDelta::seconds(seconds)));
    assert_eq!(store.next_due(start_time()), due(6));
    sleep(Duration::from_secs(60)).await;
    assert_eq!(store.next_due(start_time()), due(6 + 3600));
    guide.token().await;
    sleep(Duration::from_secs(60)).await;
    // The time-out of the task.
    assert_eq!(store.next_due(start_time()), due(6 + 3600 + 120 + 86400));
}

/// A wait ends when it would have, or at once where that is past.
#[tokio::test(start_paused = true)]
async fn a_wait_goes_on_without_a_host() {
    for (away, over) in [(1800, 3606), (5000, 5000)] {
        let store = MemoryStore::new();
        let (first, guide) = open(&store).await;
        let arn = first
            .start::<journey::Machine>("alps", input())
            .await
            .expect("started")
            .arn;
        sleep(Duration::from_secs(600)).await;
        first.shut_down().await;
        let second = Host::builder()
            .machine::<journey::Machine, _>(guide.clone().into())
            .start_time(start_time() + TimeDelta::seconds(away))
            .open(store)
            .await
            .expect("a host");
        guide.token().await;
        let history = second.history(&arn).await.expect("a history");
        let exited = history
            .iter()
            .find(|event| event.event_type == "WaitStateExited")
            .expect("it is over");
        assert_eq!(
            (exited.timestamp - start_time()).num_seconds(),
            over,
            "away until {away}"
        );
    }
}

/// Whoever sends a result the moment that its execution leaves memory is not told that its task has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tokens_reach_executions_that_are_leaving() {
    let (tokens, mut asked) = mpsc::unbounded_channel();
    let builder = Host::builder().machine::<ask::Machine, _>(Asker(tokens).into());
    let host = builder
        .unload_after(Duration::ZERO)
        .open(MemoryStore::new())
        .await
        .expect("a host");
    let count = 300;
    let started = (0..count).map(|number| {
        let host = host.clone();
        async move {
            host.start::<ask::Machine>(&format!("n{number}"), json!({}))
                .await
                .expect("started")
                .arn
        }
    });
    let answered = async {
        for _ in 0..count {
            let token = asked.recv().await.expect("a token");
            let host = host.clone();
            tokio::spawn(async move { host.send_task_success(&token, json!(42)).await })
                .await
                .expect("no panic")
                .expect("accepted");
        }
    };
    let (arns, ()) = join(join_all(started), answered).await;
    for arn in arns {
        assert_eq!(host.wait(&arn).await.expect("ended").output, Some(json!(42)));
    }
}

/// An engine that cannot read its journal does not make an error of it that a Catcher takes; what does not fit the task is
/// one.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_no_error_of_the_machine() {
    for (text, kind) in [
        ("{", Kind::Succeeded),
        ("{", Kind::Failed),
        ("{", Kind::Submitted),
        ("7", Kind::Failed),
    ] {
        let mut store = MemoryStore::new();
        let definition = ask::Machine::DEFINITION;
        let record = Record {
            id: ExecutionId(1),
            arn: "arn".into(),
            machine: definition.name.into(),
            name: "n".into(),
            sha256: definition.sha256.into(),
            seed: [1; 32],
            input: "{}".into(),
            start_date: start_time(),
            end: None,
            redrive_count: 0,
            redrive_date: None,
        };
        let entry = Entry {
            place: "Ask.0".into(),
            kind,
            attempt: 0,
            time: start_time(),
            value: Some(text.into()),
            since: None,
        };
        let execution = record.id;
        let append = Write::Append {
            execution,
            sequence: 0,
            entry,
        };
        store
            .commit(&[Write::Start(Box::new(record)), append])
            .expect("written");
        let (tokens, _asked) = mpsc::unbounded_channel();
        let host = Host::builder()
            .machine::<ask::Machine, _>(Asker(tokens).into())
            .open(store)
            .await
            .expect("a host");
        let error = host.wait("arn").await.expect_err("it cannot be read").to_string();
        let wanted = "the journal's entry of the task of `Ask.0`, attempt 0 cannot be read";
        assert!(error.contains(wanted), "{kind:?}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_shut_down_says_so() {
    let (host, _) = open(&MemoryStore::new()).await;
    let arn = host
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    host.shut_down().await;
    assert_eq!(
        host.start::<journey::Machine>("jura", input()).await,
        Err(HostError::ShutDown)
    );
    assert_eq!(host.describe(&arn).await, Err(HostError::ShutDown));
    assert_eq!(host.wait(&arn).await, Err(HostError::ShutDown));
    assert_eq!(host.list(Filter::default()).await, Err(HostError::ShutDown));
    assert_eq!(host.history(&arn).await, Err(HostError::ShutDown));
    assert_eq!(host.send_task_success("1.0", json!(1)).await, Err(HostError::ShutDown));
    host.shut_down().await;
}

/// What is in the store and is not JSON is told, and not shown as something else.
#[tokio::test(start_paused = true)]
async fn an_execution_whose_input_is_not_json_is_told() {
    let mut store = MemoryStore::new();
    let guide = Guide::default();
    let definition = journey::Machine::DEFINITION;
    let record = Record {
        id: ExecutionId(1),
        arn: "arn".into(),
        machine: definition.name.into(),
        name: "n".into(),
        sha256: definition.sha256.into(),
        seed: [1; 32],
        input: "no JSON".into(),
        start_date: start_time(),
        end: None,
        redrive_count: 0,
        redrive_date: None,
    };
    store.commit(&[Write::Start(Box::new(record))]).expect("written");
    let host = host(&store, &guide).await;
    let error = host.describe("arn").await.expect_err("not JSON").to_string();
    assert!(
        error.contains("'arn' has an input or an output that is not JSON"),
        "{error}"
    );
}

/// Handlers may be one for all, as in memory.
#[tokio::test(start_paused = true)]
async fn one_handler_for_all_the_work() {
    let tasks = Untyped(handler_fn(|cx, input| {
        Box::pin(async move { Ok(json!([cx.state(), input])) })
    }));
    let builder = Host::builder().machine::<crate::support::stroll::Machine, _>(tasks.into());
    let host = builder
        .start_time(start_time())
        .open(MemoryStore::new())
        .await
        .expect("a host");
    let arn = host
        .start::<crate::support::stroll::Machine>("park", json!(1))
        .await
        .expect("started")
        .arn;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
    let step = json!({ "again": ["Step", 1] });
    assert_eq!(ended.output, Some(json!({ "again": ["Step", 1], "so": ["Far", step] })));
}

/// A host that is shut down with grace lets handlers come to their end, and begins no more of them.
#[tokio::test(start_paused = true)]
async fn what_is_under_way_may_end() {
    for (grace, is_enough) in [(60, true), (5, false)] {
        let store = MemoryStore::new();
        let (first, porter) = open_porter(&store).await;
        let arn = first
            .start::<carry::Machine>("n", json!(10))
            .await
            .expect("started")
            .arn;
        sleep(Duration::from_secs(1)).await;
        let begun = Instant::now();
        let refused = async {
            sleep(Duration::from_secs(2)).await;
            let refused = first.start::<carry::Machine>("other", json!(1)).await;
            assert_eq!(refused, Err(HostError::ShutDown));
        };
        join(first.shut_down_within(Duration::from_secs(grace)), refused).await;
        assert_eq!(begun.elapsed().as_secs(), if is_enough { 9 } else { 5 });
        assert_eq!(porter.calls(), ["Carry"]);
        let (second, again) = open_porter(&store).await;
        second.wait(&arn).await.expect("ended");
        let calls: &[&str] = if is_enough { &["Rest"] } else { &["Carry", "Rest"] };
        assert_eq!(again.calls(), calls);
    }
}

/// Histories are read by lives of their own, and executions are cut off in the middle: nothing of them keeps anything of
/// the host.
#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_host() {
    let (host, guide) = open(&MemoryStore::new()).await;
    let arn = host
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    guide.token().await;
    host.history(&arn).await.expect("a history");
    host.shut_down().await;
    drop(host);
    tokio::task::yield_now().await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

/// What a host does not begin any more while another handler takes its time is begun by the next one.
#[tokio::test(start_paused = true)]
async fn what_is_not_begun_is_due_at_once() {
    let store = MemoryStore::new();
    let (first, porter) = open_porter(&store).await;
    let short = first
        .start::<carry::Machine>("short", json!(2))
        .await
        .expect("started")
        .arn;
    let long = first
        .start::<carry::Machine>("long", json!(30))
        .await
        .expect("started")
        .arn;
    sleep(Duration::from_secs(1)).await;
    first.shut_down_within(Duration::from_secs(60)).await;
    assert_eq!(porter.calls(), ["Carry", "Carry"]);
    let (second, again) = open_porter(&store).await;
    let begun = Instant::now();
    for arn in [&short, &long] {
        let ended = second.wait(arn).await.expect("ended");
        assert_eq!(ended.status, ExecutionStatus::Succeeded);
    }
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!(again.calls(), ["Rest", "Rest"]);
}
