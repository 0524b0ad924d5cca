//! What a builder does: files in, files out, lines for Cargo.

use super::{BuildError, BuildFailure, Builder, Input, Typed, name};
use crate::diagnostic::{Code, Diagnostics, Level, Lint, and_more};
use crate::emit::name::is_function_name;
use crate::options::{Module, Options, TYPES_ENDING, split_path, types_path};
use crate::source::Source;
use crate::{compile, format};
use quote::ToTokens;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{env, fs, io};

/// The lints of names that the options have and a definition has not.
const UNUSED: [Lint; 2] = [Lint::UnknownRename, Lint::UnknownTask];

/// One call of [`Builder::compile`].
#[derive(Debug, Default)]
pub(super) struct Build {
    /// Lines for Cargo, without their `cargo::`.
    pub(super) cargo: Vec<String>,
    failures: Vec<BuildFailure>,
    /// What matters if it is so in every definition; none before the first definition.
    everywhere: Option<BTreeMap<String, Unused>>,
}

/// Something that the options name and a definition does not have.
#[derive(Debug)]
struct Unused {
    /// The lint that it is a finding of, if it is one.
    lint: Option<Lint>,
    /// What was probably meant.
    help: Option<String>,
}

impl Build {
    pub(super) fn run(&mut self, builder: &Builder) -> Result<(), BuildError> {
        let mut options = builder.options.clone();
        // A name may belong to another definition, so that it is judged after the last one.
        for lint in UNUSED {
            if options.levels.level(lint) == Level::Deny {
                options.levels.set(lint, Level::Warn);
            }
        }
        // Reported once, and not for each definition.
        options.renames.retain(|state, name| {
            let is_name = is_function_name(name);
            if !is_name {
                let (state, name) = (state.clone(), name.clone());
                self.failures.push(BuildFailure::Rename { state, name });
            }
            is_name
        });
        self.types(builder, &mut options);
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
            let (_, resource) = parts(&input);
            let Some(name) = name::module(resource.map_or(&input, Path::new)) else {
                self.failures.push(BuildFailure::Name(input));
                continue;
            };
            let file = format!("{}.rs", name.to_string().trim_start_matches("r#"));
            if let Some((other, _)) = outputs.get(&file) {
                let files = [other.clone(), input];
                self.failures.push(BuildFailure::SameName { file, files });
                continue;
            }
            let types = self.types_file(&input, builder);
            let text = self.definition(&input, types, Module::public(name), &options);
            outputs.insert(file, (input, text));
        }
        // A definition that does not compile may be the one that has it.
        if self.failures.is_empty() {
            self.unused(&builder.options);
        }
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

    /// Reads the Rust types.
    fn types(&mut self, builder: &Builder, options: &mut Options) {
        for (typed, text) in &builder.types {
            let tokens = match syn::parse_str::<syn::Type>(text) {
                Ok(tokens) => tokens.into_token_stream(),
                Err(_) => {
                    self.failures.push(BuildFailure::Type(text.clone()));
                    continue;
                }
            };
            let types = &mut options.types;
            *match typed {
                Typed::Input => &mut types.input,
                Typed::Output => &mut types.output,
                Typed::TaskInput(method) => &mut types.tasks.entry(method.clone()).or_default().input,
                Typed::TaskResult(method) => &mut types.tasks.entry(method.clone()).or_default().result,
            } = Some(tokens);
        }
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
                // `./a.json` is `a.json`.
                let file: PathBuf = file.components().filter(|part| *part != Component::CurDir).collect();
                if !files.contains(&file) {
                    self.cargo
                        .push(format!("rerun-if-changed={}", parts(&file).0.display()));
                    files.push(file);
                }
            }
        }
        files
    }

    fn matches(&mut self, pattern: &str) -> Vec<PathBuf> {
        // A new file changes the folder, not the files that were there before.
        let out_dir = env::var_os("OUT_DIR").map(PathBuf::from);
        let watched = watched(fixed_parent(pattern), out_dir.as_deref());
        let lines = watched
            .iter()
            .map(|path| format!("rerun-if-changed={}", path.display()));
        self.cargo.extend(lines);
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
                Ok(path) if path.is_dir() || path.to_string_lossy().ends_with(TYPES_ENDING) => {}
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

    /// The types file of a definition, which was named or stands beside it.
    fn types_file(&mut self, definition: &Path, builder: &Builder) -> Option<Source> {
        let (path, resource) = parts(definition);
        let path = match &builder.types_file {
            Some(named) => named.clone()?,
            None => Some(types_path(path, resource)).filter(|path| path.is_file())?,
        };
        let line = format!("rerun-if-changed={}", path.display());
        if !self.cargo.contains(&line) {
            self.cargo.push(line);
        }
        self.source(&path)
    }

    fn source(&mut self, path: &Path) -> Option<Source> {
        let shown = path.display().to_string().replace('\\', "/");
        let source = match fs::read(path) {
            Ok(bytes) => Source::from_bytes(&shown, bytes).map_err(BuildFailure::Definition),
            Err(error) => {
                let path = path.to_owned();
                Err(BuildFailure::Read { path, error })
            }
        };
        source.map_err(|failure| self.failures.push(failure)).ok()
    }

    /// The Rust text of one definition.
    fn definition(&mut self, path: &Path, types: Option<Source>, module: Module, options: &Options) -> Option<String> {
        let (path, resource) = parts(path);
        let mut options = Options {
            module,
            resource: resource.map(str::to_owned),
            ..options.clone()
        };
        options.types.file = types;
        let source = self.source(path)?;
        let compiled = match compile(&source, &options) {
            Ok(compiled) => compiled,
            Err(error) => {
                self.failures.push(BuildFailure::Definition(error));
                return None;
            }
        };
        self.warn(&compiled.warnings, &source, &options);
        match format::file(compiled.tokens, source.path()) {
            Ok(text) => Some(text),
            Err(error) => {
                let path = path.to_owned();
                self.failures.push(BuildFailure::Internal { path, error });
                None
            }
        }
    }

    /// Tells what the lints found. What the options name and a definition lacks may belong to another one.
    fn warn(&mut self, warnings: &Diagnostics, source: &Source, options: &Options) {
        let unused = options.substitutions.unused(source).into_iter().map(|(name, near)| {
            let message = format!("the substitution `${{{name}}}` occurs in no definition");
            let help = near.map(|near| format!("`${{{near}}}` does"));
            (message, Unused { lint: None, help })
        });
        let mut here: BTreeMap<String, Unused> = unused.collect();
        let (shown, hidden) = warnings.shown();
        for warning in shown {
            if let Some(lint) = UNUSED.into_iter().find(|lint| warning.code == Code::Lint(*lint)) {
                let unused = Unused {
                    lint: Some(lint),
                    help: warning.help.clone(),
                };
                here.insert(warning.message.clone(), unused);
            } else {
                self.cargo.push(format!("warning={}", warning.one_line(source)));
            }
        }
        let more = and_more(hidden).map(|more| format!("warning={}: {more}", source.path()));
        self.cargo.extend(more);
        self.everywhere = Some(match self.everywhere.take() {
            None => here,
            Some(mut before) => {
                before.retain(|message, unused| match here.remove(message) {
                    Some(again) => {
                        unused.help = unused.help.take().or(again.help);
                        true
                    }
                    None => false,
                });
                before
            }
        });
    }

    /// Reports what the options name and no definition has.
    fn unused(&mut self, options: &Options) {
        for (message, Unused { lint, help }) in self.everywhere.take().unwrap_or_default() {
            match lint.map_or(Level::Warn, |lint| options.levels.level(lint)) {
                Level::Allow => {}
                Level::Warn => {
                    let help = help.map_or_else(String::new, |help| format!(" ({help})"));
                    self.cargo.push(format!("warning={message}{help}"));
                }
                Level::Deny => self.failures.push(BuildFailure::Unused { message, help }),
            }
        }
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

/// The file, and the name of the resource in it that is asked for.
fn parts(path: &Path) -> (&Path, Option<&str>) {
    match path.to_str().map(split_path) {
        Some((file, Some(name))) if !path.is_file() => (Path::new(file), Some(name)),
        _ => (path, None),
    }
}

pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// What to watch for new files in a folder. Of one that builds write to, as the package's own does, only the folders in it that
/// they do not: each build would be the reason for the next one.
pub(super) fn watched(folder: PathBuf, out_dir: Option<&Path>) -> Vec<PathBuf> {
    // `target` may be a link, and the way to the package too.
    let lies_in = |inner: io::Result<PathBuf>, outer: io::Result<PathBuf>| {
        inner
            .ok()
            .zip(outer.ok())
            .is_some_and(|(inner, outer)| inner.starts_with(outer))
    };
    let is_written_to = |folder: &Path| {
        out_dir.is_some_and(|out_dir| {
            lies_in(out_dir.canonicalize(), folder.canonicalize())
                || lies_in(std::path::absolute(out_dir), std::path::absolute(folder))
        })
    };
    if !is_written_to(&folder) {
        return vec![folder];
    }
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && !is_written_to(path))
        .filter(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with('.'))
        .collect();
    folders.sort();
    folders
}

/// The folder that a pattern's matches are all in: `workflows` for `workflows/*/order*.json`.
pub(super) fn fixed_parent(pattern: &str) -> PathBuf {
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
