//! Enums whose variants are named after states.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// An enum with its attributes, and its variants with theirs.
pub fn state_enum<'v>(
    attributes: &TokenStream,
    name: &Ident,
    variants: impl Iterator<Item = (TokenStream, &'v Ident)>,
) -> TokenStream {
    let (docs, variants): (Vec<_>, Vec<_>) = variants.unzip();
    let allow = have_much_in_common(&name.to_string(), &variants)
        .then(|| quote!(#[allow(clippy::enum_variant_names, reason = "named after the states")]));
    quote! {
        #attributes
        #allow
        enum #name { #(#docs #variants),* }
    }
}

/// Whether clippy would have the variants without their first or last word. States keep their whole names: who looks for
/// one in the module finds it everywhere.
fn have_much_in_common(name: &str, variants: &[impl ToString]) -> bool {
    let variants: Vec<String> = variants.iter().map(ToString::to_string).collect();
    let repeats = |variant: &String| variant.starts_with(name) || variant.ends_with(name);
    let is_shared = |word: fn(&str) -> &str| variants.windows(2).all(|pair| word(&pair[0]) == word(&pair[1]));
    variants.iter().any(repeats) || variants.len() >= 3 && (is_shared(first_word) || is_shared(last_word))
}

fn first_word(name: &str) -> &str {
    let end = name.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
    &name[..end.map_or(name.len(), |(at, _)| at)]
}

fn last_word(name: &str) -> &str {
    &name[name.rfind(char::is_uppercase).unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::have_much_in_common;

    #[test]
    fn clippy_looks_at_common_words() {
        assert!(have_much_in_common("ToNext", &["SqsBilling", "SqsOther", "Sqs"]));
        assert!(have_much_in_common("ToNext", &["FirstEvent", "LastEvent", "NoEvent"]));
        assert!(have_much_in_common("ToNext", &["ToNext", "Other"]));
        assert!(!have_much_in_common("ToNext", &["SqsBilling", "SqsOther"]));
        assert!(!have_much_in_common("ToNext", &["Send", "SeeTo", "SettleTo"]));
    }
}
