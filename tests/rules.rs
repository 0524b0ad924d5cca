//! Every rule of the language is named by a test.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

/// The rules of `language.md` and `paths-and-functions.md` of the table of facts, by their prefixes.
const RULES: &[(&str, &[RangeInclusive<u32>])] = &[
    ("G", &[1..=6, 10..=19]),
    ("S", &[1..=8, 20..=36, 40..=46]),
    ("IO", &[1..=6, 10..=31]),
    ("NUL", &[1..=9]),
    ("PS", &[1..=6]),
    ("CH", &[1..=12, 20..=24, 30..=42, 50..=52]),
    ("WT", &[1..=16]),
    ("SC", &[1..=2]),
    ("FL", &[1..=10]),
    ("TK", &[1..=10]),
    ("PL", &[1..=11]),
    ("MP", &[1..=11, 20..=32]),
    ("MI", &[1..=6]),
    ("MD", &[1..=13]),
    ("RD", &[1..=21]),
    ("BT", &[1..=6]),
    ("RW", &[1..=7]),
    ("RT", &[1..=8, 20..=32]),
    ("CT", &[1..=17]),
    ("TO", &[1..=11]),
    ("ER", &[1..=27, 30..=42]),
    ("P", &[1..=4, 10..=22, 30..=41, 50..=56]),
    ("RP", &[1..=7]),
    ("CX", &[1..=16, 20..=28]),
    ("VR", &[1..=7]),
    ("PT", &[1..=13]),
    ("IF", &[1..=13, 20..=38, 50..=57, 60..=66, 71..=74]),
];

/// Rules that no test can name, and why.
const WITHOUT_TEST: &[(&str, &[RangeInclusive<u32>], &str)] = &[
    ("BT", &[3..=5], "batches are not compiled yet"),
    ("RD", &[10..=16, 18..=21], "data sets are not read yet"),
    ("RW", &[4..=7], "results are not written yet"),
    ("CX", &[15..=15], "only a data set that is an object has keys"),
    (
        "ER",
        &[26..=26, 32..=34, 36..=38, 40..=40],
        "what services report is up to the handlers",
    ),
    (
        "FL",
        &[8..=8],
        "a limit of the interface by which tasks are ended from outside",
    ),
    ("MD", &[10..=10], "items of a data set"),
    ("MD", &[13..=13], "what is not recorded"),
    ("RT", &[26..=26], "an interface that tests single states"),
    ("WT", &[15..=15], "what an execution does when it is redriven"),
];

/// Where tests are: each file whole, or from its first `#[cfg(test)]` on.
const TESTS: &[&str] = &[
    "asl-codegen/tests",
    "asl-runtime/tests",
    "asl-durable/tests",
    "tests/behaviour",
    "tests/conformance/cases",
    "tests/jsonata",
    "tests/journal",
    "tests/machines",
    "tests/shapes",
];
const UNIT_TESTS: &[&str] = &["asl-codegen/src", "asl-runtime/src", "asl-durable/src"];

#[test]
fn every_rule_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut named = BTreeSet::new();
    for folder in TESTS {
        read(&root.join(folder), &mut |_, text| collect(text, &mut named));
    }
    for folder in UNIT_TESTS {
        read(&root.join(folder), &mut |path, text| {
            let is_tests = path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
            let start = if is_tests { Some(0) } else { text.find("#[cfg(test)]") };
            collect(start.map_or("", |start| &text[start..]), &mut named);
        });
    }
    let excused: BTreeSet<String> = WITHOUT_TEST
        .iter()
        .flat_map(|(prefix, ranges, why)| {
            assert!(!why.is_empty());
            expand(prefix, ranges)
        })
        .collect();
    let all: BTreeSet<String> = RULES
        .iter()
        .flat_map(|(prefix, ranges)| expand(prefix, ranges))
        .collect();
    let missing: Vec<_> = all
        .iter()
        .filter(|rule| !named.contains(*rule) && !excused.contains(*rule))
        .collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
    let needless: Vec<_> = excused
        .iter()
        .filter(|rule| named.contains(*rule) || !all.contains(*rule))
        .collect();
    assert!(needless.is_empty(), "excused for nothing: {needless:?}");
}

fn expand(prefix: &str, ranges: &[RangeInclusive<u32>]) -> Vec<String> {
    let numbers = ranges.iter().cloned().flatten();
    numbers.map(|number| format!("{prefix}-{number}")).collect()
}

/// The rules that a text names: capitals, a hyphen and a number.
fn collect(text: &str, named: &mut BTreeSet<String>) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    for word in words {
        if let Some((prefix, number)) = word.split_once('-')
            && prefix.chars().all(|c| c.is_ascii_uppercase())
            && number.parse::<u32>().is_ok()
        {
            named.insert(word.to_owned());
        }
    }
}

fn read(folder: &Path, take: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, take);
        } else if let Ok(text) = fs::read_to_string(&path) {
            take(&path, &text);
        }
    }
}
