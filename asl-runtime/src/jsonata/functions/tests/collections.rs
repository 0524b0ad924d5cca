//! Arrays and objects.

use super::super::super::*;
use super::{args, check, query, shown};

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
    let shuffled = SHUFFLE.call(query(), args("[[1, 2, 3, 4]]")).unwrap();
    let sorted = SORT.call(query(), [shuffled]);
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
