//! Compiles every distinct definition of the cases to a module, and writes the table of them.

#[path = "src/corpus.rs"]
mod corpus;

use asl_codegen::diagnostic::{Code, Level, Levels, Lint, Severity};
use asl_codegen::source::Source;
use asl_codegen::{Module, Options, WorkflowType, compile, format};
use proc_macro2::{Ident, Span};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, error, fs, io};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-env-changed=ASL_CORPUS");
    println!("cargo::rerun-if-changed={}", corpus::folder().display());
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut definitions = BTreeMap::new();
    for case in corpus::cases("execution")? {
        definitions.insert(corpus::key(&case), case);
    }
    let mut table = String::from(
        "/// The compiled definitions by their keys, in order.\npub static MACHINES: &[(&str, Compiled)] = &[\n",
    );
    let mut modules = String::new();
    for (key, case) in &definitions {
        let name = format!("m{key}");
        match compiled(&name, case) {
            Ok(text) => {
                let file = format!("{name}.rs");
                write(&out.join(&file), &text)?;
                writeln!(modules, "include!(concat!(env!(\"OUT_DIR\"), \"/{file}\"));")?;
                writeln!(table, "    (\"{key}\", machine!({name})),")?;
            }
            Err(refusal) => writeln!(table, "    (\"{key}\", {refusal}),")?,
        }
    }
    table.push_str("];\n");
    Ok(write(&out.join("machines.rs"), &(modules + &table))?)
}

/// The module of a definition, or its entry in the table where it does not compile.
fn compiled(name: &str, case: &serde_json::Value) -> Result<String, String> {
    // Some of what was recorded is certain to fail, and shows how.
    let mut levels = Levels::new();
    for &lint in Lint::ALL {
        levels.set(lint, Level::Allow);
    }
    let options = Options {
        module: Module::public(Ident::new(name, Span::call_site())),
        workflow_type: match case["type"].as_str() {
            Some("EXPRESS") => WorkflowType::Express,
            _ => WorkflowType::Standard,
        },
        levels,
        ..Options::default()
    };
    let title = case["name"].as_str().unwrap_or(name);
    let source = Source::new(title, corpus::definition(case));
    match compile(&source, &options) {
        Ok(compiled) => {
            format::items(compiled.tokens).map_err(|error| format!("Compiled::Refused({:?})", error.to_string()))
        }
        Err(error) => {
            let mut errors = error
                .diagnostics()
                .iter()
                .filter(|found| found.severity == Severity::Error);
            Err(match errors.all(|found| found.code == Code::Unsupported) {
                true => format!("Compiled::OutOfReach({:?})", error.to_string()),
                false => format!("Compiled::Refused({:?})", error.to_string()),
            })
        }
    }
}

/// A file that is as it was is left alone, so that it is not compiled again.
fn write(path: &Path, text: &str) -> io::Result<()> {
    match fs::read_to_string(path) {
        Ok(old) if old == text => Ok(()),
        _ => fs::write(path, text),
    }
}
