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
const ONE_OF: usize = 100;

/// An evaluation that native code and the interpreter do not agree on. Outcomes are in the form of the cases.
struct Differing<'d> {
    text: &'static str,
    root: &'static Value,
    bound: &'static [Value; 2],
    native: &'d Value,
    interpreted: &'d Value,
}

impl Differing<'_> {
    fn calls(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.text.contains(name))
    }

    fn native_fails(&self, codes: &[&str]) -> bool {
        self.native["err"].as_str().is_some_and(|code| codes.contains(&code))
    }

    /// Whether the interpreter gives the same for another text, or of other data.
    fn is_given_for(&self, text: String, root: &Value) -> bool {
        let outcome = interpreted(text.leak(), Box::leak(Box::new(root.clone())), self.bound);
        fits(&outcome, self.native)
    }

    /// The predicates in the text.
    fn predicates(&self) -> impl Iterator<Item = &'static str> {
        let text = self.text;
        let opened = text.match_indices('[').map(|(at, _)| at + 1);
        opened.filter_map(move |start| {
            let mut depth = 1;
            let closed = text[start..].find(|c| {
                depth += match c {
                    '[' => 1,
                    ']' => -1,
                    _ => 0,
                };
                depth == 0
            });
            closed.map(|length| &text[start..start + length])
        })
    }
}

/// A way in which the interpreter differs, and whether it explains an evaluation: as far as possible by what the interpreter
/// gives without it.
type Difference = (&'static str, fn(&Differing) -> bool);

/// How the interpreter, jsonata-core 2.2.13, evaluates in another way than JSONata 2.0.6, which native code keeps to:
/// `reference.js` has shown that of each evaluation that one of these applies to.
const DIFFERENT: &[Difference] = &[
    ("a group that did not take part in a match is left out", |of| {
        let all = "($asl_match := $match; $match := function($text, $pattern, $limit)<s-f<s:o>n?:a<o>> {(
            $found := $exists($limit) ? $asl_match($text, $pattern, $limit) : $asl_match($text, $pattern);
            $map($found, function($match) {(
                $groups := $map($match.groups, function($group) { $exists($group) ? $group : null });
                $merge([$match, {'groups': [$groups]}])
            )})
        )}; ";
        of.calls(&["$match("]) && of.is_given_for(format!("{all}{})", of.text), of.root)
    }),
    ("an array alone in an array is not what an index applies to", |of| {
        let mut root = of.root.clone();
        let around = match &mut root {
            Value::Array(elements) => elements.first_mut(),
            root => Some(root),
        };
        let Some(matrix) = around.and_then(|around| around.get_mut("matrix")) else {
            return false;
        };
        match matrix.as_array_mut().map(Vec::as_mut_slice) {
            Some([inner @ Value::Array(_)]) => *matrix = inner.take(),
            _ => return false,
        }
        of.calls(&["matrix["]) && of.is_given_for(of.text.to_owned(), &root)
    }),
    ("a predicate of nothing is not evaluated", |of| {
        of.native_fails(&["D1002", "T2010"])
            && of.predicates().any(|predicate| {
                let outcome = interpreted(predicate, of.root, of.bound);
                fits(&outcome, of.native)
            })
    }),
    ("a context value that does not fit has the code of an argument", |of| {
        of.native_fails(&["T0411"]) && of.interpreted["err"] == "T0410"
    }),
    ("an empty array in what is found is nothing", |of| {
        of.calls(&[").["]) && *of.native == json!({"ok": []}) && of.interpreted["undef"] == true
    }),
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
    let (mut count, mut wrong) = (0, Vec::new());
    let mut known = [0; DIFFERENT.len()];
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
            let in_json = interpreted.json();
            if fits(&interpreted, &native) || in_json == native {
                continue;
            }
            let differing = Differing {
                text,
                root,
                bound,
                native: &native,
                interpreted: &in_json,
            };
            match DIFFERENT.iter().position(|(_, applies)| applies(&differing)) {
                Some(at) => known[at] += 1,
                None => wrong.push(format!(
                    "{text}\n    native      {native}\n    interpreted {interpreted:?}\n    data {root}"
                )),
            }
        }
    }
    for ((why, _), count) in DIFFERENT.iter().zip(known) {
        println!("{count:5} {why}");
    }
    let known: usize = known.iter().sum();
    println!("{known} of {count} evaluations of {} expressions differ", RANDOM.len());
    assert!(wrong.is_empty(), "{} more:\n{}", wrong.len(), wrong.join("\n"));
    assert!(known <= count / ONE_OF);
    Ok(())
}
