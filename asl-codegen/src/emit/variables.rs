//! The variables of a scope: a struct of its own, which sees those of the scopes around it.

use super::name::{Names, snake};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

/// What variables the states of a scope can see.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// The struct that `vars` is in this scope.
    pub holder: Option<Holder>,
    /// The struct around it, where it borrows one.
    outer: Option<Holder>,
    /// Where each variable that can be seen lies: how often `outer` goes before its field.
    fields: BTreeMap<String, (usize, String)>,
}

/// A struct of variables.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Its name.
    pub name: Ident,
    /// Whether it borrows an outer one.
    pub has_outer: bool,
    /// Whether it belongs to the scope itself, which may then assign.
    pub is_own: bool,
}

impl Holder {
    /// Its type, with an elided lifetime where it has one.
    pub fn ty(&self) -> TokenStream {
        let name = &self.name;
        if self.has_outer {
            quote!(#name<'_>)
        } else {
            quote!(#name)
        }
    }
}

impl Variables {
    /// The variables of a scope that assigns `own` itself and stands inside `self`; `reads_outer` if anything in it reads one
    /// from around it.
    pub fn inner(&self, struct_name: Ident, own: &BTreeSet<&str>, reads_outer: bool) -> Variables {
        let outer = self.holder.as_ref().filter(|_| reads_outer);
        if own.is_empty() {
            return match outer {
                Some(holder) => Variables {
                    holder: Some(Holder {
                        is_own: false,
                        ..holder.clone()
                    }),
                    outer: None,
                    fields: self.fields.clone(),
                },
                None => Variables::default(),
            };
        }
        let mut fields = BTreeMap::new();
        if outer.is_some() {
            fields.extend(
                self.fields
                    .iter()
                    .map(|(name, (up, field))| (name.clone(), (up + 1, field.clone()))),
            );
        }
        let mut names = Names::with(&["outer"]);
        for name in own {
            fields.insert((*name).to_owned(), (0, names.claim(&snake(name)).0));
        }
        Variables {
            holder: Some(Holder {
                name: struct_name,
                has_outer: outer.is_some(),
                is_own: true,
            }),
            outer: outer.cloned(),
            fields,
        }
    }

    /// The place of a variable, an `Option<Value>`; none if no scope in sight assigns it.
    fn place(&self, name: &str) -> Option<TokenStream> {
        let (up, field) = self.fields.get(name)?;
        let outers = std::iter::repeat_n(quote!(.outer), *up);
        let field = ident(field);
        Some(quote!(vars #(#outers)* .#field))
    }

    /// The place of a variable as `Option<Value>`.
    pub fn find(&self, name: &str) -> TokenStream {
        self.place(name).unwrap_or_else(|| quote!(None::<Value>))
    }

    /// The value of a variable as `&Value`.
    pub fn read(&self, name: &str) -> TokenStream {
        let place = self.find(name);
        quote!(rt::variable(&#place, #name)?)
    }

    /// Sets a variable of this scope.
    pub fn assign(&self, name: &str, value: TokenStream) -> TokenStream {
        let place = self.place(name);
        quote!(#place = Some(#value);)
    }

    /// Whether the variable is one of this scope or of those around it.
    pub fn knows(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The variables of this scope and of those around it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The type of the struct around this scope's own.
    pub fn outer_type(&self) -> Option<TokenStream> {
        self.outer.as_ref().map(Holder::ty)
    }

    /// The struct itself, if the scope has one of its own; `outer` is the struct around it.
    pub fn declaration(&self, scope: &str, outer: &Variables) -> Option<TokenStream> {
        let holder = self.holder.as_ref().filter(|holder| holder.is_own)?;
        let doc = super::doc::doc(&[format!("The variables of {scope}.")]);
        let name = &holder.name;
        let fields = self
            .fields
            .values()
            .filter(|(up, _)| *up == 0)
            .map(|(_, field)| ident(field));
        let fields = quote!(#(#fields: Option<Value>),*);
        Some(match (holder.has_outer, &outer.holder) {
            (true, Some(around)) => {
                let (around_name, lifetime) = (&around.name, around.has_outer.then(|| quote!(<'a>)));
                quote! {
                    #doc
                    struct #name<'a> { outer: &'a #around_name #lifetime, #fields }
                }
            }
            _ => quote! {
                #doc
                #[derive(Default)]
                struct #name { #fields }
            },
        })
    }

    /// A fresh one, boxed (style: a `Value` takes 72 bytes in the future).
    pub fn fresh(&self) -> Option<TokenStream> {
        let holder = self.holder.as_ref().filter(|holder| holder.is_own)?;
        let name = &holder.name;
        if !holder.has_outer {
            return Some(quote!(&mut Box::<#name>::default()));
        }
        let fields = self
            .fields
            .values()
            .filter(|(up, _)| *up == 0)
            .map(|(_, field)| ident(field));
        Some(quote!(&mut Box::new(#name { outer: vars, #(#fields: None),* })))
    }
}

/// An identifier from a name that `name.rs` made.
pub fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
