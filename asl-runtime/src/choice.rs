//! The operators of Choice rules (CH-20 to CH-42), each a function of its name.
//!
//! A value of another type than the operator's gives false, never an error (CH-22). So does the right side of a
//! `...Path` operator (CH-23): the right side is a literal or a value.

use crate::number::Num;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;
use std::cmp::Ordering;

/// The right side of an operator on strings.
pub trait AsText {
    /// The string, if it is one.
    fn as_text(&self) -> Option<&str>;
}

impl AsText for &str {
    fn as_text(&self) -> Option<&str> {
        Some(self)
    }
}

impl AsText for &Value {
    fn as_text(&self) -> Option<&str> {
        self.as_str()
    }
}

/// The right side of an operator on numbers.
pub trait AsNumber {
    /// The number, if it is one.
    fn as_number(&self) -> Option<Num<'_>>;
}

impl AsNumber for i32 {
    fn as_number(&self) -> Option<Num<'_>> {
        Some(Num::I64((*self).into()))
    }
}

impl AsNumber for i64 {
    fn as_number(&self) -> Option<Num<'_>> {
        Some(Num::I64(*self))
    }
}

impl AsNumber for u64 {
    fn as_number(&self) -> Option<Num<'_>> {
        Some(Num::U64(*self))
    }
}

impl AsNumber for f64 {
    fn as_number(&self) -> Option<Num<'_>> {
        Some(Num::F64(*self))
    }
}

impl AsNumber for Num<'_> {
    fn as_number(&self) -> Option<Num<'_>> {
        Some(*self)
    }
}

impl AsNumber for &Value {
    fn as_number(&self) -> Option<Num<'_>> {
        match self {
            Value::Number(number) => Some(Num::Json(number)),
            _ => None,
        }
    }
}

/// The right side of an operator on timestamps.
pub trait AsTimestamp {
    /// The instant, if it is one.
    fn as_timestamp(&self) -> Option<Timestamp>;
}

impl AsTimestamp for Timestamp {
    fn as_timestamp(&self) -> Option<Timestamp> {
        Some(*self)
    }
}

impl AsTimestamp for &Value {
    fn as_timestamp(&self) -> Option<Timestamp> {
        let time = parse_timestamp(self.as_str()?)?;
        Some(Timestamp::new(time.timestamp(), time.timestamp_subsec_nanos()))
    }
}

/// An instant: seconds since 1970 and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// The instant of a literal.
    pub const fn new(seconds: i64, nanoseconds: u32) -> Timestamp {
        Timestamp { seconds, nanoseconds }
    }
}

/// Defines the operators of one type.
macro_rules! operators {
    ($type:ident, $compare:ident: $($name:ident $operator:literal $holds:ident,)*) => {$(
        #[doc = concat!("`", $operator, "`")]
        pub fn $name(value: &Value, other: impl $type) -> bool {
            $compare(value, &other).is_some_and(Ordering::$holds)
        }
    )*};
}

operators! { AsText, compare_text:
    string_equals "StringEquals" is_eq,
    string_less_than "StringLessThan" is_lt,
    string_greater_than "StringGreaterThan" is_gt,
    string_less_than_equals "StringLessThanEquals" is_le,
    string_greater_than_equals "StringGreaterThanEquals" is_ge,
}

operators! { AsNumber, compare_numbers:
    numeric_equals "NumericEquals" is_eq,
    numeric_less_than "NumericLessThan" is_lt,
    numeric_greater_than "NumericGreaterThan" is_gt,
    numeric_less_than_equals "NumericLessThanEquals" is_le,
    numeric_greater_than_equals "NumericGreaterThanEquals" is_ge,
}

operators! { AsTimestamp, compare_timestamps:
    timestamp_equals "TimestampEquals" is_eq,
    timestamp_less_than "TimestampLessThan" is_lt,
    timestamp_greater_than "TimestampGreaterThan" is_gt,
    timestamp_less_than_equals "TimestampLessThanEquals" is_le,
    timestamp_greater_than_equals "TimestampGreaterThanEquals" is_ge,
}

fn compare_text(value: &Value, other: &impl AsText) -> Option<Ordering> {
    Some(compare_utf16(value.as_str()?, other.as_text()?))
}

fn compare_numbers(value: &Value, other: &impl AsNumber) -> Option<Ordering> {
    Some(AsNumber::as_number(&value)?.compare(other.as_number()?))
}

fn compare_timestamps(value: &Value, other: &impl AsTimestamp) -> Option<Ordering> {
    Some(value.as_timestamp()?.cmp(&other.as_timestamp()?))
}

/// `BooleanEquals`
pub fn boolean_equals(value: &Value, other: bool) -> bool {
    value.as_bool() == Some(other)
}

/// `BooleanEqualsPath`
pub fn boolean_equals_path(value: &Value, other: &Value) -> bool {
    other.as_bool().is_some_and(|other| boolean_equals(value, other))
}

/// `StringMatches` (CH-34), of a pattern in pieces: the literal text before, between and after its stars.
pub fn string_matches(value: &Value, pieces: &[&str]) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    let [first, middle @ .., last] = pieces else {
        return pieces == [text];
    };
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    // The first place where a piece fits leaves most to the pieces after it.
    middle.iter().all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// `IsNull` (CH-36)
pub fn is_null(value: &Value) -> bool {
    value.is_null()
}

/// `IsNumeric` (CH-38)
pub fn is_numeric(value: &Value) -> bool {
    value.is_number()
}

/// `IsString` (CH-39)
pub fn is_string(value: &Value) -> bool {
    value.is_string()
}

/// `IsBoolean` (CH-39)
pub fn is_boolean(value: &Value) -> bool {
    value.is_boolean()
}

/// `IsTimestamp` (CH-39)
pub fn is_timestamp(value: &Value) -> bool {
    value.as_timestamp().is_some()
}

/// The order of two strings by UTF-16 code units (CH-30), found without converting them.
///
/// UTF-8 has the same order but for one case: the characters beyond U+FFFF, which begin with a byte from 0xF0 on, come
/// before U+E000 to U+FFFF, which begin with 0xEE and 0xEF.
pub(crate) fn compare_utf16(a: &str, b: &str) -> Ordering {
    let differing = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    match differing {
        None => a.len().cmp(&b.len()),
        Some((0xF0.., 0xEE | 0xEF)) => Ordering::Less,
        Some((0xEE | 0xEF, 0xF0..)) => Ordering::Greater,
        Some((a, b)) => a.cmp(&b),
    }
}

/// The instant that a text in the timestamp form names (CH-40): RFC 3339 with an upper-case `T`, an upper-case `Z` or a
/// numeric offset, and a fraction of at most nine digits.
pub fn parse_timestamp(text: &str) -> Option<DateTime<Utc>> {
    let (date_time, rest) = text.as_bytes().split_at_checked(19)?;
    if !has_shape(date_time, b"0000-00-00T00:00:00") {
        return None;
    }
    let at = |from: usize, to: usize| digits(&date_time[from..to]);
    let (nanoseconds, zone) = fraction(rest)?;
    let offset = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), time @ ..] if has_shape(time, b"00:00") => {
            let (hours, minutes) = (digits(&time[..2]), digits(&time[3..]));
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    NaiveDate::from_ymd_opt(i32::try_from(at(0, 4)).ok()?, at(5, 7), at(8, 10))?
        .and_hms_nano_opt(at(11, 13), at(14, 16), at(17, 19), nanoseconds)?
        .checked_sub_signed(TimeDelta::seconds(offset))
        .map(|time| time.and_utc())
}

/// The fraction of a second, in nanoseconds, and what follows it.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = text.iter().take_while(|digit| digit.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let missing = 9 - u32::try_from(length).ok()?;
    Some((digits(&text[..length]) * 10_u32.pow(missing), &text[length..]))
}

/// Whether a text has digits where `shape` has zeros, and is as `shape` elsewhere.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, wanted)| {
            if *wanted == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == wanted
            }
        })
}

fn digits(text: &[u8]) -> u32 {
    text.iter()
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn strings_compare_by_utf16() {
        // CH-30
        assert!(string_equals(&json!("a"), "a"));
        assert!(!string_equals(&json!("a"), "A"));
        assert!(string_less_than(&json!("AB"), "ABC"));
        assert!(!string_greater_than(&json!("AB"), "ABC"));
        assert!(string_greater_than_equals(&json!(""), ""));
        assert!(string_less_than(&json!("Z"), "a"));
        assert!(
            string_less_than(&json!("😀"), "\u{E000}"),
            "a surrogate comes before the private use area"
        );
        assert!(string_greater_than(&json!("\u{FFFD}x"), "😀"));
        assert!(string_less_than_equals(&json!("é"), "😀"));
    }

    #[test]
    fn numbers_compare_by_value() {
        // CH-31
        assert!(numeric_equals(&json!(0), 0.0));
        assert!(numeric_equals(&json!(1.0), 1));
        assert!(numeric_less_than(&json!(-1), 0));
        assert!(numeric_less_than_equals(&json!(1), 1_i64));
        assert!(numeric_greater_than(&json!(1e300), u64::MAX));
        assert!(numeric_greater_than(
            &json!(9_007_199_254_740_993_i64),
            9_007_199_254_740_992.0
        ));
        assert!(numeric_greater_than_equals(
            &json!(1),
            Num::Text("0.99999999999999999999999")
        ));
        assert!(numeric_equals(&json!(2), &json!(2.0)));
    }

    #[test]
    fn booleans() {
        // CH-32
        assert!(boolean_equals(&json!(true), true));
        assert!(!boolean_equals(&json!(true), false));
        assert!(boolean_equals_path(&json!(false), &json!(false)));
        assert!(!boolean_equals_path(&json!(false), &json!(null)));
    }

    #[test]
    fn timestamps_compare_as_instants() {
        // CH-33
        let noon = json!("2024-01-01T12:00:00Z");
        assert!(timestamp_equals(&noon, &json!("2024-01-01T13:00:00.000+01:00")));
        assert!(timestamp_equals(&noon, Timestamp::new(1_704_110_400, 0)));
        assert!(timestamp_less_than(&noon, &json!("2024-01-01T12:00:00.000000001Z")));
        assert!(timestamp_greater_than(&noon, &json!("2024-01-01T12:00:00+00:01")));
        assert!(timestamp_less_than_equals(&noon, Timestamp::new(1_704_110_400, 0)));
        assert!(timestamp_greater_than_equals(
            &noon,
            Timestamp::new(1_704_110_399, 999_999_999)
        ));
    }

    #[test]
    fn other_types_are_false() {
        // CH-22, CH-23
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!(true),
            json!("1"),
            json!("x"),
            json!(1),
        ] {
            if !value.is_string() {
                assert!(!string_equals(&value, "1"), "{value}");
                assert!(!string_less_than_equals(&json!("1"), &value), "{value}");
                assert!(!string_matches(&value, &["", ""]), "{value}");
            }
            if !value.is_number() {
                assert!(!numeric_equals(&value, 1), "{value}");
                assert!(!numeric_greater_than_equals(&json!(1), &value), "{value}");
            }
            if !value.is_boolean() {
                assert!(!boolean_equals(&value, true), "{value}");
                assert!(!boolean_equals_path(&json!(true), &value), "{value}");
            }
            assert!(
                !timestamp_equals(&value, &value),
                "{value}: no timestamps are equal that are none"
            );
        }
    }

    #[test]
    fn types() {
        // CH-36, CH-38, CH-39
        for (value, null, numeric, string, boolean, timestamp) in [
            (json!(null), true, false, false, false, false),
            (json!(0), false, true, false, false, false),
            (json!(0.0), false, true, false, false, false),
            (json!(1.1), false, true, false, false, false),
            (json!("1"), false, false, true, false, false),
            (json!(""), false, false, true, false, false),
            (json!(false), false, false, false, true, false),
            (json!("2024-01-01T00:00:00Z"), false, false, true, false, true),
            (json!([]), false, false, false, false, false),
            (json!({}), false, false, false, false, false),
        ] {
            let found = (
                is_null(&value),
                is_numeric(&value),
                is_string(&value),
                is_boolean(&value),
                is_timestamp(&value),
            );
            assert_eq!(found, (null, numeric, string, boolean, timestamp), "{value}");
        }
    }

    #[test]
    fn timestamp_form() {
        // CH-40, WT-8
        for text in [
            "2023-02-24T12:15:56Z",
            "2023-02-24T12:15:56.8Z",
            "2023-02-24T12:15:56.832957123Z",
            "2023-02-24T12:15:56+01:00",
            "2023-02-24T12:15:56.5-23:59",
            "2024-02-29T00:00:00Z",
            "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59.999999999-23:59",
        ] {
            assert!(parse_timestamp(text).is_some(), "{text}");
        }
        for text in [
            "",
            "Z",
            "2023-02-24 12:15:56.832957",
            "2023-02-24 12:15:56Z",
            "2023-02-24t12:15:56Z",
            "2023-02-24T12:15:56z",
            "2023-02-24T12:15:56",
            "2023-02-24T12:15Z",
            "2023-02-24T12:15:56.Z",
            "2023-02-24T12:15:56.1234567890Z",
            "2023-02-24T12:15:56,5Z",
            "2023-02-24T12:15:56+0100",
            "2023-02-24T12:15:56+24:00",
            "2023-02-24T12:15:56+01:60",
            "2023-02-24T12:15:56Z ",
            "+2023-02-24T12:15:56Z",
            "2023-2-24T12:15:56Z",
            "2023-02-30T12:15:56Z",
            "2023-13-01T12:15:56Z",
            "2023-02-24T24:00:00Z",
            "2023-02-24T12:60:00Z",
            "2023-02-24T12:15:60Z",
            "２０２３-02-24T12:15:56Z",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        let time = parse_timestamp("2023-02-24T12:15:56.25+02:00").unwrap();
        assert_eq!(time.to_rfc3339(), "2023-02-24T10:15:56.250+00:00");
    }

    #[test]
    fn patterns() {
        // CH-34
        for (text, pieces, wanted) in [
            ("", &[""][..], true),
            ("a", &["a"], true),
            ("ab", &["a"], false),
            ("", &["", ""], true),
            ("anything\nat all", &["", ""], true),
            ("log-1.txt", &["log-", ".txt"], true),
            ("log-.txt", &["log-", ".txt"], true),
            ("xlog-1.txt", &["log-", ".txt"], false),
            ("log-1.txtx", &["log-", ".txt"], false),
            ("a", &["a", "a"], false),
            ("aa", &["a", "a"], true),
            ("abcabc", &["a", "b", "c"], true),
            ("aXbXbXc", &["a", "b", "b", "c"], true),
            ("aXbXc", &["a", "b", "b", "c"], false),
            ("a*b?[c]", &["a*b?[c]"], true),
            ("axb?[c]", &["a*b?[c]"], false),
            ("ünïcode", &["ü", "ï", "e"], true),
        ] {
            assert_eq!(string_matches(&json!(text), pieces), wanted, "{text} {pieces:?}");
        }
        // No pattern takes more than a few passes over the text.
        let text = json!("a".repeat(100_000));
        let mut pieces = vec!["a"; 1000];
        pieces.push("b");
        assert!(!string_matches(&text, &pieces));
    }

    fn encoded(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    /// The plain recursive matcher.
    fn fits(text: &str, pieces: &[&str]) -> bool {
        match pieces {
            [] => false,
            [piece] => text == *piece,
            [piece, rest @ ..] => text.strip_prefix(piece).is_some_and(|text| {
                (0..=text.len())
                    .filter(|at| text.is_char_boundary(*at))
                    .any(|at| fits(&text[at..], rest))
            }),
        }
    }

    proptest! {
        #[test]
        fn utf16_order(a in "[a\u{7f}-\u{81}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}😀]{0,3}",
                       b in "[a\u{7f}-\u{81}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}😀]{0,3}") {
            prop_assert_eq!(compare_utf16(&a, &b), encoded(&a).cmp(&encoded(&b)));
        }

        #[test]
        fn patterns_match_as_the_plain_matcher(text in "[abé]{0,8}", pieces in prop::collection::vec("[abé]{0,2}", 1..5)) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(string_matches(&json!(text), &pieces), fits(&text, &pieces));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), shaped in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,10})?(Z|[+-][0-9]{2}:[0-9]{2})?") {
            let _ = parse_timestamp(&text);
            // What we accept is what chrono accepts, but for leap seconds and long fractions.
            if let Some(time) = parse_timestamp(&shaped) {
                prop_assert_eq!(DateTime::parse_from_rfc3339(&shaped).map(|time| time.to_utc()), Ok(time));
            }
        }
    }
}
