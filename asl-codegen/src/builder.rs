//! The front end for build scripts.

mod build;
mod error;
mod name;

pub use error::{BuildError, BuildFailure};

use crate::diagnostic::{CompileError, Level, Lint};
use crate::json::SubstitutionValue;
use crate::options::{Options, WorkflowType};
use build::Build;
use std::path::PathBuf;

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
/// A file whose name ends in `.yaml` or `.yml` is read as [YAML](crate::yaml).
///
/// A template of CloudFormation, SAM or Serverless (`stepFunctions:`) is read too, in YAML or JSON: the state machine in it, or of
/// several the one whose name stands behind the path, as in `.file("template.yaml#OrderMachine")`, which is written to
/// `order_machine.rs`. It is Express where the template says so. What `DefinitionSubstitutions` says is put in where no
/// [`substitution`](Builder::substitution) is given.
///
/// Paths are relative to the working directory, which for a build script is the folder of its package.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is compiled before `compile` is called"]
pub struct Builder {
    inputs: Vec<Input>,
    out_dir: Option<PathBuf>,
    check: bool,
    options: Options,
    types: Vec<(Typed, String)>,
    /// The one that was named, or none at all.
    types_file: Option<Option<PathBuf>>,
}

/// What a type was given for.
#[derive(Debug, Clone)]
enum Typed {
    Input,
    Output,
    TaskInput(String),
    TaskResult(String),
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

    /// Adds every definition that the pattern matches: `workflows/**/*.asl.json`. There must be one. A types file, whose name
    /// ends in `.types.json`, is no definition.
    ///
    /// Cargo compiles again when a file is added in the folder that the pattern begins with. A pattern that begins in the package's
    /// own folder, as `*.asl.json` does, notices new files in the folders there only, since builds write to that one too.
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

    /// Gives the Rust name of a state, or of the work that tasks ask for: `.rename("Cat?", "cat_question")`.
    pub fn rename(mut self, state: impl Into<String>, name: impl Into<String>) -> Builder {
        self.options.renames.insert(state.into(), name.into());
        self
    }

    /// Gives the Rust type of the machines' input: `.input("crate::Order")`. It is written as it is seen from the generated
    /// module.
    pub fn input(mut self, path: impl Into<String>) -> Builder {
        self.types.push((Typed::Input, path.into()));
        self
    }

    /// Gives the Rust type of the machines' output.
    pub fn output(mut self, path: impl Into<String>) -> Builder {
        self.types.push((Typed::Output, path.into()));
        self
    }

    /// Gives the Rust types of what a method of `Tasks` takes and gives:
    /// `.task("charge_card", "crate::Charge", "crate::Payment")`. `Value` is any JSON, and `_` for the input a
    /// struct that is made of what is known of it.
    pub fn task(mut self, method: impl Into<String>, input: impl Into<String>, result: impl Into<String>) -> Builder {
        let method = method.into();
        self.types.push((Typed::TaskInput(method.clone()), input.into()));
        self.types.push((Typed::TaskResult(method), result.into()));
        self
    }

    /// Names the types file of the definitions. Without this each has its own beside it, where there is one:
    /// `workflows/order.types.json` for `workflows/order.asl.json`. [`Types::file`](crate::Types::file) says what is in it.
    pub fn types_file(mut self, path: impl Into<PathBuf>) -> Builder {
        self.types_file = Some(Some(path.into()));
        self
    }

    /// Takes no types file, whatever stands beside a definition.
    pub fn no_types_file(mut self) -> Builder {
        self.types_file = Some(None);
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

#[cfg(test)]
mod tests;
