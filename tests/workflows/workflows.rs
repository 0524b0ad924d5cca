//! Every workflow compiles, but for what is known not to be compiled yet; its future is small; and it runs.
//!
//! `ASL_CORPUS=DIR cargo test -p asl-workflows -- --nocapture`, without it on the project's own workflows.

use asl_runtime::testing::{Report, Test};
use asl_runtime::{BoxFuture, Handle, Handler, Pattern, TaskContext, TaskError, Untyped, Value, handler_fn, json};
use asl_workflows::inputs::Universe;
use asl_workflows::{Compiled, Outcome, WORKFLOWS, Workflow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::timeout;

/// What is refused by name; any other reason fails the test.
const NOT_YET: &[&str] = &[
    "`ItemReader` is not compiled yet",
    "`ItemBatcher` is not compiled yet",
    "`ResultWriter` is not compiled yet",
    "a placeholder must be replaced before this can be compiled",
];

fn compiled() -> impl Iterator<Item = (&'static Workflow, Compiled)> {
    WORKFLOWS.iter().filter_map(|workflow| match workflow.outcome {
        Outcome::Compiled(compiled) => Some((workflow, compiled)),
        Outcome::OutOfReach(_) | Outcome::Refused(_) => None,
    })
}

#[test]
fn every_workflow_compiles_but_for_what_is_refused_by_name() {
    let mut counts = BTreeMap::new();
    let mut wrong = Vec::new();
    for workflow in WORKFLOWS {
        let outcome = match workflow.outcome {
            Outcome::Compiled(_) => "compiled".to_owned(),
            Outcome::OutOfReach(reasons) => {
                if reasons.iter().any(|reason| !NOT_YET.contains(reason)) {
                    wrong.push(format!("{}: {}", workflow.path, reasons.join("; ")));
                }
                reasons.join("; ")
            }
            Outcome::Refused(why) => {
                wrong.push(why.to_owned());
                "refused".to_owned()
            }
        };
        *counts.entry(outcome).or_insert(0) += 1;
    }
    println!("{:5} different workflows", WORKFLOWS.len());
    for (outcome, count) in &counts {
        println!("{count:5} {outcome}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts.contains_key("compiled"), "there is nothing to test");
}

#[test]
fn the_future_of_a_machine_takes_a_kibibyte_at_most() {
    let mut sizes: Vec<(usize, &str)> = compiled()
        .map(|(workflow, machine)| ((machine.size)(), workflow.path))
        .collect();
    sizes.sort_unstable();
    let large: Vec<_> = sizes.iter().filter(|(size, _)| *size > 1024).collect();
    assert!(large.is_empty(), "{large:#?}");
    println!("futures: {} to {} bytes", sizes[0].0, sizes[sizes.len() - 1].0);
}

/// How often a workflow is run, each time over other answers.
const RUNS: usize = 12;
/// A run that asks for more work than this is stopped.
const CALLS: usize = 300;
/// No run waits for longer in virtual time: it polls for something that does not come.
const LONG: Duration = Duration::from_secs(40 * 24 * 3600);

#[test]
fn every_workflow_runs() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime that only keeps time needs nothing of the system");
    let mut ends = BTreeMap::new();
    let (mut entered, mut all) = (0, 0);
    for (workflow, machine) in compiled() {
        let definition = serde_json::from_str(workflow.definition).expect("it has been compiled");
        let universe = Universe::new(&definition);
        let mut states = BTreeSet::new();
        for run in 0..RUNS {
            let report = runtime.block_on(async { timeout(LONG, once(machine, universe.clone(), run)).await });
            let Ok(report) = report else {
                *ends.entry("STILL WAITING".to_owned()).or_insert(0) += 1;
                continue;
            };
            states.extend(report.path());
            let end = match report.result() {
                Ok(_) => "SUCCEEDED".to_owned(),
                Err(error) => error.status().to_string(),
            };
            *ends.entry(end).or_insert(0) += 1;
        }
        entered += states.len();
        all += universe.states();
    }
    println!("{entered} of {all} states were entered; the runs ended: {ends:?}");
    assert!(entered * 2 >= all, "too few states were entered to show anything");
}

/// One run: the first with an empty input, the others with what the workflow looks for in it.
async fn once(machine: Compiled, universe: Universe, run: usize) -> Report {
    let test = Test::new();
    let input = if run == 0 { json!({}) } else { universe.value(run) };
    let tasks = Untyped(handler(universe, run, test.handle()));
    (machine.run)(test, &tasks, input).await
}

fn handler(universe: Universe, run: usize, handle: Handle) -> Box<dyn Handler> {
    let calls = AtomicUsize::new(0);
    Box::new(handler_fn(move |cx, _| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let answer = answer(&universe, run, call);
        let answer = end_callback(cx, &handle, answer);
        if call == CALLS {
            handle.stop(Some("Stopped".to_owned()), None);
        }
        Box::pin(async { answer }) as BoxFuture<'_, _>
    }))
}

/// In every third run some tasks fail.
fn answer(universe: &Universe, run: usize, call: usize) -> Result<Value, TaskError> {
    match (run % 3, (run + call) % 4) {
        (2, 0) => Err(TaskError::new(universe.error(run + call), "as it happens")),
        _ => Ok(universe.value(run + call)),
    }
}

/// A callback task has submitted its work, and gets its answer by its token.
fn end_callback(cx: &TaskContext<'_>, handle: &Handle, answer: Result<Value, TaskError>) -> Result<Value, TaskError> {
    let token = cx
        .token()
        .filter(|_| cx.resource().pattern == Pattern::WaitForTaskToken);
    let Some(token) = token else { return answer };
    let ended = match answer {
        Ok(output) => handle.send_task_success(token, output),
        Err(error) => handle.send_task_failure(token, error.name, error.cause),
    };
    ended
        .map(|()| json!({}))
        .map_err(|error| TaskError::new("Token", error.to_string()))
}
