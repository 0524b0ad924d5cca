//! Outputs of JSONata states that take parts of the input: nothing reads it afterwards, so these are moved, not cloned.

use super::expr::Env;
use super::name::{Names, local};
use super::reads::assigned_names;
use super::variables::ident;
use crate::syntax::{Expression, FieldValue, Template};
use proc_macro2::TokenStream;
use quote::quote;

/// What an output is made of, and the output.
pub struct Parted {
    /// Evaluates the expressions in their order, since the first one that fails is what is reported.
    pub prelude: TokenStream,
    /// The output as `Value`, which takes its parts.
    pub value: TokenStream,
}

/// The output in parts, if it has a part that can be moved. What an `Assign` beside it has computed stays in sight.
pub fn parted(output: &Template, assign: Option<&Template>, env: &Env) -> Option<Parted> {
    let expressions = output.expressions();
    let paths: Vec<Option<&[String]>> = expressions.iter().map(|expression| input_path(expression)).collect();
    let overlaps = |at: usize, path: &[String]| {
        let mut others = paths.iter().enumerate().filter(|(other, _)| *other != at);
        others.any(|(_, other)| other.is_some_and(|other| other.iter().zip(path).all(|(a, b)| a == b)))
    };
    let moves: Vec<Option<&[String]>> = paths
        .iter()
        .enumerate()
        .map(|(at, path)| path.filter(|path| !overlaps(at, path)))
        .collect();
    if moves.iter().all(Option::is_none) {
        return None;
    }
    let mut names = Names::with(&[
        "cx", "data", "input", "jsonata", "query", "result", "rt", "tasks", "vars",
    ]);
    for name in assign.into_iter().flat_map(assigned_names) {
        names.claim(&local(&format!("new_{name}")));
    }
    let mut parts = Parts {
        env,
        names,
        moves: moves.into_iter(),
        prelude: TokenStream::new(),
    };
    let value = parts.template("output", output);
    Some(Parted {
        prelude: parts.prelude,
        value,
    })
}

/// The names of a path that begins at the input, and is nothing but names.
fn input_path(expression: &Expression) -> Option<&[String]> {
    let read = expression.whole()?;
    let (first, names) = read.members.split_first()?;
    (read.variable == "states" && first == "input").then_some(names)
}

struct Parts<'p> {
    env: &'p Env<'p>,
    names: Names,
    /// For each expression, in order, the path of what is moved.
    moves: std::vec::IntoIter<Option<&'p [String]>>,
    prelude: TokenStream,
}

impl Parts<'_> {
    /// The template under a name.
    fn template(&mut self, name: &str, template: &Template) -> TokenStream {
        match template {
            Template::Literal(_) => self.env.template(template),
            Template::Expression(expression) => self.expression(name, expression),
            Template::Array(elements) => {
                let elements: Vec<_> = elements.iter().map(|element| self.template(name, element)).collect();
                quote!(rt::array([#(#elements),*]))
            }
            Template::Object(fields) => {
                let names = fields.iter().map(|field| &field.name);
                let values: Vec<_> = fields
                    .iter()
                    .map(|field| match &field.value {
                        FieldValue::Template(template) => self.template(&field.name, template),
                        FieldValue::Path(_) | FieldValue::Call(_) => self.env.field_value(field),
                    })
                    .collect();
                quote!(rt::object([#((#names, #values)),*]))
            }
        }
    }

    fn expression(&mut self, name: &str, expression: &Expression) -> TokenStream {
        let name = ident(&self.names.claim(&local(name)).0);
        let Expression { field, text, .. } = expression;
        match self.moves.next().flatten() {
            Some(path) => {
                self.prelude
                    .extend(quote!(let #name = query.part(#field, #text, &[#(#path),*])?;));
                quote!(#name.take(data))
            }
            None => {
                let value = self.env.expression(expression);
                self.prelude.extend(quote!(let #name = #value;));
                quote!(#name)
            }
        }
    }
}
