//! The module that a definition's file gives its name to.

use proc_macro2::{Ident, Span};
use std::path::Path;

/// `order_fulfilment` for `workflows/OrderFulfilment.asl.json`: the file's name up to its first dot, in snake case.
pub(super) fn module(path: &Path) -> Option<Ident> {
    let name = path.file_name()?.to_str()?;
    let name = snake_case(name.split('.').next()?);
    if let Ok(name) = syn::parse_str(&name) {
        return Some(name);
    }
    let escaped = match &*name {
        "self" | "super" | "crate" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ => syn::parse_str(&format!("r#{name}")).ok()?,
    };
    Some(escaped)
}

fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (n, &c) in chars.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chars[n]);
        let begins_word = c.is_uppercase() && before.is_some_and(|b| b.is_lowercase() || b.is_numeric())
            || c.is_uppercase() && chars.get(n + 1).is_some_and(|next| next.is_lowercase());
        if (begins_word || !c.is_alphanumeric()) && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if c.is_alphanumeric() {
            snake.extend(c.to_lowercase());
        }
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_modules() {
        let name = |path: &str| module(Path::new(path)).map(|name| name.to_string());
        assert_eq!(name("workflows/order.asl.json").as_deref(), Some("order"));
        assert_eq!(name("OrderFulfilment.json").as_deref(), Some("order_fulfilment"));
        assert_eq!(name("order-fulfilment v2.asl").as_deref(), Some("order_fulfilment_v2"));
        assert_eq!(name("HTTPServer2Go.json").as_deref(), Some("http_server2_go"));
        assert_eq!(name("größe").as_deref(), Some("größe"));
        assert_eq!(name("match.json").as_deref(), Some("r#match"));
        assert_eq!(name("crate.json").as_deref(), Some("crate_"));
        assert_eq!(name("2nd.json"), None);
        assert_eq!(name(".json"), None);
        assert_eq!(name("a/.."), None);
    }
}
