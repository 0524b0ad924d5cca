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

/// The absolute path of a file that a literal names.
pub(crate) fn locate(literal: &LitStr, path: &str) -> syn::Result<PathBuf> {
    let calling_file = || literal.span().unwrap().local_file();
    absolute(path, calling_file).map_err(|message| syn::Error::new(literal.span(), message))
}

/// The absolute path of a file. Not everything that calls a macro is in a file: a compiler may read standard input, and an editor
/// has its own text.
fn absolute(path: &str, calling_file: impl Fn() -> Option<PathBuf>) -> Result<PathBuf, String> {
    let folder = if path.starts_with("./") || path.starts_with("../") {
        let file = calling_file().ok_or_else(|| {
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

#[cfg(test)]
mod tests {
    use super::absolute;
    use std::path::{Path, PathBuf};

    #[test]
    fn paths_are_relative_to_the_package_or_to_the_calling_file() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let nowhere = || None;
        let file = || Some(package.join("src/flows/mod.rs"));
        let in_package = package.join("flows/a.asl.json");
        assert_eq!(absolute("flows/a.asl.json", nowhere), Ok(in_package.clone()));
        assert_eq!(absolute("flows/a.asl.json", file), Ok(in_package));
        assert_eq!(absolute("./a.asl.json", file), Ok(package.join("src/flows/a.asl.json")));
        let above: PathBuf = ["src", "flows", "..", "a.asl.json"].iter().collect();
        assert_eq!(absolute("../a.asl.json", file), Ok(package.join(above)));
    }

    #[test]
    fn a_calling_file_that_is_not_told() {
        for path in ["./a.asl.json", "../a.asl.json"] {
            let error = absolute(path, || None).unwrap_err();
            let wanted = format!(
                "the compiler does not tell which file this stands in, so `{path}` cannot be found\n\
                 help: give the path relative to the folder of Cargo.toml, without `./` or `../` at its beginning"
            );
            assert_eq!(error, wanted);
        }
    }
}
