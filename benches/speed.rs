//! The CPU time of generated machines beside that of the hand-written ones.

use asl_benches::compare::{compare, geometric_mean};
use asl_benches::machines::{Form, MACHINES, runtime};

fn main() -> std::io::Result<()> {
    let runtime = runtime()?;
    println!(
        "{:<28}{:>13}{:>14}{:>9}{:>18}",
        "machine", "generated", "hand-written", "ratio", "quartiles"
    );
    let mut ratios = Vec::new();
    for machine in MACHINES {
        let form = |run| Form {
            runtime: &runtime,
            input: (machine.input)(),
            run,
        };
        let times = compare(&mut form(machine.generated), &mut form(machine.handwritten));
        let (low, high) = times.quartiles;
        println!(
            "{:<28}{:>13.2?}{:>14.2?}{:>9.3}{:>11.3}{high:>7.3}",
            machine.title, times.first, times.second, times.ratio, low
        );
        ratios.push(times.ratio);
    }
    let most = ratios.iter().copied().fold(0.0, f64::max);
    println!(
        "geometric mean {:.3} (target 1.0), most {most:.3} (target 1.15)",
        geometric_mean(&ratios)
    );
    Ok(())
}
