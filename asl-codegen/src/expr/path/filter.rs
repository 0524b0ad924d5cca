//! Filters: what stands in `[?(..)]` (P-21).

use super::parser::{Inside, Parser};
use super::{Comparison, Filter, Operand, Step, SyntaxError};

/// Symbols, each before any that it begins with, and words.
const COMPARISONS: [(&str, Comparison); 19] = [
    ("===", Comparison::StrictEqual),
    ("!==", Comparison::StrictNotEqual),
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("=~", Comparison::Matches),
    ("<=", Comparison::LessEqual),
    (">=", Comparison::GreaterEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("in", Comparison::In),
    ("nin", Comparison::NotIn),
    ("contains", Comparison::Contains),
    ("size", Comparison::Size),
    ("empty", Comparison::Empty),
    ("all", Comparison::All),
    ("anyof", Comparison::AnyOf),
    ("noneof", Comparison::NoneOf),
    ("subsetof", Comparison::SubsetOf),
    ("subset of", Comparison::SubsetOf),
];

impl Parser<'_> {
    /// `(..)`, after `[?`.
    pub(super) fn filter(&mut self) -> Result<Step, SyntaxError> {
        self.skip_blanks();
        let open = self.pos;
        if !self.eat("(") {
            return Err(
                SyntaxError::new(self.here(), "the condition of a filter stands in parentheses")
                    .help("write `[?(@.name == 'value')]`"),
            );
        }
        let filter = self.any_of()?;
        self.close(open)?;
        Ok(Step::Filter(filter))
    }

    fn close(&mut self, open: usize) -> Result<(), SyntaxError> {
        self.skip_blanks();
        if self.eat(")") {
            return Ok(());
        }
        Err(match self.peek() {
            None => SyntaxError::new(open..open + 1, "this parenthesis is not closed"),
            Some(_) => {
                let error = SyntaxError::new(self.here(), "expected `&&`, `||` or `)`");
                match (self.eat("and "), self.eat("or ")) {
                    (true, _) => error.help("write `&&`"),
                    (_, true) => error.help("write `||`"),
                    _ => error,
                }
            }
        })
    }

    fn any_of(&mut self) -> Result<Filter, SyntaxError> {
        let terms = self.chain("||", Self::all_of)?;
        Ok(single_or(terms, Filter::Or))
    }

    fn all_of(&mut self) -> Result<Filter, SyntaxError> {
        let terms = self.chain("&&", Self::term)?;
        Ok(single_or(terms, Filter::And))
    }

    fn chain(
        &mut self,
        operator: &str,
        read: fn(&mut Self) -> Result<Filter, SyntaxError>,
    ) -> Result<Vec<Filter>, SyntaxError> {
        let mut terms = Vec::new();
        loop {
            terms.push(read(self)?);
            self.skip_blanks();
            if !self.eat(operator) {
                return Ok(terms);
            }
        }
    }

    fn term(&mut self) -> Result<Filter, SyntaxError> {
        self.skip_blanks();
        let start = self.pos;
        if self.eat("!") {
            let filter = self.nested(Self::term)?;
            return match filter {
                Filter::Compare(..) if !self.text[start + 1..].trim_start().starts_with('(') => Err(SyntaxError::new(
                    start..self.pos,
                    "`!` before a comparison needs parentheses",
                )
                .help("write `!(..)`, or the opposite comparison")),
                filter => Ok(Filter::Not(Box::new(filter))),
            };
        }
        if self.eat("(") {
            let filter = self.nested(Self::any_of)?;
            self.close(start)?;
            return Ok(filter);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, SyntaxError> {
        let start = self.pos;
        let left = self.operand()?;
        let end = self.pos;
        self.skip_blanks();
        let operator_at = self.pos;
        let Some(comparison) = self.operator() else {
            let ended = matches!(self.peek(), None | Some(')' | ']')) || self.rest().starts_with(['&', '|']);
            return match left {
                Operand::Element(_) | Operand::Root(_) if ended => Ok(Filter::Exists(left)),
                _ if ended => Err(SyntaxError::new(start..end, "expected a path or a comparison")
                    .help("write `@.name` for a member of the element")),
                _ => Err(SyntaxError::new(self.here(), "expected a comparison")
                    .help("the comparisons are `==`, `!=`, `<`, `<=`, `>`, `>=`, `=~`, `in`, `nin`")),
            };
        };
        self.skip_blanks();
        let right_at = self.pos;
        let right = self.operand()?;
        let regexes = [&left, &right].map(|side| matches!(side, Operand::Regex { .. }));
        if (comparison == Comparison::Matches) != regexes[1] || regexes[0] {
            return Err(if comparison == Comparison::Matches {
                SyntaxError::new(right_at..self.pos, "expected a regular expression")
                    .help("write it between slashes: `@.name =~ /a.*z/`")
            } else {
                SyntaxError::new(operator_at..self.pos, "a regular expression needs `=~` before it")
            });
        }
        Ok(Filter::Compare(left, comparison, right))
    }

    fn operator(&mut self) -> Option<Comparison> {
        let rest = self.rest();
        let (token, comparison) = COMPARISONS.iter().find(|(token, _)| {
            let word = token.starts_with(|c: char| c.is_ascii_alphabetic());
            let head = rest.get(..token.len()).unwrap_or("");
            let tail = rest.get(token.len()..).unwrap_or("");
            if word {
                head.eq_ignore_ascii_case(token) && !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            } else {
                head == *token
            }
        })?;
        self.pos += token.len();
        Some(*comparison)
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        match self.peek() {
            Some('@') => {
                self.bump();
                Ok(Operand::Element(self.nested(|parser| parser.steps(Inside::Filter))?))
            }
            Some('$') => {
                self.bump();
                Ok(Operand::Root(self.nested(|parser| parser.steps(Inside::Filter))?))
            }
            Some('/') => self.regex(),
            _ => self.literal(),
        }
    }

    fn literal(&mut self) -> Result<Operand, SyntaxError> {
        match self.peek() {
            Some(quote @ ('\'' | '"')) => self.string(quote),
            Some('[') => self.nested(Self::list),
            Some('{') => Err(SyntaxError::new(self.here(), "an object cannot stand in a filter")),
            _ => self.word(),
        }
    }

    /// A number, `true`, `false`, `null` or a bare word: `[?(@.Name==Receipt)]` is what many people write.
    fn word(&mut self) -> Result<Operand, SyntaxError> {
        let start = self.pos;
        while let Some(next) = self.peek() {
            if next.is_whitespace() || "()[]{},=<>!~&|'\"/".contains(next) {
                break;
            }
            self.bump();
        }
        let word = &self.text[start..self.pos];
        Ok(match word {
            "" => return Err(SyntaxError::new(self.here(), "expected a path or a value")),
            "true" => Operand::Bool(true),
            "false" => Operand::Bool(false),
            "null" => Operand::Null,
            _ if is_number(word) => Operand::Number(word.to_owned()),
            _ => Operand::String(word.to_owned()),
        })
    }

    /// A quoted string, with the escapes of JSON; a backslash before any other character is dropped.
    fn string(&mut self, quote: char) -> Result<Operand, SyntaxError> {
        let open = self.pos;
        let unclosed = SyntaxError::new(open..open + 1, "this quote is not closed");
        self.bump();
        let mut string = String::new();
        loop {
            match self.bump() {
                None => return Err(unclosed),
                Some(next) if next == quote => return Ok(Operand::String(string)),
                Some('\\') => match self.bump() {
                    None => return Err(unclosed),
                    Some('n') => string.push('\n'),
                    Some('t') => string.push('\t'),
                    Some('r') => string.push('\r'),
                    Some('b') => string.push('\u{8}'),
                    Some('f') => string.push('\u{c}'),
                    Some('u') => string.push(self.unicode_escape()?),
                    Some(escaped) => string.push(escaped),
                },
                Some(next) => string.push(next),
            }
        }
    }

    /// The digits of `\u0041`; of two such escapes that make up one character, all.
    fn unicode_escape(&mut self) -> Result<char, SyntaxError> {
        let start = self.pos - 2;
        let mut units = vec![self.hex()];
        if matches!(units[0], Some(0xD800..0xDC00)) && self.eat("\\u") {
            units.push(self.hex());
        }
        let units: Option<Vec<u16>> = units.into_iter().collect();
        units
            .and_then(|units| String::from_utf16(&units).ok()?.chars().next())
            .ok_or_else(|| SyntaxError::new(start..self.pos, "not the code of a character"))
    }

    fn hex(&mut self) -> Option<u16> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.pos += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    /// `['a', 1]`
    fn list(&mut self) -> Result<Operand, SyntaxError> {
        let open = self.pos;
        self.bump();
        let mut items = Vec::new();
        self.skip_blanks();
        if self.eat("]") {
            return Ok(Operand::List(items));
        }
        loop {
            items.push(self.literal()?);
            self.skip_blanks();
            if self.eat("]") {
                return Ok(Operand::List(items));
            }
            if !self.eat(",") {
                return Err(match self.peek() {
                    None => SyntaxError::new(open..open + 1, "this bracket is not closed"),
                    Some(_) => SyntaxError::new(self.here(), "expected `,` or `]`"),
                });
            }
            self.skip_blanks();
        }
    }

    /// `/pattern/flags`
    fn regex(&mut self) -> Result<Operand, SyntaxError> {
        let start = self.pos;
        self.bump();
        loop {
            match self.bump() {
                None => {
                    return Err(SyntaxError::new(
                        start..start + 1,
                        "this regular expression is not closed",
                    ));
                }
                Some('/') => break,
                Some('\\') => {
                    self.bump();
                }
                Some(_) => {}
            }
        }
        let pattern_at = start + 1..self.pos - 1;
        let pattern = &self.text[pattern_at.clone()];
        let flags = self.rest();
        let flags = &flags[..flags.find(|c: char| !c.is_alphanumeric()).unwrap_or(flags.len())];
        if let Some((at, flag)) = flags.char_indices().find(|(_, flag)| !"imsx".contains(*flag)) {
            let at = self.pos + at;
            return Err(
                SyntaxError::new(at..at + flag.len_utf8(), "no such flag").help("the flags are `i`, `m`, `s` and `x`")
            );
        }
        self.pos += flags.len();
        let whole = if flags.is_empty() {
            pattern.to_owned()
        } else {
            format!("(?{flags}){pattern}")
        };
        if let Err(error) = regex_lite::Regex::new(&whole) {
            return Err(SyntaxError::new(
                pattern_at,
                format!("not a regular expression: {error}"),
            ));
        }
        Ok(Operand::Regex {
            pattern: pattern.to_owned(),
            flags: flags.to_owned(),
        })
    }
}

fn single_or(mut terms: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    if terms.len() == 1 {
        terms.swap_remove(0)
    } else {
        several(terms)
    }
}

/// Whether a word is a number: digits with an optional minus sign, fraction and exponent.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (word, None),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}
