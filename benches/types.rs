//! What types are worth: typed machines beside those over `Value` and over structs that were written by hand.

use asl_benches::compare::compare;
use asl_benches::count::{asked, can_count, instructions};
use asl_benches::machines::runtime;
use asl_benches::typed::{Prepare, TYPED, TypedForm};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some((name, form, runs)) = asked() {
        return run(&name, &form, runs);
    }
    if can_count() {
        println!(
            "{:<12}{:>12}{:>12}{:>12}{:>18}{:>16}",
            "instructions", "generated", "structs", "Value", "generated:structs", "Value:structs"
        );
        for machine in TYPED {
            let [generated, plain, value] =
                ["generated", "plain", "value"].map(|form| instructions(machine.name, form));
            let (generated, plain, value) = (generated?, plain?, value?);
            let times = |count: u64| count as f64 / plain as f64;
            println!(
                "{:<12}{generated:>12}{plain:>12}{value:>12}{:>18.2}{:>16.2}",
                machine.name,
                times(generated),
                times(value)
            );
        }
    }
    let runtime = runtime()?;
    println!(
        "{:<12}{:>12}{:>12}{:>12}{:>18}{:>16}",
        "CPU time", "generated", "structs", "Value", "generated:structs", "Value:structs"
    );
    for machine in TYPED {
        let input = &machine.input();
        let form = |prepare: Prepare| TypedForm {
            runtime: &runtime,
            input,
            prepare,
        };
        let typed = compare(&mut form(machine.generated), &mut form(machine.plain));
        let value = compare(&mut form(machine.value), &mut form(machine.plain));
        println!(
            "{:<12}{:>12.2?}{:>12.2?}{:>12.2?}{:>18.2}{:>16.2}",
            machine.name, typed.first, typed.second, value.first, typed.ratio, value.ratio
        );
    }
    Ok(())
}

/// What is done under valgrind.
fn run(name: &str, form: &str, runs: usize) -> Result<(), Box<dyn Error>> {
    let machine = TYPED
        .iter()
        .find(|machine| machine.name == name)
        .ok_or("no such machine")?;
    let prepare = match form {
        "generated" => machine.generated,
        "plain" => machine.plain,
        _ => machine.value,
    };
    prepare(&machine.input(), runs)?(&runtime()?)?;
    Ok(())
}
