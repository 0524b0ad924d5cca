//! How many instructions generated and hand-written machines take for one run.

use asl_benches::compare::geometric_mean;
use asl_benches::count::{asked, can_count, instructions};
use asl_benches::machines::{MACHINES, runtime};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some((name, form, runs)) = asked() {
        return run(&name, &form, runs);
    }
    if !can_count() {
        return Ok(());
    }
    println!(
        "{:<28}{:>13}{:>14}{:>9}",
        "machine", "generated", "hand-written", "ratio"
    );
    let mut ratios = Vec::new();
    for machine in MACHINES {
        let generated = instructions(machine.name, "generated")?;
        let handwritten = instructions(machine.name, "handwritten")?;
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
