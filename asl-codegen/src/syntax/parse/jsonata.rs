//! JSONata strings, and fields that hold them (J-1 to J-24).

use super::Parser;
use super::fields::Fields;
use super::template::MAX_SHOWN;
use crate::diagnostic::{Code, Lint, ServiceCode};
use crate::expr::jsonata::check::{self, Finding, FindingKind};
use crate::expr::jsonata::parse;
use crate::expr::path::Path;
use crate::json::{Json, Kind, Member, Object};
use crate::source::{Format, Span, Spanned};
use crate::syntax::references::references;
use crate::syntax::{Expression, Field, FieldValue, QueryLanguage, Reference, Template};
use std::collections::HashMap;
use std::ops::Range;

/// What `$states` has at a place beside `input` and `context` (J-30 to J-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// Nothing.
    Input,
    /// `$states.result`
    Result,
    /// `$states.errorOutput`
    ErrorOutput,
}

impl Given {
    /// The member of `$states`.
    fn member(self) -> Option<&'static str> {
        match self {
            Given::Input => None,
            Given::Result => Some("result"),
            Given::ErrorOutput => Some("errorOutput"),
        }
    }
}

/// Whether a value is a JSONata string (J-1) where one counts.
pub(super) fn is_expression(value: &Json, language: QueryLanguage) -> bool {
    language == QueryLanguage::Jsonata && value.as_str().is_some_and(|text| inside(text).is_some())
}

/// What stands between `{%` and `%}`.
fn inside(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

/// The expression that a plain text was probably meant as: itself, or what finds the same as a path.
pub(super) fn meant(text: &str) -> Option<String> {
    let is_simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let is_path = |rest: &str| rest.chars().all(is_simple) && Path::parse(text).is_ok_and(|path| path.is_definite());
    let rest = text.strip_prefix('$')?;
    let expression = match rest.strip_prefix('$') {
        Some(rest) if is_path(rest) => format!("$states.context{rest}"),
        None if rest.is_empty() || rest.starts_with('.') => match is_path(rest) {
            true => format!("$states.input{rest}"),
            false => return None,
        },
        None => text.to_owned(),
        Some(_) => return None,
    };
    parse(&expression).is_ok().then_some(expression)
}

/// An expression as the string that it is written in.
pub(super) fn in_braces(expression: &str) -> String {
    match expression.len() > MAX_SHOWN {
        true => "\"{% .. %}\"".to_owned(),
        false => serde_json::Value::from(format!("{{% {expression} %}}")).to_string(),
    }
}

impl Parser<'_> {
    /// A field of a JSONata state that holds any JSON with expressions in it.
    pub fn jsonata_field(&mut self, fields: &Fields, name: &str, given: Given) -> Option<Template> {
        let value = &fields.get(name)?.value;
        Some(self.jsonata(value, &fields.location(name), given))
    }

    /// `Output`, which JSONPath states do not have.
    pub fn output(&mut self, fields: &Fields, language: QueryLanguage, given: Given) -> Option<Template> {
        match language {
            QueryLanguage::JsonPath => None,
            QueryLanguage::Jsonata => self.jsonata_field(fields, "Output", given),
        }
    }

    /// A field of a JSONata state that is an expression.
    pub fn expression_field(&mut self, fields: &Fields, name: &str) -> Option<Box<Expression>> {
        self.expression(&fields.get(name)?.value, &fields.location(name), Given::Input)
    }

    /// JSON with expressions at any depth (J-4 to J-6).
    pub fn jsonata(&mut self, json: &Json, location: &str, given: Given) -> Template {
        match &json.kind {
            Kind::Array(items) => {
                let items: Vec<_> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.jsonata(item, &format!("{location}[{index}]"), given))
                    .collect();
                Template::array(items)
            }
            Kind::Object(object) => {
                object.iter().for_each(|member| self.path_key(member, location));
                Template::object(self.jsonata_members(object, location, given))
            }
            _ => match self.expression(json, location, given) {
                Some(expression) => Template::Expression(expression),
                None => Template::Literal(json.to_value()),
            },
        }
    }

    /// The members of an object with expressions.
    pub fn jsonata_members(&mut self, object: &Object, location: &str, given: Given) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::with_capacity(object.members.len());
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(object.members.len());
        for member in object {
            let value = self.jsonata(&member.value, &format!("{location}/{}", member.key), given);
            let field = Field {
                name: member.key.clone(),
                key_span: member.key_span,
                value: FieldValue::Template(value),
            };
            // Of a repeated key the last counts.
            match seen.get(member.key.as_str()) {
                Some(&at) => fields[at] = field,
                None => {
                    seen.insert(&member.key, fields.len());
                    fields.push(field);
                }
            }
        }
        fields
    }

    /// A value that is a JSONata string. There is none too where it holds an error.
    pub fn expression(&mut self, json: &Json, location: &str, given: Given) -> Option<Box<Expression>> {
        let text = json.as_text()?;
        let Some(inside) = inside(&text.value) else {
            self.plain_text(&text.value, json, location);
            return None;
        };
        let start = 2 + inside.len() - inside.trim_start().len();
        let inside = inside.trim();
        let places = text.places(self.source, json.span);
        let place = |at: Range<usize>| places.span(start + at.start..start + at.end);
        let expr = match parse(inside) {
            Ok(expr) => expr,
            Err(_) if !text.symbols.is_empty() => {
                self.unsettled(text, json.span, location);
                return None;
            }
            Err(error) => {
                let at = place(error.at);
                self.finding(
                    ServiceCode::InvalidJsonataExpression,
                    at,
                    location,
                    "this is not JSONata",
                )
                .label(error.message)
                .maybe_help(error.help)
                .push();
                return None;
            }
        };
        let reads: Vec<_> = references(&expr)
            .into_iter()
            .map(|(at, value)| Spanned { value, span: place(at) })
            .collect();
        for found in check::check(&expr) {
            self.jsonata_finding(place(found.at.clone()), found, location);
        }
        for read in &reads {
            self.states_member(read, location, given);
        }
        Some(Box::new(Expression {
            text: inside.to_owned(),
            expr,
            field: self.field_name(location).to_owned(),
            span: json.span,
            reads,
            places,
            start,
        }))
    }

    /// What cannot work in an expression, whatever the data.
    fn jsonata_finding(&mut self, at: Span, found: Finding, location: &str) {
        let unsupported = Code::Service(ServiceCode::UnsupportedJsonataExpression);
        let (code, message) = match found.kind {
            FindingKind::NoContext => (unsupported, "an expression has no value at its top level"),
            FindingKind::Reserved => (unsupported, "a reserved name"),
            FindingKind::UnknownFunction => (Code::Lint(Lint::UnknownFunction), "a call of what is no function"),
            FindingKind::Arity => (
                Code::Lint(Lint::FunctionArity),
                "a call with the wrong number of arguments",
            ),
            FindingKind::Type => (Code::Lint(Lint::FunctionArgument), "an argument of the wrong type"),
        };
        // V-27
        let service = (found.kind == FindingKind::NoContext)
            .then(|| found.message.strip_prefix('r'))
            .flatten()
            .map(|rest| format!("R{}.", rest.replace('`', "'")));
        self.finding(code, at, location, message)
            .label(found.message)
            .maybe_service(service.as_deref())
            .maybe_help(found.help)
            .push();
    }

    /// A member of `$states`, which must exist where it is read (J-36).
    fn states_member(&mut self, read: &Spanned<Reference>, location: &str, given: Given) {
        let (true, Some(member)) = (read.value.variable == "states", read.value.members.first()) else {
            return;
        };
        let known = ["input", "context"].into_iter().chain(given.member());
        if known.clone().any(|name| name == member) {
            return;
        }
        let (label, help) = match member.as_str() {
            "result" => (
                "there is no result here",
                Some("it exists in the `Output` and the `Assign` of a Task, Parallel or Map".to_owned()),
            ),
            "errorOutput" => (
                "there is no error here",
                Some("it exists in the `Output` and the `Assign` of a Catcher".to_owned()),
            ),
            _ => {
                let meant = self.nearest(member, known);
                let help = meant.map(|name| format!("did you mean `$states.{name}`?"));
                ("there is no such member", help)
            }
        };
        let message = format!("`$states.{member}` does not exist");
        self.finding(ServiceCode::UnsupportedJsonataExpression, read.span, location, message)
            .label(label)
            .maybe_help(help)
            .push();
    }

    /// Text that looks like an expression, and is none (J-2, J-3, J-9).
    pub fn plain_text(&mut self, text: &str, json: &Json, location: &str) {
        let Some((label, help)) = self.near_expression(text, json.span) else {
            return;
        };
        self.finding(
            Lint::PlainBraces,
            json.span,
            location,
            "this is plain text, and no expression",
        )
        .label(label)
        .help(help)
        .push();
    }

    /// What keeps a text that looks like an expression from being one, and what to write.
    fn near_expression(&self, text: &str, span: Span) -> Option<(&'static str, String)> {
        let opening = text.find("{%");
        let (label, help) = match (opening, text.rfind("%}")) {
            _ if inside(text.trim()).is_some() => match self.block_header(text, span) {
                Some(header) => {
                    let help = format!("write `{}-` instead of `{header}`", header.trim_end_matches('+'));
                    return Some(("a line break stands after the braces", help));
                }
                None => ("blanks stand around the braces", "take the blanks away"),
            },
            (Some(0), _) => ("there is no `%}` at its end", "end it with `%}`"),
            (Some(start), Some(end)) if start < end => (
                "an expression is the whole string, or none of it",
                "join text and values inside the braces: `{% 'text ' & $value %}`",
            ),
            (_, Some(_)) if text.ends_with("%}") => ("there is no `{%` at its start", "start it with `{%`"),
            _ if text.starts_with("$states.") => {
                let help = format!("write `{}`", in_braces(&meant(text)?));
                return Some(("an expression stands in braces", help));
            }
            _ => return None,
        };
        Some((label, help.to_owned()))
    }

    /// The header of the YAML block that begins at `span`, where it adds nothing to an expression but line breaks at its
    /// end.
    fn block_header(&self, text: &str, span: Span) -> Option<&str> {
        let is_whole = text.trim_end_matches('\n') == text.trim();
        let before = self.source.text()[..span.start].trim_end();
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let header = line.split(" #").next()?.split_whitespace().next_back()?;
        let is_block = self.source.format() == Format::Yaml && header.starts_with(['|', '>']);
        (is_whole && is_block).then_some(header)
    }

    /// How a string is written in a field that takes JSONata, or takes it inside an object.
    pub fn as_expression(&self, json: &Json, field: &str) -> Option<String> {
        let text = json.as_str()?;
        match field {
            "Condition" | "Items" | "Arguments" => {
                let near = self.near_expression(text, json.span).map(|(_, help)| help);
                let help = near.or_else(|| meant(text).map(|meant| format!("write `{}`", in_braces(&meant))));
                Some(help.unwrap_or_else(|| "a JSONata string starts with `{%` and ends with `%}`".to_owned()))
            }
            "Assign" if inside(text.trim()).is_some() => {
                Some("give each value the name of a variable: `{ \"name\": \"{% .. %}\" }`".to_owned())
            }
            _ => None,
        }
    }

    /// A member as JSONPath states write it, which is one like any other here.
    fn path_key(&mut self, member: &Member, location: &str) {
        let (Some(name), Some(text)) = (member.key.strip_suffix(".$"), member.value.as_text()) else {
            return;
        };
        let path = text.value.as_str();
        // What begins with `$states.` is found by itself.
        if !path.starts_with('$') || path.starts_with("$states.") || Path::parse(path).is_err() {
            return;
        }
        let value = meant(path).map_or_else(|| "\"{% .. %}\"".to_owned(), |meant| in_braces(&meant));
        self.finding(
            Lint::PlainBraces,
            member.value.span,
            &format!("{location}/{}", member.key),
            "this is plain text, and no expression",
        )
        .label("in JSONata, a key that ends with `.$` is like any other")
        .help(format!("write `\"{name}\": {value}`"))
        .push();
    }

    /// An expression in a JSONPath state, where it is none (J-8).
    pub fn of_other_language(&mut self, text: &str, json: &Json, location: &str) {
        if inside(text).is_some() {
            self.finding(
                Lint::PlainBraces,
                json.span,
                location,
                "this is plain text, and no expression",
            )
            .label("the query language of this state is JSONPath")
            .help("set `\"QueryLanguage\": \"JSONata\"`")
            .push();
        }
    }

    /// The name of a field below that of its state, as errors give it (J-89).
    fn field_name<'l>(&self, location: &'l str) -> &'l str {
        location.get(self.state_at + 1..).unwrap_or(location)
    }
}
