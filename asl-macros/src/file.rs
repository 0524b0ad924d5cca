//! Files that the macros read.

use asl_codegen::nearest;
use proc_macro2::TokenStream;
use quote::quote;
use std::path::{Path, PathBuf};
use std::{env, fs};
use syn::LitStr;

/// A file that was read, which the compiler is to watch.
pub(crate) struct File {
    /// As it is shown.
    pub(crate) shown: String,
    /// Where it is.
    path: String,
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// Reads the file of a path that a literal names.
    pub(crate) fn read(literal: &LitStr, shown: &str, path: &Path) -> syn::Result<File> {
        let wrong = |message: String| syn::Error::new(literal.span(), message);
        let bytes = fs::read(path).map_err(|error| {
            let help = similar(path).unwrap_or_default();
            wrong(format!(
                "cannot read `{shown}`: {error}\nnote: it was looked for at `{}`{help}",
                path.display()
            ))
        })?;
        let name = path.to_str();
        Ok(File {
            shown: shown.to_owned(),
            path: name
                .ok_or_else(|| wrong(format!("the path `{}` is not UTF-8", path.display())))?
                .to_owned(),
            bytes,
        })
    }

    /// What makes the compiler watch it.
    pub(crate) fn watched(&self) -> TokenStream {
        let path = &self.path;
        quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )
    }
}

/// The absolute path of a file.
pub(crate) fn locate(literal: &LitStr, path: &str) -> syn::Result<PathBuf> {
    let wrong = |message: String| syn::Error::new(literal.span(), message);
    let folder = if path.starts_with("./") || path.starts_with("../") {
        let file = literal.span().unwrap().local_file().ok_or_else(|| {
            wrong(format!(
                "the compiler does not tell which file this stands in, so `{path}` cannot be found\n\
                 help: give the path relative to the folder of Cargo.toml, without `./` or `../` at its beginning"
            ))
        })?;
        file.parent().map(Path::to_owned).unwrap_or_default()
    } else {
        env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
    };
    let file = folder.join(path);
    std::path::absolute(&file).map_err(|error| wrong(format!("cannot find `{path}`: {error}")))
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
