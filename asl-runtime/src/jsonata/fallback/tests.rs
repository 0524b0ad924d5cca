use super::super::functions::tests::{query, shown};
use super::super::{KEYS, Regex};
use super::*;
use jsonata_core::ast::BinaryOp;
use serde_json::json;
use std::time::Duration;

/// The value of an expression where `$x` is this.
fn value_of(text: &'static str, x: Value) -> String {
    let x: &'static Value = Box::leak(Box::new(x));
    shown(evaluate(query(), text, &Val::Undefined, &[("x", x.into())]))
}

#[test]
fn expressions_are_interpreted() {
    let x = json!({"items": [{"price": 2, "qty": 3}, {"price": 10, "qty": 1.5}], "name": "é", "none": null});
    for (text, wanted) in [
        ("$sum($x.items.(price * qty))", "21"),
        ("$x.items[price > 5].price", "10"),
        ("$x.items[0].%.name", "\"é\""),
        (
            "$x ~> |items|{'qty': 0}, 'price'|",
            r#"{"items":[{"qty":0},{"qty":0}],"name":"é","none":null}"#,
        ),
        ("$x.missing", "nothing"),
        ("$x.none", "null"),
        ("$x.items.price[[0]]", "[2,10]"),
        ("$string($x.items[0])", r#""{\"price\":2,\"qty\":3}""#),
        ("[$x.name]", r#"["é"]"#),
        ("$x.name & 1", "\"é1\""),
    ] {
        assert_eq!(value_of(text, x.clone()), wanted, "{text}");
        // From what was read before.
        assert_eq!(value_of(text, x.clone()), wanted, "{text}");
    }
}

#[test]
fn errors_keep_code_and_message() {
    for (text, wanted) in [
        (
            "1 + 'a'",
            "T2002: The right side of the \"+\" operator must evaluate to a number",
        ),
        (
            "0 / 0 + 1",
            "T2001: The left side of the \"+\" operator must evaluate to a number",
        ),
        ("-'a'", "D1002: Cannot negate a non-numeric value: \"a\""),
        (
            "1 < 'a'",
            "T2009: The values 1 and \"a\" either side of operator \"<\" must be of the same data type",
        ),
        (
            "[1.5..2]",
            "T2003: The left side of the range operator (..) must evaluate to an integer",
        ),
        (
            "$uppercase(1)",
            "T0410: Argument 1 of function \"uppercase\" does not match function signature",
        ),
        (
            "$map([1], $uppercase)",
            "T0410: Argument 1 of function \"uppercase\" does not match function signature",
        ),
        (
            "[[1]].$length()",
            "T0411: Context value is not a compatible type with argument 1 of function \"length\"",
        ),
        (
            "'1, 2' ~> $sum(1)",
            "T0410: Argument 2 of function \"sum\" does not match function signature",
        ),
        (
            "$single([1, 2])",
            "D3138: The $single() function expected exactly 1 matching result.  Instead it matched more.",
        ),
        ("$error('Oh!')", "D3137: Oh!"),
        ("$eval('1')", "T1006: Attempted to invoke a non-function"),
        ("$unknown()", "T1006: Attempted to invoke a non-function"),
        ("1 +", "S0207: Unexpected end of expression"),
    ] {
        assert_eq!(value_of(text, Value::Null), wanted, "{text}");
    }
}

#[test]
fn failures_are_told_from_limits() {
    let failure = |text| evaluate(query(), text, &Val::Undefined, &[]).map(drop).unwrap_err();
    // J-85
    assert!(failure("$base64decode('!!!')").is_internal());
    assert!(failure("$parse('{')").is_internal());
    // J-82
    for text in [
        "$pad('', 1e9)",
        "$reduce([1..64], function($text, $n) { $text & $text }, 'x')",
    ] {
        let limit = failure(text);
        assert!(!limit.is_internal() && limit.code().is_none(), "{text}");
    }
}

#[test]
fn functions_of_the_service_are_there() {
    for (text, wanted) in [
        ("$partition([1, 2, 3], 2)", "[[1,2],[3]]"),
        ("$range(1, 9, 4)", "[1,5,9]"),
        ("$hash('abc', 'MD5')", "\"900150983cd24fb0d6963f7d28e17f72\""),
        ("$parse('{\"a\": [1]}').a", "[1]"),
        ("$parse('{').a", "EOF while parsing an object at line 1 column 1"),
        ("$random(1) = $random(1)", "true"),
        ("$random() = $random()", "false"),
        ("$uuid() = $uuid()", "false"),
        ("$length($uuid())", "36"),
        ("$now()", "\"2024-02-29T12:34:56.789Z\""),
        ("$millis()", "1709210096789"),
        ("$count($shuffle([1..9]))", "9"),
    ] {
        assert_eq!(value_of(text, Value::Null), wanted, "{text}");
    }
    // What is drawn follows from the machine.
    let drawn = ["$random()", "$uuid()", "$string($shuffle([1..9]))"].map(|text| value_of(text, Value::Null));
    let again = ["$random()", "$uuid()", "$string($shuffle([1..9]))"].map(|text| value_of(text, Value::Null));
    assert_eq!(drawn, again);
}

#[test]
fn our_functions_take_the_place_of_its_own() {
    for (text, wanted) in [
        ("$encodeUrl('[a b]') & $encodeUrlComponent('-.')", "\"%5Ba%20b%5D-.\""),
        ("$x.($base64encode())", "\"6Q==\""),
        ("['a', 'b'].$pad(3)", r#"["a  ","b  "]"#),
        ("$map(['a', 'b'], $pad(?, -2, '#'))", r##"["#a","#b"]"##),
        ("$formatBase(2.5)", "\"2\""),
        ("12 ~> $formatInteger('I')", "\"XII\""),
        ("$map([1, 2], $formatInteger(?, 'w'))", r#"["one","two"]"#),
        ("$formatInteger(missing, 'I')", "nothing"),
        ("$parseInteger('x', '0') = 0", "false"),
        ("$toMillis('10:00', '[H01]:[m01]')", "1709200800000"),
        ("($pad := function($text) { $text & '!' }; $pad('a'))", "\"a!\""),
    ] {
        assert_eq!(value_of(text, json!("é")), wanted, "{text}");
    }
    for text in ["$pad('', 1e9)", "$formatInteger(1e18, 'I')"] {
        assert_eq!(
            value_of(text, Value::Null),
            "Expression evaluation memory limit exceeded",
            "{text}"
        );
    }
}

#[test]
fn a_variable_with_the_name_of_a_function_is_one() {
    let types = |bindings: &[(&str, Val<'static>)]| {
        let text = "$type($max) & ', ' & $type($split)";
        shown(evaluate(query(), text, &Val::Undefined, bindings))
    };
    assert_eq!(types(&[]), "\"function, function\"");
    assert_eq!(types(&[("max", 5.into())]), "\"number, function\"");
    assert_eq!(types(&[("split", 5.into())]), "\"function, number\"");
    assert_eq!(types(&[("min", 5.into())]), "\"function, function\"");
    for text in [
        "$x.list#$max.($max)",
        "$x.list@$max.($max)",
        "($max := [0, 1]; $max)",
        "function($max) { $max }([0, 1])",
    ] {
        assert_eq!(value_of(text, json!({ "list": [0, 1] })), "[0,1]", "{text}");
    }
    // One of the service, and one that only the interpreter has.
    let bound = [("range", 5.into()), ("count", 6.into())];
    assert_eq!(
        shown(evaluate(query(), "$range + $count", &Val::Undefined, &bound)),
        "11"
    );
}

#[test]
fn what_it_has_otherwise_is_repaired() {
    let x = json!([{"p": 2, "n": 1}, {"n": 2}, {"p": 1, "n": 3}]);
    for (text, wanted) in [
        ("[1..$x ? 3 : 4]", "[1,2,3]"),
        ("[$x ? 2 : 9..$x ? 3 : 4]", "[2,3]"),
        ("[false ? 1 : false ? 2 : 3..true ? 5 : 4]", "[3,4,5]"),
        ("$x.p ~> $append(0)^($)", "[0,1,2]"),
        (
            "$x ~> $append({'n': 1}){$string(n): $count($)}",
            r#"{"1":2,"2":1,"3":1}"#,
        ),
        ("$x.n ~> $reverse()[0]", "[3,2,1]"),
        ("$x[0] ~> $map(function($a) { $a.n })[]", "[1]"),
        ("$x.$exists($)", "[true,true,true]"),
        ("$x.(missing.($exists($)))", "nothing"),
        ("$reduce([], function($a, $b) { 1 })", "nothing"),
        ("[] ~> $reduce(function($a, $b) { 1 })", "nothing"),
        ("$reduce([], function($a, $b) { 1 }, 2)", "2"),
        ("$reduce(missing, function($a, $b) { 1 }, 2)", "nothing"),
        ("$reduce(null, function($a, $b) { $a & $b }, 2)", "\"2null\""),
        ("$reduce([null], function($a, $b) { $a & $b }, 2)", "\"2null\""),
        ("$filter(null, function($a) { true })", "null"),
        ("null ~> $filter(function($a) { true })", "null"),
        (
            "$map([[], [1, 2]], $reduce(?, function($a, $b) { $a + $b }, 0))",
            "[0,3]",
        ),
        ("$sort($x, function($a, $b) { $a.p > $b.p }).n", "[1,2,3]"),
        ("$sort($x, function($a, $b) { $a.n < $b.n }).n", "[3,2,1]"),
        ("$spread([[{'a': 1}, [{'b': 2}]]])", r#"[{"a":1},{"b":2}]"#),
        ("$string($spread(function($a) { $a }))", "\"\""),
        ("$keys([[{'a': 1}, [{'b': 2}]]])", r#"["a","b"]"#),
        ("$contains('a', missing)", "a pattern is missing"),
        ("$contains(missing, missing)", "nothing"),
        ("$split('a', missing)", "a pattern is missing"),
        ("$split('a b', ' ')", r#"["a","b"]"#),
        ("$split('a b c', / /, 2)", r#"["a","b"]"#),
        ("$split('a b c', ' ', 2)", r#"["a","b"]"#),
        ("['ab', 'c'].$contains('b')", "[true,false]"),
        ("['ab', 'c'].$contains(/b/)", "[true,false]"),
        ("$replace('ab', 'b', missing)", "\"aundefined\""),
        ("$replace('ab', 'c', missing)", "\"ab\""),
        (
            "'a' & 1 / 0",
            "D3001: Attempting to invoke string function on Infinity or NaN",
        ),
        // Functions of the expression are its own.
        ("($reduce := function($a, $b) { $a }; $reduce(null, 1))", "null"),
        ("(function($filter) { $filter(null) })(function($a) { $a })", "null"),
    ] {
        assert_eq!(value_of(text, x.clone()), wanted, "{text}");
    }
}

#[test]
fn what_takes_forever_ends() {
    let text = "($loop := function($n) { $n < 0 ? 0 : $loop($n + 1) }; $loop(0))";
    let ended = Query::within(Duration::from_millis(1), |query| {
        shown(evaluate(query, text, &Val::Undefined, &[]))
    });
    assert_eq!(ended, "Expression evaluation timeout: Check for infinite loop");
}

#[test]
fn parts_of_texts_are_replaced() {
    for (text, wanted) in [
        ("$replace('banana', 'a', 'o')", "\"bonono\""),
        ("$replace('banana', 'a', 'o', 2)", "\"bonona\""),
        ("$replace('banana', /(an)/, '<$1>', 1)", "\"b<an>ana\""),
        (
            "$replace('banana', /n(.)/, function($m) { $uppercase($m.groups[0]) })",
            "\"baAA\"",
        ),
        ("['banana', 'ananas'].$replace('a', '')", r#"["bnn","nns"]"#),
        ("'banana' ~> $replace('a', 'o')", "\"bonono\""),
        ("$replace(missing, 'a', 'o')", "nothing"),
    ] {
        assert_eq!(value_of(text, Value::Null), wanted, "{text}");
    }
}

#[test]
fn values_nested_thousands_deep_are_refused() {
    let text = "$reduce([1..100000], function($inner, $n) { [[$inner]] }, 0)";
    assert!(value_of(text, Value::Null).starts_with("Stack overflow error"));
    let text = "$count($reduce([1..100000], function($inner, $n) { {'a': $inner} }, 0))";
    assert_eq!(value_of(text, Value::Null), "1");
}

#[test]
fn functions_go_in_and_stay_there() {
    static VOWELS: Regex = Regex::new("[aeiou]", "i");
    let given = [("f", Val::from(&KEYS)), ("vowels", Val::from(&VOWELS))];
    let value = |text| evaluate(query(), text, &Val::Undefined, &given);
    assert_eq!(shown(value("$f({'a': 1})")), "\"a\"");
    assert_eq!(shown(value("$replace('Ohio', $vowels, '-')")), "\"-h--\"");
    assert!(matches!(value("function($a) { $a }"), Ok(Val::Function(_))));
}

#[test]
fn limits_hold() {
    assert_eq!(
        value_of("($f := function($n) { 1 + $f($n + 1) }; $f(0))", Value::Null),
        "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. \
         Depth=101 max=100"
    );
    assert_eq!(
        value_of("$map([1..873783], function($n) { $n })", Value::Null),
        "Expression evaluation memory limit exceeded"
    );
    // Texts and arrays that double, each of them small enough for a while.
    for text in [
        "$reduce([1..64], function($text, $n) { $text & $text }, 'x')",
        "$reduce([1..64], function($text, $n) { $text & $text & '!' }, 'x').$length()",
        "($f := function($all) { $f([$all, $all]) }; $f([1, 2]))",
        "$count($reduce([1..64], function($all, $n) { [$all, $all] }, [1, 2]))",
        "$map([1..1000], function($n) { $x & $n })",
        "$join($map([1..1000], function($n) { $x }))",
        "$string($reduce([1..64], function($pair, $n) { [[$pair], [$pair]] }, 1))",
        "$reduce([1..64], function($pair, $n) { {'a': $pair, 'b': $pair} }, 1)",
        "$count([1..873784])",
        "($from := 1; $to := 873784; $count([0, $from..$to]))",
        "$count($map([1..1000], function($n) { $uppercase($x) }))",
        "$replace($x, 'x', $x)",
        "$replace($x, /x/, function($match) { $x })",
    ] {
        assert_eq!(
            value_of(text, "x".repeat(1 << 20).into()),
            "Expression evaluation memory limit exceeded",
            "{text}"
        );
    }
    // Ranges, each of them small enough.
    let host = Host::new(query());
    let at = ours::BINARY.iter().position(|op| *op == BinaryOp::Range);
    let range = [at.unwrap_or_default(), 1, 800_000].map(|n| JValue::Number(n as f64));
    let made = host.operate(&range).ok();
    let is_too_much = |_: &usize| made.clone().is_none_or(|made| host.counted(made).is_err());
    assert_eq!((1..).find(is_too_much), Some(34));
    assert!(value_of("[1..10000001]", Value::Null).starts_with("D2014: "));
    let deep = (0..MAX_NESTING + 1).fold(Value::Null, |inner, _| json!([inner]));
    assert!(value_of("$x", deep).starts_with("Stack overflow error"));
}
