//! A state machine inside a template of CloudFormation, SAM or Serverless, in YAML or JSON.
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
use crate::options::{Options, WorkflowType};
use crate::source::{Format, Source, Span};
use crate::yaml;

/// A definition as it is read.
pub(crate) struct Definition {
    pub(crate) json: Json,
    /// What the template around it says of its type.
    pub(crate) workflow_type: Option<WorkflowType>,
}

/// Reads a definition: the whole text, or the machine of the template that it is.
pub(crate) fn read(source: &Source, options: &Options) -> Result<Definition, Diagnostics> {
    let json = parse(source, &options.substitutions)?;
    if let Some(machines) = machines(&json) {
        return machine(source, &chosen(machines, json.span, options)?, options);
    }
    if let Some(name) = &options.resource {
        let message = format!("there is no resource `{name}`, since this is no template");
        return Err(Diagnostic::error(Code::Unsupported, start(json.span), message).into());
    }
    let json = match source.format() {
        Format::Json => Ok(json),
        Format::Yaml => resolve_tags(source, json, &options.substitutions),
    };
    Ok(Definition {
        json: json.map_err(|fault| Diagnostics::from(*fault))?,
        workflow_type: None,
    })
}

/// Reads a text, whatever it holds.
pub(crate) fn parse(source: &Source, substitutions: &Substitutions) -> Result<Json, Diagnostics> {
    match source.format() {
        Format::Json => json::parse(source, substitutions),
        Format::Yaml => yaml::parse(source, substitutions),
    }
}

/// How a kind of template names what it says of a machine.
struct Dialect {
    /// Where the definition is, in the order in which they are looked at.
    definition: &'static [&'static str],
    /// What says that it is somewhere else.
    elsewhere: &'static [&'static str],
    workflow_type: &'static str,
}

const SAM: Dialect = Dialect {
    definition: &["Definition"],
    elsewhere: &["DefinitionUri"],
    workflow_type: "Type",
};

const CLOUDFORMATION: Dialect = Dialect {
    definition: &["Definition", "DefinitionString"],
    elsewhere: &["DefinitionS3Location"],
    workflow_type: "StateMachineType",
};

/// That of the plugin `serverless-step-functions`.
const SERVERLESS: Dialect = Dialect {
    definition: &["definition"],
    elsewhere: &[],
    workflow_type: "type",
};

/// A state machine in a template.
struct Found<'a> {
    name: &'a str,
    place: Span,
    properties: Option<&'a Object>,
    dialect: &'static Dialect,
}

impl<'a> Found<'a> {
    fn resource(resource: &'a json::Member) -> Option<Found<'a>> {
        let object = resource.value.as_object()?;
        let dialect = match object.get("Type")?.value.as_str()? {
            "AWS::Serverless::StateMachine" => &SAM,
            "AWS::StepFunctions::StateMachine" => &CLOUDFORMATION,
            _ => return None,
        };
        Some(Found {
            name: &resource.key,
            place: resource.key_span,
            properties: member(object, "Properties"),
            dialect,
        })
    }

    fn serverless(machine: &'a json::Member) -> Option<Found<'a>> {
        Some(Found {
            name: &machine.key,
            place: machine.key_span,
            properties: Some(machine.value.as_object()?),
            dialect: &SERVERLESS,
        })
    }

    fn property(&self, name: &str) -> Option<&'a json::Member> {
        self.properties?.get(name)
    }

    fn definition(&self) -> Option<&'a Json> {
        let member = self.dialect.definition.iter().find_map(|name| self.property(name));
        member.map(|member| &member.value)
    }

    fn workflow_type(&self) -> Option<WorkflowType> {
        match self.property(self.dialect.workflow_type)?.value.as_str()? {
            "EXPRESS" => Some(WorkflowType::Express),
            "STANDARD" => Some(WorkflowType::Standard),
            _ => None,
        }
    }
}

/// The state machines of a template, if it is one.
fn machines(json: &Json) -> Option<Vec<Found<'_>>> {
    let root = json.as_object()?;
    if root.contains("States") || root.contains("StartAt") {
        return None;
    }
    if let Some(machines) = member(root, "stepFunctions").and_then(|plugin| member(plugin, "stateMachines")) {
        return Some(machines.iter().filter_map(Found::serverless).collect());
    }
    let resources = member(root, "Resources")?;
    let is_resource = |json: &Json| json.as_object().is_some_and(|resource| resource.contains("Type"));
    let is_template = resources.iter().any(|resource| is_resource(&resource.value));
    is_template.then(|| resources.iter().filter_map(Found::resource).collect())
}

fn member<'a>(object: &'a Object, name: &str) -> Option<&'a Object> {
    object.get(name)?.value.as_object()
}

/// The one machine of a template, or the one that was asked for.
fn chosen<'a>(mut found: Vec<Found<'a>>, template: Span, options: &Options) -> Result<Found<'a>, Diagnostics> {
    if let Some(name) = &options.resource {
        let names: Vec<_> = found.iter().map(|machine| machine.name).collect();
        let near = nearest(name, names.iter().copied())
            .map(|near| format!("a state machine with a similar name exists: `{near}`"));
        let place = found.first().map_or(start(template), |machine| machine.place);
        return found.into_iter().find(|machine| machine.name == name).ok_or_else(|| {
            let message = format!("the template has no state machine `{name}`");
            Diagnostic::error(Code::Unsupported, place, message)
                .maybe_help(near)
                .into()
        });
    }
    match found.len() {
        0 => {
            let message = "the template has no state machine";
            Err(Diagnostic::error(Code::Unsupported, start(template), message).into())
        }
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

fn machine(source: &Source, found: &Found, options: &Options) -> Result<Definition, Diagnostics> {
    let mut substitutions = options.substitutions.clone();
    let given = found
        .properties
        .and_then(|properties| member(properties, "DefinitionSubstitutions"));
    for member in given.into_iter().flatten() {
        if let (None, Some(value)) = (substitutions.get(&member.key), literal(&member.value)) {
            substitutions.insert(&member.key, value);
        }
    }
    let written = found.definition().ok_or_else(|| {
        let mut elsewhere = found.dialect.elsewhere.iter();
        not_here(
            found,
            elsewhere
                .find_map(|name| found.property(name))
                .map(|member| member.key_span),
        )
    })?;
    // Values belong into the definition as it is written. In a text that holds JSON they are put in when that is read.
    // `Ref` is about the parameters of the template, of which only the caller knows the values.
    let take = |substitutions: &Substitutions, parameters: &Substitutions| {
        let json = parse(source, substitutions)?;
        let same = machines(&json).and_then(|machines| machines.into_iter().find(|other| other.name == found.name));
        let definition = same.as_ref().and_then(Found::definition).ok_or_else(|| {
            Diagnostic::error(Code::Unsupported, found.place, "the substitutions change the template")
        })?;
        intrinsic::resolve(definition.clone(), parameters).map_err(|fault| Diagnostics::from(*fault))
    };
    let none = Substitutions::new();
    let bare = take(&none, &none)?;
    let json = match &bare.kind {
        // How Serverless names a file.
        Kind::String(text) if text.value.starts_with("${file(") => return Err(not_here(found, Some(written.span))),
        Kind::String(text) => embedded::parse(source, text, bare.span, &substitutions)?,
        _ => take(&substitutions, &options.substitutions)?,
    };
    Ok(Definition {
        json,
        workflow_type: found.workflow_type(),
    })
}

/// That a template has a machine but not its definition, and where it says so.
fn not_here(found: &Found, elsewhere: Option<Span>) -> Diagnostics {
    let message = format!("the definition of `{}` is not in the template", found.name);
    let none = Diagnostic::error(Code::Unsupported, elsewhere.unwrap_or(found.place), message);
    match elsewhere {
        Some(_) => none.label("it is in another file").help("compile that file").into(),
        None => none.into(),
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
