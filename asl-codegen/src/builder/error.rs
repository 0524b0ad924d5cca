//! Why a build failed.

use super::CompileError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Everything that went wrong in a build.
///
/// `Display` and `Debug` both show it as text for people, so that an `.unwrap()` in a build script is readable.
pub struct BuildError(Vec<BuildFailure>);

/// One thing that went wrong in a build.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildFailure {
    /// A definition does not compile.
    Definition(CompileError),
    /// A definition cannot be read.
    Read {
        /// The definition.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// An output cannot be written.
    Write {
        /// The output.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A pattern is none.
    Glob {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        error: glob::PatternError,
    },
    /// No file matches a pattern.
    NoMatch(String),
    /// The file's name gives no name for a module.
    Name(PathBuf),
    /// Two definitions would be written to one file.
    SameName {
        /// The name of the output.
        file: String,
        /// The definitions.
        files: [PathBuf; 2],
    },
    /// The new name of a state is no name of a Rust function.
    Rename {
        /// The state.
        state: String,
        /// Its new name.
        name: String,
    },
    /// What was given for a Rust type is none.
    Type(String),
    /// The builder was told something about a name that no definition has.
    Unused {
        /// What, and which name.
        message: String,
        /// What was probably meant.
        help: Option<String>,
    },
    /// An output is not what the definition compiles to ([`Builder::check`](super::Builder::check)).
    Stale {
        /// The output.
        path: PathBuf,
        /// Whether there is none.
        missing: bool,
    },
    /// Neither is `OUT_DIR` set, as it is in a build script, nor was another folder given.
    NoOutDir,
    /// A definition compiled to what is no Rust: a mistake in this compiler.
    Internal {
        /// The definition.
        path: PathBuf,
        /// What is wrong with its output.
        error: syn::Error,
    },
}

impl BuildError {
    pub(super) fn new(failures: Vec<BuildFailure>) -> BuildError {
        BuildError(failures)
    }

    /// What went wrong, in the order in which it was found; at least one.
    pub fn failures(&self) -> &[BuildFailure] {
        &self.0
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, failure) in self.0.iter().enumerate() {
            let between = if n == 0 { "" } else { "\n\n" };
            write!(f, "{between}{failure}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for BuildError {}

impl fmt::Display for BuildFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildFailure::Definition(error) => write!(f, "{error}"),
            BuildFailure::Read { path, error } => write!(f, "error: cannot read `{}`: {error}", path.display()),
            BuildFailure::Write { path, error } => write!(f, "error: cannot write `{}`: {error}", path.display()),
            BuildFailure::Glob { pattern, error } => write!(f, "error: `{pattern}` is not a pattern: {error}"),
            BuildFailure::NoMatch(pattern) => write!(f, "error: no file matches `{pattern}`"),
            BuildFailure::Name(path) => write!(
                f,
                "error: `{}` gives no name for a module\nhelp: begin the file's name with a letter",
                path.display()
            ),
            BuildFailure::SameName { file, files: [a, b] } => write!(
                f,
                "error: `{}` and `{}` would both be written to `{file}`\nhelp: rename one, or use two builders with \
                 an `out_dir` each",
                a.display(),
                b.display()
            ),
            BuildFailure::Rename { state, name } => {
                write!(
                    f,
                    "error: the new name `{name}` of the state `{state}` is no name of a Rust function"
                )
            }
            BuildFailure::Type(text) => write!(f, "error: `{text}` is no Rust type"),
            BuildFailure::Unused { message, help } => {
                let help = help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
                write!(f, "error: {message}{help}")
            }
            BuildFailure::Stale { path, missing } => write!(
                f,
                "error: `{}` {}\nhelp: build again without `check`, and check the file in",
                path.display(),
                match missing {
                    true => "does not exist",
                    false => "is not what its definition compiles to",
                }
            ),
            BuildFailure::NoOutDir => f.write_str(
                "error: `OUT_DIR` is not set, as it would be in a build script\nhelp: give a folder with `out_dir`",
            ),
            BuildFailure::Internal { path, error } => write!(
                f,
                "error: `{}` compiled to what is no Rust: {error}\nhelp: this is a mistake in asl-codegen: please report it",
                path.display()
            ),
        }
    }
}
