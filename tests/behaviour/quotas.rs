//! The quotas of the service: kept in tests, and elsewhere where one asks for them.

use crate::support::seconds;
use asl_runtime::testing::Test;
use asl_runtime::{Error, Execution, History, Memory, Quotas, Value, asl, json};
use std::time::Duration;
use tokio::time::Instant;

asl!(mod express = {
    "StartAt": "Wait",
    "States": {
        "Wait": { "Type": "Wait", "SecondsPath": "$", "Next": "Done" },
        "Done": { "Type": "Pass", "End": true }
    }
}, type: Express);

asl!(mod standard = {
    "StartAt": "Wait",
    "States": { "Wait": { "Type": "Wait", "SecondsPath": "$", "End": true } }
});

asl!(mod hasty = {
    "TimeoutSeconds": 60,
    "StartAt": "Wait",
    "States": { "Wait": { "Type": "Wait", "SecondsPath": "$", "End": true } }
}, type: Express);

struct Nobody;
impl express::Tasks for Nobody {}
impl standard::Tasks for Nobody {}
impl hasty::Tasks for Nobody {}
impl children::Tasks for Nobody {}
impl many::Tasks for Nobody {}
impl many_in_express::Tasks for Nobody {}

const FIVE_MINUTES: u64 = 5 * 60;
const A_YEAR: u64 = 365 * 24 * 60 * 60;

#[test]
fn x_9_an_express_execution_lasts_five_minutes_and_a_standard_one_a_year() {
    // WT-13
    let within = |wait: u64| Test::new().run::<express::Machine, _>(&Nobody, json!(wait));
    within(FIVE_MINUTES - 1)
        .assert_output(FIVE_MINUTES - 1)
        .assert_path(["Wait", "Done"]);
    let late = within(FIVE_MINUTES + 1);
    late.assert_path(["Wait"]).assert_elapsed(seconds(FIVE_MINUTES));
    assert_eq!(*late.result(), Err(Error::timed_out()));

    let within = |wait: u64| Test::new().run::<standard::Machine, _>(&Nobody, json!(wait));
    within(A_YEAR - 1).assert_output(A_YEAR - 1);
    let late = within(A_YEAR + 1);
    late.assert_elapsed(seconds(A_YEAR));
    assert_eq!(*late.result(), Err(Error::timed_out()));

    // The machine's own time may run out before.
    let late = Test::new().run::<hasty::Machine, _>(&Nobody, json!(100));
    late.assert_elapsed(seconds(60));
}

#[tokio::test(start_paused = true)]
async fn quotas_are_for_tests_unless_one_says_otherwise() {
    let wait = json!(FIVE_MINUTES + 100);
    async fn elapsed(run: impl Future<Output = Result<Value, Error>>) -> (bool, Duration) {
        let started = Instant::now();
        (run.await.is_ok(), started.elapsed())
    }
    let [cut, whole] = [(false, seconds(FIVE_MINUTES)), (true, seconds(FIVE_MINUTES + 100))];
    let [kept, none] = [Quotas::Service, Quotas::Unlimited].map(|quotas| Execution::new().quotas(quotas));
    assert_eq!(elapsed(express::run(&Nobody, wait.clone())).await, whole);
    assert_eq!(
        elapsed(express::run_with(none.clone(), &Nobody, wait.clone())).await,
        whole
    );
    assert_eq!(
        elapsed(express::run_with(kept.clone(), &Nobody, wait.clone())).await,
        cut
    );
    assert_eq!(
        elapsed(express::run_on(&Memory::default(), &Nobody, wait.clone())).await,
        whole
    );
    assert_eq!(
        elapsed(express::run_on(&History::new(Execution::new()), &Nobody, wait.clone())).await,
        cut
    );
    assert_eq!(
        elapsed(express::run_on(&History::new(none.clone()), &Nobody, wait.clone())).await,
        whole
    );
    Test::with(none)
        .run_async::<express::Machine, _>(&Nobody, wait)
        .await
        .assert_elapsed(whole.1);
}

asl!(mod children = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
                "StartAt": "Wait",
                "States": { "Wait": { "Type": "Wait", "SecondsPath": "$", "End": true } }
            },
            "ToleratedFailureCount": 1,
            "End": true
        }
    }
});

#[test]
fn x_13_the_children_of_a_distributed_map_have_a_type_of_their_own() {
    let report = Test::new().run::<children::Machine, _>(&Nobody, json!([1, 2 * FIVE_MINUTES, 3]));
    report
        .assert_elapsed(seconds(FIVE_MINUTES))
        .assert_output(json!([1, 3]));
    let children = report.history().children();
    let last = |index: usize| children[index].events().pop().map(|event| event.event_type);
    assert_eq!(
        [0, 1].map(last),
        [Some("ExecutionSucceeded"), Some("ExecutionTimedOut")]
    );
}

asl!(mod many = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": { "StartAt": "Item", "States": { "Item": { "Type": "Pass", "End": true } } },
            "ResultPath": null,
            "OutputPath": null,
            "End": true
        }
    }
});

asl!(mod many_in_express = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": { "StartAt": "Item", "States": { "Item": { "Type": "Pass", "End": true } } },
            "ResultPath": null,
            "OutputPath": null,
            "End": true
        }
    }
}, type: Express);

#[test]
fn x_16_the_history_of_a_standard_execution_has_25_000_events_unless_there_are_no_quotas() {
    let items = Value::Array(vec![Value::from(1); 7_000]);
    let run = |execution: Execution| Test::with(execution).run::<many::Machine, _>(&Nobody, items.clone());
    run(Execution::new()).assert_failed("States.Runtime");
    run(Execution::new().quotas(Quotas::Unlimited)).assert_output(json!({}));
    Test::new()
        .run::<many_in_express::Machine, _>(&Nobody, items)
        .assert_output(json!({}));
}
