//! One execution with every kind of operation, and those that it starts. Time is virtual, so that nobody waits, but the
//! deaths are real. However often it was killed, it ends like one that never was.

use crate::everything::{Diary, World, builder, end, run, start_time};
use crate::mortal::{Fate, Fates, HERE, Left, Mortal};
use crate::process::{Death, life};
use crate::random::Random;
use crate::told::told;
use asl_durable::{ExecutionStatus, Host, HostError, Sqlite};
use asl_runtime::{TaskContext, Value};
use futures_util::future::join;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread::scope;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::sync::watch;

/// What a process does, and when it dies.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Plan {
    /// At this commit: of the whole life, or after the redrive.
    fate: Option<Fate>,
    /// The execution fails, and is redriven.
    is_broken: bool,
    /// It goes no further than to that failure.
    is_left_broken: bool,
    /// So many tasks of the activity are taken by workers that vanish.
    vanished: usize,
    /// The host is shut down during this commit.
    shut_down: Option<u64>,
}

impl Plan {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("JSON")
    }

    /// A process that lives to its end.
    fn whole(self) -> Plan {
        Plan {
            fate: None,
            shut_down: None,
            ..self
        }
    }
}

/// What is asked of the world, in files that outlive the process.
struct Book {
    calls: Mutex<File>,
    tokens: Mutex<File>,
    /// What is written as done.
    done: HashSet<(String, String, u32)>,
}

impl Book {
    fn open(folder: &Path, done: HashSet<(String, String, u32)>) -> Book {
        let append = |name| {
            let file = OpenOptions::new().create(true).append(true).open(folder.join(name));
            Mutex::new(file.expect("a file"))
        };
        Book {
            calls: append("calls"),
            tokens: append("tokens"),
            done,
        }
    }
}

/// In one piece: the process may be killed in between.
fn write_line(file: &Mutex<File>, line: &str) {
    let mut file = file.lock().expect("a file");
    file.write_all(format!("{line}\n").as_bytes()).expect("written");
}

impl Diary for Book {
    fn called(&self, execution: &str, place: &str, cx: &TaskContext<'_>) {
        let attempt = (execution.to_owned(), place.to_owned(), cx.attempt());
        assert!(!self.done.contains(&attempt), "{attempt:?} runs again");
        let (attempt, key) = (cx.attempt(), cx.idempotency_key());
        write_line(&self.calls, &format!("{execution} {place} {attempt} {key}"));
    }

    fn asked(&self, token: &str) {
        write_line(&self.tokens, token);
    }
}

/// The lines of a file, each of them whole.
fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(str::to_owned).collect()
}

/// Which attempts were made, without their idempotency keys: parts of some follow from the seed of the execution.
fn attempts(calls: &[String]) -> BTreeSet<String> {
    let attempts = calls.iter().filter_map(|call| call.rsplit_once(' '));
    attempts.map(|(attempt, _)| attempt.to_owned()).collect()
}

/// What is killed.
pub fn child(folder: &Path, plan: &Value) {
    let plan = Plan::deserialize(plan).expect("a plan");
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(live(folder, plan));
}

async fn live(folder: &Path, plan: Plan) {
    let mut store = Sqlite::open(folder.join("all.db")).expect("a store");
    let left = Left::read(&mut store, start_time()).expect("a store that can be read");
    let world = World::new(Book::open(folder, left.done), lines(folder, "tokens"));
    let fates = Fates::default();
    fates.begin(plan.fate.filter(|_| !plan.is_broken));
    let (shuts_down, mut shutting_down) = watch::channel(false);
    let (goes_on, gone_on) = mpsc::channel();
    let mut commits = 0;
    let begins = Box::new(move || {
        commits += 1;
        if Some(commits) == plan.shut_down {
            shuts_down.send_replace(true);
            gone_on.recv().expect("the host is being shut down");
        }
    });
    let store = Mortal {
        store,
        fates: fates.clone(),
        begins,
    };
    let host = builder(&world).start_time(left.now).open(store).await.expect("a host");
    let lives = async {
        let status = run(&host, &world.0, "all", plan.is_broken, plan.vanished).await;
        match status.expect("an end") {
            ExecutionStatus::Failed if plan.is_broken && !plan.is_left_broken => {
                fates.begin(plan.fate);
                redrive(&host, &world.0).await.expect("an end");
            }
            _ => {}
        }
        println!("ended {}.", told(&host).await.expect("it is told"));
    };
    tokio::select! {
        () = lives => {}
        is_closing = shutting_down.wait_for(|is_closing| *is_closing) => {
            drop(is_closing);
            // It is closing when the commit goes on.
            join(host.shut_down(), async { goes_on.send(()).expect("it waits") }).await;
        }
    }
}

async fn redrive(host: &Host, world: &World<Book>) -> Result<(), HostError> {
    let arn = "arn:aws:states:us-east-1:000000000000:execution:everything:all";
    host.redrive(arn).await?;
    tokio::select! {
        ended = end(host, arn) => ended.map(|_| ()),
        () = world.answer(host) => unreachable!("it is pending"),
    }
}

/// What is told of executions that were never killed, by how many workers have vanished: one that had taken a task when the
/// process died has heard of that never or too late.
struct Undisturbed {
    plan: Plan,
    told: Mutex<BTreeMap<usize, String>>,
    /// The attempts, and how many calls they were: those of a task that is redriven count from zero again.
    calls: BTreeSet<String>,
    count: usize,
    took: Duration,
}

impl Undisturbed {
    fn new(plan: Plan) -> Undisturbed {
        let folder = tempfile::tempdir().expect("a folder");
        let begun = Instant::now();
        let told = life("matrix", folder.path(), &plan.text(), Death::Never).expect("an end");
        let status = if plan.is_left_broken { "FAILED" } else { "SUCCEEDED" };
        let ends = format!("\"name\":\"all\",\"status\":\"{status}\"");
        let calls = lines(folder.path(), "calls");
        assert!(told.contains(&ends) && !told.contains("\"error\":\"Caught\""), "{told}");
        Undisturbed {
            plan,
            told: Mutex::new(BTreeMap::from([(0, told)])),
            calls: attempts(&calls),
            count: calls.len(),
            took: begun.elapsed(),
        }
    }

    /// What has to be told where so many workers have vanished.
    fn told(&self, vanished: usize) -> String {
        let mut known = self.told.lock().expect("what is told");
        let told = known.entry(vanished).or_insert_with(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let plan = Plan { vanished, ..self.plan };
            life("matrix", folder.path(), &plan.text(), Death::Never).expect("an end")
        });
        assert_eq!(told.matches("\"ActivityTimedOut\"").count(), vanished);
        told.clone()
    }

    /// An execution that was killed has to end like this one; how many calls were made again.
    fn check(&self, folder: &Path, told: &str, deaths: usize, context: &str) -> usize {
        let vanished = told.matches("\"ActivityTimedOut\"").count();
        assert!(vanished <= deaths, "{context}: {vanished} workers have vanished");
        let wanted = self.told(vanished);
        let same = told
            .bytes()
            .zip(wanted.bytes())
            .take_while(|(told, wanted)| told == wanted);
        // From where they differ on.
        let part = |text: &str, from: usize| {
            text.chars()
                .skip(from.saturating_sub(300))
                .take(600)
                .collect::<String>()
        };
        let from = same.count();
        let (here, there) = (part(told, from), part(&wanted, from));
        assert!(told == wanted, "{context}:\n... {here}\nis not\n... {there}");
        let calls = lines(folder, "calls");
        let distinct: BTreeSet<&String> = calls.iter().collect();
        assert_eq!(attempts(&calls), self.calls, "{context}");
        // The idempotency key is the same in every life.
        assert_eq!(distinct.len(), self.calls.len(), "{context}");
        // What is under way at a time: three tasks of the race and one of a nested execution.
        let again = calls.len() - self.count;
        assert!(again <= 4 * deaths, "{context}: {again} calls were made again");
        again
    }
}

/// A folder that is as another one was left.
fn copy(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for file in fs::read_dir(folder).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), copy.path().join(file.file_name())).expect("a copy");
    }
    copy
}

/// How many processes live at a time. Most of their time they wait for the disk.
const AT_A_TIME: usize = 8;

/// Does this with the numbers from 1 on until it says that there is no more; how often it did.
fn for_each_number(work: impl Fn(u64) -> bool + Sync) -> u64 {
    let (next, done) = (AtomicU64::new(1), AtomicU64::new(0));
    let is_over = AtomicUsize::new(0);
    scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while is_over.load(Ordering::Relaxed) == 0 {
                    match work(next.fetch_add(1, Ordering::Relaxed)) {
                        true => done.fetch_add(1, Ordering::Relaxed),
                        false => is_over.fetch_add(1, Ordering::Relaxed) as u64,
                    };
                }
            });
        }
    });
    done.into_inner()
}

/// Kills a life at each of its commits, before and after it is written, and lets the next one come to its end.
fn kill_at_each(undisturbed: &Undisturbed, folder: impl Fn() -> TempDir + Sync) {
    let (deaths, again) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let commits = for_each_number(|commit| {
        let mut has_died = false;
        for is_written in [false, true] {
            let context = format!("commit {commit}, written: {is_written}");
            let folder = folder();
            let fate = Some(Fate { commit, is_written });
            let plan = Plan {
                fate,
                ..undisturbed.plan
            };
            let mut told = life("matrix", folder.path(), &plan.text(), Death::Said(HERE, 1));
            let died = usize::from(told.is_none());
            if told.is_none() {
                told = life("matrix", folder.path(), &plan.whole().text(), Death::Never);
            }
            let again_here = undisturbed.check(folder.path(), &told.expect("an end"), died, &context);
            deaths.fetch_add(died, Ordering::Relaxed);
            again.fetch_add(again_here, Ordering::Relaxed);
            has_died |= died > 0;
        }
        has_died
    });
    println!(
        "    {commits} commits, {} deaths, {:.1} of {} calls made again each time",
        deaths.into_inner(),
        again.into_inner() as f64 / (2 * commits) as f64,
        undisturbed.count
    );
}

fn new_folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub fn at_each_commit() {
    let undisturbed = Undisturbed::new(Plan::default());
    kill_at_each(&undisturbed, new_folder);
}

pub fn at_each_commit_of_a_redrive() {
    let plan = Plan {
        is_broken: true,
        ..Plan::default()
    };
    let broken = new_folder();
    let left = Plan {
        is_left_broken: true,
        ..plan
    };
    life("matrix", broken.path(), &left.text(), Death::Never).expect("an end");
    kill_at_each(&Undisturbed::new(plan), || copy(broken.path()));
}

/// A host that is told to end while something is being written, and dies before all of that is over, or does not.
pub fn at_each_commit_of_a_shutdown() {
    let undisturbed = Undisturbed::new(Plan::default());
    let deaths = AtomicUsize::new(0);
    let commits = for_each_number(|commit| {
        let fate = |commit, is_written| Some(Fate { commit, is_written });
        for fate in [fate(commit, true), fate(commit + 1, true)] {
            let context = format!("commit {commit}, {fate:?}");
            let folder = new_folder();
            let plan = Plan {
                shut_down: Some(commit),
                fate,
                ..undisturbed.plan
            };
            if life("matrix", folder.path(), &plan.text(), Death::Said(HERE, 1)).is_some() {
                return false;
            }
            let told = life("matrix", folder.path(), &plan.whole().text(), Death::Never);
            undisturbed.check(folder.path(), &told.expect("an end"), 1, &context);
            deaths.fetch_add(1, Ordering::Relaxed);
        }
        true
    });
    println!("    {commits} commits, {} ends of a host", deaths.into_inner());
}

/// Each life dies a few commits after it began, until one of them comes to the end of the execution.
pub fn again_and_again() {
    const EXECUTIONS: u64 = 8;
    let undisturbed = Undisturbed::new(Plan::default());
    let (deaths, again) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_each_number(|number| {
        let folder = new_folder();
        let mut random = Random(number);
        let mut deaths_here = 0;
        let told = loop {
            let fate = Fate {
                // The first commits of a life do no more than take note of that.
                commit: 3 + (random.next() * 6.0) as u64,
                is_written: random.next() < 0.5,
            };
            let plan = Plan {
                fate: Some(fate),
                ..undisturbed.plan
            };
            match life("matrix", folder.path(), &plan.text(), Death::Said(HERE, 1)) {
                Some(told) => break told,
                None => deaths_here += 1,
            }
            assert!(deaths_here < 200, "{number}: it does not come further");
        };
        let again_here = undisturbed.check(folder.path(), &told, deaths_here, &format!("seed {number}"));
        deaths.fetch_add(deaths_here, Ordering::Relaxed);
        again.fetch_add(again_here, Ordering::Relaxed);
        number < EXECUTIONS
    });
    println!(
        "    {EXECUTIONS} executions, {:.1} deaths and {:.1} of {} calls made again each time",
        deaths.into_inner() as f64 / EXECUTIONS as f64,
        again.into_inner() as f64 / EXECUTIONS as f64,
        undisturbed.count
    );
}

/// SIGKILL by the parent, five times each.
pub fn at_random_moments() {
    const EXECUTIONS: u64 = 24;
    const DEATHS: usize = 5;
    let undisturbed = Undisturbed::new(Plan::default());
    let again = AtomicUsize::new(0);
    for_each_number(|number| {
        let folder = new_folder();
        let plan = undisturbed.plan.text();
        let mut random = Random(number);
        let mut deaths = 0;
        let told = loop {
            let moment = undisturbed.took.mul_f64(random.next());
            let death = if deaths < DEATHS {
                Death::After(moment)
            } else {
                Death::Never
            };
            match life("matrix", folder.path(), &plan, death) {
                Some(told) => break told,
                None => deaths += 1,
            }
        };
        let again_here = undisturbed.check(folder.path(), &told, deaths, &format!("random {number}"));
        again.fetch_add(again_here, Ordering::Relaxed);
        number < EXECUTIONS
    });
    println!(
        "    {EXECUTIONS} executions, killed {DEATHS} times each, {:.1} of {} calls made again each time",
        again.into_inner() as f64 / EXECUTIONS as f64,
        undisturbed.count
    );
}
