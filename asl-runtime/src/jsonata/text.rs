//! Values as text: `$string`, and values in messages.

use super::view::View;
use super::{Error, Query, Result, Text, Val};
use std::fmt::Write;

/// How many significant digits a number keeps in text.
const DIGITS: usize = 15;

/// `false` for what is no number.
///
/// # Errors
/// D1001 for an infinite number.
pub(crate) fn finite(number: f64) -> Result<bool> {
    if number.is_infinite() {
        return Err(Error::new("D1001", "Number out of range: null"));
    }
    Ok(!number.is_nan())
}

/// A number as JavaScript writes it.
pub(crate) fn number(number: f64) -> String {
    let mut text = String::new();
    write_number(&mut text, number);
    text
}

/// Appends a number as JavaScript writes it.
pub(crate) fn write_number(to: &mut String, number: f64) {
    /// Below this the fast way writes all the digits that there are.
    const WHOLE: f64 = 1e15;
    // Writing to a string cannot fail.
    if number == number.trunc() && number.abs() < WHOLE {
        _ = write!(to, "{}", number as i64);
        return;
    }
    if !number.is_finite() {
        to.push_str(match number {
            _ if number.is_nan() => "NaN",
            _ if number > 0.0 => "Infinity",
            _ => "-Infinity",
        });
        return;
    }
    let (digits, exponent) = digits(number);
    if number < 0.0 {
        to.push('-');
    }
    let len = digits.len() as i32;
    // Where the point is, counted from the first digit.
    let point = exponent + 1;
    match point {
        _ if (len..=21).contains(&point) => {
            to.push_str(&digits);
            to.extend(std::iter::repeat_n('0', (point - len) as usize));
        }
        1..=21 => {
            let (whole, fraction) = digits.split_at(point as usize);
            _ = write!(to, "{whole}.{fraction}");
        }
        -5..=0 => {
            to.push_str("0.");
            to.extend(std::iter::repeat_n('0', -point as usize));
            to.push_str(&digits);
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            _ = write!(to, "{first}{dot}{rest}e{exponent:+}");
        }
    }
}

/// The fewest digits that tell a number from its neighbours, and the power of ten of the first.
fn digits(number: f64) -> (String, i32) {
    let text = format!("{:e}", number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// A number with 15 significant digits, which hides what computing with doubles adds: `0.1 + 0.2` is `0.3`.
pub(crate) fn rounded(number: f64) -> f64 {
    if !number.is_finite() || (number == number.trunc() && number.abs() < 1e15) || digits(number).0.len() <= DIGITS {
        return number;
    }
    // More digits than any tie between two results has, so that halves can go up.
    let exact = format!("{:.50e}", number.abs());
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let mantissa = mantissa.replace('.', "");
    let (kept, dropped) = mantissa.split_at(DIGITS);
    let kept: u64 = kept.parse().unwrap_or(0);
    let kept = kept + u64::from(dropped.starts_with(|digit| digit >= '5'));
    let exponent = exponent.parse::<i32>().unwrap_or(0) - (DIGITS as i32 - 1);
    let rounded: f64 = format!("{kept}e{exponent}").parse().unwrap_or(number);
    rounded.copysign(number)
}

/// Appends a string as JSON.
fn write_quoted(to: &mut String, text: &str) {
    to.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            0..0x20 => "",
            _ => continue,
        };
        to.push_str(&text[from..at]);
        if escape.is_empty() {
            _ = write!(to, "\\u{byte:04x}");
        } else {
            to.push_str(escape);
        }
        from = at + 1;
    }
    to.push_str(&text[from..]);
    to.push('"');
}

/// How a value is written as JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As `$string` writes it: numbers rounded, functions as empty strings.
    Plain,
    /// The same on several lines.
    Pretty,
    /// As it is shown in a message.
    Message,
}

/// Appends a value as JSON. Goes as deep as the value does without using the stack.
///
/// # Errors
/// D1001 for an infinite number in it, unless it is shown in a message.
pub(crate) fn write_json(to: &mut String, value: View<'_, '_>, style: Style) -> Result<()> {
    enum Part<'v, 'a> {
        Value(View<'v, 'a>),
        Name(&'v str),
        Text(&'static str),
        /// A new line, this deep.
        Line(usize),
    }
    let pretty = style == Style::Pretty;
    let mut rest = vec![Part::Value(value)];
    let mut depth = 0;
    while let Some(part) = rest.pop() {
        let value = match part {
            Part::Value(value) => value,
            Part::Name(name) => {
                write_quoted(to, name);
                to.push_str(if pretty { ": " } else { ":" });
                continue;
            }
            Part::Text(text) => {
                to.push_str(text);
                depth -= usize::from(matches!(text, "]" | "}"));
                continue;
            }
            Part::Line(depth) => {
                if pretty {
                    to.push('\n');
                    to.extend(std::iter::repeat_n("  ", depth));
                }
                continue;
            }
        };
        match value {
            View::Undefined | View::Null => to.push_str("null"),
            View::Bool(value) => to.push_str(if value { "true" } else { "false" }),
            View::Number(number) => {
                let number = match style {
                    Style::Message => number,
                    Style::Plain | Style::Pretty if finite(number)? => rounded(number),
                    Style::Plain | Style::Pretty => number,
                };
                if number.is_finite() {
                    write_number(to, number);
                } else {
                    to.push_str("null");
                }
            }
            View::String(text) => write_quoted(to, text),
            View::Function(_) => to.push_str("\"\""),
            View::Array(elements) => {
                if elements.len() == 0 {
                    to.push_str("[]");
                    continue;
                }
                to.push('[');
                depth += 1;
                rest.extend([Part::Text("]"), Part::Line(depth - 1)]);
                for (at, element) in elements.iter().enumerate().rev() {
                    rest.extend([Part::Value(element), Part::Line(depth)]);
                    if at > 0 {
                        rest.push(Part::Text(","));
                    }
                }
            }
            View::Object(members) => {
                let shown = |value: &View<'_, '_>| match value {
                    View::Undefined => false,
                    View::Function(_) => style != Style::Message,
                    _ => true,
                };
                let mut first = true;
                let from = rest.len();
                depth += 1;
                rest.extend([Part::Text("}"), Part::Line(depth - 1)]);
                let start = rest.len();
                for (name, value) in members.iter().filter(|(_, value)| shown(value)) {
                    // Turned round below.
                    if !first {
                        rest.push(Part::Text(","));
                    }
                    rest.extend([Part::Line(depth), Part::Name(name), Part::Value(value)]);
                    first = false;
                }
                if first {
                    rest.truncate(from);
                    depth -= 1;
                    to.push_str("{}");
                } else {
                    to.push('{');
                    rest[start..].reverse();
                }
            }
        }
    }
    Ok(())
}

/// A value as it is shown in a message: as JSON.
pub(crate) fn shown(value: &Val<'_>) -> String {
    let mut text = String::new();
    match value {
        Val::Undefined | Val::Function(_) => text.push_str("undefined"),
        // A message shows infinite numbers, so nothing can fail.
        value => _ = write_json(&mut text, value.into(), Style::Message),
    }
    text
}

/// Appends a value as `$string` and `&` write it; nothing is no text.
///
/// # Errors
/// D3001 and D1001 for infinite numbers.
pub fn write_string(to: &mut String, value: &Val<'_>) -> Result<()> {
    write_styled(to, value, Style::Plain)
}

fn write_styled(to: &mut String, value: &Val<'_>, style: Style) -> Result<()> {
    match View::from(value) {
        View::Undefined | View::Function(_) => {}
        View::String(text) => to.push_str(text),
        View::Number(number) if !number.is_finite() => {
            return Err(Error::new(
                "D3001",
                "Attempting to invoke string function on Infinity or NaN",
            ));
        }
        view => write_json(to, view, style)?,
    }
    Ok(())
}

/// A value that is something, as `$string` writes it.
pub(crate) fn string<'a>(query: &Query<'_>, value: &Val<'a>, pretty: bool) -> Result<Text<'a>> {
    if let Val::String(text) = value {
        return Ok(text.clone());
    }
    let mut text = String::new();
    write_styled(&mut text, value, if pretty { Style::Pretty } else { Style::Plain })?;
    query.hold(text.len())?;
    Ok(Text::Shared(text.into()))
}
