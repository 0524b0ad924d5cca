use super::{FindingKind, check};
use crate::expr::jsonata::parse;

/// What is found: kind, text and message.
#[track_caller]
fn found(text: &str) -> Vec<(FindingKind, &str, String)> {
    let expr = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    check(&expr)
        .into_iter()
        .map(|finding| (finding.kind, &text[finding.at], finding.message))
        .collect()
}

#[track_caller]
fn places(text: &str, kind: FindingKind) -> Vec<&str> {
    found(text)
        .into_iter()
        .map(|(found, at, message)| {
            assert_eq!(found, kind, "{text}: {message}");
            at
        })
        .collect()
}

#[track_caller]
fn help(text: &str) -> Option<String> {
    let expr = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    check(&expr).into_iter().next().and_then(|finding| finding.help)
}

#[test]
fn nothing_is_wrong() {
    for text in [
        "$states.input.items[price > 3].{'id': id, 'total': price * qty}",
        "$sum($states.input.items.(price * qty))",
        "$map($list, function($v, $i) { $v.name & $string($i) })",
        "$states.input.orders^(>price, id)[0]",
        "$states.input{kind: $count($)}",
        "$states.input.a.($b := c; $b + %.d)",
        "$states.input ~> |orders|{'done': true}, ['draft']|",
        "$states.input.name ~> $uppercase() ~> $pad(10)",
        "$states.input ~> $keys",
        "($f := function($x) { $x }; $f(1, 2, 3))",
        "$filter($list, function($x) { $x.price > $limit })",
        "$states.input.name.$uppercase()",
        "$partition([1, 2], 2)",
        "$range(0, 10, 2)",
        "$hash('a', 'MD5') & $uuid() & $random(1)",
        "$parse('{}').x",
        "$string($states.input, true)",
        "$merge([$states.input, {'a': 1}])",
        "$sum(1)",
        "$replace('a', /a/, function($m) { 'b' })",
        "$zip([1], [2], [3])",
        "$reduce($list, function($a, $b) { $a + $b }, 0)",
        "$states.input.items[$contains('a')]",
        "$now('[Y]')",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn what_has_no_context() {
    for (text, expected) in [
        // J-37
        ("price", vec!["price"]),
        ("price + `unit price`.x", vec!["price", "`unit price`"]),
        ("$", vec!["$"]),
        ("$.price", vec!["$"]),
        ("$$.price", vec!["$$"]),
        ("$states.input[$$.x]", vec!["$$"]),
        ("{'a': b, 'c': [d]}", vec!["b", "d"]),
        ("a[b = c].d^(e){f: g}", vec!["a"]),
        ("$exists(a) ? b : c", vec!["a", "b", "c"]),
        ("(a; b).c", vec!["a", "b"]),
        // J-39
        ("$map($list, function($x) { price })", vec!["price"]),
        // J-38
        ("$states.input.(function($x) { price })(1)", vec![]),
    ] {
        assert_eq!(places(text, FindingKind::NoContext), expected, "{text}");
    }
    assert_eq!(
        help("price").as_deref(),
        Some("write `$states.input.price` for the input of the state, `$price` for a variable")
    );
}

#[test]
fn states_cannot_be_bound() {
    // J-42
    for text in [
        "($states := 1; 2)",
        "function($states) { 1 }",
        "$x.a@$states",
        "$x.a#$states",
        "$x.a[0]#$states",
    ] {
        assert_eq!(places(text, FindingKind::Reserved).len(), 1, "{text}");
    }
}

#[test]
fn unknown_functions() {
    // J-46
    for (text, at, expected) in [
        ("$eval('1')", "$eval", Some("`$parse` reads JSON")),
        ("$randomSeeded(1)", "$randomSeeded", None),
        (
            "$upperCase('a')",
            "$upperCase",
            Some("a function with a similar name exists: `$uppercase`"),
        ),
        (
            "'a' ~> $uppercse",
            "$uppercse",
            Some("a function with a similar name exists: `$uppercase`"),
        ),
        (
            "$cuont(?)",
            "$cuont",
            Some("a function with a similar name exists: `$count`"),
        ),
        ("sum([1])", "sum", Some("write `$sum`")),
        (
            "($double := function($x) { $x }; double(1))",
            "double",
            Some("write `$double`"),
        ),
    ] {
        assert_eq!(places(text, FindingKind::UnknownFunction), [at], "{text}");
        assert_eq!(help(text).as_deref(), expected, "{text}");
    }
    assert_eq!(
        places("$states.input.items[sum(x) > 1]", FindingKind::UnknownFunction),
        ["sum"]
    );
}

#[test]
fn numbers_of_arguments() {
    for (text, message) in [
        ("$count()", "`$count` takes 1 argument, not 0"),
        ("$count($a, $b)", "`$count` takes 1 argument, not 2"),
        ("$a ~> $count($b)", "`$count` takes 1 argument, not 2"),
        ("$uuid(1)", "`$uuid` takes no arguments, not 1"),
        ("$substring($a, 1, 2, 3)", "`$substring` takes 1 to 3 arguments, not 4"),
        ("$zip()", "`$zip` takes at least 1 argument, not 0"),
        ("$pad('a')", "`$pad` takes a number after these arguments"),
        // J-51, J-52: they give nothing.
        ("$range(1, 2)", "`$range` takes 3 arguments, not 2"),
        ("$hash('a')", "`$hash` takes 2 arguments, not 1"),
    ] {
        assert_eq!(
            found(text),
            [(
                FindingKind::Arity,
                text.trim_start_matches("$a ~> "),
                message.to_owned()
            )],
            "{text}"
        );
    }
}

#[test]
fn types_of_arguments() {
    for (text, at, message) in [
        ("$uppercase(1)", "1", "`$uppercase` takes a string here, not a number"),
        (
            "$substring('a', '1')",
            "'1'",
            "`$substring` takes a number here, not a string",
        ),
        ("$map([1], 2)", "2", "`$map` takes a function here, not a number"),
        (
            "$contains(1, 'a')",
            "1",
            "`$contains` takes a string here, not a number",
        ),
        (
            "$number([1])",
            "[1]",
            "`$number` takes a number, a string or a boolean here, not an array",
        ),
        ("1 ~> $split(',')", "1", "`$split` takes a string here, not a number"),
        (
            "$sum(['a'])",
            "'a'",
            "`$sum` takes an array of numbers here, not a string",
        ),
        (
            "$sum([1, $x, null])",
            "null",
            "`$sum` takes an array of numbers here, not null",
        ),
        ("$join(1)", "1", "`$join` takes an array of strings here, not a number"),
        (
            "$merge([{}, [1]])",
            "[1]",
            "`$merge` takes an array of objects here, not an array",
        ),
    ] {
        assert_eq!(found(text), [(FindingKind::Type, at, message.to_owned())], "{text}");
    }
    assert_eq!(
        help("$substring('a', '1')").as_deref(),
        Some("write `1` without quotes")
    );
}
