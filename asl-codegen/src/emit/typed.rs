//! Types that are made of what is known of the data: what a task is asked with, where its type is given as `_`.

use super::doc::{code, doc};
use super::name::{Names, camel, snake};
use super::variables::ident;
use super::work::{Typed, Works};
use crate::shapes::{Array, Number, Object, ScopeShapes, Shape, Types};
use crate::syntax::{Scope, StateKind};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;

/// Gives the methods their types, and answers these.
pub fn inputs(works: &mut Works, scope: &Scope, shapes: &ScopeShapes, names: &mut Names) -> Vec<TokenStream> {
    let mut payloads = BTreeMap::new();
    collect(works, scope, shapes, &mut payloads);
    let mut structs = Structs {
        names,
        items: Vec::new(),
    };
    for method in works.inferred() {
        let name = method.name.to_string();
        let payload = payloads.get(&name).cloned().unwrap_or_default();
        let about = format!("What {} is asked with.", code(&name));
        let wanted = format!("{}Input", camel(&name));
        let input = structs.of(&payload, &wanted, &about);
        if input.to_string() != "Value" {
            method.input = Typed::Made(input);
        }
    }
    structs.items
}

/// What each method is asked with, by all the states that ask. Scopes nest as the JSON does, whose depth is bounded.
fn collect(works: &Works, scope: &Scope, shapes: &ScopeShapes, payloads: &mut BTreeMap<String, Shape>) {
    for (state, known) in scope.states.iter().zip(&shapes.states) {
        let Some(known) = known else { continue };
        if let StateKind::Task(task) = &state.kind
            && let Some(method) = works.method(state, task)
        {
            let payload = payloads.entry(method.name.to_string()).or_insert_with(Shape::never);
            *payload = payload.join(&known.flow.payload);
        }
        for (inner, shapes) in state.scopes().into_iter().zip(&known.scopes) {
            collect(works, inner, shapes, payloads);
        }
    }
}

struct Structs<'n> {
    names: &'n mut Names,
    items: Vec<TokenStream>,
}

impl Structs<'_> {
    /// The type for the values of a shape. A struct that it needs is called `wanted`.
    fn of(&mut self, shape: &Shape, wanted: &str, about: &str) -> TokenStream {
        let value = quote!(Value);
        let Some(types) = shape.types() else { return value };
        let is_nullable = types.has_null();
        let (kinds, null) = (types.names(), usize::from(is_nullable));
        if kinds.len() != 1 + null {
            return value;
        }
        match self.only(types, wanted, about) {
            Some(only) if is_nullable => quote!(Option<#only>),
            Some(only) => only,
            None => value,
        }
    }

    /// The type of the only kind of value that there is besides `null`.
    fn only(&mut self, types: &Types, wanted: &str, about: &str) -> Option<TokenStream> {
        // Of several kinds of objects, one struct has what any of them has.
        if let Some(object) = types.object() {
            return object.rest().is_none().then(|| self.object(object, wanted, about));
        }
        if let Some(array) = types.array() {
            let elements = array_elements(array)?;
            let element = self.of(&elements, &format!("{wanted}Item"), about);
            return Some(quote!(Vec<#element>));
        }
        if types.booleans().any() {
            return Some(quote!(bool));
        }
        // `1.0` is an integer too, so that one type of Rust would not do.
        if let Some(Number::Integer | Number::Any) = types.number() {
            return Some(quote!(rt::Number));
        }
        types.string().map(|_| quote!(String))
    }

    fn object(&mut self, object: &Object, wanted: &str, about: &str) -> TokenStream {
        let name = ident(&self.names.claim(wanted).0);
        // Before those of its members.
        let place = self.items.len();
        self.items.push(TokenStream::new());
        let fields = Names::default().claim_all(object.members().map(|(member, _)| &**member), snake);
        let members: Vec<TokenStream> = object
            .members()
            .zip(fields)
            .map(|((member, known), field)| {
                let about = format!("{}: {}", code(member), code(&known.shape.to_string()));
                let mut of_member = self.of(&known.shape, &format!("{name}{}", camel(&snake(member))), &about);
                let mut attributes = Vec::new();
                if *field != **member {
                    let member = &**member;
                    attributes.push(quote!(rename = #member));
                }
                if !known.is_required {
                    of_member = quote!(Option<#of_member>);
                    attributes.push(quote!(default, skip_serializing_if = "Option::is_none"));
                    // A member that is `null` is there.
                    if known.shape.types().is_none_or(Types::has_null) {
                        attributes.push(quote!(deserialize_with = "rt::typed::present"));
                    }
                }
                let attributes = (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]));
                let (about, field) = (doc(&[about]), ident(&field));
                quote!(#about #attributes pub #field: #of_member)
            })
            .collect();
        let about = doc(&[about.to_owned()]);
        self.items[place] = quote! {
            #about
            #[allow(dead_code, reason = "a handler need not read all of it")]
            #[derive(Debug, Clone, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
            #[serde(crate = "rt::serde")]
            pub struct #name { #(#members),* }
        };
        quote!(#name)
    }
}

/// What the elements have in common; nothing where there are none.
fn array_elements(array: &Array) -> Option<Shape> {
    let elements = array.elements();
    (!elements.is_never()).then_some(elements)
}
