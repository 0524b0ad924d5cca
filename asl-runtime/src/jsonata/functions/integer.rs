//! `$formatInteger` and `$parseInteger`: integers by a picture, as `fn:format-integer` of XPath has it.

use super::super::limit::{MAX_BYTES, out_of_memory};
use super::super::{Builtin, Error, Result, Val, text as texts};
use super::{made_text, number, text, words};

/// `$formatInteger(number, picture)`: an integer as a picture shows it.
pub static FORMAT_INTEGER: Builtin = Builtin::new("formatInteger", "<n-s:s>", |query, args| {
    let Some(number) = number(args, 0) else {
        return Ok(Val::Undefined);
    };
    let picture = text(args, 1).ok_or_else(|| Error::internal("a picture is missing"))?;
    let format = IntegerFormat::new(picture)?;
    if format.style == Style::Roman {
        query.hold((number.abs() / 1000.0) as usize)?;
    }
    made_text(query, format.format(number.floor())?)
});

/// `$parseInteger(string, picture)`: the integer that a picture shows in this way.
pub static PARSE_INTEGER: Builtin = Builtin::new("parseInteger", "<s-s:n>", |_, args| {
    let Some(string) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    let picture = text(args, 1).ok_or_else(|| Error::internal("a picture is missing"))?;
    Ok(Val::Number(IntegerFormat::new(picture)?.parse(string)?))
});

/// How an integer is shown.
#[derive(Debug, Clone)]
pub(super) struct IntegerFormat {
    pub(super) style: Style,
    pub(super) case: Case,
    /// `first`, not `one`.
    pub(super) ordinal: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Style {
    /// `a`, `b`, .., `z`, `aa`
    Letters,
    /// `iv`
    Roman,
    /// `twenty-one`
    Words,
    Digits(Digits),
    /// Any other way to count.
    Sequence(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    Title,
}

/// `#,##0`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Digits {
    zero: u32,
    pub(super) mandatory: f64,
    pub(super) optional: f64,
    pub(super) separators: Separators,
}

/// What stands between groups of digits, and how many digits follow it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Separators {
    /// After each so many digits.
    Regular(usize, char),
    /// From the last to the first.
    Irregular(Vec<(usize, char)>),
}

/// The first digits of the families of digits.
const ZEROS: [u32; 37] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// How many digits make a group, where separators stand before each group of so many and nowhere else.
pub(super) fn regular(positions: &[usize]) -> Option<usize> {
    fn divisor(a: usize, b: usize) -> usize {
        if b == 0 { a } else { divisor(b, a % b) }
    }
    let group = positions.iter().copied().reduce(divisor)?;
    let all = (1..=positions.len()).all(|count| positions.contains(&(count * group)));
    (all && group > 0).then_some(group)
}

impl IntegerFormat {
    pub(super) fn new(picture: &str) -> Result<IntegerFormat> {
        let (primary, ordinal) = match picture.rsplit_once(';') {
            Some((primary, modifier)) => (primary, modifier.starts_with('o')),
            None => (picture, false),
        };
        let (style, case) = match primary {
            "A" => (Style::Letters, Case::Upper),
            "a" => (Style::Letters, Case::Lower),
            "I" => (Style::Roman, Case::Upper),
            "i" => (Style::Roman, Case::Lower),
            "W" => (Style::Words, Case::Upper),
            "Ww" => (Style::Words, Case::Title),
            "w" => (Style::Words, Case::Lower),
            digits => (Style::digits(digits)?, Case::Lower),
        };
        Ok(IntegerFormat { style, case, ordinal })
    }

    pub(super) fn digits_mut(&mut self) -> Option<&mut Digits> {
        match &mut self.style {
            Style::Digits(digits) => Some(digits),
            _ => None,
        }
    }

    pub(super) fn format(&self, number: f64) -> Result<String> {
        let size = number.abs();
        let text = match &self.style {
            Style::Digits(digits) if digits.mandatory > MAX_BYTES as f64 => {
                return Err(out_of_memory());
            }
            Style::Words if !size.is_finite() => return Err(Error::internal("there is no word for this")),
            Style::Letters => letters(size),
            Style::Roman => roman(size),
            Style::Words => words::from_number(size, self.ordinal),
            Style::Digits(digits) => digits.format(size, self.ordinal),
            Style::Sequence(token) => return Err(unsupported(token)),
        };
        let text = match (&self.style, self.case) {
            (Style::Digits(_), _) | (_, Case::Title) => text,
            (_, Case::Upper) => text.to_uppercase(),
            (_, Case::Lower) => text.to_lowercase(),
        };
        Ok(if number < 0.0 { format!("-{text}") } else { text })
    }

    /// The integer that is shown like this; no number where it is not.
    pub(super) fn parse(&self, text: &str) -> Result<f64> {
        Ok(match &self.style {
            Style::Letters => {
                let first = if self.case == Case::Upper { 'A' } else { 'a' };
                let digit = |unit: u16| f64::from(unit) - f64::from(u32::from(first)) + 1.0;
                text.encode_utf16()
                    .fold(0.0, |number, unit| number * 26.0 + digit(unit))
            }
            Style::Roman => from_roman(&if self.case == Case::Upper {
                text.to_owned()
            } else {
                text.to_uppercase()
            }),
            Style::Words => words::to_number(&text.to_lowercase()),
            Style::Digits(digits) => digits.parse(text, self.ordinal),
            Style::Sequence(token) => return Err(unsupported(token)),
        })
    }
}

fn unsupported(token: &str) -> Error {
    let token = texts::shown(&token.into());
    Error::new(
        "D3130",
        format!(
            "Formatting or parsing an integer as a sequence starting with {token} is not supported by this implementation"
        ),
    )
}

impl Style {
    /// `#,##0`, or a way to count that is not known.
    fn digits(picture: &str) -> Result<Style> {
        let mut zero = None;
        let (mut mandatory, mut optional) = (0, 0);
        let mut separators = vec![];
        for c in picture.chars().rev() {
            let code = u32::from(c);
            match ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
                Some(family) => {
                    mandatory += 1;
                    if *zero.get_or_insert(*family) != *family {
                        return Err(Error::new(
                            "D3131",
                            "In a decimal digit pattern, all digits must be from the same decimal group",
                        ));
                    }
                }
                None if c == '#' => optional += 1,
                None => separators.push((mandatory + optional, c)),
            }
        }
        let Some(zero) = zero else {
            return Ok(Style::Sequence(picture.to_owned()));
        };
        let positions: Vec<usize> = separators.iter().map(|(position, _)| *position).collect();
        let separators = match (regular(&positions), separators.first()) {
            (Some(group), Some((_, first))) if separators.iter().all(|(_, separator)| separator == first) => {
                Separators::Regular(group, *first)
            }
            _ => Separators::Irregular(separators),
        };
        Ok(Style::Digits(Digits {
            zero,
            mandatory: mandatory as f64,
            optional: optional as f64,
            separators,
        }))
    }
}

impl Digits {
    fn format(&self, number: f64, ordinal: bool) -> String {
        let plain = texts::number(number);
        let missing = self.mandatory - plain.len() as f64;
        let padded = std::iter::repeat_n('0', missing.max(0.0) as usize).chain(plain.chars());
        let digit = |c: char| char::from_u32((u32::from(c) + self.zero).saturating_sub(0x30)).unwrap_or(c);
        let mut digits: Vec<char> = padded.map(digit).collect();
        match &self.separators {
            Separators::Regular(group, separator) => {
                let len = digits.len();
                for count in 1..=len.saturating_sub(1) / group {
                    digits.insert(len - count * group, *separator);
                }
            }
            Separators::Irregular(separators) => {
                for (position, separator) in separators.iter().rev() {
                    // Where there are too few digits, only as many as are missing stay.
                    let at = digits.len().checked_sub(*position).unwrap_or_else(|| {
                        let stay = position - digits.len();
                        digits.drain(..digits.len().saturating_sub(stay));
                        0
                    });
                    digits.insert(at, *separator);
                }
            }
        }
        let mut text: String = digits.iter().collect();
        if ordinal {
            text.push_str(match &*digits {
                [.., '1', _] => "th",
                [.., '1'] => "st",
                [.., '2'] => "nd",
                [.., '3'] => "rd",
                _ => "th",
            });
        }
        text
    }

    fn parse(&self, text: &str, ordinal: bool) -> f64 {
        let len = text.chars().count();
        let text = text.chars().take(if ordinal { len.saturating_sub(2) } else { len });
        let digit = |c: char| char::from_u32((u32::from(c) + 0x30).wrapping_sub(self.zero)).unwrap_or('?');
        let is_separator = |c: &char| match &self.separators {
            Separators::Regular(..) => *c == ',',
            Separators::Irregular(separators) => separators.iter().any(|(_, separator)| separator == c),
        };
        let digits: String = text.filter(|c| !is_separator(c)).map(digit).collect();
        leading_integer(&digits)
    }
}

/// The integer that a text begins with, as JavaScript reads it.
pub(super) fn leading_integer(text: &str) -> f64 {
    let text = text.trim_start();
    let (sign, text) = match text.strip_prefix(['-', '+']) {
        Some(rest) if text.starts_with('-') => (-1.0, rest),
        Some(rest) => (1.0, rest),
        None => (1.0, text),
    };
    let (base, text) = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None => (10, text),
    };
    let digits: String = text.chars().take_while(|c| c.is_digit(base)).collect();
    if base == 10 {
        return sign * digits.parse::<f64>().unwrap_or(f64::NAN);
    }
    let digit = |number: f64, c: char| number * 16.0 + f64::from(c.to_digit(16).unwrap_or(0));
    match &*digits {
        "" => f64::NAN,
        digits => sign * digits.chars().fold(0.0, digit),
    }
}

fn letters(mut number: f64) -> String {
    let mut letters = vec![];
    while number > 0.0 && number.is_finite() {
        letters.push(char::from(b'a' + ((number - 1.0) % 26.0) as u8));
        number = ((number - 1.0) / 26.0).floor();
    }
    letters.into_iter().rev().collect()
}

const ROMAN: [(f64, &str); 13] = [
    (1000.0, "M"),
    (900.0, "CM"),
    (500.0, "D"),
    (400.0, "CD"),
    (100.0, "C"),
    (90.0, "XC"),
    (50.0, "L"),
    (40.0, "XL"),
    (10.0, "X"),
    (9.0, "IX"),
    (5.0, "V"),
    (4.0, "IV"),
    (1.0, "I"),
];

fn roman(mut number: f64) -> String {
    let mut text = String::new();
    for (value, letters) in ROMAN {
        let count = (number / value).floor();
        text.push_str(&letters.repeat(count as usize));
        number -= count * value;
    }
    text
}

fn from_roman(text: &str) -> f64 {
    let value = |c: char| {
        let letter = c.encode_utf8(&mut [0; 4]).to_owned();
        ROMAN
            .iter()
            .find(|(_, letters)| *letters == letter)
            .map_or(f64::NAN, |(value, _)| *value)
    };
    let (mut number, mut largest) = (0.0, 1.0);
    for value in text.chars().rev().map(value) {
        if value < largest {
            number -= value;
        } else {
            largest = value;
            number += value;
        }
    }
    number
}
