//! A file of the first version of the tables, and processes that die while they bring it up to date.

use crate::mortal::HERE;
use crate::process::{Death, life};
use crate::random::Random;
use asl_durable::{
    End, Entry, ExecutionId, ExecutionStatus, Filter, Kind, Record, Sqlite, Store, StoreError, Write as Written,
};
use chrono::DateTime;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::thread::park;
use std::time::Instant;

/// So many that the index that a migration makes has several pages.
const EXECUTIONS: i64 = 1000;

/// What a file has.
#[derive(Debug, PartialEq)]
struct Content(Vec<(Record, Vec<Entry>)>);

impl Content {
    /// What the old file has.
    fn new() -> Content {
        let content = (1..=EXECUTIONS).map(|number| {
            let start_date = DateTime::from_timestamp(1_700_000_000 + number, 0).expect("a time");
            let end = End {
                status: ExecutionStatus::Succeeded,
                stop_date: start_date,
                output: Some("{}".to_owned()),
                error: None,
                cause: None,
            };
            let record = Record {
                id: ExecutionId(number),
                arn: format!("arn:{number}"),
                machine: "m".to_owned(),
                name: number.to_string(),
                sha256: "0".to_owned(),
                seed: [7; 32],
                input: "{}".to_owned(),
                start_date,
                end: (number % 2 == 0).then_some(end),
                redrive_count: 0,
                redrive_date: None,
            };
            let entry = Entry {
                place: "Work.0".to_owned(),
                kind: Kind::Succeeded,
                attempt: 0,
                time: start_date,
                value: Some(number.to_string()),
                since: None,
            };
            (record, vec![entry])
        });
        Content(content.collect())
    }

    fn write(&self, store: &mut Sqlite) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        for (record, journal) in &self.0 {
            let execution = record.id;
            let start = Record {
                end: None,
                ..record.clone()
            };
            writes.push(Written::Start(Box::new(start)));
            writes.extend((0..).zip(journal).map(|(sequence, entry)| Written::Append {
                execution,
                sequence,
                entry: entry.clone(),
            }));
            writes.extend(record.end.clone().map(|end| Written::End { execution, end }));
        }
        store.commit(&writes).map(|_| ())
    }

    fn read(store: &mut Sqlite) -> Result<Content, StoreError> {
        let all = Filter {
            limit: usize::MAX >> 1,
            ..Filter::default()
        };
        let records = store.list(&all)?.into_iter().rev();
        let content = records.map(|record| store.journal(record.id).map(|journal| (record, journal)));
        content.collect::<Result<_, _>>().map(Content)
    }
}

/// A file as the first version of this crate left it.
fn old_file(folder: &Path, content: &Content) -> Vec<u8> {
    let path = folder.join("old.db");
    let mut store = Sqlite::open(&path).expect("a store");
    content.write(&mut store).expect("written");
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
    fs::read(&path).expect("a file")
}

/// What is killed.
pub fn child(folder: &Path) {
    let _store = Sqlite::open(folder.join("all.db")).expect("a store");
    println!("{HERE}");
    loop {
        park();
    }
}

/// A migration is written to the log first, write by write: whatever part of it a process came to, the next one begins anew
/// or has it whole.
pub fn at_any_write() {
    let content = Content::new();
    let folder = tempfile::tempdir().expect("a folder");
    let old = old_file(folder.path(), &content);
    let path = folder.path().join("all.db");
    let log = folder.path().join("all.db-wal");
    let begin = |logged: &[u8]| {
        let _ = fs::remove_file(folder.path().join("all.db-shm"));
        fs::write(&path, &old).expect("written");
        fs::write(&log, logged).expect("written");
    };
    let check = |context: &str| {
        let mut store = Sqlite::open(&path).unwrap_or_else(|error| panic!("{context}: {error}"));
        let found = Content::read(&mut store).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert!(found == content, "{context}: it has lost something");
        assert_eq!(store.activities(), Ok(Vec::new()), "{context}");
    };
    begin(&[]);
    let begun = Instant::now();
    life("migration", folder.path(), "null", Death::Said(HERE, 1));
    let took = begun.elapsed();
    let logged = fs::read(&log).expect("a log");
    // A header, then pages, each with a header of its own.
    let (header, page) = (32, 24 + 4096);
    let pages = (logged.len() - header) / page;
    assert!(pages >= 5, "{pages} pages");
    for half in 0..=2 * pages {
        begin(&logged[..header + half * page / 2]);
        check(&format!("after {half} halves of a page"));
    }
    let mut random = Random(5);
    for death in 0..20 {
        begin(&[]);
        life(
            "migration",
            folder.path(),
            "null",
            Death::After(took.mul_f64(random.next())),
        );
        check(&format!("death {death}"));
    }
    println!("    {} deaths at a write, 20 at random moments", 2 * pages + 1);
}
