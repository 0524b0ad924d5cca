//! Values of fields, with their types and ranges.

use super::fields::Fields;
use super::jsonata::{in_braces, meant};
use super::table::StateField;
use super::{Finding, Parser};
use crate::json::{Json, Kind, Scalar, Text};
use crate::source::{Span, Spanned};
use crate::syntax::{QueryLanguage, Unsettled};

impl Parser<'_> {
    /// Whether a word that a build script is to replace stands for the value: then it is noted as not settled.
    ///
    /// Some projects put such words where no string can stand, in place of `${Name}`.
    pub fn is_placeholder(&mut self, json: &Json, location: &str) -> bool {
        let Some(text) = json.as_text() else { return false };
        let word = text.value.as_str();
        let capitals = |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
        let is = word.contains('_')
            && word.starts_with(|char: char| char.is_ascii_uppercase())
            && word.chars().all(capitals);
        if is {
            self.unsettled.push(Unsettled {
                names: Vec::new(),
                span: json.span,
                location: location.to_owned(),
            });
        }
        is
    }

    /// A value of the wrong type (V-35). `wanted` is in words, `name` in the service's capitals.
    pub fn wrong_type<'p>(
        &'p mut self,
        json: &Json,
        location: &str,
        field: &str,
        wanted: &str,
        name: &str,
    ) -> Finding<'p> {
        let help = converted(json, field, name, self.language).or_else(|| self.as_expression(json, field));
        self.schema(
            json.span,
            location,
            format!("`{field}` must be {wanted}, not {}", json.kind_name()),
        )
        .label(format!("expected {wanted}"))
        .service(format!("Expected value of type [{name}]"))
        .maybe_help(help)
    }

    /// The text of a string field, whatever it says.
    pub fn text<'j>(&mut self, fields: &Fields<'j>, name: &str) -> Option<Spanned<&'j Text>> {
        let value = &fields.get(name)?.value;
        match value.as_text() {
            Some(text) => Some(Spanned {
                value: text,
                span: value.span,
            }),
            None => {
                self.wrong_type(value, &fields.location(name), name, "a string", "STRING")
                    .push();
                None
            }
        }
    }

    /// A string field whose value must be known: none where a substitution hides it.
    pub fn string<'j>(&mut self, fields: &Fields<'j>, name: &str) -> Option<Spanned<&'j str>> {
        let Spanned { value: text, span } = self.text(fields, name)?;
        if !text.symbols.is_empty() {
            self.unsettled(text, span, &fields.location(name));
            return None;
        }
        Some(Spanned {
            value: &text.value,
            span,
        })
    }

    /// A `Comment`.
    pub fn comment(&mut self, fields: &Fields) -> Option<String> {
        self.text(fields, "Comment").map(|text| text.value.value.clone())
    }

    /// A field that holds one of a few words.
    pub fn word<'w>(&mut self, fields: &Fields, name: &str, words: &[&'w str]) -> Option<&'w str> {
        let given = self.string(fields, name)?;
        if let Some(word) = words.iter().find(|word| **word == given.value) {
            return Some(word);
        }
        let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        let meant = self.nearest(given.value, words.iter().copied());
        self.schema(
            given.span,
            &fields.location(name),
            format!("`{name}` must be one of {}", quoted.join(", ")),
        )
        .label("no such value")
        .service(format!("Value should be one of the following: [{}]", words.join(", ")))
        .meant(meant)
        .push();
        None
    }

    /// A boolean field.
    pub fn boolean(&mut self, fields: &Fields, name: &str) -> Option<bool> {
        let value = &fields.get(name)?.value;
        match value.as_bool() {
            Scalar::Literal(value) | Scalar::Substituted(value) => Some(value),
            Scalar::Symbolic(_) => {
                self.hidden(value, &fields.location(name));
                None
            }
            Scalar::Other => {
                self.wrong_type(value, &fields.location(name), name, "a boolean", "BOOLEAN")
                    .push();
                None
            }
        }
    }

    /// An integer field in a range.
    pub fn integer(&mut self, fields: &Fields, name: &str, min: u64, max: u64) -> Option<u64> {
        let value = &fields.get(name)?.value;
        let number = self.number_text(value, &fields.location(name), name, "an integer", "INTEGER")?;
        self.integer_in(number, &fields.location(name), name, min, max)
    }

    /// The digits of a number field, or of a `${Name}` in its place that has a numeric value.
    pub fn number_text<'j>(
        &mut self,
        value: &'j Json,
        location: &str,
        field: &str,
        wanted: &str,
        name: &str,
    ) -> Option<Spanned<&'j str>> {
        match value.as_number() {
            Scalar::Literal(digits) | Scalar::Substituted(digits) => Some(Spanned {
                value: digits,
                span: value.span,
            }),
            Scalar::Symbolic(_) => {
                self.hidden(value, location);
                None
            }
            Scalar::Other if self.is_placeholder(value, location) => None,
            Scalar::Other => {
                self.wrong_type(value, location, field, wanted, name).push();
                None
            }
        }
    }

    /// An integer in a range (V-38).
    pub fn integer_in(&mut self, number: Spanned<&str>, location: &str, name: &str, min: u64, max: u64) -> Option<u64> {
        let digits = number.value.strip_prefix('-').unwrap_or(number.value);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.schema(number.span, location, format!("`{name}` must be an integer"))
                .label("not an integer")
                .service("Expected value of type [INTEGER]")
                .push();
            return None;
        }
        let negative = number.value.starts_with('-') && digits.bytes().any(|digit| digit != b'0');
        // Only an overflow fails here, and that is above every maximum.
        let value = digits.parse().unwrap_or(u64::MAX);
        if negative || value < min {
            self.out_of_range(number.span, location, format!("`{name}` must be at least {min}"))
                .label(if min == 1 { "must be positive" } else { "too small" })
                .service(format!("Minimum value is {min}"))
                .push();
            return None;
        }
        if value > max {
            self.out_of_range(number.span, location, format!("`{name}` must be at most {max}"))
                .label("too large")
                .service(format!("Maximum value is {max}"))
                .push();
            return None;
        }
        Some(value)
    }

    /// A decimal in a range (V-38).
    pub fn decimal_in(
        &mut self,
        number: Spanned<&str>,
        location: &str,
        name: &str,
        min: f64,
        max: Option<f64>,
    ) -> Option<f64> {
        // A JSON number is always one of Rust, infinite at worst.
        let value: f64 = number.value.parse().unwrap_or(f64::INFINITY);
        if value < min {
            self.out_of_range(number.span, location, format!("`{name}` must be at least {min}"))
                .label("too small")
                .service(format!("Minimum value is {min:?}"))
                .push();
            return None;
        }
        if let Some(max) = max
            && value > max
        {
            self.out_of_range(number.span, location, format!("`{name}` must be at most {max}"))
                .label("too large")
                .service(format!("Maximum value is {max:?}"))
                .push();
            return None;
        }
        Some(value)
    }

    fn out_of_range<'p>(&'p mut self, span: Span, location: &str, message: String) -> Finding<'p> {
        self.schema(span, location, message)
    }

    /// Notes a value that a substitution hides.
    pub fn hidden(&mut self, value: &Json, location: &str) {
        if let Some(text) = value.as_text() {
            self.unsettled(text, value.span, location);
        }
    }

    /// The members of an object, or a complaint.
    pub fn object<'j>(
        &mut self,
        value: &'j Json,
        field: &str,
        anchor: Option<Span>,
        location: String,
    ) -> Option<Fields<'j>> {
        match value.as_object() {
            Some(object) => {
                let brace = Span::new(value.span.start, value.span.start + 1);
                Some(Fields::new(object, value.span, anchor.unwrap_or(brace), location))
            }
            None => {
                self.wrong_type(value, &location, field, "an object", "OBJECT").push();
                None
            }
        }
    }

    /// The object of a field.
    pub fn object_field<'j>(&mut self, fields: &Fields<'j>, name: &str) -> Option<Fields<'j>> {
        let member = fields.get(name)?;
        self.object(&member.value, name, Some(member.key_span), fields.location(name))
    }

    /// The items of an array field.
    pub fn array<'j>(&mut self, fields: &Fields<'j>, name: &str) -> Option<&'j [Json]> {
        let value = &fields.get(name)?.value;
        match value.as_array() {
            Some(items) => Some(items),
            None if self.is_placeholder(value, &fields.location(name)) => None,
            None => {
                self.wrong_type(value, &fields.location(name), name, "an array", "ARRAY")
                    .push();
                None
            }
        }
    }

    /// The items of an array field that must have some (V-36).
    pub fn non_empty_array<'j>(&mut self, fields: &Fields<'j>, name: &str) -> Option<&'j [Json]> {
        let items = self.array(fields, name)?;
        if items.is_empty() {
            let span = fields.get(name).map_or(fields.span, |member| member.value.span);
            self.schema(span, &fields.location(name), format!("`{name}` must not be empty"))
                .label("nothing in it")
                .service("Value cannot be empty")
                .push();
            return None;
        }
        Some(items)
    }
}

/// How a value of the wrong type is written in the right one, where it holds what was probably meant.
fn converted(json: &Json, field: &str, name: &str, language: QueryLanguage) -> Option<String> {
    let help = match (name, &json.kind) {
        ("BOOLEAN", Kind::String(text)) if matches!(text.value.as_str(), "true" | "false") => {
            format!("write `{}`, without quotes", text.value)
        }
        ("INTEGER" | "NUMBER", Kind::String(text)) if text.value.parse::<serde_json::Number>().is_ok() => {
            format!("write `{}`, without quotes", text.value)
        }
        // The fields of a Retrier hold no JSONata.
        ("INTEGER" | "NUMBER", _)
            if matches!(
                field,
                "IntervalSeconds" | "MaxAttempts" | "MaxDelaySeconds" | "BackoffRate"
            ) =>
        {
            return None;
        }
        ("INTEGER" | "NUMBER", Kind::String(text)) if text.value.starts_with("$states") => {
            format!("write `{}`", in_braces(&text.value))
        }
        ("INTEGER" | "NUMBER", Kind::String(text))
            if text.value.starts_with("$.") && language == QueryLanguage::Jsonata =>
        {
            format!("write `{}`", in_braces(&meant(&text.value)?))
        }
        ("INTEGER" | "NUMBER", Kind::String(text)) if text.value.starts_with("$.") => {
            let path = format!("{field}Path");
            StateField::named(&path).map(|_| format!("write `{path}`"))?
        }
        ("STRING", Kind::Number(number)) if takes_any_text(field) => format!("write `\"{number}\"`"),
        ("STRING", Kind::Bool(word)) if takes_any_text(field) => format!("write `\"{word}\"`"),
        ("ARRAY", Kind::String(text)) if field == "ErrorEquals" => format!("write `[\"{}\"]`", text.value),
        ("ARRAY", Kind::Object(_)) => "put it in brackets, `[` and `]`".to_owned(),
        ("OBJECT", Kind::Array(items)) => match &items[..] {
            // A state, or what holds states?
            [only]
                if only
                    .as_object()
                    .is_some_and(|only| field != "States" || !only.contains("Type")) =>
            {
                "take it out of the brackets".to_owned()
            }
            _ if field == "States" => "it is an object with a member for each state, under its name".to_owned(),
            _ => return None,
        },
        _ => return None,
    };
    Some(help)
}

/// Whether any text will do in a field, and not only a path or a word of a few.
fn takes_any_text(field: &str) -> bool {
    matches!(field, "Comment" | "Error" | "Cause")
        || field.starts_with("ErrorEquals")
        || field.starts_with("String") && !field.ends_with("Path")
}
