//! Functions that call functions.

use super::super::super::*;
use super::{args, check, query, shown};

#[test]
fn functions_of_functions() {
    let call = |function: &'static Builtin, json: &str, by: Val<'static>| {
        let mut all = args(json);
        all.insert(1, by);
        shown(function.call(query(), &all))
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
    assert_eq!(call(&REDUCE, "[[], 1]", sum.clone()), "1");
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
