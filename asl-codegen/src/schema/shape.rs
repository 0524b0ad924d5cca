//! What a schema tells of the values that satisfy it.

use super::{Keywords, Schema, Type, TypesFile};
use crate::shapes::{Kept, Member, Object, Shape};

impl TypesFile {
    /// The shapes of the schemas in the file.
    pub fn shapes(&self) -> Shapes<'_> {
        Shapes {
            definitions: &self.definitions,
            known: vec![None; self.definitions.len()],
            depth: 0,
        }
    }
}

/// The shapes of schemas: each holds every value that satisfies the schema. What a shape cannot say is left out.
pub(crate) struct Shapes<'f> {
    definitions: &'f [(String, Schema)],
    /// Those of the definitions: any value as long as they are not known, so that one that contains itself comes to an end.
    known: Vec<Option<Shape>>,
    /// How many definitions the one that is looked at lies in.
    depth: usize,
}

/// A definition that lies in more others than this is any value: shapes reach less deep.
const MAX_DEPTH: usize = 64;

impl Shapes<'_> {
    /// Schemas nest as the JSON does, whose depth is bounded, and definitions to a depth of their own; each is looked at once.
    pub fn of(&mut self, schema: &Schema) -> Shape {
        match schema {
            Schema::Any => Shape::Any,
            Schema::Never => Shape::never(),
            Schema::Of(keywords) => self.of_keywords(keywords),
        }
    }

    fn of_keywords(&mut self, keywords: &Keywords) -> Shape {
        let mut shape = match &keywords.types {
            Some(types) => Shape::union(types.iter().map(|one| one.shape())),
            None => Shape::Any,
        };
        let mut also = |shape_too: Shape| shape = shape.meet(&shape_too);
        if let Some(at) = keywords.reference {
            also(self.definition(at));
        }
        if let Some(values) = &keywords.values {
            also(Shape::union(values.iter().map(Shape::of)));
        }
        if let Some(value) = &keywords.constant {
            also(Shape::of(value));
        }
        for alternatives in [&keywords.any_of, &keywords.one_of] {
            if !alternatives.is_empty() {
                also(Shape::union(alternatives.iter().map(|schema| self.of(schema))));
            }
        }
        for schema in &keywords.all_of {
            also(self.of(schema));
        }
        // These hold of objects, and of arrays; any other value passes them.
        let objects = Kept {
            objects: true,
            ..Kept::default()
        };
        let arrays = Kept {
            arrays: true,
            ..Kept::default()
        };
        also(all_but(objects).join(&self.object(keywords)));
        also(all_but(arrays).join(&self.array(keywords)));
        shape
    }

    fn definition(&mut self, at: usize) -> Shape {
        if let Some(known) = &self.known[at] {
            return known.clone();
        }
        if self.depth >= MAX_DEPTH {
            return Shape::Any;
        }
        self.known[at] = Some(Shape::Any);
        self.depth += 1;
        let definitions = self.definitions;
        let shape = self.of(&definitions[at].1);
        self.depth -= 1;
        self.known[at] = Some(shape.clone());
        shape
    }

    fn object(&mut self, keywords: &Keywords) -> Shape {
        let mut object = Object::default();
        let rest = match &keywords.additional {
            Some(additional) if !keywords.has_patterns => self.of(additional),
            _ => Shape::Any,
        };
        for (name, schema) in &keywords.properties {
            let is_required = keywords.required.contains(name);
            let shape = self.of(schema);
            object.set(name.as_str(), Member { shape, is_required });
        }
        for name in &keywords.required {
            if !object.knows(name) {
                let (shape, is_required) = (rest.clone(), true);
                object.set(name.as_str(), Member { shape, is_required });
            }
        }
        if !rest.is_never() {
            object.open(rest);
        }
        object.into()
    }

    fn array(&mut self, keywords: &Keywords) -> Shape {
        if let Some(length) = keywords.length().filter(|length| *length <= MAX_LENGTH) {
            return Shape::tuple((0..length).map(|at| self.of(keywords.element(at))).collect());
        }
        let items = keywords.items.as_ref().unwrap_or(&Schema::Any);
        let all = keywords.prefix.iter().chain([items]);
        Shape::array(Shape::union(all.map(|schema| self.of(schema))))
    }
}

/// Longer arrays are known by what their elements have in common.
const MAX_LENGTH: usize = 32;

fn all_but(kept: Kept) -> Shape {
    Shape::Any.filter(|types| types.retain(kept.others()))
}

impl Type {
    fn shape(self) -> Shape {
        match self {
            Type::Null => Shape::null(),
            Type::Boolean => Shape::boolean(),
            Type::Integer => Shape::integer(),
            Type::Number => Shape::number(),
            Type::String => Shape::string(),
            Type::Array => Shape::any_array(),
            Type::Object => Shape::any_object(),
        }
    }
}
