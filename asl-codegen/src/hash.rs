//! The hash that tells one definition from another.

use crate::json::{Json, Kind};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 of the canonical definition, in hexadecimal: compact JSON, members sorted by name, a repeated one once, numbers as
/// written. White space and the order of members make no difference to it.
pub fn sha256(json: &Json) -> String {
    let mut text = String::new();
    write(json, &mut text);
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn write(json: &Json, out: &mut String) {
    match &json.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(text) => out.push_str(text),
        Kind::String(text) => write_string(&text.value, out),
        Kind::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Kind::Object(object) => {
            let members: std::collections::BTreeMap<&str, &Json> = object
                .iter()
                .map(|member| (member.key.as_str(), &member.value))
                .collect();
            out.push('{');
            for (index, (key, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
