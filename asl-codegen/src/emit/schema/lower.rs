//! Lowers schemas: what has no [`Kind`] becomes any JSON, and never reaches typify.

use super::kind::{Content, Field, Kind, Named};
use super::{Definition, OpenStruct, RustTypes};
use crate::emit::doc::{code, prose};
use crate::emit::name::{Names, camel, snake};
use crate::schema::{Keywords, Schema, Type};
use serde_json::Value;
use std::slice;

/// What lies deeper is any JSON: the compiler would follow such types no further.
pub(super) const MAX_DEPTH: usize = 32;

/// Tuples of more elements than this are arrays: most traits are not there for longer ones.
const LONGEST_TUPLE: usize = 12;

impl RustTypes<'_, '_> {
    pub(super) fn kind(&mut self, schema: &Schema, wanted: &str, about: &str) -> Kind {
        match schema {
            Schema::Of(keywords) if self.depth < MAX_DEPTH => {
                let title = keywords.title.as_deref().map(camel);
                self.depth += 1;
                let kind = self.of_keywords(keywords, title.as_deref().unwrap_or(wanted), about);
                self.depth -= 1;
                kind
            }
            _ => Kind::Any,
        }
    }

    fn definition(&mut self, at: usize) -> Kind {
        match &self.definitions[at] {
            Definition::Known(kind) => return kind.clone(),
            // It consists of itself.
            Definition::Entered => return Kind::Any,
            Definition::Unseen => self.definitions[at] = Definition::Entered,
        }
        let file = self.file;
        let (name, schema) = &file.definitions[at];
        let about = format!("{} of {}.", code(name), code(file.source.path()));
        let kind = match schema {
            Schema::Of(keywords) if self.depth < MAX_DEPTH => {
                self.depth += 1;
                let kind = self.of_keywords(keywords, &camel(name), &about);
                self.depth -= 1;
                kind
            }
            _ => Kind::Any,
        };
        self.definitions[at] = Definition::Known(kind.clone());
        kind
    }

    pub(super) fn of_keywords(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        if let Some(at) = keywords.reference {
            return match keywords.is_reference() {
                true => self.definition(at),
                false => self.merged(keywords, wanted, about),
            };
        }
        if !keywords.all_of.is_empty() {
            return self.merged(keywords, wanted, about);
        }
        let about = keywords.description.as_deref().map_or_else(|| about.to_owned(), prose);
        if let Some(value) = &keywords.constant {
            return self.of_values(slice::from_ref(value), wanted, about);
        }
        if let Some(values) = &keywords.values {
            return self.of_values(values, wanted, about);
        }
        // What else alternatives ask of an object is not a matter of its type.
        if keywords.properties.is_empty() {
            match (keywords.any_of.is_empty(), keywords.one_of.is_empty()) {
                (true, true) => {}
                (false, true) => return self.union(&keywords.any_of, wanted, about),
                (true, false) => return self.union(&keywords.one_of, wanted, about),
                (false, false) => return Kind::Any,
            }
        }
        let types = match &keywords.types {
            Some(types) => types.clone(),
            None if keywords.tells_of_objects() => vec![Type::Object],
            None if !keywords.prefix.is_empty() || keywords.items.is_some() => vec![Type::Array],
            None => return Kind::Any,
        };
        let has_null = types.contains(&Type::Null);
        let mut kinds = Vec::new();
        for one in types.iter().filter(|one| **one != Type::Null) {
            kinds.push(match one {
                Type::Null => Kind::Null,
                Type::Boolean => Kind::Boolean,
                Type::Integer if types.contains(&Type::Number) => Kind::Number,
                Type::Integer if keywords.is_unsigned => Kind::Unsigned,
                Type::Integer => Kind::Integer,
                Type::Number => Kind::Number,
                Type::String => Kind::Text,
                Type::Array => self.array(keywords, wanted, &about),
                Type::Object if types.len() == 1 + usize::from(has_null) => self.object(keywords, wanted, &about),
                Type::Object => self.object(keywords, &format!("{wanted}Object"), &about),
            });
        }
        self.one_of(kinds, has_null, wanted, about)
    }

    fn of_values(&mut self, values: &[Value], wanted: &str, about: String) -> Kind {
        let has_null = values.contains(&Value::Null);
        let others = || values.iter().filter(|value| !value.is_null());
        let texts: Option<Vec<&str>> = others().map(Value::as_str).collect();
        let kind = match texts {
            Some(texts) if texts.is_empty() => return Kind::Null,
            Some(texts) => {
                let mut distinct: Vec<&str> = Vec::new();
                for text in texts {
                    if !distinct.contains(&text) {
                        distinct.push(text);
                    }
                }
                let name = |text: &str| camel(if text.is_empty() { "Empty" } else { text });
                let names = Names::with(&["Self"]).claim_all(distinct.iter().copied(), name);
                let variants = names.into_iter().zip(distinct.into_iter().map(str::to_owned));
                Kind::Named(self.named(wanted, about, Content::Texts(variants.collect())))
            }
            None if others().all(Value::is_boolean) => Kind::Boolean,
            None if others().all(Value::is_i64) => Kind::Integer,
            None if others().all(Value::is_number) => Kind::Number,
            None => return Kind::Any,
        };
        kind.or_null(has_null)
    }

    fn union(&mut self, schemas: &[Schema], wanted: &str, about: String) -> Kind {
        let (mut kinds, mut has_null) = (Vec::new(), false);
        for (at, schema) in schemas.iter().enumerate() {
            let name = match schemas.len() {
                1 => wanted.to_owned(),
                _ => format!("{wanted}{}", at + 1),
            };
            match self.kind(schema, &name, &about) {
                Kind::Null => has_null = true,
                Kind::Optional(kind) => {
                    has_null = true;
                    kinds.push(*kind);
                }
                kind => kinds.push(kind),
            }
        }
        self.one_of(kinds, has_null, wanted, about)
    }

    fn one_of(&mut self, kinds: Vec<Kind>, has_null: bool, wanted: &str, about: String) -> Kind {
        let mut distinct: Vec<Kind> = Vec::new();
        for kind in kinds {
            if !distinct.contains(&kind) {
                distinct.push(kind);
            }
        }
        let kind = match distinct.len() {
            0 => return Kind::Null,
            1 => distinct.remove(0),
            _ if distinct.contains(&Kind::Any) => Kind::Any,
            _ => Kind::Named(self.named(wanted, about, Content::Union(distinct))),
        };
        kind.or_null(has_null)
    }

    fn array(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        let mut element = |schema: &Schema| self.kind(schema, &format!("{wanted}Item"), about);
        if !keywords.prefix.is_empty() {
            return match keywords.length() {
                Some(length @ 1..=LONGEST_TUPLE) => {
                    Kind::Tuple((0..length).map(|at| element(keywords.element(at))).collect())
                }
                _ => Kind::Array(Box::new(Kind::Any)),
            };
        }
        Kind::Array(Box::new(keywords.items.as_ref().map_or(Kind::Any, element)))
    }

    fn object(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        if keywords.properties.is_empty() && keywords.required.is_empty() && !keywords.is_closed() {
            let value = match &keywords.additional {
                Some(schema) if !keywords.has_patterns => self.kind(schema, &format!("{wanted}Value"), about),
                _ => Kind::Any,
            };
            return Kind::Map(Box::new(value));
        }
        let at = self.named(wanted, about.to_owned(), Content::Open);
        self.open.push_back(OpenStruct {
            at,
            keywords: keywords.clone(),
            merging: self.merging,
        });
        Kind::Named(at)
    }

    /// The members of a struct of this name.
    pub(super) fn members(&mut self, name: &str, keywords: &Keywords) -> Content {
        let further = keywords.required.iter();
        let further = further.filter(|name| !keywords.properties.iter().any(|(known, _)| known == *name));
        let further: Vec<(String, Schema)> = further.map(|name| (name.clone(), Schema::Any)).collect();
        // A member that can be nothing is not there.
        let members = keywords.properties.iter().chain(&further);
        let members = members.filter(|(_, schema)| !matches!(schema, Schema::Never));
        let names = Names::default().claim_all(members.clone().map(|(member, _)| member.as_str()), snake);
        let mut fields = Vec::new();
        for ((member, schema), field_name) in members.zip(names) {
            let field = snake(member);
            let kind = self.kind(
                schema,
                &format!("{name}{}", camel(&field)),
                &format!("{} of {}.", code(member), code(name)),
            );
            let described = schema.keywords().and_then(|keywords| keywords.description.as_deref());
            let about = match described {
                Some(described) => prose(described),
                None if kind.is_named() => code(member),
                None => format!("{}: {}", code(member), code(&self.shapes.of(schema).to_string())),
            };
            fields.push(Field {
                name: field_name,
                member: member.clone(),
                about,
                kind,
                is_required: keywords.required.contains(member),
            });
        }
        let is_closed = keywords.is_closed();
        Content::Struct { fields, is_closed }
    }

    /// A new type.
    fn named(&mut self, wanted: &str, about: String, content: Content) -> usize {
        self.types.push(Named {
            name: self.names.claim(wanted).0,
            about,
            content,
        });
        self.types.len() - 1
    }
}

impl Schema {
    /// What is said in it, if anything is.
    fn keywords(&self) -> Option<&Keywords> {
        match self {
            Schema::Of(keywords) => Some(keywords),
            Schema::Any | Schema::Never => None,
        }
    }
}

impl Keywords {
    /// Whether it says something of objects.
    pub(super) fn tells_of_objects(&self) -> bool {
        !self.properties.is_empty() || !self.required.is_empty() || self.additional.is_some() || self.has_patterns
    }

    /// Whether it has no members but those that are named.
    fn is_closed(&self) -> bool {
        matches!(self.additional, Some(Schema::Never)) && !self.has_patterns
    }
}
