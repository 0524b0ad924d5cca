//! Values as text: `$string`, and values in messages.

use super::limit::{MAX_BYTES, out_of_memory};
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
    if is_whole(number) {
        to.push_str(itoa::Buffer::new().format(number as i64));
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
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(number);
    if (1e-6..1e15).contains(&number.abs()) && !shortest.contains('e') {
        to.push_str(shortest);
        return;
    }
    if number < 0.0 {
        to.push('-');
    }
    let (digits, exponent) = digits(shortest);
    let len = digits.len() as i32;
    // Where the point is, counted from the first digit.
    let point = exponent + 1;
    // Writing to a string cannot fail.
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

/// Appends a number as JSON has it: what is no number, and what rounding takes out of the range of numbers, is null.
fn write_finite(to: &mut String, number: f64) {
    match number.is_finite() {
        true => write_number(to, number),
        false => to.push_str("null"),
    }
}

/// Whether it is an integer of which no digit is lost.
fn is_whole(number: f64) -> bool {
    number as i64 as f64 == number && number.abs() < 1e15
}

/// The digits of a number that is written in some way, from the first to the last that is not zero, and the power of ten of the
/// first.
fn digits(text: &str) -> (String, i32) {
    let text = text.trim_start_matches('-');
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let significant = all.trim_start_matches('0');
    let zeros = all.len() - significant.len();
    let exponent = exponent.parse::<i32>().unwrap_or(0) + whole.len() as i32 - 1 - zeros as i32;
    (significant.trim_end_matches('0').to_owned(), exponent)
}

/// A number with 15 significant digits, which hides what computing with doubles adds: `0.1 + 0.2` is `0.3`.
pub(crate) fn rounded(number: f64) -> f64 {
    if !number.is_finite() || is_whole(number) {
        return number;
    }
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(number);
    // The sign, the point and a zero before it are no digits, an exponent makes it look longer.
    if shortest.len() <= DIGITS {
        return number;
    }
    let (mut digits, exponent) = digits(shortest);
    if digits.len() <= DIGITS {
        return number;
    }
    // These digits lie on the same side of the middle between two results as the number itself: if the middle lay between the
    // two, or were nearer, it would have been taken in their place, since it has 16 digits. Only where it has been taken, all
    // digits of the number decide, and so many are more than any tie has.
    if digits.len() == DIGITS + 1 && digits.ends_with('5') {
        digits = format!("{:.50e}", number.abs()).replace('.', "");
    }
    let (kept, dropped) = digits.split_at(DIGITS);
    let kept: u64 = kept.parse().unwrap_or(0);
    let kept = kept + u64::from(dropped.starts_with(|digit| digit >= '5'));
    let exponent = exponent - (DIGITS as i32 - 1);
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
/// D1001 for an infinite number in it, unless it is shown in a message; and where the text is longer than texts can be (J-69).
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
        if to.len() > MAX_BYTES {
            return Err(out_of_memory());
        }
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
                write_finite(to, number);
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
        // A message shows infinite numbers, and of what is too long the beginning.
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
        View::Number(number) => write_finite(to, rounded(number)),
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
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (value, wanted) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-12.0, "-12"),
            (0.1, "0.1"),
            (-1.5, "-1.5"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1000000000000000"),
            (1.5e15, "1500000000000000"),
            (1234567890123456.7, "1234567890123456.8"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.25e21, "-1.25e+21"),
            (1e-6, "0.000001"),
            (-1.5e-6, "-0.0000015"),
            (1e-7, "1e-7"),
            (1.5e-7, "1.5e-7"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(number(value), wanted);
        }
    }

    #[test]
    fn numbers_are_rounded_to_15_digits() {
        for (value, wanted) in [
            (0.1 + 0.2, 0.3),
            (1.0 / 3.0, 0.333_333_333_333_333),
            (2.0 / 3.0, 0.666_666_666_666_667),
            (-1234567890123456.7, -1_234_567_890_123_460.0),
            // Half way as it is written, and a little above or below it.
            (1.000_000_000_000_005, 1.000_000_000_000_01),
            (0.100_000_000_039_595_5, 0.100_000_000_039_595),
            // Half way indeed.
            (2_000_000_000_000_000.5, 2_000_000_000_000_000.0),
            (1_000_000_000_000_005.0, 1_000_000_000_000_010.0),
            (9_999_999_999_999_995.0, 1e16),
            (5e-324, 5e-324),
        ] {
            assert_eq!(rounded(value), wanted, "{value}");
        }
    }

    proptest! {
        #[test]
        fn all_digits_of_a_number_decide(bits: u64, fraction: i64) {
            for value in [f64::from_bits(bits), fraction as f64 / 1000.0] {
                if value.is_finite() {
                    let exact = format!("{:.800e}", value.abs()).replace('.', "");
                    let (all, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
                    let (kept, dropped) = all.split_at(15);
                    let up = u64::from(dropped.as_bytes()[0] >= b'5');
                    let exponent = exponent.parse::<i32>().unwrap_or(0) - 14;
                    let wanted = format!("{}e{exponent}", kept.parse::<u64>().unwrap_or(0) + up);
                    prop_assert_eq!(Ok(rounded(value).abs()), wanted.parse());
                    prop_assert_eq!(Ok(value), number(value).parse());
                }
            }
        }
    }
}
