use super::{Arg, ArgKind, Call, Intrinsic};
use crate::expr::path::{SyntaxError, parse_at};
use crate::nearest;

/// How many calls may stand in each other (IF-5).
const MAX_DEPTH: usize = 10;

pub(super) fn parse(text: &str) -> Result<Call, SyntaxError> {
    let end = text.trim_end().len();
    let mut parser = Parser {
        text: &text[..end],
        pos: end - text[..end].trim_start().len(),
    };
    let call = parser.call(1)?;
    parser.skip_blanks();
    if parser.pos < end {
        return Err(SyntaxError::new(parser.pos..end, "nothing can follow the call"));
    }
    Ok(call)
}

struct Parser<'a> {
    text: &'a str,
    pos: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        self.pos = self.text.len() - self.rest().trim_start().len();
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
        self.pos += taken.len();
        taken
    }

    /// An error at the next character, or after the last.
    fn expected(&self, what: &str) -> SyntaxError {
        let at = match self.peek() {
            Some(next) => self.pos..self.pos + next.len_utf8(),
            None => self.pos - self.text.chars().next_back().map_or(0, char::len_utf8)..self.pos,
        };
        SyntaxError::new(at, format!("expected {what}"))
    }

    /// `States.Name(..)` (IF-2).
    fn call(&mut self, depth: usize) -> Result<Call, SyntaxError> {
        let start = self.pos;
        let name = self.take_while(|c| c.is_alphanumeric() || c == '.' || c == '_');
        let at = start..self.pos;
        if !name.starts_with("States.") && !self.rest().starts_with('(') {
            let end = self.text.len();
            return Err(SyntaxError::new(start..end, "not a call of an intrinsic function")
                .help("write a call, such as `States.Format('{}', $.name)`, or a path, which begins with `$`"));
        }
        let Some(function) = Intrinsic::ALL.into_iter().find(|function| function.name() == name) else {
            let error = SyntaxError::new(at, format!("no intrinsic function has the name `{name}`"));
            return Err(match nearest(name, Intrinsic::ALL.map(Intrinsic::name)) {
                Some(known) => error.help(format!("a function with a similar name exists: `{known}`")),
                None => error,
            });
        };
        if depth > MAX_DEPTH {
            return Err(SyntaxError::new(at, format!("calls nest more than {MAX_DEPTH} deep")));
        }
        self.skip_blanks();
        let open = self.pos;
        if self.peek() != Some('(') {
            let argument = if function.arity().end() == &0 { "" } else { ".." };
            return Err(self.expected("`(`").help(format!("write `{name}({argument})`")));
        }
        self.pos += 1;
        let args = self.args(open, depth)?;
        Ok(Call {
            function,
            args,
            text: self.text[start..self.pos].to_owned(),
            at: start..self.pos,
        })
    }

    /// The arguments and the closing parenthesis.
    fn args(&mut self, open: usize, depth: usize) -> Result<Vec<Arg>, SyntaxError> {
        let unclosed = || SyntaxError::new(open..open + 1, "this parenthesis is not closed");
        let mut args = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(')') {
            self.pos += 1;
            return Ok(args);
        }
        loop {
            self.skip_blanks();
            if self.peek().is_none() {
                return Err(unclosed());
            }
            args.push(self.arg(depth)?);
            self.skip_blanks();
            match self.peek() {
                Some(',') => self.pos += 1,
                Some(')') => {
                    self.pos += 1;
                    return Ok(args);
                }
                // `'It's'`
                Some(c) if c.is_alphabetic() && self.text[..self.pos].ends_with('\'') => {
                    let error = self.expected("`,` or `)`");
                    return Err(
                        error.help("a quote in a text has a backslash before it, which JSON writes as two: `\\\\'`")
                    );
                }
                Some(_) => return Err(self.expected("`,` or `)`")),
                None => return Err(unclosed()),
            }
        }
    }

    fn arg(&mut self, depth: usize) -> Result<Arg, SyntaxError> {
        let start = self.pos;
        let kind = match self.peek() {
            Some('\'') => self.string()?,
            Some('$') => {
                let end = path_end(self.text, start);
                let path = parse_at(self.text, start..end)?;
                self.pos = start + path.text.len();
                ArgKind::Path(path)
            }
            Some('-' | '+' | '0'..='9') => self.number()?,
            Some('"') => {
                return Err(self.expected("a string in single quotes").help("write `'text'`"));
            }
            Some('{' | '[') => {
                return Err(
                    SyntaxError::new(start..start + 1, "objects and arrays cannot be written here")
                        .help("write `States.Array(..)`, or `States.StringToJson('..')`"),
                );
            }
            Some(c) if c.is_alphabetic() => self.word(depth)?,
            _ => return Err(self.expected("an argument")),
        };
        Ok(Arg {
            kind,
            at: start..self.pos,
        })
    }

    /// `true`, `false`, `null` or a nested call.
    fn word(&mut self, depth: usize) -> Result<ArgKind, SyntaxError> {
        let start = self.pos;
        let word = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.' || c == '-');
        match word {
            "true" => Ok(ArgKind::Bool(true)),
            "false" => Ok(ArgKind::Bool(false)),
            "null" => Ok(ArgKind::Null),
            _ if word.starts_with("States.") || self.rest().starts_with('(') => {
                self.pos = start;
                Ok(ArgKind::Call(self.call(depth + 1)?))
            }
            _ => Err(SyntaxError::new(start..self.pos, "expected an argument")
                .help(format!("write `'{word}'` for a string, `$.{word}` for a path"))),
        }
    }

    /// A number, as written (IF-3).
    fn number(&mut self) -> Result<ArgKind, SyntaxError> {
        let start = self.pos;
        let digits = |parser: &mut Self| !parser.take_while(|c| c.is_ascii_digit()).is_empty();
        if matches!(self.peek(), Some('+' | '-')) {
            self.pos += 1;
        }
        let mut good = digits(self);
        if self.peek() == Some('.') {
            self.pos += 1;
            good &= digits(self);
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.pos += 1;
            if matches!(self.peek(), Some('+' | '-')) {
                self.pos += 1;
            }
            good &= digits(self);
        }
        good &= !self.peek().is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_');
        if !good {
            self.take_while(|c| !c.is_whitespace() && c != ',' && c != ')');
            return Err(SyntaxError::new(start..self.pos, "not a number"));
        }
        Ok(ArgKind::Number(self.text[start..self.pos].to_owned()))
    }

    /// `'text'`, with its escapes (IF-6, IF-7).
    fn string(&mut self) -> Result<ArgKind, SyntaxError> {
        let open = self.pos;
        let unclosed = || SyntaxError::new(open..open + 1, "this quote is not closed");
        let mut value = String::new();
        let mut chars = self.text[open + 1..].char_indices();
        while let Some((at, next)) = chars.next() {
            let at = open + 1 + at;
            match next {
                '\'' => {
                    self.pos = at + 1;
                    return Ok(ArgKind::String {
                        raw: self.text[open + 1..at].to_owned(),
                        value,
                    });
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('\'' | '{' | '}' | '\\'))) => value.push(escaped),
                    Some((_, other)) => {
                        return Err(SyntaxError::new(
                            at..at + 1 + other.len_utf8(),
                            format!("no escape is `\\{other}`"),
                        )
                        .help("the escapes are `\\'`, `\\{`, `\\}` and `\\\\`"));
                    }
                    None => return Err(unclosed()),
                },
                _ => value.push(next),
            }
        }
        Err(unclosed())
    }
}

/// Where the path ends that begins at `start`: at a comma or closing parenthesis that is not in brackets, quotes or
/// parentheses of its own.
fn path_end(text: &str, start: usize) -> usize {
    let mut brackets = 0_usize;
    let mut parentheses = 0_usize;
    let mut quote = None;
    let mut chars = text[start..].char_indices();
    while let Some((at, next)) = chars.next() {
        match (quote, next) {
            (_, '\\') => {
                chars.next();
            }
            (Some(open), _) if next == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if brackets > 0 => quote = Some(next),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '(') => parentheses += 1,
            (None, ')') if brackets == 0 && parentheses == 0 => return start + at,
            (None, ')') => parentheses = parentheses.saturating_sub(1),
            (None, ',') if brackets == 0 && parentheses == 0 => return start + at,
            _ => {}
        }
    }
    text.len()
}
