//! The words of an expression.
//!
//! What follows decides what a slash is: a division after an operand, the start of a regular expression elsewhere. The
//! parser knows which, so it asks for one word at a time.

use super::{SyntaxError, regex};
use std::ops::Range;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// The end of the text.
    End,
    /// `price`, `` `unit price` ``
    Name(String),
    /// `$name`, without the `$`
    Variable(String),
    /// `'text'`, without its escapes
    String(String),
    /// `1.5`; a minus sign is an operator.
    Number(f64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `/pattern/i`
    Regex {
        /// Between the slashes.
        pattern: String,
        /// `i`, `m`, both or none.
        flags: String,
    },
    /// An operator or a bracket; `and`, `or` and `in`, which are names where an operand stands.
    Op(&'static str),
}

/// The longer ones first.
const OPERATORS: [&str; 31] = [
    "..", ":=", "!=", ">=", "<=", "**", "~>", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#", ";", ":", "?", "+",
    "-", "*", "/", "%", "|", "=", "<", ">", "^", "&",
];

/// Reads one word after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    pos: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, pos: 0 }
    }

    /// The next word and its bytes.
    pub(super) fn next(&mut self, after_operand: bool) -> Result<(Token, Range<usize>), SyntaxError> {
        self.skip()?;
        let start = self.pos;
        let token = self.token(after_operand)?;
        Ok((token, start..self.pos))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Steps over blanks and comments.
    fn skip(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.pos = self.text.len() - self.rest().trim_start_matches(is_blank).len();
            let Some(comment) = self.rest().strip_prefix("/*") else {
                return Ok(());
            };
            match comment.find("*/") {
                Some(length) => self.pos += 2 + length + 2,
                None => {
                    let open = self.pos..self.pos + 2;
                    return Err(SyntaxError::new("S0106", open, "this comment is not closed").help("end it with `*/`"));
                }
            }
        }
    }

    fn token(&mut self, after_operand: bool) -> Result<Token, SyntaxError> {
        let Some(next) = self.rest().chars().next() else {
            return Ok(Token::End);
        };
        if next == '/' && !after_operand {
            return self.regex();
        }
        if let Some(operator) = OPERATORS.iter().find(|operator| self.rest().starts_with(**operator)) {
            self.pos += operator.len();
            return Ok(Token::Op(operator));
        }
        match next {
            '!' | '~' => Err(self.no_operator(next)),
            '\'' | '"' => self.string(next),
            '0'..='9' => self.number(),
            '`' => self.quoted_name(),
            _ => Ok(self.word()),
        }
    }

    fn no_operator(&self, sign: char) -> SyntaxError {
        let at = self.pos..self.pos + 1;
        let error = SyntaxError::new("S0204", at, format!("no operator is `{sign}`"));
        match sign {
            '!' => error.help("the functions `$not(..)` and `$exists(..)` and the operator `!=` are there"),
            _ => error,
        }
    }

    /// Up to a slash that no backslash precedes, outside of all brackets.
    fn regex(&mut self) -> Result<Token, SyntaxError> {
        let open = self.pos;
        let mut depth = 0_isize;
        let mut is_escaped = false;
        let mut before = b'/';
        for at in open + 1..self.text.len() {
            let next = self.text.as_bytes()[at];
            match next {
                b'/' if depth == 0 && !is_escaped => return self.end_of_regex(open, at),
                b'(' | b'[' | b'{' if before != b'\\' => depth += 1,
                b')' | b']' | b'}' if before != b'\\' => depth -= 1,
                _ => {}
            }
            is_escaped = next == b'\\' && !is_escaped;
            before = next;
        }
        let error = SyntaxError::new("S0302", open..open + 1, "this regular expression is not closed");
        Err(error.help("end it with `/`; its brackets must be closed too, or escaped by a backslash"))
    }

    fn end_of_regex(&mut self, open: usize, close: usize) -> Result<Token, SyntaxError> {
        if close == open + 1 {
            let error = SyntaxError::new("S0301", open..close + 1, "a regular expression cannot be empty");
            return Err(error);
        }
        self.pos = close + 1;
        while matches!(self.byte(self.pos), Some(b'i' | b'm')) {
            self.pos += 1;
        }
        let flags = &self.text[close + 1..self.pos];
        if flags.matches('i').count() > 1 || flags.matches('m').count() > 1 {
            let message = "a flag of a regular expression cannot stand twice";
            return Err(SyntaxError::uncoded(close + 1..self.pos, message));
        }
        if let Err((at, message)) = regex::check(&self.text[open + 1..close]) {
            return Err(SyntaxError::uncoded(open + 1 + at.start..open + 1 + at.end, message));
        }
        Ok(Token::Regex {
            pattern: self.text[open + 1..close].to_owned(),
            flags: flags.to_owned(),
        })
    }

    /// `'text'` or `"text"`. The escapes are those of JSON.
    fn string(&mut self, quote: char) -> Result<Token, SyntaxError> {
        let open = self.pos;
        let unclosed = || SyntaxError::new("S0101", open..open + 1, "this quote is not closed");
        // Escapes name units of UTF-16, two of which may be one character.
        let mut units = Vec::new();
        let mut chars = self.text[open + 1..].char_indices();
        while let Some((at, next)) = chars.next() {
            let at = open + 1 + at;
            if next == quote {
                self.pos = at + 1;
                return Ok(Token::String(String::from_utf16_lossy(&units)));
            }
            if next != '\\' {
                units.extend_from_slice(next.encode_utf16(&mut [0; 2]));
                continue;
            }
            match chars.next().map(|(_, escaped)| escaped) {
                Some('"') => units.push(u16::from(b'"')),
                Some('\\') => units.push(u16::from(b'\\')),
                Some('/') => units.push(u16::from(b'/')),
                Some('b') => units.push(0x08),
                Some('f') => units.push(0x0c),
                Some('n') => units.push(0x0a),
                Some('r') => units.push(0x0d),
                Some('t') => units.push(0x09),
                Some('u') => {
                    let digits: String = self.text[at + 2..].chars().take(4).collect();
                    match u16::from_str_radix(&digits, 16) {
                        Ok(unit) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => units.push(unit),
                        _ => {
                            let message = "`\\u` must be followed by four hexadecimal digits";
                            return Err(SyntaxError::new("S0104", at..at + 2, message));
                        }
                    }
                    if chars.nth(3).is_none() {
                        return Err(unclosed());
                    }
                }
                Some(other) => {
                    let error = SyntaxError::new(
                        "S0103",
                        at..at + 1 + other.len_utf8(),
                        format!("no escape is `\\{other}`"),
                    );
                    return Err(match other {
                        '\'' => error.help("write a single quote between double quotes: `\"it's\"`"),
                        _ => error.help("the escapes are those of JSON; write `\\\\` for a backslash"),
                    });
                }
                None => {
                    let message = "a backslash with nothing after it";
                    return Err(SyntaxError::new("S0103", at..at + 1, message));
                }
            }
        }
        Err(unclosed())
    }

    /// As in JSON, without a sign.
    fn number(&mut self) -> Result<Token, SyntaxError> {
        let start = self.pos;
        let digits = |mut at: usize| {
            while matches!(self.byte(at), Some(b'0'..=b'9')) {
                at += 1;
            }
            at
        };
        let mut end = match self.byte(start) {
            Some(b'0') => start + 1,
            _ => digits(start),
        };
        if self.byte(end) == Some(b'.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if matches!(self.byte(end), Some(b'e' | b'E')) {
            let signed = matches!(self.byte(end + 1), Some(b'+' | b'-'));
            let exponent = end + 1 + usize::from(signed);
            if digits(exponent) > exponent {
                end = digits(exponent);
            }
        }
        self.pos = end;
        match self.text[start..end].parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Token::Number(number)),
            _ => Err(SyntaxError::new("S0102", start..end, "this number is too large")),
        }
    }

    /// `` `unit price` ``; it knows no escapes.
    fn quoted_name(&mut self) -> Result<Token, SyntaxError> {
        let open = self.pos;
        let name = &self.text[open + 1..];
        let Some(length) = name.find('`') else {
            return Err(SyntaxError::new(
                "S0105",
                open..open + 1,
                "this backquote is not closed",
            ));
        };
        self.pos = open + 1 + length + 1;
        Ok(Token::Name(name[..length].to_owned()))
    }

    /// Up to a blank or the first character of an operator; quotes are part of it.
    fn word(&mut self) -> Token {
        let rest = self.rest();
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        self.pos += word.len();
        if let Some(name) = word.strip_prefix('$') {
            return Token::Variable(name.to_owned());
        }
        match word {
            "and" => Token::Op("and"),
            "or" => Token::Op("or"),
            "in" => Token::Op("in"),
            "true" => Token::Bool(true),
            "false" => Token::Bool(false),
            "null" => Token::Null,
            _ => Token::Name(word.to_owned()),
        }
    }
}

/// Other blanks, as that of HTML, are part of a name.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}')
}

fn ends_word(c: char) -> bool {
    is_blank(c) || ".[]{}(),@#;:?+-*/%|=<>^&!~".contains(c)
}
