use super::*;
use crate::number::Num;
use proptest::prelude::*;
use serde_json::json;

/// The error of a function that cannot take its arguments.
#[track_caller]
fn fails(result: Result<Value, Error>) {
    match result {
        Err(error) => assert_eq!(error.name(), Some("States.IntrinsicFailure"), "{error}"),
        Ok(value) => panic!("{value}"),
    }
}

fn draws() -> Draws {
    Draws::new(1, 0)
}

#[test]
fn format_puts_values_between_pieces() {
    // IF-20, IF-21, IF-56
    assert_eq!(
        format(&["Formatting argument ", "."], &[&json!("")]),
        "Formatting argument ."
    );
    assert_eq!(
        format(
            &["", ", ", ", ", ", ", ""],
            &[&json!("a \"b\""), &json!(null), &json!(1.1), &json!(true)]
        ),
        "a \"b\", null, 1.1, true"
    );
    assert_eq!(
        format(&["", " ", ""], &[&json!({"Arg1": 1, "Arg2": []}), &json!([1, "x"])]),
        "{Arg1=1, Arg2=[]} [1, x]"
    );
    assert_eq!(format(&["plain"], &[]), "plain");
}

#[test]
fn format_of_a_template_that_is_a_value() {
    // IF-20, IF-6
    assert_eq!(
        format_template("Hello {}, {}!", &[&json!("Ada"), &json!(2)]),
        Ok(json!("Hello Ada, 2!"))
    );
    assert_eq!(
        format_template(&json!(r"\{{}\} \\ \' \n"), &[&json!(1)]),
        Ok(json!(r"{1} \ ' \n"))
    );
    assert_eq!(format_template("", &[]), Ok(json!("")));
    fails(format_template("{}", &[]));
    fails(format_template("{}", &[&json!(1), &json!(2)]));
    fails(format_template("Hello {", &[&json!(1)]));
    fails(format_template("Hello {{}}", &[&json!(1)]));
    fails(format_template("}", &[]));
    fails(format_template(&json!(1), &[]));
}

#[test]
fn json_and_strings() {
    // IF-22
    for (text, value) in [
        ("", json!(null)),
        (" \n", json!(null)),
        ("null", json!(null)),
        ("-0", json!(0)),
        (" 0 ", json!(0)),
        ("1.5", json!(1.5)),
        ("true", json!(true)),
        ("\"a\"", json!("a")),
        (r#" {"Arg1": 1, "Arg2": []} "#, json!({"Arg1": 1, "Arg2": []})),
    ] {
        assert_eq!(string_to_json(text), Ok(value), "{text}");
    }
    assert_eq!(string_to_json("-0").map(|zero| zero.to_string()), Ok("0".to_owned()));
    for text in ["{", "undefined", "{a:1}", "1 2", "'a'", "NaN"] {
        fails(string_to_json(text));
    }
    for value in [json!(1), json!(null), json!({"a": 1}), json!([])] {
        fails(string_to_json(&value));
    }
    // IF-23
    for (value, text) in [
        (json!("HelloWorld"), "\"HelloWorld\""),
        (json!(null), "null"),
        (json!(1.0), "1.0"),
        (json!([1, 2, "HelloWorld"]), "[1,2,\"HelloWorld\"]"),
        (json!({"b": 1, "a": []}), "{\"b\":1,\"a\":[]}"),
    ] {
        assert_eq!(json_to_string(&value), Ok(json!(text)));
    }
}

#[test]
fn partitions() {
    // IF-25, IF-54
    for (array, size, chunks) in [
        (json!([]), 1.0, json!([])),
        (json!([0]), 5.0, json!([[0]])),
        (json!([0, 1, 2, 3]), 3.0, json!([[0, 1, 2], [3]])),
        (json!([0, 1, 2, 3]), 2.0, json!([[0, 1], [2, 3]])),
        (json!([0, 1, 2]), 1.5, json!([[0, 1], [2]])),
        (json!([0, 1, 2]), 1.4, json!([[0], [1], [2]])),
        (json!([0, 1]), 1e18, json!([[0, 1]])),
    ] {
        assert_eq!(array_partition(&array, size), Ok(chunks.clone()), "{array} {size}");
        assert_eq!(array_partition(array, size), Ok(chunks), "{size}");
    }
    for size in [0.0, 0.4, -1.0, 1e300] {
        fails(array_partition(json!([1]), size));
    }
    fails(array_partition(json!([1]), &json!("1")));
    fails(array_partition(json!({}), 1));
}

#[test]
fn membership() {
    // IF-26
    for (array, wanted, found) in [
        (json!([]), json!(null), false),
        (json!([]), json!([]), false),
        (json!([[1, 2, 3], 2]), json!([1, 2, 3]), true),
        (json!([{"1": 2, "2": []}]), json!({"2": [], "1": 2.0}), true),
        (json!([{"a": 1}]), json!({"a": 1, "b": null}), false),
        (json!([1, null]), json!(null), true),
        (json!([1]), json!(1.0), true),
        (json!(["1"]), json!(1), false),
        (json!([0]), json!(false), false),
    ] {
        assert_eq!(array_contains(&array, &wanted), Ok(json!(found)), "{array} {wanted}");
    }
    fails(array_contains(&json!("text"), &json!("t")));
}

#[test]
fn ranges() {
    // IF-27
    for (first, last, step, range) in [
        (0.0, 9.0, 3.0, json!([0, 3, 6, 9])),
        (1.0, 9.0, 9.0, json!([1])),
        (1.0, 9.0, 2.0, json!([1, 3, 5, 7, 9])),
        (5.0, 1.0, -2.0, json!([5, 3, 1])),
        (3.0, 3.0, 1.0, json!([3])),
        (3.0, 3.0, -1.0, json!([3])),
        (5.0, 1.0, 1.0, json!([])),
        (1.0, 5.0, -1.0, json!([])),
        (1.4, 5.6, 2.2, json!([1, 3, 5])),
        (-2.0, 2.0, 2.0, json!([-2, 0, 2])),
    ] {
        assert_eq!(array_range(first, last, step), Ok(range), "{first} {last} {step}");
    }
    let length = |range: Result<Value, Error>| range.map(|range| range.as_array().map(Vec::len));
    assert_eq!(length(array_range(1, 1000, 1)), Ok(Some(1000)));
    assert_eq!(length(array_range(1000, 1, -1)), Ok(Some(1000)));
    assert_eq!(
        array_range(i64::MAX - 1, i64::MAX, 1),
        Ok(json!([i64::MAX - 1, i64::MAX]))
    );
    fails(array_range(1, 1001, 1));
    fails(array_range(1001, 1, -1));
    fails(array_range(i64::MIN, i64::MAX, 1));
    fails(array_range(1, 10, 0));
    fails(array_range(1, 10, 0.49));
    fails(array_range(&json!("1"), 10, 1));
}

#[test]
fn items_and_length() {
    // IF-28, IF-29
    let array = json!(["a", null, {"b": 1}]);
    assert_eq!(array_get_item(&array, 0), Ok(json!("a")));
    assert_eq!(array_get_item(&array, 1), Ok(json!(null)));
    assert_eq!(array_get_item(array.clone(), &json!(2)), Ok(json!({"b": 1})));
    assert_eq!(array_get_item(&array, 1.2), Ok(json!(null)));
    fails(array_get_item(&array, 3));
    fails(array_get_item(&array, -1));
    fails(array_get_item(&array, i64::MIN));
    fails(array_get_item(&array, &json!("0")));
    fails(array_get_item(json!({"0": 1}), 0));
    assert_eq!(array_length(&array), Ok(json!(3)));
    assert_eq!(array_length(&json!([])), Ok(json!(0)));
    fails(array_length(&json!("abc")));
}

#[test]
fn unique_elements() {
    // IF-30
    let array = json!([null, null, true, 1, 1.0, 1.1, 0, -0.0, "1", [], [], [null], {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}]);
    let unique = json!([null, true, 1, 1.1, 0, "1", [], [null], {"a": 1, "b": 2}, {"a": 1}]);
    assert_eq!(array_unique(&array), Ok(unique.clone()));
    assert_eq!(array_unique(array), Ok(unique));
    fails(array_unique(json!("aa")));
    // Many elements take no time that grows with their square.
    let many: Value = (0..100_000).map(Value::from).collect();
    assert_eq!(array_unique(&many), Ok(many));
}

#[test]
fn base64() {
    // IF-31, IF-32, IF-55
    for (text, encoded) in [
        ("", ""),
        ("Data to encode", "RGF0YSB0byBlbmNvZGU="),
        ("✓", "4pyT"),
        (">>>???", "Pj4+Pz8/"),
    ] {
        assert_eq!(base64_encode(text), Ok(json!(encoded)));
        assert_eq!(base64_decode(encoded), Ok(json!(text)));
    }
    assert_eq!(base64_decode("YWJjZA"), Ok(json!("abcd")));
    assert_eq!(base64_decode("/w=="), Ok(json!("\u{fffd}")));
    for text in ["!!!invalid!!!", "a", "ab==cd", "YWJj\nZA=="] {
        fails(base64_decode(text));
    }
    let long = "A".repeat(10_001);
    fails(base64_encode(long.as_str()));
    fails(base64_decode(long.as_str()));
    assert!(base64_encode(&long[1..]).is_ok());
    assert!(base64_decode(&long[1..]).is_ok());
    // The limit counts UTF-16 code units.
    assert!(base64_encode("é".repeat(10_000).as_str()).is_ok());
    fails(base64_encode("😀".repeat(5_001).as_str()));
    fails(base64_encode(&json!(1)));
    fails(base64_decode(&json!(null)));
}

#[test]
fn hashes() {
    // IF-33, IF-50, IF-71 to IF-74
    for (algorithm, hex) in [
        ("MD5", "812f45842bc6d66ee14572ce20db8e86"),
        ("SHA-1", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        (
            "SHA-256",
            "b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3",
        ),
        (
            "SHA-384",
            "d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562",
        ),
        (
            "SHA-512",
            "6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc50283731a533d30d425402d4f\
             91316d871303aac4",
        ),
    ] {
        assert_eq!(hash(&json!("input data"), algorithm), Ok(json!(hex)));
    }
    assert_eq!(hash(&json!({"a": [1]}), "MD5"), hash(&json!("{\"a\":[1]}"), "MD5"));
    assert_eq!(hash(&json!(12), &json!("MD5")), hash(&json!("12"), "MD5"));
    for algorithm in ["md5", "SHA1", "sha-256", ""] {
        fails(hash(&json!(""), algorithm));
    }
    fails(hash(&json!(""), &json!(1)));
    fails(hash(&json!("a".repeat(10_001)), "MD5"));
    assert!(hash(&json!("a".repeat(10_000)), "MD5").is_ok());
}

#[test]
fn merges() {
    // IF-34, IF-53
    let first = json!({"a": {"a1": 1, "a2": 2}, "b": 2, "d": 3});
    let second = json!({"a": {"a3": 1, "a4": 2}, "c": 3, "d": 4});
    let merged = json!({"a": {"a3": 1, "a4": 2}, "b": 2, "d": 4, "c": 3});
    assert_eq!(json_merge(&first, &second, false), Ok(merged.clone()));
    assert_eq!(json_merge(first.clone(), second.clone(), &json!(false)), Ok(merged));
    fails(json_merge(&first, &second, true));
    fails(json_merge(&first, &second, &json!("false")));
    fails(json_merge(json!(null), &second, false));
    fails(json_merge(&first, json!([]), false));
}

#[test]
fn random_numbers() {
    // IF-35
    let mut random = draws();
    for (start, end) in [(1.0, 3.0), (12.5, 44.51), (-3.0, -2.0), (-1e15, 1e15), (-9e18, 9e18)] {
        for _ in 0..100 {
            let number = math_random(start, end, None, &mut random).unwrap().as_i64().unwrap();
            assert!(
                number >= start.round() as i64 && number < end.round() as i64,
                "{number}"
            );
        }
    }
    fails(math_random(1, 1, None, &mut random));
    fails(math_random(10, 5, None, &mut random));
    fails(math_random(1.49, 1.4, None, &mut random));
    fails(math_random(&json!("1"), 5, None, &mut random));
    let seeded = |seed: &Value| math_random(1, 1_000_000, Some(seed), &mut draws());
    assert_eq!(seeded(&json!(42)), seeded(&json!(42.0)));
    assert_ne!(seeded(&json!(42)), seeded(&json!(43)));
    assert!(seeded(&json!(-7)).is_ok());
    fails(seeded(&json!(null)));
    fails(math_random(2, 1, Some(&json!(1)), &mut draws()));
    // Numbers of a seed stay the same from release to release.
    assert_eq!(seeded(&json!(1)), Ok(json!(830_830)));
}

#[test]
fn sums() {
    // IF-36, IF-51
    for (a, b, sum) in [
        (1.49, 1.5, 3),
        (1.5, 1.51, 4),
        (-1.49, -1.5, -2),
        (-1.5, -1.51, -3),
        (-0.5, 0.5, 1),
        (-0.5, 0.0, 0),
        (-2.5, 0.0, -2),
        (2.5, 0.0, 3),
        (-1.51, 0.0, -2),
    ] {
        assert_eq!(math_add(a, b), Ok(json!(sum)), "{a} {b}");
        assert_eq!(math_add(&json!(a), &json!(b)), Ok(json!(sum)), "{a} {b}");
    }
    assert_eq!(math_add(2_147_483_646, 1), Ok(json!(2_147_483_647)));
    assert_eq!(math_add(-2_147_483_647, -1), Ok(json!(-2_147_483_648_i64)));
    fails(math_add(2_147_483_647, 1));
    fails(math_add(-1, -2_147_483_648));
    fails(math_add(3_000_000_000_i64, -3_000_000_000_i64));
    fails(math_add(i64::MAX, i64::MAX));
    fails(math_add(1e300, 0));
    fails(math_add(Num::Text("1e400"), 0));
    fails(math_add(&json!("1"), 1));
    fails(math_add(1, &json!(true)));
    fails(math_add(&json!(null), 1));
}

#[test]
fn splits() {
    // IF-37, IF-52
    for (text, delimiters, pieces) in [
        (" ", ",", json!([" "])),
        (" , ", ",", json!([" ", " "])),
        (", , ,", ",", json!([" ", " "])),
        (",,,,", ",", json!([])),
        (
            "This.is+a,test=string",
            ".+,=",
            json!(["This", "is", "a", "test", "string"]),
        ),
        ("AWS::EC2::Instance", "::", json!(["AWS", "EC2", "Instance"])),
        ("", ",", json!([])),
        ("abc", "", json!(["abc"])),
        ("naïve café", "ïé", json!(["na", "ve caf"])),
    ] {
        assert_eq!(string_split(text, delimiters), Ok(pieces), "{text} {delimiters}");
    }
    fails(string_split(&json!(1), ","));
    fails(string_split("a,b", &json!([","])));
}

#[test]
fn uuids() {
    // IF-38
    let mut random = draws();
    let (first, second) = (uuid(&mut random), uuid(&mut random));
    assert_ne!(first, second);
    for id in [first, second] {
        let parsed = uuid::Uuid::parse_str(id.as_str().unwrap()).unwrap();
        assert_eq!(parsed.get_version_num(), 4);
        assert_eq!(parsed.to_string(), id);
    }
    assert_eq!(uuid(&mut draws()), uuid(&mut draws()));
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let deep = || (0..100_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let (array, wanted) = (Value::Array(vec![deep(), Value::Array(vec![])]), deep());
    assert_eq!(array_contains(&array, &wanted), Ok(json!(true)));
    let text = format(&["", ""], &[&wanted]);
    assert_eq!(text.as_str().map(str::len), Some(200_004));
    let unique = array_unique(array).unwrap();
    assert_eq!(array_length(&unique), Ok(json!(2)));
    // Dropping them would overflow it.
    std::mem::forget((unique, wanted));
}

proptest! {
    #[test]
    fn chunks_make_up_the_array(length in 0_usize..20, size in 1_i64..8) {
        let array: Value = (0..length).map(Value::from).collect();
        let chunks = array_partition(&array, size).unwrap();
        let chunks = chunks.as_array().unwrap();
        let (last, others) = chunks.split_last().map_or((None, &[][..]), |(last, others)| (Some(last), others));
        prop_assert!(others.iter().all(|chunk| chunk.as_array().map(Vec::len) == Some(size as usize)));
        prop_assert!(last.is_none_or(|chunk| chunk.as_array().is_some_and(|chunk| !chunk.is_empty())));
        prop_assert_eq!(chunks.iter().flat_map(|chunk| chunk.as_array().unwrap().clone()).collect::<Value>(), array);
    }

    #[test]
    fn what_is_encoded_is_decoded(text in any::<String>()) {
        let encoded = base64_encode(text.as_str()).unwrap();
        prop_assert_eq!(base64_decode(&encoded), Ok(Value::from(text)));
    }

    #[test]
    fn json_survives_as_a_string(number in any::<i64>(), text in any::<String>()) {
        let value = json!({"number": number, "text": text, "list": [null, true]});
        prop_assert_eq!(string_to_json(&json_to_string(&value).unwrap()), Ok(value));
    }

    #[test]
    fn no_text_panics(text in any::<String>(), template in "[a{}\\\\']{0,12}") {
        let _ = string_to_json(text.as_str());
        let _ = base64_decode(text.as_str());
        let _ = string_split(text.as_str(), text.as_str());
        let _ = format_template(template.as_str(), &[&json!(1)]);
    }
}
