//! Strings.

use super::super::super::*;
use super::{check, query};

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
fn encodings() {
    check(
        &BASE64ENCODE,
        &[(r#"["hello:world"]"#, "\"aGVsbG86d29ybGQ=\""), (r#"["é"]"#, "\"6Q==\"")],
    );
    check(
        &BASE64DECODE,
        &[(r#"["aGVsbG86d29ybGQ="]"#, "\"hello:world\""), (r#"["6Q"]"#, "\"é\"")],
    );
    let error = BASE64DECODE.call(query(), ["!!!".into()]).err();
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
