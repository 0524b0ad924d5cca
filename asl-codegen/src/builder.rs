//! The front end for build scripts.

mod error;
mod name;

pub use error::{BuildError, BuildFailure};

use crate::diagnostic::{CompileError, Level, Lint, and_more};
use crate::emit::name::is_function_name;
use crate::json::{SubstitutionValue, Substitutions};
use crate::options::{Module, Options, WorkflowType};
use crate::source::Source;
use crate::{compile, format};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{env, fs, io};

/// Compiles definitions in a build script.
///
/// ```no_run
/// // build.rs
/// asl_codegen::Builder::new()
///     .glob("workflows/*.asl.json")
///     .substitution("ChargeArn", "arn:aws:lambda:eu-west-1:123456789012:function:charge")
///     .compile();
/// ```
///
/// Each definition becomes a file that is named after it: `workflows/order.asl.json` becomes `order.rs` in `OUT_DIR`.
/// It holds one module, the same that `include_asl!(pub mod order = ..)` gives, so it is included where that
/// macro would stand:
///
/// ```text
/// include!(concat!(env!("OUT_DIR"), "/order.rs"));
/// ```
///
/// Paths are relative to the working directory, which for a build script is the folder of its package.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is compiled before `compile` is called"]
pub struct Builder {
    inputs: Vec<Input>,
    out_dir: Option<PathBuf>,
    check: bool,
    options: Options,
}

#[derive(Debug, Clone)]
enum Input {
    File(PathBuf),
    Glob(String),
}

impl Builder {
    /// A builder of nothing yet, with default options.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Adds a definition.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Builder {
        self.inputs.push(Input::File(path.into()));
        self
    }

    /// Adds several definitions.
    pub fn files<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Builder {
        self.inputs
            .extend(paths.into_iter().map(|path| Input::File(path.into())));
        self
    }

    /// Adds every definition that the pattern matches: `workflows/**/*.asl.json`. There must be one.
    ///
    /// `*` stands for any part of one name, `**` for any folders, `?` for a character, `[a-c]` for one of several.
    pub fn glob(mut self, pattern: impl Into<String>) -> Builder {
        self.inputs.push(Input::Glob(pattern.into()));
        self
    }

    /// Writes to this folder instead of `OUT_DIR`, for output that is checked in. It is made where it does not exist.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.out_dir = Some(folder.into());
        self
    }

    /// Writes nothing, but fails where an output is missing or differs from what would be written.
    pub fn check(mut self, check: bool) -> Builder {
        self.check = check;
        self
    }

    /// Says which type of workflow the definitions are, Standard being the default.
    pub fn workflow_type(mut self, workflow_type: WorkflowType) -> Builder {
        self.options.workflow_type = workflow_type;
        self
    }

    /// Gives the value of `${name}`: a string, a number or a boolean.
    pub fn substitution(mut self, name: impl Into<String>, value: impl Into<SubstitutionValue>) -> Builder {
        self.options.substitutions.insert(name, value);
        self
    }

    /// Sets the level of a lint.
    pub fn lint(mut self, lint: Lint, level: Level) -> Builder {
        self.options.levels.set(lint, level);
        self
    }

    /// Gives the Rust name of a state: `.rename("Cat?", "cat_question")`.
    pub fn rename(mut self, state: impl Into<String>, name: impl Into<String>) -> Builder {
        self.options.renames.insert(state.into(), name.into());
        self
    }

    /// Compiles everything. Where that fails it prints the diagnostics of all definitions to standard error and ends
    /// the process with exit code 1, as a build script should.
    ///
    /// On standard output it tells Cargo which files it has read and, as `cargo::warning`, what the lints found.
    pub fn compile(&self) {
        if let Err(error) = self.try_compile() {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }

    /// The same as [`Builder::compile`], but answers what went wrong.
    ///
    /// # Errors
    /// With everything that is wrong in any definition, and with files that cannot be read or written. Nothing has
    /// been written then, unless writing itself failed.
    pub fn try_compile(&self) -> Result<(), BuildError> {
        let mut build = Build::default();
        let result = build.run(self);
        for line in build.cargo {
            println!("cargo::{line}");
        }
        result
    }
}

/// One call of [`Builder::compile`].
#[derive(Debug, Default)]
struct Build {
    /// Lines for Cargo, without their `cargo::`.
    cargo: Vec<String>,
    failures: Vec<BuildFailure>,
    /// Substitutions that were in none of the definitions so far.
    unused: Option<Unused>,
}

/// Names, each with the one that was probably meant.
type Unused = BTreeMap<String, Option<String>>;

impl Build {
    fn run(&mut self, builder: &Builder) -> Result<(), BuildError> {
        let mut options = builder.options.clone();
        // Reported once, and not for each definition.
        options.renames.retain(|state, name| {
            let is_name = is_function_name(name);
            if !is_name {
                let (state, name) = (state.clone(), name.clone());
                self.failures.push(BuildFailure::Rename { state, name });
            }
            is_name
        });
        let folder = builder
            .out_dir
            .clone()
            .or_else(|| env::var_os("OUT_DIR").map(PathBuf::from));
        if folder.is_none() {
            self.failures.push(BuildFailure::NoOutDir);
        }
        let inputs = self.inputs(builder);
        let mut outputs: BTreeMap<String, (PathBuf, Option<String>)> = BTreeMap::new();
        for input in inputs {
            let Some(name) = name::module(&input) else {
                self.failures.push(BuildFailure::Name(input));
                continue;
            };
            let file = format!("{}.rs", name.to_string().trim_start_matches("r#"));
            if let Some((other, _)) = outputs.get(&file) {
                let files = [other.clone(), input];
                self.failures.push(BuildFailure::SameName { file, files });
                continue;
            }
            let text = self.definition(&input, Module::public(name), &options);
            outputs.insert(file, (input, text));
        }
        let unused = self.unused.take().unwrap_or_default();
        self.cargo.extend(unused.into_iter().map(|(name, near)| {
            let help = near.map_or_else(String::new, |near| format!(" (`${{{near}}}` does)"));
            format!("warning=the substitution `${{{name}}}` occurs in no definition{help}")
        }));
        if let (Some(folder), true) = (folder, self.failures.is_empty()) {
            let texts = outputs
                .into_iter()
                .filter_map(|(file, (_, text))| Some((folder.join(file), text?)));
            for (path, text) in texts {
                self.output(path, &text, builder.check);
            }
        }
        if self.failures.is_empty() {
            return Ok(());
        }
        Err(BuildError::new(std::mem::take(&mut self.failures)))
    }

    /// The files to read, each once, in the order in which they were given.
    fn inputs(&mut self, builder: &Builder) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for input in &builder.inputs {
            let found = match input {
                Input::File(path) => vec![path.clone()],
                Input::Glob(pattern) => self.matches(pattern),
            };
            for file in found {
                if !files.contains(&file) {
                    self.cargo.push(format!("rerun-if-changed={}", file.display()));
                    files.push(file);
                }
            }
        }
        files
    }

    fn matches(&mut self, pattern: &str) -> Vec<PathBuf> {
        // A new file changes the folder, not the files that were there before.
        self.cargo
            .push(format!("rerun-if-changed={}", fixed_parent(pattern).display()));
        let paths = match glob::glob(pattern) {
            Ok(paths) => paths,
            Err(error) => {
                let pattern = pattern.to_owned();
                self.failures.push(BuildFailure::Glob { pattern, error });
                return Vec::new();
            }
        };
        let mut files = Vec::new();
        for path in paths {
            match path {
                Ok(path) if path.is_dir() => {}
                Ok(path) => files.push(path),
                Err(error) => {
                    let path = error.path().to_owned();
                    let error = error.into();
                    self.failures.push(BuildFailure::Read { path, error });
                }
            }
        }
        if files.is_empty() {
            self.failures.push(BuildFailure::NoMatch(pattern.to_owned()));
        }
        files
    }

    /// The Rust text of one definition.
    fn definition(&mut self, path: &Path, module: Module, options: &Options) -> Option<String> {
        let shown = path.display().to_string().replace('\\', "/");
        let options = Options {
            module,
            ..options.clone()
        };
        let source = match fs::read(path) {
            Ok(bytes) => Source::from_bytes(&shown, bytes),
            Err(error) => {
                let path = path.to_owned();
                self.failures.push(BuildFailure::Read { path, error });
                return None;
            }
        };
        if let Ok(source) = &source {
            self.unused(source, &options.substitutions);
        }
        let compiled = source.and_then(|source| Ok((compile(&source, &options)?, source)));
        let (compiled, source) = match compiled {
            Ok(compiled) => compiled,
            Err(error) => {
                self.failures.push(BuildFailure::Definition(error));
                return None;
            }
        };
        let (warnings, hidden) = compiled.warnings.shown();
        let warnings = warnings.into_iter().map(|warning| warning.one_line(&source));
        let more = and_more(hidden).map(|more| format!("{}: {more}", source.path()));
        self.cargo
            .extend(warnings.chain(more).map(|warning| format!("warning={warning}")));
        match format::file(compiled.tokens, &shown) {
            Ok(text) => Some(text),
            Err(error) => {
                let path = path.to_owned();
                self.failures.push(BuildFailure::Internal { path, error });
                None
            }
        }
    }

    /// Forgets the substitutions that this definition uses.
    fn unused(&mut self, source: &Source, given: &Substitutions) {
        let owned = |(name, near): (&str, Option<&str>)| (name.to_owned(), near.map(str::to_owned));
        let mut unused: Unused = given.unused(source).into_iter().map(owned).collect();
        if let Some(before) = &mut self.unused {
            unused.retain(|name, _| before.contains_key(name));
            for (name, near) in &mut unused {
                *near = near.take().or_else(|| before.remove(name).flatten());
            }
        }
        self.unused = Some(unused);
    }

    /// Writes an output, or looks whether it is there. One that is up to date keeps its time of change, so that
    /// nothing that depends on it is built again.
    fn output(&mut self, path: PathBuf, text: &str, check: bool) {
        let current = fs::read_to_string(&path);
        // Git may have checked the file out with other line ends.
        if current
            .as_ref()
            .is_ok_and(|current| current.replace("\r\n", "\n") == text)
        {
            if check {
                self.cargo.push(format!("rerun-if-changed={}", path.display()));
            }
            return;
        }
        if check {
            let missing = current.is_err();
            self.failures.push(BuildFailure::Stale { path, missing });
        } else if let Err(error) = write(&path, text) {
            self.failures.push(BuildFailure::Write { path, error });
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// The folder that a pattern's matches are all in: `workflows` for `workflows/*/order*.json`.
fn fixed_parent(pattern: &str) -> PathBuf {
    let special = |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let path = Path::new(pattern);
    let mut fixed: PathBuf = path.components().take_while(|part| !special(part)).collect();
    if fixed == path {
        fixed.pop();
    }
    if fixed.as_os_str().is_empty() {
        fixed.push(".");
    }
    fixed
}

#[cfg(test)]
mod tests;
