//! Templates that take what they read: where a value is read for the last time, its parts are moved, not cloned.

use super::expr::{Env, is_large, steps};
use super::name::{Names, local};
use super::variables::ident;
use crate::expr::path::{Path, Root, Step};
use crate::syntax::{Field, FieldValue, Template};
use proc_macro2::TokenStream;
use quote::quote;

/// A template over a value that nothing reads afterwards.
pub struct Moved {
    /// Takes the parts out, before the template is built: all of them are looked for first, since the error about one that
    /// is missing shows the whole value.
    pub prelude: TokenStream,
    /// The template as `Value`.
    pub value: TokenStream,
}

/// A field that reads a part of the value.
struct Read<'t> {
    key: String,
    path: &'t Path,
    local: String,
}

/// The template with its parts moved out of `owner` (an expression that derefs to an owned value, `&mut`), if each part is
/// read once and by a path alone, and there are few enough for an array on the stack.
pub fn moving(template: &Template, owner: TokenStream, env: &Env) -> Option<Moved> {
    let mut reads = Vec::new();
    let mut names = Names::with(&[
        "data",
        "cx",
        "tasks",
        "vars",
        "input",
        "result",
        "limits",
        "item",
        "items",
        "credentials",
    ]);
    if !collect(template, &mut names, &mut reads) || reads.is_empty() || reads.len() > MAX_PARTS {
        return None;
    }
    // What else is read there can fail, while all the parts are at hand.
    let mut has_calls = false;
    super::reads::each_template_call(template, &mut |_| has_calls = true);
    if has_calls && is_large(template) {
        return None;
    }
    let overlap = |a: &[Step], b: &[Step]| a.iter().zip(b).all(|(a, b)| a == b);
    for (index, read) in reads.iter().enumerate() {
        if reads[..index]
            .iter()
            .any(|other| overlap(&other.path.steps, &read.path.steps))
        {
            return None;
        }
    }
    let locals: Vec<_> = reads.iter().map(|read| ident(&read.local)).collect();
    let fields = reads.iter().map(|read| {
        let (key, text, steps) = (&read.key, &read.path.text, steps(&read.path.steps));
        quote!((#key, #text, #steps))
    });
    let prelude = quote!(let [#(#locals),*] = rt::take_fields(#owner, [#(#fields),*])?;);
    let mut locals = locals.into_iter();
    let value = build(template, &mut locals, env);
    Some(Moved { prelude, value })
}

/// How many parts are moved at most.
const MAX_PARTS: usize = 256;

/// Whether the template reads its root by plain paths in fields only; they are collected in document order.
fn collect<'t>(template: &'t Template, names: &mut Names, reads: &mut Vec<Read<'t>>) -> bool {
    match template {
        Template::Literal(_) => true,
        // What it reads may lie anywhere in its root.
        Template::Expression(_) => false,
        Template::Array(elements) => elements.iter().all(|element| collect(element, names, reads)),
        Template::Object(fields) => fields.iter().all(|field| match &field.value {
            FieldValue::Template(template) => collect(template, names, reads),
            FieldValue::Path(path) if path.value.root == Root::Input => {
                reads.push(Read {
                    key: format!("{}.$", field.name),
                    path: &path.value,
                    local: names.claim(&local(&field.name)).0,
                });
                path.value.is_plain()
            }
            FieldValue::Path(_) => true,
            FieldValue::Call(call) => {
                let mut reads_root = false;
                super::reads::each_call_path(&call.value, &mut |path| reads_root |= path.root == Root::Input);
                !reads_root
            }
        }),
    }
}

fn build(template: &Template, locals: &mut impl Iterator<Item = proc_macro2::Ident>, env: &Env) -> TokenStream {
    match template {
        Template::Literal(_) | Template::Expression(_) => env.template(template),
        Template::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(|element| build(element, locals, env)).collect();
            quote!(rt::array([#(#elements),*]))
        }
        Template::Object(fields) => {
            let names = fields.iter().map(|field| &field.name);
            let values: Vec<_> = fields.iter().map(|field| build_field(field, locals, env)).collect();
            quote!(rt::object([#((#names, #values)),*]))
        }
    }
}

fn build_field(field: &Field, locals: &mut impl Iterator<Item = proc_macro2::Ident>, env: &Env) -> TokenStream {
    match &field.value {
        FieldValue::Template(template) => build(template, locals, env),
        FieldValue::Path(path) if path.value.root == Root::Input => match locals.next() {
            Some(local) => quote!(#local),
            None => env.field_value(field),
        },
        _ => env.field_value(field),
    }
}
