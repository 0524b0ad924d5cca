//! A types file: JSON Schema for what goes in and out of a machine and its tasks, and the errors of these.
//!
//! After [`TypesFile::read`] every `$ref` leads to one of the definitions in the file, and nothing in it is misspelt.

mod known;
mod read;
mod shape;
#[cfg(test)]
pub(crate) mod tests;
mod unused;

#[cfg(feature = "schema")]
pub(crate) use shape::Shapes;

use crate::source::{Source, Spanned};
use serde_json::Value;
use std::sync::Arc;

/// What a types file says.
#[derive(Debug, Clone)]
pub(crate) struct TypesFile {
    /// The file itself.
    pub source: Arc<Source>,
    /// What `$ref` can lead to, by name.
    pub definitions: Vec<(String, Schema)>,
    /// The input of the machine.
    pub input: Option<Spanned<Schema>>,
    /// Its output.
    pub output: Option<Spanned<Schema>>,
    /// Its tasks, by the names of their methods.
    pub tasks: Vec<TaskSchemas>,
}

impl TypesFile {
    /// Whether there is a schema for anything.
    #[cfg(not(feature = "schema"))]
    pub fn has_schemas(&self) -> bool {
        let mut tasks = self.tasks.iter();
        self.input.is_some() || self.output.is_some() || tasks.any(|task| task.input.is_some() || task.result.is_some())
    }
}

/// What a types file says of a task.
#[derive(Debug, Clone)]
pub(crate) struct TaskSchemas {
    /// The name of its method in `Tasks`.
    pub name: Spanned<String>,
    /// What it is asked with.
    pub input: Option<Spanned<Schema>>,
    /// What it gives.
    pub result: Option<Spanned<Schema>>,
    /// The names of the errors that it can fail with.
    pub errors: Option<Vec<String>>,
}

/// A JSON Schema, as far as it tells types.
#[derive(Debug, Clone)]
pub(crate) enum Schema {
    /// `true`: every value.
    Any,
    /// `false`: none.
    Never,
    /// What all of its keywords hold of.
    Of(Box<Keywords>),
}

/// The keywords of a schema that tell types. The others are taken, and have no effect here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keywords {
    /// `title`
    pub title: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `$ref`, as an index into the definitions.
    pub reference: Option<usize>,
    /// `type`
    pub types: Option<Vec<Type>>,
    /// `enum`
    pub values: Option<Vec<Value>>,
    /// `const`
    pub constant: Option<Value>,
    /// `properties`
    pub properties: Vec<(String, Schema)>,
    /// `required`
    pub required: Vec<String>,
    /// `additionalProperties`
    pub additional: Option<Schema>,
    /// Whether there are `patternProperties`, of which nothing else is known.
    pub has_patterns: bool,
    /// `prefixItems`
    pub prefix: Vec<Schema>,
    /// `items`
    pub items: Option<Schema>,
    /// `minItems`
    pub min_items: usize,
    /// `maxItems`
    pub max_items: Option<usize>,
    /// Whether `minimum` leaves no negative numbers.
    pub is_unsigned: bool,
    /// `anyOf`
    pub any_of: Vec<Schema>,
    /// `oneOf`
    pub one_of: Vec<Schema>,
    /// `allOf`
    pub all_of: Vec<Schema>,
}

/// A type as `type` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    const ALL: [(&'static str, Type); 7] = [
        ("null", Type::Null),
        ("boolean", Type::Boolean),
        ("integer", Type::Integer),
        ("number", Type::Number),
        ("string", Type::String),
        ("array", Type::Array),
        ("object", Type::Object),
    ];
}

impl Keywords {
    /// The number of elements, if it is the same for all arrays.
    pub fn length(&self) -> Option<usize> {
        let ends = matches!(self.items, Some(Schema::Never)).then_some(self.prefix.len());
        let most = [self.max_items, ends].into_iter().flatten().min()?;
        (self.min_items == most).then_some(most)
    }

    /// The schema of an element.
    pub fn element(&self, at: usize) -> &Schema {
        let further = self.items.as_ref().unwrap_or(&Schema::Any);
        self.prefix.get(at).unwrap_or(further)
    }
}
