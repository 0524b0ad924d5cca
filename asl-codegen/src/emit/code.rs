//! Control flow on its way to tokens: what braces, nesting and semicolons it needs is decided when all of it is known.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use std::cell::Cell;
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

impl Code {
    /// Whether it may stand in an arm without braces.
    fn is_expression(&self) -> bool {
        matches!(
            self,
            Code::Do(_) | Code::Jump(_) | Code::Value(_) | Code::Match(..) | Code::Loop(..)
        )
    }
}

/// An arm: its pattern with its guard, and what it does.
pub struct Arm(pub TokenStream, pub Vec<Code>);

/// Tokens that stand in one place: they move to where they are interpolated, and are gone. `quote!` would copy each of them.
pub struct Once(Cell<TokenStream>);

impl From<TokenStream> for Once {
    fn from(tokens: TokenStream) -> Once {
        Once(Cell::new(tokens))
    }
}

impl ToTokens for Once {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.take());
    }
}

/// Braces around tokens, which move into them.
pub fn braced(parts: impl IntoIterator<Item = TokenStream>) -> Group {
    Group::new(Delimiter::Brace, parts.into_iter().collect())
}

/// Parentheses around tokens, which move into them.
pub fn parenthesized(tokens: TokenStream) -> Group {
    Group::new(Delimiter::Parenthesis, tokens)
}

/// A sequence as the inside of a block. Nesting is bounded by the structure that it comes from.
pub fn write(codes: Vec<Code>) -> TokenStream {
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

fn block(codes: Vec<Code>) -> Group {
    braced([write(codes)])
}

/// One of them as an expression, where it is one.
fn one(code: Code) -> TokenStream {
    match code {
        Code::Do(tokens) | Code::Statements(tokens) | Code::Jump(tokens) | Code::Value(tokens) => tokens,
        Code::If(condition, then, otherwise) => if_else(condition, then, otherwise),
        Code::Match(matched, arms) => {
            let (matched, arms) = (Once::from(matched), braced(arms.into_iter().map(arm)));
            quote!(match #matched #arms)
        }
        Code::Loop(label, body) => {
            let (label, body) = (label.iter(), block(body));
            quote!(#(#label:)* loop #body)
        }
        Code::Block(label, body) => {
            let body = block(body);
            quote!(#label: #body)
        }
    }
}

fn arm(Arm(pattern, mut body): Arm) -> TokenStream {
    match body.pop() {
        Some(only) if body.is_empty() && only.is_expression() => {
            let (pattern, only) = (Once::from(pattern), Once::from(one(only)));
            quote!(#pattern => #only,)
        }
        last => {
            body.extend(last);
            let (pattern, body) = (Once::from(pattern), block(body));
            quote!(#pattern => #body)
        }
    }
}

fn if_else(mut condition: TokenStream, mut then: Vec<Code>, mut otherwise: Vec<Code>) -> TokenStream {
    // An `if` that holds but another one needs no nesting.
    while let ([], [Code::If(inner, inner_then, inner_otherwise)]) = (&otherwise[..], &mut then[..])
        && inner_otherwise.is_empty()
    {
        condition = quote!(#condition && #inner);
        then = std::mem::take(inner_then);
    }
    let then = block(then);
    match (otherwise.pop(), otherwise.is_empty()) {
        (None, _) => quote!(if #condition #then),
        (Some(Code::If(condition_2, then_2, otherwise_2)), true) => {
            let otherwise = if_else(condition_2, then_2, otherwise_2);
            quote!(if #condition #then else #otherwise)
        }
        (last, _) => {
            otherwise.extend(last);
            let otherwise = block(otherwise);
            quote!(if #condition #then else #otherwise)
        }
    }
}
