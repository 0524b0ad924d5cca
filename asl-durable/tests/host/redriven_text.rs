//! Histories of executions that were redriven, as text.

use crate::redrive::{Shop, build, crowd, open, picky, sieve};
use asl_durable::{Host, MemoryStore};
use asl_runtime::{HistoryEvent, HistoryTable, HistoryTimeline, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

async fn shop() -> (Host, Arc<Shop>) {
    let shop = Arc::<Shop>::default();
    (open(&MemoryStore::new(), &shop).await, shop)
}

/// The history of an execution that is redriven so often, each time this many seconds after its end.
async fn redriven(host: &Host, arn: &str, times: usize, seconds: u64) -> Vec<HistoryEvent> {
    host.wait(arn).await.expect("ended");
    for _ in 0..times {
        sleep(Duration::from_secs(seconds)).await;
        host.redrive(arn).await.expect("redriven");
        host.wait(arn).await.expect("ended");
    }
    host.history(arn).await.expect("a history")
}

/// The states in a table, from the first redrive on: of what is aborted nothing tells the state.
fn states(history: &[HistoryEvent]) -> String {
    let table = HistoryTable(history).to_string();
    let column = table.find("state").expect("a header");
    let lines = table.lines().skip_while(|line| !line.contains("ExecutionRedriven"));
    let told = lines.filter(|line| !line.contains(" Execution") && !line.contains("StateAborted"));
    let states: Vec<&str> = told
        .map(|line| line.get(column..).unwrap_or_default())
        .map(|rest| rest.split(' ').next().unwrap_or_default())
        .collect();
    states.join(" ")
}

fn is_shown(history: &[HistoryEvent], expected: &str) {
    assert_eq!(HistoryTimeline(history).to_string(), expected);
}

/// Two lanes go on, one of which tries twice more.
#[tokio::test(start_paused = true)]
async fn a_state_goes_on_in_its_line() {
    let (host, shop) = shop().await;
    shop.break_down("compile", 3);
    let input = json!({ "documents": ["quick", "slow"] });
    let arn = host.start::<build::Machine>("n", input).await.expect("started").arn;
    let history = redriven(&host, &arn, 1, 100).await;
    let lanes = "Compile Print Print Compile Compile Compile Compile Compile Compile Print Print";
    assert_eq!(states(&history), format!("{lanes} Each Each Each Make Make"));
    let expected = "\
state      start     took
Fetch      0.000    1.000  |.                                       |
Make       1.000  212.000  |========================================|  Broken
  Compile  1.000  124.000  |=======================                 |  4 attempts, Broken
  Each     1.000  212.000  |========================================|
    Print  1.000    1.000  |.                                       |  item 0
    Print  1.000  212.000  |========================================|  item 1, 2 attempts
";
    is_shown(&history, expected);
}

#[tokio::test(start_paused = true)]
async fn what_was_stopped_goes_on_too() {
    let (host, _) = shop().await;
    let input = json!({ "documents": ["quick", "slow"] });
    let arn = host.start::<build::Machine>("n", input).await.expect("started").arn;
    sleep(Duration::from_secs(20)).await;
    host.stop(&arn, None, None).await.expect("stopped");
    sleep(Duration::from_secs(100)).await;
    host.redrive(&arn).await.expect("redriven");
    sleep(Duration::from_secs(30)).await;
    let history = host.history(&arn).await.expect("a history");
    assert_eq!(states(&history), "Print Print");
    let expected = "\
state      start     took
Fetch      0.000    1.000  |.                                       |
Make       1.000   19.000  |=======                                 |  open
  Compile  1.000    1.000  |=                                       |
  Each     1.000   19.000  |=======                                 |  open
    Print  1.000    1.000  |=                                       |  item 0
    Print  1.000  119.000  |========================================|  item 1, 2 attempts, open
";
    is_shown(&history, expected);
}

/// Each time that it is entered has a line of its own, in the same lane.
#[tokio::test(start_paused = true)]
async fn a_state_that_does_no_work_is_entered_again() {
    let (host, _) = shop().await;
    let arn = host.start::<picky::Machine>("n", json!({})).await.expect("started").arn;
    let history = redriven(&host, &arn, 2, 10).await;
    assert_eq!(states(&history), "Again? Both Again? Again? Done Done Slow Slow");
    let expected = "\
state      start     took
Fetch      0.000    1.000  |.                                       |
Tidy       1.000    0.000  |.                                       |
Both       1.000  521.000  |========================================|  States.NoChoiceMatched
  Slow     1.000  521.000  |========================================|  2 attempts, aborted
  Quick    1.000    1.000  |.                                       |
  Sweep    2.000    0.000  |.                                       |
  Again?   2.000    0.000  |.                                       |  aborted
  Again?  12.000    0.000  | .                                      |  aborted
  Again?  22.000    0.000  |  .                                     |
  Done    22.000    0.000  |  .                                     |
";
    is_shown(&history, expected);
}

/// Each item goes on in its own line, and what had just been done is told again there.
#[tokio::test(start_paused = true)]
async fn items_are_told_from_one_another() {
    let (host, shop) = shop().await;
    shop.break_down("quick1", 1);
    let items = json!(["quick1", "quick2", "wrong"]);
    let arn = host.start::<sieve::Machine>("n", items).await.expect("started").arn;
    let history = redriven(&host, &arn, 2, 10).await;
    assert!(!states(&history).contains("  "), "{:#}", HistoryTable(&history));
    let expected = "\
state     start    took
Each      0.000  22.000  |========================================|  Broken
  Fine?   0.000   0.000  |.                                       |  item 0
  Work    0.000  22.000  |========================================|  item 0, 3 attempts, Broken
  Fine?   0.000   0.000  |.                                       |  item 1
  Work    0.000  21.000  |======================================  |  item 1, 2 attempts
  Fine?   0.000   0.000  |.                                       |  item 2, aborted
  Fine?  10.000   0.000  |                  .                     |  item 2
  Work   10.000   1.000  |                  ==                    |  item 2
";
    is_shown(&history, expected);
}

#[tokio::test(start_paused = true)]
async fn a_map_run_goes_on_in_its_line() {
    let (host, shop) = shop().await;
    shop.break_down("b", 1);
    let arn = host.start::<crowd::Machine>("n", json!(["b", "c"])).await;
    let history = redriven(&host, &arn.expect("started").arn, 1, 10).await;
    assert_eq!(states(&history), "Each Each Each Each");
    let line = "Each   0.000  12.000  |========================================|";
    assert!(HistoryTimeline(&history).to_string().contains(line));
}
