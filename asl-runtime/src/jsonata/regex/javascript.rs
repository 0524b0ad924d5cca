//! JavaScript's patterns as those of the regex crates.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

/// What `\s` matches, inside of brackets.
const SPACES: &str = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";

/// What `\w` matches, inside of brackets.
const WORD: &str = "0-9A-Z_a-z";

/// What ends a line, inside of brackets.
const LINE_ENDS: &str = r"\n\r\x{2028}\x{2029}";

/// A pattern that matches what `/pattern/flags` matches in JavaScript.
///
/// # Errors
/// Says what JavaScript does not understand in the pattern.
pub(crate) fn translate(pattern: &str, flags: &str) -> Result<String, String> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        groups: groups(pattern),
        multi_line: flags.contains('m'),
        to: String::new(),
        repeatable: false,
        open: 0,
    };
    if flags.contains('i') {
        translator.to.push_str("(?i)");
    }
    while let Some(next) = translator.rest.next() {
        translator.term(next)?;
    }
    match translator.open {
        0 => Ok(translator.to),
        _ => Err("Unterminated group".to_owned()),
    }
}

struct Translator<'p> {
    rest: Peekable<Chars<'p>>,
    /// The names of all the groups, empty where they have none.
    groups: Vec<&'p str>,
    multi_line: bool,
    to: String,
    /// Whether what was read last can be repeated.
    repeatable: bool,
    /// How many groups are open.
    open: usize,
}

/// A part of a class in brackets.
enum Item {
    Char(char),
    /// A class within the class, inside of brackets.
    Class(&'static str),
    /// All that is not in it.
    Not(&'static str),
}

impl Translator<'_> {
    fn term(&mut self, next: char) -> Result<(), String> {
        let repeatable = std::mem::replace(&mut self.repeatable, true);
        match next {
            '^' | '$' | '|' => {
                self.repeatable = false;
                self.to.push_str(match (next, self.multi_line) {
                    ('^', false) => r"\A",
                    ('^', true) => r"(?:\A|(?<=[\n\r\x{2028}\x{2029}]))",
                    ('$', false) => r"\z",
                    ('$', true) => r"(?=[\n\r\x{2028}\x{2029}]|\z)",
                    _ => "|",
                });
            }
            '.' => self.class(true, LINE_ENDS),
            '*' | '+' | '?' => {
                self.to.push(next);
                self.repeat(repeatable)?;
            }
            '{' => match self.counts() {
                Some((min, max)) => {
                    if max.is_some_and(|max| max < min) {
                        return Err("numbers out of order in {} quantifier".to_owned());
                    }
                    _ = match max {
                        Some(max) => write!(self.to, "{{{min},{max}}}"),
                        None => write!(self.to, "{{{min},}}"),
                    };
                    self.repeat(repeatable)?;
                }
                None => self.to.push_str(r"\{"),
            },
            '(' => {
                self.open += 1;
                self.repeatable = false;
                self.to.push('(');
                self.group()?;
            }
            ')' => {
                self.open = self.open.checked_sub(1).ok_or("Unmatched ')'")?;
                self.to.push(')');
            }
            '[' => self.brackets()?,
            '\\' => self.escape()?,
            literal => self.literal(literal),
        }
        Ok(())
    }

    /// After a quantifier.
    fn repeat(&mut self, repeatable: bool) -> Result<(), String> {
        if !repeatable {
            return Err("Nothing to repeat".to_owned());
        }
        self.to.extend(self.rest.next_if_eq(&'?'));
        self.repeatable = false;
        Ok(())
    }

    /// `2}`, `2,}` or `2,3}`, after the brace that opens; anything else is text.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let mut rest = self.rest.clone();
        let number = |rest: &mut Peekable<Chars<'_>>| {
            let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect();
            (!digits.is_empty()).then(|| digits.parse().unwrap_or(u32::MAX))
        };
        let min = number(&mut rest)?;
        let max = match rest.next_if_eq(&',') {
            Some(_) => number(&mut rest),
            None => Some(min),
        };
        rest.next_if_eq(&'}')?;
        self.rest = rest;
        Some((min, max))
    }

    /// After `(`.
    fn group(&mut self) -> Result<(), String> {
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        match (self.rest.next(), self.rest.peek()) {
            (Some(kind @ (':' | '=' | '!')), _) => {
                self.to.push('?');
                self.to.push(kind);
            }
            (Some('<'), Some('=' | '!')) => {
                self.to.push_str("?<");
                self.to.extend(self.rest.next());
            }
            // Groups are known by their numbers.
            (Some('<'), Some(_)) => {
                self.rest
                    .by_ref()
                    .find(|c| *c == '>')
                    .ok_or("Invalid capture group name")?;
            }
            _ => return Err("Invalid group".to_owned()),
        }
        Ok(())
    }

    fn class(&mut self, not: bool, class: &str) {
        let not = if not { "^" } else { "" };
        _ = write!(self.to, "[{not}{class}]");
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            _ = write!(self.to, r"\x{{{:x}}}", u32::from(c));
        } else {
            self.to.push(c);
        }
    }

    /// After `\`, outside of brackets.
    fn escape(&mut self) -> Result<(), String> {
        match self.rest.peek() {
            Some(boundary @ ('b' | 'B')) => {
                let (here, there) = if *boundary == 'b' { ('!', '=') } else { ('=', '!') };
                self.rest.next();
                self.repeatable = false;
                _ = write!(
                    self.to,
                    "(?:(?<=[{WORD}])(?{here}[{WORD}])|(?<![{WORD}])(?{there}[{WORD}]))"
                );
            }
            Some('k') if self.groups.iter().any(|name| !name.is_empty()) => {
                self.rest.next();
                self.rest.next_if_eq(&'<').ok_or("Invalid named reference")?;
                let name: String = self.rest.by_ref().take_while(|c| *c != '>').collect();
                let at = self.groups.iter().position(|group| **group == *name);
                self.reference(at.ok_or("Invalid named capture referenced")? + 1);
            }
            Some('1'..='9') => {
                let mut rest = self.rest.clone();
                let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect();
                match digits.parse() {
                    Ok(number) if number <= self.groups.len() => {
                        self.rest = rest;
                        self.reference(number);
                    }
                    _ => {
                        let octal = self.octal();
                        self.literal(octal);
                    }
                }
            }
            _ => match self.item()? {
                Item::Char(c) => self.literal(c),
                Item::Class(class) => self.class(false, class),
                Item::Not(class) => self.class(true, class),
            },
        }
        Ok(())
    }

    /// A reference to a group; one that took no part matches nothing at all.
    fn reference(&mut self, group: usize) {
        _ = write!(self.to, r"(?({group})\{group}|)");
    }

    /// Up to three octal digits; a digit that is none stands for itself.
    fn octal(&mut self) -> char {
        let mut code = 0;
        let mut digits = 0;
        while code < 0o40 && digits < 3 {
            let Some(digit) = self.rest.next_if(|c| c.is_digit(8)) else {
                break;
            };
            code = code * 8 + digit.to_digit(8).unwrap_or(0);
            digits += 1;
        }
        match digits {
            0 => self.rest.next().unwrap_or('\\'),
            _ => char::from_u32(code).unwrap_or('\0'),
        }
    }

    /// After `\`, inside of brackets or outside.
    fn item(&mut self) -> Result<Item, String> {
        if self.rest.peek().is_some_and(char::is_ascii_digit) {
            return Ok(Item::Char(self.octal()));
        }
        let escaped = self.rest.next().ok_or("\\ at end of pattern")?;
        Ok(match escaped {
            'd' => Item::Class("0-9"),
            'D' => Item::Not("0-9"),
            'w' => Item::Class(WORD),
            'W' => Item::Not(WORD),
            's' => Item::Class(SPACES),
            'S' => Item::Not(SPACES),
            't' => Item::Char('\t'),
            'n' => Item::Char('\n'),
            'v' => Item::Char('\u{b}'),
            'f' => Item::Char('\u{c}'),
            'r' => Item::Char('\r'),
            'c' => match self.rest.next_if(char::is_ascii_alphabetic) {
                Some(letter) => Item::Char(char::from(letter as u8 % 32)),
                None => Item::Char('\\'),
            },
            'x' => Item::Char(self.hex(2).and_then(char::from_u32).unwrap_or('x')),
            'u' => Item::Char(self.utf16().unwrap_or('u')),
            other => Item::Char(other),
        })
    }

    /// Exactly so many hexadecimal digits, if they are there.
    fn hex(&mut self, digits: usize) -> Option<u32> {
        let mut rest = self.rest.clone();
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + rest.next()?.to_digit(16)?;
        }
        self.rest = rest;
        Some(code)
    }

    /// After `\u`: four digits, twice for what takes two code units.
    fn utf16(&mut self) -> Option<char> {
        let first = self.hex(4)?;
        if let Some(c) = char::from_u32(first) {
            return Some(c);
        }
        let rest = self.rest.clone();
        let second = match (self.rest.next(), self.rest.next()) {
            (Some('\\'), Some('u')) => self.hex(4),
            _ => None,
        };
        let pair = [first as u16, second.unwrap_or(0) as u16];
        match char::decode_utf16(pair).next() {
            Some(Ok(c)) => Some(c),
            // Half a character: no text has it.
            _ => {
                self.rest = rest;
                Some(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    /// After `[`.
    fn brackets(&mut self) -> Result<(), String> {
        let not = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            self.to.push_str(if not { "(?s:.)" } else { "(?!)" });
            return Ok(());
        }
        self.to.push_str(if not { "[^" } else { "[" });
        while let Some(item) = self.in_brackets()? {
            let mut ahead = self.rest.clone();
            let range = ahead.next() == Some('-') && ahead.next().is_some_and(|end| end != ']');
            match item {
                Item::Char(start) if range => {
                    self.rest.next();
                    match self.in_brackets()? {
                        Some(Item::Char(end)) if end < start => {
                            return Err("Range out of order in character class".to_owned());
                        }
                        Some(Item::Char(end)) => {
                            _ = write!(self.to, r"\x{{{:x}}}-\x{{{:x}}}", u32::from(start), u32::from(end));
                        }
                        Some(class) => {
                            self.push_item(Item::Char(start));
                            self.push_item(Item::Char('-'));
                            self.push_item(class);
                        }
                        None => return Err("Unterminated character class".to_owned()),
                    }
                }
                item => self.push_item(item),
            }
        }
        self.to.push(']');
        Ok(())
    }

    /// What comes next inside of brackets, if they do not close.
    fn in_brackets(&mut self) -> Result<Option<Item>, String> {
        Ok(match self.rest.next().ok_or("Unterminated character class")? {
            ']' => None,
            '\\' if self.rest.next_if_eq(&'b').is_some() => Some(Item::Char('\u{8}')),
            '\\' => Some(self.item()?),
            literal => Some(Item::Char(literal)),
        })
    }

    fn push_item(&mut self, item: Item) {
        _ = match item {
            Item::Char(c) => write!(self.to, r"\x{{{:x}}}", u32::from(c)),
            Item::Class(class) => write!(self.to, "[{class}]"),
            Item::Not(class) => write!(self.to, "[^{class}]"),
        };
    }
}

/// The names of the groups of a pattern, empty where they have none.
fn groups(pattern: &str) -> Vec<&str> {
    let mut groups = vec![];
    let mut brackets = false;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                rest = rest
                    .get(rest.chars().next().map_or(0, char::len_utf8)..)
                    .unwrap_or_default()
            }
            '[' => brackets = true,
            ']' => brackets = false,
            '(' if !brackets => match rest.strip_prefix("?<") {
                Some(name) if !name.starts_with(['=', '!']) => {
                    groups.push(name.split('>').next().unwrap_or_default());
                }
                None if !rest.starts_with('?') => groups.push(""),
                _ => {}
            },
            _ => {}
        }
    }
    groups
}
