//! Dates and times.

use super::super::{Builtin, Error, Result, Val, text as texts};
use super::calendar::{DAY, Time, utc};
use super::integer::{Case, IntegerFormat, Separators, Style, leading_integer};
use super::picture::{Marker, Part, analyse};
use super::{made_text, number, text, words};
use std::collections::HashMap;

/// `$now(picture, timezone)`: the time at which the expression is evaluated.
pub static NOW: Builtin = Builtin::new("now", "<s?s?:s>", |query, args| {
    let now = query.now().timestamp_millis() as f64;
    made_text(query, format(now, string(args, 0), string(args, 1))?)
});

/// `$millis()`: the same in milliseconds since 1970.
pub static MILLIS: Builtin = Builtin::new("millis", "<:n>", |query, _| {
    Ok(Val::Number(query.now().timestamp_millis() as f64))
});

/// `$fromMillis(number, picture, timezone)`: a time as a picture shows it, without one as ISO 8601 has it.
pub static FROM_MILLIS: Builtin = Builtin::new("fromMillis", "<n-s?s?:s>", |query, args| match number(args, 0) {
    Some(millis) => made_text(query, format(millis, string(args, 1), string(args, 2))?),
    None => Ok(Val::Undefined),
});

/// `$toMillis(string, picture)`: the time that a picture shows in this way.
pub static TO_MILLIS: Builtin = Builtin::new("toMillis", "<s-s?:n>", |query, args| {
    let Some(shown) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    match string(args, 1) {
        None => parse_iso(shown).map(Val::Number),
        Some(picture) => {
            let now = query.now().timestamp_millis() as f64;
            Ok(parse(shown, picture, now)?.map_or(Val::Undefined, Val::Number))
        }
    }
});

/// A string argument, unless it is missing.
fn string<'s>(args: &'s [Val<'_>], at: usize) -> Option<&'s str> {
    text(args, at).map(|text| &**text)
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The components of a time that are numbers.
fn component(time: Option<Time>, component: char) -> Option<f64> {
    if !"YMDdFWwXxHhmsf".contains(component) {
        return None;
    }
    let Some(time) = time else { return Some(f64::NAN) };
    let hour = time.of_day() / 3_600_000;
    let value = match component {
        'Y' => time.year,
        'M' => time.month + 1,
        'D' => time.day,
        'd' => time.day_of_year(),
        'F' => time.weekday(),
        'W' => time.week_of_year(),
        'w' => time.week_of_month(),
        'X' => time.year_of_week(),
        'x' => time.month_of_week(),
        'H' => hour,
        'h' => (hour + 11) % 12 + 1,
        'm' => time.of_day() / 60_000 % 60,
        's' => time.of_day() / 1000 % 60,
        _ => time.of_day() % 1000,
    };
    Some(value as f64)
}

/// A time as a picture shows it, in a time zone like `+0530`.
fn format(millis: f64, picture: Option<&str>, timezone: Option<&str>) -> Result<String> {
    let offset = timezone.map_or(0.0, leading_integer);
    // The hours go down and the minutes towards zero, even where both are negative.
    let zone = ((offset / 100.0).floor(), offset % 100.0);
    let time = Time::new(millis + (zone.0 * 60.0 + zone.1) * 60_000.0);
    let mut shown = String::new();
    for part in analyse(picture.unwrap_or("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"))? {
        match part {
            Part::Literal(text) => shown.push_str(&text),
            Part::Marker(marker) => shown.push_str(&format_marker(&marker, time, zone)?),
        }
    }
    Ok(shown)
}

fn format_marker(marker: &Marker, time: Option<Time>, zone: (f64, f64)) -> Result<String> {
    if let Some(value) = component(time, marker.component) {
        return match (&marker.integer, marker.names) {
            (Some(format), _) => {
                let kept = marker.digits.filter(|_| marker.component == 'Y');
                format.format(kept.map_or(value, |digits| value % 10_f64.powf(digits)))
            }
            (None, Some(case)) if marker.component != 'f' => format_name(marker, value, case),
            (None, _) => Err(Error::internal("a fraction of a second has no name")),
        };
    }
    Ok(match marker.component {
        'Z' | 'z' => format_zone(marker, zone)?,
        'P' => {
            let afternoon = time.is_some_and(|time| time.of_day() >= DAY / 2);
            let half = if afternoon { "pm" } else { "am" };
            match marker.names {
                Some(Case::Upper) => half.to_uppercase(),
                _ => half.to_owned(),
            }
        }
        'C' | 'E' => "ISO".to_owned(),
        _ => "undefined".to_owned(),
    })
}

fn format_name(marker: &Marker, value: f64, case: Case) -> Result<String> {
    let name = match marker.component {
        'M' | 'x' => MONTHS.get((value as usize).wrapping_sub(1)),
        'F' => DAYS.get((value as usize).wrapping_sub(1)),
        other => return Err(unnamed(other)),
    };
    let name = name.ok_or_else(|| Error::internal("no such time"))?;
    let name = match case {
        Case::Upper => name.to_uppercase(),
        Case::Lower => name.to_lowercase(),
        Case::Title => (*name).to_owned(),
    };
    Ok(cut(&name, marker.max).to_owned())
}

/// The first characters of a name.
fn cut(name: &str, max: Option<f64>) -> &str {
    match max {
        Some(max) if (name.len() as f64) > max => &name[..max.max(0.0) as usize],
        _ => name,
    }
}

fn unnamed(component: char) -> Error {
    Error::new(
        "D3133",
        format!(
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not \
             \"{component}\""
        ),
    )
}

fn format_zone(marker: &Marker, (hours, minutes): (f64, f64)) -> Result<String> {
    let offset = hours * 100.0 + minutes;
    let format = marker
        .integer
        .as_ref()
        .ok_or_else(|| Error::internal("a time zone has no format"))?;
    let digits = match &format.style {
        Style::Digits(digits) => Some(digits),
        _ => None,
    };
    let shown = match digits.map(|digits| (&digits.separators, digits.mandatory)) {
        Some((Separators::Regular(..), _)) => format.format(offset)?,
        Some((_, 1.0 | 2.0)) => {
            let minutes = if minutes == 0.0 {
                String::new()
            } else {
                format!(":{}", IntegerFormat::new("00")?.format(minutes.floor())?)
            };
            format.format(hours)? + &minutes
        }
        Some((_, 3.0 | 4.0)) => format.format(offset)?,
        _ => {
            return Err(Error::new(
                "D3134",
                "The timezone integer format specifier cannot have more than four digits",
            ));
        }
    };
    let plus = if offset >= 0.0 { "+" } else { "" };
    let name = if marker.component == 'z' { "GMT" } else { "" };
    Ok(match marker.modifier {
        Some('t') if offset == 0.0 => "Z".to_owned(),
        _ => format!("{name}{plus}{shown}"),
    })
}

/// The time that a picture shows in this way, if it does.
fn parse(shown: &str, picture: &str, now: f64) -> Result<Option<f64>> {
    let parts = analyse(picture)?;
    let mut pattern = "(?i)\\A".to_owned();
    for part in &parts {
        pattern.push('(');
        match part {
            Part::Literal(text) => pattern.push_str(&fancy_regex::escape(text)),
            Part::Marker(marker) => pattern.push_str(&marker_pattern(marker)?),
        }
        pattern.push(')');
    }
    pattern.push_str("\\z");
    let failed = |error: fancy_regex::Error| Error::internal(error.to_string());
    let pattern = fancy_regex::Regex::new(&pattern).map_err(failed)?;
    let Some(found) = pattern.captures(shown).map_err(failed)? else {
        return Ok(None);
    };
    let mut components = HashMap::new();
    for (part, found) in parts.iter().zip(found.iter().skip(1)) {
        if let (Part::Marker(marker), Some(found)) = (part, found) {
            components.insert(marker.component, parse_marker(marker, found.as_str())?);
        }
    }
    if components.is_empty() {
        return Ok(None);
    }
    time_of(&components, Time::new(now))
}

/// What a marker matches.
fn marker_pattern(marker: &Marker) -> Result<String> {
    if "Zz".contains(marker.component) {
        let name = if marker.component == 'z' { "GMT" } else { "" };
        let minutes = match separator(marker) {
            Some(separator) => format!("{}[0-9]+", fancy_regex::escape(&separator.to_string())),
            None => String::new(),
        };
        return Ok(format!("{name}[-+][0-9]+{minutes}"));
    }
    let Some(format) = &marker.integer else {
        return match marker.component {
            'M' | 'x' | 'F' | 'P' => Ok("[a-zA-Z]+".to_owned()),
            other => Err(unnamed(other)),
        };
    };
    Ok(match &format.style {
        Style::Letters => "[a-zA-Z]+".to_owned(),
        Style::Roman => "[MDCLXVI]+".to_owned(),
        Style::Words => {
            let words: Vec<String> = words::values().map(|(word, _)| word).collect();
            format!("(?:{}|and|[-, ])+", words.join("|"))
        }
        Style::Digits(digits) => {
            let suffix = if format.ordinal { "(?:th|st|nd|rd)" } else { "" };
            let count = match marker.digits.filter(|count| *count > 0.0) {
                Some(count) if digits.optional == 0.0 => format!("{{{count}}}"),
                Some(count) => format!("{{{},{count}}}", (count - digits.optional).max(0.0)),
                None => "+".to_owned(),
            };
            format!("[0-9]{count}{suffix}")
        }
        // Tells that it is not known.
        Style::Sequence(_) => format.parse("").map(|_| String::new())?,
    })
}

/// What stands between the hours and the minutes of a time zone.
fn separator(marker: &Marker) -> Option<char> {
    match &marker.integer.as_ref()?.style {
        Style::Digits(digits) => match digits.separators {
            Separators::Regular(_, separator) => Some(separator),
            Separators::Irregular(_) => None,
        },
        _ => None,
    }
}

/// The value of a component; a name in another case than its own is none.
fn parse_marker(marker: &Marker, found: &str) -> Result<Option<f64>> {
    if "Zz".contains(marker.component) {
        let zone = found
            .get(if marker.component == 'z' { 3 } else { 0 }..)
            .unwrap_or_default();
        let (hours, minutes) = match separator(marker) {
            Some(separator) => zone.split_once(separator).unwrap_or((zone, "")),
            None if zone.len() > 3 => zone.split_at(3),
            None => (zone, "0"),
        };
        return Ok(Some(leading_integer(hours) * 60.0 + leading_integer(minutes)));
    }
    if let Some(format) = &marker.integer {
        return format.parse(found).map(Some);
    }
    let max = marker.max.filter(|max| *max != 0.0);
    let at = |names: &[&str]| {
        names
            .iter()
            .rposition(|name| cut(name, max) == found)
            .map(|at| at as f64 + 1.0)
    };
    Ok(match marker.component {
        'M' | 'x' => at(&MONTHS),
        'F' => at(&DAYS),
        _ => match found {
            "am" | "AM" => Some(0.0),
            "pm" | "PM" => Some(1.0),
            _ => None,
        },
    })
}

/// The time that has these components. What is left of the first that is given is that of now, what is right of the last
/// is the smallest; between them none may be missing.
fn time_of(given: &HashMap<char, Option<f64>>, now: Option<Time>) -> Result<Option<f64>> {
    let missing = || {
        Error::new(
            "D3136",
            "The date/time picture string is missing specifiers required to parse the timestamp",
        )
    };
    let get = |component: char| given.get(&component).copied().flatten();
    let is_set = |component: &char| get(*component).is_some_and(|value| value != 0.0 && !value.is_nan());
    // Whether of all these components only `some` are given, and at least one.
    let only = |all: &str, some: &str| {
        all.chars().filter(is_set).all(|component| some.contains(component)) && some.chars().any(|c| is_set(&c))
    };
    const DATE: &str = "YXMxWwdD";
    let by_day_of_year = !only(DATE, "YMD") && only(DATE, "Yd");
    if only(DATE, "Xxw") || only(DATE, "XW") {
        // Dates by their weeks cannot be read.
        return Err(missing());
    }
    let half_days = !only("PHhmsf", "Hmsf") && only("PHhmsf", "Phmsf");
    let date = if by_day_of_year { "YD" } else { "YMD" };
    let time = if half_days { "Phmsf" } else { "Hmsf" };
    let mut values = given.clone();
    let (mut started, mut ended) = (false, false);
    for part in date.chars().chain(time.chars()) {
        if get(part).is_some() {
            started = true;
            if ended {
                return Err(missing());
            }
        } else if started {
            values.insert(part, Some(if "MDd".contains(part) { 1.0 } else { 0.0 }));
            ended = true;
        } else {
            values.insert(part, component(now, part));
        }
    }
    let get = |component: char| values.get(&component).copied().flatten().unwrap_or(f64::NAN);
    let (mut month, mut day) = (get('M'), get('D'));
    month = if month > 0.0 { month - 1.0 } else { 0.0 };
    if by_day_of_year {
        let start = utc([get('Y'), 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let date = Time::new(start + (get('d') - 1.0) * DAY as f64);
        (month, day) = date.map_or((f64::NAN, f64::NAN), |date| (date.month as f64, date.day as f64));
    }
    let mut hour = get('H');
    if half_days {
        hour = Some(get('h')).filter(|hour| *hour != 12.0).unwrap_or(0.0);
        hour += if get('P') == 1.0 { 12.0 } else { 0.0 };
    }
    let millis = utc([get('Y'), month, day, hour, get('m'), get('s'), get('f')]);
    let zone = [get('Z'), get('z')]
        .into_iter()
        .find(|zone| *zone != 0.0 && !zone.is_nan());
    Ok(Some(millis - zone.unwrap_or(0.0) * 60_000.0))
}

/// The milliseconds of a time as ISO 8601 has it: a year, further parts of a date, a time of day, an offset.
fn parse_iso(shown: &str) -> Result<f64> {
    let invalid = || {
        let shown = texts::shown(&shown.into());
        Error::new(
            "D3110",
            format!("The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {shown}"),
        )
    };
    iso(shown).ok_or_else(invalid)
}

fn iso(shown: &str) -> Option<f64> {
    let mut rest = shown;
    let mut parts = [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    // What stands before each part, how many digits it has, and the largest first digit.
    const PARTS: [(&str, usize, u8); 6] = [
        ("", 4, b'9'),
        ("-", 2, b'1'),
        ("-", 2, b'3'),
        ("T", 2, b'2'),
        (":", 2, b'5'),
        (":", 2, b'5'),
    ];
    let mut at = 0;
    while let Some((before, digits, most)) = PARTS.get(at) {
        let Some(after) = rest.strip_prefix(before) else {
            match at {
                0 | 4 | 5 => return None,
                // A time of day may follow any part of a date.
                1 | 2 if rest.starts_with('T') => {
                    at = 3;
                    continue;
                }
                _ => break,
            }
        };
        // What a hyphen begins may be an offset.
        let number = after
            .get(..*digits)
            .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.filter(|number| number.as_bytes()[0] <= *most);
        parts[at] = number?.parse().ok()?;
        rest = &after[*digits..];
        at += 1;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let fraction_text = fraction.get(..digits).filter(|digits| !digits.is_empty())?;
        parts[6] = format!("0.{fraction_text}")
            .parse::<f64>()
            .ok()
            .map(|part| (part * 1000.0).floor())?;
        rest = &fraction[digits..];
    }
    let zone = match rest {
        "" | "Z" => 0.0,
        zone => offset(zone)?,
    };
    let [year, month, day, hour, minute, second, _] = parts;
    let whole_day = hour == 24.0 && minute == 0.0 && second == 0.0 && parts[6] == 0.0;
    if !(1.0..=12.0).contains(&month) || !(1.0..=31.0).contains(&day) || (hour > 23.0 && !whole_day) {
        return Some(f64::NAN);
    }
    parts[1] -= 1.0;
    // Other than elsewhere, years below 100 are what they are.
    parts[0] = year + 400.0;
    Some(utc(parts) - 146_097.0 * DAY as f64 - zone * 60_000.0)
}

/// The minutes of `+01:00` or `+0100`.
fn offset(zone: &str) -> Option<f64> {
    let digits = zone.strip_prefix(['+', '-'])?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => digits.split_at_checked(2)?,
    };
    let number = |text: &str, most: u8| {
        let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) && text.as_bytes()[0] <= most;
        fits.then(|| text.parse::<f64>().ok()).flatten()
    };
    let minutes = number(hours, b'2')? * 60.0 + number(minutes, b'5')?;
    Some(if zone.starts_with('-') { -minutes } else { minutes })
}
