//! What both macros have in common: `pub mod order = ..` and the options after it.

use crate::literal;
use asl_codegen::diagnostic::{CompileError, Diagnostic, Level, Lint, Severity, and_more};
use asl_codegen::source::Source;
use asl_codegen::{Module, Options, TaskTypes, WorkflowType, nearest};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, LitStr, Token, Visibility, braced, parenthesized};

/// `pub mod order = `, and what follows it.
pub(crate) struct Declaration {
    pub(crate) module: Module,
    rest: TokenStream,
}

impl Parse for Declaration {
    fn parse(input: ParseStream) -> syn::Result<Declaration> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        if !input.peek(Token![mod]) {
            return Err(input.error("expected `mod`, a name and `=`, as in `pub mod order = ..`"));
        }
        input.parse::<Token![mod]>()?;
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Declaration {
            module: Module {
                attributes: attributes.iter().map(ToTokens::to_token_stream).collect(),
                visibility: visibility.into_token_stream(),
                name,
            },
            rest: input.parse()?,
        })
    }
}

impl Declaration {
    /// Reads the definition, whatever it is, and the options.
    pub(crate) fn read<T>(&self, definition: fn(ParseStream) -> syn::Result<T>) -> syn::Result<(T, Given)> {
        let parser = |input: ParseStream| {
            let definition = definition(input)?;
            let mut given = Given::default();
            given.options.module = self.module.clone();
            given.read(input)?;
            Ok((definition, given))
        };
        parser.parse2(self.rest.clone())
    }

    /// What the macro becomes where it fails: the errors in an otherwise empty module, which keeps recent compilers from
    /// reporting every name that is missing in it, or beside a module that has these names.
    pub(crate) fn failed(&self, failure: Failure) -> TokenStream {
        let Module {
            attributes,
            visibility,
            name,
        } = &self.module;
        let errors = failure.errors.into_compile_error();
        match failure.skeleton {
            Some(skeleton) => quote!(#errors #skeleton),
            None => quote!(#attributes #visibility mod #name { #errors }),
        }
    }
}

/// The options, and where their names stand.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) options: Options,
    /// Which types file, where not that beside the definition.
    pub(crate) types: Option<TypesFile>,
    substitutions: Vec<LitStr>,
}

/// What `types` says.
pub(crate) enum TypesFile {
    /// That of this path.
    Named(LitStr),
    /// None, whatever stands beside the definition.
    None,
}

/// Why a macro fails.
pub(crate) struct Failure {
    pub(crate) errors: syn::Error,
    pub(crate) skeleton: Option<TokenStream>,
}

impl From<syn::Error> for Failure {
    fn from(errors: syn::Error) -> Failure {
        Failure { errors, skeleton: None }
    }
}

impl Failure {
    /// One error for each diagnostic that is one, shown as `shown` says.
    pub(crate) fn of(error: &CompileError, shown: impl Fn(&Diagnostic) -> syn::Error) -> Failure {
        let is_error = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Error;
        let all = error.diagnostics().iter().filter(is_error).count();
        let (mut diagnostics, _) = error.diagnostics().shown();
        diagnostics.retain(is_error);
        let more = and_more(all - diagnostics.len()).map(|more| syn::Error::new(Span::call_site(), more));
        let errors = diagnostics.into_iter().map(shown).chain(more).reduce(|mut all, next| {
            all.combine(next);
            all
        });
        Failure {
            errors: errors.unwrap_or_else(|| syn::Error::new(Span::call_site(), "the definition does not compile")),
            skeleton: error.skeleton().cloned(),
        }
    }
}

const OPTIONS: [&str; 8] = [
    "type",
    "substitutions",
    "lints",
    "rename",
    "input",
    "output",
    "tasks",
    "types",
];

impl Given {
    fn read(&mut self, input: ParseStream) -> syn::Result<()> {
        let mut seen = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key = input.call(Ident::parse_any)?;
            if seen.contains(&key) {
                return Err(syn::Error::new(
                    key.span(),
                    format!("the option `{key}` is given twice"),
                ));
            }
            match key.to_string().as_str() {
                "type" => self.options.workflow_type = workflow_type(input)?,
                "substitutions" => self.substitutions(input)?,
                "lints" => lints(input, &mut self.options)?,
                "rename" => rename(input, &mut self.options)?,
                "input" => self.options.types.input = Some(rust_type(input)?),
                "output" => self.options.types.output = Some(rust_type(input)?),
                "tasks" => tasks(input, &mut self.options)?,
                "types" => self.types = Some(types(input)?),
                other => return Err(unknown(key.span(), "option", other, OPTIONS)),
            }
            seen.push(key);
        }
        Ok(())
    }

    fn substitutions(&mut self, input: ParseStream) -> syn::Result<()> {
        entries(input, |input| {
            let name: LitStr = input.parse()?;
            input.parse::<Token![=>]>()?;
            let value = literal::substitution(input)?;
            if self.options.substitutions.get(&name.value()).is_some() {
                return Err(twice(&name));
            }
            self.options.substitutions.insert(name.value(), value);
            self.substitutions.push(name);
            Ok(())
        })
    }

    /// Refuses substitutions that occur nowhere in the definition: the others would silently stay symbolic.
    pub(crate) fn are_used(&self, source: &Source) -> syn::Result<()> {
        let mut errors: Option<syn::Error> = None;
        for (name, near) in self.options.substitutions.unused(source) {
            let literal = self.substitutions.iter().find(|literal| literal.value() == name);
            let span = literal.map_or_else(Span::call_site, LitStr::span);
            let help = near.map_or_else(String::new, |near| format!("\nhelp: it has `${{{near}}}`"));
            let error = syn::Error::new(span, format!("the definition has no `${{{name}}}`{help}"));
            match &mut errors {
                Some(all) => all.combine(error),
                None => errors = Some(error),
            }
        }
        errors.map_or(Ok(()), Err)
    }
}

fn workflow_type(input: ParseStream) -> syn::Result<WorkflowType> {
    input.parse::<Token![:]>()?;
    let name: Ident = input.parse()?;
    match name.to_string().as_str() {
        "Standard" => Ok(WorkflowType::Standard),
        "Express" => Ok(WorkflowType::Express),
        other => Err(unknown(name.span(), "workflow type", other, ["Standard", "Express"])),
    }
}

fn lints(input: ParseStream, options: &mut Options) -> syn::Result<()> {
    let mut seen = Vec::new();
    entries(input, |input| {
        let name: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let level: Ident = input.parse()?;
        let lint = Lint::from_name(&name.to_string()).ok_or_else(|| {
            unknown(
                name.span(),
                "lint",
                &name.to_string(),
                Lint::ALL.iter().map(|lint| lint.as_str()),
            )
        })?;
        let level = Level::from_name(&level.to_string())
            .ok_or_else(|| unknown(level.span(), "level", &level.to_string(), ["allow", "warn", "deny"]))?;
        if seen.contains(&lint) {
            return Err(twice(&name));
        }
        seen.push(lint);
        options.levels.set(lint, level);
        Ok(())
    })
}

fn rename(input: ParseStream, options: &mut Options) -> syn::Result<()> {
    entries(input, |input| {
        let state: LitStr = input.parse()?;
        input.parse::<Token![=>]>()?;
        let name: Ident = input.parse()?;
        match options.renames.insert(state.value(), name.to_string()) {
            Some(_) => Err(twice(&state)),
            None => Ok(()),
        }
    })
}

/// `: "workflows/order.types.json"`, `: none`
fn types(input: ParseStream) -> syn::Result<TypesFile> {
    input.parse::<Token![:]>()?;
    if input.peek(LitStr) {
        return Ok(TypesFile::Named(input.parse()?));
    }
    let name: Ident = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), "expected the path of a types file, or `none`"))?;
    match name == "none" {
        true => Ok(TypesFile::None),
        false => Err(syn::Error::new(
            name.span(),
            "expected the path of a types file in double quotes, or `none`",
        )),
    }
}

/// `: crate::Order`
fn rust_type(input: ParseStream) -> syn::Result<TokenStream> {
    input.parse::<Token![:]>()?;
    Ok(input.parse::<syn::Type>()?.into_token_stream())
}

/// `{ charge_card(crate::Charge) -> crate::Payment, notify(crate::Note) }`
fn tasks(input: ParseStream, options: &mut Options) -> syn::Result<()> {
    entries(input, |input| {
        let name: Ident = input.parse()?;
        let taken;
        parenthesized!(taken in input);
        let mut types = TaskTypes::default();
        if !taken.is_empty() {
            types.input = Some(taken.parse::<syn::Type>()?.into_token_stream());
            if !taken.is_empty() {
                return Err(taken.error("a task takes one input"));
            }
        }
        if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            types.result = Some(input.parse::<syn::Type>()?.into_token_stream());
        }
        match options.types.tasks.insert(name.to_string(), types) {
            Some(_) => Err(twice(&name)),
            None => Ok(()),
        }
    })
}

/// `{ entry, entry, }`
fn entries(input: ParseStream, mut entry: impl FnMut(ParseStream) -> syn::Result<()>) -> syn::Result<()> {
    let content;
    braced!(content in input);
    while !content.is_empty() {
        entry(&content)?;
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn twice(name: &impl ToTokens) -> syn::Error {
    let text = name.to_token_stream();
    syn::Error::new_spanned(name, format!("`{text}` is given twice"))
}

/// An unknown name, with the one that was probably meant, or with all if they are few.
fn unknown<'a>(span: Span, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> syn::Error {
    let known: Vec<_> = known.into_iter().collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("\nhelp: one with a similar name exists: `{near}`"),
        None if known.len() < 6 => format!("\nhelp: known are `{}`", known.join("`, `")),
        None => String::new(),
    };
    syn::Error::new(span, format!("there is no {what} `{name}`{help}"))
}
