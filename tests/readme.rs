//! What the README shows is so: its files make a package that runs, and its output is what the compiler says.

mod package;

use asl_codegen::source::Source;
use asl_codegen::{Builder, Options, compile};
use package::{Package, path_of};
use std::fs;
use std::path::Path;
use std::process::Output;

const README: &str = include_str!("../README.md");

/// The one block of code in this language that contains a text.
fn block(language: &str, with: &str) -> String {
    let blocks = README.split("\n```").skip(1).step_by(2);
    let mut found = blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    let block = found.find(|block| block.contains(with));
    block.unwrap_or_else(|| panic!("no block with {with}")).to_owned() + "\n"
}

fn definition() -> String {
    block("json", "StartAt")
}

/// The sections of the manifest, with this workspace's crates in place of the registry's.
fn manifest() -> String {
    ["dependencies", "build-dependencies", "dev-dependencies"]
        .map(|section| block("toml", &format!("[{section}]")))
        .concat()
        .replace("asl-runtime = \"0.1\"", "asl-runtime = { version = \"0.1\" }")
        .replace("asl-codegen = \"0.1\"", "asl-codegen = { version = \"0.1\" }")
        .replace(
            "asl-runtime = { version = \"0.1\"",
            &format!("asl-runtime = {{ {}", path_of("asl-runtime")),
        )
        .replace(
            "asl-codegen = { version = \"0.1\"",
            &format!("asl-codegen = {{ {}", path_of("asl-codegen")),
        )
}

fn succeeds(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn the_first_use_runs() {
    let package = Package::new("readme", &manifest());
    let (uses_macro, test) = (block("rust", "include_asl!"), block("rust", "#[cfg(test)]"));
    let include = block("rust", "OUT_DIR");
    let of_macro = uses_macro
        .lines()
        .find(|line| line.contains("include_asl!"))
        .expect("a line");
    package.write("workflows/greet.asl.json", &definition());
    package.write("build.rs", &block("rust", "Builder"));
    package.write("src/main.rs", &format!("{uses_macro}\n{test}"));
    package.write("src/bin/built.rs", &uses_macro.replace(of_macro, include.trim_end()));
    let tests = succeeds(&package.cargo(&["test"]));
    assert!(tests.contains("a_busy_greeter_is_asked_again ... ok"), "{tests}");
    for program in ["readme", "built"] {
        let output = succeeds(&package.cargo(&["run", "--bin", program]));
        assert!(!output.contains("warning"), "{output}");
    }
}

#[test]
fn this_is_what_is_generated() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-generated");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("greet.asl.json"), definition()).expect("a file");
    let builder = Builder::new().file(folder.join("greet.asl.json")).out_dir(&folder);
    builder.try_compile().expect("it compiles");
    let generated = fs::read_to_string(folder.join("greet.rs")).expect("the output");
    let shown = block("rust", "machine_flow");
    let indented: String = shown.lines().map(|line| format!("    {line}\n")).collect();
    assert!(
        generated.contains(&indented),
        "the README shows\n{shown}\nand this is generated:\n{generated}"
    );
}

#[test]
fn this_is_what_a_mistake_looks_like() {
    let wrong = definition().replacen("\"Next\": \"Polite?\"", "\"Next\": \"Polite\"", 1);
    let source = Source::new("workflows/greet.asl.json", wrong);
    let error = compile(&source, &Options::default()).expect_err("a mistake");
    assert_eq!(format!("{error}\n"), block("text", "does not exist"));
}
