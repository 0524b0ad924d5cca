//! The hash that tells one definition from another.

use crate::json::{Json, Kind, Member};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 of the canonical definition, in hexadecimal: compact JSON, members sorted by name, a repeated one once, numbers as
/// written. White space and the order of members make no difference to it.
pub fn sha256(json: &Json) -> String {
    let mut text = Vec::new();
    write(json, &mut text);
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn write(json: &Json, out: &mut Vec<u8>) {
    match &json.kind {
        Kind::Null => out.extend(b"null"),
        Kind::Bool(value) => out.extend(if *value { &b"true"[..] } else { b"false" }),
        Kind::Number(text) => out.extend(text.as_bytes()),
        Kind::String(text) => write_string(&text.value, out),
        Kind::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(element, out);
            }
            out.push(b']');
        }
        Kind::Object(object) => {
            let mut members: Vec<&Member> = object.iter().collect();
            // Of a repeated one the last counts, which comes first here.
            members.reverse();
            members.sort_by_key(|member| &member.key);
            members.dedup_by_key(|member| &member.key);
            out.push(b'{');
            for (index, member) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(&member.key, out);
                out.push(b':');
                write(&member.value, out);
            }
            out.push(b'}');
        }
    }
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    // Writing a string to a Vec cannot fail.
    let _ = serde_json::to_writer(out, text);
}
