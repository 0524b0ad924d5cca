//! What makes Cargo build a package again: a changed definition, and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const HELLO: &str = r#"{ "StartAt": "Hello", "States": { "Hello": { "Type": "Pass", "End": true } } }"#;
const BYE: &str = r#"{ "StartAt": "Bye", "States": { "Bye": { "Type": "Pass", "End": true } } }"#;

const MAIN: &str = r#"
asl_runtime::include_asl!(pub mod hello = "flows/hello.asl.json");
asl_runtime::include_asl!(pub mod beside = "./beside.asl.json");
include!(concat!(env!("OUT_DIR"), "/built.rs"));

fn main() {}
"#;

const BUILD: &str = r#"
fn main() {
    asl_codegen::Builder::new().glob("built/*.asl.json").compile();
}
"#;

/// A package that has one definition by the macro's path, one beside its source, and one from its build script.
struct Package {
    folder: PathBuf,
    target: PathBuf,
}

impl Package {
    fn new() -> Package {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let package = Package {
            folder: tmp.join("rebuild"),
            // What this workspace has built already need not be built again.
            target: tmp.join(".."),
        };
        let manifest = format!(
            "[package]\nname = \"rebuild\"\nedition = \"2021\"\n\n[workspace]\n\n\
             [dependencies]\nasl-runtime = {{ path = {:?} }}\n\n\
             [build-dependencies]\nasl-codegen = {{ path = {:?} }}\n",
            workspace.join("asl-runtime"),
            workspace.join("asl-codegen"),
        );
        package.write("Cargo.toml", &manifest);
        fs::copy(workspace.join("Cargo.lock"), package.folder.join("Cargo.lock")).expect("a lock file");
        package.write("build.rs", BUILD);
        package.write("src/main.rs", MAIN);
        package.write("flows/hello.asl.json", HELLO);
        package.write("flows/other.asl.json", HELLO);
        package.write("src/beside.asl.json", HELLO);
        package.write("built/built.asl.json", HELLO);
        let _ = fs::remove_file(package.folder.join("built/added.asl.json"));
        package
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Builds, and tells whether the package itself had to be compiled; an error is its text.
    fn build(&self) -> Result<bool, String> {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--message-format=json"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .output()
            .expect("cargo runs");
        let messages = String::from_utf8_lossy(&output.stdout);
        let messages = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let (mut compiled, mut errors) = (None, String::from_utf8_lossy(&output.stderr).into_owned());
        for message in messages {
            let own = message["target"]["name"] == "rebuild";
            match message["reason"].as_str() {
                Some("compiler-artifact") if own => compiled = Some(message["fresh"] == false),
                Some("compiler-message") => errors += message["message"]["rendered"].as_str().unwrap_or_default(),
                _ => {}
            }
        }
        match (output.status.success(), compiled) {
            (true, Some(compiled)) => Ok(compiled),
            _ => Err(errors),
        }
    }
}

#[test]
fn a_changed_definition_and_nothing_else() {
    let package = Package::new();
    package.build().expect("it builds");
    assert_eq!(package.build(), Ok(false), "nothing changed");

    package.write("flows/other.asl.json", BYE);
    package.write("notes.txt", "unrelated");
    assert_eq!(package.build(), Ok(false), "what changed is read by nobody");

    for file in ["flows/hello.asl.json", "src/beside.asl.json", "built/built.asl.json"] {
        package.write(file, BYE);
        assert_eq!(package.build(), Ok(true), "{file} changed");
        assert_eq!(package.build(), Ok(false), "nothing changed after {file}");
    }

    package.write("built/added.asl.json", HELLO);
    assert_eq!(package.build(), Ok(true), "a new file that the pattern matches");

    package.write("flows/hello.asl.json", "{");
    let error = package.build().expect_err("it does not build");
    assert!(error.contains(" --> flows/hello.asl.json:1:2"), "{error}");
    package.write("built/built.asl.json", "[");
    let error = package.build().expect_err("it does not build");
    assert!(error.contains(" --> built/built.asl.json:1:2"), "{error}");
    package.write("flows/hello.asl.json", HELLO);
    package.write("built/built.asl.json", HELLO);
    assert_eq!(package.build(), Ok(true), "it builds again");
}
