//! Counts instructions, by valgrind's callgrind.
//!
//! The counts are nearly the same every time, on a busy computer too. Each is the difference between two runs of a program
//! that differ in how often the measured form runs, so what happens once at the start is not in it; nor is the making of inputs
//! and the dropping of outputs, which stand outside of the function that is counted.

use std::env;
use std::error::Error;
use std::process::Command;

/// What this process is to do under valgrind: the name of what is measured, its form, and how often it runs.
pub fn asked() -> Option<(String, String, usize)> {
    let arguments: Vec<String> = env::args().collect();
    let [_, flag, name, form, runs] = &arguments[..] else {
        return None;
    };
    let runs = runs.parse().ok().filter(|_| flag == "--run")?;
    Some((name.clone(), form.clone(), runs))
}

/// Whether valgrind is there; if not, says so.
pub fn can_count() -> bool {
    let is_there = Command::new("valgrind").arg("--version").output().is_ok();
    if !is_there {
        println!("instructions are counted by valgrind, which is not installed");
    }
    is_there
}

/// How many instructions this program needs for one run of a form.
///
/// # Errors
/// With what valgrind says, where it does not count.
pub fn instructions(name: &str, form: &str) -> Result<u64, Box<dyn Error>> {
    const FEW: usize = 5;
    const MANY: usize = 25;
    Ok((counted(name, form, MANY)? - counted(name, form, FEW)?) / (MANY - FEW) as u64)
}

fn counted(name: &str, form: &str, runs: usize) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=asl_benches::machines::each*",
        ])
        .arg(env::current_exe()?)
        .args(["--run", name, form, &runs.to_string()])
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.ok_or_else(|| report.clone().into_owned())?;
    Ok(count.trim().parse()?)
}
