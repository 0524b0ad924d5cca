mod dump;

use super::parse;
use dump::dump;

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
        ("function($x)<s<n>>{$x}", "S0401", "<"),
        ("function($x)<(sa<n>)>{$x}", "S0402", "("),
        // What later versions have.
        ("a ?? b", "S0211", "?"),
        ("a ?: b", "S0211", ":"),
    ] {
        assert_eq!(error(text), (code, at), "{text}");
    }
}
