//! Every case: natively where its expression compiles, and by the interpreter.

use asl_jsonata::{CASES, Case, Native, Outcome, fits};
use asl_runtime::codegen::jsonata::{Query, Val, fallback};
use serde_json::Value;

/// What the expressions have in common that give something else on the service, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("$eval(", "the service has no such function (J-46)"),
    ("..10000000]", "an evaluation is not given so much memory (J-69)"),
    (
        ".[f1]'",
        "JSONata 2.0.6 takes any digits after the point for thousandths",
    ),
];

/// What an evaluation reads has to live as long as the query; there are not many cases.
fn leaked(line: &str) -> &'static Value {
    Box::leak(Box::new(serde_json::from_str(line).expect("JSON")))
}

/// An evaluation by the interpreter.
fn interpreted(case: &Case) -> Outcome {
    Query::alone(|query| {
        let line = leaked(case.line);
        let root = line.get("data").map_or(Val::Undefined, Val::from);
        let bindings = line["bindings"].as_object();
        let bound: Vec<(&str, Val)> = bindings
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), Val::from(value)))
            .collect();
        Outcome::from(fallback::evaluate(query, case.text, &root, &bound))
    })
}

/// An evaluation by native code, where there is any.
fn native(case: &Case) -> Option<Outcome> {
    match case.native {
        Native::Syntax(code) => Some(Outcome::Error(code.to_owned())),
        Native::Interpreted(_) => None,
        Native::Compiled(function) => Some(Query::alone(|query| {
            let line = leaked(case.line);
            let root = line.get("data").map_or(Val::Undefined, Val::from);
            let bindings = line["bindings"].as_object();
            let bound = bindings.into_iter().flatten().map(|(_, value)| Val::from(value));
            Outcome::from(function(query, &root, bound.collect()))
        })),
    }
}

/// What differs, of the cases that an evaluation takes.
fn differences(evaluate: impl Fn(&Case) -> Option<Outcome>) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for case in CASES {
        let Some(outcome) = evaluate(case) else { continue };
        count += 1;
        let line = leaked(case.line);
        let fits = fits(&outcome, &line["exp"]);
        if let Some((_, why)) = DIFFERENT.iter().find(|(part, _)| case.text.contains(part)) {
            if fits {
                println!("as expected all the same: {}, although {why}", case.text);
            }
        } else if !fits {
            wrong.push(format!(
                "{}\n    wanted {}\n    got    {outcome:?}",
                case.text, line["exp"]
            ));
        }
    }
    (count, wrong)
}

#[test]
fn native_code_gives_what_is_known() {
    let (count, wrong) = differences(native);
    println!(
        "native: {} of {count} as expected, of {} cases",
        count - wrong.len(),
        CASES.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_interpreter_gives_what_is_known() {
    // What does not parse never reaches it.
    let parses = |case: &Case| !matches!(case.native, Native::Syntax(_));
    let (count, wrong) = differences(|case| parses(case).then(|| interpreted(case)));
    println!("interpreted: {} of {count} as expected", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
