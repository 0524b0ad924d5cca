//! Values as text, as the service's own Java prints them (IF-21).

use serde_json::Value;
use std::fmt::Write;

/// A string as it is, an object as `{name=value}`, anything else as JSON.
///
/// Goes as deep as the value does without using the stack.
pub(crate) fn plain(value: &Value) -> String {
    let mut text = String::new();
    write_plain(value, &mut text);
    text
}

/// Appends [`plain`] text.
pub(crate) fn write_plain(value: &Value, text: &mut String) {
    enum Part<'v> {
        Value(&'v Value),
        Text(&'v str),
    }
    // Empty for a value without parts, which most are.
    let mut rest = Vec::new();
    let mut next = Some(Part::Value(value));
    while let Some(part) = next {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Value(Value::String(part)) => text.push_str(part),
            Part::Value(Value::Array(elements)) => {
                rest.push(Part::Text("]"));
                for (at, element) in elements.iter().enumerate().rev() {
                    rest.push(Part::Value(element));
                    rest.push(Part::Text(if at == 0 { "[" } else { ", " }));
                }
                if elements.is_empty() {
                    rest.push(Part::Text("["));
                }
            }
            Part::Value(Value::Object(members)) => {
                rest.push(Part::Text("}"));
                for (at, (name, member)) in members.iter().enumerate().rev() {
                    rest.extend([Part::Value(member), Part::Text("="), Part::Text(name)]);
                    rest.push(Part::Text(if at == 0 { "{" } else { ", " }));
                }
                if members.is_empty() {
                    rest.push(Part::Text("{"));
                }
            }
            // Writing to a string cannot fail.
            Part::Value(scalar) => _ = write!(text, "{scalar}"),
        }
        next = rest.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_text() {
        // IF-20, IF-21
        for (value, text) in [
            (json!("a \"b\""), "a \"b\""),
            (json!(null), "null"),
            (json!(true), "true"),
            (json!(1.1), "1.1"),
            (json!(1.0), "1.0"),
            (json!([]), "[]"),
            (json!({}), "{}"),
            (json!([1, "a", [null]]), "[1, a, [null]]"),
            (json!({"Arg1": 1, "Arg2": []}), "{Arg1=1, Arg2=[]}"),
            (json!({"a": {"b": "c", "d": {}}}), "{a={b=c, d={}}}"),
        ] {
            assert_eq!(plain(&value), text);
        }
    }

    #[test]
    fn deep_values_do_not_overflow_the_stack() {
        let deep = (0..100_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        assert_eq!(plain(&deep).len(), 200_004);
        // Dropping it would overflow it.
        std::mem::forget(deep);
    }
}
