//! Integers in English words.

const ONES: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];

const TENS: [&str; 8] = [
    "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety",
];

const THOUSANDS: [&str; 4] = ["Thousand", "Million", "Billion", "Trillion"];

/// Which words that end a number change, when it tells the place in an order, otherwise than by `th`.
const ORDINALS: [(&str, &str); 7] = [
    ("One", "First"),
    ("Two", "Second"),
    ("Three", "Third"),
    ("Five", "Fifth"),
    ("Eight", "Eighth"),
    ("Nine", "Ninth"),
    ("Twelve", "Twelfth"),
];

/// `Twenty-One`, or `Twenty-First`.
pub(super) fn from_number(number: f64, ordinal: bool) -> String {
    let mut text = String::new();
    write(&mut text, number, false);
    if ordinal {
        let at = text.rfind([' ', '-']).map_or(0, |at| at + 1);
        let last = self::ordinal(&text[at..]);
        text.replace_range(at.., &last);
    }
    text
}

fn ordinal(word: &str) -> String {
    match ORDINALS.iter().find(|(cardinal, _)| *cardinal == word) {
        Some((_, ordinal)) => (*ordinal).to_owned(),
        None => match word.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{word}th"),
        },
    }
}

/// Appends a number, which is finite, after other words or first.
fn write(to: &mut String, number: f64, after: bool) {
    if number < 100.0 {
        if after {
            to.push_str(" and ");
        }
        // A fraction would have been cut off before.
        let number = number as usize;
        match number.checked_sub(20) {
            None => to.push_str(ONES[number]),
            Some(rest) => {
                to.push_str(TENS[rest / 10]);
                if rest % 10 > 0 {
                    to.push('-');
                    to.push_str(ONES[rest % 10]);
                }
            }
        }
        return;
    }
    if after {
        to.push_str(", ");
    }
    let rest = if number < 1000.0 {
        to.push_str(ONES[(number / 100.0) as usize]);
        to.push_str(" Hundred");
        number % 100.0
    } else {
        // There is no word for more than trillions.
        let place = ((number.log10() / 3.0).floor() as usize).clamp(1, THOUSANDS.len());
        let unit = 10_f64.powi(place as i32 * 3);
        let count = (number / unit).floor();
        write(to, count, false);
        to.push(' ');
        to.push_str(THOUSANDS[place - 1]);
        number - count * unit
    };
    if rest > 0.0 {
        write(to, rest, true);
    }
}

/// All words, in lower case, and what they stand for.
pub(super) fn values() -> impl Iterator<Item = (String, f64)> {
    let ones = ONES.iter().enumerate().map(|(at, word)| (*word, at as f64));
    let tens = TENS
        .iter()
        .enumerate()
        .map(|(at, word)| (*word, 20.0 + 10.0 * at as f64));
    let thousands = THOUSANDS
        .iter()
        .enumerate()
        .map(|(at, word)| (*word, 1000_f64.powi(at as i32 + 1)));
    let all = ones.chain(tens).chain([("Hundred", 100.0)]).chain(thousands);
    all.flat_map(|(word, value)| [word.to_lowercase(), ordinal(word).to_lowercase()].map(|word| (word, value)))
}

/// The number that words in lower case stand for; no number where one of them is not known.
pub(super) fn to_number(text: &str) -> f64 {
    let mut sums = vec![0.0];
    for word in split(text) {
        let value = values()
            .find(|(known, _)| *known == word)
            .map_or(f64::NAN, |(_, value)| value);
        let top = sums.pop().unwrap_or(0.0);
        if value < 100.0 {
            if top >= 1000.0 {
                sums.extend([top, value]);
            } else {
                sums.push(top + value);
            }
        } else {
            sums.push(top * value);
        }
    }
    sums.into_iter().sum()
}

/// Words, between which stand a comma and a blank, `and`, or a single blank or hyphen.
fn split(text: &str) -> Vec<&str> {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let mut words = vec![];
    let mut rest = text;
    let mut at = 0;
    while let Some(c) = rest[at..].chars().next() {
        let after = &rest[at + c.len_utf8()..];
        let blank = |text: &str| text.chars().next().filter(|c| is_blank(*c)).map_or(0, char::len_utf8);
        let and = after.strip_prefix("and").map_or(0, blank);
        let len = match c {
            ',' if blank(after) > 0 => 1 + blank(after),
            c if is_blank(c) && and > 0 => c.len_utf8() + 3 + and,
            c if is_blank(c) || matches!(c, '\\' | '-') => c.len_utf8(),
            c => {
                at += c.len_utf8();
                continue;
            }
        };
        words.push(&rest[..at]);
        rest = &rest[at + len..];
        at = 0;
    }
    words.push(rest);
    words
}
