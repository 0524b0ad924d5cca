//! Parameters that a typed task never sees.

use super::{Keywords, Schema, TypesFile};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::emit::work::Works;
use crate::nearest;
use crate::source::{Span, Spanned};
use crate::syntax::{FieldValue, QueryLanguage, ResourceKind, Scope, State, StateKind, Template};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl TypesFile {
    /// Reports the members that tasks are asked with and that are no part of their inputs.
    pub fn unused(&self, scope: &Scope, works: &Works, out: &mut Diagnostics) {
        let inputs = self.tasks.iter().filter_map(|task| {
            let Spanned { value: schema, .. } = task.input.as_ref()?;
            Some((task.name.value.as_str(), schema))
        });
        let inputs: BTreeMap<&str, &Schema> = inputs.collect();
        if !inputs.is_empty() {
            self.unused_in(scope, works, &inputs, out);
        }
    }

    /// Scopes nest as the JSON does, whose depth is bounded.
    fn unused_in(&self, scope: &Scope, works: &Works, inputs: &BTreeMap<&str, &Schema>, out: &mut Diagnostics) {
        for state in &scope.states {
            if let StateKind::Task(task) = &state.kind
                && let Some(parameters) = &task.parameters
                && let Some(method) = works.method(state, task)
                && let name = method.name.to_string()
                && let Some(schema) = inputs.get(name.as_str())
            {
                let mut visit = Visit {
                    file: self,
                    state,
                    task: &name,
                    out,
                };
                visit.parameters(parameters, &task.resource.value.kind, schema);
            }
            for inner in state.scopes() {
                self.unused_in(inner, works, inputs, out);
            }
        }
    }
}

struct Visit<'a> {
    file: &'a TypesFile,
    state: &'a State,
    task: &'a str,
    out: &'a mut Diagnostics,
}

/// The members that the type of a value has.
enum Members<'s> {
    /// It keeps all: it is no object of its own, or one that has any member.
    All,
    /// These, each with its schemas.
    Named(BTreeMap<&'s str, Vec<&'s Schema>>),
}

impl<'a> Visit<'a> {
    /// What a service is asked with it reads itself, but for the payload of a function.
    fn parameters(&mut self, parameters: &Template, resource: &ResourceKind, schema: &'a Schema) {
        match resource {
            ResourceKind::Lambda { .. } | ResourceKind::Activity { .. } => self.template(parameters, &[schema]),
            ResourceKind::Service { service, .. } if service == "lambda" => {
                let members = self.members(&[schema]);
                let schemas = members.as_ref().and_then(|members| members.get("Payload"));
                let Template::Object(fields) = parameters else { return };
                let payload = fields.iter().find(|field| field.name == "Payload");
                if let (Some(schemas), Some(FieldValue::Template(payload))) =
                    (schemas, payload.map(|field| &field.value))
                {
                    self.template(payload, schemas);
                }
            }
            ResourceKind::Service { .. } | ResourceKind::Symbolic => {}
        }
    }

    /// Templates nest as the JSON does, whose depth is bounded. The value may be of either schema.
    fn template(&mut self, template: &Template, schemas: &[&'a Schema]) {
        match template {
            Template::Object(fields) => {
                let Some(members) = self.members(schemas) else { return };
                for field in fields {
                    match (members.get(field.name.as_str()), &field.value) {
                        (None, _) => self.report(&field.name, field.key_span, &members),
                        (Some(schemas), FieldValue::Template(template)) => self.template(template, schemas),
                        (Some(_), _) => {}
                    }
                }
            }
            // It has no places of its own.
            Template::Literal(Value::Object(fields)) => {
                let Some(members) = self.members(schemas) else { return };
                let unknown = fields.keys().filter(|name| !members.contains_key(name.as_str()));
                for name in unknown {
                    self.report(name, self.state.name.span, &members);
                }
            }
            Template::Literal(_) | Template::Array(_) | Template::Expression(_) => {}
        }
    }

    fn members(&self, schemas: &[&'a Schema]) -> Option<BTreeMap<&'a str, Vec<&'a Schema>>> {
        let mut all = BTreeMap::new();
        for schema in schemas {
            match self.file.members(schema) {
                Members::All => return None,
                Members::Named(members) => extend(&mut all, members),
            }
        }
        Some(all)
    }

    fn report(&mut self, name: &str, span: Span, members: &BTreeMap<&str, Vec<&Schema>>) {
        let help = match nearest(name, members.keys().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if (1..=5).contains(&members.len()) => {
                let names: Vec<&str> = members.keys().copied().collect();
                Some(format!("there is `{}`", names.join("`, `")))
            }
            None => None,
        };
        let field = match self.state.query_language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        let message = format!("the task `{}` never sees `{name}`", self.task);
        let finding = Diagnostic::lint(Lint::UnusedParameter, span, message)
            .label(format!("`{}` has no such member in its input", self.file.source.path()))
            .maybe_help(help);
        self.out.push(finding.at(format!("{}/{field}", self.state.location)));
    }
}

fn extend<'s>(all: &mut BTreeMap<&'s str, Vec<&'s Schema>>, members: BTreeMap<&'s str, Vec<&'s Schema>>) {
    for (name, schemas) in members {
        all.entry(name).or_default().extend(schemas);
    }
}

impl TypesFile {
    /// Each definition is looked at once: what contains itself adds nothing. Chains of definitions are as long as the file.
    fn members<'s>(&'s self, schema: &'s Schema) -> Members<'s> {
        let mut all: BTreeMap<&str, Vec<&Schema>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            let keywords: &Keywords = match schema {
                Schema::Any => return Members::All,
                Schema::Never => continue,
                Schema::Of(keywords) => keywords,
            };
            let types = keywords.types.as_ref();
            if types.is_some_and(|types| !types.contains(&super::Type::Object)) {
                continue;
            }
            let keeps_others = !matches!(keywords.additional, None | Some(Schema::Never)) || keywords.has_patterns;
            let parts = || keywords.any_of.iter().chain(&keywords.one_of).chain(&keywords.all_of);
            let says_something = !keywords.properties.is_empty()
                || keywords.reference.is_some()
                || keywords.additional.is_some()
                || parts().next().is_some();
            if keeps_others || !says_something {
                return Members::All;
            }
            for (name, schema) in &keywords.properties {
                all.entry(name).or_default().push(schema);
            }
            for name in &keywords.required {
                let schemas = all.entry(name).or_default();
                if !keywords.properties.iter().any(|(property, _)| property == name) {
                    schemas.push(&Schema::Any);
                }
            }
            if let Some(at) = keywords.reference.filter(|at| seen.insert(*at)) {
                open.push(&self.definitions[at].1);
            }
            open.extend(parts());
        }
        Members::Named(all)
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;
    use crate::{Options, check};
    use serde_json::{Value, json};

    /// The names of the members that a function that takes this never sees of these parameters.
    fn unused(input: Value, parameters: Value) -> Vec<String> {
        of_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:work",
            "work",
            input,
            parameters,
        )
    }

    fn of_resource(resource: &str, task: &str, input: Value, parameters: Value) -> Vec<String> {
        let state = json!({ "Type": "Task", "Resource": resource, "Parameters": parameters, "End": true });
        let definition = json!({ "StartAt": "Work", "States": { "Work": state } });
        let types = json!({ "tasks": { task: { "input": input } },
            "$defs": { "List": { "properties": { "head": true, "tail": { "$ref": "#/$defs/List" } } } } });
        let mut options = Options::default();
        options.types.file = Some(Source::new("a.types.json", types.to_string()));
        let found = check(&Source::new("a.asl.json", definition.to_string()), &options);
        let found = found.iter().map(|found| {
            assert_eq!(found.code.as_str(), "unused_parameter", "{}", found.message);
            found.message.split('`').nth(3).unwrap_or_default().to_owned()
        });
        found.collect()
    }

    #[test]
    fn what_the_type_has_is_seen() {
        let asked = json!({ "a.$": "$.a", "b": { "c.$": "$.c", "d": 1 }, "e": 1 });
        let schema = json!({ "properties": { "a": true, "b": { "properties": { "c": true } } } });
        assert_eq!(unused(schema, asked.clone()), ["d", "e"]);
        let closed = json!({ "properties": { "a": true }, "additionalProperties": false });
        assert_eq!(unused(closed, asked.clone()), ["b", "e"]);
        for all in [
            json!(true),
            json!({ "type": "object" }),
            json!({ "properties": { "a": true }, "additionalProperties": { "type": "number" } }),
            json!({ "properties": { "a": true }, "additionalProperties": true }),
            json!({ "properties": { "a": true }, "patternProperties": { "^[be]$": true } }),
            json!({ "anyOf": [{ "properties": { "a": true } }, { "type": "object" }] }),
        ] {
            assert_eq!(unused(all.clone(), asked.clone()), [""; 0], "{all}");
        }
    }

    #[test]
    fn schemas_beside_and_inside_one_another() {
        let asked = json!({ "a.$": "$.a", "b": 1, "c": 1 });
        let both = json!({ "allOf": [{ "properties": { "a": true } }, { "properties": { "b": true } }] });
        assert_eq!(unused(both, asked.clone()), ["c"]);
        let either = json!({ "oneOf": [{ "properties": { "a": true }, "required": ["c"] }, { "type": "null" }] });
        assert_eq!(unused(either, asked), ["b"]);
        let asked = json!({ "head.$": "$.a", "tail": { "head.$": "$.b", "tail": { "other.$": "$.c" } } });
        assert_eq!(unused(json!({ "$ref": "#/$defs/List" }), asked), ["other"]);
    }

    #[test]
    fn long_chains_of_definitions() {
        let link = |at: usize| json!({ "$ref": format!("#/$defs/D{at}") });
        let mut definitions: serde_json::Map<String, Value> =
            (0..20_000).map(|at| (format!("D{at}"), link(at + 1))).collect();
        definitions.insert("D20000".to_owned(), json!({ "properties": { "a": true } }));
        let types = json!({ "$defs": definitions }).to_string();
        let file = crate::schema::tests::read(types).unwrap_or_else(|faults| panic!("{faults}"));
        let first = file.definitions.iter().find(|(name, _)| name == "D0");
        match file.members(&first.expect("it is there").1) {
            super::Members::Named(members) => assert_eq!(members.into_keys().collect::<Vec<_>>(), ["a"]),
            super::Members::All => panic!("it has one member"),
        }
    }

    #[test]
    fn services_read_for_themselves() {
        let asked = json!({ "FunctionName": "f", "Payload": { "a.$": "$.a", "b.$": "$.b" } });
        let schema = json!({ "properties": { "Payload": { "properties": { "a": true } } } });
        let invoke = "arn:aws:states:::lambda:invoke";
        assert_eq!(of_resource(invoke, "f", schema.clone(), asked.clone()), ["b"]);
        let queue = "arn:aws:states:::sqs:sendMessage";
        assert_eq!(
            of_resource(queue, "sqs_send_message", schema, json!({ "QueueUrl.$": "$.q" })),
            [""; 0]
        );
    }
}
