//! Templates of inputs that have a type of their own: its parts, of which it is made without JSON in between.

use super::expr::{Env, Expr, is_item_value, is_large, is_short, literal, rust_number};
use crate::syntax::{Field, FieldValue, Template};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

impl Env<'_> {
    /// A template as `Part`.
    pub fn part(&self, template: &Template) -> TokenStream {
        match template {
            Template::Literal(value) if is_short(value) => literal_part(value),
            template @ (Template::Array(_) | Template::Object(_)) if is_large(template) => {
                let value = self.template(template);
                quote!(rt::Part::Owned(#value))
            }
            Template::Literal(_) | Template::Expression(_) => {
                let value = self.template(template);
                quote!(rt::Part::Owned(#value))
            }
            Template::Array(elements) => {
                let elements = elements.iter().map(|element| self.part(element));
                quote!(rt::Part::from([#(#elements),*]))
            }
            Template::Object(fields) => {
                let names = fields.iter().map(|field| &field.name);
                let parts = fields.iter().map(|field| self.field_part(field));
                quote!(rt::Part::from([#((#names, #parts)),*]))
            }
        }
    }

    fn field_part(&self, field: &Field) -> TokenStream {
        match &field.value {
            FieldValue::Template(template) => self.part(template),
            FieldValue::Path(path) if !is_item_value(&path.value) || self.item.is_none() => {
                match self.select_field(&format!("{}.$", field.name), &path.value) {
                    Expr::Borrowed(value) => quote!(rt::Part::Borrowed(#value)),
                    Expr::Made(value) => quote!(rt::Part::Owned(#value)),
                }
            }
            FieldValue::Path(_) | FieldValue::Call(_) => {
                let value = self.field_value(field);
                quote!(rt::Part::Owned(#value))
            }
        }
    }
}

fn literal_part(value: &Value) -> TokenStream {
    match value {
        Value::Bool(value) => quote!(rt::Part::from(#value)),
        Value::String(value) => quote!(rt::Part::from(#value)),
        Value::Number(number) => match rust_number(&number.to_string()) {
            Some(number) => quote!(rt::Part::from(#number)),
            None => {
                let value = literal(value);
                quote!(rt::Part::Owned(#value))
            }
        },
        Value::Null => quote!(rt::Part::Owned(Value::Null)),
        // Of which kind an empty one is, an array of parts would not say.
        Value::Array(elements) if elements.is_empty() => quote!(rt::Part::Array(Vec::new())),
        Value::Object(members) if members.is_empty() => quote!(rt::Part::Object(Vec::new())),
        Value::Array(elements) => {
            let elements = elements.iter().map(literal_part);
            quote!(rt::Part::from([#(#elements),*]))
        }
        Value::Object(members) => {
            let names = members.keys();
            let parts = members.values().map(literal_part);
            quote!(rt::Part::from([#((#names, #parts)),*]))
        }
    }
}
