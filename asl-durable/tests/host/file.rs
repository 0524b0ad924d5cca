//! The store in a file.

use crate::support::{Guide, input, journey, start_time};
use asl_durable::{Builder, ExecutionId, ExecutionStatus, Filter, Host, Record, Sqlite, Store, Write};
use asl_runtime::json;
use futures_util::future::join;
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;

fn builder(guide: &Guide) -> Builder {
    let builder = Host::builder().machine::<journey::Machine, _>(guide.clone().into());
    builder.start_time(start_time())
}

fn refusal(path: &Path) -> String {
    Sqlite::open(path).expect_err("refused").to_string()
}

#[tokio::test(start_paused = true)]
async fn an_execution_outlives_its_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journeys.db");
    let guide = Guide::default();
    let open = async || {
        let store = Sqlite::open(&path).expect("a store");
        builder(&guide).open(store).await.expect("a host")
    };
    let first = open().await;
    let arn = first
        .start::<journey::Machine>("alps", input())
        .await
        .expect("started")
        .arn;
    guide.token().await;
    let so_far = first.history(&arn).await.expect("a history");
    first.shut_down().await;

    let second = open().await;
    assert_eq!(second.history(&arn).await.expect("a history"), so_far);
    let (ended, ()) = join(second.wait(&arn), guide.answer(&second)).await;
    let ended = ended.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
    assert_eq!(guide.calls().len(), guide.pieces());
    let history = second.history(&arn).await.expect("a history");
    second.shut_down().await;

    let third = open().await;
    assert_eq!(third.describe(&arn).await, Ok(ended.clone()));
    assert_eq!(third.history(&arn).await, Ok(history));
    let all = Filter {
        limit: 10,
        ..Filter::default()
    };
    assert_eq!(third.list(all).await.expect("a page").executions, [ended]);

    // What docs/durability.md shows, while a host has the file.
    let file = Connection::open(&path).expect("a file");
    let shown: (String, String, String) = file
        .query_row("SELECT machine, status, started FROM executions", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .expect("a row");
    let wanted = ["journey", "SUCCEEDED", "2023-11-14T22:13:20.000Z"];
    assert_eq!([&*shown.0, &*shown.1, &*shown.2], wanted);
    let first: (String, String, String) = file
        .query_row(
            "SELECT place, kind, value FROM operations WHERE name = 'alps' LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .expect("a row");
    assert_eq!((&*first.0, &*first.1), ("Pack.0", "failed"));
    assert!(first.2.contains("Torn"), "{}", first.2);
    third.shut_down().await;
}

#[test]
fn a_file_is_open_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("once.db");
    let first = Sqlite::open(&path).expect("a store");
    assert!(refusal(&path).ends_with("once.db: another host has this store open"));
    drop(first);
    Sqlite::open(&path).expect("a store");
}

/// By whatever path it is opened, and whether or not it is there already.
#[test]
#[cfg(unix)]
fn a_file_is_open_once_under_all_its_names() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let file = folder.path().canonicalize().expect("a folder").join("first.db");
    let text = format!("{}: another host has this store open", file.display());
    symlink("first.db", at("link.db")).expect("a link");
    symlink(at("link.db"), at("link of the link.db")).expect("a link");
    symlink(folder.path(), at("folder")).expect("a link");
    let names = [
        at("first.db"),
        at("link.db"),
        at("link of the link.db"),
        at("folder/first.db"),
    ];
    for first in &names {
        for is_new in [true, false] {
            if is_new {
                let _ = std::fs::remove_file(at("first.db"));
            }
            let _store = Sqlite::open(first).expect("a store");
            for other in &names {
                assert_eq!(refusal(other), text, "{} beside {}", other.display(), first.display());
            }
        }
    }
    let mut files: Vec<_> = std::fs::read_dir(folder.path())
        .expect("readable")
        .map(|file| file.expect("readable").file_name())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["first.db", "first.db-lock", "folder", "link of the link.db", "link.db"]
    );
}

#[test]
fn what_is_no_path_is_refused() {
    let refused = [
        (":memory:", "a store in memory is a `MemoryStore`"),
        (
            "file:store.db?mode=memory",
            "a store is opened by its path, not by a URI",
        ),
        ("", "it names no file"),
    ];
    for (path, text) in refused {
        assert_eq!(refusal(Path::new(path)), format!("{path}: {text}"));
        assert!(!Path::new(&format!("{path}-lock")).exists());
    }
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .and_then(|file| file.execute_batch("CREATE TABLE other (id)"))
        .expect("a file");
    assert!(refusal(&path).ends_with("this file of SQLite is no store of executions"));
    let path = folder.path().join("newer.db");
    drop(Sqlite::open(&path).expect("a store"));
    Connection::open(&path)
        .and_then(|file| file.pragma_update(None, "user_version", 1000))
        .expect("a file");
    let text = "the store has version 1000, this program knows versions up to ";
    assert!(refusal(&path).contains(text), "{}", refusal(&path));
    let path = folder.path().join("text.db");
    std::fs::write(&path, "no file of SQLite".repeat(100)).expect("written");
    assert!(refusal(&path).ends_with("file is not a database"), "{}", refusal(&path));
}

fn record() -> Record {
    Record {
        id: ExecutionId(1),
        arn: "arn".into(),
        machine: "m".into(),
        name: "n".into(),
        sha256: "0".into(),
        seed: [7; 32],
        input: json!({}).to_string(),
        start_date: start_time(),
        end: None,
        redrive_count: 0,
        redrive_date: None,
    }
}

/// A file of the first version is brought up to date, and keeps what it has.
#[test]
fn an_older_file_is_migrated() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("older.db");
    let record = record();
    let mut store = Sqlite::open(&path).expect("a store");
    store
        .commit(&[Write::Start(Box::new(record.clone()))])
        .expect("written");
    drop(store);
    Connection::open(&path)
        .and_then(|file| {
            file.execute_batch(
                "DROP TABLE activity; DROP TABLE queued_task; DROP TABLE heartbeat; DROP INDEX execution_ended; PRAGMA user_version = 1;
                ALTER TABLE execution DROP COLUMN redrive_count; ALTER TABLE execution DROP COLUMN redrive_date;
                ALTER TABLE journal DROP COLUMN since",
            )
        })
        .expect("a file");
    let mut store = Sqlite::open(&path).expect("a store");
    assert_eq!(store.find(&record.arn), Ok(Some(record)));
    assert_eq!(store.activities(), Ok(Vec::new()));
    assert_eq!(store.queued(), Ok(Vec::new()));
    assert_eq!(store.heartbeats(ExecutionId(1)), Ok(Vec::new()));
}

/// Nothing is written of a group of which something cannot be.
#[test]
fn a_commit_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Sqlite::open(folder.path().join("whole.db")).expect("a store");
    let record = record();
    let entry = asl_durable::Entry {
        place: "A.0".into(),
        kind: asl_durable::Kind::Slept,
        attempt: 0,
        time: start_time(),
        value: None,
        since: None,
    };
    let append = Write::Append {
        execution: record.id,
        sequence: 0,
        entry,
    };
    let start = Write::Start(Box::new(record.clone()));
    store
        .commit(&[start.clone(), append.clone(), append.clone()])
        .expect_err("one number twice");
    assert_eq!(store.get(record.id), Ok(None));
    assert_eq!(store.commit(&[start.clone(), append]), Ok(vec![true, true]));
    assert_eq!(store.commit(&[start]), Ok(vec![false]));
    assert_eq!(store.find("arn"), Ok(Some(record)));
}

/// What ended long ago is forgotten, with all that was written of it, and its name is free again.
#[tokio::test(start_paused = true)]
async fn executions_are_kept_for_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kept.db");
    let guide = Guide::default();
    let host = builder(&guide).retention(Duration::from_secs(10 * 3600));
    let host = host.open(Sqlite::open(&path).expect("a store")).await.expect("a host");
    let start = async |name: &str| {
        host.start::<journey::Machine>(name, input())
            .await
            .expect("started")
            .arn
    };
    let old = start("old").await;
    host.stop(&old, None, None).await.expect("stopped");
    sleep(Duration::from_secs(5 * 3600)).await;
    let recent = start("recent").await;
    host.stop(&recent, None, None).await.expect("stopped");
    let running = start("running").await;
    assert!(host.describe(&old).await.is_ok());
    sleep(Duration::from_secs(6 * 3600 + 600)).await;
    assert!(host.describe(&old).await.is_err());
    assert!(host.describe(&recent).await.is_ok() && host.describe(&running).await.is_ok());
    let left: i64 = Connection::open(&path)
        .and_then(|file| file.query_row("SELECT count(*) FROM journal WHERE execution = 1", [], |row| row.get(0)))
        .expect("a count");
    assert_eq!(left, 0);
    assert_eq!(start("old").await, old);
}
