//! What a host does for its users.

mod activities;
mod anywhere;
mod clocks;
mod crashes;
mod dropped;
#[path = "../everything/mod.rs"]
mod everything;
mod express;
mod faults;
mod file;
mod halted;
mod limits;
mod lives;
mod nested;
mod redrive;
mod redriven_lanes;
mod redriven_text;
mod room;
mod simulation;
mod support;
mod threads;

use asl_durable::{
    Entry, ExecutionId, ExecutionStatus, Filter, HistoryRange, Host, HostError, Kind, MemoryStore, Record, Store, Write,
};
use asl_runtime::{Machine, Value, json};
use std::time::Duration;
use support::{Guide, hello, host, input, journey, open, start_time, stroll};
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn an_execution_runs_to_its_end() {
    let (host, guide) = open(&MemoryStore::new()).await;
    let started = host.start::<journey::Machine>("alps", input()).await.expect("started");
    assert_eq!(
        started.arn,
        "arn:aws:states:us-east-1:000000000000:execution:journey:alps"
    );
    guide.answer(&host).await;
    let ended = host.wait(&started.arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    let output = ended.output.expect("an output");
    assert_eq!(output["walked"], json!(["hut 0", "hut 1", "hut 2"]));
    assert_eq!(output["way"], "left");
    assert_eq!(output["lost"]["Error"], "Drowned");
    assert_eq!(
        (ended.stop_date.expect("an end") - ended.start_date).num_seconds(),
        2 + 4 + 3600 + 120 + 15
    );
    assert_eq!(
        guide.calls(),
        [
            "pack", "pack", "pack", "walk 0", "walk 1", "walk 2", "ask", "hail", "swim"
        ]
    );
}

///
#[tokio::test(start_paused = true)]
async fn names_are_unique() {
    let (host, _) = open(&MemoryStore::new()).await;
    let first = host.start::<journey::Machine>("alps", input()).await.expect("started");
    assert_eq!(host.start::<journey::Machine>("alps", input()).await, Ok(first.clone()));
    let exists = Err(HostError::ExecutionAlreadyExists { arn: first.arn.clone() });
    assert_eq!(host.start::<journey::Machine>("alps", json!({})).await, exists);
    host.stop(&first.arn, None, None).await.expect("stopped");
    assert_eq!(host.start::<journey::Machine>("alps", input()).await, exists);
    for name in ["", "a b", "a/b", "a\u{7f}", &"x".repeat(81)] {
        let name = name.to_owned();
        let answer = host.start::<journey::Machine>(&name, input()).await;
        assert_eq!(answer, Err(HostError::InvalidName { name }));
    }
    let long = Value::String("x".repeat(262_144));
    let answer = host.start::<journey::Machine>("long", long).await;
    assert_eq!(answer, Err(HostError::InvalidExecutionInput));
    let answer = host.start::<hello::Machine>("nobody", json!({})).await;
    assert!(matches!(answer, Err(HostError::StateMachineDoesNotExist { machine, .. }) if machine == "hello"));
    let arn = "arn:aws:states:us-east-1:000000000000:execution:journey:nobody".to_owned();
    assert_eq!(host.describe(&arn).await, Err(HostError::ExecutionDoesNotExist { arn }));
}

///
#[tokio::test(start_paused = true)]
async fn who_gives_no_name_gets_a_uuid() {
    let (host, _) = open(&MemoryStore::new()).await;
    let mut arns = Vec::new();
    for _ in 0..2 {
        let started = host.start_unnamed::<stroll::Machine>(json!(1)).await.expect("started");
        let ended = host.wait(&started.arn).await.expect("ended");
        let uuid = uuid::Uuid::parse_str(&ended.name).expect("a UUID");
        assert_eq!((uuid.get_version_num(), ended.name), (4, uuid.to_string()));
        arns.push(started.arn);
    }
    assert_ne!(arns[0], arns[1]);
}

///
#[tokio::test(start_paused = true)]
async fn a_stopped_execution_is_aborted() {
    let (host, _) = open(&MemoryStore::new()).await;
    let arn = host
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    // It waits, and has left memory.
    sleep(Duration::from_secs(600)).await;
    let ended = host
        .stop(&arn, Some("Rain".into()), Some("it rains".into()))
        .await
        .expect("stopped");
    assert_eq!(ended.status, ExecutionStatus::Aborted);
    assert_eq!(
        (ended.error.as_deref(), ended.cause.as_deref()),
        (Some("Rain"), Some("it rains"))
    );
    // One that has ended is left as it is.
    assert_eq!(host.stop(&arn, None, None).await.expect("ended"), ended);
    let history = host.history(&arn).await.expect("a history");
    let last = history.last().expect("an event");
    assert_eq!((last.event_type, last.previous_id), ("ExecutionAborted", 0));
}

///
#[tokio::test(start_paused = true)]
async fn tokens() {
    let (host, guide) = open(&MemoryStore::new()).await;
    let arn = host
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    for token in ["", "1", "1.0", "x.y", "7fffffffffffffff.0", "99.a"] {
        let answer = host.send_task_success(token, json!(1)).await;
        assert_eq!(answer, Err(HostError::InvalidToken), "{token}");
    }
    let token = guide.token().await;
    // It waits for the token only, and has left memory.
    sleep(Duration::from_secs(60)).await;
    assert_eq!(host.send_task_heartbeat(&token).await, Ok(()));
    assert_eq!(host.send_task_failure(&token, Some("Lost".into()), None).await, Ok(()));
    let closed = Err(HostError::TaskTimedOut);
    assert_eq!(host.send_task_success(&token, json!(1)).await, closed);
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        (ended.status, ended.error.as_deref()),
        (ExecutionStatus::Failed, Some("Lost"))
    );
    assert_eq!(host.send_task_success(&token, json!(1)).await, closed);
    assert_eq!(host.send_task_heartbeat(&token).await, closed);
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_never_comes_times_out() {
    let (host, guide) = open(&MemoryStore::new()).await;
    let arn = host
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    let token = guide.token().await;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        (ended.status, ended.error.as_deref()),
        (ExecutionStatus::Failed, Some("States.Timeout"))
    );
    assert_eq!(
        host.send_task_success(&token, json!(1)).await,
        Err(HostError::TaskTimedOut)
    );
}

#[tokio::test(start_paused = true)]
async fn lists_are_filtered_and_paged() {
    let (host, _) = open(&MemoryStore::new()).await;
    for number in 0..5 {
        let name = format!("n{number}");
        host.start::<journey::Machine>(&name, input()).await.expect("started");
    }
    let arn = "arn:aws:states:us-east-1:000000000000:execution:journey:n3";
    host.stop(arn, None, None).await.expect("stopped");
    let names = |page: &asl_durable::Page| page.executions.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let running = Filter {
        machine: Some("journey".into()),
        status: Some(ExecutionStatus::Running),
        limit: 2,
        ..Filter::default()
    };
    let page = host.list(running.clone()).await.expect("a page");
    assert_eq!(names(&page), ["n4", "n2"]);
    let rest = Filter {
        before: page.next,
        limit: 10,
        ..running
    };
    let page = host.list(rest).await.expect("a page");
    assert_eq!(
        (names(&page), page.next),
        (vec!["n1".to_owned(), "n0".to_owned()], None)
    );
    let others = Filter {
        machine: Some("hello".into()),
        limit: 10,
        ..Filter::default()
    };
    assert!(host.list(others).await.expect("a page").executions.is_empty());
}

#[tokio::test(start_paused = true)]
async fn histories_are_paged_in_both_orders() {
    let (host, _) = open(&MemoryStore::new()).await;
    let arn = host.start::<journey::Machine>("n", input()).await.expect("started").arn;
    host.stop(&arn, None, None).await.expect("stopped");
    let whole = host.history(&arn).await.expect("a history");
    assert!(whole.len() > 3, "there is more than a page");
    for reverse_order in [false, true] {
        let mut range = HistoryRange {
            reverse_order,
            limit: 3,
            ..HistoryRange::default()
        };
        let mut events = Vec::new();
        loop {
            let page = host.history_page(&arn, range).await.expect("a page");
            assert!(page.events.len() == 3 || page.next.is_none());
            events.extend(page.events);
            range.from = page.next;
            if page.next.is_none() {
                break;
            }
        }
        if reverse_order {
            events.reverse();
        }
        assert_eq!(events, whole);
    }
    // EV-5
    let range = HistoryRange {
        include_execution_data: false,
        ..HistoryRange::default()
    };
    let page = host.history_page(&arn, range).await.expect("a page");
    assert_eq!(page.events.len(), whole.len());
    let details = page.events.iter().filter_map(|event| event.details.as_ref());
    let names: Vec<&str> = details
        .flat_map(|details| details.members.keys().map(String::as_str))
        .collect();
    assert!(names.contains(&"name") && names.contains(&"resource"));
    assert!(
        ["input", "output", "parameters"]
            .iter()
            .all(|data| !names.contains(data))
    );
}

/// A host that has nothing of an execution in memory writes nothing and calls nobody.
#[tokio::test(start_paused = true)]
async fn an_execution_of_an_unknown_version_is_kept() {
    let store = MemoryStore::new();
    let (first, _) = open(&store).await;
    let arn = first
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    first.shut_down().await;
    let without = asl_durable::Host::builder().open(store.clone()).await.expect("a host");
    let error = without.wait(&arn).await.expect_err("its machine is not there");
    assert!(
        error.to_string().contains("the host has no machine `journey`"),
        "{error}"
    );
    let commits = store.commits();
    without.shut_down().await;
    assert_eq!(store.commits(), commits);
    let guide = Guide::default();
    let again = host(&store, &guide).await;
    guide.answer(&again).await;
    assert_eq!(
        again.wait(&arn).await.expect("ended").status,
        ExecutionStatus::Succeeded
    );
}

/// One that is due, and cannot go on, keeps nobody else from it.
#[tokio::test(start_paused = true)]
async fn a_due_execution_of_an_unknown_version_is_in_nobodys_way() {
    let store = MemoryStore::new();
    let (first, _) = open(&store).await;
    let arn = first
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    sleep(Duration::from_secs(60)).await;
    first.shut_down().await;
    let builder = Host::builder().machine::<stroll::Machine, _>(Guide::default().into());
    let without = builder.start_time(start_time()).open(store).await.expect("a host");
    sleep(Duration::from_secs(7200)).await;
    let problem = without.describe(&arn).await.expect("it is there").problem;
    assert!(problem.is_some_and(|problem| problem.contains("`journey`")));
    let other = without
        .start::<stroll::Machine>("park", json!(1))
        .await
        .expect("started");
    assert_eq!(
        without.wait(&other.arn).await.expect("ended").status,
        ExecutionStatus::Succeeded
    );
}

/// A journal that the code cannot have written stops its execution, and loses nothing.
#[tokio::test(start_paused = true)]
async fn a_journal_of_other_code_is_left_alone() {
    let mut store = MemoryStore::new();
    let definition = journey::Machine::DEFINITION;
    let record = Record {
        id: ExecutionId(1),
        arn: "arn".into(),
        machine: definition.name.into(),
        name: "alps".into(),
        sha256: definition.sha256.into(),
        seed: [1; 32],
        input: input().to_string(),
        start_date: start_time(),
        end: None,
        redrive_count: 0,
        redrive_date: None,
    };
    let entry = |place: &str, value: &str| Entry {
        place: place.into(),
        kind: Kind::Succeeded,
        attempt: 0,
        time: start_time(),
        value: Some(value.into()),
        since: None,
    };
    let append = |entry| Write::Append {
        execution: ExecutionId(1),
        sequence: 0,
        entry,
    };
    store
        .commit(&[Write::Start(Box::new(record)), append(entry("Elsewhere.0", "1"))])
        .expect("written");
    let host = host(&store, &Guide::default()).await;
    let error = host.wait("arn").await.expect_err("other code").to_string();
    let parts = [
        "the task of `Elsewhere.0`, attempt 0",
        "the code waits for the end of the execution, the task of `Pack.0`, attempt 0",
    ];
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    assert!(host.history("arn").await.is_err());
    assert_eq!(store.journal(ExecutionId(1)), Ok(vec![entry("Elsewhere.0", "1")]));
    let description = host.describe("arn").await.expect("it is there");
    assert_eq!(description.status, ExecutionStatus::Running);
}

/// A handler that panics takes nothing with it but its own execution, until the next host.
#[tokio::test(start_paused = true)]
async fn a_panic_halts_its_execution_only() {
    let store = MemoryStore::new();
    let (first, _) = open(&store).await;
    let arn = first
        .start::<stroll::Machine>("cliff", json!("panic"))
        .await
        .expect("started")
        .arn;
    let error = first.wait(&arn).await.expect_err("it panics");
    assert!(
        error.to_string().ends_with("a handler panicked: it was asked to"),
        "{error}"
    );
    let other = first.start::<stroll::Machine>("park", json!(1)).await.expect("started");
    assert_eq!(
        first.wait(&other.arn).await.expect("ended").status,
        ExecutionStatus::Succeeded
    );
    assert_eq!(
        first.describe(&arn).await.expect("it is there").status,
        ExecutionStatus::Running
    );
}
