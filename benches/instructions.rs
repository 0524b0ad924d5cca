//! How many instructions generated and hand-written machines take for one run, counted by valgrind's callgrind.
//!
//! The counts are nearly the same every time, on a busy computer too. Each is the difference between two runs of this
//! program that differ in how often the machine runs, so what happens once at the start is not in it; nor is the making
//! of inputs and the dropping of outputs, which stand outside of the function that is counted.

use asl_benches::compare::geometric_mean;
use asl_benches::machines::{MACHINES, runtime};
use std::env;
use std::error::Error;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, name, form, runs] = arguments.as_slice()
        && flag == "--run"
    {
        return run(name, form, runs.parse()?);
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("instructions are counted by valgrind, which is not installed");
        return Ok(());
    }
    println!(
        "{:<28}{:>13}{:>14}{:>9}",
        "machine", "generated", "hand-written", "ratio"
    );
    let mut ratios = Vec::new();
    for machine in MACHINES {
        let generated = count(machine.name, "generated")?;
        let handwritten = count(machine.name, "handwritten")?;
        let ratio = generated as f64 / handwritten as f64;
        println!("{:<28}{generated:>13}{handwritten:>14}{ratio:>9.3}", machine.title);
        ratios.push(ratio);
    }
    let most = ratios.iter().copied().fold(0.0, f64::max);
    println!("geometric mean {:.3}, most {most:.3}", geometric_mean(&ratios));
    Ok(())
}

/// What is done under valgrind.
fn run(name: &str, form: &str, runs: usize) -> Result<(), Box<dyn Error>> {
    let machine = MACHINES
        .iter()
        .find(|machine| machine.name == name)
        .ok_or("no such machine")?;
    let run = if form == "generated" {
        machine.generated
    } else {
        machine.handwritten
    };
    let inputs = vec![(machine.input)(); runs];
    run(&runtime()?, inputs)?;
    Ok(())
}

fn count(name: &str, form: &str) -> Result<u64, Box<dyn Error>> {
    const FEW: usize = 5;
    const MANY: usize = 25;
    Ok((instructions(name, form, MANY)? - instructions(name, form, FEW)?) / (MANY - FEW) as u64)
}

fn instructions(name: &str, form: &str, runs: usize) -> Result<u64, Box<dyn Error>> {
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
