//! A host that dies at any commit, and the next one on its store.

use crate::support::{Guide, host, input, journey, open, try_host};
use asl_durable::{Description, Host, HostError, MemoryStore};
use asl_runtime::{HistoryEvent, json};
use futures_util::future::{Either, join, select};
use std::collections::HashSet;
use std::future::pending;
use std::pin::pin;

/// What an undisturbed host makes of the journey.
struct Expected {
    commits: u64,
    description: Description,
    history: Vec<HistoryEvent>,
    pieces: usize,
}

async fn undisturbed() -> Expected {
    let store = MemoryStore::new();
    let (host, guide) = open(&store).await;
    let arn = host
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    let (description, ()) = join(host.wait(&arn), guide.answer(&host)).await;
    Expected {
        commits: store.commits(),
        description: description.expect("ended"),
        history: host.history(&arn).await.expect("a history"),
        pieces: guide.pieces(),
    }
}

/// Waits for the end, and tells the way if it is asked for.
async fn end(host: &Host, guide: &Guide, arn: &str) -> Result<Description, HostError> {
    let answer = async {
        let _ = guide.try_answer(host).await;
        pending::<()>().await
    };
    match select(pin!(host.wait(arn)), pin!(answer)).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((), _)) => unreachable!("it is pending"),
    }
}

fn types(history: &[HistoryEvent]) -> Vec<(u64, u64, &'static str)> {
    let all = history.iter();
    all.map(|event| (event.id, event.previous_id, event.event_type))
        .collect()
}

/// At each commit, before it is written and after: the execution ends as if nothing had happened, what was committed has
/// run once, and the history is that of its journal.
#[tokio::test(start_paused = true)]
async fn a_host_may_die_at_any_commit() {
    let expected = undisturbed().await;
    assert!(expected.commits > 12, "{}", expected.commits);
    let mut hailed = 0;
    for is_written in [false, true] {
        for commit in 1..=expected.commits {
            let context = format!("commit {commit}, written: {is_written}");
            let store = MemoryStore::new();
            store.fail_at(commit, is_written);
            let guide = Guide::default();
            let first = try_host(&store, &guide).await.expect("the store can be read");
            let started = first.start::<journey::Machine>("alps", input()).await;
            let failed = match &started {
                Ok(started) => end(&first, &guide, &started.arn).await.map(|_| ()),
                Err(error) => Err(error.clone()),
            };
            // The end of the execution is what is written last.
            match is_written && commit == expected.commits {
                true => assert_eq!(failed, Ok(()), "{context}"),
                false => assert!(matches!(failed, Err(HostError::Store(_))), "{context}: {failed:?}"),
            }
            first.shut_down().await;
            store.repair();
            let calls = guide.calls().len();

            let second = host(&store, &guide).await;
            // Idempotent, if the first one got as far.
            let again = second.start::<journey::Machine>("alps", input()).await;
            let arn = &expected.description.arn;
            if let Ok(again) = &again {
                assert_eq!(again.arn, *arn, "{context}");
            }
            let ended = end(&second, &guide, arn).await;
            let ended = ended.unwrap_or_else(|error| panic!("{context}: {error}"));
            assert_eq!(ended.status, expected.description.status, "{context}");
            let (output, wanted) = (ended.output.expect("an output"), expected.description.output.clone());
            let mut wanted = wanted.expect("an output");
            // It follows from the seed of the execution.
            wanted["souvenir"] = output["souvenir"].clone();
            assert_eq!(output, wanted, "{context}");
            assert_eq!(guide.pieces(), expected.pieces, "{context}");
            assert_eq!(guide.tokens(), 1, "{context}");
            // What was under way has run again, and nothing else.
            let repeated = guide.calls().len() - expected.pieces;
            assert!(repeated <= 2, "{context}: {:?} after {calls} calls", guide.calls());
            hailed += guide.calls().iter().filter(|call| *call == "hailed").count();
            let history = second.history(arn).await.expect("a history");
            assert_eq!(types(&history), types(&expected.history), "{context}");
            second.shut_down().await;
            let third = host(&store, &guide).await;
            assert_eq!(third.history(arn).await, Ok(history), "{context}");
        }
    }
    // Dying with a submission written: when it is, and before the result is.
    assert_eq!(hailed, 2);
}

/// An execution that is not at its end has the history of its journal, whatever is in memory.
#[tokio::test(start_paused = true)]
async fn a_history_is_the_same_in_every_life() {
    let store = MemoryStore::new();
    let (first, guide) = open(&store).await;
    let arn = first
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    guide.token().await;
    let before = first.history(&arn).await.expect("a history");
    first.shut_down().await;
    let second = host(&store, &guide).await;
    assert_eq!(second.history(&arn).await, Ok(before));
}

/// Many executions at once, over and over again.
#[tokio::test(start_paused = true)]
async fn many_executions_survive_many_deaths() {
    let store = MemoryStore::new();
    let guide = Guide::default();
    let names: Vec<String> = (0..50).map(|number| format!("n{number}")).collect();
    let mut ended = HashSet::new();
    for life in 1_u64.. {
        store.repair();
        let host = host(&store, &guide).await;
        store.fail_at(store.commits() + life * 3, life % 2 == 0);
        for name in &names {
            let _ = host.start::<crate::support::stroll::Machine>(name, json!(name)).await;
        }
        for name in &names {
            let arn = format!("arn:aws:states:us-east-1:000000000000:execution:stroll:{name}");
            if let Ok(description) = host.wait(&arn).await {
                assert_eq!(description.output, Some(json!({ "again": name, "so": "far" })));
                ended.insert(arn);
            }
        }
        host.shut_down().await;
        if ended.len() == names.len() {
            assert!(life > 5, "{life}");
            return;
        }
    }
}
