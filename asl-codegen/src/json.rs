//! The spanned JSON tree.

mod parse;
mod places;
mod substitution;

pub use parse::{MAX_DEPTH, parse};
#[cfg(feature = "yaml")]
pub(crate) use parse::{is_number, unescape};
pub use places::Places;
pub(crate) use places::Written;
pub use substitution::{Replaced, SubstitutionValue, Substitutions, Text};

use crate::source::Span;

/// A JSON value and where it stands.
#[derive(Debug, Clone)]
pub struct Json {
    /// The value.
    pub kind: Kind,
    /// Its place, quotes and brackets included.
    pub span: Span,
}

/// The six kinds of JSON value.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written. It parses as a [`serde_json::Number`].
    Number(String),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A JSON object: members in document order, repeated keys included.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Its members.
    pub members: Vec<Member>,
}

/// One member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// The key, escapes and given substitutions resolved.
    pub key: String,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Json,
}

/// A number or boolean as a field wants it. Tools that deploy a definition replace `${Name}` in strings only, so
/// `"TimeoutSeconds": "${Seconds}"` is how real definitions write a number that is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar<'a, T> {
    /// Written as such.
    Literal(T),
    /// The value given for the one `${Name}` that the string consists of.
    Substituted(T),
    /// The string is one `${Name}`, and no value was given for this name.
    Symbolic(&'a str),
    /// Something else.
    Other,
}

impl<T> Scalar<'_, T> {
    /// The value, literal or substituted.
    pub fn value(self) -> Option<T> {
        match self {
            Scalar::Literal(value) | Scalar::Substituted(value) => Some(value),
            Scalar::Symbolic(_) | Scalar::Other => None,
        }
    }
}

impl Json {
    /// What it is, with its article, for messages: `a string`.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of the string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        self.as_text().map(|text| text.value.as_str())
    }

    /// The items, if it is an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The number as written, for a field that wants a number.
    pub fn as_number(&self) -> Scalar<'_, &str> {
        match &self.kind {
            Kind::Number(number) => Scalar::Literal(number),
            Kind::String(text) => text.scalar(|value| parse::is_number(value).then_some(value)),
            _ => Scalar::Other,
        }
    }

    /// The boolean, for a field that wants a boolean.
    pub fn as_bool(&self) -> Scalar<'_, bool> {
        match &self.kind {
            Kind::Bool(value) => Scalar::Literal(*value),
            Kind::String(text) => text.scalar(|value| value.parse().ok()),
            _ => Scalar::Other,
        }
    }

    /// The plain value: as serde_json reads it, the last of repeated keys winning.
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            // The parser has checked that it is one.
            Kind::Number(number) => number.parse().map_or(Value::Null, Value::Number),
            Kind::String(text) => Value::String(text.value.clone()),
            Kind::Array(items) => items.iter().map(Json::to_value).collect(),
            Kind::Object(object) => object.iter().map(|m| (m.key.clone(), m.value.to_value())).collect(),
        }
    }
}

impl Object {
    /// The member of this name; of a repeated one the last, which is the one that a reader of JSON sees.
    ///
    /// It looks through the members in turn.
    pub fn get(&self, key: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.key == key)
    }

    /// Whether there is a member of this name.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The members in document order, repeated keys included.
    pub fn iter(&self) -> std::slice::Iter<'_, Member> {
        self.members.iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a Member;
    type IntoIter = std::slice::Iter<'a, Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use proptest::prelude::*;

    fn ours(text: &str) -> Option<Json> {
        parse(&Source::new("a.json", text), &Substitutions::new()).ok()
    }

    /// We accept what serde_json accepts, and read the same from it.
    fn agree(text: &str) {
        let theirs: Option<serde_json::Value> = serde_json::from_str(text).ok();
        let ours = ours(text);
        assert_eq!(ours.as_ref().map(Json::to_value), theirs, "{text:?}");
        if let Some(json) = ours {
            spans_hold(text, &json);
        }
    }

    /// The text at every span is the value itself.
    fn spans_hold(text: &str, json: &Json) {
        let there: serde_json::Value =
            serde_json::from_str(&text[json.span.start..json.span.end]).expect("a span holds a value");
        assert_eq!(there, json.to_value());
        json.as_array()
            .unwrap_or_default()
            .iter()
            .for_each(|item| spans_hold(text, item));
        for member in json.as_object().into_iter().flatten() {
            let key: String = serde_json::from_str(&text[member.key_span.start..member.key_span.end]).expect("a key");
            assert_eq!(key, member.key);
            spans_hold(text, &member.value);
        }
    }

    #[test]
    fn odd_texts() {
        for text in [
            "0",
            "-0",
            "-",
            "01",
            "-01",
            "1.",
            ".5",
            "+1",
            "1e5",
            "1E+5",
            "1e",
            "1e+",
            "0e999",
            "1e308",
            "1e309",
            "1e999",
            "-1e999",
            "0x1",
            "1_0",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            "123456789.123456789e10",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "5e-324",
            "1e-999",
            "NaN",
            "Infinity",
            "nul",
            "nulll",
            "truefalse",
            "true false",
            "[true,]",
            "[,]",
            "{,}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\"}",
            "{1:2}",
            "[1 2]",
            "[{} {}]",
            "\"",
            "\"\\\"",
            "\"\\",
            "\"\u{7f}\"",
            "\"\t\"",
            "\"\n\"",
            "\"\0\"",
            "\"\\u0000\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ude00\\ud83d\"",
            "\"\\ud83d\\u0041\"",
            "\"\\ud83dx\"",
            "\"\\u+041\"",
            "\"\\u004\"",
            "\"\\/\\b\\f\\n\\r\\t\\\\\"",
            "\"\\v\"",
            "\"\\'\"",
            "\"\\x41\"",
            "\u{feff}1",
            "1\u{feff}",
            "\u{b}1",
            "\u{c}1",
            "\u{a0}1",
            "\u{2028}1",
            " \t\r\n1 \t\r\n",
            "1\0",
            "// c\n1",
            "/* c */1",
            "'a'",
            "{a:1}",
            "[1,2",
            "{\"a\":[1,{\"b\":2}]",
            "]",
            "}",
            "",
            " ",
            "{\"a\":1,\"a\":2,\"b\":3,\"a\":4}",
        ] {
            agree(text);
        }
        agree(&"9".repeat(310));
        agree(&format!("0.{}1", "0".repeat(400)));
    }

    #[test]
    fn the_last_of_repeated_keys_counts() {
        let json = ours(r#"{"a": 1, "b": 2, "\u0061": 3}"#);
        let object = json.as_ref().and_then(Json::as_object).expect("an object");
        assert_eq!(object.members.len(), 3);
        assert_eq!(object.get("a").map(|m| m.value.as_number()), Some(Scalar::Literal("3")));
        assert!(object.get("c").is_none());
    }

    fn json_text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|b| b.to_string()),
            any::<i64>().prop_map(|n| n.to_string()),
            any::<f64>().prop_map(|n| format!("{n:?}")),
            "-?[0-9]{1,25}(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?",
            any::<String>().prop_map(|s| serde_json::to_string(&s).expect("a string is JSON")),
            "\"(\\\\u[0-9a-fdD]{4}|\\\\[bfnrt/]|[a-z${}])*\"",
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(", "))),
                prop::collection::vec(("[a-c]?", inner), 0..5).prop_map(|members| {
                    let members: Vec<_> = members.iter().map(|(k, v)| format!("\"{k}\" :{v}")).collect();
                    format!("{{{}}}", members.join("\n,"))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn random_text(text in any::<String>()) {
            agree(&text);
        }

        #[test]
        fn random_punctuation(text in "[\\[\\]{}:,\"\\\\ubnet0-9a-f.+-eE \\n\\t'/]{0,40}") {
            agree(&text);
        }

        #[test]
        fn random_json(text in json_text()) {
            agree(&text);
        }

        #[test]
        fn mutated_json(text in json_text(), at in any::<prop::sample::Index>(), cut in 0usize..3, put in "[\\[\\]{}:,\"\\\\0-9a ]{0,2}") {
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len());
            let end = (at + cut).min(chars.len());
            let mutated: String = chars[..at].iter().copied().chain(put.chars()).chain(chars[end..].iter().copied()).collect();
            agree(&mutated);
        }
    }
}
