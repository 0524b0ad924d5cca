//! `include_asl!`

use crate::declaration::{Declaration, Failure, Given};
use asl_codegen::diagnostic::CompileError;
use asl_codegen::source::Source;
use asl_codegen::{compile, nearest, split_path};
use proc_macro2::TokenStream;
use quote::quote;
use std::path::{Path, PathBuf};
use std::{env, fs};
use syn::LitStr;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let declaration: Declaration = match syn::parse2(input) {
        Ok(declaration) => declaration,
        Err(error) => return error.into_compile_error(),
    };
    let expanded = declaration
        .read(|input| input.parse::<LitStr>())
        .map_err(Failure::from)
        .and_then(|(path, given)| include(&path, &given));
    expanded.unwrap_or_else(|failure| declaration.failed(failure))
}

fn include(path: &LitStr, given: &Given) -> Result<TokenStream, Failure> {
    let wrong = |message: String| syn::Error::new(path.span(), message);
    let whole = path.value();
    let mut shown = whole.as_str();
    let mut file = locate(path, shown).map_err(wrong)?;
    let mut options = given.options.clone();
    if let (name, Some(resource)) = split_path(shown)
        && !file.is_file()
    {
        options.resource = Some(resource.to_owned());
        (shown, file) = (name, locate(path, name).map_err(wrong)?);
    }
    let bytes = fs::read(&file).map_err(|error| {
        let help = similar(&file).unwrap_or_default();
        wrong(format!(
            "cannot read `{shown}`: {error}\nnote: it was looked for at `{}`{help}",
            file.display()
        ))
    })?;
    let file = file
        .to_str()
        .ok_or_else(|| wrong(format!("the path `{}` is not UTF-8", file.display())))?;
    // All at the path: each shows itself where in the file it is.
    let failed = |error: CompileError| Failure::of(&error, |d| wrong(d.render_body(error.source())));
    let source = Source::from_bytes(shown, bytes).map_err(failed)?;
    given.are_used(&source)?;
    let tokens = compile(&source, &options).map_err(failed)?.tokens;
    // The compiler watches what is included, and so the definition.
    Ok(quote! {
        #tokens
        const _: &[u8] = ::core::include_bytes!(#file);
    })
}

/// The absolute path of the definition.
fn locate(literal: &LitStr, path: &str) -> Result<PathBuf, String> {
    let folder = if path.starts_with("./") || path.starts_with("../") {
        let file = literal.span().unwrap().local_file().ok_or_else(|| {
            format!(
                "the compiler does not tell which file this stands in, so `{path}` cannot be found\n\
                 help: give the path relative to the folder of Cargo.toml, without `./` or `../` at its beginning"
            )
        })?;
        file.parent().map(Path::to_owned).unwrap_or_default()
    } else {
        env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
    };
    let file = folder.join(path);
    std::path::absolute(&file).map_err(|error| format!("cannot find `{path}`: {error}"))
}

/// The file that was probably meant, as help.
fn similar(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let entries = fs::read_dir(file.parent()?).ok()?;
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(format!("\nhelp: a file with a similar name exists: `{near}`"))
}
