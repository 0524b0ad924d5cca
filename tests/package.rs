//! A package in a temporary folder, as a user would have it, built by Cargo.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// A package that depends on this workspace's crates.
pub struct Package {
    pub folder: PathBuf,
    target: PathBuf,
}

impl Package {
    /// One with this name, and with these sections of a manifest.
    pub fn new(name: &str, manifest: &str) -> Package {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let package = Package {
            folder: tmp.join(name),
            // What this workspace has built already need not be built again.
            target: tmp.join(".."),
        };
        let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2021\"\n\n[workspace]\n\n{manifest}");
        package.write("Cargo.toml", &manifest);
        let lock = workspace().join("Cargo.lock");
        fs::copy(lock, package.folder.join("Cargo.lock")).expect("a lock file");
        package
    }

    /// Writes a file into it.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Runs Cargo in it.
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .output()
            .expect("cargo runs")
    }
}

/// The folder of a crate of this workspace, as a manifest gives it.
pub fn path_of(name: &str) -> String {
    format!("path = {:?}", workspace().join(name))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
