//! What may stand around a definition.

use asl_runtime::{Machine, asl};

asl!(
    /// A machine that only its own module's parent sees.
    #[allow(dead_code, reason = "nothing runs it")]
    mod private = {
        // Rust's comments are no part of the definition.
        "StartAt": "Hello", /* nor are these */
        "States": { "Hello": { "Type": "Pass", "Result": -1.5e3, "End": true } }
    },
    type: Express,
    lints { unread_token: deny, no_dollar: allow },
);

/// Definitions come out of declarative macros, too.
macro_rules! constant {
    ($name:ident, $value:literal) => {
        asl!(pub(crate) mod $name = {
            "StartAt": "Only",
            "States": { "Only": { "Type": "Pass", "Result": $value, "End": true } }
        });
    };
}

constant!(one, 1);
constant!(minus, -2);
constant!(text, "\x08 \u{1F600} \"quoted\"\n");
constant!(yes, true);

#[test]
fn all_of_them_compile() {
    let names = [
        private::Machine::DEFINITION.name,
        one::Machine::DEFINITION.name,
        minus::Machine::DEFINITION.name,
        text::Machine::DEFINITION.name,
        yes::Machine::DEFINITION.name,
    ];
    assert_eq!(names.len(), 5);
}
