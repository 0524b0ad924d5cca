//! `include_asl!`

use crate::declaration::{Declaration, Failure, Given, TypesFile};
use crate::file::{File, locate};
use asl_codegen::diagnostic::CompileError;
use asl_codegen::source::Source;
use asl_codegen::{compile, split_path, types_path};
use proc_macro2::TokenStream;
use quote::quote;
use std::path::Path;
use syn::LitStr;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let declaration: Declaration = match syn::parse2(input) {
        Ok(declaration) => declaration,
        Err(error) => return error.into_compile_error(),
    };
    let expanded = declaration
        .read(|input| input.parse::<LitStr>())
        .map_err(Failure::from)
        .and_then(|(path, given)| include(&path, given));
    expanded.unwrap_or_else(|failure| declaration.failed(failure))
}

fn include(literal: &LitStr, mut given: Given) -> Result<TokenStream, Failure> {
    let whole = literal.value();
    let mut shown = whole.as_str();
    let mut path = locate(literal, shown)?;
    let options = &mut given.options;
    if let (name, Some(resource)) = split_path(shown)
        && !path.is_file()
    {
        options.resource = Some(resource.to_owned());
        (shown, path) = (name, locate(literal, name)?);
    }
    let file = File::read(literal, shown, &path)?;
    let mut watched = vec![file.watched()];
    let types = match &given.types {
        Some(TypesFile::None) => None,
        Some(TypesFile::Named(literal)) => Some(types(literal)?),
        None => beside(literal, shown, &path, options.resource.as_deref())?,
    };
    // All at the path: each shows itself where in the file it is.
    let failed = |error: CompileError| {
        Failure::of(&error, |d| {
            syn::Error::new(literal.span(), d.render_body(error.source()))
        })
    };
    if let Some(types) = types {
        watched.push(types.watched());
        options.types.file = Some(Source::from_bytes(types.shown, types.bytes).map_err(failed)?);
    }
    let source = Source::from_bytes(file.shown, file.bytes).map_err(failed)?;
    given.are_used(&source)?;
    let tokens = compile(&source, &given.options).map_err(failed)?.tokens;
    // The compiler watches what is included, and so the definition.
    Ok(quote! {
        #tokens
        #(#watched)*
    })
}

/// The types file that was named.
pub(crate) fn types(literal: &LitStr) -> syn::Result<File> {
    let shown = literal.value();
    File::read(literal, &shown, &locate(literal, &shown)?)
}

/// The types file beside a definition, where there is one.
fn beside(literal: &LitStr, shown: &str, path: &Path, resource: Option<&str>) -> syn::Result<Option<File>> {
    let path = types_path(path, resource);
    if !path.is_file() {
        return Ok(None);
    }
    let shown = types_path(Path::new(shown), resource).display().to_string();
    File::read(literal, &shown.replace('\\', "/"), &path).map(Some)
}
