//! Shapes as JSON Schema.

use super::array::Array;
use super::object::Object;
use super::shape::{Number, Shape, Strings, Types};
use serde_json::{Map, Value, json};

impl Shape {
    /// The JSON Schema (2020-12) that exactly the values of this shape satisfy.
    ///
    /// ```
    /// use asl_codegen::shapes::Shape;
    /// use serde_json::json;
    ///
    /// let shape = Shape::object([("id", Shape::integer()), ("state", Shape::strings(["open", "paid"]))]);
    /// assert_eq!(
    ///     shape.to_json_schema(),
    ///     json!({
    ///         "type": "object",
    ///         "properties": {
    ///             "id": { "type": "integer" },
    ///             "state": { "type": "string", "enum": ["open", "paid"] }
    ///         },
    ///         "required": ["id", "state"],
    ///         "additionalProperties": false
    ///     })
    /// );
    /// ```
    pub fn to_json_schema(&self) -> Value {
        match self.types() {
            None => json!(true),
            Some(types) => types.to_json_schema(),
        }
    }
}

impl Types {
    fn to_json_schema(&self) -> Value {
        let mut all: Vec<Value> = self.objects().iter().map(Object::to_json_schema).collect();
        all.extend(self.array().map(Array::to_json_schema));
        all.extend(self.string().map(|strings| match strings {
            Strings::Any => json!({ "type": "string" }),
            Strings::Known(known) => {
                let texts: Vec<&str> = known.iter().map(|text| &**text).collect();
                json!({ "type": "string", "enum": texts })
            }
        }));
        all.extend(self.number().map(|number| match number {
            Number::Integer => json!({ "type": "integer" }),
            Number::Any => json!({ "type": "number" }),
        }));
        let booleans = self.booleans();
        match (booleans.has_true, booleans.has_false) {
            (true, true) => all.push(json!({ "type": "boolean" })),
            (false, false) => {}
            (value, _) => all.push(json!({ "const": value })),
        }
        if self.has_null() {
            all.push(json!({ "type": "null" }));
        }
        match all.len() {
            0 => json!(false),
            1 => all.remove(0),
            _ => json!({ "anyOf": all }),
        }
    }
}

impl Array {
    fn to_json_schema(&self) -> Value {
        match self {
            Array::Of(Shape::Any) => json!({ "type": "array" }),
            Array::Of(shape) => json!({ "type": "array", "items": shape.to_json_schema() }),
            Array::Tuple(shapes) => {
                let all: Vec<Value> = shapes.iter().map(Shape::to_json_schema).collect();
                let count = all.len();
                let mut schema = json!({ "type": "array", "minItems": count, "maxItems": count });
                if count > 0 {
                    schema["prefixItems"] = all.into();
                }
                schema
            }
        }
    }
}

impl Object {
    fn to_json_schema(&self) -> Value {
        let mut schema = json!({ "type": "object" });
        let properties: Map<String, Value> = self
            .members()
            .map(|(name, member)| (name.to_string(), member.shape.to_json_schema()))
            .collect();
        let required = self.members().filter(|(_, member)| member.is_required);
        let required: Vec<&str> = required.map(|(name, _)| &**name).collect();
        if !properties.is_empty() {
            schema["properties"] = properties.into();
        }
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        match self.rest() {
            Some(Shape::Any) => {}
            Some(rest) => schema["additionalProperties"] = rest.to_json_schema(),
            None => schema["additionalProperties"] = json!(false),
        }
        schema
    }
}
