//! Names for values, where something reads them: a variable that nothing reads is a warning of the user's build.

use super::code::Once;
use super::expr::mentions;
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// A name for a value that is read. Of one that is not, what is left is that it may fail.
pub fn bind(name: &TokenStream, value: TokenStream, is_read: bool) -> TokenStream {
    match is_read {
        true => {
            let value = Once::from(value);
            quote!(let #name = #value;)
        }
        false if can_fail(&value) => {
            let mut tokens = value.into_iter().peekable();
            // A reference to what is made here would be unused.
            tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '&'));
            tokens.chain(quote!(;)).collect()
        }
        false => TokenStream::new(),
    }
}

/// What is left of a template whose value nobody wants: that it may fail.
pub fn discard(value: TokenStream) -> TokenStream {
    match can_fail(&value) {
        true => {
            let value = Once::from(value);
            quote!(drop(#value);)
        }
        false => TokenStream::new(),
    }
}

fn can_fail(value: &TokenStream) -> bool {
    value.clone().into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => can_fail(&group.stream()),
        _ => false,
    })
}

/// The effective input of a state.
pub struct Input {
    /// An expression that is or derefs to `&Value`.
    pub root: TokenStream,
    /// What that is a name for, unless it is the data.
    pub value: Option<TokenStream>,
}

impl Input {
    /// The statement that must stand before its readers.
    pub fn before(&self, readers: &TokenStream) -> TokenStream {
        let name = &self.root;
        let bind = |value| bind(name, value, mentions(readers, "input"));
        self.value.clone().map(bind).unwrap_or_default()
    }
}
