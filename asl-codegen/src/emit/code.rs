//! Control flow on its way to tokens: what braces, nesting and semicolons it needs is decided when all of it is known.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Lifetime;

/// A statement of control flow, or the expression that a block ends with.
pub enum Code {
    /// An expression of type `()`.
    Do(TokenStream),
    /// Whole statements.
    Statements(TokenStream),
    /// `break`, `continue` or `return`: control does not reach what follows.
    Jump(TokenStream),
    /// The value of the function.
    Value(TokenStream),
    /// `if`, whose condition is a call or a negated one.
    If(TokenStream, Vec<Code>, Vec<Code>),
    /// `match`: what is matched, and the arms.
    Match(TokenStream, Vec<Arm>),
    /// `loop`
    Loop(Option<Lifetime>, Vec<Code>),
    /// A block with a label.
    Block(Lifetime, Vec<Code>),
}

/// An arm: its pattern with its guard, and what it does.
pub struct Arm(pub TokenStream, pub Vec<Code>);

/// A sequence as the inside of a block. Nesting is bounded by the structure that it comes from.
pub fn write(codes: &[Code]) -> TokenStream {
    let mut tokens = TokenStream::new();
    for code in codes {
        let needs_semicolon = matches!(code, Code::Do(_) | Code::Jump(_));
        tokens.extend(one(code));
        if needs_semicolon {
            tokens.extend(quote!(;));
        }
    }
    tokens
}

/// One of them as an expression, where it is one.
fn one(code: &Code) -> TokenStream {
    match code {
        Code::Do(tokens) | Code::Statements(tokens) | Code::Jump(tokens) | Code::Value(tokens) => tokens.clone(),
        Code::If(condition, then, otherwise) => if_else(condition.clone(), then, otherwise),
        Code::Match(matched, arms) => {
            let arms = arms.iter().map(|Arm(pattern, body)| match &body[..] {
                [] => quote!(#pattern => {}),
                [only @ (Code::Do(_) | Code::Jump(_) | Code::Value(_) | Code::Match(..) | Code::Loop(..))] => {
                    let only = one(only);
                    quote!(#pattern => #only,)
                }
                body => {
                    let body = write(body);
                    quote!(#pattern => { #body })
                }
            });
            quote!(match #matched { #(#arms)* })
        }
        Code::Loop(label, body) => {
            let (label, body) = (label.iter(), write(body));
            quote!(#(#label:)* loop { #body })
        }
        Code::Block(label, body) => {
            let body = write(body);
            quote!(#label: { #body })
        }
    }
}

fn if_else(mut condition: TokenStream, mut then: &[Code], otherwise: &[Code]) -> TokenStream {
    // An `if` that holds but another one needs no nesting.
    while let ([], [Code::If(inner, inner_then, inner_otherwise)]) = (otherwise, then) {
        if !inner_otherwise.is_empty() {
            break;
        }
        condition = quote!(#condition && #inner);
        then = inner_then;
    }
    let then = write(then);
    match otherwise {
        [] => quote!(if #condition { #then }),
        [Code::If(condition_2, then_2, otherwise_2)] => {
            let otherwise = if_else(condition_2.clone(), then_2, otherwise_2);
            quote!(if #condition { #then } else #otherwise)
        }
        otherwise => {
            let otherwise = write(otherwise);
            quote!(if #condition { #then } else { #otherwise })
        }
    }
}
