//! The types as typify is told them, and what it answers.

use super::RustTypes;
use super::kind::{Content, Kind};
use proc_macro2::TokenStream;
use serde_json::{Value, json};
use typify::{MapType, TypeSpace, TypeSpaceSettings};

impl RustTypes<'_, '_> {
    /// The types that were asked for, in that order, and the items that they need.
    ///
    /// # Errors
    /// With what typify has to say.
    pub fn finish(self) -> Result<(Vec<TokenStream>, Vec<TokenStream>), String> {
        let mut settings = TypeSpaceSettings::default();
        settings.with_map_type(MapType(syn::parse_quote!(rt::BTreeMap)));
        let mut space = TypeSpace::new(&settings);
        // A struct that has them all has their types.
        let members = self.roots.iter().enumerate();
        let members: serde_json::Map<String, Value> = members.map(|(at, kind)| (member(at), kind.schema())).collect();
        let required: Vec<&String> = members.keys().collect();
        let roots = json!({ "type": "object", "required": required, "properties": members });
        let schemas = self.types.iter().map(|named| named.content.schema()).chain([roots]);
        let schemas = (schemas.enumerate())
            .map(|(at, schema)| Ok((placeholder(at), serde_json::from_value(schema)?)))
            .collect::<Result<Vec<_>, serde_json::Error>>()
            .map_err(|error| error.to_string())?;
        space.add_ref_types(schemas).map_err(|error| error.to_string())?;
        let file: syn::File = syn::parse2(space.to_stream()).map_err(|error| error.to_string())?;
        let mut items = Vec::new();
        let mut types = Vec::new();
        // In the order of their placeholders, which is that in which they were come upon.
        for at in 0..=self.types.len() {
            let name = placeholder(at);
            let item = file.items.iter().find(|item| match item {
                syn::Item::Struct(item) => item.ident == name,
                syn::Item::Enum(item) => item.ident == name,
                _ => false,
            });
            match (item, self.types.get(at)) {
                (Some(syn::Item::Struct(item)), None) => {
                    types = item.fields.iter().map(|field| self.plain(&field.ty, false)).collect();
                }
                (Some(item), Some(named)) => items.push(self.item(named, item)),
                (None, _) | (_, None) => return Err(format!("there is no type for `{name}`")),
            }
        }
        Ok((types, items))
    }
}

impl Kind {
    /// As typify is told it.
    fn schema(&self) -> Value {
        match self {
            Kind::Any => json!(true),
            Kind::Null => json!({ "type": "null" }),
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Unsigned => json!({ "type": "integer", "format": "uint64" }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Text => json!({ "type": "string" }),
            Kind::Array(element) => json!({ "type": "array", "items": element.schema() }),
            Kind::Tuple(elements) => {
                let (count, items) = (elements.len(), elements.iter().map(Kind::schema).collect::<Value>());
                json!({ "type": "array", "items": items, "minItems": count, "maxItems": count })
            }
            Kind::Map(value) if **value == Kind::Any => json!({ "type": "object" }),
            Kind::Map(value) => json!({ "type": "object", "additionalProperties": value.schema() }),
            Kind::Optional(kind) => json!({ "oneOf": [kind.schema(), { "type": "null" }] }),
            Kind::Named(at) => json!({ "$ref": format!("#/definitions/{}", placeholder(*at)) }),
        }
    }
}

impl Content {
    /// As typify is told it.
    fn schema(&self) -> Value {
        match self {
            Content::Open => json!(true),
            Content::Struct { fields, .. } => {
                let properties: serde_json::Map<String, Value> = (fields.iter().enumerate())
                    .map(|(at, field)| match field.is_required {
                        true => (member(at), field.kind.schema()),
                        false => (member(at), field.kind.clone().or_absent().schema()),
                    })
                    .collect();
                let required = fields.iter().enumerate().filter(|(_, field)| field.is_required);
                let required: Vec<String> = required.map(|(at, _)| member(at)).collect();
                json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
            }
            Content::Texts(variants) => {
                let variants: Vec<String> = (0..variants.len()).map(|at| format!("V{at:08}")).collect();
                json!({ "type": "string", "enum": variants })
            }
            Content::Union(kinds) => json!({ "oneOf": kinds.iter().map(Kind::schema).collect::<Value>() }),
        }
    }
}

/// The name that typify knows a type by.
fn placeholder(at: usize) -> String {
    format!("T{at:08}")
}

/// Which type it is the name of.
pub(super) fn index(placeholder: &str) -> Option<usize> {
    placeholder.strip_prefix('T')?.parse().ok()
}

/// The name that typify knows a member by.
fn member(at: usize) -> String {
    format!("p{at:08}")
}
