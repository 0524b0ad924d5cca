mod dump;

use super::{check::check, parse};
use dump::dump;
use proptest::prelude::*;

#[track_caller]
fn tree(text: &str) -> String {
    match parse(text) {
        Ok(expr) => dump(&expr),
        Err(error) => panic!("{text}: {error:?}"),
    }
}

/// The code of an error, and the text that it points at.
#[track_caller]
fn error(text: &str) -> (&'static str, &str) {
    match parse(text) {
        Err(error) => (error.code.unwrap_or_default(), &text[error.at]),
        Ok(expr) => panic!("{text}: {}", dump(&expr)),
    }
}

#[test]
fn trees() {
    for (text, expected) in [
        // Operators bind as the reference has them (J-45).
        ("1 + 2 * 3", "(+ 1 (* 2 3))"),
        (
            "a or b and c = d & e",
            "(or (. a) (and (. b) (= (. c) (& (. d) (. e)))))",
        ),
        ("-1", "-1"),
        ("-a.b", "(neg (. a b))"),
        ("$a := $b := 1", "(:= $a (:= $b 1))"),
        ("a ? b : c ? d : e", "(? (. a) (. b) (? (. c) (. d) (. e)))"),
        ("a ~> $f ~> $g(1)", "(~> (~> (. a) $f) (call $g 1))"),
        // Words that are operators are names where an operand stands.
        ("and and and", "(and (. and) (. and))"),
        ("in in or.and", "(in (. in) (. or and))"),
        // A path takes in what follows each step (J-38).
        (
            "$states.input.items[price > 3].name",
            "(. $states input items[(> (. price) 3)] name)",
        ),
        ("a[0][b]", "(. a[0][(. b)])"),
        ("(a)[0]", "<(block (. a)) [0]>"),
        ("(a)[0].b", "(. <(block (. a)) [0]> b)"),
        ("a.(b)[0]", "(. a (block (. b))[0])"),
        ("a.\"b c\".`d e`", "(. a b c d e)"),
        ("a^(b, >c)", "(. a (^ <(. b) >(. c)))"),
        ("a.b{c: d}", "<(. a b) {(. c): (. d)}>"),
        ("a@$x#$i.b[0]#$j", "(. a@x#i~ b~[0]#j)"),
        ("a[]", "<(.[] <a []>) []>"),
        ("a.b[].c", "(.[] a <b []> c)"),
        ("[1..3].(a)", "(. (kept-array (.. 1 3)) (block (. a)))"),
        ("a.[b].[c]", "(. a (kept-array (. b)) (kept-array (. c)))"),
        // The parent of a value is found among the steps before it.
        ("a.b.%.c", "(. a b^0~ %0 c)"),
        ("a.b.{'c': %.d}", "(. a b^0~ (object \"c\": (. %0 d)))"),
        ("a.b.%.%", "(. a^1~ b^0~ %0 %1)"),
        ("(a.b).%", "(. (block (.~ a b^0~))~ %0)"),
        // Functions
        (
            "function($x, $y) <n-n:n> { $x + $y }",
            "(function $x $y <n-n:n> (+ $x $y))",
        ),
        ("λ($x){$x}", "(function $x $x)"),
        ("$f(?, 2)", "(partial $f ? 2)"),
        ("|a|{'b': 1}, 'c'|", "(transform (. a) (object \"b\": 1) \"c\")"),
        ("$match(a, /b[/]+\\/c/i)", "(call $match (. a) /b[/]+\\/c/i)"),
        // Text
        ("'a\\u00e9\\ud83d\\ude00\\ud800\"'", "\"aé😀\u{fffd}\\\"\""),
        ("/* one */ a /* two */", "(. a)"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn errors() {
    // J-92
    for (text, code, at) in [
        ("'a", "S0101", "'"),
        ("1e999", "S0102", "1e999"),
        ("'a\\q'", "S0103", "\\q"),
        ("'a\\u12x4'", "S0104", "\\u"),
        ("`a", "S0105", "`"),
        ("a /* b", "S0106", "/*"),
        ("a b", "S0201", "b"),
        ("a || b", "S0201", "|"),
        ("(a]", "S0202", "]"),
        ("{'a' 1}", "S0202", "1"),
        ("(a", "S0203", "a"),
        ("!a", "S0204", "!"),
        ("", "S0207", ""),
        ("1 + ", "S0207", "+"),
        ("function(x){1}", "S0208", "x"),
        ("$x{'a': 1}[0]", "S0209", "$x{'a': 1}[0]"),
        ("a{'a': 1}{'b': 2}", "S0210", "a{'a': 1}{'b': 2}"),
        ("a == b", "S0211", "="),
        ("a := 1", "S0212", "a"),
        ("a.1", "S0213", "1"),
        ("a.null", "S0213", "null"),
        ("a@b", "S0214", "b"),
        ("a[0]@$x", "S0215", "a[0]@$x"),
        ("a^(b)@$x", "S0216", "a^(b)@$x"),
        ("1 + %", "S0217", "%"),
        ("$x.%", "S0217", "%"),
        ("//", "S0301", "//"),
        ("/a(/", "S0302", "/"),
        ("/a/ii", "", "ii"),
        // JavaScript has no names for these.
        ("/a**/", "", "*"),
        ("/[b-a]/", "", "b-a"),
        ("/(?<n>a)(?<n>b)/", "", "(?<n>"),
        ("/a{2,1}/", "", "{2,1}"),
        ("/(?<n>a)\\k<m>/", "", "\\k<m>"),
        ("function($x)<s+-?>{$x}", "", "<s+-?>"),
        ("function($x)<s<n>>{$x}", "S0401", "<"),
        ("function($x)<(sa<n>)>{$x}", "S0402", "("),
        // What later versions have.
        ("a ?? b", "S0211", "?"),
        ("a ?: b", "S0211", ":"),
    ] {
        assert_eq!(error(text), (code, at), "{text}");
    }
}

#[test]
fn helps() {
    for (text, help) in [
        (
            "a ?? b",
            "JSONata 2.0.6 has no `??`; write `$exists(a) ? a : b` for `a ?? b`",
        ),
        ("a ?: b", "JSONata 2.0.6 has no `?:`; write `a ? a : b` for `a ?: b`"),
        ("a == b", "the operators are `=` and `!=`"),
        ("a && b", "the operator is `and`"),
        ("a || b", "the operator is `or`"),
        (
            "$x[?(@.a < 10)]",
            "a filter of JSONata is `[price < 10]`, without `?(@.price)`",
        ),
        ("x := 1", "write `$x`"),
        ("function(x){1}", "write `$x`"),
        ("a.0", "write `[..]` for an index, backquotes for a name"),
        ("'it\\'s'", "write a single quote between double quotes: `\"it's\"`"),
    ] {
        let error = parse(text).map(|expr| dump(&expr)).expect_err(text);
        assert_eq!(error.help.as_deref(), Some(help), "{text}");
    }
}

#[test]
fn oddities_of_the_reference() {
    for (text, expected) in [
        // After an opening bracket a slash divides.
        ("(/a/)", Err("S0211")),
        ("$f(/a/)", Ok("(call $f /a/)")),
        ("(1) / (2)", Ok("(/ (block 1) (block 2))")),
        // After `[]` it does not.
        ("a[] / 2", Err("S0302")),
        // Blanks that it does not know, and quotes, are part of a name.
        ("a\u{a0}b", Ok("(. a\u{a0}b)")),
        ("a\"b", Ok("(. a\"b)")),
        // A name in backquotes makes a function too.
        ("`function`($x){$x}", Ok("(function $x $x)")),
        // A step after a grouping goes before it.
        ("a{b: c}.d", Ok("<(. a d) {(. b): (. c)}>")),
        ("01", Err("S0201")),
        ("1.e", Err("S0213")),
        ("$x@$y", Ok("$x")),
        ("-1[0]", Ok("<-1 [0]>")),
    ] {
        let found = parse(text)
            .map(|expr| dump(&expr))
            .map_err(|error| error.code.unwrap_or_default());
        let expected = if expected == Ok("ERR") {
            Err("S0213")
        } else {
            expected.map(str::to_owned)
        };
        assert_eq!(found, expected, "{text}");
    }
}

/// J-68
#[test]
fn nesting_is_bounded() {
    for count in [90, 200, 20_000] {
        for (before, middle, after) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{'a': ", "1", "}"),
            ("-(", "1", ")"),
            ("", "1", " & 1"),
            ("", "$f", "()"),
            ("", "1", " ~> $f"),
            ("1 ? 2 : ", "3", ""),
            ("function(){", "1", "}"),
            ("a[", "1", "]"),
            ("|a|b, ", "c", "|"),
            ("1 & (", "1", ")"),
            ("a.", "b", ""),
            ("", "a", ".b"),
            ("", "a", "[0]"),
            ("", "a", "#$i"),
            ("", "a", "^(b)"),
            ("- ", "1", ""),
            ("(", "", ""),
            ("/*", "", "*/"),
            ("a ? ", "", ""),
        ] {
            let text = format!("{}{middle}{}", before.repeat(count), after.repeat(count));
            if let Ok(expr) = parse(&text) {
                let copy = expr.clone();
                assert_eq!(copy, expr);
                check(&copy);
            }
        }
    }
    let chain = |count: usize| parse(&format!("1{}", " & 1".repeat(count)));
    assert!(chain(99).is_ok());
    assert_eq!(chain(100).map(|_| ()).map_err(|error| error.code), Err(Some("U1001")));
    // A path is as deep as its deepest step.
    assert!(parse(&format!("a{}", ".a".repeat(20_000))).is_ok());
}

/// Words that expressions are made of.
const WORDS: [&str; 55] = [
    "a",
    "b",
    "and",
    "in",
    " ",
    ".",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ",",
    "@",
    "#",
    ";",
    ":",
    "?",
    "+",
    "-",
    "*",
    "/",
    "%",
    "|",
    "=",
    "<",
    ">",
    "^",
    "**",
    "..",
    ":=",
    "!=",
    "~>",
    "!",
    "&",
    "$x",
    "$",
    "$$",
    "1",
    "2.5",
    "'s'",
    "\"",
    "/a/",
    "/*",
    "function(",
    "function($x)<",
    "true",
    "`q`",
    "\\",
    "\u{a0}",
    "𝒳",
    ".%",
    "[%.",
    "null",
    "$sum(",
];

proptest! {
    #[test]
    fn nothing_panics(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..24)) {
        walk(&words.concat());
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        walk(&text);
    }

    #[test]
    fn no_regex_panics(text in "/[-a-c0-9(){}\\[\\]?*+|^$.,<>=!:\\\\kuxcd😀]{0,16}/i") {
        walk(&text);
    }
}

/// Reads it, and looks at every place.
fn walk(text: &str) {
    match parse(text) {
        Ok(expr) => {
            dump(&expr);
            for finding in check(&expr) {
                assert!(text.get(finding.at).is_some());
            }
            places(&expr, text);
        }
        Err(error) => assert!(text.get(error.at).is_some()),
    }
}

fn places(expr: &super::Expr, text: &str) {
    assert!(
        text.get(expr.at.clone()).is_some_and(|text| !text.is_empty()),
        "{expr:?}"
    );
    expr.parts().into_iter().for_each(|part| places(part, text));
}
