//! What a state costs to compile: the code generator's time, and that of `cargo check` for what it generates.

use asl_benches::compare::cpu_time;
use asl_benches::synthetic::definition;
use asl_codegen::source::Source;
use asl_codegen::{Options, compile, format};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

const STATES: [usize; 3] = [10, 100, 500];

fn main() -> Result<(), Box<dyn Error>> {
    println!("code generation: CPU time until there are tokens, the least of several runs");
    for states in STATES {
        let source = source(states);
        let time = least(5_000 / states, || {
            let start = cpu_time();
            let compiled = compile(&source, &options())?;
            let time = cpu_time() - start;
            drop(compiled);
            Ok(time)
        })?;
        println!(
            "{states:>5} states {time:>12.1?} {:>8.1?} a state (target 50 µs)",
            time / states as u32
        );
    }

    println!(
        "\ncargo check, cold: CPU time of cargo and rustc beyond that for an empty crate, the least of several runs"
    );
    let package = Package::new()?;
    for (form, expanded) in [("generated file", true), ("include_asl!", false)] {
        let empty = package.check("//! Nothing.\n")?;
        println!("{form}: an empty crate takes {empty:.2?}");
        for states in STATES {
            let text = package.text(states, expanded)?;
            let time = package.check(&text)?.saturating_sub(empty);
            println!(
                "{states:>5} states {time:>12.2?} {:>8.2?} a state (target 15 ms)",
                time / states as u32
            );
        }
    }
    Ok(())
}

fn options() -> Options {
    Options::default()
}

fn source(states: usize) -> Source {
    Source::new(
        format!("machine_{states}.asl.json"),
        format!("{:#}", definition(states)),
    )
}

fn least(runs: usize, mut run: impl FnMut() -> Result<Duration, Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    (0..runs).try_fold(Duration::MAX, |least, _| Ok(least.min(run()?)))
}

/// A package of its own, whose only dependency is the runtime.
struct Package(PathBuf);

impl Package {
    fn new() -> Result<Package, Box<dyn Error>> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_cost");
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../asl-runtime");
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"compile-cost\"\nedition = \"2024\"\n\n[dependencies]\nasl-runtime.path = {runtime:?}\n\n\
             [workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(lock, folder.join("Cargo.lock"))?;
        let package = Package(folder);
        package.check("//! Nothing.\n")?;
        Ok(package)
    }

    /// The crate with a machine in it, or with the macro that compiles it.
    fn text(&self, states: usize, expanded: bool) -> Result<String, Box<dyn Error>> {
        let source = source(states);
        if expanded {
            return Ok(format::file(compile(&source, &options())?.tokens, "machine.asl.json")?);
        }
        fs::write(self.0.join("machine.asl.json"), source.text())?;
        Ok("//! A machine.\nasl_runtime::include_asl!(pub mod machine = \"machine.asl.json\");\n".to_owned())
    }

    /// How long `cargo check` works on this crate.
    fn check(&self, text: &str) -> Result<Duration, Box<dyn Error>> {
        least(3, || {
            fs::write(self.0.join("src/lib.rs"), text)?;
            let start = children_cpu_time()?;
            let output = Command::new(env!("CARGO"))
                .args(["check", "--quiet", "--offline"])
                .current_dir(&self.0)
                .env("CARGO_INCREMENTAL", "0")
                .env("CARGO_TARGET_DIR", self.0.join("target"))
                .output()?;
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into());
            }
            Ok(children_cpu_time()? - start)
        })
    }
}

/// The CPU time of all child processes that have ended, from Linux, to a hundredth of a second.
fn children_cpu_time() -> Result<Duration, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in parentheses, which may hold blanks.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields
        .skip(13)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap_or_default())
        .sum();
    Ok(Duration::from_millis(ticks * 10))
}
