//! Lists the golden files, so that a new one needs no Rust.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../golden");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();

    let mut modules = String::new();
    let mut public = String::from("match name {\n");
    let mut private = String::from("match name {\n");
    for path in &files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        modules += &format!("include!({path:?});\n");
        public += &format!("{name:?} => Some(Box::pin(<{name}::Machine as Run<_>>::run_on(engine, tasks, input))),\n");
        private += &format!("{name:?} => drop(input().map(|input| golden::{name}::run(&tasks, input))),\n");
    }
    public += "_ => None,\n}\n";
    private += "_ => {}\n}\n";
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("modules.rs"), modules)?;
    fs::write(out.join("public.rs"), public)?;
    fs::write(out.join("private.rs"), private)?;
    let library = env::var("CARGO_PKG_NAME").unwrap_or_default().replace('-', "_");
    fs::write(out.join("library.rs"), format!("use {library} as compiled;\n"))
}
