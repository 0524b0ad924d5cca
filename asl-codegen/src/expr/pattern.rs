//! Patterns and templates in strings, cut into the literal pieces between their wildcards.

use super::path::SyntaxError;

/// The literal pieces of a States.Format template, escapes resolved: one more than it has `{}` (IF-20, IF-6).
///
/// `raw` is the template as written between the quotes.
pub fn format_pieces(raw: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut rest = raw.chars();
    while let Some(next) = rest.next() {
        let piece = pieces.len() - 1;
        match next {
            '\\' => match rest.clone().next() {
                Some(escaped @ ('\'' | '{' | '}' | '\\')) => {
                    rest.next();
                    pieces[piece].push(escaped);
                }
                _ => pieces[piece].push(next),
            },
            '{' if rest.as_str().starts_with('}') => {
                rest.next();
                pieces.push(String::new());
            }
            _ => pieces[piece].push(next),
        }
    }
    pieces
}

/// Where in a States.Format template a brace stands that is neither escaped nor part of `{}` (IF-6).
///
/// Substitutions, `${Name}`, are not looked into.
pub fn bare_brace(raw: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = raw[at..].find(['\\', '{', '}']) {
        at += found;
        let rest = &raw[at..];
        at += if rest.starts_with('\\') {
            rest.chars().take(2).map(char::len_utf8).sum()
        } else if rest.starts_with("{}") {
            2
        } else if let Some(length) = braces_of_substitution(&raw[..at], rest) {
            length
        } else {
            return Some(at);
        };
    }
    None
}

/// How long `{Name}` is, if that is what comes after `$`.
fn braces_of_substitution(before: &str, rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('{').filter(|_| before.ends_with('$'))?;
    let length = inner.find(['{', '}', '\\'])?;
    inner[length..].starts_with('}').then_some(length + 2)
}

/// The literal pieces of a StringMatches pattern, escapes resolved: one more than it has `*` (CH-34).
///
/// # Errors
/// When it ends in a backslash that escapes nothing (CH-35).
pub fn pattern_pieces(text: &str) -> Result<Vec<String>, SyntaxError> {
    let mut pieces = vec![String::new()];
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        let piece = pieces.len() - 1;
        match next {
            '*' => pieces.push(String::new()),
            '\\' => match rest.next() {
                Some(escaped @ ('*' | '\\')) => pieces[piece].push(escaped),
                Some(other) => pieces[piece].extend(['\\', other]),
                None => {
                    let at = text.len() - 1..text.len();
                    return Err(SyntaxError::new(at, "a backslash with nothing after it")
                        .help("write `\\\\` for a backslash, which is `\\\\\\\\` in JSON"));
                }
            },
            _ => pieces[piece].push(next),
        }
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        // IF-20, IF-6
        for (raw, pieces) in [
            ("", vec![""]),
            ("{}", vec!["", ""]),
            ("a{}b{}", vec!["a", "b", ""]),
            ("{}{}", vec!["", "", ""]),
            (r"This value is \{{}\}", vec!["This value is {", "}"]),
            (r"\{\}", vec!["{}"]),
            (r"\{}", vec!["{}"]),
            (r"\\{}", vec![r"\", ""]),
            (r"it\'s {x} { } }{", vec!["it's {x} { } }{"]),
            (r"a\nb\", vec![r"a\nb\"]),
        ] {
            assert_eq!(format_pieces(raw), pieces, "{raw}");
        }
    }

    #[test]
    fn bare_braces() {
        // IF-6
        for (raw, at) in [
            ("", None),
            ("{} {}", None),
            (r"\{{}\} \\{}", None),
            ("${Name} {} ${AWS::Region}", None),
            ("Hello {", Some(6)),
            ("{{}}", Some(0)),
            ("}", Some(0)),
            (r"\{}", Some(2)),
            (r"{\}", Some(0)),
            ("é{x}", Some(2)),
            ("${", Some(1)),
            (r"${a\}", Some(1)),
            (r"$ {a}", Some(2)),
            (r"a\", None),
            (r"\é", None),
        ] {
            assert_eq!(bare_brace(raw), at, "{raw}");
        }
    }

    #[test]
    fn patterns() {
        // CH-34
        for (text, pieces) in [
            ("", vec![""]),
            ("log-*.txt", vec!["log-", ".txt"]),
            ("*", vec!["", ""]),
            ("**", vec!["", "", ""]),
            (r"a\*b", vec!["a*b"]),
            (r"a\\*", vec![r"a\", ""]),
            (r"[a-z]?\d", vec![r"[a-z]?\d"]),
        ] {
            assert_eq!(
                pattern_pieces(text),
                Ok(pieces.iter().map(|piece| (*piece).to_owned()).collect()),
                "{text}"
            );
        }
        // CH-35
        assert_eq!(pattern_pieces(r"a\").unwrap_err().at, 1..2);
        assert_eq!(pattern_pieces(r"a\\\").unwrap_err().at, 3..4);
    }
}
