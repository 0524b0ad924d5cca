//! The core schema of YAML 1.2: what a plain word stands for.

use crate::json::is_number;

/// What a plain word stands for.
#[derive(Debug, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    /// A number, as JSON writes it.
    Number(String),
    Text,
    /// A number that JSON does not have: what is wrong, and what to write instead.
    Wrong(&'static str, &'static str),
}

pub(super) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => INFINITE,
        _ => number(text),
    }
}

const QUOTE: &str = "put it in quotes, if it is text";
const INFINITE: Plain = Plain::Wrong("JSON has no such number", QUOTE);
const TOO_LARGE: Plain = Plain::Wrong("a number too large for a double", QUOTE);

fn number(text: &str) -> Plain {
    for (prefix, base) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|digit| digit.is_digit(base))
        {
            return u64::from_str_radix(digits, base).map_or(TOO_LARGE, |number| Plain::Number(number.to_string()));
        }
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return INFINITE;
    }
    let Some((whole, fraction, exponent)) = decimal(unsigned) else {
        return Plain::Text;
    };
    let significant = whole.trim_start_matches('0');
    if unsigned == whole && whole.len() > 1 && significant.len() < whole.len() {
        return Plain::Wrong(
            "a number with a leading zero, about which readers of YAML disagree",
            "put it in quotes, if it is text, or else write it without the zero",
        );
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let whole = if significant.is_empty() { "0" } else { significant };
    let fraction = match fraction {
        None => String::new(),
        Some("") => ".0".to_owned(),
        Some(digits) => format!(".{digits}"),
    };
    let number = format!("{sign}{whole}{fraction}{exponent}");
    match is_number(&number) {
        true => Plain::Number(number),
        false => TOO_LARGE,
    }
}

/// The digits before the point, those after it, and the exponent with its `e`, of `[0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?`
/// that has a digit before the exponent.
fn decimal(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at(digits(text));
    let (fraction, exponent) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (fraction, exponent) = rest.split_at(digits(rest));
            (Some(fraction), exponent)
        }
        None => (None, rest),
    };
    let is_exponent = exponent.strip_prefix(['e', 'E']).is_some_and(|power| {
        let power = power.strip_prefix(['-', '+']).unwrap_or(power);
        !power.is_empty() && digits(power) == power.len()
    });
    let has_digit = !whole.is_empty() || fraction.is_some_and(|digits| !digits.is_empty());
    (has_digit && (exponent.is_empty() || is_exponent)).then_some((whole, fraction, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for text in [
            "yes",
            "no",
            "on",
            "Off",
            "y",
            "nULL",
            "tRUE",
            "1_000",
            "0b1",
            "1:30",
            "2012-10-17",
            "0o8",
            "0xG",
            "0x",
            "-0x1F",
            "+",
            "-",
            ".",
            "-.",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1.2.3",
            "--1",
            "+.Infinity",
            "1 2",
            "٣",
            "<<",
            "=",
            "nan",
            "inf",
        ] {
            assert_eq!(resolve(text), Plain::Text, "{text}");
        }
        for text in ["", "~", "Null"] {
            assert_eq!(resolve(text), Plain::Null, "{text}");
        }
        assert_eq!(resolve("TRUE"), Plain::Bool(true));
        assert_eq!(resolve("False"), Plain::Bool(false));
    }

    #[test]
    fn numbers() {
        for (text, number) in [
            ("0", "0"),
            ("-0", "-0"),
            ("+12", "12"),
            ("1.50", "1.50"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1E+5", "1E+5"),
            ("-1e3", "-1e3"),
            (".5", "0.5"),
            ("-.5e-1", "-0.5e-1"),
            ("5.", "5.0"),
            ("5.e1", "5.0e1"),
            ("01.5", "1.5"),
            ("0o17", "15"),
            ("0x1f", "31"),
            ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
        ] {
            assert_eq!(resolve(text), Plain::Number(number.to_owned()), "{text}");
        }
        for text in [
            "012345678901",
            "00",
            "-01",
            "08",
            ".inf",
            "-.INF",
            ".NaN",
            "1e999",
            "0x10000000000000000",
        ] {
            assert!(matches!(resolve(text), Plain::Wrong(..)), "{text}");
        }
    }
}
