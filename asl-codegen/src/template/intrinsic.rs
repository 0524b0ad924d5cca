//! The intrinsic functions of CloudFormation.

use crate::diagnostic::{Code, Diagnostic};
use crate::json::{Json, Kind, Member, Object, Substitutions, Text, Written};
use crate::source::{Source, Span};

/// Names as they are written in full, and behind a `!`.
const FUNCTIONS: [(&str, &str); 20] = [
    ("Ref", "Ref"),
    // In full it is `Condition`, which data may have as a key too.
    ("Fn::Condition", "Condition"),
    ("Fn::And", "And"),
    ("Fn::Base64", "Base64"),
    ("Fn::Cidr", "Cidr"),
    ("Fn::Equals", "Equals"),
    ("Fn::FindInMap", "FindInMap"),
    ("Fn::GetAtt", "GetAtt"),
    ("Fn::GetAZs", "GetAZs"),
    ("Fn::If", "If"),
    ("Fn::ImportValue", "ImportValue"),
    ("Fn::Join", "Join"),
    ("Fn::Length", "Length"),
    ("Fn::Not", "Not"),
    ("Fn::Or", "Or"),
    ("Fn::Select", "Select"),
    ("Fn::Split", "Split"),
    ("Fn::Sub", "Sub"),
    ("Fn::ToJsonString", "ToJsonString"),
    ("Fn::Transform", "Transform"),
];

/// The full name of the function behind a `!`.
#[cfg(feature = "yaml")]
pub(crate) fn tag(short: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(_, name)| *name == short).map(|(full, _)| *full)
}

/// Replaces functions that are written as tags. In a definition by itself, `{"Ref": ..}` is an object like any other.
pub(crate) fn resolve_tags(source: &Source, json: Json, substitutions: &Substitutions) -> Resolved {
    // No key begins with `!`, which would be a tag before it.
    let is_tag = |member: &Member| source.slice(member.key_span).starts_with('!');
    Resolver {
        substitutions,
        is_function: &is_tag,
    }
    .resolve(json)
}

/// Replaces functions in the definition of a template.
pub(super) fn resolve(json: Json, substitutions: &Substitutions) -> Resolved {
    Resolver {
        substitutions,
        is_function: &|_| true,
    }
    .resolve(json)
}

type Resolved = Result<Json, Box<Diagnostic>>;

struct Resolver<'a> {
    substitutions: &'a Substitutions,
    is_function: &'a dyn Fn(&Member) -> bool,
}

impl Resolver<'_> {
    /// The depth is that of the document, which is bounded.
    fn resolve(&self, json: Json) -> Resolved {
        let Json { kind, span } = json;
        let kind = match kind {
            Kind::Array(items) => Kind::Array(
                items
                    .into_iter()
                    .map(|item| self.resolve(item))
                    .collect::<Result<_, _>>()?,
            ),
            Kind::Object(Object { mut members }) => {
                let full = match &members[..] {
                    [member] if (self.is_function)(member) => FUNCTIONS.iter().find(|(full, _)| *full == member.key),
                    _ => None,
                };
                if let Some(&(_, short)) = full
                    && let Some(member) = members.pop()
                {
                    return self.call(short, member, span);
                }
                let resolve = |member: Member| {
                    Ok::<_, Box<Diagnostic>>(Member {
                        value: self.resolve(member.value)?,
                        ..member
                    })
                };
                Kind::Object(Object {
                    members: members.into_iter().map(resolve).collect::<Result<_, _>>()?,
                })
            }
            other => other,
        };
        Ok(Json { kind, span })
    }

    fn call(&self, function: &str, call: Member, span: Span) -> Resolved {
        let argument = self.resolve(call.value)?;
        let text = |value: String| Json {
            kind: Kind::String(Text::new(value, self.substitutions).written(Written::somewhere_in(span))),
            span,
        };
        let symbol = |name: &str| text(format!("${{{name}}}"));
        let known = match (function, &argument.kind) {
            ("Sub", Kind::String(_)) | ("ToJsonString", Kind::Object(_)) => Some(argument),
            // Values for names of its own come second.
            ("Sub", Kind::Array(items)) => match &items[..] {
                [template] if template.as_text().is_some() => Some(template.clone()),
                [template, values] => match (&template.kind, values.as_object().and_then(plain)) {
                    (Kind::String(text), Some(values)) => Some(Json {
                        kind: Kind::String(text.put_in(&values, template.span)),
                        span: template.span,
                    }),
                    _ => None,
                },
                _ => None,
            },
            ("Ref" | "GetAtt", Kind::String(name)) => Some(symbol(&name.value)),
            ("GetAtt", Kind::Array(names)) => texts(names).map(|names| symbol(&names.join("."))),
            ("Join", Kind::Array(arguments)) => match &arguments[..] {
                [between, parts] => {
                    let parts = parts.as_array().and_then(texts);
                    between
                        .as_str()
                        .zip(parts)
                        .map(|(between, parts)| text(parts.join(between)))
                }
                _ => None,
            },
            _ => None,
        };
        known.ok_or_else(|| {
            let message = format!("what `{function}` gives here is not known before the template is deployed");
            let unknown = Diagnostic::error(Code::Unsupported, call.key_span, message);
            Box::new(unknown.help("write `${Name}` here, and what it stands for in `DefinitionSubstitutions`"))
        })
    }
}

/// The texts of values that have one.
fn plain(values: &Object) -> Option<Substitutions> {
    let text = |value: &Json| match &value.kind {
        Kind::String(text) => Some(text.value.clone()),
        Kind::Number(number) => Some(number.clone()),
        Kind::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    let values = values.iter();
    values
        .map(|member| Some((member.key.as_str(), text(&member.value)?)))
        .collect()
}

fn texts(items: &[Json]) -> Option<Vec<&str>> {
    items.iter().map(Json::as_str).collect()
}
