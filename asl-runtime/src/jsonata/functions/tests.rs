//! What the functions give, function by function.

use super::super::*;
use crate::scope::{Context, Frame, Visit};
use crate::{Definition, Execution};
use serde_json::Value;

/// A query that lives as long as the tests.
fn query() -> &'static Query<'static> {
    static DEFINITION: Definition = Definition {
        name: "test",
        source: "test.asl.json",
        sha256: "",
        workflow_type: crate::WorkflowType::Standard,
        timeout_seconds: None,
        states: &[],
    };
    let frame = Frame {
        execution: Box::leak(Box::new(Execution::new())),
        definition: &DEFINITION,
        input: None,
        lane: None,
    };
    let context = Context {
        frame: Box::leak(Box::new(frame)),
        visit: Box::leak(Box::new(Visit::default())),
    };
    // 2024-02-29T12:34:56.789Z
    let now = chrono::DateTime::from_timestamp_millis(1_709_210_096_789).unwrap();
    Box::leak(Box::new(Query::new(context, &Value::Null).at(now)))
}

/// Arguments from a JSON array, in which the string `nothing` stands for nothing.
fn args(json: &str) -> Vec<Val<'static>> {
    let values: Vec<Value> = serde_json::from_str(json).unwrap();
    let values: &'static [Value] = values.leak();
    let arg = |value: &'static Value| match value.as_str() {
        Some("nothing") => Val::Undefined,
        _ => Val::from(value),
    };
    values.iter().map(arg).collect()
}

/// A result as text.
fn shown(result: Result<Val<'_>>) -> String {
    match result.map(|value| value.collapsed().into_json()) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Calls functions as an expression does.
#[track_caller]
fn check(function: &'static Builtin, cases: &[(&str, &str)]) {
    for (given, wanted) in cases {
        let result = function.call(query(), &Val::Undefined, &args(given));
        assert_eq!(shown(result), *wanted, "${}({given})", function.name);
    }
}

#[test]
fn numbers() {
    check(
        &SUM,
        &[
            ("[[1, 2.5, -3]]", "0.5"),
            ("[[]]", "0"),
            ("[4]", "4"),
            (r#"["nothing"]"#, "nothing"),
            (
                "[[1], 2]",
                "T0410: Argument 2 of function \"sum\" does not match function signature",
            ),
            (
                r#"[["1"]]"#,
                "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"",
            ),
            (
                r#"["a"]"#,
                "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"",
            ),
            (
                "[[1, null]]",
                "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"",
            ),
            (
                "[]",
                "T0410: Argument 1 of function \"sum\" does not match function signature",
            ),
        ],
    );
    check(&MAX, &[("[[1, 3, 2]]", "3"), ("[[]]", "nothing"), ("[7]", "7")]);
    check(&MIN, &[("[[1, -3, 2]]", "-3"), ("[[]]", "nothing")]);
    check(
        &AVERAGE,
        &[("[[1, 2]]", "1.5"), ("[[]]", "nothing"), (r#"["nothing"]"#, "nothing")],
    );
    check(&ABS, &[("[-1.5]", "1.5"), (r#"["nothing"]"#, "nothing")]);
    check(&FLOOR, &[("[-1.5]", "-2"), ("[1.5]", "1")]);
    check(&CEIL, &[("[-1.5]", "-1"), ("[1.2]", "2")]);
    check(
        &SQRT,
        &[
            ("[9]", "3"),
            (
                "[-1]",
                "D3060: The sqrt function cannot be applied to a negative number: -1",
            ),
        ],
    );
    check(
        &POWER,
        &[
            ("[2, 10]", "1024"),
            ("[2, -1]", "0.5"),
            (
                "[10, 400]",
                "D3061: The power function has resulted in a value that cannot be represented as a JSON number: base=10, \
             exponent=400",
            ),
        ],
    );
    check(
        &ROUND,
        &[
            ("[0.5]", "0"),
            ("[1.5]", "2"),
            ("[2.5]", "2"),
            ("[-1.5]", "-2"),
            ("[-0.2]", "0"),
            ("[123.456, 2]", "123.46"),
            ("[1.005, 2]", "1"),
            ("[1.015, 2]", "1.02"),
            ("[4.525, 2]", "4.52"),
            ("[12350, -2]", "12400"),
            ("[12450, -2]", "12400"),
            ("[1e21, 2]", "1e+21"),
            (r#"["nothing"]"#, "nothing"),
        ],
    );
    check(
        &NUMBER,
        &[
            (r#"["12.5"]"#, "12.5"),
            (r#"["-1e3"]"#, "-1000"),
            (r#"["0x1F"]"#, "31"),
            (r#"["0b101"]"#, "5"),
            (r#"["0o17"]"#, "15"),
            (r#"["0x1G"]"#, "\"NaN\""),
            ("[true]", "1"),
            ("[false]", "0"),
            (r#"["nothing"]"#, "nothing"),
            (r#"["1."]"#, "D3030: Unable to cast value to a number: \"1.\""),
            (r#"[" 1"]"#, "D3030: Unable to cast value to a number: \" 1\""),
            (r#"["+1"]"#, "D3030: Unable to cast value to a number: \"+1\""),
            (r#"[""]"#, "D3030: Unable to cast value to a number: \"\""),
            (r#"["1e999"]"#, "D3030: Unable to cast value to a number: \"1e999\""),
            (
                "[null]",
                "T0410: Argument 1 of function \"number\" does not match function signature",
            ),
        ],
    );
    check(
        &FORMAT_BASE,
        &[
            ("[100]", "\"100\""),
            ("[100, 2]", "\"1100100\""),
            ("[-255.5, 16]", "\"-100\""),
            ("[35, 36]", "\"z\""),
            ("[0, 2]", "\"0\""),
            ("[2.5, 2]", "\"10\""),
            (
                "[1, 37]",
                "D3100: The radix of the formatBase function must be between 2 and 36.  It was given 37",
            ),
        ],
    );
}

#[test]
fn strings() {
    check(
        &STRING,
        &[
            ("[5]", "\"5\""),
            ("[0.30000000000000004]", "\"0.3\""),
            ("[1e21]", "\"1e+21\""),
            ("[1e20]", "\"100000000000000000000\""),
            ("[0.000001]", "\"0.000001\""),
            ("[0.0000001]", "\"1e-7\""),
            ("[123456789012345678]", "\"123456789012346000\""),
            ("[900719925474098.5]", "\"900719925474099\""),
            ("[1.7976931348623157e308]", "\"null\""),
            (r#"["a"]"#, "\"a\""),
            (
                r#"[{"b": [1, null, "x\n\u0001"], "a": {}}]"#,
                r#""{\"b\":[1,null,\"x\\n\\u0001\"],\"a\":{}}""#,
            ),
            (
                r#"[{"a": [1, {}], "b": []}, true]"#,
                r#""{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}""#,
            ),
            (r#"["nothing"]"#, "nothing"),
            ("[null]", "\"null\""),
            (
                "[1, 2]",
                "T0410: Argument 2 of function \"string\" does not match function signature",
            ),
        ],
    );
    check(
        &LENGTH,
        &[(r#"["héllo😀"]"#, "6"), (r#"[""]"#, "0"), (r#"["nothing"]"#, "nothing")],
    );
    check(
        &SUBSTRING,
        &[
            (r#"["hello", 3]"#, "\"lo\""),
            (r#"["hello", 1, 2]"#, "\"el\""),
            (r#"["hello", -3, 2]"#, "\"ll\""),
            (r#"["hello", -30, 2]"#, "\"he\""),
            (r#"["hello", 2, 0]"#, "\"\""),
            (r#"["hello", 20]"#, "\"\""),
            (r#"["hello", 1.9, 1.2]"#, "\"el\""),
            (r#"["a😀b", 1, 1]"#, "\"😀\""),
            (r#"["nothing", 1]"#, "nothing"),
        ],
    );
    check(
        &SUBSTRING_BEFORE,
        &[(r#"["a-b-c", "-"]"#, "\"a\""), (r#"["abc", "-"]"#, "\"abc\"")],
    );
    check(
        &SUBSTRING_AFTER,
        &[(r#"["a-b-c", "-"]"#, "\"b-c\""), (r#"["abc", "-"]"#, "\"abc\"")],
    );
    check(&LOWERCASE, &[(r#"["AbÉ"]"#, "\"abé\"")]);
    check(&UPPERCASE, &[(r#"["abß"]"#, "\"ABSS\"")]);
    check(&TRIM, &[(r#"["  a \n\t b  "]"#, "\"a b\""), (r#"[" "]"#, "\"\"")]);
    check(
        &PAD,
        &[
            (r#"["ab", 5]"#, "\"ab   \""),
            (r#"["ab", -5, "*"]"#, "\"***ab\""),
            (r#"["ab", 6, "xyz"]"#, "\"abxyzx\""),
            (r#"["ab", 1]"#, "\"ab\""),
            (r#"["ab", 3, ""]"#, "\"ab \""),
            (r#"["ab", 10000000]"#, "Expression evaluation memory limit exceeded"),
        ],
    );
    check(
        &JOIN,
        &[
            (r#"[["a", "b"], "-"]"#, "\"a-b\""),
            (r#"[["a", "b"]]"#, "\"ab\""),
            (r#"["a", "-"]"#, "\"a\""),
            (r#"["nothing"]"#, "nothing"),
            (
                r#"[["a", 1]]"#,
                "T0412: Argument 1 of function \"join\" must be an array of \"strings\"",
            ),
        ],
    );
}

#[test]
fn the_context_value_stands_in() {
    let here = Val::from("Hello");
    let call = |function: &'static Builtin, json| shown(function.call(query(), &here, &args(json)));
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
fn matches() {
    static VOWEL: Regex = Regex::new("[aeiou]", "");
    static WORD: Regex = Regex::new(r"(\w)(\w*)", "i");
    static EMPTY: Regex = Regex::new("x*", "");
    let call = |function: &'static Builtin, string: &'static str, regex: &'static Regex, rest: &str| {
        let mut all = vec![string.into(), regex.into()];
        all.extend(args(rest));
        shown(function.call(query(), &Val::Undefined, &all))
    };
    assert_eq!(call(&CONTAINS, "xyz", &VOWEL, "[]"), "false");
    assert_eq!(call(&CONTAINS, "xaz", &VOWEL, "[]"), "true");
    assert_eq!(
        call(&MATCH, "😀 ab c", &WORD, "[]"),
        r#"[{"match":"ab","index":3,"groups":["a","b"]},{"match":"c","index":6,"groups":["c",""]}]"#
    );
    assert_eq!(
        call(&MATCH, "ab cd", &WORD, "[1]"),
        r#"{"match":"ab","index":0,"groups":["a","b"]}"#
    );
    assert_eq!(call(&MATCH, "ab cd", &WORD, "[0]"), "nothing");
    assert_eq!(
        call(&MATCH, "ab", &WORD, "[-1]"),
        "D3040: Third argument of match function must evaluate to a positive number"
    );
    assert_eq!(
        call(&MATCH, "abc", &EMPTY, "[]"),
        "D1004: Regular expression matches zero length string"
    );
    assert_eq!(
        call(&REPLACE, "hello world", &WORD, r#"["$2$1$$$0$9$x"]"#),
        "\"elloh$hello$x orldw$world$x\""
    );
    assert_eq!(call(&REPLACE, "banana", &VOWEL, r#"["", 2]"#), "\"bnna\"");
    assert_eq!(call(&SPLIT, "banana", &VOWEL, "[]"), r#"["b","n","n",""]"#);
    assert_eq!(call(&SPLIT, "banana", &VOWEL, "[2]"), r#"["b","n"]"#);
    let upper = lambda(|[found]: [Val<'static>; 1]| {
        let text = found.own_member("match").unwrap_or(Val::Undefined);
        UPPERCASE.call(query(), &Val::Undefined, &[text])
    });
    let result = REPLACE.call(query(), &Val::Undefined, &["banana".into(), (&VOWEL).into(), upper]);
    assert_eq!(shown(result), "\"bAnAnA\"");
    let number = lambda(|[_]: [Val<'static>; 1]| Ok(Val::from(1)));
    let result = REPLACE.call(
        query(),
        &Val::Undefined,
        &["banana".into(), (&VOWEL).into(), number.clone()],
    );
    assert_eq!(
        shown(result),
        "D3012: Attempted to replace a matched string with a non-string value"
    );
    let result = CONTAINS.call(query(), &Val::Undefined, &["banana".into(), number]);
    assert_eq!(
        shown(result),
        "T1010: The matcher function argument passed to function \"contains\" does not return the correct object \
         structure"
    );
    check(
        &CONTAINS,
        &[(r#"["abc", "b"]"#, "true"), (r#"["nothing", "b"]"#, "nothing")],
    );
    check(
        &REPLACE,
        &[
            (r#"["a.b.c", ".", "$0"]"#, "\"a$0b$0c\""),
            (r#"["a.b.c", ".", "-", 1]"#, "\"a-b.c\""),
            (
                r#"["abc", "", "-"]"#,
                "D3010: Second argument of replace function cannot be an empty string",
            ),
            (
                r#"["abc", "a", "-", -1]"#,
                "D3011: Fourth argument of replace function must evaluate to a positive number",
            ),
        ],
    );
    check(
        &SPLIT,
        &[
            (r#"["a,b,c", ","]"#, r#"["a","b","c"]"#),
            (r#"["a,b,c", ",", 2]"#, r#"["a","b"]"#),
            (r#"["abc", ""]"#, r#"["a","b","c"]"#),
            (r#"["a", ",", 0]"#, "[]"),
            (
                r#"["a", ",", -1]"#,
                "D3020: Third argument of split function must evaluate to a positive number",
            ),
        ],
    );
}

#[test]
fn a_matcher_of_the_expression_gives_one_match_after_the_other() {
    fn found(at: usize) -> Val<'static> {
        let mut object = Object::default();
        object.insert("match".into(), "an".into());
        object.insert("start".into(), Val::Number(at as f64));
        object.insert("end".into(), Val::Number(at as f64 + 2.0));
        object.insert("groups".into(), Val::array(vec![]));
        let next = lambda(move |[]: [Val<'static>; 0]| Ok(if at < 3 { found(at + 2) } else { Val::Undefined }));
        object.insert("next".into(), next);
        object.into()
    }
    let matcher = lambda(|[_]: [Val<'static>; 1]| Ok(found(1)));
    let given = ["banana".into(), matcher, "-".into()];
    assert_eq!(shown(REPLACE.call(query(), &Val::Undefined, &given)), "\"b--a\"");
    assert_eq!(
        shown(SPLIT.call(query(), &Val::Undefined, &given[..2])),
        r#"["b","","a"]"#
    );
}

#[test]
fn arrays() {
    check(
        &COUNT,
        &[
            ("[[1, 2]]", "2"),
            ("[5]", "1"),
            ("[null]", "1"),
            (r#"["nothing"]"#, "0"),
            ("[[]]", "0"),
        ],
    );
    check(
        &APPEND,
        &[
            ("[[1], [2, 3]]", "[1,2,3]"),
            ("[1, 2]", "[1,2]"),
            (r#"["nothing", 2]"#, "2"),
            (r#"[[1], "nothing"]"#, "[1]"),
            ("[[], [1]]", "[1]"),
        ],
    );
    check(
        &REVERSE,
        &[
            ("[[1, 2, 3]]", "[3,2,1]"),
            ("[1]", "[1]"),
            (r#"["nothing"]"#, "nothing"),
        ],
    );
    check(
        &SORT,
        &[
            ("[[3, 1, 2]]", "[1,2,3]"),
            (r#"[["b", "a", "B"]]"#, r#"["B","a","b"]"#),
            (r#"[["\uffff", "😀"]]"#, r#"["😀","￿"]"#),
            ("[[1]]", "[1]"),
            (
                r#"[[1, "a"]]"#,
                "D3070: The single argument form of the sort function can only be applied to an array of strings or \
                 an array of numbers.  Use the second argument to specify a comparison function",
            ),
        ],
    );
    check(
        &DISTINCT,
        &[
            (
                r#"[[1, "1", 1.0, null, null, {"a": [1]}, {"a": [1]}, [1], [1]]]"#,
                r#"[1,"1",null,{"a":[1]},[1]]"#,
            ),
            (r#"[[{"a": 1, "b": 2}, {"b": 2, "a": 1}]]"#, r#"[{"a":1,"b":2}]"#),
            ("[5]", "5"),
            (r#"["nothing"]"#, "nothing"),
        ],
    );
    check(
        &ZIP,
        &[
            ("[[1, 2, 3], [4, 5]]", "[[1,4],[2,5]]"),
            ("[[1, 2]]", "[[1],[2]]"),
            ("[1, 2]", "[[1,2]]"),
            (r#"[[1], "nothing"]"#, "[]"),
            (
                "[]",
                "T0410: Argument 1 of function \"zip\" does not match function signature",
            ),
        ],
    );
    let shuffled = SHUFFLE.call(query(), &Val::Undefined, &args("[[1, 2, 3, 4]]")).unwrap();
    let sorted = SORT.call(query(), &Val::Undefined, &[shuffled]);
    assert_eq!(shown(sorted), "[1,2,3,4]");
}

#[test]
fn objects() {
    check(
        &KEYS,
        &[
            (r#"[{"b": 1, "a": 2}]"#, r#"["b","a"]"#),
            (r#"[{"b": 1}]"#, "\"b\""),
            (r#"[[{"b": 1}, [{"a": 1}], {"b": 2}, 5]]"#, r#"["b","a"]"#),
            ("[{}]", "nothing"),
            (r#"["a"]"#, "nothing"),
        ],
    );
    check(
        &LOOKUP,
        &[
            (r#"[{"a": 1}, "a"]"#, "1"),
            (r#"[{"a": null}, "a"]"#, "null"),
            (r#"[{"a": 1}, "b"]"#, "nothing"),
            (r#"[[{"a": 1}, {"a": [2, 3]}, {}, [{"a": 4}]], "a"]"#, "[1,2,3,4]"),
            (r#"[[{"a": 1}], "a"]"#, "1"),
        ],
    );
    check(
        &SPREAD,
        &[
            (r#"[{"a": 1, "b": 2}]"#, r#"[{"a":1},{"b":2}]"#),
            (r#"[{"a": 1}]"#, r#"{"a":1}"#),
            (r#"[[{"a": 1}]]"#, r#"[{"a":1}]"#),
            (r#"[[{"a": 1}, 5, [{"b": 2}]]]"#, r#"[{"a":1},5,{"b":2}]"#),
            (r#"["x"]"#, "\"x\""),
            ("[[]]", "nothing"),
        ],
    );
    check(
        &MERGE,
        &[
            (r#"[[{"a": 1, "b": 2}, {"a": 3}]]"#, r#"{"a":3,"b":2}"#),
            (r#"[{"a": 1}]"#, r#"{"a":1}"#),
            ("[[]]", "{}"),
            (r#"["nothing"]"#, "nothing"),
            (
                "[[1]]",
                "T0412: Argument 1 of function \"merge\" must be an array of \"objects\"",
            ),
        ],
    );
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
    let of_sum = |function: &'static Builtin| shown(function.call(query(), &Val::Undefined, &[(&SUM).into()]));
    assert_eq!(of_sum(&TYPE), "\"function\"");
    assert_eq!(of_sum(&BOOLEAN), "false");
    assert_eq!(of_sum(&STRING), "\"\"");
    let list = Val::array(vec![(&SUM).into(), Val::Number(f64::NAN)]);
    assert_eq!(
        shown(STRING.call(query(), &Val::Undefined, &[list])),
        r#""[\"\",null]""#
    );
    let infinite =
        |function: &'static Builtin| shown(function.call(query(), &Val::Undefined, &[Val::Number(f64::INFINITY)]));
    assert_eq!(infinite(&TYPE), "D1001: Number out of range: null");
    assert_eq!(infinite(&BOOLEAN), "D1001: Number out of range: null");
    assert_eq!(
        infinite(&STRING),
        "D3001: Attempting to invoke string function on Infinity or NaN"
    );
}

#[test]
fn functions_of_functions() {
    let call = |function: &'static Builtin, json: &str, by: Val<'static>| {
        let mut all = args(json);
        all.insert(1, by);
        shown(function.call(query(), &Val::Undefined, &all))
    };
    let double = lambda(|[n]: [Val<'static>; 1]| multiply(n, Val::from(2)));
    let index = lambda(|[_, at]: [Val<'static>; 2]| Ok(at));
    let whole = lambda(|[_, _, whole]: [Val<'static>; 3]| Ok(whole));
    let large = lambda(|[n]: [Val<'static>; 1]| greater(n, Val::from(1)));
    let sum = lambda(|[a, b]: [Val<'static>; 2]| add(a, b));
    let nothing = lambda(|[]: [Val<'static>; 0]| Ok(Val::Undefined));
    assert_eq!(call(&MAP, "[[1, 2]]", double.clone()), "[2,4]");
    assert_eq!(call(&MAP, "[1]", double.clone()), "2");
    assert_eq!(call(&MAP, "[[5, 6]]", index.clone()), "[0,1]");
    assert_eq!(call(&MAP, "[[5, 6]]", whole), "[[5,6],[5,6]]");
    assert_eq!(call(&MAP, "[[5, 6]]", nothing), "nothing");
    assert_eq!(call(&MAP, r#"["nothing"]"#, double.clone()), "nothing");
    assert_eq!(call(&MAP, r#"[["a", "b"]]"#, (&UPPERCASE).into()), r#"["A","B"]"#);
    // What is not called by an expression of its own stays a sequence.
    assert_eq!(call(&MAP, r#"[[{"a": 1}, {}]]"#, (&KEYS).into()), r#"[["a"],[]]"#);
    assert_eq!(call(&FILTER, "[[1, 2, 3]]", large.clone()), "[2,3]");
    assert_eq!(call(&FILTER, "[[1, 2]]", large.clone()), "2");
    assert_eq!(call(&FILTER, "[[1]]", large.clone()), "nothing");
    assert_eq!(call(&SINGLE, "[[1, 2]]", large.clone()), "2");
    assert_eq!(
        call(&SINGLE, "[[2, 3]]", large.clone()),
        "D3138: The $single() function expected exactly 1 matching result.  Instead it matched more."
    );
    assert_eq!(
        call(&SINGLE, "[[1]]", large.clone()),
        "D3139: The $single() function expected exactly 1 matching result.  Instead it matched 0."
    );
    check(&SINGLE, &[("[[7]]", "7")]);
    assert_eq!(call(&REDUCE, "[[1, 2, 3]]", sum.clone()), "6");
    assert_eq!(call(&REDUCE, "[[1, 2, 3], 10]", sum.clone()), "16");
    assert_eq!(call(&REDUCE, "[[]]", sum.clone()), "nothing");
    assert_eq!(call(&FOLD_LEFT, "[[], 1]", sum.clone()), "1");
    assert_eq!(
        call(&REDUCE, "[[1]]", double.clone()),
        "D3050: The second argument of reduce function must be a function with at least two arguments"
    );
    assert_eq!(call(&EACH, r#"[{"a": 1, "b": 2}]"#, index), r#"["a","b"]"#);
    assert_eq!(call(&EACH, "[{}]", double), "nothing");
    assert_eq!(call(&SIFT, r#"[{"a": 1, "b": 2}]"#, large.clone()), r#"{"b":2}"#);
    assert_eq!(call(&SIFT, r#"[{"a": 1}]"#, large), "nothing");
    let down = lambda(|[a, b]: [Val<'static>; 2]| less(a, b));
    assert_eq!(call(&SORT, "[[1, 3, 2]]", down), "[3,2,1]");
    let failing = lambda(|[_]: [Val<'static>; 1]| Err(Error::new("D3137", "Oh!")));
    assert_eq!(call(&MAP, "[[1]]", failing), "D3137: Oh!");
    check(
        &MAP,
        &[(
            "[[1], 2]",
            "T0410: Argument 2 of function \"map\" does not match function signature",
        )],
    );
}

#[test]
fn encodings() {
    check(
        &BASE64ENCODE,
        &[(r#"["hello:world"]"#, "\"aGVsbG86d29ybGQ=\""), (r#"["é"]"#, "\"6Q==\"")],
    );
    check(
        &BASE64DECODE,
        &[(r#"["aGVsbG86d29ybGQ="]"#, "\"hello:world\""), (r#"["6Q"]"#, "\"é\"")],
    );
    let error = BASE64DECODE.call(query(), &Val::Undefined, &["!!!".into()]).err();
    assert!(error.is_some_and(|error| error.is_internal()));
    check(&ENCODE_URL_COMPONENT, &[(r#"["?x=tést&"]"#, "\"%3Fx%3Dt%C3%A9st%26\"")]);
    check(
        &ENCODE_URL,
        &[(r#"["http://a.b/?x=tést ü"]"#, "\"http://a.b/?x=t%C3%A9st%20%C3%BC\"")],
    );
    check(
        &DECODE_URL_COMPONENT,
        &[
            (r#"["%3Fx%3Dt%C3%A9st"]"#, "\"?x=tést\""),
            (
                r#"["%"]"#,
                "D3140: Malformed URL passed to $decodeUrlComponent(): \"%\"",
            ),
            (
                r#"["%C3"]"#,
                "D3140: Malformed URL passed to $decodeUrlComponent(): \"%C3\"",
            ),
        ],
    );
    check(&DECODE_URL, &[(r#"["a%20b%3F%3d"]"#, "\"a b%3F%3d\"")]);
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
    assert!(PARSE.call(query(), &Val::Undefined, &["{".into()]).is_err());
    let random = |json| shown(RANDOM.call(query(), &Val::Undefined, &args(json)));
    assert_eq!(random("[1]"), random("[1]"));
    assert_ne!(random("[1]"), random("[2]"));
    let numbers = [random("[]"), random("[7]")].map(|number| number.parse::<f64>().unwrap());
    assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
    assert_eq!(shown(UUID.call(query(), &Val::Undefined, &[])).len(), 38);
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
