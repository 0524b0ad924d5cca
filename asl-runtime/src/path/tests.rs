use super::Step::{At, Key};
use super::*;
use proptest::prelude::*;
use serde_json::json;

fn order() -> Value {
    json!({"id": 7, "items": [{"sku": "a"}, {"sku": "b"}], "note": null, "": {"": 1}})
}

#[test]
fn plain_paths_find_one_value() {
    // P-10, P-11, P-15, P-16, P-30, P-31
    let order = order();
    for (steps, found) in [
        (&[][..], Some(order.clone())),
        (&[Key("id")], Some(json!(7))),
        (&[Key("note")], Some(Value::Null)),
        (&[Key(""), Key("")], Some(json!(1))),
        (&[Key("items"), At(1), Key("sku")], Some(json!("b"))),
        (&[Key("items"), At(-2), Key("sku")], Some(json!("a"))),
        (&[Key("items"), At(2)], None),
        (&[Key("items"), At(-3)], None),
        (&[Key("items"), At(i64::MIN)], None),
        (&[Key("items"), At(i64::MAX)], None),
        (&[Key("no")], None),
        (&[Key("id"), Key("x")], None),
        (&[Key("items"), Key("sku")], None),
        (&[At(0)], None),
    ] {
        assert_eq!(get(&order, steps), found.as_ref(), "{steps:?}");
        let mut left = order.clone();
        assert_eq!(take(&mut left, steps), found, "{steps:?}");
        match found {
            Some(_) => assert_eq!(get(&left, steps), Some(&Value::Null), "{steps:?}"),
            None => assert_eq!(left, order, "{steps:?}"),
        }
    }
}

#[test]
fn an_index_beyond_the_end_is_null_in_templates() {
    // P-36
    let mut order = order();
    for steps in [&[Key("items"), At(2)][..], &[Key("items"), At(-3)]] {
        assert_eq!(get_in_template(&order, steps), Some(&Value::Null));
        assert_eq!(take_in_template(&mut order, steps), Some(Value::Null));
        assert_eq!(get(&order, steps), None);
    }
    for steps in [
        &[Key("items"), At(2), Key("sku")][..],
        &[Key("id"), At(0)],
        &[Key("no"), At(0)],
        &[Key("no")],
    ] {
        assert_eq!(get_in_template(&order, steps), None);
        assert_eq!(take_in_template(&mut order, steps), None);
    }
    assert_eq!(
        take_in_template(&mut order, &[Key("items"), At(0), Key("sku")]),
        Some(json!("a"))
    );
}

#[test]
fn set_replaces_and_creates() {
    // IO-18, IO-21, RP-7
    for (value, steps, result) in [
        (json!({"a": 1}), &[Key("a")][..], json!({"a": "new"})),
        (json!({"a": 1}), &[Key("b")], json!({"a": 1, "b": "new"})),
        (
            json!({}),
            &[Key("a"), Key("b"), Key("c")],
            json!({"a": {"b": {"c": "new"}}}),
        ),
        (
            json!({"a": {"x": 1}}),
            &[Key("a"), Key("b")],
            json!({"a": {"x": 1, "b": "new"}}),
        ),
        (json!({"a": [1, 2]}), &[Key("a"), At(1)], json!({"a": [1, "new"]})),
        (json!([{}]), &[At(0), Key("a")], json!([{"a": "new"}])),
        (json!("old"), &[], json!("new")),
    ] {
        let mut changed = value.clone();
        assert_eq!(set(&mut changed, steps, json!("new")), Ok(()), "{value} {steps:?}");
        assert_eq!(changed, result, "{value} {steps:?}");
        assert_eq!(get(&changed, steps), Some(&json!("new")));
    }
}

#[test]
fn set_fails_where_it_cannot_apply() {
    // IO-20, IO-21: and leaves the value as it was
    for (value, steps) in [
        (json!("foo"), &[Key("x")][..]),
        (json!(null), &[Key("x")]),
        (json!([1]), &[Key("x")]),
        (json!({"a": 1}), &[Key("a"), Key("b")]),
        (json!({"a": null}), &[Key("a"), Key("b")]),
        (json!({"a": [1]}), &[Key("a"), At(1)]),
        (json!({"a": {}}), &[Key("a"), At(0)]),
        (json!({}), &[Key("a"), Key("b"), At(0)]),
        (json!({}), &[At(0)]),
    ] {
        let mut changed = value.clone();
        let error = set(&mut changed, steps, json!("new")).unwrap_err();
        assert_eq!(error.name(), Some("States.ResultPathMatchFailure"), "{value} {steps:?}");
        assert_eq!(changed, value, "{steps:?}");
    }
    assert_eq!(
        set(&mut json!("foo"), &[Key("x"), At(0)], Value::Null)
            .unwrap_err()
            .cause(),
        Some("Unable to apply the ResultPath '$['x'][0]' to the input '\"foo\"'")
    );
}

#[track_caller]
fn invalid(text: &str, value: &Value, steps: &[Step]) -> String {
    let error = invalid_path(text, value, steps);
    assert_eq!(error.name(), Some("States.Runtime"));
    error.cause().unwrap_or_default().to_owned()
}

#[test]
fn causes_of_paths() {
    // ER-21, ER-22, P-34, P-37
    let value = json!({"a": {"b": [1]}, "n": null, "s": "text"});
    for (text, steps, why) in [
        ("$.no", &[Key("no")][..], "No results for path: $['no']"),
        ("$.a.no", &[Key("a"), Key("no")], "No results for path: $['a']['no']"),
        (
            "$.no.such.result.path",
            &[Key("no"), Key("such"), Key("result"), Key("path")],
            "Missing property in path $['no']",
        ),
        (
            "$.a.no.x",
            &[Key("a"), Key("no"), Key("x")],
            "Missing property in path $['a']['no']",
        ),
        (
            "$.a.b[1]",
            &[Key("a"), Key("b"), At(1)],
            "No results for path: $['a']['b'][1]",
        ),
        (
            "$.a.b[1].x",
            &[Key("a"), Key("b"), At(1), Key("x")],
            "No results for path: $['a']['b'][1]['x']",
        ),
        (
            "$.a.b.x",
            &[Key("a"), Key("b"), Key("x")],
            "Property ['x'] not found in path $['a']['b']",
        ),
        (
            "$.s.x",
            &[Key("s"), Key("x")],
            "Property ['x'] not found in path $['s']",
        ),
        (
            "$.n.x",
            &[Key("n"), Key("x")],
            "Property ['x'] not found in path $['n']",
        ),
        ("$.n[0]", &[Key("n"), At(0)], "The path $['n'] is null"),
        (
            "$.a[0].x",
            &[Key("a"), At(0), Key("x")],
            "Filter: [0]['x'] can only be applied to arrays. Current context is: {b=[1]}",
        ),
        (
            "$.s[1:]",
            &[Key("s"), Step::Slice(Some(1), None)],
            "Filter: [1:] can only be applied to arrays. Current context is: text",
        ),
    ] {
        assert_eq!(invalid(text, &value, steps), format!("Invalid path '{text}' : {why}"));
    }
}

#[test]
fn causes_of_paths_in_templates() {
    // ER-20, P-37
    let value = json!({"a": 1});
    assert_eq!(
        missing_field("x.$", "$.no", &value, &[Key("no")]).cause(),
        Some("The JSONPath '$.no' specified for the field 'x.$' could not be found in the input '{\"a\":1}'")
    );
    assert_eq!(
        missing_field("x.$", "$.a[0]", &value, &[Key("a"), At(0)]).cause(),
        Some("Invalid path '$.a[0]' : Filter: [0] can only be applied to arrays. Current context is: 1")
    );
}

#[test]
fn causes_of_paths_in_intrinsics() {
    // ER-23
    let (input, context) = (json!({"other": 1}), json!({"State": {}}));
    let call = "States.Format('{}',$.nope)";
    assert_eq!(
        missing_argument(call, "$.nope", &input, &[Key("nope")], &input).cause(),
        Some(
            "The function 'States.Format('{}',$.nope)' had the following error: The JsonPath argument for the field \
             '$.nope' could not be found in the input '{\"other\":1}'"
        )
    );
    assert_eq!(
        missing_argument("States.Array($$.Nope)", "$$.Nope", &context, &[Key("Nope")], &input).cause(),
        Some(
            "The function 'States.Array($$.Nope)' had the following error: The JsonPath argument for the field \
             '$.Nope' could not be found in the input '{\"other\":1}'"
        )
    );
    assert_eq!(
        missing_argument(
            "States.Array($.other[0])",
            "$.other[0]",
            &input,
            &[Key("other"), At(0)],
            &input
        )
        .cause(),
        Some(
            "The function 'States.Array($.other[0])' had the following error: Filter: [0] can only be applied to \
             arrays. Current context is: 1"
        )
    );
}

#[test]
fn paths_on_null_fail() {
    // P-38, IO-24
    let null = "Unable to apply Path transformation to null or empty input.";
    assert_eq!(invalid("$.x", &Value::Null, &[Key("x")]), null);
    assert_eq!(
        missing_field("x.$", "$.x", &Value::Null, &[Key("x")]).cause(),
        Some(null)
    );
    assert_eq!(get(&Value::Null, &[Key("x")]), None);
    assert_eq!(query(&Value::Null, &[Step::Wildcard]), None);
    assert_eq!(
        get(&Value::Null, &[]),
        Some(&Value::Null),
        "the whole value is no path transformation"
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i8>().prop_map(Value::from),
        "[ab]{0,1}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec(("[ab]", inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Key("a")), Just(Key("b")), (-3_i64..3).prop_map(At)]
}

/// The plain reference of [`get`], over JSON pointers.
fn naive<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Key(name) => value
            .as_object()
            .and_then(|members| members.iter().find(|(key, _)| key == name))
            .map(|(_, v)| v),
        At(index) => {
            let elements = value.as_array()?;
            elements.iter().enumerate().find_map(|(at, element)| {
                let at = at as i64;
                (*index == at || *index == at - elements.len() as i64).then_some(element)
            })
        }
        _ => None,
    })
}

proptest! {
    #[test]
    fn get_is_as_the_naive_one(value in any_value(), steps in prop::collection::vec(any_step(), 0..4)) {
        prop_assert_eq!(get(&value, &steps), naive(&value, &steps));
        prop_assert_eq!(take(&mut value.clone(), &steps), naive(&value, &steps).cloned());
        if get(&value, &steps).is_none() {
            let error = invalid_path("$", &value, &steps);
            prop_assert!(error.cause().is_some());
        }
    }

    #[test]
    fn what_is_set_is_found(value in any_value(), steps in prop::collection::vec(any_step(), 0..4)) {
        let mut changed = value.clone();
        match set(&mut changed, &steps, json!("new")) {
            Ok(()) => prop_assert_eq!(get(&changed, &steps), Some(&json!("new"))),
            Err(_) => {
                prop_assert_eq!(&changed, &value);
                prop_assert_eq!(get(&value, &steps), None);
            }
        }
    }
}
