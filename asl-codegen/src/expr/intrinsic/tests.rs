use super::*;
use crate::expr::path::Step;
use proptest::prelude::*;

fn string(raw: &str, value: &str) -> ArgKind {
    ArgKind::String {
        raw: raw.to_owned(),
        value: value.to_owned(),
    }
}

#[track_caller]
fn call(text: &str) -> Call {
    match Call::parse(text) {
        Ok(call) => call,
        Err(error) => panic!("{text}: {error:?}"),
    }
}

#[track_caller]
fn args(text: &str) -> Vec<ArgKind> {
    call(text).args.into_iter().map(|arg| arg.kind).collect()
}

#[track_caller]
fn error(text: &str) -> (&str, String) {
    match Call::parse(text) {
        Err(error) => (&text[error.at], error.message),
        Ok(call) => panic!("{text}: {call:?}"),
    }
}

#[test]
fn every_function_has_its_name() {
    // IF-2, IF-20 to IF-38
    for function in Intrinsic::ALL {
        let text = format!("{}()", function.name());
        assert_eq!(
            call(&text),
            Call {
                function,
                args: vec![],
                text: text.clone(),
                at: 0..text.len()
            }
        );
    }
}

#[test]
fn arguments() {
    // IF-3, IF-4
    assert_eq!(
        args("  States.Array( 'a' ,1,-2.50,+3, 1e5,null,true , false) "),
        [
            string("a", "a"),
            ArgKind::Number("1".into()),
            ArgKind::Number("-2.50".into()),
            ArgKind::Number("+3".into()),
            ArgKind::Number("1e5".into()),
            ArgKind::Null,
            ArgKind::Bool(true),
            ArgKind::Bool(false),
        ]
    );
    let text = "States.Array($, $$.Execution.Name , $x['a,b)'][?(@.c == ')')], $.list.length(), $.a\\,b)";
    let paths: Vec<String> = call(text)
        .args
        .iter()
        .map(|arg| match &arg.kind {
            ArgKind::Path(path) => {
                assert_eq!(path.text, text[arg.at.clone()]);
                path.text.clone()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        paths,
        [
            "$",
            "$$.Execution.Name",
            "$x['a,b)'][?(@.c == ')')]",
            "$.list.length()",
            "$.a\\,b"
        ]
    );
}

#[test]
fn arguments_know_their_place() {
    let text = " States.MathAdd(States.ArrayLength($.é), -1)";
    let outer = call(text);
    assert_eq!(outer.at, 1..text.len());
    let ArgKind::Call(inner) = &outer.args[0].kind else {
        panic!("{outer:?}")
    };
    assert_eq!(&text[inner.at.clone()], "States.ArrayLength($.é)");
    assert_eq!(&text[inner.args[0].at.clone()], "$.é");
    assert_eq!(&text[outer.args[1].at.clone()], "-1");
    assert!(matches!(&inner.args[0].kind, ArgKind::Path(path) if path.steps == [Step::Member("é".into())]));
}

#[test]
fn strings() {
    // IF-6, IF-8: \' \{ \} \\
    assert_eq!(
        args(r"States.Format('it\'s \{{}\} \\ {', 1)")[0],
        string(r"it\'s \{{}\} \\ {", r"it's {{}} \ {")
    );
    // IF-57: bare braces and double quotes
    assert_eq!(
        args(r#"States.StringToJson('{"k": "false"}')"#)[0],
        string(r#"{"k": "false"}"#, r#"{"k": "false"}"#)
    );
    assert_eq!(args("States.Format('次\n\tx')")[0], string("次\n\tx", "次\n\tx"));
    // IF-7
    assert_eq!(
        error(r#"States.StringToJson('a \"b')"#),
        (r#"\""#, r#"no escape is `\"`"#.into())
    );
    assert_eq!(error(r"States.Format('a\nb')"), (r"\n", r"no escape is `\n`".into()));
    assert_eq!(error(r"States.Format('a\')"), ("'", "this quote is not closed".into()));
}

#[test]
fn calls_nest_ten_deep() {
    // IF-5
    let nested = |depth: usize| format!("{}{}", "States.Array(".repeat(depth), ")".repeat(depth));
    call(&nested(10));
    assert_eq!(error(&nested(11)).1, "calls nest more than 10 deep");
    assert_eq!(error(&nested(100_000)).1, "calls nest more than 10 deep");
}

#[test]
fn errors_point_at_what_is_wrong() {
    for (text, at, message) in [
        ("", "", "not a call of an intrinsic function"),
        ("hello", "hello", "not a call of an intrinsic function"),
        ("prod-v1", "prod-v1", "not a call of an intrinsic function"),
        // IF-10
        (
            "States.Formt('{}', 1)",
            "States.Formt",
            "no intrinsic function has the name `States.Formt`",
        ),
        (
            "states.format('')",
            "states.format",
            "no intrinsic function has the name `states.format`",
        ),
        ("Format('')", "Format", "no intrinsic function has the name `Format`"),
        (
            "States.Array(States.Nope())",
            "States.Nope",
            "no intrinsic function has the name `States.Nope`",
        ),
        ("States.UUID", "D", "expected `(`"),
        ("States.UUID() x", "x", "nothing can follow the call"),
        ("States.UUID(", "(", "this parenthesis is not closed"),
        ("States.Format('{}', $.e", "(", "this parenthesis is not closed"),
        ("States.Array(1,)", ")", "expected an argument"),
        ("States.Array(1 2)", "2", "expected `,` or `)`"),
        ("States.Array(abc)", "abc", "expected an argument"),
        ("States.Array(\"a\")", "\"", "expected a string in single quotes"),
        ("States.Array(1x)", "1x", "not a number"),
        ("States.Array(1.)", "1.", "not a number"),
        ("States.Array(-)", "-", "not a number"),
        // IF-9
        ("States.Array([1])", "[", "objects and arrays cannot be written here"),
        ("States.Array({})", "{", "objects and arrays cannot be written here"),
        // Errors of paths are at bytes of the whole text.
        (
            "States.Array(1, $.a b)",
            " ",
            "a name with a blank must stand in brackets and quotes",
        ),
        ("States.Array($.a[0, 1)", ")", "expected `]`"),
    ] {
        assert_eq!(error(text), (at, message.to_owned()), "{text}");
    }
}

#[test]
fn errors_say_what_to_write() {
    for (text, help) in [
        (
            "States.Formt('')",
            "a function with a similar name exists: `States.Format`",
        ),
        ("States.Uuid()", "a function with a similar name exists: `States.UUID`"),
        ("States.Array(abc)", "write `'abc'` for a string, `$.abc` for a path"),
        (r"States.Format('\n')", r"the escapes are `\'`, `\{`, `\}` and `\\`"),
    ] {
        assert_eq!(Call::parse(text).unwrap_err().help.as_deref(), Some(help), "{text}");
    }
}

#[test]
fn findings() {
    for (text, found) in [
        // IF-10
        ("States.Array()", vec![]),
        (
            "States.UUID(1)",
            vec![("States.UUID", "`States.UUID` takes no arguments, not 1")],
        ),
        (
            "States.MathAdd(1)",
            vec![("States.MathAdd", "`States.MathAdd` takes 2 arguments, not 1")],
        ),
        (
            "States.MathRandom(1)",
            vec![("States.MathRandom", "`States.MathRandom` takes 2 or 3 arguments, not 1")],
        ),
        (
            "States.Format()",
            vec![("States.Format", "`States.Format` takes at least 1 argument, not 0")],
        ),
        (
            "States.ArrayLength()",
            vec![("States.ArrayLength", "`States.ArrayLength` takes 1 argument, not 0")],
        ),
        // IF-11
        (
            "States.MathAdd(1, '2')",
            vec![("'2'", "`States.MathAdd` takes a number here, not a string")],
        ),
        (
            "States.ArrayLength(null)",
            vec![("null", "`States.ArrayLength` takes an array here, not null")],
        ),
        (
            "States.ArrayLength(States.UUID())",
            vec![(
                "States.UUID()",
                "`States.ArrayLength` takes an array here, not a string",
            )],
        ),
        ("States.ArrayLength(States.StringToJson($.x))", vec![]),
        (
            "States.JsonMerge(1, $.x, 'no')",
            vec![
                ("1", "`States.JsonMerge` takes an object here, not a number"),
                ("'no'", "`States.JsonMerge` takes a boolean here, not a string"),
            ],
        ),
        // IF-20
        ("States.Format('{} {}', 1, 2)", vec![]),
        (r"States.Format('\{\} ${Name}')", vec![]),
        (
            r"States.Format('a {x}')",
            vec![("{", "a brace that is not part of `{}` must be escaped")],
        ),
        (
            r"States.Format('\{} {}', 1)",
            vec![("}", "a brace that is not part of `{}` must be escaped")],
        ),
        ("States.Format($.t, 1, 2)", vec![]),
        ("States.Format('{}')", vec![("'{}'", "1 `{}` for 0 arguments")]),
        ("States.Format('{} {}', 1)", vec![("'{} {}'", "2 `{}` for 1 argument")]),
        // IF-22
        ("States.StringToJson(' ')", vec![]),
        (
            "States.StringToJson('{\"a\":')",
            vec![("'{\"a\":'", "not JSON: EOF while parsing a value at line 1 column 5")],
        ),
        // IF-25, IF-27, IF-28
        ("States.ArrayPartition($.a, 0.5)", vec![]),
        (
            "States.ArrayPartition($.a, 0.4)",
            vec![("0.4", "a chunk must have at least one element")],
        ),
        ("States.ArrayRange(1, 9, 0)", vec![("0", "the step cannot be 0")]),
        ("States.ArrayRange(1, 1000, 1)", vec![]),
        (
            "States.ArrayRange(0, 1000, 1)",
            vec![("1000", "the range has more than 1000 elements")],
        ),
        (
            "States.ArrayRange(0, -1000, -1)",
            vec![("-1000", "the range has more than 1000 elements")],
        ),
        ("States.ArrayRange(0, -1000, 1)", vec![]),
        ("States.ArrayGetItem($.a, -1)", vec![("-1", "an index counts from 0")]),
        // IF-33, IF-34
        ("States.Hash($.a, 'SHA-1')", vec![]),
        (
            "States.Hash($.a, 'SHA1')",
            vec![("'SHA1'", "no algorithm has the name `SHA1`")],
        ),
        (
            "States.JsonMerge($.a, $.b, true)",
            vec![("true", "the service merges shallowly only")],
        ),
        // IF-35, IF-36
        (
            "States.MathRandom(1, 1)",
            vec![("1", "the end, which is excluded, must be above the start")],
        ),
        ("States.MathAdd(2147483647, 0)", vec![]),
        (
            "States.MathAdd(2147483648, 0)",
            vec![(
                "2147483648",
                "`States.MathAdd` takes numbers from -2147483648 to 2147483647",
            )],
        ),
        // In nested calls, in the order of the text
        (
            "States.Array(States.Hash('', 'x'), States.UUID(1))",
            vec![
                ("'x'", "no algorithm has the name `x`"),
                ("States.UUID", "`States.UUID` takes no arguments, not 1"),
            ],
        ),
    ] {
        let findings = call(text).findings();
        let findings: Vec<_> = findings
            .iter()
            .map(|found| (&text[found.at.clone()], found.message.as_str()))
            .collect();
        assert_eq!(findings, found, "{text}");
    }
    let long = "x".repeat(10_001);
    for name in [
        "States.Base64Encode('{}')",
        "States.Base64Decode('{}')",
        "States.Hash('{}', 'MD5')",
    ] {
        assert_eq!(call(&name.replace("{}", &long)).findings().len(), 1, "{name}");
        assert_eq!(call(&name.replace("{}", &long[1..])).findings().len(), 0, "{name}");
    }
}

proptest! {
    /// Whatever the text, there is a call or an error within the text.
    #[test]
    fn no_text_panics(text in r#"(States\.|Format|Array|MathAdd|\(|\)|'|"|\\|,|\$|\.|a|\[|\]|\{|\}|[0-9]|-|é|😀|null| ){0,24}"#) {
        for text in [text.clone(), format!("States.Array({text})"), format!("States.Format('{text}',{text})")] {
            match Call::parse(&text) {
                Ok(call) => {
                    for finding in call.findings() {
                        prop_assert!(text.get(finding.at.clone()).is_some(), "{} {:?}", text, finding);
                    }
                }
                Err(error) => prop_assert!(text.get(error.at.clone()).is_some(), "{} {:?}", text, error),
            }
        }
    }
}
