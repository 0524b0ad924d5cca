use super::{Function, Path, Root, Step, SyntaxError};
use crate::nearest;
use std::ops::Range;

/// How deep filters, and parentheses, lists and paths in them, may nest.
const MAX_DEPTH: usize = 32;

const FUNCTIONS: [(&str, Function); 6] = [
    ("min", Function::Min),
    ("max", Function::Max),
    ("avg", Function::Avg),
    ("sum", Function::Sum),
    ("stddev", Function::StdDev),
    ("length", Function::Length),
];

/// Reads the path that is the bytes `at` of `text`. Errors are at bytes of `text`.
pub fn parse_at(text: &str, at: Range<usize>) -> Result<Path, SyntaxError> {
    let slice = &text[at.clone()];
    let start = at.start + (slice.len() - slice.trim_start().len());
    let end = start + slice.trim().len();
    let mut parser = Parser {
        text: &text[..end],
        pos: start,
        depth: 0,
    };
    let root = parser.root()?;
    let steps = parser.steps(Inside::Path)?;
    Ok(Path {
        text: text[start..end].to_owned(),
        root,
        steps,
    })
}

/// Where steps are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// In the path itself: they end where the text ends.
    Path,
    /// In a filter: operators and parentheses end them.
    Filter,
}

/// Reads a text from left to right. All positions are bytes of the whole text.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) pos: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.pos += next.len_utf8();
        Some(next)
    }

    /// Steps over `token` if it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.pos += token.len();
        }
        found
    }

    pub(super) fn skip_blanks(&mut self) {
        self.pos = self.text.len() - self.rest().trim_start().len();
    }

    /// The next character, for an error at it; at the end of the text the last one.
    pub(super) fn here(&self) -> Range<usize> {
        match self.peek() {
            Some(next) => self.pos..self.pos + next.len_utf8(),
            None => {
                let last = self.text.chars().next_back().map_or(0, char::len_utf8);
                self.pos - last..self.pos
            }
        }
    }

    /// Reads something one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(SyntaxError::new(self.here(), "nested too deeply"));
        }
        self.depth += 1;
        let result = read(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// `$`, `$$` or `$name` (P-1 to P-4).
    fn root(&mut self) -> Result<Root, SyntaxError> {
        let start = self.pos;
        if !self.eat("$") {
            return Err(no_path(self.rest(), start));
        }
        if self.eat("$") {
            return match self.peek() {
                None | Some('.' | '[') => Ok(Root::Context),
                Some(_) => Err(SyntaxError::new(self.here(), "expected `.` or `[` after `$$`")),
            };
        }
        let rest = self.rest();
        let name = &rest[..rest.find(['.', '[']).unwrap_or(rest.len())];
        if name.is_empty() {
            return Ok(Root::Input);
        }
        if let Some(at) = name.char_indices().position(|(at, c)| !is_in_name(c, at == 0)) {
            let (at, wrong) = name.char_indices().nth(at).unwrap_or((0, ' '));
            let at = self.pos + at;
            let error = SyntaxError::new(
                at..at + wrong.len_utf8(),
                format!("`{wrong}` cannot stand in the name of a variable"),
            );
            return Err(if wrong.is_ascii_digit() || wrong == '\'' || wrong == '"' {
                error.help("write `$.` before a member's name, `$[` before an index or a quoted name")
            } else {
                error
            });
        }
        self.pos += name.len();
        Ok(Root::Variable(name.to_owned()))
    }

    /// The steps of a path, up to its end.
    pub(super) fn steps(&mut self, inside: Inside) -> Result<Vec<Step>, SyntaxError> {
        let mut steps = Vec::new();
        while let Some(next) = self.peek() {
            if inside == Inside::Filter && ends_in_filter(self.rest()) {
                break;
            }
            let start = self.pos;
            match steps.last() {
                Some(Step::Function(_)) => {
                    return Err(SyntaxError::new(self.here(), "nothing can follow a function"));
                }
                Some(Step::Members(_)) => {
                    return Err(SyntaxError::new(self.here(), "nothing can follow several members")
                        .help("the service reads `['a','b']` at the end of a path only"));
                }
                _ => {}
            }
            match next {
                '[' => steps.push(self.bracket()?),
                '.' => {
                    self.bump();
                    if self.eat(".") {
                        steps.push(Step::Descend);
                    }
                    steps.push(self.after_dot(start, inside)?);
                }
                _ if steps.is_empty() => return Err(SyntaxError::new(self.here(), "expected `.` or `[`")),
                '*' => {
                    self.bump();
                    steps.push(Step::Wildcard);
                }
                // The service takes `[0]name` for `[0].name`.
                _ => steps.push(self.name_or_function(inside)?),
            }
        }
        Ok(steps)
    }

    fn after_dot(&mut self, start: usize, inside: Inside) -> Result<Step, SyntaxError> {
        match self.peek() {
            None => Err(SyntaxError::new(start..self.pos, "a path cannot end with a dot")),
            Some('.') => Err(SyntaxError::new(start..self.pos + 1, "too many dots")
                .help("one dot steps to a member, two search all descendants")),
            // A dot before a bracket is tolerated (P-13).
            Some('[') => self.bracket(),
            Some('*') => {
                self.bump();
                Ok(Step::Wildcard)
            }
            Some(_) => self.name_or_function(inside),
        }
    }

    /// `name` or `name()`, after the dot. A backslash makes any character part of the name (P-14, RP-6).
    fn name_or_function(&mut self, inside: Inside) -> Result<Step, SyntaxError> {
        let start = self.pos;
        let mut name = String::new();
        while let Some(next) = self.peek() {
            match next {
                '.' | '[' => break,
                '(' => return self.function(start),
                '\\' => {
                    self.bump();
                    match self.bump() {
                        Some(escaped) => name.push(escaped),
                        None => {
                            return Err(SyntaxError::new(
                                self.pos - 1..self.pos,
                                "a backslash with nothing after it",
                            ));
                        }
                    }
                    continue;
                }
                _ if inside == Inside::Filter && ends_in_filter(self.rest()) => break,
                _ if next.is_whitespace() => return Err(self.blank(start)),
                _ => name.push(next),
            }
            self.bump();
        }
        if self.pos == start {
            return Err(SyntaxError::new(self.here(), "expected a name"));
        }
        Ok(Step::Member(name))
    }

    /// A blank in a name that begins at `start`.
    fn blank(&self, start: usize) -> SyntaxError {
        let after = self.rest().trim_start();
        let operator: String = after.chars().take_while(|c| "+-*/%<>=!&|".contains(*c)).collect();
        if !operator.is_empty() && after[operator.len()..].starts_with(char::is_whitespace) {
            let at = self.text.len() - after.len();
            return SyntaxError::new(at..at + operator.len(), "a path does not compute")
                .help_with_call("call an intrinsic function, such as `States.MathAdd($.count, 1)`");
        }
        if self.text[..self.pos].ends_with(',') {
            return SyntaxError::new(self.pos - 1..self.pos, "one path can stand here, and no list")
                .help_with_call("`States.Array($.a, $.b)` makes an array of several values");
        }
        let error = SyntaxError::new(self.here(), "a name with a blank must stand in brackets and quotes");
        let name = self.word_from(start);
        match name.contains(['$', '@', '\'', '"', '\\', '(', ')', ',']) {
            true => error,
            false => error.help(format!("write `['{name}']`")),
        }
    }

    /// What stands from `start` to the next dot or bracket.
    fn word_from(&self, start: usize) -> &'a str {
        let rest = &self.text[start..];
        rest[..rest.find(['.', '[']).unwrap_or(rest.len())].trim()
    }

    /// `name()` (P-22), from the parenthesis on.
    fn function(&mut self, start: usize) -> Result<Step, SyntaxError> {
        let name = &self.text[start..self.pos];
        let at = start..self.pos;
        let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let error = SyntaxError::new(at, format!("no function has the name `{name}`"));
            return Err(match nearest(name, FUNCTIONS.map(|(known, _)| known)) {
                Some(known) => error.help(format!("a function with a similar name exists: `{known}()`")),
                None => error.help(format!(
                    "in a name, write `\\(` for a parenthesis; the functions are {}",
                    listed()
                )),
            });
        };
        self.bump();
        self.skip_blanks();
        if !self.eat(")") {
            return Err(SyntaxError::new(
                self.here(),
                format!("`{name}` takes no arguments here: expected `)`"),
            ));
        }
        Ok(Step::Function(*function))
    }

    /// Everything that begins with a bracket.
    fn bracket(&mut self) -> Result<Step, SyntaxError> {
        let open = self.pos;
        self.bump();
        self.skip_blanks();
        let step = match self.peek() {
            None => return Err(SyntaxError::new(open..open + 1, "this bracket is not closed")),
            Some('\'' | '"') => self.members()?,
            Some('*') => {
                self.bump();
                Step::Wildcard
            }
            Some('?') => {
                self.bump();
                self.nested(Self::filter)?
            }
            Some('-' | ':' | '0'..='9') => self.indices()?,
            Some(']') => {
                return Err(SyntaxError::new(open..self.pos + 1, "empty brackets")
                    .help("write `[*]` for all elements, `[0]` for the first"));
            }
            Some('(') => {
                return Err(
                    SyntaxError::new(self.here(), "the service knows no expressions as an index")
                        .help("write `[-1]` for the last element"),
                );
            }
            Some(_) => {
                let rest = self.rest();
                let name = rest[..rest.find(']').unwrap_or(rest.len())].trim_end();
                return Err(SyntaxError::new(
                    self.pos..self.pos + name.len(),
                    "expected a quoted name, an index, `*` or a filter",
                )
                .help(format!("write `['{name}']` for the member of that name")));
            }
        };
        self.skip_blanks();
        if self.eat("]") {
            return Ok(step);
        }
        Err(match self.peek() {
            None => SyntaxError::new(open..open + 1, "this bracket is not closed"),
            Some(_) => SyntaxError::new(self.here(), "expected `]`"),
        })
    }

    /// `'a', 'b'` in brackets (P-12, P-17).
    fn members(&mut self) -> Result<Step, SyntaxError> {
        let mut names = vec![self.quoted_name()?];
        loop {
            self.skip_blanks();
            if !self.eat(",") {
                break;
            }
            self.skip_blanks();
            match self.peek() {
                Some('\'' | '"') => names.push(self.quoted_name()?),
                _ => return Err(SyntaxError::new(self.here(), "expected a quoted name after the comma")),
            }
        }
        Ok(match names.len() {
            1 => Step::Member(names.swap_remove(0)),
            _ => Step::Members(names),
        })
    }

    /// A quoted name. A backslash is an ordinary character but before the closing kind of quote and a backslash (P-12).
    fn quoted_name(&mut self) -> Result<String, SyntaxError> {
        let open = self.pos;
        let quote = self.bump();
        let mut name = String::new();
        while let Some(next) = self.bump() {
            match (next, self.peek()) {
                _ if Some(next) == quote => return Ok(name),
                ('\\', Some(escaped)) if escaped == '\\' || Some(escaped) == quote => {
                    self.bump();
                    name.push(escaped);
                }
                _ => name.push(next),
            }
        }
        Err(SyntaxError::new(open..open + 1, "this quote is not closed"))
    }

    /// `0`, `-1`, `0,2`, `1:3` in brackets (P-15 to P-18).
    fn indices(&mut self) -> Result<Step, SyntaxError> {
        let start = self.pos;
        let first = if self.peek() == Some(':') {
            None
        } else {
            Some(self.index()?)
        };
        self.skip_blanks();
        if self.eat(":") {
            self.skip_blanks();
            let last = if matches!(self.peek(), Some('-' | '0'..='9')) {
                Some(self.index()?)
            } else {
                None
            };
            self.skip_blanks();
            if self.peek() == Some(':') {
                return Err(SyntaxError::new(self.here(), "a slice has no step: `[from:to]`"));
            }
            if first.is_none() && last.is_none() {
                return Err(SyntaxError::new(start..self.pos, "a slice must have a start or an end")
                    .help("write `[*]` for all elements"));
            }
            return Ok(Step::Slice(first, last));
        }
        let mut indices: Vec<i64> = first.into_iter().collect();
        while self.eat(",") {
            self.skip_blanks();
            indices.push(self.index()?);
            self.skip_blanks();
        }
        Ok(match indices[..] {
            [index] => Step::Index(index),
            _ => Step::Indices(indices),
        })
    }

    fn index(&mut self) -> Result<i64, SyntaxError> {
        let start = self.pos;
        self.eat("-");
        let digits = self.rest();
        let digits = &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())];
        self.pos += digits.len();
        if digits.is_empty() {
            return Err(SyntaxError::new(self.here(), "expected an index"));
        }
        // The service counts elements in 32 bits.
        match self.text[start..self.pos].parse::<i32>() {
            Ok(index) => Ok(index.into()),
            Err(_) => Err(SyntaxError::new(start..self.pos, "this index is out of range")),
        }
    }
}

/// What to say about a text that does not begin with `$`.
fn no_path(rest: &str, start: usize) -> SyntaxError {
    let error = SyntaxError::new(start..start + rest.len(), "a path begins with `$`");
    if rest.starts_with("States.") {
        error.help("an intrinsic function can only be called where the field's name ends in `.$`")
    } else if rest.is_empty() {
        error.help("write `$` for the whole value")
    } else if rest.starts_with(['.', '[']) {
        error.help(format!("write `${rest}`"))
    } else if rest.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
        error.help(format!("write `$.{rest}`"))
    } else {
        error
    }
}

/// Whether a character may stand in a variable's name (J-72).
fn is_in_name(c: char, first: bool) -> bool {
    c == '_'
        || if first {
            unicode_ident::is_xid_start(c)
        } else {
            unicode_ident::is_xid_continue(c)
        }
}

/// Whether a path in a filter ends before this text.
fn ends_in_filter(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | ']' | '=' | '<' | '>' | '!' | '~'))
        || rest.starts_with("&&")
        || rest.starts_with("||")
}

fn listed() -> String {
    FUNCTIONS.map(|(name, _)| format!("`{name}()`")).join(", ")
}
