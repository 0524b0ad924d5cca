//! An execution that is in memory: its journal, and how far its code has come in it.
//!
//! The code goes on by nothing else than the entries of the journal, one after the other. What an operation comes to is
//! written first; when its entry is committed, and all before it have been delivered, the operation learns of it. So the
//! state of an execution is a function of its journal, whether the entries were read from a store or have just been
//! written, and no order of completions has to be kept besides.

use crate::clock::Clock;
use crate::store::{Entry, ExecutionId, Kind, StoreError, Write};
use crate::writer::Writer;
use asl_runtime::{Error, Handle, Place};
use chrono::{DateTime, Utc};
use futures_util::task::AtomicWaker;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use tokio::sync::oneshot;

/// An operation: its entries are delivered to whoever waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    place: String,
    operation: Operation,
    attempt: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Task,
    Sleep,
    End,
}

impl Key {
    pub(crate) fn new(at: &Place, operation: Operation, attempt: u32) -> Key {
        Key {
            place: at.as_str().to_owned(),
            operation,
            attempt,
        }
    }

    fn of(entry: &Entry) -> Key {
        Key {
            place: entry.place.clone(),
            operation: match entry.kind {
                Kind::Submitted | Kind::Succeeded | Kind::Failed => Operation::Task,
                Kind::Slept => Operation::Sleep,
                Kind::Ended => Operation::End,
            },
            attempt: entry.attempt,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.operation {
            Operation::Task => "task",
            Operation::Sleep => "time",
            Operation::End => return write!(f, "the end of {}", Named(&self.place)),
        };
        write!(f, "the {what} of {}, attempt {}", Named(&self.place), self.attempt)
    }
}

struct Named<'p>(&'p str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => f.write_str("the execution"),
            place => write!(f, "`{place}`"),
        }
    }
}

/// Why an execution does not go on, though it has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The store has failed.
    Store(StoreError),
    /// The journal is not one of this code.
    Mismatch(String),
}

/// What a life is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To go on.
    Run,
    /// To see how far it has come.
    Replay,
}

/// An execution in memory.
pub(crate) struct Life {
    pub(crate) id: ExecutionId,
    pub(crate) clock: Clock,
    /// Where tasks see heartbeats.
    pub(crate) handle: Handle,
    /// Wakes what drives the code.
    pub(crate) driver: AtomicWaker,
    seed: [u8; 32],
    purpose: Purpose,
    writer: Writer,
    progress: Mutex<Progress>,
}

struct Progress {
    /// What is committed and not yet delivered.
    journal: VecDeque<Entry>,
    /// How many of these were there when this life began.
    recovered: usize,
    /// Who waits for all that was recovered to be delivered.
    gate: Vec<Waker>,
    is_open: bool,
    /// The number of the next entry.
    sequence: u64,
    /// What is written or being written, and not yet delivered.
    pending: HashSet<(Key, bool)>,
    /// The time of the last entry delivered, and that of the last one written.
    now: DateTime<Utc>,
    last: DateTime<Utc>,
    delivered: Option<(Key, Entry)>,
    waiting: HashMap<Key, Waker>,
    /// Operations that were dropped before they ended.
    abandoned: HashSet<Key>,
    /// How much is under way that would be lost without memory.
    busy: usize,
    /// The operations that only wait, with the time when this ends by itself.
    resting: HashMap<Key, Option<DateTime<Utc>>>,
    tokens: HashMap<String, Token>,
    is_parked: bool,
    halt: Option<Halt>,
}

#[derive(Clone)]
enum Token {
    Open(Key),
    Closed,
}

/// What became of an attempt to end a task by its token.
pub(crate) enum Completion {
    /// It is being written.
    Written(oneshot::Receiver<Result<bool, StoreError>>),
    /// No task of this execution has had this token so far.
    Unknown,
    /// Its task has ended.
    Closed,
    /// This life is over: another one may take it.
    Parked,
    /// This life has not come to where it was.
    NotYet,
}

/// What is to be done next.
pub(crate) enum Step {
    /// The code has something to look at.
    Delivered,
    /// Nothing has happened.
    Wait,
    /// Nothing happens before that time, or before somebody from outside comes.
    Rest(Option<DateTime<Utc>>),
    /// There is no more to be replayed.
    Replayed,
    Halt(Halt),
}

impl Life {
    pub(crate) fn new(
        id: ExecutionId,
        seed: [u8; 32],
        start: DateTime<Utc>,
        entries: Vec<Entry>,
        purpose: Purpose,
        clock: Clock,
        writer: Writer,
    ) -> Arc<Life> {
        let progress = Progress {
            recovered: entries.len(),
            gate: Vec::new(),
            is_open: false,
            sequence: entries.len() as u64,
            pending: HashSet::new(),
            now: start,
            last: entries.last().map_or(start, |entry| entry.time),
            journal: entries.into(),
            delivered: None,
            waiting: HashMap::new(),
            abandoned: HashSet::new(),
            busy: 0,
            resting: HashMap::new(),
            tokens: HashMap::new(),
            is_parked: false,
            halt: None,
        };
        Arc::new(Life {
            id,
            clock,
            handle: Handle::default(),
            driver: AtomicWaker::new(),
            seed,
            purpose,
            writer,
            progress: Mutex::new(progress),
        })
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // Every change is complete before anything that may panic.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of the last operation that the code knows of.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.progress().now
    }

    /// What is random at a position, the same whenever it is asked for.
    pub(crate) fn random(&self, at: &Place, what: &str, attempt: u32) -> [u8; 16] {
        let mut hash = Sha256::new_with_prefix(self.seed);
        hash.update(format!("{what}#{attempt}/{at}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        bytes
    }

    /// Writes down what came of an operation, unless something of that kind was written before. `heard` is told when it is
    /// committed.
    fn append(
        self: &Arc<Life>,
        key: Key,
        kind: Kind,
        value: Option<String>,
    ) -> Option<oneshot::Receiver<Result<bool, StoreError>>> {
        let (told, heard) = oneshot::channel();
        let mut progress = self.progress();
        let is_end = kind != Kind::Submitted;
        if progress.is_parked || progress.halt.is_some() || !progress.pending.insert((key.clone(), is_end)) {
            return None;
        }
        progress.last = progress.last.max(self.clock.now());
        progress.busy += 1;
        let entry = Entry {
            place: key.place,
            kind,
            attempt: key.attempt,
            time: progress.last,
            value,
        };
        let write = Write::Append {
            execution: self.id,
            sequence: progress.sequence,
            entry: entry.clone(),
        };
        progress.sequence += 1;
        let life = self.clone();
        // Under the lock, so that entries are written in the order of their numbers.
        self.writer.write(write, move |result| {
            life.committed(entry, &result);
            // Nobody need wait for it.
            let _ = told.send(result);
        });
        Some(heard)
    }

    fn committed(&self, entry: Entry, result: &Result<bool, StoreError>) {
        let mut progress = self.progress();
        progress.busy -= 1;
        match result {
            Ok(_) => progress.journal.push_back(entry),
            Err(error) => _ = progress.halt.get_or_insert(Halt::Store(error.clone())),
        }
        drop(progress);
        self.driver.wake();
    }

    /// Ends a task by its token.
    pub(crate) fn complete(self: &Arc<Life>, token: &str, result: &Result<String, Error>) -> Completion {
        let progress = self.progress();
        if progress.is_parked {
            return Completion::Parked;
        }
        let key = match progress.tokens.get(token) {
            Some(Token::Open(key)) => key.clone(),
            Some(Token::Closed) => return Completion::Closed,
            None if !progress.is_open => return Completion::NotYet,
            None => return Completion::Unknown,
        };
        drop(progress);
        let (kind, value) = match result {
            Ok(output) => (Kind::Succeeded, Some(output.clone())),
            Err(error) => (Kind::Failed, serde_json::to_string(error).ok()),
        };
        match self.append(key, kind, value) {
            Some(heard) => Completion::Written(heard),
            None => Completion::Closed,
        }
    }

    /// Restarts the heartbeat clock of the task with this token.
    pub(crate) fn heartbeat(&self, token: &str) -> Completion {
        let progress = self.progress();
        match progress.tokens.get(token) {
            _ if progress.is_parked => Completion::Parked,
            Some(Token::Open(_)) => {
                // A task that has no clock running needs no beat.
                let _ = self.handle.send_task_heartbeat(token);
                let (told, heard) = oneshot::channel();
                let _ = told.send(Ok(true));
                Completion::Written(heard)
            }
            Some(Token::Closed) => Completion::Closed,
            None if !progress.is_open => Completion::NotYet,
            None => Completion::Unknown,
        }
    }

    /// Whether a task of this execution had this token, and has ended.
    pub(crate) fn is_closed(&self, token: &str) -> bool {
        matches!(self.progress().tokens.get(token), Some(Token::Closed))
    }

    /// Ends the execution with this error.
    pub(crate) fn end(self: &Arc<Life>, error: &Error) -> Completion {
        let is_parked = self.progress().is_parked;
        if is_parked {
            return Completion::Parked;
        }
        let key = Key::new(&Place::default(), Operation::End, 0);
        match self.append(key, Kind::Ended, serde_json::to_string(error).ok()) {
            Some(heard) => Completion::Written(heard),
            None => Completion::Closed,
        }
    }

    /// Ends when all that was recovered has been delivered; never in a replay.
    pub(crate) async fn opened(&self) {
        poll_fn(|cx| {
            let mut progress = self.progress();
            match progress.is_open {
                true => Poll::Ready(()),
                false => {
                    progress.gate.push(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// What is to be done when the code has come as far as it could.
    pub(crate) fn step(&self) -> Step {
        let mut progress = self.progress();
        if let Some((key, _)) = progress.delivered.take() {
            let mut waiting: Vec<String> = progress.waiting.keys().map(Key::to_string).collect();
            waiting.sort_unstable();
            let waiting = match waiting.is_empty() {
                true => "nothing".to_owned(),
                false => waiting.join(", "),
            };
            let text = format!("the journal tells what came of {key}, but the code waits for {waiting}");
            progress.halt = Some(Halt::Mismatch(text));
        }
        if let Some(halt) = &progress.halt {
            return Step::Halt(halt.clone());
        }
        while let Some(entry) = progress.journal.pop_front() {
            progress.recovered = progress.recovered.saturating_sub(1);
            progress.now = entry.time;
            let key = Key::of(&entry);
            progress.pending.remove(&(key.clone(), entry.kind != Kind::Submitted));
            // What a branch did that was dropped while this was written.
            if progress.abandoned.contains(&key) {
                continue;
            }
            if let Some(waker) = progress.waiting.remove(&key) {
                waker.wake();
            }
            progress.delivered = Some((key, entry));
            return Step::Delivered;
        }
        if !progress.is_open {
            if self.purpose == Purpose::Replay {
                return Step::Replayed;
            }
            progress.is_open = true;
            progress.gate.drain(..).for_each(Waker::wake);
            return Step::Delivered;
        }
        match progress.busy == 0 && !progress.resting.is_empty() {
            true => Step::Rest(progress.resting.values().filter_map(|until| *until).min()),
            false => Step::Wait,
        }
    }

    /// Ends this life, if nothing has happened since it was said to rest.
    pub(crate) fn try_park(&self) -> bool {
        let mut progress = self.progress();
        progress.is_parked = progress.busy == 0
            && progress.journal.is_empty()
            && progress.delivered.is_none()
            && progress.halt.is_none();
        progress.is_parked
    }

    fn rest(&self, key: &Key, until: Option<DateTime<Utc>>) {
        self.progress().resting.insert(key.clone(), until);
        self.driver.wake();
    }
}

/// An operation on its way, which learns of its entries.
pub(crate) struct Waiter<'l> {
    life: &'l Arc<Life>,
    key: Key,
    token: Option<String>,
    is_busy: AtomicBool,
    is_done: AtomicBool,
}

impl<'l> Waiter<'l> {
    pub(crate) fn new(life: &'l Arc<Life>, key: Key, token: Option<&str>) -> Waiter<'l> {
        let token = token.map(str::to_owned);
        if let Some(token) = &token {
            life.progress().tokens.insert(token.clone(), Token::Open(key.clone()));
        }
        Waiter {
            life,
            key,
            token,
            is_busy: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
        }
    }

    /// The next entry of this operation.
    pub(crate) async fn entry(&self) -> Entry {
        let entry = poll_fn(|cx| {
            let mut progress = self.life.progress();
            match progress.delivered.take() {
                Some((key, entry)) if key == self.key => Poll::Ready(entry),
                other => {
                    progress.delivered = other;
                    progress.waiting.insert(self.key.clone(), cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await;
        self.is_done.store(entry.kind != Kind::Submitted, Ordering::Relaxed);
        entry
    }

    /// From now on it does what would be lost without memory.
    pub(crate) fn work(&self) {
        if !self.is_busy.swap(true, Ordering::Relaxed) {
            self.life.progress().busy += 1;
        }
    }

    /// From now on it only waits: for that time, or for somebody from outside.
    pub(crate) fn rest(&self, until: Option<DateTime<Utc>>) {
        self.idle();
        self.life.rest(&self.key, until);
    }

    fn idle(&self) {
        if self.is_busy.swap(false, Ordering::Relaxed) {
            self.life.progress().busy -= 1;
        }
    }

    /// Writes down what came of it.
    pub(crate) fn append(&self, kind: Kind, value: Option<String>) {
        // Whoever is told of an entry is told when it is delivered.
        let _ = self.life.append(self.key.clone(), kind, value);
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.idle();
        let mut progress = self.life.progress();
        progress.waiting.remove(&self.key);
        progress.resting.remove(&self.key);
        if let Some(token) = self.token.take() {
            progress.tokens.insert(token, Token::Closed);
        }
        if !self.is_done.load(Ordering::Relaxed) {
            progress.abandoned.insert(self.key.clone());
        }
        drop(progress);
        self.life.driver.wake();
    }
}

/// The end of an execution from outside, as text in its entry.
pub(crate) fn error_of(entry: &Entry) -> Result<Error, serde_json::Error> {
    serde_json::from_str(entry.value.as_deref().unwrap_or_default())
}

impl Life {
    /// Stops here: an entry is not what the code can read.
    pub(crate) fn unreadable(&self, entry: &Entry, error: &serde_json::Error) {
        let text = format!("the journal's entry of {} cannot be read: {error}", Key::of(entry));
        self.progress().halt.get_or_insert(Halt::Mismatch(text));
        self.driver.wake();
    }
}
