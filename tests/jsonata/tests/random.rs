//! Random expressions over random data: natively and by the interpreter.
//!
//! Without more it takes a few expressions; `tests/jsonata/random.sh` takes more than 10,000, and asks JSONata itself too.

use asl_jsonata::random::{BOUND, Random};
use asl_jsonata::{Drawn, Outcome, RANDOM, fits};
use asl_runtime::codegen::jsonata::{Query, Val, fallback};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::{env, io};

/// How many data each expression is asked with.
const DATA: u64 = 4;

/// Where the data come from.
const STREAM: u64 = 1 << 40;

/// One of so many evaluations may give something else by the interpreter.
const ONE_OF: usize = 50;

/// What the expressions have in common that the interpreter evaluates in another way than JSONata 2.0.6, which native code
/// keeps to.
const DIFFERENT: &[(&[&str], &str)] = &[
    (
        &["$encodeUrl", "$base64encode("],
        "jsonata-core encodes other characters",
    ),
    (&["$reduce("], "jsonata-core gives null where there are no elements"),
    (&["$parseInteger("], "jsonata-core takes what is no number for 0"),
    (
        &["$replace(", "$contains(", "$match("],
        "jsonata-core forgives a pattern that is missing",
    ),
    (
        &["$sort(", "^("],
        "jsonata-core orders and refuses otherwise what cannot be compared",
    ),
    (
        &[".."],
        "jsonata-core checks both ends of a range before it sees that one is missing",
    ),
    (
        &["].", "$partition(", "$zip("],
        "jsonata-core dissolves and collapses otherwise arrays in arrays",
    ),
    (&[" & "], "jsonata-core has no code for an infinite number as text"),
    (
        &["$map(", "$filter(", "$single(", "$f("],
        "jsonata-core heeds what follows the last call of a function",
    ),
    (&["-"], "jsonata-core names another of several errors of an operand"),
];

fn native(function: Drawn, root: &'static Value, bound: &'static [Value; 2]) -> Outcome {
    Query::alone(|query| Outcome::from(function(query, &Val::from(root), bound.each_ref().map(Val::from))))
}

fn interpreted(text: &'static str, root: &'static Value, bound: &'static [Value; 2]) -> Outcome {
    Query::alone(|query| {
        let bound: Vec<(&str, Val)> = BOUND.into_iter().zip(bound.iter().map(Val::from)).collect();
        Outcome::from(fallback::evaluate(query, text, &Val::from(root), &bound))
    })
}

#[test]
fn native_code_gives_what_the_interpreter_gives() -> io::Result<()> {
    // For those who ask JSONata itself.
    let mut file = match env::var_os("ASL_RANDOM_FILE") {
        Some(file) => Some(BufWriter::new(File::create(file)?)),
        None => None,
    };
    let (mut count, mut known, mut wrong) = (0, 0, Vec::new());
    for (at, (text, function)) in RANDOM.iter().enumerate() {
        for data in 0..DATA {
            // What an evaluation reads has to live as long as the query.
            let (root, bound) = Box::leak(Box::new(Random::new(STREAM + at as u64 * DATA + data).data()));
            let native = native(*function, root, bound).json();
            let interpreted = interpreted(text, root, bound);
            count += 1;
            if let Some(file) = &mut file {
                let line = json!({
                    "expr": text, "data": root, "bindings": {BOUND[0]: &bound[0], BOUND[1]: &bound[1]},
                    "native": native, "interpreted": interpreted.json(),
                });
                writeln!(file, "{line}")?;
            }
            if fits(&interpreted, &native) {
                continue;
            }
            match DIFFERENT
                .iter()
                .any(|(parts, _)| parts.iter().any(|part| text.contains(part)))
            {
                true => known += 1,
                false => wrong.push(format!(
                    "{text}\n    native      {native}\n    interpreted {interpreted:?}\n    data {root}"
                )),
            }
        }
    }
    println!("{known} of {count} evaluations of {} expressions differ", RANDOM.len());
    assert!(wrong.is_empty(), "{} more:\n{}", wrong.len(), wrong.join("\n"));
    assert!(known <= count / ONE_OF);
    Ok(())
}
