//! Whether a regular expression is one of JavaScript (without its flag `u`, and with what browsers tolerate).

use std::ops::Range;

/// What is wrong with a regular expression, and which bytes of it.
pub(super) fn check(pattern: &str) -> Result<(), (Range<usize>, String)> {
    let mut units = Vec::new();
    for (at, c) in pattern.char_indices() {
        // A character beyond the first plane is two for JavaScript.
        let start = units.len();
        units.resize(start + c.len_utf16(), (0, at..at + c.len_utf8()));
        let mut encoded = [0; 2];
        for (unit, value) in units[start..].iter_mut().zip(c.encode_utf16(&mut encoded)) {
            unit.0 = *value;
        }
    }
    let mut checker = Checker {
        units,
        pos: 0,
        names: Vec::new(),
        references: Vec::new(),
        bare_references: Vec::new(),
    };
    checker
        .pattern()
        .and_then(|()| checker.references())
        .map_err(|Wrong(units, message)| (checker.bytes(&units), message))
}

/// Some units, and what is wrong with them.
struct Wrong(Range<usize>, String);

fn wrong<T>(at: Range<usize>, message: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong(at, message.into()))
}

struct Checker {
    /// The units of UTF-16, and where the character of each stands.
    units: Vec<(u16, Range<usize>)>,
    pos: usize,
    /// The names of groups.
    names: Vec<String>,
    /// `\k<name>`
    references: Vec<(Range<usize>, String)>,
    /// `\k` with no name after it, which is only a letter where no group has a name.
    bare_references: Vec<Range<usize>>,
}

impl Checker {
    fn bytes(&self, units: &Range<usize>) -> Range<usize> {
        let byte = |unit: usize| self.units.get(unit).map(|(_, at)| at.clone());
        let end = self.units.last().map_or(0, |(_, at)| at.end);
        let start = byte(units.start).map_or(end, |at| at.start);
        let last = units.end.checked_sub(1).and_then(byte).map_or(end, |at| at.end);
        start..last.max(start)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        let (unit, _) = self.units.get(self.pos + ahead)?;
        // Half a character is none that means something here.
        Some(char::from_u32(u32::from(*unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        if found {
            self.pos += text.len();
        }
        found
    }

    fn pattern(&mut self) -> Result<(), Wrong> {
        // The open groups: where each begins, and whether it can be repeated.
        let mut groups: Vec<(usize, bool)> = Vec::new();
        let mut can_repeat = false;
        while let Some(next) = self.peek(0) {
            let start = self.pos;
            match next {
                '^' | '$' | '|' => {
                    self.pos += 1;
                    can_repeat = false;
                }
                '\\' => can_repeat = self.escape()?,
                '(' => {
                    groups.push((start, self.group()?));
                    can_repeat = false;
                }
                ')' => {
                    self.pos += 1;
                    can_repeat = match groups.pop() {
                        Some((_, can_repeat)) => can_repeat,
                        None => return wrong(start..self.pos, "this parenthesis closes nothing"),
                    };
                }
                '[' => {
                    self.class()?;
                    can_repeat = true;
                }
                _ if self.quantifier()? => {
                    if !can_repeat {
                        return wrong(start..self.pos, "there is nothing before it to repeat");
                    }
                    can_repeat = false;
                }
                _ => {
                    self.pos += 1;
                    can_repeat = true;
                }
            }
        }
        match groups.pop() {
            Some((open, _)) => wrong(open..open + 1, "this parenthesis is not closed"),
            None => Ok(()),
        }
    }

    /// `*`, `{1,2}?` and the like. Other braces are letters.
    fn quantifier(&mut self) -> Result<bool, Wrong> {
        let start = self.pos;
        match self.peek(0) {
            Some('*' | '+' | '?') => self.pos += 1,
            Some('{') => {
                self.pos += 1;
                let least = self.digits();
                let most = if self.eat(",") { Some(self.digits()) } else { None };
                let Some(least) = least.filter(|_| self.eat("}")) else {
                    self.pos = start;
                    return Ok(false);
                };
                if let Some(Some(most)) = most
                    && most < least
                {
                    return wrong(start..self.pos, "the larger number must stand last");
                }
            }
            _ => return Ok(false),
        }
        self.eat("?");
        Ok(true)
    }

    fn digits(&mut self) -> Option<u32> {
        let start = self.pos;
        let mut number = 0_u32;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit);
            self.pos += 1;
        }
        (self.pos > start).then_some(number)
    }

    /// The opening of a group: whether what it opens can be repeated.
    fn group(&mut self) -> Result<bool, Wrong> {
        let start = self.pos;
        self.pos += 1;
        if !self.eat("?") || self.eat(":") || self.eat("=") || self.eat("!") {
            return Ok(true);
        }
        if self.eat("<=") || self.eat("<!") {
            return Ok(false);
        }
        if !self.eat("<") {
            return wrong(start..self.pos, "no group begins like this");
        }
        let Some(name) = self.name() else {
            return wrong(start..self.pos, "expected the name of a group, and `>`");
        };
        if self.names.contains(&name) {
            return wrong(start..self.pos, "another group has this name");
        }
        self.names.push(name);
        Ok(true)
    }

    /// A name, and the `>` after it.
    fn name(&mut self) -> Option<String> {
        let rest = self.units.get(self.pos..)?;
        let length = rest.iter().position(|(unit, _)| *unit == u16::from(b'>'))?;
        let name: Vec<u16> = rest[..length].iter().map(|(unit, _)| *unit).collect();
        let name = String::from_utf16(&name).ok()?;
        let mut letters = name.chars();
        // An escape in it is a letter.
        let starts = |c| c == '$' || c == '_' || c == '\\' || unicode_ident::is_xid_start(c);
        let continues =
            |c| starts(c) || unicode_ident::is_xid_continue(c) || matches!(c, '{' | '}' | '\u{200c}' | '\u{200d}');
        if !letters.next().is_some_and(starts) || !letters.all(continues) {
            return None;
        }
        self.pos += length + 1;
        Some(name)
    }

    /// A backslash and what it escapes, outside of a class: whether it can be repeated.
    fn escape(&mut self) -> Result<bool, Wrong> {
        let start = self.pos;
        self.pos += 1;
        match self.peek(0) {
            None => return wrong(start..self.pos, "a backslash with nothing after it"),
            Some('b' | 'B') => {
                self.pos += 1;
                return Ok(false);
            }
            Some('k') => {
                self.pos += 1;
                let after = self.pos;
                match if self.eat("<") { self.name() } else { None } {
                    Some(name) => self.references.push((start..self.pos, name)),
                    None => {
                        self.pos = after;
                        self.bare_references.push(start..after);
                    }
                }
            }
            // A letter of what follows changes nothing outside of a class.
            Some(_) => self.pos += 1,
        }
        Ok(true)
    }

    fn references(&self) -> Result<(), Wrong> {
        if self.names.is_empty() {
            return Ok(());
        }
        if let Some(at) = self.bare_references.first() {
            return wrong(at.clone(), "expected the name of a group: `\\k<name>`");
        }
        match self.references.iter().find(|(_, name)| !self.names.contains(name)) {
            Some((at, _)) => wrong(at.clone(), "no group has this name"),
            None => Ok(()),
        }
    }

    /// `[a-z]`
    fn class(&mut self) -> Result<(), Wrong> {
        let open = self.pos;
        self.pos += 1;
        let unclosed = || wrong(open..open + 1, "this bracket is not closed");
        self.eat("^");
        loop {
            let start = self.pos;
            if self.eat("]") {
                return Ok(());
            }
            let Some(from) = self.class_atom()? else {
                return unclosed();
            };
            if self.peek(0) != Some('-') || self.peek(1) == Some(']') {
                continue;
            }
            self.pos += 1;
            let Some(to) = self.class_atom()? else {
                return unclosed();
            };
            if let (Some(from), Some(to)) = (from, to)
                && to < from
            {
                return wrong(start..self.pos, "the larger character must stand last");
            }
        }
    }

    /// A character of a class, as its number; none if it stands for several; nothing at the end.
    fn class_atom(&mut self) -> Result<Option<Option<u16>>, Wrong> {
        let start = self.pos;
        let Some((unit, _)) = self.units.get(self.pos) else {
            return Ok(None);
        };
        let unit = *unit;
        self.pos += 1;
        if unit != u16::from(b'\\') {
            return Ok(Some(Some(unit)));
        }
        let Some(escaped) = self.peek(0) else {
            return wrong(start..self.pos, "a backslash with nothing after it");
        };
        let value = match escaped {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => None,
            'b' => Some(0x08),
            't' => Some(0x09),
            'n' => Some(0x0a),
            'v' => Some(0x0b),
            'f' => Some(0x0c),
            'r' => Some(0x0d),
            'x' | 'u' => {
                let length = if escaped == 'x' { 2 } else { 4 };
                let number = self.hexadecimal(1, length);
                if number.is_some() {
                    self.pos += length;
                }
                Some(number.unwrap_or(escaped as u16))
            }
            'c' => match self.peek(1) {
                Some(control @ ('a'..='z' | 'A'..='Z' | '0'..='9' | '_')) => {
                    self.pos += 1;
                    Some(control as u16 % 32)
                }
                // The backslash itself; the letter comes next.
                _ => return Ok(Some(Some(unit))),
            },
            '0'..='7' => return Ok(Some(Some(self.octal()))),
            'k' => {
                self.bare_references.push(start..self.pos + 1);
                Some('k' as u16)
            }
            _ => self.units.get(self.pos).map(|(unit, _)| *unit),
        };
        self.pos += 1;
        Ok(Some(value))
    }

    fn hexadecimal(&self, ahead: usize, length: usize) -> Option<u16> {
        (ahead..ahead + length).try_fold(0, |number, ahead| {
            let digit = self.peek(ahead)?.to_digit(16)?;
            Some(number * 16 + u16::try_from(digit).ok()?)
        })
    }

    /// Up to three digits, of a number below 256.
    fn octal(&mut self) -> u16 {
        let mut number = 0;
        for _ in 0..3 {
            let digit = self
                .peek(0)
                .and_then(|c| c.to_digit(8))
                .and_then(|digit| u16::try_from(digit).ok());
            match digit {
                Some(digit) if number * 8 + digit < 256 => number = number * 8 + digit,
                _ => break,
            }
            self.pos += 1;
        }
        number
    }
}
