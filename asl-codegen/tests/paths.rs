//! Paths from their text to what they find.

mod support;

use asl_codegen::expr::path::Path;
use asl_runtime::path::{Step, get, invalid_path, query};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::leak_steps;

/// The steps of a path.
fn steps(text: &str) -> &'static [Step] {
    match Path::parse(text) {
        Ok(path) => leak_steps(&path.steps),
        Err(error) => panic!("{text}: {error:?}"),
    }
}

fn store() -> Value {
    json!({
        "store": {
            "book": [
                {"category": "reference", "author": "Rees", "title": "Sayings", "price": 8.95},
                {"category": "fiction", "author": "Waugh", "title": "Sword", "price": 12.99},
                {"category": "fiction", "author": "Melville", "title": "Moby Dick", "isbn": "0-553", "price": 8.99},
                {"category": "fiction", "author": "Tolkien", "title": "Lord", "isbn": "0-395", "price": 22.99}
            ],
            "bicycle": {"color": "red", "price": 19.95}
        },
        "expensive": 10
    })
}

#[track_caller]
fn check(value: &Value, cases: &[(&str, Option<Value>)]) {
    for (text, found) in cases {
        assert_eq!(query(value, steps(text)), *found, "{text} on {value}");
    }
}

#[test]
fn wildcards_and_unions() {
    // P-17, P-19, P-32, P-35, P-39
    let value = json!({"b": {"x": 1}, "a": [{"x": 2}, {"y": 3}, {"x": 4}], "n": 5});
    check(
        &value,
        &[
            ("$.*", Some(json!([{"x": 1}, [{"x": 2}, {"y": 3}, {"x": 4}], 5]))),
            ("$.a[*].x", Some(json!([2, 4]))),
            ("$.a[*]", Some(json!([{"x": 2}, {"y": 3}, {"x": 4}]))),
            ("$.*.x", Some(json!([1]))),
            ("$.n[*]", Some(json!([]))),
            ("$.a[0,2]", Some(json!([{"x": 2}, {"x": 4}]))),
            ("$.a[2,0,7,-1].x", Some(json!([4, 2, 4]))),
            ("$['b','n','no']", Some(json!({"b": {"x": 1}, "n": 5}))),
            ("$.b['no','nothing']", Some(json!({}))),
            ("$.a[*]['x','y']", Some(json!([{"x": 2}, {"y": 3}, {"x": 4}]))),
            ("$.n['x','y']", None),
            ("$.no['x','y']", None),
        ],
    );
    // P-40
    check(
        &json!([[1, 2], [3, [4]], 5]),
        &[
            ("$[*][*]", Some(json!([1, 2, 3, [4]]))),
            ("$[*][*][*]", Some(json!([4]))),
            ("$[*][1]", Some(json!([2, [4]]))),
        ],
    );
}

#[test]
fn slices() {
    // P-18
    let value = json!([0, 1, 2, 3, 4]);
    for (slice, found) in [
        ("[1:3]", json!([1, 2])),
        ("[0:9]", json!([0, 1, 2, 3, 4])),
        ("[3:1]", json!([])),
        ("[2:]", json!([2, 3, 4])),
        ("[9:]", json!([])),
        ("[-2:]", json!([3, 4])),
        ("[-9:]", json!([0, 1, 2, 3, 4])),
        ("[:2]", json!([0, 1])),
        ("[:9]", json!([0, 1, 2, 3, 4])),
        ("[:-2]", json!([0, 1, 2])),
        ("[:-9]", json!([])),
    ] {
        check(&value, &[(&format!("${slice}"), Some(found))]);
    }
    check(&json!([]), &[("$[1:]", Some(json!([]))), ("$[:1]", Some(json!([])))]);
}

#[test]
fn nothing_found() {
    // P-33
    for text in [
        "$[*]",
        "$.items[*]",
        "$.items[1:]",
        "$.items[:1]",
        "$.item.items[*]",
        "$.item.items[1:]",
        "$.item.items[1:5]",
    ] {
        check(
            &json!({}),
            &[(text, Some(json!([]))), (&format!("{text}.itemValue"), Some(json!([])))],
        );
    }
    check(
        &json!({}),
        &[
            ("$..x", Some(json!([]))),
            ("$.a[?(@.b)]", Some(json!([]))),
            ("$.a[0,1]", Some(json!([]))),
        ],
    );
    check(
        &json!({"a": null}),
        &[("$.a[*]", Some(json!([]))), ("$.a[1:]", Some(json!([])))],
    );
    // P-34, P-37
    for text in ["$[1:5]", "$[1:]", "$[:1]", "$[0,1]", "$.a[1:]", "$.a[0][*]"] {
        let value = json!({"a": {}});
        check(&value, &[(text, None)]);
        let error = invalid_path(text, &value, steps(text));
        assert!(
            error
                .cause()
                .is_some_and(|cause| cause.contains("can only be applied to arrays")),
            "{error}"
        );
    }
    // P-38
    for text in ["$[*]", "$..x", "$.x", "$[1:]"] {
        check(&Value::Null, &[(text, None)]);
    }
}

#[test]
fn descent() {
    // P-20, P-39, P-40: outer before inner, in the order of the document
    let value = json!({"x": {"x": [{"x": 1}, 2]}, "y": [{"x": 3, "z": {"x": 4}}]});
    check(
        &value,
        &[
            ("$..x", Some(json!([{"x": [{"x": 1}, 2]}, [{"x": 1}, 2], 1, 3, 4]))),
            ("$..x.x", Some(json!([[{"x": 1}, 2]]))),
            ("$..[0]", Some(json!([{"x": 1}, {"x": 3, "z": {"x": 4}}]))),
            ("$..[0].x", Some(json!([1, 3]))),
            ("$.y..x", Some(json!([3, 4]))),
            ("$..z", Some(json!([{"x": 4}]))),
            ("$..['x','z']", Some(json!([{"x": 3, "z": {"x": 4}}]))),
            ("$..no", Some(json!([]))),
        ],
    );
    check(
        &json!({"a": [1, {"b": 2}]}),
        &[("$..*", Some(json!([[1, {"b": 2}], 1, {"b": 2}, 2])))],
    );
    check(&json!(1), &[("$..*", Some(json!([]))), ("$..a", Some(json!([])))]);
    check(
        &store(),
        &[
            ("$..price", Some(json!([8.95, 12.99, 8.99, 22.99, 19.95]))),
            ("$.store..price", Some(json!([8.95, 12.99, 8.99, 22.99, 19.95]))),
            ("$..book[2].title", Some(json!(["Moby Dick"]))),
            ("$..book[-1:].title", Some(json!(["Lord"]))),
            ("$..book[?(@.isbn)].title", Some(json!(["Moby Dick", "Lord"]))),
            ("$..[?(@.price > 15)].price", Some(json!([22.99, 19.95]))),
        ],
    );
}

#[test]
fn filters() {
    // P-21, P-32: also one match is an array
    let titles = |filter: &str| query(&store(), steps(&format!("$.store.book[?({filter})].title")));
    for (filter, found) in [
        ("@.price < 10", json!(["Sayings", "Moby Dick"])),
        ("@.price <= 8.95", json!(["Sayings"])),
        ("@.price > 12.99", json!(["Lord"])),
        ("@.price >= 12.990", json!(["Sword", "Lord"])),
        ("@.category == 'reference'", json!(["Sayings"])),
        ("@.category==reference", json!(["Sayings"])),
        ("@.category != 'fiction'", json!(["Sayings"])),
        ("'fiction' == @.category", json!(["Sword", "Moby Dick", "Lord"])),
        ("@.price <= $['expensive']", json!(["Sayings", "Moby Dick"])),
        ("@.isbn", json!(["Moby Dick", "Lord"])),
        ("!@.isbn", json!(["Sayings", "Sword"])),
        ("@.isbn && @.price < 10", json!(["Moby Dick"])),
        ("@.price > 20 || @.price < 8.96", json!(["Sayings", "Lord"])),
        ("@.price > 20 || @.isbn && @.price < 9", json!(["Moby Dick", "Lord"])),
        ("(@.price > 20 || @.isbn) && @.price < 9", json!(["Moby Dick"])),
        ("!(@.price > 10)", json!(["Sayings", "Moby Dick"])),
        ("@.author =~ /.*REES/i", json!(["Sayings"])),
        ("@.author =~ /ee/", json!([])),
        (
            "@.author =~ /.*e.* # any e\n/x",
            json!(["Sayings", "Moby Dick", "Lord"]),
        ),
        ("@.price =~ /8\\..*/", json!(["Sayings", "Moby Dick"])),
        ("@.author in ['Rees', 'Waugh']", json!(["Sayings", "Sword"])),
        ("@.price in ['8.95', 22.99]", json!(["Sayings", "Lord"])),
        ("@.author nin ['Rees', 'Waugh']", json!(["Moby Dick", "Lord"])),
        ("@.no nin ['Rees']", json!(["Sayings", "Sword", "Moby Dick", "Lord"])),
        ("@.author contains 'e'", json!(["Sayings", "Moby Dick", "Lord"])),
        ("@.title size 5", json!(["Sword"])),
        ("@.isbn empty false", json!(["Moby Dick", "Lord"])),
        ("@.author < 'N'", json!(["Moby Dick"])),
        // What is not there equals nothing, and is not even null.
        ("@.isbn == null", json!([])),
        ("null == @.isbn", json!([])),
        ("@.isbn != '0-553'", json!(["Sayings", "Sword", "Lord"])),
        ("@.isbn < 'z'", json!(["Moby Dick", "Lord"])),
        ("@[0]", json!([])),
        ("!@[0]", json!([])),
    ] {
        assert_eq!(titles(filter), Some(found), "{filter}");
    }
}

#[test]
fn filters_compare_by_type() {
    // P-21
    let value = json!([1, 1.0, "1", true, "true", null, [1], {"a": 1}, []]);
    for (filter, found) in [
        ("@ == 1", json!([1, 1.0, "1"])),
        ("@ == '1'", json!([1, 1.0, "1"])),
        ("@ === 1", json!([1, 1.0])),
        ("@ !== 1", json!(["1", true, "true", null, [1], {"a": 1}, []])),
        ("@ == true", json!([true])),
        ("@ == 'true'", json!(["true"])),
        ("@ == null", json!([null])),
        ("@ == [1]", json!([[1]])),
        ("@ == [1.0]", json!([[1]])),
        ("@ == []", json!([[]])),
        ("@ === []", json!([[]])),
        ("@ size 1", json!(["1", [1]])),
        ("@ empty true", json!([[]])),
        ("@ contains 1", json!([[1]])),
        ("@ anyof [1, 2]", json!([[1]])),
        ("@ noneof [2]", json!([[1], []])),
        ("@ subsetof [1, 2]", json!([[1], []])),
        ("@ all [1]", json!([[1]])),
        ("@.a", json!([{"a": 1}])),
        ("@.a == @.a", json!([{"a": 1}])),
        ("@ == $[7]", json!([{"a": 1}])),
        ("@.length() == 1", json!([[1], {"a": 1}])),
    ] {
        check(&value, &[(&format!("$[?({filter})]"), Some(found))]);
    }
    // The filter of an object is about the object; that of anything else cannot be.
    check(
        &json!({"a": {"b": 1}}),
        &[
            ("$.a[?(@.b == 1)]", Some(json!([{"b": 1}]))),
            ("$.a[?(@.b == 2)]", Some(json!([]))),
            ("$.a.b[?(@ == 1)]", None),
        ],
    );
}

#[test]
fn functions() {
    // P-22
    check(
        &json!({"n": [3, 1, 2], "o": {"a": 1, "b": 2}, "e": [], "p": [1, 3], "m": [[1], [1, 2]], "s": "text"}),
        &[
            ("$.n.min()", Some(json!(1.0))),
            ("$.n.max()", Some(json!(3.0))),
            ("$.n.sum()", Some(json!(6.0))),
            ("$.n.avg()", Some(json!(2.0))),
            ("$.p.stddev()", Some(json!(1.0))),
            ("$.n.length()", Some(json!(3))),
            ("$.length()", Some(json!(6))),
            ("$.o.length()", Some(json!(2))),
            ("$.s.length()", Some(json!(null))),
            ("$.e.length()", Some(json!(0))),
            ("$.e.sum()", None),
            ("$.o.sum()", None),
            ("$.no.length()", None),
            ("$.m[*].length()", Some(json!([1, 2]))),
        ],
    );
    check(
        &store(),
        &[
            ("$..price.max()", Some(json!(22.99))),
            ("$..book.length()", Some(json!(4))),
            ("$..no.sum()", None),
        ],
    );
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let deep = (0..100_000).fold(json!({"x": 1}), |inner, _| {
        let mut object = serde_json::Map::new();
        object.insert("a".to_owned(), inner);
        Value::Object(object)
    });
    assert_eq!(query(&deep, steps("$..x")), Some(json!([1])));
    let path = format!("${}.x", ".a".repeat(100_000));
    assert_eq!(get(&deep, steps(&path)), Some(&json!(1)));
    assert_eq!(query(&deep, steps(&format!("{path}.sum()"))), None);
    // Dropping it would overflow it.
    std::mem::forget(deep);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-2_i64..3).prop_map(Value::from),
        Just(json!(1.0)),
        Just(json!(u64::MAX)),
        "[ab1]{0,1}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec(("[ab]", inner), 0..3).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

/// The text of a random step.
fn any_step() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "\\.[ab]",
        1 => Just("['a']".to_owned()),
        1 => Just("['a','b']".to_owned()),
        2 => "\\[-?[0-2]\\]",
        1 => "\\[[0-2],-?[0-2]\\]",
        1 => "\\[-?[0-2]:(-?[0-2])?\\]",
        2 => Just("[*]".to_owned()),
        1 => "\\.\\.[ab*]",
        1 => Just("..[0]".to_owned()),
        2 => "\\[\\?\\(!?(@|\\$|@\\.a|@\\[0\\])\\)\\]",
        2 => "\\[\\?\\((@|@\\.a|@\\.\\.b) ?(==|!=|<|<=|>|>=|===|!==|in|nin|contains|size|empty|all|anyof) (1|'a'|true|null|\\[1, 'a'\\]|\\$\\.b)\\)\\]",
        1 => Just("[?(@ =~ /a|1/)]".to_owned()),
        1 => "\\.(sum|length|min|avg|stddev)\\(\\)",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// No path on no value panics; a definite one that is plain finds what `get` finds, and an indefinite one an array.
    #[test]
    fn any_path_on_any_value(value in any_value(), path in prop::collection::vec(any_step(), 0..5)) {
        let text = format!("${}", path.concat());
        // A function or several members in the middle are refused.
        if let Ok(path) = Path::parse(&text) {
            let steps = leak_steps(&path.steps);
            let found = query(&value, steps);
            if path.is_plain() {
                prop_assert_eq!(found.as_ref(), get(&value, steps));
            }
            match &found {
                Some(found) => prop_assert!(path.is_definite() || found.is_array(), "{} {}", text, found),
                None => {
                    let error = invalid_path(&text, &value, steps);
                    prop_assert_eq!(error.name(), Some("States.Runtime"));
                }
            }
        }
    }
}
