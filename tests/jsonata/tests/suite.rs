//! Every case: natively where its expression compiles, and by the interpreter.

use asl_jsonata::{CASES, Case, Native, Outcome, fits};
use asl_runtime::codegen::jsonata::{Query, Val, fallback};
use serde_json::Value;

/// What cases have in common that are none of the service's language, and why.
const FOREIGN: &[(&str, &str)] = &[("$eval(", "the service has no such function (J-46)")];

/// What expressions have in common that give something else on the service or here, by which way, and why.
const DIFFERENT: &[(&str, Way, &str)] = &[
    ("..10000000]", Way::Native, OUT_OF_MEMORY),
    ("..10000000]", Way::Interpreted, OUT_OF_MEMORY),
    (".[f1]'", Way::Native, THOUSANDTHS),
    (".[f1]'", Way::Interpreted, THOUSANDTHS),
    ("{'last': $sum(a)}", Way::Interpreted, LAST_CALL),
    ("{'a': $v} })[] }", Way::Interpreted, LAST_CALL),
];

const LAST_CALL: &str = "jsonata-core heeds what follows the last call of a function";

const THOUSANDTHS: &str = "JSONata 2.0.6 takes any digits after the point for thousandths";

const OUT_OF_MEMORY: &str = "an evaluation is not given so much memory (J-69)";

/// One case of so many may differ, of the official ones.
const ONE_OF: usize = 200;

/// How many of our own do, which are there to show it.
const OWN: usize = 3;

/// How an expression is evaluated.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Native,
    Interpreted,
}

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

/// Compares the cases that a way takes: what differs must be known, and what is known must differ.
fn compare(way: Way, evaluate: impl Fn(&Case) -> Option<Outcome>) {
    let (mut count, mut known, mut wrong) = (0, 0, Vec::new());
    for case in CASES {
        if let Some((_, why)) = FOREIGN.iter().find(|(part, _)| case.text.contains(part)) {
            println!("left out, since {why}: {}", case.text);
            continue;
        }
        let Some(outcome) = evaluate(case) else { continue };
        count += 1;
        let line = leaked(case.line);
        let is_known = |(part, of, _): &&(&str, Way, &str)| *of == way && case.text.contains(part);
        match (fits(&outcome, &line["exp"]), DIFFERENT.iter().find(is_known)) {
            (true, None) => {}
            (true, Some((_, _, why))) => wrong.push(format!("{}\n    is as expected, although {why}", case.text)),
            (false, Some((_, _, why))) => {
                known += 1;
                println!("differs, since {why}: {}", case.text);
            }
            (false, None) => wrong.push(format!(
                "{}\n    wanted {}\n    got    {outcome:?}",
                case.text, line["exp"]
            )),
        }
    }
    println!(
        "{} of {count} as expected, of {} cases",
        count - known - wrong.len(),
        CASES.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known <= (count / ONE_OF).max(OWN), "{known} of {count} differ");
}

#[test]
fn native_code_gives_what_is_known() {
    compare(Way::Native, native);
}

#[test]
fn the_interpreter_gives_what_is_known() {
    // What does not parse never reaches it, and some of our own cases are too much for it.
    let takes = |case: &Case| {
        let line = leaked(case.line);
        let too_much = line["uninterpreted"].as_str();
        if let Some(why) = too_much {
            println!("left out, since {why}: {}", case.text);
        }
        too_much.is_none() && !matches!(case.native, Native::Syntax(_))
    };
    compare(Way::Interpreted, |case| takes(case).then(|| interpreted(case)));
}
