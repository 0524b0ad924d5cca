//! Comments of the document as Rust documentation.

use proc_macro2::TokenStream;
use quote::quote;

/// A doc comment with these paragraphs. They are Markdown; what comes from a document goes through [`prose`] first.
pub fn doc(paragraphs: &[String]) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(paragraph.lines().map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            }
        }));
    }
    quote!(#(#[doc = #lines])*)
}

/// Text of a document as Markdown that shows just that text: no code block that would become a doc-test, no link, no HTML.
pub fn prose(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut escaped = String::new();
        for c in line.trim().chars() {
            if is_invisible(c) {
                continue;
            }
            if matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' | '+' | '=' | ':'
            ) {
                // A colon only matters in a URL, which rustdoc would have as a link.
                if c != ':' || line.contains("://") {
                    escaped.push('\\');
                }
            }
            escaped.push(c);
        }
        if escaped.starts_with('-') || escaped.starts_with(|c: char| c.is_ascii_digit()) && is_list(&escaped) {
            escaped.insert(
                if escaped.starts_with('-') {
                    0
                } else {
                    escaped.find(['.', ')']).unwrap_or(0)
                },
                '\\',
            );
        }
        lines.push(escaped);
    }
    lines.join("\n").trim().to_owned()
}

/// Whether Markdown would take the line for an item of an ordered list.
fn is_list(line: &str) -> bool {
    line.trim_start_matches(|c: char| c.is_ascii_digit())
        .starts_with(['.', ')'])
}

/// A name of the document in backquotes.
pub fn code(name: &str) -> String {
    let shown: String = name
        .chars()
        .map(|c| if c == '`' { '\'' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    format!("`{shown}`")
}

/// Whether a character shows nothing but does something to its surroundings: rustc and clippy refuse some of these even in
/// comments.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        )
}
