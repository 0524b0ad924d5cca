//! The `Engine` trait can carry a journal: an engine that writes down every operation under its key and every event under
//! its number, and in another process runs the machine over what is written, without asking a handler for anything.

mod engine;
mod handlers;
mod store;

use asl_runtime::{Error, Handler, Run, Untyped, Value, include_asl, json};
use engine::{JournalEngine, is_event};
use futures_util::future::{Either, select};
use handlers::{Nobody, Workers};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;
use std::{env, fs};
use store::{Entry, Journal, Kind};

include_asl!(
    /// Everything that a journal has to carry.
    mod journey = "journal/journey.asl.json"
);
include_asl!(
    /// Outcomes that depend on who is first.
    mod race = "journal/race.asl.json"
);

type Ended = Result<Value, Error>;

/// How a life ends before the execution does.
#[derive(Clone, Copy, PartialEq)]
enum Death {
    /// What has begun comes to its end.
    Quiet,
    /// What has begun is lost.
    Sudden,
}

/// One life of an execution: its end, or none where the life ends first.
fn life<H: Handler>(machine: &str, journal: Journal, handler: &H, budget: usize, death: Death) -> Option<Ended> {
    let input = json!({
        "groups": [[1, 2], [3], [], [4, 5, 6]],
        "items": [0, 1, 99, 2],
        "children": match machine {
            "journey" => json!([7, 13, 21]),
            _ => json!([{ "seconds": 1, "name": "One" }, { "seconds": 1 }, { "seconds": 2, "name": "Two" }, { "seconds": 3 }]),
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(async {
        let engine = JournalEngine::new(journal, budget);
        let tasks = Untyped(handler);
        let execution = async {
            match machine {
                "journey" => journey::Machine::run_on(&engine, &tasks, input).await,
                _ => race::Machine::run_on(&engine, &tasks, input).await,
            }
        };
        let over = async {
            match death {
                Death::Quiet => engine.halted().await,
                Death::Sudden => engine.crashed().await,
            }
        };
        let (execution, over, approver) = (pin!(execution), pin!(over), pin!(approve(&engine)));
        match select(execution, select(over, approver)).await {
            Either::Left((ended, _)) => Some(ended),
            Either::Right(_) => None,
        }
    })
}

/// Somebody outside who answers what is submitted, five seconds later.
async fn approve(engine: &JournalEngine) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let tokens: Vec<String> = engine.read(|journal| {
            let submitted = journal
                .entries()
                .iter()
                .filter(|entry| entry.key.kind == Kind::Submitted);
            submitted
                .filter_map(|entry| entry.value["token"].as_str().map(str::to_owned))
                .collect()
        });
        for token in tokens {
            // A token of a task that has ended is refused.
            let _ = engine.handle().send_task_success(&token, json!("approved"));
        }
    }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.jsonl"))
}

fn entries(path: &Path) -> Vec<Entry> {
    Journal::open(path).entries().to_vec()
}

/// The whole run, in one life.
fn whole(machine: &str, path: &Path) -> Ended {
    let journal = Journal::create(path);
    life(machine, journal, &Workers::default(), usize::MAX, Death::Quiet).expect("it ends")
}

const RECORD: &str = "ASL_TEST_RECORD";

/// What another process makes of a record, over handlers that panic.
fn elsewhere(machine: &str, path: &Path) -> Ended {
    let this = env::current_exe().expect("a program");
    let output = std::process::Command::new(this)
        .args(["--exact", "the_other_process", "--nocapture"])
        .env(RECORD, format!("{machine}:{}", path.display()))
        .output()
        .expect("it runs");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}\n{errors}");
    let line = text
        .lines()
        .find_map(|line| line.split_once("ended: "))
        .expect("an end")
        .1;
    serde_json::from_str(line).expect("a result")
}

/// Does nothing in a run of the tests: it is what `elsewhere` runs.
#[test]
fn the_other_process() {
    let Ok(record) = env::var(RECORD) else { return };
    let (machine, path) = record.split_once(':').expect("a machine and a path");
    let ended = life(machine, Journal::open(Path::new(path)), &Nobody, 0, Death::Quiet);
    println!(
        "ended: {}",
        serde_json::to_string(&ended.expect("an end")).expect("JSON")
    );
}

#[test]
fn a_fresh_process_replays_the_run_over_handlers_that_panic() {
    for machine in ["journey", "race"] {
        let path = file(machine);
        let ended = whole(machine, &path);
        ended.as_ref().expect("it succeeds");
        let written = fs::read_to_string(&path).expect("a record");
        assert_eq!(elsewhere(machine, &path), ended);
        assert_eq!(
            fs::read_to_string(&path).expect("a record"),
            written,
            "nothing was added"
        );
    }
}

#[test]
fn operations_have_keys_of_their_own() {
    let path = file("keys");
    let output = whole("journey", &path).expect("it succeeds");
    let entries = entries(&path);
    let of = |kind: Kind| -> Vec<String> {
        let of_kind = entries.iter().filter(|entry| entry.key.kind == kind);
        of_kind
            .map(|entry| format!("{} {}", entry.key.place, entry.key.attempt))
            .collect()
    };
    // A task, the delay before its next attempt and a decision at one position never share a key.
    assert_eq!(
        of(Kind::Task)[..4],
        ["Fetch.0 0", "Fetch.0 1", "Fetch.0 2", "Fetch.0 3"]
    );
    assert_eq!(of(Kind::Delay)[..3], ["Fetch.0 1", "Fetch.0 2", "Fetch.0 3"]);
    // Repeated visits.
    assert_eq!(of(Kind::Task)[4..7], ["Check.0 0", "Check.1 0", "Check.2 0"]);
    assert_eq!(of(Kind::Delay)[3..6], ["Pause.0 0", "Pause.1 0", "Pause.2 0"]);
    // Lanes within lanes.
    let deepest = "Groups.0[3]/Pair.0[0]/Items.0[2]/Handle.0";
    for attempt in [0, 1] {
        assert!(of(Kind::Task).contains(&format!("{deepest} {attempt}")));
    }
    // Each attempt of a Parallel has lanes of its own, and the delay between them is the Parallel's.
    for key in ["Race.0[1]/Sprint.0 0", "Race.0#1[1]/Sprint.0 0"] {
        assert!(of(Kind::Task).iter().any(|task| task == key), "{key}");
    }
    assert!(of(Kind::Delay).iter().any(|delay| delay == "Race.0 1"));
    assert_eq!(of(Kind::Decision), ["Race.0 0", "Race.0 1"]);
    // Children.
    assert_eq!(of(Kind::Submitted), ["Approve.0 0"]);
    for index in 0..3 {
        assert!(of(Kind::Task).contains(&format!("Children.0[{index}]/Raise.0 0")));
    }
    // Events are numbered without a gap.
    let ids: Vec<u64> = entries
        .iter()
        .filter(|entry| is_event(&entry.key))
        .map(|entry| entry.value["id"].as_u64().expect("a number"))
        .collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
    // What is drawn is drawn once.
    let drawn = [
        &output["depart"]["id"],
        &output["fetched"]["nonce"],
        &output["groups"][0][1]["id"],
        &output["groups"][1][1]["id"],
        &output["children"][0][2],
        &output["children"][1][2],
        &output["arrive"]["id"],
    ];
    let distinct: std::collections::BTreeSet<&str> = drawn.iter().map(|id| id.as_str().expect("a UUID")).collect();
    assert_eq!(distinct.len(), drawn.len(), "{drawn:?}");
    assert_ne!(output["depart"]["roll"], output["depart"]["again"]);
    assert_ne!(
        output["children"][0][1], output["children"][1][1],
        "children have names of their own"
    );
}

#[test]
fn the_lane_that_was_first_is_the_one_that_runs_again() {
    let path = file("first");
    let output = whole("race", &path).expect("it succeeds");
    assert_eq!(
        output["branches"],
        json!({ "Error": "Fast", "Cause": "Branches.0#1[1]/Fast.0" })
    );
    assert_eq!(output["items_error"]["Error"], "States.IntrinsicFailure");
    assert_eq!(
        output["children_error"]["Error"],
        "States.ExceedToleratedFailureThreshold"
    );
    // The number of the event belongs to the result too.
    let located = output["located"]["Cause"].as_str().expect("a cause");
    assert!(located.contains("'Broken' (entered at the event id #"), "{located}");
    let decisions: Vec<(String, Value)> = entries(&path)
        .into_iter()
        .filter(|entry| entry.key.kind == Kind::Decision)
        .map(|entry| (format!("{} {}", entry.key.place, entry.key.attempt), entry.value))
        .collect();
    let expected = [
        ("Branches.0 0", 1),
        ("Branches.0 1", 1),
        ("Items.0 0", 2),
        ("Children.0 0", 2),
        ("Locate.0 0", 0),
    ];
    assert_eq!(decisions, expected.map(|(place, lane)| (place.to_owned(), json!(lane))));
}

/// What differs between lives that end at different times.
fn without_times(ended: &Ended) -> Value {
    let mut output = ended.clone().expect("it succeeds");
    output["arrive"]["at"] = Value::Null;
    output
}

fn operations(path: &Path) -> usize {
    let is_operation = |entry: &&Entry| matches!(entry.key.kind, Kind::Task | Kind::Slept | Kind::Decision);
    entries(path).iter().filter(is_operation).count()
}

#[test]
fn an_execution_survives_the_end_of_its_process_at_every_operation() {
    let path = file("whole");
    let expected = without_times(&whole("journey", &path));
    let all = operations(&path);
    assert!(all >= 50, "{all} operations");
    let path = file("killed");
    for death in [Death::Quiet, Death::Sudden] {
        for budget in 0..=all {
            let workers = Workers::default();
            let first = life("journey", Journal::create(&path), &workers, budget, death);
            let written = entries(&path);
            let ended = first.or_else(|| life("journey", Journal::open(&path), &workers, usize::MAX, death));
            let context = format!("after {budget} operations");
            assert_eq!(without_times(&ended.expect("it ends")), expected, "{context}");
            assert_eq!(entries(&path)[..written.len()], written, "{context}");
            if death == Death::Quiet {
                once_each(&workers, &context);
            }
        }
    }
}

/// Without an accident, at-least-once is once.
fn once_each(workers: &Workers, context: &str) {
    let calls = workers.calls.lock().expect("no worker panicked");
    let repeated: BTreeMap<_, _> = calls.iter().filter(|(_, count)| **count != 1).collect();
    assert!(repeated.is_empty(), "{context}: {repeated:?}");
}

#[test]
fn an_execution_gets_on_by_one_operation_in_each_life() {
    let path = file("whole_again");
    let expected = without_times(&whole("journey", &path));
    let path = file("step_by_step");
    let workers = Workers::default();
    let mut ended = life("journey", Journal::create(&path), &workers, 1, Death::Quiet);
    let mut lives = 1;
    while ended.is_none() {
        ended = life("journey", Journal::open(&path), &workers, 1, Death::Quiet);
        lives += 1;
        assert!(lives < 1000, "it does not get on");
    }
    assert_eq!(without_times(&ended.expect("an end")), expected);
    once_each(&workers, "one operation in each life");
}

#[test]
fn a_stop_and_the_end_of_the_time_are_final() {
    // See `supervise`: what ended an execution from outside is the first thing that its next life reads.
    let path = file("stopped");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("a runtime");
    let run = |handler: &dyn Handler, journal: Journal, stop: bool| {
        runtime.block_on(async {
            let engine = JournalEngine::new(journal, usize::MAX);
            let handle = engine.handle();
            let stopped = async {
                tokio::time::sleep(Duration::from_secs(4)).await;
                if stop {
                    handle.stop(Some("Enough".into()), None);
                }
            };
            let tasks = Untyped(handler);
            let run = journey::Machine::run_on(&engine, &tasks, json!({ "groups": [], "children": [] }));
            futures_util::future::join(run, stopped).await.0
        })
    };
    let error = run(&Workers::default(), Journal::create(&path), true).expect_err("it was stopped");
    assert_eq!(error, Error::aborted(Some("Enough".into()), None));
    assert_eq!(run(&Nobody, Journal::open(&path), false), Err(error));
}
