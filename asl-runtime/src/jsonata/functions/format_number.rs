//! `$formatNumber`: numbers by a picture, as `fn:format-number` of XPath has it.

use super::super::limit::out_of_time;
use super::super::view::members;
use super::super::{Builtin, Error, Object, Result, Val};
use super::number::round;
use super::{arg, made_text, number, text};

/// `$formatNumber(number, picture, options)`: a number as a picture shows it.
pub static FORMAT_NUMBER: Builtin = Builtin::new("formatNumber", "<n-so?:s>", |query, args| {
    let Some(number) = number(args, 0) else {
        return Ok(Val::Undefined);
    };
    let picture = text(args, 1).ok_or_else(|| Error::internal("a picture is missing"))?;
    let signs = Signs::new(arg(args, 2));
    let pictures = picture.split(&*signs.pattern_separator);
    let pictures = pictures
        .map(|picture| Parts::new(&signs, picture))
        .collect::<Result<Vec<_>>>();
    if picture.matches(&*signs.pattern_separator).count() > 1 {
        return Err(Error::new(
            "D3080",
            "The picture string must only contain a maximum of two sub-pictures",
        ));
    }
    let mut formats = vec![];
    for parts in pictures? {
        parts.check(&signs)?;
        formats.push(parts.analyse(&signs));
    }
    let negative = formats.get(1);
    let format = if number >= 0.0 {
        &formats[0]
    } else {
        negative.unwrap_or(&formats[0])
    };
    let sign = if number >= 0.0 || negative.is_some() {
        ""
    } else {
        &signs.minus
    };
    made_text(query, sign.to_owned() + &format.apply(&signs, number)?)
});

/// The characters that mean something in a picture.
struct Signs {
    decimal_separator: char,
    grouping_separator: char,
    exponent_separator: String,
    minus: String,
    percent: String,
    per_mille: String,
    zero: char,
    digit: char,
    pattern_separator: String,
}

impl Signs {
    fn new(options: &Val<'_>) -> Signs {
        let mut given = Object::default();
        for (name, value) in members(options) {
            given.insert(name, value);
        }
        let string = |name: &str, default: &str| {
            let given = given.get(name).and_then(Val::as_str);
            given.unwrap_or(default).to_owned()
        };
        let character = |name: &str, default: char| string(name, "").chars().next().unwrap_or(default);
        Signs {
            decimal_separator: character("decimal-separator", '.'),
            grouping_separator: character("grouping-separator", ','),
            exponent_separator: string("exponent-separator", "e"),
            minus: string("minus-sign", "-"),
            percent: string("percent", "%"),
            per_mille: string("per-mille", "\u{2030}"),
            zero: character("zero-digit", '0'),
            digit: character("digit", '#'),
            pattern_separator: string("pattern-separator", ";"),
        }
    }

    /// Whether it is a digit that is always shown.
    fn is_mandatory(&self, c: char) -> bool {
        (u32::from(self.zero)..u32::from(self.zero) + 10).contains(&u32::from(c))
    }

    /// Whether it stands for a digit.
    fn is_digit(&self, c: char) -> bool {
        c == self.digit || self.is_mandatory(c)
    }

    fn is_exponent(&self, c: char) -> bool {
        is(&self.exponent_separator, c)
    }

    /// Whether it is more than text.
    fn is_active(&self, c: char) -> bool {
        self.is_digit(c)
            || c == self.decimal_separator
            || c == self.grouping_separator
            || self.is_exponent(c)
            || is(&self.pattern_separator, c)
    }

    fn is_percent(&self, picture: &str) -> bool {
        picture.contains(&self.percent)
    }

    fn is_per_mille(&self, picture: &str) -> bool {
        picture.contains(&self.per_mille)
    }
}

/// Whether a text is this character.
fn is(text: &str, c: char) -> bool {
    text.chars().eq([c])
}

/// A picture taken apart.
struct Parts {
    picture: String,
    prefix: String,
    suffix: String,
    active: Vec<char>,
    mantissa: Vec<char>,
    exponent: Option<Vec<char>>,
    integer: Vec<char>,
    fraction: Vec<char>,
}

impl Parts {
    fn new(signs: &Signs, picture: &str) -> Result<Parts> {
        let all: Vec<char> = picture.chars().collect();
        let shows = |c: &char| signs.is_active(*c) && !signs.is_exponent(*c);
        let (Some(first), Some(last)) = (all.iter().position(shows), all.iter().rposition(shows)) else {
            return Err(Error::internal("the picture shows no digit"));
        };
        let active = all[first..=last].to_vec();
        let suffix = all[last + 1..].to_vec();
        let exponent_at = all[first..]
            .iter()
            .position(|c| signs.is_exponent(*c))
            .map(|at| at + first);
        // The position is one in the whole picture, but counts from the end of the prefix.
        let (mantissa, exponent) = match exponent_at {
            Some(at) if at <= last + 1 => {
                let rest = active.get(at + 1..).unwrap_or_default();
                (active[..at.min(active.len())].to_vec(), Some(rest.to_vec()))
            }
            _ => (active.clone(), None),
        };
        let (integer, fraction) = match mantissa.iter().position(|c| *c == signs.decimal_separator) {
            Some(at) => (mantissa[..at].to_vec(), mantissa[at + 1..].to_vec()),
            // What follows the number counts as its fraction.
            None => (mantissa.clone(), suffix.clone()),
        };
        Ok(Parts {
            picture: picture.to_owned(),
            prefix: all[..first].iter().collect(),
            suffix: suffix.into_iter().collect(),
            active,
            mantissa,
            exponent,
            integer,
            fraction,
        })
    }

    /// Of several mistakes the last is told.
    fn check(&self, signs: &Signs) -> Result<()> {
        let picture: Vec<char> = self.picture.chars().collect();
        let point = picture.iter().position(|c| *c == signs.decimal_separator);
        let is_grouping = |at: Option<usize>| at.and_then(|at| picture.get(at)) == Some(&signs.grouping_separator);
        let twice = |text: &str| self.picture.find(text) != self.picture.rfind(text);
        let scaled = signs.is_percent(&self.picture) || signs.is_per_mille(&self.picture);
        let mandatory = |part: &[char]| part.iter().any(|c| signs.is_mandatory(*c));
        let first_optional = self.integer.iter().position(|c| *c == signs.digit).unwrap_or(0);
        let last_optional = self
            .fraction
            .iter()
            .rposition(|c| *c == signs.digit)
            .unwrap_or(self.fraction.len());
        let grouping = [signs.grouping_separator; 2];
        let exponent = self.exponent.as_deref();
        let mistakes: [(bool, &'static str, &str); 13] = [
            (
                point != picture.iter().rposition(|c| *c == signs.decimal_separator),
                "D3081",
                "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
            ),
            (
                twice(&signs.percent),
                "D3082",
                "The sub-picture must not contain more than one instance of the 'percent' character",
            ),
            (
                twice(&signs.per_mille),
                "D3083",
                "The sub-picture must not contain more than one instance of the 'per-mille' character",
            ),
            (
                signs.is_percent(&self.picture) && signs.is_per_mille(&self.picture),
                "D3084",
                "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
            ),
            (
                !self.mantissa.iter().any(|c| signs.is_digit(*c)),
                "D3085",
                "The mantissa part of a sub-picture must contain at least one character that is either an 'optional \
                 digit character' or a member of the 'decimal digit family'",
            ),
            (
                !self.active.iter().all(|c| signs.is_active(*c)),
                "D3086",
                "The sub-picture must not contain a passive character that is preceded by an active character and \
                 that is followed by another active character",
            ),
            (
                point.is_some_and(|at| is_grouping(at.checked_sub(1)) || is_grouping(Some(at + 1))),
                "D3087",
                "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a \
                 'decimal-separator' character",
            ),
            (
                point.is_none() && self.integer.last() == Some(&signs.grouping_separator),
                "D3088",
                "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
            ),
            (
                picture.windows(2).any(|pair| pair == grouping),
                "D3089",
                "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
            ),
            (
                mandatory(&self.integer[..first_optional]),
                "D3090",
                "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is \
                 followed by an instance of the 'optional digit character'",
            ),
            (
                mandatory(&self.fraction[last_optional..]),
                "D3091",
                "The fractional part of the sub-picture must not contain an instance of the 'optional digit \
                 character' that is followed by a member of the 'decimal digit family'",
            ),
            (
                exponent.is_some_and(|exponent| !exponent.is_empty()) && scaled,
                "D3092",
                "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character \
                 treated as an 'exponent-separator'",
            ),
            (
                exponent
                    .is_some_and(|exponent| exponent.is_empty() || !exponent.iter().all(|c| signs.is_mandatory(*c))),
                "D3093",
                "The exponent part of the sub-picture must comprise only of one or more characters that are members \
                 of the 'decimal digit family'",
            ),
        ];
        match mistakes.iter().rfind(|(holds, ..)| *holds) {
            Some((_, code, message)) => Err(Error::new(*code, *message)),
            None => Ok(()),
        }
    }

    fn analyse(&self, signs: &Signs) -> Format {
        let mandatory = |part: &[char]| part.iter().filter(|c| signs.is_mandatory(**c)).count();
        let digits = |part: &[char]| part.iter().filter(|c| signs.is_digit(**c)).count();
        let next = |part: &[char], from: usize| {
            let rest = part.get(from..).unwrap_or_default();
            rest.iter()
                .position(|c| *c == signs.grouping_separator)
                .map(|at| at + from)
        };
        let mut integer_groups = vec![];
        let mut at = next(&self.integer, 0);
        while let Some(separator) = at {
            integer_groups.push(digits(&self.integer[separator..]));
            at = next(&self.integer, separator + 1);
        }
        let mut fraction_groups = vec![];
        let mut at = next(&self.fraction, 0);
        while let Some(separator) = at {
            fraction_groups.push(digits(&self.fraction[..separator.min(self.fraction.len())]));
            // The others are looked for in the integer part.
            at = next(&self.integer, separator + 1);
        }
        let mut min_integer = mandatory(&self.integer);
        let scale = min_integer;
        let mut min_fraction = mandatory(&self.fraction);
        let mut max_fraction = digits(&self.fraction);
        if min_integer == 0 && max_fraction == 0 {
            if self.exponent.is_some() {
                min_fraction = 1;
                max_fraction = 1;
            } else {
                min_integer = 1;
            }
        }
        if self.exponent.is_some() && min_integer == 0 && self.integer.contains(&signs.digit) {
            min_integer = 1;
        }
        if min_integer == 0 && min_fraction == 0 {
            min_fraction = 1;
        }
        Format {
            picture: self.picture.clone(),
            prefix: self.prefix.clone(),
            suffix: self.suffix.clone(),
            group: super::integer::regular(&integer_groups),
            integer_groups,
            fraction_groups,
            min_integer,
            scale,
            min_fraction,
            max_fraction,
            min_exponent: self.exponent.as_deref().map_or(0, mandatory),
        }
    }
}

/// How a number is shown.
struct Format {
    picture: String,
    prefix: String,
    suffix: String,
    /// How many digits make a group, if all groups have as many.
    group: Option<usize>,
    /// Before how many digits a separator stands.
    integer_groups: Vec<usize>,
    /// After how many digits a separator stands.
    fraction_groups: Vec<usize>,
    min_integer: usize,
    /// How many digits the mantissa has before its point.
    scale: usize,
    min_fraction: usize,
    max_fraction: usize,
    min_exponent: usize,
}

impl Format {
    fn apply(&self, signs: &Signs, number: f64) -> Result<String> {
        let number = match () {
            () if signs.is_percent(&self.picture) => number * 100.0,
            () if signs.is_per_mille(&self.picture) => number * 1000.0,
            () => number,
        };
        let (mantissa, exponent) = match self.min_exponent {
            0 => (number, None),
            _ => self.scaled(number)?,
        };
        let digits = |number: f64, places: usize| -> Vec<char> {
            let zero = u32::from(signs.zero);
            let digit = |c: char| match c.to_digit(10) {
                Some(digit) => char::from_u32(zero + digit).unwrap_or(c),
                None => c,
            };
            fixed(number.abs(), places).chars().map(digit).collect()
        };
        let mut shown = digits(round(mantissa, self.max_fraction as f64), self.max_fraction);
        match shown.iter().position(|c| *c == '.') {
            Some(at) => shown[at] = signs.decimal_separator,
            None => shown.push(signs.decimal_separator),
        }
        let leading = shown.iter().take_while(|c| **c == signs.zero).count();
        shown.drain(..leading);
        while shown.last() == Some(&signs.zero) {
            shown.pop();
        }
        let point = |shown: &[char]| shown.iter().position(|c| *c == signs.decimal_separator).unwrap_or(0);
        let at = point(&shown);
        let missing = self.min_integer.saturating_sub(at);
        let places = shown.len() - at - 1;
        shown.splice(0..0, std::iter::repeat_n(signs.zero, missing));
        shown.extend(std::iter::repeat_n(
            signs.zero,
            self.min_fraction.saturating_sub(places),
        ));

        let mut at = point(&shown);
        match self.group {
            Some(group) => {
                for separator in 1..=at.saturating_sub(1) / group {
                    shown.insert(at - separator * group, signs.grouping_separator);
                }
            }
            None => {
                for group in &self.integer_groups {
                    // Where there are too few digits, the position counts from the end.
                    let place = at.checked_sub(*group);
                    let place = place.unwrap_or_else(|| (shown.len() + at).saturating_sub(*group));
                    shown.insert(place.min(shown.len()), signs.grouping_separator);
                    at += 1;
                }
            }
        }
        let at = point(&shown);
        for group in &self.fraction_groups {
            shown.insert((group + at + 1).min(shown.len()), signs.grouping_separator);
        }
        if !self.picture.contains(signs.decimal_separator) || point(&shown) == shown.len() - 1 {
            shown.pop();
        }

        let mut text = self.prefix.clone();
        text.extend(shown);
        if let Some(exponent) = exponent {
            text.push_str(&signs.exponent_separator);
            if exponent < 0.0 {
                text.push_str(&signs.minus);
            }
            let digits = digits(exponent, 0);
            text.extend(std::iter::repeat_n(
                signs.zero,
                self.min_exponent.saturating_sub(digits.len()),
            ));
            text.extend(digits);
        }
        text.push_str(&self.suffix);
        Ok(text)
    }

    /// The mantissa and the exponent of a number.
    fn scaled(&self, number: f64) -> Result<(f64, Option<f64>)> {
        if number <= 0.0 || !number.is_finite() {
            // JSONata looks for ever for the exponent of such a number.
            return Err(out_of_time());
        }
        let (min, max) = (10_f64.powi(self.scale as i32 - 1), 10_f64.powi(self.scale as i32));
        let (mut mantissa, mut exponent) = (number, 0.0);
        while mantissa < min {
            mantissa *= 10.0;
            exponent -= 1.0;
        }
        while mantissa > max {
            mantissa /= 10.0;
            exponent += 1.0;
        }
        Ok((mantissa, Some(exponent)))
    }
}

/// A number with so many decimal places, as JavaScript writes it.
fn fixed(number: f64, places: usize) -> String {
    if number >= 1e21 || !number.is_finite() {
        return super::super::text::number(number);
    }
    format!("{number:.places$}")
}
