//! In a definition that is written in place, a mistake is shown at its own tokens.

asl_runtime::asl!(
    pub mod poll = {
        "StartAt": "Check",
        "States": {
            "Wait": { "Type": "Wait", "Seconds": 10, "Next": "Chek" },
            "Check": {
                "Type": "Choice",
                "Choices": [{ "Variable": "$.status[", "StringEquals": "DONE", "Next": "Done" }],
                "Default": "Wait"
            },
            "Done": { "Type": "Succeed" },
            "Done": { "Type": "Succeed" }
        }
    },
    lints { duplicate_key: deny },
);

fn main() {}
