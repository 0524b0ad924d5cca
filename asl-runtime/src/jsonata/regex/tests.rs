use super::*;

/// What a pattern matches first in a text, and what its groups do, `-` for those that take no part.
fn found(pattern: &'static str, flags: &'static str, text: &str) -> String {
    let regex = Regex::new(pattern, flags);
    match regex.find(text, 0) {
        Ok(None) => "no match".to_owned(),
        Ok(Some(found)) => {
            let mut parts = vec![&text[found.range]];
            parts.extend(
                found
                    .groups
                    .into_iter()
                    .map(|group| group.map_or("-", |group| &text[group])),
            );
            parts.join("|")
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn patterns_mean_what_they_mean_in_javascript() {
    for (pattern, flags, text, wanted) in [
        (r"a(b)?(c)", "", "xac", "ac|-|c"),
        (r"\d+", "", "٣12", "12"),
        (r"\w+", "", "éab_1", "ab_1"),
        (r"\s", "", "a\u{feff}", "\u{feff}"),
        (r"\bb", "", "éb", "b"),
        (r".+", "", "a\u{2028}b", "a"),
        (r"[^]+", "", "a\nb", "a\nb"),
        (r"a[]|b", "", "ab", "b"),
        (r"a$", "", "a\n", "no match"),
        (r"a$", "m", "a\r\nb", "a"),
        (r"^b", "m", "a\nb", "b"),
        (r"AB", "i", "xab", "ab"),
        (r"a\/b", "", "a/b", "a/b"),
        (r"\u0061\x62\cI", "", "ab\t", "ab\t"),
        (r"\ud83d\ude00", "", "😀", "😀"),
        (r"[\w-]+", "", "a-b", "a-b"),
        (r"[a&&b]+", "", "&a", "&a"),
        (r"[[a]", "", "[", "["),
        (r"[\b]", "", "\u{8}", "\u{8}"),
        (r"a{,2}", "", "a{,2}", "a{,2}"),
        (r"a{2}", "", "aaa", "aa"),
        (r"]}", "", "]}", "]}"),
        (r"(a)?\1b", "", "b", "b|-"),
        (r"(.)\1", "", "abb", "bb|b"),
        (r"(?<twice>.)\k<twice>", "", "abb", "bb|b"),
        (r"\7", "", "\u{7}", "\u{7}"),
        (r"a(?=b)", "", "acab", "a"),
        (r"(?<!a)b", "", "abb", "b"),
        (r"a+?", "", "aaa", "a"),
        (r"\p", "", "p", "p"),
        (r"# -~", "", "# -~", "# -~"),
    ] {
        assert_eq!(found(pattern, flags, text), wanted, "/{pattern}/{flags}");
    }
}

#[test]
fn mistakes_are_told() {
    for (pattern, wanted) in [
        ("(a", "Unterminated group"),
        ("a)", "Unmatched ')'"),
        ("[a", "Unterminated character class"),
        ("*a", "Nothing to repeat"),
        ("a++", "Nothing to repeat"),
        ("(?>a)", "Invalid group"),
        ("[b-a]", "Range out of order in character class"),
        ("a{2,1}", "numbers out of order in {} quantifier"),
        ("a\\", "\\ at end of pattern"),
    ] {
        let error = found(pattern, "", "a");
        assert_eq!(error, format!("Invalid regular expression: /{pattern}/: {wanted}"));
    }
}

#[test]
fn no_pattern_hangs() {
    let text = "a".repeat(40) + "!";
    // This one needs no backtracking at all, that one gives up.
    assert_eq!(found("^(a+)+$", "", &text), "no match");
    assert_eq!(
        found(r"^(a|aa)+\1$", "", &text),
        "Expression evaluation timeout: Check for infinite loop"
    );
}

#[test]
fn positions_are_those_of_javascript() {
    let text = "a😀b";
    assert_eq!(utf16_len(text), 4);
    for (units, bytes) in [
        (0.0, Some(0)),
        (1.0, Some(1)),
        (3.0, Some(5)),
        (4.0, Some(6)),
        (5.0, None),
    ] {
        assert_eq!(byte_at(text, units), bytes, "{units}");
    }
}
