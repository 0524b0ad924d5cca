//! `asl!`: a definition written in place, as JSON that Rust has already cut into tokens.

use crate::declaration::{Declaration, Failure, Given, TypesFile};
use crate::include;
use crate::literal;
use asl_codegen::compile;
use asl_codegen::diagnostic::{Code, CompileError, Diagnostic};
use asl_codegen::json::MAX_DEPTH;
use asl_codegen::source::{self, Source};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::ops::Range;
use syn::LitStr;

/// The longest string that is shown again to mark a place in it.
const MAX_SHOWN: usize = 120;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let declaration: Declaration = match syn::parse2(input) {
        Ok(declaration) => declaration,
        Err(error) => return error.into_compile_error(),
    };
    let expanded = declaration
        .read(|input| input.parse::<Group>())
        .map_err(Failure::from)
        .and_then(|(definition, given)| inline(&definition, given));
    expanded.unwrap_or_else(|failure| declaration.failed(failure))
}

fn inline(definition: &Group, mut given: Given) -> Result<TokenStream, Failure> {
    let file = definition.span().unwrap().local_file();
    let path = file.map_or_else(
        || "asl!".to_owned(),
        |file| file.display().to_string().replace('\\', "/"),
    );
    let mut inline = Inline::default();
    inline.group(definition, 0);
    if let Some(wrong) = inline.wrong.take() {
        return Err(wrong.into());
    }
    let source = Source::new(path, inline.text.as_str());
    given.are_used(&source)?;
    let types = match &given.types {
        Some(TypesFile::Named(literal)) => Some(literal),
        Some(TypesFile::None) | None => None,
    };
    // What is wrong in the types file is shown at its path.
    let place = types.map_or_else(Span::call_site, LitStr::span);
    let in_types = |error: &CompileError, d: &Diagnostic| syn::Error::new(place, d.render_body(error.source()));
    let mut watched = None;
    if let Some(literal) = types {
        let file = include::types(literal)?;
        watched = Some(file.watched());
        let read = Source::from_bytes(file.shown, file.bytes);
        let read = read.map_err(|error| Failure::of(&error, |diagnostic| in_types(&error, diagnostic)))?;
        given.options.types.file = Some(read);
    }
    let failed = |error: CompileError| {
        Failure::of(&error, |diagnostic| match diagnostic.file {
            Some(_) => in_types(&error, diagnostic),
            None => inline.error(diagnostic),
        })
    };
    let tokens = compile(&source, &given.options).map_err(failed)?.tokens;
    Ok(quote!(#tokens #watched))
}

/// The definition as text, and where in the Rust file each part of it stands.
#[derive(Default)]
struct Inline {
    text: String,
    places: Vec<(Range<usize>, Span)>,
    wrong: Option<syn::Error>,
}

impl Inline {
    fn group(&mut self, group: &Group, depth: usize) {
        if depth > MAX_DEPTH {
            // The parser refuses it by what was read so far.
            return;
        }
        let (open, close) = match group.delimiter() {
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Parenthesis => ("(", ")"),
            // What a declarative macro puts around its fragments.
            Delimiter::None => ("", ""),
        };
        self.put(open, group.span_open());
        for token in group.stream() {
            match token {
                TokenTree::Group(group) => self.group(&group, depth + 1),
                TokenTree::Literal(literal) => match literal::json(&literal) {
                    Ok(text) => self.put(&text, literal.span()),
                    Err(error) => self.fail(error),
                },
                TokenTree::Ident(ident) => self.put(&ident.to_string(), ident.span()),
                TokenTree::Punct(punct) => self.put(&punct.to_string(), punct.span()),
            }
        }
        self.put(close, group.span_close());
    }

    fn put(&mut self, text: &str, span: Span) {
        // A sign belongs to its number; two other tokens must not become one.
        if !self.text.is_empty() && !self.text.ends_with('-') {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.places.push((start..self.text.len(), span));
    }

    fn fail(&mut self, error: syn::Error) {
        match &mut self.wrong {
            Some(all) => all.combine(error),
            None => self.wrong = Some(error),
        }
    }

    /// The error for a diagnostic, at its own tokens.
    fn error(&self, diagnostic: &Diagnostic) -> syn::Error {
        let (first, last) = self.tokens(diagnostic.span);
        // An error reaches from the first to the last of the tokens that it is given.
        let mut tokens = quote_spanned!(first=> x);
        tokens.extend(quote_spanned!(last=> x));
        syn::Error::new_spanned(tokens, self.message(diagnostic))
    }

    /// The first and the last token of a span; of one over several lines, the last in its first line.
    fn tokens(&self, span: source::Span) -> (Span, Span) {
        let from = self.places.partition_point(|(range, _)| range.end <= span.start);
        let from = from.min(self.places.len().saturating_sub(1));
        let inside = self.places[from..]
            .iter()
            .take_while(|(range, _)| range.start < span.end);
        let first = self.places.get(from).map_or_else(Span::call_site, |(_, span)| *span);
        let last = inside
            .map(|(_, span)| *span)
            .take_while(|span| span.start().line == first.start().line)
            .last();
        (first, last.unwrap_or(first))
    }

    /// The token that a span is a part of, and carets below that part: stable Rust has no spans inside a literal.
    fn inside(&self, span: source::Span) -> Option<(&str, String)> {
        let (token, _) = self
            .places
            .iter()
            .find(|(token, _)| token.start < span.start && span.end < token.end)?;
        let [string, before, marked] =
            [token.clone(), token.start..span.start, span.start..span.end].map(|range| self.text.get(range));
        let count = |text: Option<&str>| text.map_or(0, |text| text.chars().count());
        let carets = " ".repeat(count(before)) + &"^".repeat(count(marked).max(1));
        string
            .filter(|string| string.len() <= MAX_SHOWN)
            .map(|string| (string, carets))
    }

    /// The text of a diagnostic without the snippet, which the compiler draws itself.
    fn message(&self, diagnostic: &Diagnostic) -> String {
        let mut text = diagnostic.message.clone();
        if !diagnostic.label.is_empty() {
            text += &format!(": {}", diagnostic.label);
        }
        if let Some((string, carets)) = self.inside(diagnostic.span) {
            text += &format!("\nnote: in this string\n{string}\n{carets}");
        }
        for (span, label) in &diagnostic.related {
            let line = self.tokens(*span).0.start().line;
            text += &format!("\nnote: line {line}: {label}");
        }
        if let Code::Lint(lint) = diagnostic.code {
            text += &format!(
                "\nnote: this is the lint `{lint}`, {} by default",
                lint.default_level().as_str()
            );
        }
        if let Some(help) = &diagnostic.help {
            text += &format!("\nhelp: {help}");
        }
        text
    }
}
