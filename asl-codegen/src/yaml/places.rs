//! Where each part of a scalar stands: the text is read again by the rules of its style, and believed only where it
//! comes to the same value.

use crate::json::Written;
use crate::source::Span;
use granit_parser::ScalarStyle;
use std::ops::Range;

/// How the scalar `text`, which begins at `start` of the source, is written. `indent` is that of a block.
pub(super) fn written(text: &str, start: usize, style: ScalarStyle, indent: usize, value: &str) -> Written {
    let quote = match style {
        ScalarStyle::SingleQuoted => "'",
        ScalarStyle::DoubleQuoted => "\"",
        _ => "",
    };
    let inside = text.strip_prefix(quote).unwrap_or(text);
    let start = start + text.len() - inside.len();
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    let whole = Span::new(start, start + inside.len());
    if inside == value.trim_end_matches('\n') {
        return Written::verbatim(whole);
    }
    let mut reader = Reader {
        text: inside,
        start,
        at: 0,
        value: String::new(),
        is_plain: true,
        written: Written::verbatim(whole),
    };
    match style {
        ScalarStyle::Plain => reader.flow(|_| None),
        ScalarStyle::SingleQuoted => reader.flow(|rest| rest.starts_with("''").then(|| (2, "'".to_owned()))),
        ScalarStyle::DoubleQuoted => reader.flow(escape),
        ScalarStyle::Literal => reader.block(indent, value, |breaks, _| "\n".repeat(breaks)),
        ScalarStyle::Folded => reader.block(indent, value, |breaks, at_indented| match at_indented {
            true => "\n".repeat(breaks),
            false => folded(breaks),
        }),
    }
    let is_same = match style {
        // Empty lines at the end are kept or not, and none of them is a place that matters.
        ScalarStyle::Literal | ScalarStyle::Folded => {
            reader.value.trim_end_matches('\n') == value.trim_end_matches('\n')
        }
        _ => reader.value == value,
    };
    match is_same {
        true => reader.written,
        false => Written::somewhere_in(whole),
    }
}

/// The text of a block without what follows its last line: empty lines, and the indentation of what comes next.
pub(super) fn without_end(text: &str, indent: usize) -> &str {
    let mut text = text;
    while let Some(last) = text.rfind(['\n', '\r']) {
        let line = &text[last + 1..];
        if line.len() > indent || line.contains(|c| c != ' ') {
            break;
        }
        text = &text[..last];
    }
    text
}

/// What so many line breaks between two words become.
fn folded(breaks: usize) -> String {
    match breaks {
        1 => " ".to_owned(),
        _ => "\n".repeat(breaks.saturating_sub(1)),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Where it begins in the source.
    start: usize,
    at: usize,
    /// What was read so far.
    value: String,
    /// Whether what comes next, if it is written as it is, continues the part before it.
    is_plain: bool,
    written: Written,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next bytes stand for themselves.
    fn copy(&mut self, length: usize) {
        if !self.is_plain {
            self.written.plain(self.value.len(), self.start + self.at);
            self.is_plain = true;
        }
        self.value.push_str(&self.rest()[..length]);
        self.at += length;
    }

    /// These bytes stand for `value`.
    fn replace(&mut self, range: Range<usize>, value: &str) {
        if !value.is_empty() {
            let place = Span::new(self.start + range.start, self.start + range.end);
            self.written.escape(self.value.len(), place);
            self.value.push_str(value);
        }
        self.at = range.end;
        self.is_plain = false;
    }

    /// Text whose lines are folded, plain or in quotes, with these escapes.
    fn flow(&mut self, escape: impl Fn(&str) -> Option<(usize, String)>) {
        while !self.rest().is_empty() {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches(BLANK).len();
            let (breaks, length) = breaks(rest);
            if breaks > 0 {
                self.replace(self.at..self.at + length, &folded(breaks));
            } else if let Some((length, value)) = escape(rest) {
                self.replace(self.at..self.at + length, &value);
            } else {
                let next = rest.chars().next().map_or(0, char::len_utf8);
                self.copy(blank.max(next));
            }
        }
    }

    /// A block, from its first line that is not empty. `join` says what line breaks become, by their number and by
    /// whether a line beside them is indented more than the block.
    fn block(&mut self, indent: usize, value: &str, join: impl Fn(usize, bool) -> String) {
        let before = value.len() - value.trim_start_matches('\n').len();
        self.replace(0..0, &value[..before]);
        let mut was_indented = self.rest().starts_with(BLANK);
        while !self.rest().is_empty() {
            let rest = self.rest();
            self.copy(rest.find(['\n', '\r']).unwrap_or(rest.len()));
            let rest = self.rest();
            let (mut breaks, mut length) = (0, 0);
            while let Some(line_break) = line_break(&rest[length..]) {
                breaks += 1;
                length += line_break;
                let spaces = rest[length..]
                    .bytes()
                    .take(indent)
                    .take_while(|&byte| byte == b' ')
                    .count();
                length += spaces;
            }
            let is_indented = rest[length..].starts_with(BLANK);
            if breaks > 0 {
                self.replace(self.at..self.at + length, &join(breaks, was_indented || is_indented));
            }
            was_indented = is_indented;
        }
    }
}

const BLANK: [char; 2] = [' ', '\t'];

/// The length of the line break at the start of a text.
fn line_break(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r' | b'\n', ..] => Some(1),
        _ => None,
    }
}

/// How many line breaks a text begins with, and the length of them and of the blanks around them.
fn breaks(text: &str) -> (usize, usize) {
    let (mut breaks, mut length) = (0, 0);
    loop {
        let rest = text[length..].trim_start_matches(BLANK);
        length = text.len() - rest.len();
        match line_break(rest) {
            Some(line_break) => (breaks, length) = (breaks + 1, length + line_break),
            None => return (breaks, length),
        }
    }
}

/// The escape in double quotes that a text begins with: its length, and what it stands for.
fn escape(text: &str) -> Option<(usize, String)> {
    let after = text.strip_prefix('\\')?;
    if let Some(length) = line_break(after) {
        let (breaks, more) = breaks(&after[length..]);
        return Some((1 + length + more, "\n".repeat(breaks)));
    }
    let digits = |count: usize| u32::from_str_radix(after.get(1..=count)?, 16).ok();
    let (length, char) = match after.chars().next()? {
        '0' => (2, '\0'),
        'a' => (2, '\u{7}'),
        'b' => (2, '\u{8}'),
        't' | '\t' => (2, '\t'),
        'n' => (2, '\n'),
        'v' => (2, '\u{b}'),
        'f' => (2, '\u{c}'),
        'r' => (2, '\r'),
        'e' => (2, '\u{1b}'),
        char @ (' ' | '"' | '/' | '\\') => (2, char),
        'N' => (2, '\u{85}'),
        '_' => (2, '\u{a0}'),
        'L' => (2, '\u{2028}'),
        'P' => (2, '\u{2029}'),
        'x' => (4, char::from_u32(digits(2)?)?),
        'U' => (10, char::from_u32(digits(8)?)?),
        'u' => {
            let (char, length) = crate::json::unescape(text)?;
            (length, char)
        }
        _ => return None,
    };
    Some((length, char.to_string()))
}
