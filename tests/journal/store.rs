//! The file that an engine writes its record to: one entry a line, each under a key of its own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// What an entry stands for at its position.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The start of the execution.
    Start,
    /// The time that the position was told.
    Now,
    /// The work that a task was asked for.
    Work,
    /// What the handler of a callback task answered.
    Submitted,
    /// The result of a task.
    Task,
    /// A delay, and when it will be over.
    Delay,
    /// A delay is over.
    Slept,
    /// The lane that ended a Parallel or a Map.
    Decision,
    /// The execution was ended from outside.
    Ended,
    /// An event, of an item where it concerns one.
    Event(String, Option<usize>),
}

/// Position, kind of operation, and attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    pub place: String,
    pub kind: Kind,
    pub attempt: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub key: Key,
    /// When it was written, in microseconds since 1970.
    pub time: i64,
    pub value: Value,
}

/// The record of an execution.
pub struct Journal {
    file: File,
    entries: Vec<Entry>,
    by_key: HashMap<Key, usize>,
}

impl Journal {
    /// An empty record in a new file.
    pub fn create(path: &Path) -> Journal {
        Journal {
            file: File::create(path).expect("a file"),
            entries: Vec::new(),
            by_key: HashMap::new(),
        }
    }

    /// The record that a file holds, to be continued.
    pub fn open(path: &Path) -> Journal {
        let text = fs::read_to_string(path).expect("a record");
        let entries: Vec<Entry> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("an entry"))
            .collect();
        let by_key = entries.iter().enumerate().map(|(at, e)| (e.key.clone(), at)).collect();
        let file = OpenOptions::new().append(true).open(path).expect("a file");
        Journal { file, entries, by_key }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn get(&self, key: &Key) -> Option<&Entry> {
        self.by_key.get(key).map(|&at| &self.entries[at])
    }

    /// Writes an entry down. No key is ever written twice.
    pub fn append(&mut self, key: Key, time: DateTime<Utc>, value: Value) {
        let entry = Entry {
            key: key.clone(),
            time: time.timestamp_micros(),
            value,
        };
        let line = serde_json::to_string(&entry).expect("JSON");
        writeln!(self.file, "{line}").expect("written");
        let former = self.by_key.insert(key, self.entries.len());
        assert!(former.is_none(), "{} was written before", line);
        self.entries.push(entry);
    }
}
