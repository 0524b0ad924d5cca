//! An object whose members are fields.

use super::Parser;
use super::table::{Language, StateField, StateType};
use crate::json::{Member, Object};
use crate::nearest::{completed, nearest};
use crate::source::Span;
use crate::syntax::QueryLanguage;

/// An object whose members are fields.
pub(super) struct Fields<'j> {
    object: &'j Object,
    /// The object.
    pub span: Span,
    /// Where to point when something is missing: the key that the object stands under, or its opening brace.
    pub anchor: Span,
    /// Its own place (V-7).
    pub at: String,
}

impl<'j> Fields<'j> {
    pub fn new(object: &'j Object, span: Span, anchor: Span, at: String) -> Fields<'j> {
        Fields {
            object,
            span,
            anchor,
            at,
        }
    }

    pub fn get(&self, name: &str) -> Option<&'j Member> {
        self.object.get(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.object.contains(name)
    }

    pub fn members(&self) -> impl Iterator<Item = &'j Member> {
        self.object.members.iter()
    }

    /// The place of a field.
    pub fn location(&self, name: &str) -> String {
        format!("{}/{name}", self.at)
    }
}

impl Parser<'_> {
    /// Reports members that are not in `known`. `what` says what the object is: `a Retrier`.
    pub fn known(&mut self, fields: &Fields, known: &[&str], what: &str) {
        for member in fields.members() {
            if !known.contains(&member.key.as_str()) {
                self.unknown(fields, member, known.iter().copied(), what);
            }
        }
    }

    /// Reports members that a state of this type and language does not have (S-20 to S-46).
    pub fn state_fields(&mut self, fields: &Fields, kind: StateType, language: QueryLanguage) {
        for member in fields.members() {
            let name = member.key.as_str();
            match StateField::named(name) {
                Some(field) if !field.types.contains(&kind) => {
                    let owners: Vec<_> = field.types.iter().map(|owner| format!("`{}`", owner.name())).collect();
                    let help = match (name, kind) {
                        ("End" | "Next", StateType::Succeed | StateType::Fail) => {
                            format!("remove it: a {} state always ends its scope", kind.name())
                        }
                        ("End" | "Next", StateType::Choice) => {
                            "remove it: the rules and `Default` say what follows".to_owned()
                        }
                        _ => format!("`{name}` is a field of {}", listed(&owners)),
                    };
                    self.not_supported(fields, member, &format!("a {} state", kind.name()))
                        .help(help)
                        .push();
                }
                Some(field) => self.language_fits(fields, member, field.language, language),
                None => {
                    let known = StateField::of(kind, language);
                    self.unknown(fields, member, known, &format!("a {} state", kind.name()));
                }
            }
        }
    }

    /// Reports a field that no object of this kind has, with the one of the `known` that was probably meant.
    pub fn unknown<'n>(&mut self, fields: &Fields, member: &Member, known: impl Iterator<Item = &'n str>, what: &str) {
        let meant = self.suggest(|| {
            let known: Vec<_> = known.filter(|name| !fields.has(name)).collect();
            nearest(&member.key, known.iter().copied()).or_else(|| completed(&member.key, known))
        });
        self.misspelt
            .extend(meant.map(|name| (fields.span.start, name.to_owned())));
        let help = match (meant, member.key.strip_suffix(".$")) {
            (Some(meant), None) => Some(format!("did you mean `{meant}`?")),
            (_, Some(_)) => Some("keys that end with `.$` stand in templates, such as `Parameters`".to_owned()),
            (None, None) => home(&member.key).map(|home| format!("it belongs in {home}")),
        };
        self.not_supported(fields, member, what).maybe_help(help).push();
    }

    /// Whether a field is there, if only under a name that was reported as misspelt.
    pub fn is_given(&self, fields: &Fields, name: &str) -> bool {
        fields.has(name) || self.misspelt.contains(&(fields.span.start, name.to_owned()))
    }

    /// Reports a field of the other query language (V-22).
    pub fn language_fits(&mut self, fields: &Fields, member: &Member, wanted: Language, language: QueryLanguage) {
        let (is, only) = match (wanted, language) {
            (Language::JsonPath, QueryLanguage::Jsonata) => ("JSONata", "JSONPath"),
            (Language::Jsonata, QueryLanguage::JsonPath) => ("JSONPath", "JSONata"),
            _ => return,
        };
        let name = &member.key;
        self.schema(
            member.key_span,
            &fields.at,
            format!("`{name}` is a field of {only} states, and this is a {is} state"),
        )
        .label(format!("not a field of a {is} state"))
        .service(format!(
            "The QueryLanguage is set to '{is}', but field '{name}' is only supported for the '{only}' QueryLanguage"
        ))
        .maybe_help(instead(name, language))
        .push();
    }

    /// A field that does not belong here (V-30).
    pub fn not_supported<'p>(&'p mut self, fields: &Fields, member: &Member, what: &str) -> super::Finding<'p> {
        let name = &member.key;
        self.schema(member.key_span, &fields.at, format!("{what} has no field `{name}`"))
            .label("no such field here")
            .service(format!("Field '{name}' is not supported"))
    }

    /// Reports required fields that are missing, all in one (V-31). Says whether all are there.
    pub fn required(&mut self, fields: &Fields, names: &[&str], what: &str) -> bool {
        let missing: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| !self.is_given(fields, name))
            .collect();
        if missing.is_empty() {
            return names.iter().all(|name| fields.has(name));
        }
        let quoted: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
        self.schema(fields.anchor, &fields.at, format!("{what} needs {}", listed(&quoted)))
            .label(match missing.len() {
                1 => "this field is missing",
                _ => "these fields are missing",
            })
            .service(format!("These fields are required: [{}]", missing.join(", ")))
            .push();
        false
    }

    /// Reports fields of which only one may be given (V-37). Says whether at most one is.
    pub fn exclusive(&mut self, fields: &Fields, names: &[&str]) -> bool {
        let mut given: Vec<&Member> = names.iter().filter_map(|name| fields.get(name)).collect();
        given.sort_by_key(|member| member.key_span.start);
        let [first, second, ..] = given[..] else {
            return true;
        };
        let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        self.schema(
            second.key_span,
            &fields.at,
            format!("only one of {} may be given", listed(&quoted)),
        )
        .label("a second one")
        .related(first.key_span, "the first")
        .service(format!(
            "There should only be one of the following fields: [{}]",
            names.join(", ")
        ))
        .push();
        false
    }
}

/// Where a field belongs that is often written one level too high.
fn home(name: &str) -> Option<&'static str> {
    let home = match name {
        "Mode" | "ExecutionType" => "`ProcessorConfig`",
        "ErrorEquals" => "an element of `Retry` or `Catch`",
        "IntervalSeconds" | "MaxAttempts" | "BackoffRate" | "MaxDelaySeconds" | "JitterStrategy" => {
            "an element of `Retry`"
        }
        "Variable" | "Condition" | "And" | "Or" | "Not" => "a rule of `Choices`",
        _ => return None,
    };
    Some(home)
}

/// What the other query language writes instead.
fn instead(name: &str, language: QueryLanguage) -> Option<String> {
    let twin = match (name, language) {
        ("Parameters", QueryLanguage::Jsonata) => "Arguments",
        ("Arguments", QueryLanguage::JsonPath) => "Parameters",
        ("ItemsPath", QueryLanguage::Jsonata) => "Items",
        ("Items", QueryLanguage::JsonPath) => "ItemsPath",
        ("ResultSelector" | "ResultPath" | "OutputPath" | "Result", QueryLanguage::Jsonata) => "Output",
        ("Output", QueryLanguage::JsonPath) => {
            return Some(
                "set `\"QueryLanguage\": \"JSONata\"`, or shape the output with `ResultPath` and `OutputPath`"
                    .to_owned(),
            );
        }
        ("Variable" | "And" | "Or" | "Not", QueryLanguage::Jsonata) => {
            return Some("write a `Condition`, such as `\"{% $states.input.ready = true %}\"`".to_owned());
        }
        // `TimeoutSecondsPath`, but not `InputPath`.
        (_, QueryLanguage::Jsonata) => {
            let plain = name.strip_suffix("Path")?;
            StateField::named(plain).map(|_| plain)?
        }
        _ => return None,
    };
    Some(format!("write `{twin}`"))
}

/// `a`, `a and b`, `a, b and c`
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
