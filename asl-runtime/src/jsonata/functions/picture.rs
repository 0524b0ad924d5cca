//! Pictures of dates and times, as `fn:format-dateTime` of XPath has them.

use super::super::{Error, Result, text as texts};
use super::integer::{Case, IntegerFormat, leading_integer};

/// A part of a picture.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Literal(String),
    Marker(Marker),
}

/// `[Y0001]`
#[derive(Debug, Clone)]
pub(super) struct Marker {
    /// What of the time it shows.
    pub(super) component: char,
    /// The most characters of a name, or digits of a year.
    pub(super) max: Option<f64>,
    /// `t`, in `[Z01:01t]`.
    pub(super) modifier: Option<char>,
    /// In which case it is a name.
    pub(super) names: Option<Case>,
    /// How it is a number.
    pub(super) integer: Option<IntegerFormat>,
    /// To how many digits a year, a month or a day is cut.
    pub(super) digits: Option<f64>,
}

/// Components that are numbers unless they are shown by name.
const NUMBERS: &str = "YMDdFWwXxHhmsf";

impl Marker {
    /// What stands between brackets, without blanks.
    fn new(marker: &str) -> Result<Marker> {
        let mut chars = marker.chars();
        let component = chars.next();
        let rest = chars.as_str();
        let unknown = || {
            let shown = component.map(String::from).unwrap_or_default();
            let shown = texts::shown(&shown.into());
            Error::new(
                "D3132",
                format!("Unknown component specifier {shown} in date/time picture string"),
            )
        };
        let (presentation, width) = match rest.rsplit_once(',') {
            Some((presentation, width)) => (presentation, Some(width)),
            None => (rest, None),
        };
        let number = |width: &str| (width != "*").then(|| leading_integer(width));
        let (min, max) = match width.map(|width| width.split_once('-').ok_or(width)) {
            Some(Ok((min, max))) => (number(min), number(max)),
            Some(Err(min)) => (number(min), None),
            None => (None, None),
        };
        let (first, modifier) = match presentation.char_indices().next_back() {
            None => (component.and_then(default).ok_or_else(unknown)?, None),
            Some((at, last)) if at > 0 && "atco".contains(last) => (&presentation[..at], Some(last)),
            Some(_) => (presentation, None),
        };
        let component = component.unwrap_or_default();
        let mut marker = Marker {
            component,
            max,
            modifier,
            names: match () {
                () if first.starts_with('n') => Some(Case::Lower),
                () if first.starts_with("Nn") => Some(Case::Title),
                () if first.starts_with('N') => Some(Case::Upper),
                () => None,
            },
            integer: None,
            digits: None,
        };
        if marker.names.is_none() && NUMBERS.contains(component) {
            let picture = match modifier {
                Some(modifier) => format!("{first};{modifier}"),
                None => first.to_owned(),
            };
            let mut format = IntegerFormat::new(&picture)?;
            if let Some(digits) = format.digits_mut() {
                digits.mandatory = digits.mandatory.max(min.unwrap_or(0.0));
            }
            if "YMD".contains(component) {
                marker.digits = match (max, format.digits_mut()) {
                    (Some(max), Some(digits)) => {
                        digits.mandatory = max;
                        Some(max)
                    }
                    (max, None) => max,
                    (None, Some(digits)) => Some(digits.mandatory + digits.optional).filter(|count| *count >= 2.0),
                };
            }
            marker.integer = Some(format);
        }
        if "Zz".contains(component) {
            marker.integer = Some(IntegerFormat::new(first)?);
        }
        Ok(marker)
    }
}

/// How a component is shown that says nothing of it.
fn default(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

/// Takes a picture apart: `[[` and `]]` are brackets.
pub(super) fn analyse(picture: &str) -> Result<Vec<Part>> {
    let mut parts = vec![];
    let mut rest = picture;
    let literal = |parts: &mut Vec<Part>, text: &str| {
        if !text.is_empty() {
            parts.push(Part::Literal(text.replace("]]", "]")));
        }
    };
    while let Some((before, after)) = rest.split_once('[') {
        literal(&mut parts, before);
        if let Some(after) = after.strip_prefix('[') {
            parts.push(Part::Literal("[".to_owned()));
            rest = after;
            continue;
        }
        let (marker, after) = after
            .split_once(']')
            .ok_or_else(|| Error::new("D3135", "No matching closing bracket ']' in date/time picture string"))?;
        let marker: String = marker.split_whitespace().collect();
        parts.push(Part::Marker(Marker::new(&marker)?));
        rest = after;
    }
    literal(&mut parts, rest);
    Ok(parts)
}
