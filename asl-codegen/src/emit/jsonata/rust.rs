//! Pieces of Rust that stand for a value.

use crate::emit::expr::mentions;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

/// An expression in Rust.
#[derive(Debug, Clone)]
pub struct Rust {
    pub(super) tokens: TokenStream,
    pub(super) form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `Val`
    Val,
    /// `Result<Val>`
    Result,
    /// What converts to `Val`: a Rust literal.
    Literal,
    /// `bool`
    Bool,
    /// A variable that is a `Val`, and is read again.
    Local,
    /// The same of a variable that is a `&Val`.
    Reference,
}

impl Rust {
    pub(super) fn new(form: Form, tokens: TokenStream) -> Rust {
        Rust { tokens, form }
    }

    pub(super) fn val(tokens: TokenStream) -> Rust {
        Rust::new(Form::Val, tokens)
    }

    pub(super) fn result(tokens: TokenStream) -> Rust {
        Rust::new(Form::Result, tokens)
    }

    /// As an operand, which converts to `Val`.
    pub(super) fn operand(self) -> TokenStream {
        let tokens = self.tokens;
        match self.form {
            Form::Result => quote!(#tokens?),
            Form::Local => quote!(&#tokens),
            Form::Val | Form::Literal | Form::Bool | Form::Reference => tokens,
        }
    }

    /// As `Val`.
    pub fn into_val(self) -> TokenStream {
        let tokens = self.tokens;
        match self.form {
            Form::Val => tokens,
            Form::Result => quote!(#tokens?),
            Form::Literal | Form::Bool => quote!(jsonata::Val::from(#tokens)),
            Form::Local | Form::Reference => quote!(#tokens.clone()),
        }
    }

    /// As a member of an array of `Val`.
    pub(super) fn element(self) -> TokenStream {
        match self.form {
            // A method binds tighter than the sign of a negative number.
            Form::Literal if self.tokens.clone().into_iter().count() == 1 => {
                let tokens = self.tokens;
                quote!(#tokens.into())
            }
            _ => self.into_val(),
        }
    }

    /// As `&Val`.
    pub(super) fn reference(self) -> TokenStream {
        match self.form {
            Form::Reference => self.tokens,
            Form::Local => self.operand(),
            _ => {
                let value = self.into_val();
                quote!(&#value)
            }
        }
    }

    /// As what a method is called on that takes `&self`.
    pub(super) fn receiver(self) -> TokenStream {
        match self.form {
            Form::Local | Form::Reference => self.tokens,
            _ => self.into_val(),
        }
    }

    /// As `Result<Val>`.
    pub fn into_result(self) -> TokenStream {
        match self.form {
            Form::Result => self.tokens,
            _ => {
                let value = self.into_val();
                quote!(Ok(#value))
            }
        }
    }

    /// As a `Result` of what converts to `Val`.
    pub(super) fn into_answer(self) -> TokenStream {
        match self.form {
            Form::Bool | Form::Literal => {
                let tokens = self.tokens;
                quote!(Ok(#tokens))
            }
            _ => self.into_result(),
        }
    }

    /// Whether it counts as true, as `bool`.
    pub(super) fn truth(self) -> TokenStream {
        match self.form {
            Form::Bool => self.tokens,
            _ => {
                let value = self.receiver();
                quote!(#value.is_true()?)
            }
        }
    }

    /// With a method of `Val` that takes `self` and cannot fail.
    pub(super) fn method(self, method: TokenStream) -> Rust {
        let value = self.into_val();
        Rust::val(quote!(#value.#method))
    }
}

/// Nothing.
pub(super) fn undefined() -> Rust {
    Rust::val(quote!(jsonata::Val::Undefined))
}

/// A closure over the context value `item`, which it may not need.
pub(super) fn closure(body: TokenStream) -> TokenStream {
    match mentions(&body, "item") {
        true => quote!(|item| #body),
        false => quote!(|_| #body),
    }
}

/// A name for what may not be needed.
pub(super) fn used(name: &Ident, body: &TokenStream) -> TokenStream {
    match mentions(body, &name.to_string()) {
        true => quote!(#name),
        false => quote!(_),
    }
}

/// A number as an `i32` or an `f64`.
pub(super) fn number(number: f64) -> Rust {
    let literal = match number == number.trunc() && number.abs() <= f64::from(i32::MAX) {
        true => Literal::i32_unsuffixed(number.abs() as i32),
        false => Literal::f64_unsuffixed(number.abs()),
    };
    let tokens = match number < 0.0 {
        true => quote!(-#literal),
        false => quote!(#literal),
    };
    Rust::new(Form::Literal, tokens)
}
