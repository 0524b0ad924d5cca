//! Reads a types file, and refuses what is wrong in it.

use super::{Keywords, Schema, TaskSchemas, Type, TypesFile};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, ServiceCode};
use crate::json::{Json, Kind, Member, Object, Substitutions};
use crate::nearest;
use crate::source::{Source, Span, Spanned};
use crate::template;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a types file has.
const MEMBERS: [&str; 6] = ["$schema", "$comment", "$defs", "input", "output", "tasks"];
/// What it has for a task.
const TASK_MEMBERS: [&str; 4] = ["$comment", "input", "result", "errors"];
/// Keywords that tell no type, of which one is as good as another here.
const OTHERS: [&str; 22] = [
    "$comment",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minLength",
    "minProperties",
    "multipleOf",
    "pattern",
    "readOnly",
    "uniqueItems",
    "writeOnly",
];
/// Those that hold a schema, or several by name, and tell no type.
const WITH_SCHEMA: [&str; 9] = [
    "contains",
    "contentSchema",
    "else",
    "if",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
const WITH_SCHEMAS: [&str; 2] = ["dependentSchemas", "patternProperties"];
/// Those that tell types.
const TYPES: [&str; 18] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "description",
    "enum",
    "items",
    "maxItems",
    "minItems",
    "minimum",
    "oneOf",
    "prefixItems",
    "properties",
    "required",
    "title",
    "type",
    "x-",
];
/// What is said otherwise.
const REPLACED: [(&str, &str); 10] = [
    ("$anchor", "write `$ref` to the name under `$defs`"),
    ("$dynamicRef", "write `$ref`"),
    ("$defs", "put it under the `$defs` of the file"),
    ("$id", "leave it out: every `$ref` leads to the `$defs` of the file"),
    ("$schema", "leave it out: this is JSON Schema 2020-12"),
    (
        "additionalItems",
        "it is `items` behind `prefixItems` in JSON Schema 2020-12",
    ),
    ("definitions", "put it under the `$defs` of the file"),
    (
        "dependencies",
        "it is `dependentRequired` or `dependentSchemas` in JSON Schema 2020-12",
    ),
    ("example", "it is `examples` in JSON Schema"),
    ("nullable", "JSON Schema says it as `\"type\": [\"string\", \"null\"]`"),
];

impl TypesFile {
    /// Reads a types file.
    ///
    /// # Errors
    /// With everything that is wrong in it.
    pub fn read(source: &Arc<Source>) -> Result<TypesFile, Diagnostics> {
        let faults = Diagnostics::new();
        let json = template::parse(source, &Substitutions::new()).map_err(|found| {
            let mut faults = Diagnostics::new();
            faults.extend(found.into_iter().map(|mut fault| {
                if fault.code == ServiceCode::InvalidJsonDescription.into() {
                    "the types file is not valid JSON".clone_into(&mut fault.message);
                }
                fault.code = Code::TypesFile;
                fault.in_file(source)
            }));
            faults
        })?;
        let mut reader = Reader {
            source,
            definitions: HashMap::new(),
            faults,
        };
        let file = reader.file(&json);
        match reader.faults.has_errors() {
            true => Err(reader.faults),
            false => Ok(file),
        }
    }
}

struct Reader<'f> {
    source: &'f Arc<Source>,
    /// Where the definitions stand, by name.
    definitions: HashMap<&'f str, usize>,
    faults: Diagnostics,
}

impl<'f> Reader<'f> {
    fn fault(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>, help: Option<String>) {
        let fault = Diagnostic::error(Code::TypesFile, span, message).label(label);
        self.faults.push(fault.maybe_help(help).in_file(self.source));
    }

    fn file(&mut self, json: &'f Json) -> TypesFile {
        let mut file = TypesFile {
            source: Arc::clone(self.source),
            definitions: Vec::new(),
            input: None,
            output: None,
            tasks: Vec::new(),
        };
        let members = self.object(json, "a types file");
        let definitions = members.iter().find(|member| member.key == "$defs");
        let definitions = definitions.map_or_else(Vec::new, |member| self.object(&member.value, "`$defs`"));
        self.definitions = (definitions.iter().enumerate())
            .map(|(at, member)| (member.key.as_str(), at))
            .collect();
        for member in definitions {
            let schema = self.schema(&member.value);
            file.definitions.push((member.key.clone(), schema));
        }
        for member in members {
            match member.key.as_str() {
                "input" => file.input = Some(self.spanned(member)),
                "output" => file.output = Some(self.spanned(member)),
                "tasks" => {
                    for task in self.object(&member.value, "`tasks`") {
                        let task = self.task(task);
                        file.tasks.push(task);
                    }
                }
                "$defs" | "$schema" | "$comment" => {}
                _ => self.unknown(member, format!("a types file has no `{}`", member.key), &MEMBERS),
            }
        }
        file
    }

    fn task(&mut self, task: &'f Member) -> TaskSchemas {
        let mut schemas = TaskSchemas {
            name: Spanned {
                value: task.key.clone(),
                span: task.key_span,
            },
            input: None,
            result: None,
            errors: None,
        };
        for member in self.object(&task.value, "what is said of a task") {
            match member.key.as_str() {
                "input" => schemas.input = Some(self.spanned(member)),
                "result" => schemas.result = Some(self.spanned(member)),
                "errors" => {
                    let mut names = Vec::new();
                    for name in self.texts(&member.value, "`errors`") {
                        if name.value.starts_with("States.") {
                            let message = format!("a task does not declare `{}`", name.value);
                            let label = "names that begin with `States.` belong to Amazon States Language";
                            self.fault(name.span, message, label, None);
                        }
                        names.push(name.value);
                    }
                    schemas.errors = Some(names);
                }
                "$comment" => {}
                _ => self.unknown(member, format!("a task has no `{}`", member.key), &TASK_MEMBERS),
            }
        }
        schemas
    }

    fn spanned(&mut self, member: &'f Member) -> Spanned<Schema> {
        Spanned {
            value: self.schema(&member.value),
            span: member.key_span,
        }
    }

    /// A schema; `true` for what is none. Schemas nest as the JSON does, whose depth is bounded.
    fn schema(&mut self, json: &'f Json) -> Schema {
        let members = match &json.kind {
            Kind::Bool(true) => return Schema::Any,
            Kind::Bool(false) => return Schema::Never,
            _ => self.object(json, "a schema"),
        };
        let mut keywords = Keywords::default();
        for member in members {
            self.keyword(member, &mut keywords);
        }
        Schema::Of(Box::new(keywords))
    }

    fn keyword(&mut self, member: &'f Member, keywords: &mut Keywords) {
        let (key, value) = (member.key.as_str(), &member.value);
        match key {
            "title" => keywords.title = self.text(member),
            "description" => keywords.description = self.text(member),
            "$ref" => keywords.reference = self.reference(member),
            "type" => keywords.types = Some(self.types(value)),
            "enum" => keywords.values = Some(self.array(value, "`enum`").iter().map(Json::to_value).collect()),
            "const" => keywords.constant = Some(value.to_value()),
            "properties" => keywords.properties = self.by_name(member),
            "required" => {
                let names = self.texts(value, "`required`");
                keywords.required = names.into_iter().map(|name| name.value).collect();
            }
            "additionalProperties" => keywords.additional = Some(self.schema(value)),
            "prefixItems" => keywords.prefix = self.several(member),
            "items" if value.as_array().is_some() => {
                let help = "it is `prefixItems` in JSON Schema 2020-12".to_owned();
                self.fault(
                    member.key_span,
                    "`items` is one schema",
                    "these are several",
                    Some(help),
                );
            }
            "items" => keywords.items = Some(self.schema(value)),
            "minItems" => keywords.min_items = self.count(member).unwrap_or_default(),
            "maxItems" => keywords.max_items = self.count(member),
            "minimum" => {
                let number = value.as_number().value().and_then(|number| number.parse::<f64>().ok());
                keywords.is_unsigned = number.is_some_and(|number| number >= 0.0);
                if number.is_none() {
                    self.wrong(value, "`minimum`", "a number");
                }
            }
            "anyOf" => keywords.any_of = self.several(member),
            "oneOf" => keywords.one_of = self.several(member),
            "allOf" => keywords.all_of = self.several(member),
            _ if WITH_SCHEMA.contains(&key) => drop(self.schema(value)),
            _ if WITH_SCHEMAS.contains(&key) => {
                keywords.has_patterns |= key == "patternProperties";
                self.by_name(member);
            }
            _ if OTHERS.contains(&key) || key.starts_with("x-") => {}
            _ => match REPLACED.iter().find(|(replaced, _)| *replaced == key) {
                Some((_, help)) => {
                    let message = format!("`{key}` is not taken here");
                    self.fault(member.key_span, message, "not known here", Some((*help).to_owned()));
                }
                None => {
                    let known: Vec<&str> = [&TYPES[..], &OTHERS, &WITH_SCHEMA, &WITH_SCHEMAS].concat();
                    let message = format!("`{key}` is not a keyword of JSON Schema");
                    self.unknown(member, message, &known);
                }
            },
        }
    }

    fn types(&mut self, json: &'f Json) -> Vec<Type> {
        let names = match &json.kind {
            Kind::String(_) => std::slice::from_ref(json),
            _ => self.array(json, "`type`"),
        };
        let mut types = Vec::new();
        for name in names {
            let Some(text) = name.as_str() else {
                self.wrong(name, "a type", "a string");
                continue;
            };
            match Type::ALL.iter().find(|(known, _)| *known == text) {
                Some((_, one)) => types.push(*one),
                None => {
                    let known = Type::ALL.map(|(known, _)| known);
                    let help = match nearest(text, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are `{}`", known.join("`, `")),
                    };
                    self.fault(
                        name.span,
                        format!("there is no type `{text}`"),
                        "no such type",
                        Some(help),
                    );
                }
            }
        }
        types
    }

    fn reference(&mut self, member: &'f Member) -> Option<usize> {
        let text = self.text(member)?;
        let span = member.value.span;
        let Some(name) = text.strip_prefix("#/$defs/").filter(|name| !name.contains('/')) else {
            let help = "write `#/$defs/Name` for what stands under `$defs` in this file".to_owned();
            self.fault(
                span,
                format!("`{text}` leads out of `$defs`"),
                "not followed",
                Some(help),
            );
            return None;
        };
        // As a JSON pointer in a URI has it.
        let name = name.replace("~1", "/").replace("~0", "~").replace("%20", " ");
        let found = self.definitions.get(name.as_str()).copied();
        if found.is_none() {
            let near = nearest(&name, self.definitions.keys().copied());
            let help = near.map(|near| format!("a definition with a similar name exists: `{near}`"));
            self.fault(
                span,
                format!("there is no definition `{name}`"),
                "not under `$defs`",
                help,
            );
        }
        found
    }

    fn by_name(&mut self, member: &'f Member) -> Vec<(String, Schema)> {
        let members = self.object(&member.value, &format!("`{}`", member.key));
        let schema = |member: &'f Member| (member.key.clone(), self.schema(&member.value));
        members.into_iter().map(schema).collect()
    }

    fn several(&mut self, member: &'f Member) -> Vec<Schema> {
        let what = format!("`{}`", member.key);
        let schemas = self.array(&member.value, &what);
        if schemas.is_empty() && member.value.as_array().is_some() {
            self.fault(
                member.value.span,
                format!("{what} is empty"),
                "at least one schema is needed",
                None,
            );
        }
        schemas.iter().map(|schema| self.schema(schema)).collect()
    }

    /// The members of an object, of which there is one of each name.
    fn object(&mut self, json: &'f Json, what: &str) -> Vec<&'f Member> {
        let Some(object) = json.as_object() else {
            self.wrong(json, what, "an object");
            return Vec::new();
        };
        self.unique(object)
    }

    fn unique(&mut self, object: &'f Object) -> Vec<&'f Member> {
        let mut seen = HashMap::new();
        for member in object {
            if let Some(first) = seen.insert(&member.key, member.key_span) {
                let fault = Diagnostic::error(
                    Code::TypesFile,
                    member.key_span,
                    format!("`{}` is given twice", member.key),
                );
                let fault = fault.label("again here").related(first, "first here");
                self.faults.push(fault.in_file(self.source));
            }
        }
        object.iter().collect()
    }

    fn array(&mut self, json: &'f Json, what: &str) -> &'f [Json] {
        json.as_array().unwrap_or_else(|| {
            self.wrong(json, what, "an array");
            &[]
        })
    }

    /// An array of strings, each of them once.
    fn texts(&mut self, json: &'f Json, what: &str) -> Vec<Spanned<String>> {
        let mut texts = Vec::new();
        let mut seen = HashSet::new();
        for item in self.array(json, what) {
            match item.as_str() {
                None => self.wrong(item, &format!("what {what} names"), "a string"),
                Some(text) if !seen.insert(text) => {
                    self.fault(item.span, format!("{what} names `{text}` twice"), "again here", None);
                }
                Some(text) => texts.push(Spanned {
                    value: text.to_owned(),
                    span: item.span,
                }),
            }
        }
        texts
    }

    fn text(&mut self, member: &'f Member) -> Option<String> {
        let text = member.value.as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(&member.value, &format!("`{}`", member.key), "a string");
        }
        text
    }

    fn count(&mut self, member: &'f Member) -> Option<usize> {
        let count = match &member.value.kind {
            Kind::Number(number) => number.parse().ok(),
            _ => None,
        };
        if count.is_none() {
            self.wrong(&member.value, &format!("`{}`", member.key), "a number of elements");
        }
        count
    }

    fn wrong(&mut self, json: &Json, what: &str, wanted: &str) {
        let label = format!("this is {}", json.kind_name());
        self.fault(json.span, format!("{what} must be {wanted}"), label, None);
    }

    fn unknown(&mut self, member: &Member, message: String, known: &[&str]) {
        let help = match nearest(&member.key, known.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if known.len() < 7 => Some(format!("there are `{}`", known.join("`, `"))),
            None => None,
        };
        self.fault(member.key_span, message, "not known here", help);
    }
}
