//! An execution that is in memory: its journal, and how far its code has come in it.
//!
//! The code goes on by nothing else than the entries of the journal, one after the other. What an operation comes to is
//! written first; when its entry is committed, and all before it have been delivered, the operation learns of it. So the
//! state of an execution is a function of its journal, whether the entries were read from a store or have just been
//! written, and no order of completions has to be kept besides.

mod again;
mod place;
mod redriven;
mod token;

use self::again::Again;
pub(crate) use self::again::Repeat;
use self::place::OwnPlace;
use self::token::{Offer, Token};
use crate::clock::Clock;
use crate::executor::Executor;
use crate::operation::{Key, Operation};
use crate::redrive::{Delivery, Redriving, arrange};
use crate::rest::Waits;
use crate::storage::Storage;
use crate::store::{Entry, ExecutionId, Kind, Record, StoreError, Write};
use crate::workload::Workload;
use asl_runtime::{Error, Handle, Place};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::task::AtomicWaker;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Display;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use tokio::sync::oneshot;

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
    machine: String,
    pub(crate) clock: Clock,
    /// Where tasks see heartbeats.
    pub(crate) handle: Handle,
    /// Wakes what drives the code.
    pub(crate) driver: Arc<AtomicWaker>,
    seed: [u8; 32],
    purpose: Purpose,
    storage: Storage,
    workload: Arc<Workload>,
    /// Its place in memory.
    place: Mutex<OwnPlace>,
    progress: Mutex<Progress>,
}

struct Progress {
    /// What is committed and not yet delivered.
    journal: VecDeque<Delivery>,
    /// The number of the last entry that was delivered, unless the code has gone on to another state since.
    reached: Option<u64>,
    /// The number of the last entry that was delivered.
    last_delivered: Option<u64>,
    /// Of a replay: the events by which the machine entered a state, and the Map Run that has failed last, each with the number
    /// of the last entry delivered by then.
    entered: Vec<(u64, Option<u64>)>,
    failed_map_run: Option<(Place, Option<u64>)>,
    /// Tasks that could not be started, as its journal has it.
    refused: HashSet<Key>,
    /// What is kept for children that begin anew, where it has been redriven.
    again: Option<Again>,
    /// A redrive that tasks do not know of yet.
    redrive: Option<Redriving>,
    /// How often it has been redriven so far, and which operations did not begin anew the last time.
    redrives: u64,
    done: HashSet<Key>,
    /// Whether all has been delivered that was there when this life began, and who waits for that.
    is_open: bool,
    /// Whether nothing was there.
    is_first: bool,
    gate: Vec<Waker>,
    /// The number of the next entry.
    sequence: u64,
    /// What this life has written or is writing: the [ends](Kind::is_end) of the operations on their way, and what is none and
    /// has not been delivered.
    pending: BTreeSet<(Key, bool)>,
    /// The time of the last entry delivered, and that of the last one written.
    now: DateTime<Utc>,
    last: DateTime<Utc>,
    delivered: Option<(Key, Entry)>,
    /// The operations on their way, with what wakes them.
    waiting: BTreeMap<Key, Arc<AtomicWaker>>,
    /// Operations that were dropped before they ended.
    abandoned: BTreeSet<Key>,
    /// How much is under way that would be lost without memory.
    busy: usize,
    /// How many entries are being written.
    writing: usize,
    /// Who waits for all that happened at this time, and how often that has been known so far.
    settling: Vec<Waker>,
    settled: u64,
    /// The operations that only wait, with the time when this ends by itself.
    resting: BTreeMap<Key, Waits>,
    tokens: HashMap<String, Token>,
    /// The tasks of activities that no worker has taken, by their tokens.
    offers: BTreeMap<String, Offer>,
    /// The last heartbeats of tasks in earlier lives, by their tokens.
    heartbeats: HashMap<String, DateTime<Utc>>,
    is_unloaded: bool,
    halt: Option<Halt>,
}

/// What is written of an execution.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) entries: Vec<Entry>,
    /// The last heartbeat of each task that gave one, by its token.
    pub(crate) heartbeats: Vec<(String, DateTime<Utc>)>,
}

/// What became of an attempt to end a task by its token.
pub(crate) enum Completion {
    /// It is being written.
    Written(oneshot::Receiver<Result<bool, StoreError>>),
    /// No task of this execution has had this token so far.
    Unknown,
    /// Its task has ended.
    Closed,
    /// This life takes nothing more.
    Unloaded,
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
        record: &Record,
        written: Written,
        purpose: Purpose,
        executor: &Executor,
    ) -> Result<Arc<Life>, Halt> {
        let Written { entries, heartbeats } = written;
        let start = record.start_date;
        let (sequence, last) = (entries.len() as u64, entries.last().map_or(start, |entry| entry.time));
        let journal = arrange(entries).map_err(Halt::Mismatch)?;
        let is_redriven = journal.iter().any(|delivery| delivery.redrive.is_some());
        let progress = Progress {
            reached: None,
            last_delivered: None,
            entered: Vec::new(),
            failed_map_run: None,
            refused: refused(&journal),
            again: is_redriven.then(Again::default),
            redrive: None,
            redrives: 0,
            done: HashSet::new(),
            gate: Vec::new(),
            is_open: false,
            is_first: sequence == 0,
            sequence,
            pending: BTreeSet::new(),
            now: start,
            last,
            journal,
            delivered: None,
            waiting: BTreeMap::new(),
            abandoned: BTreeSet::new(),
            busy: 0,
            writing: 0,
            settling: Vec::new(),
            settled: 0,
            resting: BTreeMap::new(),
            tokens: HashMap::new(),
            offers: BTreeMap::new(),
            heartbeats: heartbeats.into_iter().collect(),
            is_unloaded: false,
            halt: None,
        };
        Ok(Arc::new(Life {
            id: record.id,
            machine: record.machine.clone(),
            clock: executor.options.clock,
            handle: Handle::default(),
            driver: Arc::default(),
            seed: record.seed,
            purpose,
            storage: executor.storage.clone(),
            workload: executor.workload.clone(),
            place: Mutex::default(),
            progress: Mutex::new(progress),
        }))
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
    pub(crate) fn random(&self, at: &impl Display, what: &str, attempt: u32) -> [u8; 16] {
        self.random_after(self.redrives(), at, what, attempt)
    }

    /// What was random at a position when the execution had been redriven so often.
    pub(crate) fn random_after(&self, redrives: u64, at: &impl Display, what: &str, attempt: u32) -> [u8; 16] {
        let mut hash = Sha256::new_with_prefix(self.seed);
        match redrives {
            0 => hash.update(format!("{what}#{attempt}/{at}")),
            // A task that begins anew counts its attempts anew.
            redrives => hash.update(format!("{what}+{redrives}#{attempt}/{at}")),
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        bytes
    }

    /// Writes down what came of an operation, unless that was written before.
    pub(crate) fn append(self: &Arc<Life>, key: Key, kind: Kind, value: Option<String>) -> Completion {
        self.append_to(&mut self.progress(), key.entry(kind, value))
    }

    /// Writes down what a task has submitted whose clock has been running since this time, unless that was written before.
    pub(crate) fn submit(self: &Arc<Life>, key: Key, value: String, since: DateTime<Utc>) -> Completion {
        let entry = Entry {
            since: Some(since),
            ..key.entry(Kind::Submitted, Some(value))
        };
        self.append_to(&mut self.progress(), entry)
    }

    /// Writes this down, with the time that it is now.
    fn append_to(self: &Arc<Life>, progress: &mut Progress, entry: Entry) -> Completion {
        if progress.is_unloaded || progress.halt.is_some() {
            return Completion::Unloaded;
        }
        if !progress.pending.insert((Key::of(&entry), entry.kind.is_end())) {
            return Completion::Closed;
        }
        let (told, heard) = oneshot::channel();
        progress.last = progress.last.max(self.clock.now());
        progress.busy += 1;
        progress.writing += 1;
        let entry = Entry {
            time: progress.last,
            ..entry
        };
        let write = Write::Append {
            execution: self.id,
            sequence: progress.sequence,
            entry: entry.clone(),
        };
        let delivery = Delivery {
            sequence: progress.sequence,
            entry,
            redrive: None,
        };
        progress.sequence += 1;
        let life = self.clone();
        // Under the lock, so that entries are written in the order of their numbers.
        self.storage.write(write, move |result| {
            life.committed(delivery, &result);
            // Nobody need wait for it.
            let _ = told.send(result);
        });
        Completion::Written(heard)
    }

    fn committed(&self, delivery: Delivery, result: &Result<bool, StoreError>) {
        let mut progress = self.progress();
        progress.busy -= 1;
        progress.writing -= 1;
        match result {
            Ok(_) => progress.journal.push_back(delivery),
            Err(error) => _ = progress.halt.get_or_insert(Halt::Store(error.clone())),
        }
        drop(progress);
        self.driver.wake();
    }

    /// Ends the execution with this error.
    pub(crate) fn end(self: &Arc<Life>, error: &Error) -> Completion {
        self.append_to(&mut self.progress(), ended(error))
    }

    /// Ends when all has been delivered that was recovered or is told again; never in a replay.
    pub(crate) async fn opened(&self) {
        poll_fn(|cx| {
            let mut progress = self.progress();
            match progress.is_open && !progress.tells_again() {
                true => Poll::Ready(()),
                false => {
                    progress.gate.push(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Ends when all is known that happened at the time of the last entry: tasks that fail at the same time have all failed
    /// before their Map does (TR-13).
    pub(crate) async fn settled(&self) {
        let mut before = None;
        poll_fn(|cx| {
            let mut progress = self.progress();
            let (settled, reached) = *before.get_or_insert((progress.settled, progress.reached));
            if progress.settled > settled {
                // What comes of it comes of its own entry, not of the last one.
                progress.reached = reached;
                return Poll::Ready(());
            }
            progress.settling.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// What is to be done when the code has come as far as it could.
    pub(crate) fn step(&self) -> Step {
        let mut progress = self.progress();
        if let Some((key, _)) = progress.delivered.take() {
            let waiting: Vec<String> = progress.waiting.keys().map(Key::to_string).collect();
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
        // When its end has learned of it, its tasks do.
        if let Some(redrive) = progress.redrive.take() {
            progress.begin_anew(redrive);
            return Step::Delivered;
        }
        if let Some((key, entry)) = progress.told_again() {
            progress.deliver(key, entry);
            return Step::Delivered;
        }
        if progress.is_open && !progress.gate.is_empty() {
            progress.gate.drain(..).for_each(Waker::wake);
            return Step::Delivered;
        }
        if !progress.settling.is_empty() {
            match progress.journal.front() {
                Some(next) if next.entry.time <= progress.now && next.spot().is_none() => {}
                None if progress.writing > 0 => return Step::Wait,
                _ => {
                    // What is written from now on is no part of it.
                    progress.last = progress.last.max(progress.now + TimeDelta::microseconds(1));
                    progress.settled += 1;
                    progress.settling.drain(..).for_each(Waker::wake);
                    return Step::Delivered;
                }
            }
        }
        while let Some(delivery) = progress.journal.pop_front() {
            if let Some(spot) = delivery.spot() {
                let text = format!("the journal tells of a redrive where {spot}, but the code does not come there");
                let halt = Halt::Mismatch(text);
                progress.halt = Some(halt.clone());
                return Step::Halt(halt);
            }
            let Delivery {
                sequence,
                entry,
                redrive,
            } = delivery;
            progress.now = entry.time;
            (progress.reached, progress.last_delivered) = (Some(sequence), Some(sequence));
            progress.log(&entry);
            progress.redrive = redrive;
            let key = Key::of(&entry);
            if !entry.kind.is_end() {
                progress.pending.remove(&(key.clone(), false));
            }
            // What a branch did that was dropped while this was written.
            if progress.abandoned.contains(&key) {
                continue;
            }
            progress.deliver(key, entry);
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
            true => Step::Rest(progress.resting.values().filter_map(Waits::due).min()),
            false => Step::Wait,
        }
    }

    /// Ends this life, if nothing has happened since it was said to rest.
    pub(crate) fn try_unload(&self) -> bool {
        let mut progress = self.progress();
        progress.is_unloaded = progress.busy == 0
            && progress.journal.is_empty()
            && progress.delivered.is_none()
            && progress.halt.is_none();
        progress.is_unloaded
    }

    /// Whether this life has ended, and another one goes on.
    pub(crate) fn is_unloaded(&self) -> bool {
        self.progress().is_unloaded
    }

    /// Stops here: it cannot go on, for this reason.
    pub(crate) fn halt(&self, problem: String) {
        self.progress().halt.get_or_insert(Halt::Mismatch(problem));
        self.driver.wake();
    }

    /// Whether it has stopped before its end.
    pub(crate) fn is_halted(&self) -> bool {
        self.progress().halt.is_some()
    }

    /// Stops here: an entry is not what the code can read.
    pub(crate) fn unreadable(&self, entry: &Entry, error: &serde_json::Error) {
        let text = format!("the journal's entry of {} cannot be read: {error}", Key::of(entry));
        self.halt(text);
    }

    /// Whether a task could not even be started: then nothing of it was scheduled (EV-19).
    pub(crate) fn is_refused(&self, key: &Key) -> bool {
        self.progress().refused.contains(key)
    }

    /// An operation begins; answers what wakes it when it is to look for an entry.
    pub(crate) fn enter(&self, key: &Key) -> Arc<AtomicWaker> {
        let waker = Arc::new(AtomicWaker::new());
        let mut progress = self.progress();
        progress.waiting.insert(key.clone(), waker.clone());
        progress.tell_again(key);
        waker
    }

    /// The entry of an operation that is delivered now.
    ///
    /// A task that has begun before the last redrive, of which there were `redrives` then, learns of that.
    pub(crate) fn take(&self, key: &Key, redrives: u64) -> Poll<Entry> {
        let mut progress = self.progress();
        if let Some((_, entry)) = progress.delivered.take_if(|(delivered, _)| delivered == key) {
            return Poll::Ready(entry);
        }
        let is_done = || progress.done.contains(key) || progress.is_told_again(key);
        match progress.redrives > redrives && key.is_task() && !is_done() {
            true => Poll::Ready(Entry {
                place: String::new(),
                kind: Kind::Redriven,
                attempt: 0,
                time: progress.now,
                value: None,
                since: None,
            }),
            false => Poll::Pending,
        }
    }

    /// The code has gone on to another state; answers whether it had not come there in an earlier life, as far as that is written.
    pub(crate) fn went_on(&self) -> bool {
        let mut progress = self.progress();
        progress.reached = None;
        progress.is_open || progress.is_first
    }

    /// The time of the last entry.
    pub(crate) fn last(&self) -> DateTime<Utc> {
        self.progress().last
    }

    /// The number of the next entry.
    pub(crate) fn sequence(&self) -> u64 {
        self.progress().sequence
    }

    /// A handler begins, whose work would be lost without memory, if it may.
    pub(crate) fn begin_work(&self) -> bool {
        let may_begin = self.workload.begin();
        // What it was about to do is not done either: this life does not rest any more.
        self.progress().busy += 1;
        may_begin
    }

    /// A handler that has begun is done.
    pub(crate) fn end_work(&self) {
        self.progress().busy -= 1;
        self.workload.end();
    }

    /// An operation only waits.
    pub(crate) fn rest(&self, key: &Key, waits: Waits) {
        self.progress().resting.insert(key.clone(), waits);
        self.driver.wake();
    }

    /// What an operation waits for that only waits.
    pub(crate) fn waits(&self, key: &Key) -> Option<Waits> {
        self.progress().resting.get(key).copied()
    }

    /// Nobody waits for an operation any more.
    pub(crate) fn leave(&self, key: &Key, token: Option<&str>, is_done: bool) {
        let mut progress = self.progress();
        progress.waiting.remove(key);
        progress.resting.remove(key);
        progress.pending.remove(&(key.clone(), true));
        if let Some(token) = token {
            progress.tokens.insert(token.to_owned(), Token::Closed);
            progress.offers.remove(token);
        }
        if !is_done {
            progress.abandoned.insert(key.clone());
        }
        progress.tell_no_more(key);
        drop(progress);
        self.driver.wake();
    }
}

impl Progress {
    fn deliver(&mut self, key: Key, entry: Entry) {
        if let Some(waker) = self.waiting.get(&key) {
            waker.wake();
        }
        self.delivered = Some((key, entry));
    }
}

/// The tasks of which nothing is written but that they could not be started.
fn refused(journal: &VecDeque<Delivery>) -> HashSet<Key> {
    let entries = || journal.iter().map(|delivery| &delivery.entry);
    let is_refusal = |entry: &&Entry| {
        let error = entry.value.as_deref().filter(|_| entry.kind == Kind::Failed);
        let error = error.and_then(|text| serde_json::from_str(text).ok());
        error.as_ref().is_some_and(Error::is_refusal)
    };
    let mut refused: HashSet<Key> = entries().filter(is_refusal).map(Key::of).collect();
    if !refused.is_empty() {
        // The start of the task of an activity that no worker has taken tells nothing.
        let begun = entries().filter(|entry| !entry.kind.is_end() && entry.value.is_some());
        begun.for_each(|entry| _ = refused.remove(&Key::of(entry)));
    }
    refused
}

/// The end of an execution with this error, at no time yet.
pub(crate) fn ended(error: &Error) -> Entry {
    Key::new(&Place::default(), Operation::End, 0).entry(Kind::Ended, Some(text_of(error)))
}

/// An error as the text of an entry. It has names and texts only, so that it has a form in JSON.
pub(crate) fn text_of(error: &Error) -> String {
    serde_json::to_string(error).unwrap_or_default()
}
