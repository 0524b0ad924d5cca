//! Text to tree: strict JSON.
//!
//! jsonc-parser was tried first and is too lenient to be made strict from outside: with every option off it still
//! takes `[{} {}]`, form feeds and Unicode spaces between tokens, control characters in strings and numbers that
//! nobody can read, so that every gap would have to be looked at again. Its depth limit is fixed as well.

use super::substitution::symbol;
use super::{Json, Kind, Member, Object, Substitutions, Text};
use crate::diagnostic::{Diagnostic, Diagnostics, ServiceCode};
use crate::source::{Source, Span};

/// How deep arrays and objects may be nested: as in serde_json, which must read what the compiled machine is given.
pub const MAX_DEPTH: usize = 127;

/// Reads a definition: exactly the texts that serde_json takes are taken.
///
/// # Errors
/// `INVALID_JSON_DESCRIPTION` where the text is no JSON, `TOO_DEEPLY_NESTED` beyond [`MAX_DEPTH`], and
/// `SCHEMA_VALIDATION_FAILED` where it is blank (V-32). There is one at most: after it nothing is certain.
pub fn parse(source: &Source, substitutions: &Substitutions) -> Result<Json, Diagnostics> {
    if source.text().trim().is_empty() {
        let blank = Diagnostic::error(
            ServiceCode::SchemaValidationFailed,
            Span::new(0, 0),
            "the definition is blank",
        )
        .label("a JSON object is needed here")
        .service("Definition must be a valid JSON object");
        return Err(blank.into());
    }
    let mut parser = Parser {
        source,
        at: 0,
        depth: 0,
        substitutions,
    };
    parser.document().map_err(|fault| Diagnostics::from(*fault))
}

/// Whether `text` is a number that serde_json takes.
pub(crate) fn is_number(text: &str) -> bool {
    number_length(text) == Ok(text.len()) && is_in_range(text)
}

/// The first character of the inside of a JSON string, and how many bytes it is written in. None where there is
/// none, or none that is allowed.
pub(crate) fn unescape(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    if first != '\\' {
        return (first >= ' ' && first != '"').then_some((first, first.len_utf8()));
    }
    let char = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let high = hex(text)?;
            if let Some(char) = char::from_u32(high) {
                return Some((char, ESCAPE));
            }
            let low = hex(text.get(ESCAPE..)?)?;
            let pair = char::decode_utf16([u16::try_from(high).ok()?, u16::try_from(low).ok()?]).next()?;
            return Some((pair.ok()?, 2 * ESCAPE));
        }
        _ => return None,
    };
    Some((char, 2))
}

/// The length of `\u1234`.
const ESCAPE: usize = 6;

/// The code unit of a `\u1234` at the start of `text`.
fn hex(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// The length of the number at the start of `text`, or where in it a digit is missing.
fn number_length(text: &str) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let count = bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 { Err(from) } else { Ok(from + count) }
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    // A number does not go on after a leading zero.
    let mut at = match bytes.get(start) {
        Some(b'0') => start + 1,
        _ => digits(start)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at = digits(at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-'))))?;
    }
    Ok(at)
}

/// Whether a well-formed number is one for serde_json, which refuses what is too large for a double.
fn is_in_range(text: &str) -> bool {
    let plain = text.len() <= 15 && !text.contains(['e', 'E']);
    // With its arbitrary_precision, which somebody else may have switched on, serde_json takes any.
    let is_double = || text.parse::<f64>().is_ok_and(f64::is_finite);
    plain || (text.parse::<serde_json::Number>().is_ok() && is_double())
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

struct Parser<'a> {
    source: &'a Source,
    substitutions: &'a Substitutions,
    /// The next byte to read; always between two characters.
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Parsed<Json> {
        let mark = '\u{feff}';
        if self.rest().starts_with(mark) {
            let fault = self.fault(mark.len_utf8(), "a byte order mark");
            return Err(Box::new(fault.help("save the file without it")));
        }
        let value = self.value()?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("the end of the document")),
        }
    }

    fn value(&mut self) -> Parsed<Json> {
        let next = self.peek();
        let start = self.at;
        let kind = match next {
            Some(b'{') => self.nested(|parser| parser.object(start).map(Kind::Object))?,
            Some(b'[') => self.nested(|parser| parser.array(start).map(Kind::Array))?,
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            _ => match self.word() {
                "null" => self.take(4, Kind::Null),
                "true" => self.take(4, Kind::Bool(true)),
                "false" => self.take(5, Kind::Bool(false)),
                _ => return Err(self.unexpected("a value")),
            },
        };
        let span = Span::new(start, self.at);
        Ok(Json { kind, span })
    }

    /// Enters an array or an object, so that the recursion is bounded.
    fn nested<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let span = Span::new(self.at, self.at + 1);
            let message = format!("the definition is nested more than {MAX_DEPTH} deep");
            let fault = Diagnostic::error(ServiceCode::TooDeeplyNested, span, message);
            return Err(Box::new(fault.label("one level too many")));
        }
        self.depth += 1;
        self.at += 1;
        let value = inside(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self, open: usize) -> Parsed<Vec<Json>> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            return Ok(self.take(1, items));
        }
        loop {
            items.push(self.value()?);
            match self.peek() {
                Some(b',') => self.comma(b']')?,
                Some(b']') => return Ok(self.take(1, items)),
                _ => return Err(self.unclosed(open, "`,` or `]`")),
            }
        }
    }

    fn object(&mut self, open: usize) -> Parsed<Object> {
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            return Ok(self.take(1, Object { members }));
        }
        loop {
            members.push(self.member(open)?);
            match self.peek() {
                Some(b',') => self.comma(b'}')?,
                Some(b'}') => return Ok(self.take(1, Object { members })),
                _ => return Err(self.unclosed(open, "`,` or `}`")),
            }
        }
    }

    fn member(&mut self, open: usize) -> Parsed<Member> {
        if self.peek() != Some(b'"') {
            return Err(self.unclosed(open, "a key in double quotes"));
        }
        let start = self.at;
        let key = self.string()?.value;
        let key_span = Span::new(start, self.at);
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` after the key"));
        }
        self.at += 1;
        let value = self.value()?;
        Ok(Member { key, key_span, value })
    }

    /// A comma, which `close` must not follow.
    fn comma(&mut self, close: u8) -> Parsed<()> {
        let comma = self.at;
        self.at += 1;
        if self.peek() == Some(close) {
            self.at = comma;
            let fault = self.fault(1, "nothing follows this comma");
            return Err(Box::new(fault.help("remove it")));
        }
        Ok(())
    }

    fn string(&mut self) -> Parsed<Text> {
        let start = self.at;
        let mut value = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let plain = rest
                .bytes()
                .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
                .unwrap_or(rest.len());
            value.push_str(&rest[..plain]);
            self.at += plain;
            let rest = &rest[plain..];
            match rest.as_bytes().first() {
                Some(b'"') => return Ok(self.take(1, Text::new(value, self.substitutions))),
                Some(b'\\') => match unescape(rest) {
                    Some((char, length)) => {
                        value.push(char);
                        self.at += length;
                    }
                    None => return Err(self.bad_escape()),
                },
                Some(b'\n' | b'\r') => return Err(Box::new(self.broken(start))),
                Some(_) => {
                    let fault = self.fault(1, "a control character, which a string cannot hold as it is");
                    return Err(Box::new(fault.help("write it as an escape, such as `\\n`")));
                }
                None => {
                    let end = self.at;
                    self.at = start;
                    return Err(Box::new(self.fault(end - start, "this string has no end")));
                }
            }
        }
    }

    /// The string that begins at `start` goes on after the line break that comes next.
    fn broken(&self, start: usize) -> Diagnostic {
        let mut fault = self.fault(1, "this string has no end on its line");
        fault.span.start = start;
        fault.span.end = self.at;
        fault.help("close it with `\"`, or write the line break as `\\n`")
    }

    fn bad_escape(&mut self) -> Box<Diagnostic> {
        let rest = self.rest();
        if hex(rest).is_some() {
            return Box::new(self.fault(ESCAPE, "half of a surrogate pair, which is no character"));
        }
        if rest.starts_with("\\u") {
            return Box::new(self.fault(2, "four hexadecimal digits belong here"));
        }
        let length = 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
        let fault = self.fault(length, "JSON has no such escape");
        Box::new(fault.help("a backslash itself is written `\\\\`"))
    }

    fn number(&mut self) -> Parsed<String> {
        let rest = self.rest();
        let length = match number_length(rest) {
            Ok(length) => length,
            Err(missing) => {
                self.at += missing;
                return Err(self.unexpected("a digit"));
            }
        };
        let number = &rest[..length];
        if !is_in_range(number) {
            return Err(Box::new(self.fault(length, "a number too large for a double")));
        }
        if rest[length..].starts_with(|c: char| c.is_ascii_digit()) {
            let fault = self.fault(length, "a number does not begin with `0`");
            return Err(Box::new(fault.help("remove the zero")));
        }
        Ok(self.take(length, number.to_owned()))
    }

    fn rest(&self) -> &'a str {
        &self.source.text()[self.at..]
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.rest();
        let rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.at = self.source.text().len() - rest.len();
        rest.bytes().next()
    }

    fn take<T>(&mut self, length: usize, value: T) -> T {
        self.at += length;
        value
    }

    /// The word that begins here, as far as a person would read it.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
        &rest[..end.unwrap_or(rest.len())]
    }

    /// The `${Name}` that stands here by itself, outside of a string, where a string may stand.
    fn bare_symbol(&self) -> Option<&'a str> {
        let rest = self.rest();
        let name = symbol(rest.strip_prefix("${")?)?;
        let (symbol, after) = rest.split_at("${}".len() + name.len());
        let ends =
            after.is_empty() || after.starts_with(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}' | ':'));
        let before = self.source.text()[..self.at].trim_end();
        (ends && before.ends_with([':', ',', '[', '{'])).then_some(symbol)
    }

    /// The next `length` bytes are wrong.
    fn fault(&self, length: usize, label: impl Into<String>) -> Diagnostic {
        let span = Span::new(self.at, self.at + length);
        let place = self.place(span.end);
        Diagnostic::error(
            ServiceCode::InvalidJsonDescription,
            span,
            "the definition is not valid JSON",
        )
        .label(label)
        .at(place)
    }

    /// What comes next is not what is expected.
    fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let word = self.word();
        let Some(first) = self.rest().chars().next() else {
            return Box::new(self.fault(0, format!("the document ends here, but {expected} is expected")));
        };
        let length = if word.is_empty() { first.len_utf8() } else { word.len() };
        let fault = self.fault(length, format!("{expected} is expected here"));
        Box::new(match first {
            _ if !word.is_empty() && !first.is_ascii_digit() => {
                // The words of the service's own parser (V-33), recorded for a stray word only.
                let message = format!(
                    "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', \
                     'true' or 'false')\n at {}",
                    self.place(self.at + length)
                );
                let meant = ["true", "false", "null"]
                    .into_iter()
                    .find(|name| word.eq_ignore_ascii_case(name));
                let help = match self.bare_symbol() {
                    Some(symbol) => Some(format!("write `\"{symbol}\"`, also for a number or a boolean")),
                    None => meant.map(|name| format!("write `{name}`")),
                };
                fault.service(message).maybe_help(help)
            }
            '"' | '{' | '[' if expected.starts_with("`,`") => fault.help("put a comma before it"),
            '/' => fault.help("JSON has no comments: write a `Comment` field"),
            '\'' => fault.help("strings are written in double quotes"),
            _ => fault,
        })
    }

    /// The same inside brackets, which are shown when the document ends before they are closed.
    fn unclosed(&self, open: usize, expected: &str) -> Box<Diagnostic> {
        let fault = self.unexpected(expected);
        match self.rest().is_empty() {
            true => Box::new(fault.related(Span::new(open, open + 1), "this is not closed")),
            false => fault,
        }
    }

    /// A place in the form of the service's parser, which reads no further than it must.
    fn place(&self, offset: usize) -> String {
        let text = self.source.text();
        let (line, column) = self.source.position(offset);
        let shown: String = text.chars().take(SHOWN).collect();
        let more = text.chars().count() - shown.chars().count();
        let cut = match more {
            0 => String::new(),
            _ => format!("[truncated {more} chars]"),
        };
        format!("[Source: (String)\"{shown}\"{cut}; line: {line}, column: {column}]")
    }
}

/// How many characters of the definition the service's parser repeats.
const SHOWN: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let source = Source::new("a.json", text);
        match parse(&source, &Substitutions::new()) {
            Ok(_) => panic!("accepted: {text}"),
            Err(diagnostics) => diagnostics.render(&source),
        }
    }

    #[test]
    fn what_is_expected_is_said() {
        let label = |text: &str| {
            let rendered = error(text);
            let carets = rendered.lines().find(|line| line.contains('^')).unwrap_or_default();
            carets.trim_start_matches([' ', '|', '^']).to_owned()
        };
        assert_eq!(label("{} x"), "the end of the document is expected here");
        assert_eq!(label("[1 2]"), "`,` or `]` is expected here");
        assert_eq!(label("[{} {}]"), "`,` or `]` is expected here");
        assert_eq!(label(r#"{"a" 1}"#), "`:` after the key is expected here");
        assert_eq!(label("{a: 1}"), "a key in double quotes is expected here");
        assert_eq!(label("[1,]"), "nothing follows this comma");
        assert_eq!(label("[1,,2]"), "a value is expected here");
        assert_eq!(label("[01]"), "a number does not begin with `0`");
        assert_eq!(label("[1.]"), "a digit is expected here");
        assert_eq!(label("[1e999]"), "a number too large for a double");
        assert_eq!(
            label(r#"["\ud800"]"#),
            "half of a surrogate pair, which is no character"
        );
        assert_eq!(label(r#"["\u12"]"#), "four hexadecimal digits belong here");
        assert_eq!(label(r#"["\x41"]"#), "JSON has no such escape");
        assert_eq!(label("[\"a"), "this string has no end");
        assert_eq!(label("\u{feff}{}"), "a byte order mark");
        assert_eq!(label("{\u{a0}}"), "a key in double quotes is expected here");
    }

    #[test]
    fn what_to_write_is_said() {
        let help = |text: &str| {
            let rendered = error(text);
            let help = rendered.lines().find_map(|line| line.strip_prefix("help: "));
            help.unwrap_or_default().to_owned()
        };
        assert_eq!(help("[1,]"), "remove it");
        assert_eq!(help("[True]"), "write `true`");
        let quoted = "write `\"${Secs}\"`, also for a number or a boolean";
        assert_eq!(help("{\"Seconds\": ${Secs}}"), quoted);
        assert_eq!(help("[${Secs}, 1]"), quoted);
        assert_eq!(help("{${Secs}: 1}"), quoted);
        for other in ["[${A}${B}]", "[${}]", "[${A}0]", "[1 ${A}]", "[-${A}]", "[$A]"] {
            assert_eq!(help(other), "", "{other}");
        }
        assert_eq!(help("[\"\t\"]"), "write it as an escape, such as `\\n`");
    }

    #[test]
    fn a_string_that_a_line_break_ends_is_shown_whole() {
        for line_break in ["\n", "\r\n"] {
            let text = ["{", "  \"StartAt\": \"A,", "  \"States\": {}", "}"].join(line_break);
            assert_eq!(
                error(&text),
                "\
error: the definition is not valid JSON
 --> a.json:2:14
  |
2 |   \"StartAt\": \"A,
  |              ^^^ this string has no end on its line
  |
help: close it with `\"`, or write the line break as `\\n`"
            );
        }
    }

    #[test]
    fn an_open_bracket_is_shown() {
        assert_eq!(
            error("{\n  \"a\": [1"),
            "\
error: the definition is not valid JSON
 --> a.json:2:10
  |
2 |   \"a\": [1
  |          ^ the document ends here, but `,` or `]` is expected
  |        - this is not closed"
        );
    }

    #[test]
    fn the_words_of_the_service() {
        let text = "not a definition";
        let source = Source::new("a.json", text);
        let found: Vec<_> = parse(&source, &Substitutions::new()).unwrap_err().into_iter().collect();
        let place = "[Source: (String)\"not a definition\"; line: 1, column: 4]";
        assert_eq!(found[0].location.as_deref(), Some(place));
        assert_eq!(
            found[0].service_message.as_deref(),
            Some(&*format!(
                "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or \
                 'false')\n at {place}"
            ))
        );
        let blank: Vec<_> = parse(&Source::new("a.json", " "), &Substitutions::new())
            .unwrap_err()
            .into_iter()
            .collect();
        assert_eq!(blank[0].code.as_str(), "SCHEMA_VALIDATION_FAILED");
        assert_eq!(
            blank[0].service_message.as_deref(),
            Some("Definition must be a valid JSON object")
        );
        assert_eq!(blank[0].location, None);
    }

    #[test]
    fn depth_is_bounded() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let depth_error = |depth: usize| {
                let found = parse(&Source::new("a.json", nested(depth)), &Substitutions::new());
                found.err().and_then(|d| d.into_iter().next()).map(|d| d.code.as_str())
            };
            assert_eq!(depth_error(MAX_DEPTH), None);
            assert!(serde_json::from_str::<serde_json::Value>(&nested(MAX_DEPTH)).is_ok());
            assert!(serde_json::from_str::<serde_json::Value>(&nested(MAX_DEPTH + 1)).is_err());
            for depth in [MAX_DEPTH + 1, 10_000, 1_000_000] {
                assert_eq!(depth_error(depth), Some("TOO_DEEPLY_NESTED"));
            }
        }
    }

    #[test]
    fn ten_megabytes_are_quick() {
        let item = r#"{"a": ["text", "\u00e9\n", 1.5e3, 12345678901234567890, true, null]},"#;
        let text = format!("[{}0]", item.repeat(10_000_000 / item.len()));
        let began = std::time::Instant::now();
        assert!(parse(&Source::new("a.json", text), &Substitutions::new()).is_ok());
        // On a computer that does ten other things at once it takes ten seconds; quadratic, it would take hours.
        assert!(began.elapsed().as_secs() < 120, "{:?}", began.elapsed());
    }
}
