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

/// An evaluation that native code and the interpreter do not agree on. Outcomes are in the form of the cases.
struct Differing<'d> {
    text: &'d str,
    data: &'d Value,
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

    fn interpreted_fails(&self, codes: &[&str]) -> bool {
        self.interpreted["err"]
            .as_str()
            .is_some_and(|code| codes.contains(&code))
    }

    fn both_give(&self) -> bool {
        self.native.get("ok").is_some() && self.interpreted.get("ok").is_some()
    }

    /// Whether one outcome is the other once both are changed.
    fn alike(&self, change: fn(&Value) -> Value) -> bool {
        change(self.native) == change(self.interpreted)
    }
}

/// What is neither array nor object, its number as JSONata computes with it.
fn scalar(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}

/// A value whatever the order of what stands in its arrays.
fn unordered(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(unordered).collect();
            elements.sort_by_key(Value::to_string);
            elements.into()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), unordered(value)))
            .collect(),
        value => scalar(value),
    }
}

/// A value without what is null in it. Nothing is null too.
fn without_null(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let elements = elements.iter().map(without_null);
            elements.filter(|element| !element.is_null()).collect()
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), without_null(value)));
            let some = |(name, value): &(String, Value)| !value.is_null() && name != "undef";
            members.filter(some).collect()
        }
        value => scalar(value),
    }
}

/// A value without arrays: their elements stand where they stood.
fn flat(value: &Value) -> Value {
    fn leaves(value: &Value, to: &mut Vec<Value>) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| leaves(element, to)),
            value => to.push(flat(value)),
        }
    }
    match value {
        Value::Array(_) => {
            let mut all = Vec::new();
            leaves(value, &mut all);
            all.into()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), flat(value)))
            .collect(),
        value => scalar(value),
    }
}

/// A way in which the interpreter differs, and whether an evaluation shows it.
type Difference = (&'static str, fn(&Differing) -> bool);

/// How the interpreter evaluates in another way than JSONata 2.0.6, which native code keeps to: `reference.js` has shown that
/// of each evaluation that one of these applies to.
const DIFFERENT: &[Difference] = &[
    ("$reduce gives null where there are no elements", |of| {
        of.calls(&["$reduce("])
            && (of.alike(without_null)
                || of.native["undef"] == true
                || of.interpreted_fails(&["T0410", "T0412", "T2001", "T2010"]))
    }),
    ("a pattern or a replacement that is missing is forgiven, or not", |of| {
        of.calls(&["$replace(", "$contains(", "$split("])
            && (of.native_fails(&["limit", "T0410"]) || of.interpreted_fails(&["limit", "T1010"]))
    }),
    ("a group that did not take part in a match is left out", |of| {
        of.calls(&["$match("]) && of.alike(without_null)
    }),
    (
        "what cannot be compared is put into another order, and not refused",
        |of| of.calls(&["$sort(", "^("]) && (of.both_give() && of.alike(unordered) || of.native_fails(&["T2010"])),
    ),
    ("`?` and `:` bind tighter than the end of a range", |of| {
        of.calls(&[".."]) && (of.interpreted_fails(&["T2004"]) || of.calls(&[" ? "]) && of.both_give())
    }),
    ("arrays in arrays are not dissolved by $spread", |of| {
        of.calls(&["$spread("]) && of.both_give() && (of.alike(flat) || of.calls(&["[0]"]))
    }),
    ("an array in an array is not the value of an index", |of| {
        of.calls(&["matrix["]) && (of.both_give() || of.interpreted_fails(&["T2002"]))
    }),
    ("null alone is no element to $filter", |of| {
        of.calls(&["$filter("]) && of.data.get("items") == Some(&Value::Null)
    }),
    (
        "a call on the right of ~> that a group or an order follows is given nothing",
        |of| of.calls(&[" ~> "]) && of.calls(&["){", ")^("]) && of.interpreted_fails(&["T0410"]),
    ),
    ("an infinite number as text has no code", |of| {
        of.native_fails(&["D3001"]) && of.interpreted_fails(&["limit"])
    }),
    ("what is no number is computed with", |of| {
        of.native_fails(&["D1002", "T2001", "T2002"]) && of.calls(&[" / ", " % ", "$parseInteger("])
    }),
    ("what is negated need not be a number", |of| {
        of.native_fails(&["D1002"]) && of.calls(&["-"])
    }),
    ("an array of arrays is not looked into", |of| {
        of.calls(&["$partition(", ").["]) && of.interpreted["undef"] == true
    }),
    ("$exists($) is false", |of| of.calls(&["$exists($)"])),
    ("a context value that does not fit has the code of an argument", |of| {
        of.native_fails(&["T0411"]) && of.interpreted_fails(&["T0410"])
    }),
    ("a position given twice finds nothing", |of| {
        of.calls(&["[["]) && of.interpreted["undef"] == true
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
                data: root,
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
