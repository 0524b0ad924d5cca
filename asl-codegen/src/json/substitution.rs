//! `${Name}` in strings.

use super::Scalar;
use super::places::{Places, Written};
use crate::nearest;
use crate::source::{Source, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// Values of `${Name}` substitutions, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Substitutions(BTreeMap<String, SubstitutionValue>);

/// The value of a substitution.
///
/// Inside a string it is its text. A field that wants a number or a boolean takes it from a string that is one
/// `${Name}`, whichever of the three forms it was given in.
#[derive(Debug, Clone, PartialEq)]
pub enum SubstitutionValue {
    /// A string.
    String(String),
    /// A number.
    Number(serde_json::Number),
    /// A boolean.
    Bool(bool),
}

impl Substitutions {
    /// None.
    pub fn new() -> Substitutions {
        Substitutions::default()
    }

    /// Gives the value of `${name}`.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<SubstitutionValue>) {
        self.0.insert(name.into(), value.into());
    }

    /// The value of `${name}`, if it was given.
    pub fn get(&self, name: &str) -> Option<&SubstitutionValue> {
        self.0.get(name)
    }

    /// The names that occur nowhere in a definition, each with the name in it that is most like it: one of them was
    /// probably mistyped.
    pub fn unused<'a>(&'a self, source: &'a Source) -> Vec<(&'a str, Option<&'a str>)> {
        let symbols = symbols(source.text()).map(|(_, name)| name);
        let used: Vec<_> = symbols.chain(references(source.text())).collect();
        let names = self.0.keys().map(String::as_str);
        let unused = names.filter(|name| !used.contains(name));
        unused.map(|name| (name, nearest(name, used.iter().copied()))).collect()
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SubstitutionValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<N: Into<String>, V: Into<SubstitutionValue>> FromIterator<(N, V)> for Substitutions {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(given: I) -> Substitutions {
        Substitutions(
            given
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl std::fmt::Display for SubstitutionValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SubstitutionValue::String(value) => f.write_str(value),
            SubstitutionValue::Number(value) => write!(f, "{value}"),
            SubstitutionValue::Bool(value) => write!(f, "{value}"),
        }
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident)*) => {
        $(impl From<$from> for SubstitutionValue {
            fn from(value: $from) -> SubstitutionValue {
                SubstitutionValue::$variant(value.into())
            }
        })*
    };
}

from! {
    &str => String
    String => String
    bool => Bool
    serde_json::Number => Number
    i32 => Number
    i64 => Number
    u32 => Number
    u64 => Number
}

impl From<f64> for SubstitutionValue {
    /// JSON has no number for what is not finite: that becomes its text, which no field takes for a number.
    fn from(value: f64) -> SubstitutionValue {
        match serde_json::Number::from_f64(value) {
            Some(number) => SubstitutionValue::Number(number),
            None => SubstitutionValue::String(value.to_string()),
        }
    }
}

/// The value of a JSON string, after `${Name}` substitution.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// The value, escapes resolved.
    pub value: String,
    /// Names of `${Name}` substitutions in it that no value was given for.
    pub symbols: Vec<String>,
    /// Whether the whole string was one `${Name}` with a given value, which may then stand for a number or a boolean.
    pub substituted: bool,
    /// Where given values were put, in order.
    pub replaced: Vec<Replaced>,
    /// How it is written, where that is not as a JSON string.
    written: Option<Written>,
}

/// A given value in a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its bytes in [`Text::value`].
    pub value: Range<usize>,
    /// The bytes of `${Name}` in the value before substitution.
    pub symbol: Range<usize>,
}

impl Text {
    /// The text that the string `value` (escapes resolved) becomes.
    ///
    /// A name begins with a letter or `_`, and has no spaces, quotes or braces: `${Function.Arn}`, `${AWS::Region}`,
    /// Terraform's `${aws_sfn_activity.poll[0].id}`. CloudFormation's `${!Name}` is no substitution and stays.
    pub(crate) fn new(value: String, substitutions: &Substitutions) -> Text {
        if !value.contains("${") {
            return Text {
                value,
                ..Text::default()
            };
        }
        let mut text = Text::default();
        let mut rest = 0;
        for (at, name) in symbols(&value) {
            let Some(given) = substitutions.get(name) else {
                text.symbols.push(name.to_owned());
                continue;
            };
            let symbol = at..at + name.len() + 3;
            text.value.push_str(&value[rest..at]);
            let start = text.value.len();
            text.value.push_str(&given.to_string());
            rest = symbol.end;
            text.substituted = symbol == (0..value.len());
            text.replaced.push(Replaced {
                value: start..text.value.len(),
                symbol,
            });
        }
        text.value.push_str(&value[rest..]);
        text
    }

    /// The same text, written in another way than as a JSON string.
    pub(crate) fn written(self, written: Written) -> Text {
        let written = Some(written);
        Text { written, ..self }
    }

    /// The same text with the values of some of its names, in which names may stand. It remains a text.
    pub(crate) fn put_in(&self, values: &Substitutions, literal: Span) -> Text {
        let Text { value, replaced, .. } = Text::new(self.value.clone(), values);
        let known = self.replaced.is_empty();
        Text {
            symbols: symbols(&value).map(|(_, name)| name.to_owned()).collect(),
            written: if known {
                self.written.clone()
            } else {
                Some(Written::somewhere_in(literal))
            },
            replaced: if known { replaced } else { Vec::new() },
            substituted: false,
            value,
        }
    }

    /// The name, if the whole string is one `${Name}` that no value was given for.
    pub fn symbol(&self) -> Option<&str> {
        let inner = self.value.strip_prefix("${")?.strip_suffix('}')?;
        self.symbols
            .first()
            .map(String::as_str)
            .filter(|name| self.symbols.len() == 1 && *name == inner)
    }

    /// Where a range of bytes of [`Text::value`] stands, `literal` being the span of the whole string.
    pub fn span(&self, source: &Source, literal: Span, range: Range<usize>) -> Span {
        self.places(source, literal).span(range)
    }

    /// The places of all bytes of [`Text::value`].
    pub fn places(&self, source: &Source, literal: Span) -> Places {
        let written = match &self.written {
            Some(written) => written.clone(),
            None => Written::of_json(source, literal),
        };
        Places::new(written, self.replaced.clone())
    }

    pub(super) fn scalar<'a, T>(&'a self, read: impl Fn(&'a str) -> Option<T>) -> Scalar<'a, T> {
        if let Some(name) = self.symbol() {
            return Scalar::Symbolic(name);
        }
        match self.substituted.then(|| read(&self.value)).flatten() {
            Some(value) => Scalar::Substituted(value),
            None => Scalar::Other,
        }
    }
}

/// Every name in a text that `!Ref` or `!GetAtt` may refer to, in their short form or in full.
fn references(text: &str) -> impl Iterator<Item = &str> {
    ["Ref", "GetAtt"].into_iter().flat_map(move |function| {
        text.match_indices(function).map(move |(at, _)| {
            let name = text[at + function.len()..].trim_start_matches([' ', '\t', ':', '"', '\'']);
            let end = name.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ':' | '_'));
            &name[..end.unwrap_or(name.len())]
        })
    })
}

/// Every `${Name}` in a text: where it begins, and the name.
fn symbols(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("${")
        .filter_map(|(at, _)| Some((at, symbol(&text[at + 2..])?)))
}

/// The name at the start of `text`, which follows `${`, up to its `}`.
pub(super) fn symbol(text: &str) -> Option<&str> {
    let end =
        text.find(|c: char| matches!(c, '{' | '}' | '$' | '"' | '\'' | '\\') || c.is_whitespace() || c.is_control())?;
    let name = &text[..end];
    let named = text[end..].starts_with('}') && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    named.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::{Scalar, parse};
    use super::*;

    fn read(json: &str, substitutions: &Substitutions) -> (Source, super::super::Json) {
        let source = Source::new("a.json", json);
        let json = parse(&source, substitutions).unwrap_or_else(|e| panic!("{}", e.render(&source)));
        (source, json)
    }

    #[test]
    fn names_that_real_definitions_use() {
        for name in [
            "Fn.Arn",
            "AWS::Region",
            "var.x",
            "sfn_activity.poll[0].id",
            "jsonencode(Ids)",
            "größe",
        ] {
            let (_, json) = read(&format!("\"arn:${{{name}}}:x\""), &Substitutions::new());
            let text = json.as_text().cloned().unwrap_or_default();
            assert_eq!(text.symbols, [name]);
            assert_eq!(text.value, format!("arn:${{{name}}}:x"));
            assert_eq!(text.symbol(), None);
        }
        for none in ["${!Literal}", "${}", "${1}", "${a b}", "${a", "$ {a}", "{a}", "${{a}}"] {
            let (_, json) = read(&format!("\"{none}\""), &Substitutions::new());
            assert_eq!(json.as_text().map(|t| t.symbols.len()), Some(0), "{none}");
        }
    }

    #[test]
    fn given_values_are_put_in() {
        let given = Substitutions::from_iter([("A", "alpha"), ("Nested", "${A}")]);
        let (_, json) = read(r#""${A}-${B}-${Nested}""#, &given);
        let text = json.as_text().cloned().unwrap_or_default();
        assert_eq!(
            text.value, "alpha-${B}-${A}",
            "what is put in is not looked through again"
        );
        assert_eq!(text.symbols, ["B"]);
        assert!(!text.substituted);
    }

    #[test]
    fn names_that_occur_nowhere() {
        let given = Substitutions::from_iter([("ChrageArn", ""), ("Region", ""), ("Unrelated", "")]);
        let source = Source::new(
            "a.json",
            r#"{ "Resource": "${ChargeArn}:${Region}", "${StageName}": 1 }"#,
        );
        let unused = given.unused(&source);
        assert_eq!(unused, [("ChrageArn", Some("ChargeArn")), ("Unrelated", None)]);
    }

    #[test]
    fn scalars() {
        let mut given = Substitutions::new();
        given.insert("N", 30);
        given.insert("Rate", 1.5);
        given.insert("Endless", f64::INFINITY);
        given.insert("Text", "45");
        given.insert("Yes", true);
        given.insert("No", "no");
        let number = |text: &str| match read(text, &given).1.as_number() {
            Scalar::Symbolic(name) => format!("symbol {name}"),
            Scalar::Literal(n) => format!("literal {n}"),
            Scalar::Substituted(n) => format!("given {n}"),
            Scalar::Other => "other".to_owned(),
        };
        assert_eq!(number("1.50"), "literal 1.50");
        assert_eq!(number(r#""${N}""#), "given 30");
        assert_eq!(number(r#""${Rate}""#), "given 1.5");
        assert_eq!(number(r#""${Endless}""#), "other");
        assert_eq!(number(r#""${Text}""#), "given 45");
        assert_eq!(number(r#""${No}""#), "other");
        assert_eq!(number(r#""${Other}""#), "symbol Other");
        assert_eq!(number(r#""1${Other}""#), "other");
        assert_eq!(number(r#""${N}0""#), "other", "only a string that is one name");
        assert_eq!(number(r#""30""#), "other");
        assert_eq!(number("true"), "other");
        assert_eq!(read(r#""${Yes}""#, &given).1.as_bool(), Scalar::Substituted(true));
        assert_eq!(read(r#""${No}""#, &given).1.as_bool(), Scalar::Other);
        assert_eq!(read("false", &given).1.as_bool(), Scalar::Literal(false));
    }
}
