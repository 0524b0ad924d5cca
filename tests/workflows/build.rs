//! Compiles every distinct workflow to a module, and writes the table of them.

#[path = "../corpus.rs"]
mod corpus;

use asl_codegen::diagnostic::{Code, CompileError, Severity};
use asl_codegen::emit::name::{Names, snake};
use asl_codegen::json::Substitutions;
use asl_codegen::source::Source;
use asl_codegen::{Module, Options, compile, format};
use proc_macro2::{Ident, Span};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, error, fs, io};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-env-changed=ASL_CORPUS");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut names = Names::default();
    let mut seen = HashSet::new();
    let mut modules = String::new();
    let mut table =
        String::from("/// What became of each distinct definition, by path.\npub static WORKFLOWS: &[Workflow] = &[\n");
    for path in definitions()? {
        let text = fs::read_to_string(&path)?;
        let document: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        if document.get("States").is_none() || !seen.insert(document.to_string()) {
            continue;
        }
        let stem = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = stem.trim_end_matches(".json").trim_end_matches(".asl");
        let name = names.claim(&snake(stem)).0;
        let source = Source::new(path.file_name().unwrap_or_default().to_string_lossy(), text.clone());
        let outcome = match compiled(&name, &source) {
            Ok(module) => {
                let file = format!("{name}.rs");
                write(&out.join(&file), &(heavy(&name, &module)? + &module))?;
                writeln!(modules, "include!(concat!(env!(\"OUT_DIR\"), \"/{file}\"));")?;
                format!("machine!({name})")
            }
            Err(refusal) => refusal,
        };
        let path = path.display().to_string();
        writeln!(
            table,
            "Workflow {{ path: {path:?}, definition: {text:?}, outcome: {outcome} }},"
        )?;
    }
    table.push_str("];\n");
    Ok(write(&out.join("workflows.rs"), &(modules + &table))?)
}

/// The files that hold the workflows, by path.
fn definitions() -> io::Result<Vec<PathBuf>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut open = match corpus::folder("definitions/workflows") {
        Some(folder) => vec![folder],
        None => vec![project.join("examples"), project.join("tests/machines")],
    };
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(".asl.json") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The module of a workflow, or its entry in the table where it does not compile.
///
/// Its substitutions stay symbolic but for those whose values are asked for.
fn compiled(name: &str, source: &Source) -> Result<String, String> {
    let mut options = Options {
        module: Module::public(Ident::new(name, Span::call_site())),
        ..Options::default()
    };
    let mut result = compile(source, &options);
    if let Err(error) = &result {
        options.substitutions = wanted(source, error);
        result = compile(source, &options);
    }
    match result {
        Ok(compiled) => {
            format::items(compiled.tokens).map_err(|error| format!("Outcome::Refused({:?})", error.to_string()))
        }
        Err(error) => {
            let mut errors: Vec<_> = error.diagnostics().iter().collect();
            errors.retain(|found| found.severity == Severity::Error);
            Err(match errors.iter().all(|found| found.code == Code::Unsupported) {
                true => {
                    let reasons: BTreeSet<&str> = errors.iter().map(|found| found.message.as_str()).collect();
                    format!("Outcome::OutOfReach(&{:?})", Vec::from_iter(reasons))
                }
                false => format!("Outcome::Refused({:?})", error.to_string()),
            })
        }
    }
}

/// A value for each substitution that the compiler must know.
fn wanted(source: &Source, error: &CompileError) -> Substitutions {
    let texts = error
        .diagnostics()
        .iter()
        .filter(|found| found.code == Code::SubstitutionNeeded)
        .filter_map(|found| source.text().get(found.span.start..found.span.end));
    let names = texts.flat_map(|text| text.split("${").skip(1).filter_map(|rest| rest.split('}').next()));
    names.map(|name| (name, 1)).collect()
}

/// The work of a machine as the heaviest handler does it, whose futures are large.
fn heavy(name: &str, module: &str) -> syn::Result<String> {
    let mut text = format!("impl {name}::Tasks for Heavy {{\n");
    for item in syn::parse_file(module)?.items {
        let syn::Item::Mod(syn::ItemMod {
            content: Some((_, items)),
            ..
        }) = item
        else {
            continue;
        };
        for item in items {
            let syn::Item::Trait(tasks) = item else { continue };
            for item in tasks.items {
                let syn::TraitItem::Fn(work) = item else { continue };
                text += &format!(
                    "async fn {}(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {{ heavy(input).await }}\n",
                    work.sig.ident
                );
            }
        }
    }
    Ok(text + "}\n\n")
}

/// A file that is as it was is left alone, so that it is not compiled again.
fn write(path: &Path, text: &str) -> io::Result<()> {
    match fs::read_to_string(path) {
        Ok(old) if old == text => Ok(()),
        _ => fs::write(path, text),
    }
}
