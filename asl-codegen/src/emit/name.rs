//! Rust names for what a definition names.

use std::collections::HashMap;
use unicode_ident::is_xid_continue;
use unicode_normalization::UnicodeNormalization;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::{GeneralSecurityProfile, is_potential_mixed_script_confusable_char, skeleton};

/// The names of a module, each given once.
#[derive(Debug, Default)]
pub struct Names {
    /// How often each name was asked for.
    taken: HashMap<String, usize>,
}

impl Names {
    /// Names, with these taken already.
    pub fn with(reserved: &[&str]) -> Names {
        Names {
            taken: reserved.iter().map(|name| ((*name).to_owned(), 1)).collect(),
        }
    }

    /// The names of all parts of one item: a part whose name can stay as it is keeps it, whatever comes before.
    pub fn claim_all<'t>(
        mut self,
        texts: impl Iterator<Item = &'t str> + Clone,
        name: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let is_kept = |text: &&str| name(text) == **text;
        for text in texts.clone().filter(is_kept) {
            self.claim(text);
        }
        let claim = |text: &str| match is_kept(&text) {
            true => text.to_owned(),
            false => self.claim(&name(text)).0,
        };
        texts.map(claim).collect()
    }

    /// This name, or the first free one of `name_2`, `name_3` and so on; and whether it was free.
    pub fn claim(&mut self, name: &str) -> (String, bool) {
        let mut count = self.taken.get(name).copied().unwrap_or(0) + 1;
        let mut claimed = name.to_owned();
        if count > 1 {
            loop {
                claimed = if name.starts_with(|c: char| c.is_uppercase() && c.is_ascii()) && !name.contains('_') {
                    format!("{name}{count}")
                } else {
                    format!("{}_{count}", name.trim_end_matches('_'))
                };
                if !self.taken.contains_key(&claimed) {
                    break;
                }
                count += 1;
            }
        }
        self.taken.insert(name.to_owned(), count);
        let was_free = claimed == name;
        self.taken.entry(claimed.clone()).or_insert(1);
        (claimed, was_free)
    }
}

/// Whether a name may stand for a function: an identifier, and no keyword.
pub fn is_function_name(name: &str) -> bool {
    name != "_" && name != "gen" && !name.starts_with("r#") && syn::parse_str::<syn::Ident>(name).is_ok()
}

/// `snake_case` of any text: words begin at capitals and after what is no letter or digit. Never empty, never a keyword.
pub fn snake(text: &str) -> String {
    escape(words(text))
}

/// The name of a local variable. Clippy finds that some say nothing, whatever they say in the document.
pub fn local(text: &str) -> String {
    let name = snake(text);
    match name.as_str() {
        "foo" | "baz" | "quux" => name + "_value",
        _ => name,
    }
}

/// `CamelCase` of any text.
pub fn camel(text: &str) -> String {
    let mut name = String::new();
    for word in words(text).split('_') {
        let mut chars = word.chars();
        name.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(chars.as_str());
    }
    let name = if name.starts_with(|c: char| c.is_alphabetic()) {
        name
    } else {
        format!("State{name}")
    };
    match name.as_str() {
        "Self" => "SelfState".to_owned(),
        // Several words of one letter look like an acronym, which are written as a word.
        acronym if acronym.len() > 2 && acronym.chars().all(|c| c.is_ascii_uppercase()) => {
            acronym[..1].to_owned() + &acronym[1..].to_lowercase()
        }
        _ => name,
    }
}

/// `SCREAMING_SNAKE_CASE` of a name in snake case, which is the name of a function: where upper case makes no difference,
/// something else has to.
pub fn screaming(snake: &str) -> String {
    // Some small letters have no capital, and the compiler wants none of them in a constant.
    let name: String = snake.trim_end_matches('_').to_uppercase();
    let name: String = name.chars().filter(|c| !c.is_lowercase()).collect();
    if name.chars().any(char::is_uppercase) {
        name
    } else {
        format!("{name}_POLICY")
    }
}

/// The words of a text with `_` between them.
fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 4);
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() && is_clear(word) {
            words.extend((!words.is_empty()).then_some('_'));
            words.push_str(word);
        }
        word.clear();
    };
    let chars: Vec<char> = match text.is_ascii() {
        true => text.chars().collect(),
        false => text.nfkc().collect(),
    };
    for (at, &c) in chars.iter().enumerate() {
        // `It's` is one word.
        if matches!(c, '\'' | '’') && !word.is_empty() {
            continue;
        }
        let Some(c) = usable(c) else {
            end(&mut word);
            continue;
        };
        let previous = at.checked_sub(1).map(|at| chars[at]);
        let next_is_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = c.is_uppercase()
            && previous.is_some_and(|p| p.is_lowercase() || p.is_numeric() || (p.is_uppercase() && next_is_lower));
        if begins {
            end(&mut word);
        }
        if c.is_ascii() {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        // Some capitals have no small letter, and the compiler wants none of them in the name of a function.
        word.extend(c.to_lowercase().nfc().filter_map(usable).filter(|c| !c.is_uppercase()));
    }
    end(&mut word);
    words
}

/// The character as rustc takes it in an identifier without a lint, or else the letter that it is made from; anything else
/// separates words.
fn usable(c: char) -> Option<char> {
    let is_usable = |c: &char| {
        c.is_ascii_alphanumeric()
            || (!c.is_ascii() && c.is_alphanumeric() && is_xid_continue(*c) && c.identifier_allowed())
    };
    Some(c)
        .filter(is_usable)
        .or_else(|| std::iter::once(c).nfkd().next().filter(is_usable))
}

/// Whether a word cannot be taken for another one in other letters, which rustc's lints `confusable_idents` and
/// `mixed_script_confusables` look for.
fn is_clear(word: &str) -> bool {
    if word.is_ascii() {
        return true;
    }
    let latin = AugmentedScriptSet::for_char('a');
    let is_confusable = |c: char| is_potential_mixed_script_confusable_char(c);
    let has_clear_letter = |script: AugmentedScriptSet| {
        script == latin
            || word
                .chars()
                .any(|c| AugmentedScriptSet::for_char(c) == script && !is_confusable(c))
    };
    !skeleton(word).all(|c| c.is_ascii()) && word.chars().map(AugmentedScriptSet::for_char).all(has_clear_letter)
}

fn escape(name: String) -> String {
    let name = match name.chars().next() {
        None => "state".to_owned(),
        Some(first) if first.is_numeric() => format!("state_{name}"),
        Some(_) => name,
    };
    // No keyword consists of several words.
    if name.is_ascii() && name.contains('_') {
        return name;
    }
    match syn::parse_str::<syn::Ident>(&name) {
        // A keyword since edition 2024, which syn takes for a name.
        Ok(_) if name == "gen" => "gen_".to_owned(),
        Ok(_) => name,
        // A keyword, or a first character that may only continue an identifier.
        Err(_) if syn::parse_str::<syn::Ident>(&format!("{name}_")).is_ok() => format!("{name}_"),
        Err(_) => format!("state_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_can_stay_as_it_is_stays() {
        let texts = ["Cents", "cents", "cents!", "type", "a-b", "a_b"];
        assert_eq!(
            Names::default().claim_all(texts.into_iter(), snake),
            ["cents_2", "cents", "cents_3", "type_", "a_b_2", "a_b"]
        );
        assert_eq!(
            Names::with(&["Self"]).claim_all(["open", "Open", "Self"].into_iter(), camel),
            ["Open2", "Open", "SelfState"]
        );
    }

    #[test]
    fn names_read_as_rust() {
        for (text, expected) in [
            ("Wait a bit", "wait_a_bit"),
            ("Ready?", "ready"),
            ("ChargeCard", "charge_card"),
            ("HTTPRequest", "http_request"),
            ("It's Bob’s", "its_bobs"),
            ("'quoted'", "quoted"),
            ("GetS3Object", "get_s3_object"),
            ("true", "true_"),
            ("return", "return_"),
            ("3 tries", "state_3_tries"),
            ("?", "state"),
            ("Größe prüfen", "größe_prüfen"),
            ("状態", "状態"),
            ("Привет", "привет"),
            // Letters that cannot be told from others, or that rustc finds unusual.
            ("сор", "state"),
            ("Ţară", "tară"),
            ("ﬃ ǅ", "ffi_dž"),
            ("カ", "state"),
            ("カメラ", "カメラ"),
            ("self", "self_"),
            ("_", "state"),
            ("gen", "gen_"),
        ] {
            assert_eq!(snake(text), expected, "{text:?}");
        }
        assert_eq!(camel("wait a bit"), "WaitABit");
        assert_eq!(camel("self"), "SelfState");
        assert_eq!(camel("A B C"), "Abc");
        assert_eq!(camel("A B"), "AB");
        assert_eq!(local("foo"), "foo_value");
        assert_eq!(local("Food"), "food");
        assert_eq!(screaming("true_"), "TRUE");
        assert_eq!(screaming("状態"), "状態_POLICY");
        assert_eq!(screaming("_1"), "_1_POLICY");
        assert_eq!(screaming("aĸ"), "A");
        assert_eq!(snake("\u{1D400}x"), "ax");
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = Names::with(&["run"]);
        let claims = ["cat", "cat", "cat_2", "run", "true_", "true_"].map(|name| names.claim(name).0);
        assert_eq!(claims, ["cat", "cat_2", "cat_2_2", "run_2", "true_", "true_2"]);
    }
}
