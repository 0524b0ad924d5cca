//! Patterns.

use super::super::super::*;
use super::{args, check, query, shown};

#[test]
fn matches() {
    static VOWEL: Regex = Regex::new("[aeiou]", "");
    static WORD: Regex = Regex::new(r"(\w)(\w*)", "i");
    static EMPTY: Regex = Regex::new("x*", "");
    let call = |function: &'static Builtin, string: &'static str, regex: &'static Regex, rest: &str| {
        let mut all = vec![string.into(), regex.into()];
        all.extend(args(rest));
        shown(function.call(query(), &all))
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
        UPPERCASE.call(query(), [text])
    });
    let result = REPLACE.call(query(), ["banana".into(), (&VOWEL).into(), upper]);
    assert_eq!(shown(result), "\"bAnAnA\"");
    let number = lambda(|[_]: [Val<'static>; 1]| Ok(Val::from(1)));
    let result = REPLACE.call(query(), ["banana".into(), (&VOWEL).into(), number.clone()]);
    assert_eq!(
        shown(result),
        "D3012: Attempted to replace a matched string with a non-string value"
    );
    let result = CONTAINS.call(query(), ["banana".into(), number]);
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
    assert_eq!(shown(REPLACE.call(query(), &given)), "\"b--a\"");
    assert_eq!(shown(SPLIT.call(query(), &given[..2])), r#"["b","","a"]"#);
}
