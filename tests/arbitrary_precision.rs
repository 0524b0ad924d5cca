//! Numbers where a value keeps them as text: where somebody else has switched on serde_json's `arbitrary_precision`.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{Error, Value, json};

asl_runtime::include_asl!(mod numbers = "machines/numbers.asl.json");

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn literals_and_data_keep_their_value() {
    // Only here does a value hold more than 64 bits of a number.
    let input =
        parse(r#"{ "n": 40, "list": [1, 1.50, 2, 1e400], "big": 123456789012345678901234567890, "long": 0.10 }"#);
    let script = Script::new().with("Work", |_, input| Answer::ok(input["input"].clone()));
    let report = script.run::<numbers::Machine>(input.clone());
    report
        .assert_path(["Literals", "Check", "Work", "Pause"])
        .assert_elapsed(std::time::Duration::from_secs(42));
    let output = report.result().as_ref().expect("it succeeds");
    assert_eq!(
        output["integers"].to_string(),
        "[0,-1,9223372036854775807,-9223372036854775808,18446744073709551615]"
    );
    assert_eq!((&output["input"], &output["work"]), (&input, &input));
    assert_eq!(output["sum"], json!(42));
    assert_eq!(output["element"].as_f64(), Some(20.5));
    assert_eq!(output["filtered"].as_array().map(Vec::len), Some(2));
}

#[test]
fn stored_errors_and_results_come_back() {
    let error = Error::new("X", "1e400");
    let stored = serde_json::to_value(&error).expect("JSON");
    assert_eq!(serde_json::from_value::<Error>(stored).expect("an error"), error);
    let value = parse("[1e400, 123456789012345678901234567890]");
    assert_eq!(serde_json::to_value(&value).expect("JSON"), value);
}
