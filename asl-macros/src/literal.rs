//! Rust literals as JSON.

use asl_codegen::json::SubstitutionValue;
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Lit, Token};

/// The value of a substitution: a string, a number or a boolean.
pub(crate) fn substitution(input: ParseStream) -> syn::Result<SubstitutionValue> {
    let minus: Option<Token![-]> = input.parse()?;
    let literal: Lit = input.parse()?;
    let number = |digits: &str, suffix: &str, span: Span| {
        let text = format!("{}{digits}", if minus.is_some() { "-" } else { "" });
        let number = text.parse::<serde_json::Number>().ok().filter(|_| suffix.is_empty());
        number
            .map(SubstitutionValue::Number)
            .ok_or_else(|| syn::Error::new(span, "this is not a number of JSON"))
    };
    match literal {
        Lit::Int(literal) => number(literal.base10_digits(), literal.suffix(), literal.span()),
        Lit::Float(literal) => number(literal.base10_digits(), literal.suffix(), literal.span()),
        Lit::Str(literal) if minus.is_none() => Ok(SubstitutionValue::String(literal.value())),
        Lit::Bool(literal) if minus.is_none() => Ok(SubstitutionValue::Bool(literal.value)),
        other => Err(syn::Error::new_spanned(
            other,
            "expected a string, a number or a boolean",
        )),
    }
}

/// The JSON text of a literal in a definition that is written in place.
pub(crate) fn json(literal: &proc_macro2::Literal) -> syn::Result<String> {
    let written = literal.to_string();
    let wrong = |message: &str| Err(syn::Error::new(literal.span(), message));
    match Lit::new(literal.clone()) {
        Lit::Str(string) if !written.starts_with('"') => wrong(&format!(
            "JSON has no raw strings\nhelp: write {}",
            quoted(&string.value())
        )),
        Lit::Str(string) if !string.suffix().is_empty() => wrong("a string of JSON has no suffix"),
        Lit::Str(string) => Ok(quoted(&string.value())),
        Lit::Char(char) => wrong(&format!(
            "strings are written in double quotes\nhelp: write {}",
            quoted(&char.value().to_string())
        )),
        Lit::ByteStr(_) | Lit::CStr(_) | Lit::Byte(_) => wrong("JSON has no byte strings"),
        Lit::Int(number) => match plain_number(&written, number.base10_digits(), number.suffix()) {
            true => Ok(written),
            false => wrong(&format!(
                "this is not a number of JSON\nhelp: write {}",
                number.base10_digits()
            )),
        },
        Lit::Float(number) if written.ends_with('.') => wrong(&format!(
            "a digit is missing after the point\nhelp: write {}0",
            number.base10_digits()
        )),
        Lit::Float(number) => match plain_number(&written, number.base10_digits(), number.suffix()) {
            true => Ok(written),
            false => wrong("this is not a number of JSON"),
        },
        _ => wrong("this is no value of JSON"),
    }
}

/// Whether a number is written without what only Rust has: a base, underscores, a suffix.
fn plain_number(written: &str, digits: &str, suffix: &str) -> bool {
    suffix.is_empty() && !written.contains('_') && (written == digits || written.contains(['.', 'e', 'E']))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
