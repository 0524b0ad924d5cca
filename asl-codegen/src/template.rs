//! A state machine inside a template of CloudFormation or SAM, in YAML or JSON.
//!
//! After this a `!Ref Name` or `!GetAtt Name.Arn` in the definition is the substitution `${Name}` or `${Name.Arn}`, and a
//! `!Sub` or `!Join` is its text.

mod embedded;
mod intrinsic;

use intrinsic::resolve_tags;
#[cfg(feature = "yaml")]
pub(crate) use intrinsic::tag;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::json::{self, Json, Kind, Object, SubstitutionValue, Substitutions};
use crate::nearest;
use crate::options::Options;
use crate::source::{Format, Source, Span};
use crate::yaml;

/// Reads a definition: the whole text, or the machine of the template that it is.
pub(crate) fn read(source: &Source, options: &Options) -> Result<Json, Diagnostics> {
    let json = parse(source, &options.substitutions)?;
    if let Some(resources) = resources(&json) {
        return machine(source, resources, options);
    }
    if let Some(name) = &options.resource {
        let message = format!("there is no resource `{name}`, since this is no template");
        return Err(Diagnostic::error(Code::Unsupported, start(json.span), message).into());
    }
    resolve_tags(source, json, &options.substitutions).map_err(|fault| Diagnostics::from(*fault))
}

fn parse(source: &Source, substitutions: &Substitutions) -> Result<Json, Diagnostics> {
    match source.format() {
        Format::Json => json::parse(source, substitutions),
        Format::Yaml => yaml::parse(source, substitutions),
    }
}

/// The resources of a template.
fn resources(json: &Json) -> Option<&Object> {
    let root = json.as_object()?;
    let resources = root.get("Resources")?.value.as_object()?;
    let is_resource = |json: &Json| json.as_object().is_some_and(|resource| resource.contains("Type"));
    let is_machine = root.contains("States") || root.contains("StartAt");
    (!is_machine && resources.iter().any(|resource| is_resource(&resource.value))).then_some(resources)
}

/// A resource that is a state machine.
struct Found<'a> {
    name: &'a str,
    place: Span,
    properties: Option<&'a Object>,
}

impl<'a> Found<'a> {
    fn new(resource: &'a json::Member) -> Option<Found<'a>> {
        let object = resource.value.as_object()?;
        let kind = object.get("Type")?.value.as_str()?;
        let is_machine = matches!(
            kind,
            "AWS::Serverless::StateMachine" | "AWS::StepFunctions::StateMachine"
        );
        is_machine.then(|| Found {
            name: &resource.key,
            place: resource.key_span,
            properties: object
                .get("Properties")
                .and_then(|properties| properties.value.as_object()),
        })
    }
}

/// The one machine of a template, or the one that was asked for.
fn chosen<'a>(resources: &'a Object, options: &Options) -> Result<Found<'a>, Diagnostics> {
    let mut found: Vec<_> = resources.iter().filter_map(Found::new).collect();
    let first = resources
        .members
        .first()
        .map_or_else(Span::default, |resource| resource.key_span);
    if let Some(name) = &options.resource {
        let names: Vec<_> = found.iter().map(|machine| machine.name).collect();
        let near = nearest(name, names.iter().copied())
            .map(|near| format!("a state machine with a similar name exists: `{near}`"));
        let place = found.first().map_or(first, |machine| machine.place);
        return found.into_iter().find(|machine| machine.name == name).ok_or_else(|| {
            let message = format!("the template has no state machine `{name}`");
            Diagnostic::error(Code::Unsupported, place, message)
                .maybe_help(near)
                .into()
        });
    }
    match found.len() {
        0 => Err(Diagnostic::error(Code::Unsupported, first, "the template has no state machine").into()),
        1 => Ok(found.remove(0)),
        _ => {
            let message = "the template has several state machines";
            let mut several = Diagnostic::error(Code::Unsupported, found[0].place, message).label("one");
            for machine in &found[1..] {
                several = several.related(machine.place, "another");
            }
            Err(several
                .help(format!("write which one behind the path: `#{}`", found[0].name))
                .into())
        }
    }
}

fn machine(source: &Source, resources: &Object, options: &Options) -> Result<Json, Diagnostics> {
    let found = chosen(resources, options)?;
    let properties = found.properties;
    let property = |name| properties.and_then(|properties| properties.get(name));
    let mut substitutions = options.substitutions.clone();
    let given = property("DefinitionSubstitutions").and_then(|given| given.value.as_object());
    for member in given.into_iter().flatten() {
        if let (None, Some(value)) = (substitutions.get(&member.key), literal(&member.value)) {
            substitutions.insert(&member.key, value);
        }
    }
    let name = ["Definition", "DefinitionString"]
        .into_iter()
        .find(|name| property(name).is_some());
    let Some(name) = name else {
        let elsewhere = ["DefinitionUri", "DefinitionS3Location"].into_iter().find_map(property);
        let place = elsewhere.map_or(found.place, |elsewhere| elsewhere.key_span);
        let none = Diagnostic::error(
            Code::Unsupported,
            place,
            format!("the definition of `{}` is not in the template", found.name),
        );
        return Err(match elsewhere {
            Some(_) => none.label("it is in another file").help("compile that file").into(),
            None => none.into(),
        });
    };
    // Values belong into the definition as it is written. In a text that holds JSON they are put in when that is read.
    // `Ref` is about the parameters of the template, of which only the caller knows the values.
    let take = |substitutions: &Substitutions, parameters: &Substitutions| {
        let json = parse(source, substitutions)?;
        let machine = self::resources(&json)
            .and_then(|resources| resources.get(found.name))
            .map(|machine| &machine.value);
        let properties = machine.and_then(|machine| machine.as_object()?.get("Properties")?.value.as_object());
        let definition = properties
            .and_then(|properties| properties.get(name))
            .map(|member| member.value.clone());
        let definition = definition.ok_or_else(|| {
            Diagnostic::error(Code::Unsupported, found.place, "the substitutions change the template")
        })?;
        intrinsic::resolve(definition, parameters).map_err(|fault| Diagnostics::from(*fault))
    };
    let none = Substitutions::new();
    let bare = take(&none, &none)?;
    match &bare.kind {
        Kind::String(text) => embedded::parse(source, text, bare.span, &substitutions),
        _ => take(&substitutions, &options.substitutions),
    }
}

/// The value of a substitution, where the template says it.
fn literal(json: &Json) -> Option<SubstitutionValue> {
    match &json.kind {
        Kind::Bool(value) => Some((*value).into()),
        Kind::Number(number) => number.parse::<serde_json::Number>().ok().map(Into::into),
        Kind::String(text) if text.symbols.is_empty() => Some(text.value.as_str().into()),
        _ => None,
    }
}

fn start(span: Span) -> Span {
    Span::new(span.start, span.start)
}
