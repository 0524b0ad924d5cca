//! JSONata compiled, written by hand and interpreted: instructions, CPU time and allocations, of eight expressions over an order
//! of 20 lines and of a machine of 20 Pass states over one of 50.

use asl_benches::compare::compare;
use asl_benches::count::{asked, can_count, instructions};
use asl_benches::expressions::{EXPRESSIONS, order};
use asl_benches::machines::{Form, JSONATA_PASSES, Run, runtime};
use serde_json::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::error::Error;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is measured: its name, its input, and its forms.
type Subject = (&'static str, Value, Vec<(&'static str, Run)>);

fn subjects() -> Vec<Subject> {
    let expressions = EXPRESSIONS.iter().map(|expression| {
        let forms = vec![
            ("native", expression.generated),
            ("hand-written", expression.handwritten),
            ("interpreted", expression.interpreted),
        ];
        (expression.name, order(20), forms)
    });
    let machine = JSONATA_PASSES;
    let forms = vec![("native", machine.generated), ("hand-written", machine.handwritten)];
    expressions.chain([(machine.name, (machine.input)(), forms)]).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = runtime()?;
    if let Some((name, form, runs)) = asked() {
        let mut subjects = subjects().into_iter();
        let (_, input, forms) = subjects
            .find(|(subject, ..)| *subject == name)
            .ok_or("no such subject")?;
        let (_, run) = forms.iter().find(|(of, _)| *of == form).ok_or("no such form")?;
        run(&runtime, vec![input; runs])?;
        return Ok(());
    }
    if can_count() {
        title("instructions");
        for (name, _, forms) in subjects() {
            let counts = forms.iter().map(|(form, _)| instructions(name, form));
            show(
                name,
                &counts
                    .collect::<Result<Vec<_>, _>>()?
                    .iter()
                    .map(|count| *count as f64)
                    .collect::<Vec<_>>(),
            );
        }
    }
    title("CPU time in ns");
    for (name, input, forms) in subjects() {
        let mut times = Vec::new();
        for (_, run) in &forms[1..] {
            let form = |run| Form {
                runtime: &runtime,
                input: input.clone(),
                run,
            };
            let pair = compare(&mut form(forms[0].1), &mut form(*run));
            times.resize(1.max(times.len()), pair.first.as_nanos() as f64);
            times.push(pair.second.as_nanos() as f64);
        }
        show(name, &times);
    }
    title("allocations");
    for (name, input, forms) in subjects() {
        let counts = forms.iter().map(|(_, run)| allocations(&runtime, *run, &input));
        show(name, &counts.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(())
}

fn title(measure: &str) {
    println!(
        "\n{measure:<18}{:>12}{:>14}{:>9}{:>14}{:>9}",
        "native", "hand-written", "ratio", "interpreted", "ratio"
    );
}

/// The measures of the forms: by how much the native one is worse than the second, and better than the third.
fn show(name: &str, measures: &[f64]) {
    let [native, handwritten, interpreted @ ..] = measures else {
        return;
    };
    print!("{name:<18}{native:>12}{handwritten:>14}{:>9.2}", native / handwritten);
    for interpreted in interpreted {
        print!("{interpreted:>14}{:>9.1}", interpreted / native);
    }
    println!();
}

/// How often the second run allocates: the first may set up what is kept.
fn allocations(runtime: &Runtime, run: Run, input: &Value) -> Result<f64, String> {
    run(runtime, vec![input.clone()])?;
    let inputs = vec![input.clone()];
    let region = Region::new(ALLOCATOR);
    let outputs = run(runtime, inputs);
    let stats = region.change();
    outputs?;
    Ok((stats.allocations + stats.reallocations) as f64)
}
