//! The items that typify made, as a person writes them.

use super::RustTypes;
use super::kind::{Content, Field, Kind, Named};
use super::space::index;
use crate::emit::doc::{code, doc};
use crate::emit::name::Names;
use crate::emit::variables::ident;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::slice;

impl RustTypes<'_, '_> {
    pub(super) fn item(&self, named: &Named, item: &syn::Item) -> TokenStream {
        let (name, about) = (ident(&named.name), doc(slice::from_ref(&named.about)));
        let derive = quote! {
            #[derive(Debug, Clone, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
        };
        let unread = quote!(#[allow(dead_code, reason = "nobody need read all of it")]);
        match (&named.content, item) {
            (Content::Struct { fields, is_closed }, syn::Item::Struct(item)) => {
                let types = item.fields.iter().map(|field| self.plain(&field.ty, true));
                let fields = fields.iter().zip(types).map(|(field, of)| field.declared(&of));
                let closed = is_closed.then(|| quote!(, deny_unknown_fields));
                quote! {
                    #about
                    #unread
                    #derive
                    #[serde(crate = "rt::serde" #closed)]
                    pub struct #name { #(#fields),* }
                }
            }
            (Content::Texts(variants), _) => {
                let variants = variants.iter().map(|(variant, text)| {
                    let rename = (variant != text).then(|| quote!(#[serde(rename = #text)]));
                    let about = if text.is_empty() {
                        "The empty text.".to_owned()
                    } else {
                        code(text)
                    };
                    let (about, variant) = (doc(&[about]), ident(variant));
                    quote!(#about #rename #variant)
                });
                quote! {
                    #about
                    #unread
                    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, rt::serde::Serialize, rt::serde::Deserialize)]
                    #[serde(crate = "rt::serde")]
                    pub enum #name { #(#variants),* }
                }
            }
            (_, syn::Item::Enum(item)) => {
                let mut names = Names::with(&["Self"]);
                let variants = item.variants.iter().map(|variant| {
                    let wanted = variant.ident.to_string();
                    let named = index(&wanted).and_then(|at| self.types.get(at));
                    let wanted = match wanted.as_str() {
                        "Int64" | "Uint64" => "Integer",
                        wanted => named.map_or(wanted, |named| named.name.as_str()),
                    };
                    let variant_name = ident(&names.claim(wanted).0);
                    let types = variant.fields.iter().map(|field| self.plain(&field.ty, true));
                    let about = doc(&[code(wanted)]);
                    quote!(#about #variant_name(#(#types),*))
                });
                quote! {
                    #about
                    #[allow(
                        dead_code,
                        clippy::large_enum_variant,
                        clippy::enum_variant_names,
                        reason = "it is as the schema says"
                    )]
                    #derive
                    #[serde(crate = "rt::serde", untagged)]
                    pub enum #name { #(#variants),* }
                }
            }
            _ => TokenStream::new(),
        }
    }

    /// A type as a person writes it, with names for placeholders: `Option<Order>`. Nothing contains that of a method, so that it
    /// needs no boxes.
    pub(super) fn plain(&self, of: &syn::Type, has_boxes: bool) -> TokenStream {
        match of {
            syn::Type::Path(path) => path.path.segments.last().map_or_else(TokenStream::new, |last| {
                let text = last.ident.to_string();
                let name = match index(&text).and_then(|at| self.types.get(at)) {
                    Some(named) => ident(&named.name),
                    None => last.ident.clone(),
                };
                // What is not in the prelude.
                let path = matches!(text.as_str(), "BTreeMap" | "Map").then(|| quote!(rt::));
                let arguments = match &last.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => {
                        let types = arguments.args.iter().filter_map(|argument| match argument {
                            syn::GenericArgument::Type(of) => Some(self.plain(of, has_boxes)),
                            _ => None,
                        });
                        if last.ident == "Box" && !has_boxes {
                            return quote!(#(#types)*);
                        }
                        Some(quote!(<#(#types),*>))
                    }
                    _ => None,
                };
                quote!(#path #name #arguments)
            }),
            syn::Type::Tuple(tuple) => {
                let elements = tuple.elems.iter().map(|of| self.plain(of, has_boxes));
                quote!((#(#elements,)*))
            }
            _ => of.to_token_stream(),
        }
    }
}

impl Field {
    fn declared(&self, of: &TokenStream) -> TokenStream {
        let (name, member, about) = (ident(&self.name), &self.member, doc(slice::from_ref(&self.about)));
        let mut attributes = Vec::new();
        if self.name != *member {
            attributes.push(quote!(rename = #member));
        }
        match (self.is_required, &self.kind) {
            (false, _) => attributes.push(quote!(default, skip_serializing_if = "Option::is_none")),
            // Serde would take it for optional.
            (true, Kind::Optional(_)) => attributes.push(quote!(deserialize_with = "rt::typed::nullable")),
            (true, _) => {}
        }
        let attributes = (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]));
        quote!(#about #attributes pub #name: #of)
    }
}
