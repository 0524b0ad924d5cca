//! Payload templates, and `Assign`.

use super::Parser;
use super::fields::Fields;
use super::jsonata::Given;
use crate::diagnostic::Lint;
use crate::expr::intrinsic::{ArgKind, Call, FindingKind};
use crate::expr::path::Path;
use crate::json::{Json, Kind, Member, Object, Text};
use crate::source::{Span, Spanned};
use crate::syntax::{Field, FieldValue, QueryLanguage, Template};
use std::collections::HashMap;

impl Parser<'_> {
    /// `Parameters`: a template. The service takes any JSON there, but computes nothing outside an object (PT-9).
    pub fn parameters(&mut self, fields: &Fields, name: &str) -> Option<Template> {
        let member = fields.get(name)?;
        if let Some(text) = member.value.as_text()
            && looks_computed(&text.value)
        {
            let message = format!("`{name}` is no object, so nothing in it is computed");
            self.finding(Lint::NoPath, member.value.span, &fields.location(name), message)
                .label("this stays a string")
                .help(format!("`\"{name}\": {{ \"value.$\": .. }}` computes a member"))
                .push();
        }
        Some(self.template(&member.value, &fields.location(name)))
    }

    /// A field that holds an object template.
    pub fn object_template(&mut self, fields: &Fields, name: &str) -> Option<Template> {
        let member = fields.get(name)?;
        if member.value.as_object().is_none() {
            self.wrong_type(&member.value, &fields.location(name), name, "an object", "OBJECT")
                .push();
            return None;
        }
        Some(self.template(&member.value, &fields.location(name)))
    }

    /// A template. `root` is the place of the field it belongs to: errors in it are reported there (V-43).
    pub fn template(&mut self, json: &Json, root: &str) -> Template {
        match &json.kind {
            Kind::Array(items) => {
                items.iter().for_each(|item| self.copied(item, None, root));
                let items: Vec<_> = items.iter().map(|item| self.template(item, root)).collect();
                Template::array(items)
            }
            Kind::Object(object) => Template::object(self.template_fields(object, root)),
            _ => Template::Literal(json.to_value()),
        }
    }

    fn copied(&mut self, json: &Json, key: Option<&str>, root: &str) {
        let Some(text) = json.as_str() else { return };
        self.of_other_language(text, json, root);
        if looks_computed(text) {
            self.not_a_path(text, key, json.span, root);
        }
    }

    fn template_fields(&mut self, object: &Object, root: &str) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::with_capacity(object.members.len());
        // Where each name stands in `fields`, and the key it was written as.
        let mut seen: HashMap<&str, (usize, &Member)> = HashMap::with_capacity(object.members.len());
        for member in &object.members {
            let name = member.key.strip_suffix(".$").unwrap_or(&member.key);
            let value = match name.len() < member.key.len() {
                true => self.computed(member, root),
                false => {
                    self.copied(&member.value, Some(name), root);
                    Some(FieldValue::Template(self.template(&member.value, root)))
                }
            };
            let Some(value) = value else { continue };
            let field = Field {
                name: name.to_owned(),
                key_span: member.key_span,
                value,
            };
            match seen.get(name) {
                Some(&(at, first)) if first.key == member.key => fields[at] = field,
                Some(&(_, first)) => self.same_name(first, member, root),
                None => {
                    seen.insert(name, (fields.len(), member));
                    fields.push(field);
                }
            }
        }
        fields
    }

    /// `a` and `a.$` in one object (PT-7).
    fn same_name(&mut self, first: &Member, second: &Member, root: &str) {
        let message = format!("`{}` and `{}` become the same field", first.key, second.key);
        self.schema(second.key_span, root, message)
            .label("the second of two fields of this name")
            .related(first.key_span, "the first")
            .push();
    }

    /// The value of a key that ends with `.$`.
    fn computed(&mut self, member: &Member, root: &str) -> Option<FieldValue> {
        let Some(text) = member.value.as_text() else {
            let label = format!("expected a string, not {}", member.value.kind_name());
            let help = format!("write the key without `.$` for a literal: {}", literal(member));
            self.not_computed(&member.key, member.value.span, label, Some(help), root);
            return None;
        };
        let span = member.value.span;
        let trimmed = text.value.trim_start();
        let blanks = text.value.len() - trimmed.len();
        if blanks > 0 && trimmed.starts_with('$') && text.symbols.is_empty() {
            let at = text.span(self.source, span, 0..blanks);
            let help = Path::parse(trimmed).ok().map(|path| format!("write `{}`", path.text));
            self.not_computed(&member.key, at, "a blank stands before `$`".to_owned(), help, root);
            return None;
        }
        if trimmed.starts_with("States.") || !text.value.starts_with('$') {
            return self.call(member, text, span, root).map(FieldValue::Call);
        }
        if !text.symbols.is_empty() {
            self.unsettled(text, span, root);
            return None;
        }
        match Path::parse(&text.value) {
            Ok(value) => Some(FieldValue::Path(Spanned { value, span })),
            Err(error) => {
                let at = text.span(self.source, span, error.at);
                self.not_computed(&member.key, at, error.message, error.help, root);
                None
            }
        }
    }

    fn call(&mut self, member: &Member, text: &Text, span: Span, root: &str) -> Option<Spanned<Call>> {
        match Call::parse(&text.value) {
            Ok(value) => {
                if !text.symbols.is_empty() && reads_symbol(&value) {
                    self.unsettled(text, span, root);
                    return None;
                }
                self.call_findings(&value, text, span, root);
                Some(Spanned { value, span })
            }
            Err(_) if !text.symbols.is_empty() => {
                self.unsettled(text, span, root);
                None
            }
            Err(error) => {
                let help = match error.at == (0..text.value.len()) {
                    // It does not even begin as a call.
                    true => error
                        .help
                        .map(|help| format!("{help}; for a literal, the key without `.$`: {}", literal(member))),
                    false => error.help,
                };
                let at = text.span(self.source, span, error.at);
                self.not_computed(&member.key, at, error.message, help, root);
                None
            }
        }
    }

    /// What cannot work in a call, whatever the input.
    pub fn call_findings(&mut self, call: &Call, text: &Text, span: Span, location: &str) {
        for finding in call.findings() {
            let (lint, message) = match finding.kind {
                FindingKind::Arity => (Lint::IntrinsicArity, "a call with the wrong number of arguments"),
                FindingKind::Type => (Lint::IntrinsicArgument, "an argument of the wrong type"),
                FindingKind::Value => (Lint::IntrinsicArgument, "an argument that the function refuses"),
                FindingKind::Placeholders => (Lint::FormatPlaceholders, "the template and its arguments do not match"),
                FindingKind::Unsupported => (Lint::Doubtful, "the service does not have this"),
            };
            let at = text.span(self.source, span, finding.at);
            self.finding(lint, at, location, message)
                .label(finding.message)
                .maybe_help(finding.help)
                .push();
        }
    }

    /// A value that is copied, but looks as if it were to be computed (V-129).
    fn not_a_path(&mut self, text: &str, key: Option<&str>, span: Span, root: &str) {
        let finding = self
            .finding(Lint::NoDollar, span, root, "this looks like a path, but is plain text")
            .label("copied as it is");
        match key {
            Some(key) => finding.help(format!("write the key as `{key}.$`")).push(),
            None if text.starts_with('$') => finding
                .help("elements of an array are not computed: use `States.Array` under a key that ends with `.$`")
                .push(),
            None => finding.push(),
        }
    }

    fn not_computed(&mut self, key: &str, at: Span, label: String, help: Option<String>, root: &str) {
        self.schema(
            at,
            root,
            format!("the value of `{key}` must be a path or a call of an intrinsic function"),
        )
        .label(label)
        .service(format!(
            "The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
        ))
        .maybe_help(help)
        .push();
    }

    /// `Result` of a Pass, in which nothing is computed (PS-3).
    pub fn static_result(&mut self, json: &Json, location: &str) {
        match &json.kind {
            Kind::Array(items) => items.iter().for_each(|item| self.static_result(item, location)),
            Kind::Object(object) => {
                for member in object {
                    if member.key.ends_with(".$") {
                        self.finding(
                            Lint::PassResultIsStatic,
                            member.key_span,
                            location,
                            "nothing in `Result` is computed",
                        )
                        .label("this key stays as it is")
                        .help("write `Parameters` instead of `Result`")
                        .push();
                    } else {
                        self.static_result(&member.value, location);
                    }
                }
            }
            Kind::String(text) if looks_computed(&text.value) => self
                .finding(
                    Lint::PassResultIsStatic,
                    json.span,
                    location,
                    "nothing in `Result` is computed",
                )
                .label("this looks like a path, but is plain text")
                .help("write `Parameters` instead of `Result`")
                .push(),
            _ => {}
        }
    }

    /// `Assign`: names of variables and their values (J-72 to J-76).
    pub fn assign(&mut self, fields: &Fields, language: QueryLanguage, given: Given) -> Option<Template> {
        let assign = self.object_field(fields, "Assign")?;
        for member in assign.members() {
            let name = match language {
                QueryLanguage::JsonPath => member.key.strip_suffix(".$").unwrap_or(&member.key),
                QueryLanguage::Jsonata => &member.key,
            };
            self.variable_name(name, member, &assign);
        }
        let object = fields.get("Assign")?.value.as_object()?;
        Some(Template::Object(match language {
            QueryLanguage::JsonPath => self.template_fields(object, &assign.at),
            QueryLanguage::Jsonata => self.jsonata_members(object, &assign.at, given),
        }))
    }

    fn variable_name(&mut self, name: &str, member: &Member, assign: &Fields) {
        let problem = match name {
            "states" => "`$states` is reserved".to_owned(),
            "" => "a name is needed".to_owned(),
            _ if name.starts_with('$') => "write the name without `$`".to_owned(),
            _ if !is_identifier(name) => {
                "a name is a letter, then letters, digits and `_`; parts of a variable cannot be assigned".to_owned()
            }
            _ if name.chars().count() > MAX_VARIABLE_NAME => format!("longer than {MAX_VARIABLE_NAME} characters"),
            _ => return,
        };
        self.schema(
            member.key_span,
            &assign.at,
            format!("`{name}` cannot be the name of a variable"),
        )
        .label(problem)
        .push();
    }
}

/// How a member is written that is copied as it is.
fn literal(member: &Member) -> String {
    let name = member.key.strip_suffix(".$").unwrap_or(&member.key);
    let value = match &member.value.kind {
        Kind::Object(_) => "{ .. }".to_owned(),
        Kind::Array(_) => "[ .. ]".to_owned(),
        Kind::String(text) if text.value.len() > MAX_SHOWN => "\"..\"".to_owned(),
        _ => member.value.to_value().to_string(),
    };
    format!("`\"{name}\": {value}`")
}

/// How long a text may be that is repeated.
pub(super) const MAX_SHOWN: usize = 40;

/// J-72
const MAX_VARIABLE_NAME: usize = 80;

/// Whether `name` is a Unicode identifier (UAX #31).
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(unicode_ident::is_xid_start) && chars.all(unicode_ident::is_xid_continue)
}

/// Whether a plain string looks as if it were meant to be computed.
fn looks_computed(text: &str) -> bool {
    let path = || text == "$" || ["$.", "$[", "$$."].iter().any(|start| text.starts_with(start));
    path() && Path::parse(text).is_ok() || text.starts_with("States.") && Call::parse(text).is_ok()
}

/// Whether a `${Name}` stands where the call reads a path.
fn reads_symbol(call: &Call) -> bool {
    call.args.iter().any(|arg| match &arg.kind {
        ArgKind::Path(path) => path.text.contains("${"),
        ArgKind::Call(call) => reads_symbol(call),
        _ => false,
    })
}
