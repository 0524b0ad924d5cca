//! Values of any kind, the functions of the service, and limits.

use super::super::super::*;
use super::{args, check, query, shown};

#[test]
fn the_context_value_stands_in() {
    let here = Val::from("Hello");
    let call = |function: &'static Builtin, json| shown(function.call_on(query(), &here, args(json)));
    assert_eq!(call(&UPPERCASE, "[]"), "\"HELLO\"");
    assert_eq!(call(&SUBSTRING, "[1]"), "\"ello\"");
    assert_eq!(call(&SUBSTRING, "[1, 2]"), "\"el\"");
    assert_eq!(call(&LENGTH, "[]"), "5");
    assert_eq!(call(&STRING, "[]"), "\"Hello\"");
    assert_eq!(
        call(&FLOOR, "[]"),
        "T0411: Context value is not a compatible type with argument 1 of function \"floor\""
    );
    // A value that is nothing is an argument all the same.
    assert_eq!(call(&UPPERCASE, r#"["nothing"]"#), "nothing");
}

#[test]
fn values() {
    check(
        &BOOLEAN,
        &[
            ("[true]", "true"),
            (r#"[""]"#, "false"),
            (r#"["a"]"#, "true"),
            ("[0]", "false"),
            ("[null]", "false"),
            ("[[]]", "false"),
            ("[[0, [[1]]]]", "true"),
            ("[[0, [[0]]]]", "false"),
            ("[{}]", "false"),
            (r#"[{"a": 0}]"#, "true"),
            (r#"["nothing"]"#, "nothing"),
        ],
    );
    check(&NOT, &[("[0]", "true"), (r#"["nothing"]"#, "nothing")]);
    check(&EXISTS, &[("[null]", "true"), (r#"["nothing"]"#, "false")]);
    check(
        &TYPE,
        &[
            ("[null]", "\"null\""),
            ("[1]", "\"number\""),
            (r#"["a"]"#, "\"string\""),
            ("[true]", "\"boolean\""),
            ("[[]]", "\"array\""),
            ("[{}]", "\"object\""),
            (r#"["nothing"]"#, "nothing"),
        ],
    );
    check(
        &ERROR,
        &[
            ("[]", "D3137: $error() function evaluated"),
            (r#"["Oh!"]"#, "D3137: Oh!"),
        ],
    );
    check(
        &ASSERT,
        &[
            ("[true]", "nothing"),
            ("[false]", "D3141: $assert() statement failed"),
            (r#"[false, "Oh!"]"#, "D3141: Oh!"),
            (
                "[1]",
                "T0410: Argument 1 of function \"assert\" does not match function signature",
            ),
        ],
    );
    check(&CLONE, &[(r#"[{"a": [1]}]"#, r#"{"a":[1]}"#)]);
    let of_sum = |function: &'static Builtin| shown(function.call(query(), [(&SUM).into()]));
    assert_eq!(of_sum(&TYPE), "\"function\"");
    assert_eq!(of_sum(&BOOLEAN), "false");
    assert_eq!(of_sum(&STRING), "\"\"");
    let list = Val::array(vec![(&SUM).into(), Val::Number(f64::NAN)]);
    assert_eq!(shown(STRING.call(query(), [list])), r#""[\"\",null]""#);
    let infinite = |function: &'static Builtin| shown(function.call(query(), [Val::Number(f64::INFINITY)]));
    assert_eq!(infinite(&TYPE), "D1001: Number out of range: null");
    assert_eq!(infinite(&BOOLEAN), "D1001: Number out of range: null");
    assert_eq!(
        infinite(&STRING),
        "D3001: Attempting to invoke string function on Infinity or NaN"
    );
}

#[test]
fn functions_of_the_service() {
    check(
        &PARTITION,
        &[
            ("[[1, 2, 3], 2]", "[[1,2],[3]]"),
            ("[[0], 1]", "[[0]]"),
            ("[[1, 2, 3], 2.9]", "[[1,2],[3]]"),
            ("[[1], 0]", "nothing"),
            ("[[], 1]", "nothing"),
        ],
    );
    check(
        &RANGE,
        &[
            ("[1, 9, 2]", "[1,3,5,7,9]"),
            ("[1, 9, 9]", "1"),
            ("[3, 1, -1]", "[3,2,1]"),
            ("[1, 3, -1]", "nothing"),
            ("[1, 3, 0]", "nothing"),
            ("[1, 3]", "nothing"),
            ("[1, 1000000, 1]", "Expression evaluation memory limit exceeded"),
        ],
    );
    check(
        &HASH,
        &[
            (r#"["abc", "MD5"]"#, "\"900150983cd24fb0d6963f7d28e17f72\""),
            (r#"["abc", "SHA-1"]"#, "\"a9993e364706816aba3e25717850c26c9cd0d89d\""),
            (r#"["abc"]"#, "nothing"),
        ],
    );
    check(
        &PARSE,
        &[
            (r#"["{\"a\": [1, null, true]}"]"#, r#"{"a":[1,null,true]}"#),
            (r#"["-0"]"#, "0"),
            (r#"["1.1"]"#, "1.1"),
        ],
    );
    assert!(PARSE.call(query(), ["{".into()]).is_err());
    let random = |json| shown(RANDOM.call(query(), args(json)));
    assert_eq!(random("[1]"), random("[1]"));
    assert_ne!(random("[1]"), random("[2]"));
    let numbers = [random("[]"), random("[7]")].map(|number| number.parse::<f64>().unwrap());
    assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
    assert_eq!(shown(UUID.call(query(), [])).len(), 38);
}

#[test]
fn limits_hold() {
    let query = query();
    let recurse = |query: &'static Query<'static>| {
        fn call(query: &'static Query<'static>, depth: usize) -> Result<Val<'static>> {
            query.deeper(|| {
                if depth == 0 {
                    Ok(Val::Null)
                } else {
                    call(query, depth - 1)
                }
            })
        }
        (call(query, 99), call(query, 100))
    };
    let (within, beyond) = recurse(query);
    assert!(within.is_ok());
    assert_eq!(
        shown(beyond),
        "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. \
         Depth=101 max=100"
    );
    // Values that are each small enough, but too many.
    let full = (0..).find(|_| query.hold(limit::MAX_BYTES).is_err());
    assert_eq!(full, Some(32));
    query.begin();
    assert!(query.hold(8).is_ok());
}

#[test]
fn values_that_share_their_parts_are_as_large_as_they_look() {
    let pair = |value: Val<'static>| array(query(), [Element::One(value.clone()), Element::One(value)]);
    let double = |make: &dyn Fn(Val<'static>) -> Result<Val<'static>>| {
        let doubled = (0..64).try_fold(Val::from(1), |value, _| make(value));
        shown(doubled)
    };
    let full = "Expression evaluation memory limit exceeded";
    assert_eq!(double(&pair), full);
    assert_eq!(
        double(&|value| kept_array(query(), [Element::One(value.clone()), Element::One(value)])),
        full
    );
    assert_eq!(double(&|value| object([("a", value.clone()), ("b", value)])), full);
    // What a function of the expression gives, whatever has made it.
    let of_pair = lambda(|[value]: [Val<'static>; 1]| Ok(Val::array(vec![value.clone(), value])));
    assert_eq!(double(&|value| of_pair.call(query(), [value])), full);
    // As many numbers as there can be, and one more.
    let most = Val::array(vec![Val::from(1); limit::MAX_ELEMENTS]);
    assert!(array(query(), [Element::All(most.clone())]).is_ok());
    assert_eq!(
        shown(array(query(), [Element::All(most), Element::One(1.into())])),
        full
    );
    // Copies of data are made when the value becomes JSON, or text.
    let data: &'static serde_json::Value = Box::leak(Box::new(vec!["x".repeat(1000); 1000].into()));
    let copies = Val::array(vec![Val::from(data); 2000]);
    assert_eq!(shown(Ok(copies.clone())), full);
    assert_eq!(shown(STRING.call(query(), [copies])), full);
}

#[test]
fn functions_that_hold_functions_are_bounded() {
    let query = query();
    let hold = |held: Val<'static>| {
        closure([held.nesting()], move |[value]: [Val<'static>; 1]| {
            held.call(query, [value])
        })
    };
    let nested = |depth| (0..depth).try_fold(Val::from(&UPPERCASE), |held, _| hold(held));
    let deepest = nested(limit::MAX_NESTING).unwrap();
    // They can be made, but not be called (J-68).
    assert!(shown(deepest.call(query, ["a".into()])).starts_with("Stack overflow error: Check for"));
    let full = "Stack overflow error: functions are nested deeper than 128 levels";
    assert_eq!(shown(nested(limit::MAX_NESTING + 1)), full);
    // One in an array, or in an object, or behind `~>`.
    let inside = object([("f", Val::array(vec![deepest.clone()]))]).unwrap();
    assert_eq!(shown(hold(inside)), full);
    assert_eq!(shown(apply(query, deepest, Val::from(&UPPERCASE))), full);
}
