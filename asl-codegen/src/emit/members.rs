//! Results that have a type of ours: what a `ResultSelector` reads of one is read from its struct.

#![cfg_attr(not(feature = "schema"), allow(dead_code, reason = "there are none without schemas"))]

use super::expr::literal;
use super::variables::ident;
use crate::expr::path::{Path, Root, Step};
use crate::syntax::{FieldValue, Template};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;

/// The structs that go to JSON and come back as they were, by their names.
#[derive(Debug, Default)]
pub struct Structs(BTreeMap<String, Vec<Member>>);

/// A member of a struct.
#[derive(Debug)]
pub struct Member {
    /// Its name in JSON.
    pub name: String,
    /// The name of the field.
    pub field: String,
    /// What it is.
    pub of: Of,
}

/// What a member is.
#[derive(Debug)]
pub enum Of {
    /// A text, a boolean or an integer, which is always there.
    Plain,
    /// The struct of this name, which is always there.
    Struct(String),
    /// Something else.
    Other,
}

impl Structs {
    /// Adds one.
    pub fn add(&mut self, name: String, members: Vec<Member>) {
        self.0.insert(name, members);
    }

    /// A template over a result of this type, as `Value`, if it has nothing but literals and members that are always there.
    /// The members are moved, so that each is read once.
    pub fn select(&self, of: &TokenStream, template: &Template) -> Option<TokenStream> {
        let mut selector = Selector {
            structs: self,
            of: of.to_string(),
            read: Vec::new(),
        };
        let selected = selector.template(template)?;
        (!selector.read.is_empty()).then_some(selected)
    }
}

struct Selector<'s, 't> {
    structs: &'s Structs,
    of: String,
    read: Vec<&'t [Step]>,
}

impl<'t> Selector<'_, 't> {
    fn template(&mut self, template: &'t Template) -> Option<TokenStream> {
        Some(match template {
            Template::Literal(value) => literal(value),
            Template::Expression(_) => return None,
            Template::Array(elements) => {
                let elements: Option<Vec<_>> = elements.iter().map(|element| self.template(element)).collect();
                let elements = elements?;
                quote!(rt::array([#(#elements),*]))
            }
            Template::Object(fields) => {
                let names = fields.iter().map(|field| &field.name);
                let values = fields.iter().map(|field| match &field.value {
                    FieldValue::Template(template) => self.template(template),
                    FieldValue::Path(path) => self.member(&path.value),
                    FieldValue::Call(_) => None,
                });
                let values: Vec<_> = values.collect::<Option<_>>()?;
                quote!(rt::object([#((#names, #values)),*]))
            }
        })
    }

    fn member(&mut self, path: &'t Path) -> Option<TokenStream> {
        if path.root != Root::Input || self.read.contains(&&path.steps[..]) {
            return None;
        }
        self.read.push(&path.steps);
        let mut members = self.structs.0.get(&self.of)?;
        let mut value = quote!(result);
        let (last, before) = path.steps.split_last()?;
        for (step, is_last) in before.iter().map(|step| (step, false)).chain([(last, true)]) {
            let Step::Member(name) = step else { return None };
            let member = members.iter().find(|member| member.name == *name)?;
            let field = ident(&member.field);
            value = quote!(#value.#field);
            match (&member.of, is_last) {
                (Of::Plain, true) => {}
                (Of::Struct(of), false) => members = self.structs.0.get(of)?,
                _ => return None,
            }
        }
        Some(quote!(Value::from(#value)))
    }
}
