use super::*;
use proptest::prelude::*;

fn member(name: &str) -> Step {
    Step::Member(name.to_owned())
}

fn members(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| member(name)).collect()
}

fn string(text: &str) -> Operand {
    Operand::String(text.to_owned())
}

fn number(text: &str) -> Operand {
    Operand::Number(text.to_owned())
}

fn element(names: &[&str]) -> Operand {
    Operand::Element(members(names))
}

#[track_caller]
fn steps(text: &str) -> Vec<Step> {
    match Path::parse(text) {
        Ok(path) => path.steps,
        Err(error) => panic!("{text}: {error:?}"),
    }
}

/// The expression of a path that is one filter.
#[track_caller]
fn filter(text: &str) -> Filter {
    match steps(text).pop() {
        Some(Step::Filter(filter)) => filter,
        other => panic!("{text}: {other:?}"),
    }
}

/// The text that an error points at, and its message.
#[track_caller]
fn error(text: &str) -> (&str, String) {
    match Path::parse(text) {
        Err(error) => (&text[error.at], error.message),
        Ok(path) => panic!("{text}: {path:?}"),
    }
}

#[test]
fn roots() {
    // P-1, P-2, P-3, P-10, P-41
    for (text, root) in [
        ("$", Root::Input),
        ("$.a", Root::Input),
        ("$['a']", Root::Input),
        ("$$", Root::Context),
        ("$$.Execution", Root::Context),
        ("$$['Execution']", Root::Context),
        ("$order", Root::Variable("order".into())),
        ("$order.items[0]", Root::Variable("order".into())),
        ("$order['items']", Root::Variable("order".into())),
        ("$größe", Root::Variable("größe".into())),
        ("$_x1", Root::Variable("_x1".into())),
    ] {
        assert_eq!(Path::parse(text).map(|path| path.root), Ok(root), "{text}");
    }
}

#[test]
fn names_after_a_dot() {
    // P-11, and what else Jayway reads there
    for (text, names) in [
        ("$.store.book", vec!["store", "book"]),
        ("$.a_1.B2", vec!["a_1", "B2"]),
        ("$.content-type.x", vec!["content-type", "x"]),
        ("$.aws:tag.@type", vec!["aws:tag", "@type"]),
        ("$.&Ж中.𐍆", vec!["&Ж中", "𐍆"]),
        ("$.a*b.c/d.$e", vec!["a*b", "c/d", "$e"]),
        // P-14, RP-6
        (r"$.store\.book", vec!["store.book"]),
        (r"$.\stor\e.boo\k", vec!["store", "book"]),
        (r"$.foo.\.bar", vec!["foo", ".bar"]),
        (r"$.foo\@bar.baz\[\[.\?pretty", vec!["foo@bar", "baz[[", "?pretty"]),
        (r"$.my\ name", vec!["my name"]),
        (r"$.f\(x)", vec!["f(x)"]),
    ] {
        assert_eq!(steps(text), members(&names), "{text}");
    }
}

#[test]
fn names_in_brackets() {
    // P-12
    for (text, names) in [
        ("$['store']['book']", vec!["store", "book"]),
        (r#"$["a b"]"#, vec!["a b"]),
        ("$[ 'a' ]", vec!["a"]),
        ("$['']", vec![""]),
        ("$['.[*?(@)']", vec![".[*?(@)"]),
        (r#"$['Test\""Name"']"#, vec![r#"Test\""Name""#]),
        (r"$['it\'s']", vec!["it's"]),
        (r#"$["it\'s"]"#, vec![r"it\'s"]),
        (r"$['a\\b\n']", vec![r"a\b\n"]),
        // P-13
        ("$.['a'].['b']", vec!["a", "b"]),
    ] {
        assert_eq!(steps(text), members(&names), "{text}");
    }
    // P-17
    let several = vec![Step::Members(vec!["a".into(), "b".into()])];
    assert_eq!(steps("$['a','b']"), several);
    assert_eq!(steps("$['a' , \"b\"]"), several);
}

#[test]
fn indexes() {
    for (text, step) in [
        // P-15, P-16
        ("$[0]", Step::Index(0)),
        ("$[ 12 ]", Step::Index(12)),
        ("$[-2]", Step::Index(-2)),
        // P-17
        ("$[0,2,-1]", Step::Indices(vec![0, 2, -1])),
        ("$[ 0 , 1 ]", Step::Indices(vec![0, 1])),
        // P-18
        ("$[1:5]", Step::Slice(Some(1), Some(5))),
        ("$[1:]", Step::Slice(Some(1), None)),
        ("$[:1]", Step::Slice(None, Some(1))),
        ("$[-2:]", Step::Slice(Some(-2), None)),
        ("$[:-2]", Step::Slice(None, Some(-2))),
        ("$[ 1 : 2 ]", Step::Slice(Some(1), Some(2))),
        // P-19
        ("$[*]", Step::Wildcard),
        ("$[ * ]", Step::Wildcard),
        ("$.*", Step::Wildcard),
    ] {
        assert_eq!(steps(text), [step], "{text}");
    }
    // The dot after a bracket may be left out.
    assert_eq!(steps("$.a[0]b"), steps("$.a[0].b"));
    assert_eq!(steps("$.a.[0].b"), steps("$.a[0].b"));
}

#[test]
fn descent() {
    // P-20
    assert_eq!(steps("$..a"), [Step::Descend, member("a")]);
    assert_eq!(steps("$..*"), [Step::Descend, Step::Wildcard]);
    assert_eq!(steps("$..[0]"), [Step::Descend, Step::Index(0)]);
    assert_eq!(
        steps("$.a..['b'].c"),
        [member("a"), Step::Descend, member("b"), member("c")]
    );
}

#[test]
fn functions() {
    // P-22
    for (text, function) in [
        ("$.a.min()", Function::Min),
        ("$.a.max()", Function::Max),
        ("$.a.avg()", Function::Avg),
        ("$.a.sum()", Function::Sum),
        ("$.a.stddev()", Function::StdDev),
        ("$.a.length( )", Function::Length),
    ] {
        assert_eq!(steps(text), [member("a"), Step::Function(function)], "{text}");
    }
    assert_eq!(steps("$.length()"), [Step::Function(Function::Length)]);
    assert_eq!(
        error("$.a.lenght()"),
        ("lenght", "no function has the name `lenght`".into())
    );
    assert_eq!(error("$.a.length().b"), (".", "nothing can follow a function".into()));
    assert_eq!(
        error("$.sum($.a)"),
        ("$", "`sum` takes no arguments here: expected `)`".into())
    );
}

#[test]
fn filters_compare() {
    // P-21
    use Comparison::*;
    for (text, left, comparison, right) in [
        ("$[?(@.a == 'x')]", element(&["a"]), Equal, string("x")),
        ("$[?(@.a=='x')]", element(&["a"]), Equal, string("x")),
        ("$[ ? ( @.a == \"x\" ) ]", element(&["a"]), Equal, string("x")),
        ("$[?(@.a != 1)]", element(&["a"]), NotEqual, number("1")),
        ("$[?(@.a === 1)]", element(&["a"]), StrictEqual, number("1")),
        ("$[?(@.a !== 1)]", element(&["a"]), StrictNotEqual, number("1")),
        ("$[?(@.a < -1.5e3)]", element(&["a"]), Less, number("-1.5e3")),
        ("$[?(@.a<=1)]", element(&["a"]), LessEqual, number("1")),
        ("$[?(@.a>1)]", element(&["a"]), Greater, number("1")),
        ("$[?(@.a >= 1)]", element(&["a"]), GreaterEqual, number("1")),
        ("$[?(1 == @.a.b)]", number("1"), Equal, element(&["a", "b"])),
        ("$[?(@ == true)]", element(&[]), Equal, Operand::Bool(true)),
        ("$[?(@==false)]", element(&[]), Equal, Operand::Bool(false)),
        ("$[?(@['a'] == null)]", element(&["a"]), Equal, Operand::Null),
        (
            "$[?(@.id == $.id)]",
            element(&["id"]),
            Equal,
            Operand::Root(members(&["id"])),
        ),
        (
            "$[?(@.a in ['x', 1])]",
            element(&["a"]),
            In,
            Operand::List(vec![string("x"), number("1")]),
        ),
        ("$[?(@.a nin [])]", element(&["a"]), NotIn, Operand::List(vec![])),
        (
            "$[?(@.a IN $.all)]",
            element(&["a"]),
            In,
            Operand::Root(members(&["all"])),
        ),
        ("$[?(@.a contains 'x')]", element(&["a"]), Contains, string("x")),
        ("$[?(@.a size 2)]", element(&["a"]), Size, number("2")),
        ("$[?(@.a empty false)]", element(&["a"]), Empty, Operand::Bool(false)),
        (
            "$[?(@.a anyof [1])]",
            element(&["a"]),
            AnyOf,
            Operand::List(vec![number("1")]),
        ),
        (
            "$[?(@.a noneof [1])]",
            element(&["a"]),
            NoneOf,
            Operand::List(vec![number("1")]),
        ),
        (
            "$[?(@.a subsetof [1])]",
            element(&["a"]),
            SubsetOf,
            Operand::List(vec![number("1")]),
        ),
        (
            "$[?(@.a all [1])]",
            element(&["a"]),
            All,
            Operand::List(vec![number("1")]),
        ),
        // A bare word is a string.
        ("$[?(@.Name==Receipt)]", element(&["Name"]), Equal, string("Receipt")),
        (
            "$[?(@.Type.Text==AMOUNT_PAID)]",
            element(&["Type", "Text"]),
            Equal,
            string("AMOUNT_PAID"),
        ),
        ("$[?(@.a == truely)]", element(&["a"]), Equal, string("truely")),
        (
            "$[?(@.day == 2024-01-01)]",
            element(&["day"]),
            Equal,
            string("2024-01-01"),
        ),
        // Escapes
        (
            r"$[?(@.a == 'it\'s \\ \u0041\ud83d\ude00\n')]",
            element(&["a"]),
            Equal,
            string("it's \\ A😀\n"),
        ),
        ("$[?(@.a == ')]')]", element(&["a"]), Equal, string(")]")),
    ] {
        assert_eq!(filter(text), Filter::Compare(left, comparison, right), "{text}");
    }
    assert_eq!(
        filter(r"$[?(@.author =~ /.*RE\/ES/i)]"),
        Filter::Compare(
            element(&["author"]),
            Matches,
            Operand::Regex {
                pattern: r".*RE\/ES".into(),
                flags: "i".into()
            }
        )
    );
    assert_eq!(
        filter("$[?(@.a[0].length() > 2)]"),
        Filter::Compare(
            Operand::Element(vec![member("a"), Step::Index(0), Step::Function(Function::Length)]),
            Greater,
            number("2")
        )
    );
}

#[test]
fn filters_combine() {
    // P-21
    let exists = |name| Filter::Exists(element(&[name]));
    assert_eq!(filter("$[?(@.a)]"), exists("a"));
    assert_eq!(filter("$[?(!@.a)]"), Filter::Not(Box::new(exists("a"))));
    assert_eq!(
        filter("$[?(@.a && @.b && @.c)]"),
        Filter::And(vec![exists("a"), exists("b"), exists("c")])
    );
    assert_eq!(
        filter("$[?(@.a||@.b && @.c)]"),
        Filter::Or(vec![exists("a"), Filter::And(vec![exists("b"), exists("c")])])
    );
    assert_eq!(
        filter("$[?((@.a || @.b) && !(@.c == 1))]"),
        Filter::And(vec![
            Filter::Or(vec![exists("a"), exists("b")]),
            Filter::Not(Box::new(Filter::Compare(
                element(&["c"]),
                Comparison::Equal,
                number("1")
            ))),
        ])
    );
    let inner = Operand::Element(vec![member("a"), Step::Filter(exists("b"))]);
    assert_eq!(filter("$[?(@.a[?(@.b)])]"), Filter::Exists(inner));
}

#[test]
fn kinds_of_path() {
    // P-30, P-32, RP-1, RP-2, RP-6: definite, plain, reference
    for (text, definite, plain, reference) in [
        ("$", true, true, true),
        ("$.a['b'][0]", true, true, true),
        ("$.ledgers[0][22][315].foo", true, true, true),
        ("$$.Execution.Id", true, true, true),
        ("$x.a", true, true, true),
        ("$.a[-1]", true, true, false),
        ("$.a.length()", true, false, false),
        ("$..a.sum()", true, false, false),
        ("$.a[*].length()", false, false, false),
        ("$['a','b']", true, false, false),
        ("$.a[0,1]", false, false, false),
        ("$.a[1:2]", false, false, false),
        ("$.a[*]", false, false, false),
        ("$..a", false, false, false),
        ("$.a[?(@.b)]", false, false, false),
        ("$.a[*].b", false, false, false),
    ] {
        let path = Path::parse(text).expect(text);
        assert_eq!(
            (path.is_definite(), path.is_plain(), path.is_reference()),
            (definite, plain, reference),
            "{text}"
        );
    }
}

#[test]
fn blanks_around_a_path_are_ignored() {
    let path = Path::parse(" $$.Execution.Name ").unwrap();
    assert_eq!(path.text, "$$.Execution.Name");
    assert_eq!(path.steps, members(&["Execution", "Name"]));
}

#[test]
fn errors_point_at_what_is_wrong() {
    for (text, at, message) in [
        // P-4
        ("", "", "a path begins with `$`"),
        ("name", "name", "a path begins with `$`"),
        (".x", ".x", "a path begins with `$`"),
        ("States.UUID()", "States.UUID()", "a path begins with `$`"),
        ("$$x", "x", "expected `.` or `[` after `$$`"),
        ("$a-b", "-", "`-` cannot stand in the name of a variable"),
        ("$1", "1", "`1` cannot stand in the name of a variable"),
        ("$.", ".", "a path cannot end with a dot"),
        ("$.a..", "..", "a path cannot end with a dot"),
        ("$...a", "...", "too many dots"),
        ("$.a b.c", " ", "a name with a blank must stand in brackets and quotes"),
        (r"$.a\", r"\", "a backslash with nothing after it"),
        ("$[?(@.a =~ /b/é)]", "é", "no such flag"),
        ("$.a[", "[", "this bracket is not closed"),
        ("$.a[0", "[", "this bracket is not closed"),
        ("$.a[]", "[]", "empty brackets"),
        ("$.a[b]", "b", "expected a quoted name, an index, `*` or a filter"),
        ("$.a['b]", "'", "this quote is not closed"),
        ("$.a['b' 'c']", "'", "expected `]`"),
        ("$.a['b',]", "]", "expected a quoted name after the comma"),
        ("$.a[0,]", "]", "expected an index"),
        // P-17: the service takes the definition, and fails whenever it comes there.
        ("$['a','b'].c", ".", "nothing can follow several members"),
        ("$.a[1;2]", ";", "expected `]`"),
        ("$.a[99999999999]", "99999999999", "this index is out of range"),
        ("$.a[:]", ":", "a slice must have a start or an end"),
        ("$.a[1:2:3]", ":", "a slice has no step: `[from:to]`"),
        (
            "$[(@.length-1)].bar",
            "(",
            "the service knows no expressions as an index",
        ),
        ("$[?]", "]", "the condition of a filter stands in parentheses"),
        ("$[?(@.a]", "]", "expected `&&`, `||` or `)`"),
        ("$[?(@.a", "(", "this parenthesis is not closed"),
        ("$[?()]", ")", "expected a path or a value"),
        ("$[?('a')]", "'a'", "expected a path or a comparison"),
        ("$[?(@.a = 1)]", "=", "expected a comparison"),
        ("$[?(@.a == )]", ")", "expected a path or a value"),
        (
            "$[?(!@.a == 1)]",
            "!@.a == 1",
            "`!` before a comparison needs parentheses",
        ),
        ("$[?(@.a =~ 'x')]", "'x'", "expected a regular expression"),
        (
            "$[?(@.a == /x/)]",
            "== /x/",
            "a regular expression needs `=~` before it",
        ),
        ("$[?(@.a =~ /x)]", "/", "this regular expression is not closed"),
        ("$[?(@.a =~ /x/q)]", "q", "no such flag"),
        ("$[?(@.a in ['x')]", ")", "expected `,` or `]`"),
        (r"$[?(@.a == '\ud800')]", r"\ud800", "not the code of a character"),
        ("$[?(@.a == $b)]", "b", "expected `.` or `[`"),
    ] {
        assert_eq!(error(text), (at, message.to_owned()), "{text}");
    }
    assert_eq!(error("$[?(@.a =~ /(x/)]").0, "(x");
}

#[test]
fn errors_say_what_to_write() {
    for (text, help) in [
        ("order.id", "write `$.order.id`"),
        (".x", "write `$.x`"),
        ("$.my name", "write `['my name']`"),
        (
            "$.count + 1",
            "call an intrinsic function, such as `States.MathAdd($.count, 1)`",
        ),
        ("$.x, $.y", "`States.Array($.a, $.b)` makes an array of several values"),
        ("$.a[b]", "write `['b']` for the member of that name"),
        ("$[(@.length-1)]", "write `[-1]` for the last element"),
        ("$.a.lenght()", "a function with a similar name exists: `length()`"),
        (
            "States.UUID()",
            "an intrinsic function can only be called where the field's name ends in `.$`",
        ),
    ] {
        assert_eq!(Path::parse(text).unwrap_err().help.as_deref(), Some(help), "{text}");
    }
    for text in ["$.x and $.y", "$.it's mine"] {
        assert_eq!(Path::parse(text).unwrap_err().help, None, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    for text in [
        format!("$[?({}@.a{})]", "(".repeat(100_000), ")".repeat(100_000)),
        format!("$[?({}@.a)]", "!".repeat(100_000)),
        format!("$[?(@.a in {})]", "[".repeat(100_000)),
        format!("${}", "[?(@".repeat(100_000)),
    ] {
        assert_eq!(Path::parse(&text).unwrap_err().message, "nested too deeply");
    }
    // What is merely long is no trouble.
    assert_eq!(steps(&format!("${}", ".a".repeat(100_000))).len(), 100_000);
    steps(&format!("$[?(@.a{})]", " && @.a".repeat(100_000)));
}

proptest! {
    /// Whatever the text, there is a path or an error within the text.
    #[test]
    fn no_text_panics(text in r#"(\$|\$\$|@|\.|\.\.|\[|\]|\(|\)|\?|'|"|\\|\*|,|:|-|[0-9]|=|!|~|/|&&|\|\||<| |a|é|😀|in|length|null){0,24}"#) {
        for text in [text.clone(), format!("${text}"), format!("$.a{text}"), format!("$[?({text})]")] {
            match Path::parse(&text) {
                Ok(path) => prop_assert_eq!(path.text.as_str(), text.trim()),
                Err(error) => prop_assert!(text.get(error.at.clone()).is_some(), "{} {:?}", text, error),
            }
        }
    }

    #[test]
    fn no_text_at_all_panics(text in any::<String>()) {
        let _ = Path::parse(&text);
        let _ = Path::parse(&format!("$.{text}"));
        let _ = Path::parse(&format!("$['{text}']"));
    }

    /// What is written is what is read.
    #[test]
    fn names_survive(names in prop::collection::vec(any::<String>(), 0..4)) {
        let mut brackets = String::from("$");
        let mut dots = String::from("$");
        for name in &names {
            brackets += &format!("['{}']", name.replace('\\', r"\\").replace('\'', r"\'"));
            dots += ".";
            for c in name.chars() {
                dots.extend(['\\', c]);
            }
        }
        let wanted: Vec<Step> = names.iter().map(|name| member(name)).collect();
        prop_assert_eq!(Path::parse(&brackets).map(|path| path.steps), Ok(wanted.clone()));
        // A blank at the end of the text is not part of it.
        let blank_at_end = names.last().is_some_and(|name| name.ends_with(char::is_whitespace));
        if !blank_at_end && names.iter().all(|name| !name.is_empty()) {
            prop_assert_eq!(Path::parse(&dots).map(|path| path.steps), Ok(wanted));
        }
    }
}
