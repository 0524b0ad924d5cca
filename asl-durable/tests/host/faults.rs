//! Files that are not as they were left.

use crate::support::{Guide, input, journey, start_time};
use asl_durable::{ExecutionStatus, Filter, Host, HostError, MemoryStore, Sqlite};
use chrono::TimeDelta;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;

async fn open(path: &Path, guide: &Guide) -> Result<Host, HostError> {
    let host = Host::builder().machine::<journey::Machine, _>(guide.clone().into());
    host.start_time(start_time()).open(Sqlite::open(path)?).await
}

/// A file and its log, as a crash would leave them: in the middle of several executions.
async fn crashed(folder: &Path) -> (Vec<u8>, Vec<u8>) {
    let path = folder.join("first.db");
    let host = open(&path, &Guide::default()).await.expect("a host");
    for number in 0..20 {
        host.start::<journey::Machine>(&format!("n{number}"), input())
            .await
            .expect("started");
    }
    sleep(Duration::from_secs(4000)).await;
    let read = |path: &Path| fs::read(path).expect("a file");
    (read(&path), read(&folder.join("first.db-wal")))
}

/// Whatever of its log is missing, every execution of which the rest tells goes on to its end.
#[tokio::test(start_paused = true)]
async fn a_log_that_is_cut_off_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, log) = crashed(folder.path()).await;
    let mut told = Vec::new();
    for part in 0..=20 {
        let path = folder.path().join(format!("cut{part}.db"));
        let length = log.len() * part / 20;
        fs::write(&path, &file).expect("written");
        fs::write(folder.path().join(format!("cut{part}.db-wal")), &log[..length]).expect("written");
        let guide = Guide::default();
        let host = match open(&path, &guide).await {
            Ok(host) => host,
            // Not even its tables had been written.
            Err(error) => {
                assert!(part == 0 && error.to_string().contains("no such table"), "{error}");
                continue;
            }
        };
        let known = host.list(Filter::default()).await.expect("a page").executions;
        for execution in &known {
            // It asks the way, and nobody answers.
            let ended = host.wait(&execution.arn).await.expect("ended");
            let end = (ended.status, ended.error.as_deref());
            assert_eq!(end, (ExecutionStatus::Failed, Some("States.Timeout")), "part {part}");
        }
        told.push(known.len());
        host.shut_down().await;
    }
    assert!(told.is_sorted() && told.last() == Some(&20), "{told:?}");
}

/// A page that is no page stops the host, or is not read at all: nothing is made up.
#[tokio::test(start_paused = true)]
async fn a_page_that_is_spoilt_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("whole.db");
    {
        let host = open(&path, &Guide::default()).await.expect("a host");
        for number in 0..20 {
            host.start::<journey::Machine>(&format!("n{number}"), input())
                .await
                .expect("started");
        }
        sleep(Duration::from_secs(4000)).await;
        host.shut_down().await;
    }
    let whole = fs::read(&path).expect("a file");
    let page = 4096;
    let mut told = 0;
    for spoilt in 0..whole.len() / page {
        let path = folder.path().join(format!("spoilt{spoilt}.db"));
        let mut file = whole.clone();
        file[spoilt * page..(spoilt + 1) * page].fill(0x5a);
        fs::write(&path, file).expect("written");
        let guide = Guide::default();
        let result = async {
            let host = open(&path, &guide).await?;
            for execution in host.list(Filter::default()).await?.executions {
                host.wait(&execution.arn).await?;
            }
            Ok::<_, HostError>(())
        };
        match result.await {
            Ok(()) => {}
            Err(HostError::Store(error)) => {
                assert!(
                    ["malformed", "not a database", "corrupt", "no store of executions"]
                        .iter()
                        .any(|told| error.to_string().contains(told)),
                    "{error}"
                );
                told += 1;
            }
            Err(error) => panic!("page {spoilt}: {error}"),
        }
    }
    assert!(told >= 5, "most pages are needed: {told}");
}

/// A clock that was set back between two lives, and forth between two others: time in a history only goes forward.
#[tokio::test(start_paused = true)]
async fn a_clock_may_jump() {
    let store = MemoryStore::new();
    let guide = Guide::default();
    let mut arn = String::new();
    for days in [0, -30, 60, -1] {
        let host = Host::builder().machine::<journey::Machine, _>(guide.clone().into());
        let now = start_time() + TimeDelta::days(days);
        let host = host.start_time(now).open(store.clone()).await.expect("a host");
        let started = host.start::<journey::Machine>("n", input()).await;
        arn = started.map_or(arn, |started| started.arn);
        sleep(Duration::from_secs(1000)).await;
        let history = host.history(&arn).await.expect("a history");
        assert!(history.is_sorted_by_key(|event| event.timestamp), "{days} days");
        host.shut_down().await;
    }
    let host = Host::builder().machine::<journey::Machine, _>(guide.clone().into());
    let host = host.start_time(start_time()).open(store).await.expect("a host");
    let ended = host.wait(&arn).await.expect("ended");
    assert!(ended.stop_date > Some(ended.start_date), "{ended:?}");
    let history = host.history(&arn).await.expect("a history");
    assert!(history.is_sorted_by_key(|event| event.timestamp));
}
