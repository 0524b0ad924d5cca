//! Reads an expression by the binding powers of its operators.

use super::lexer::{Lexer, Token};
use super::signature;
use super::syntax::{After, Compound, Id, Kind, Node, Operand, Syntax};
use super::{BinaryOp, ExprKind, SyntaxError};
use std::ops::Range;

/// How deep an evaluation may nest on the service (J-68).
const MAX_DEPTH: usize = 100;

/// How deep the text may nest. It nests more than its evaluation, as in `a.b[0]`, but a small stack has to bear it.
const MAX_NESTING: usize = 128;

/// What binds an operand that follows it tighter than any operator with two operands but `.` and brackets.
const PREFIX: u8 = 70;

/// Reads an expression as written.
pub(super) fn parse(text: &str) -> Result<(Syntax, Id), SyntaxError> {
    let mut lexer = Lexer::new(text);
    let (token, at) = lexer.next(false)?;
    let mut parser = Parser {
        text,
        lexer,
        token,
        at,
        end: 0,
        nesting: 0,
        nodes: Vec::new(),
    };
    let root = parser.expression(0)?;
    if parser.token != Token::End {
        return Err(parser.leftover());
    }
    Ok((Syntax { nodes: parser.nodes }, root))
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The next word.
    token: Token,
    at: Range<usize>,
    /// Where the word before it ends.
    end: usize,
    nesting: usize,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    fn is(&self, operator: &str) -> bool {
        matches!(self.token, Token::Op(next) if next == operator)
    }

    /// Takes the next word. The one after it is read as what follows an operand or an operator.
    fn advance(&mut self, after_operand: bool) -> Result<(Token, Range<usize>), SyntaxError> {
        let (token, at) = self.lexer.next(after_operand)?;
        self.end = self.at.end;
        let at = std::mem::replace(&mut self.at, at);
        Ok((std::mem::replace(&mut self.token, token), at))
    }

    /// Takes `operator`, which must come next, and ends nothing that a division could follow.
    fn expect(&mut self, operator: &str) -> Result<(), SyntaxError> {
        self.expect_before(operator, false)
    }

    /// Takes the bracket that ends an operand.
    fn close(&mut self, bracket: &str) -> Result<(), SyntaxError> {
        self.expect_before(bracket, true)
    }

    fn expect_before(&mut self, operator: &str, after_operand: bool) -> Result<(), SyntaxError> {
        if self.is(operator) {
            self.advance(after_operand)?;
            return Ok(());
        }
        if self.token == Token::End {
            let message = format!("expected `{operator}` before the end");
            return Err(SyntaxError::new("S0203", self.here(), message));
        }
        Err(SyntaxError::new(
            "S0202",
            self.at.clone(),
            format!("expected `{operator}`"),
        ))
    }

    /// The next word; at the end of the text the last one.
    fn here(&self) -> Range<usize> {
        match self.token {
            Token::End => last_char(&self.text[..self.end]),
            _ => self.at.clone(),
        }
    }

    fn leftover(&self) -> SyntaxError {
        let error = SyntaxError::new("S0201", self.at.clone(), "expected an operator or the end");
        if self.is("|") && self.text[..self.at.start].ends_with('|') || self.text[self.at.end..].starts_with('|') {
            return error.help("the operator is `or`");
        }
        let before = self.text[..self.at.start].trim_end();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        match before.rsplit(|c| !is_name(c)).next() {
            _ if self.is(";") => error.help("several stand in parentheses, `(a; b)`, and `:=` binds a name"),
            Some("not") => error.help("write `$not(..)`"),
            Some("return") => error.help("leave `return` out: an expression gives what it comes to"),
            // `if (a) b`
            _ if before.ends_with(')') && begins_with_if(self.text) => error.help("write `condition ? a : b`"),
            _ => error,
        }
    }

    fn push(&mut self, start: usize, depth: usize, kind: impl Into<Kind>) -> Result<Id, SyntaxError> {
        let at = start..self.end.max(start);
        if depth > MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.nodes.push(Node {
            kind: kind.into(),
            at,
            keep_array: false,
            depth,
        });
        Ok(self.nodes.len() - 1)
    }

    fn depth(&self, id: Id) -> usize {
        self.nodes[id].depth
    }

    fn deepest(&self, ids: impl IntoIterator<Item = Id>) -> usize {
        ids.into_iter().map(|id| self.depth(id)).max().unwrap_or(0)
    }

    /// An operand, and all operators after it that bind tighter than `power`.
    fn expression(&mut self, power: u8) -> Result<Id, SyntaxError> {
        if self.nesting == MAX_NESTING {
            return Err(too_deep(self.here()));
        }
        self.nesting += 1;
        let mut left = self.operand()?;
        while let Token::Op(operator) = self.token {
            if binding_power(operator) <= power {
                break;
            }
            self.advance(false)?;
            left = self.operator(operator, left)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Id, SyntaxError> {
        // Also after an opening bracket: the reference does not know a regular expression there.
        let (token, at) = self.advance(true)?;
        let kind: Kind = match token {
            Token::End => Operand::Missing.into(),
            Token::Name(name) => Operand::Name(name).into(),
            Token::Variable(name) => ExprKind::Variable(name).into(),
            Token::String(text) => ExprKind::String(text).into(),
            Token::Number(number) => ExprKind::Number(number).into(),
            Token::Bool(value) => ExprKind::Bool(value).into(),
            Token::Null => ExprKind::Null.into(),
            Token::Regex { pattern, flags } => ExprKind::Regex { pattern, flags }.into(),
            Token::Op(operator) => match operator {
                "and" | "or" | "in" => Operand::Name(operator.to_owned()).into(),
                "*" => ExprKind::Wildcard.into(),
                "**" => ExprKind::Descendants.into(),
                "%" => Operand::Parent.into(),
                "-" => return self.negation(at.start),
                "(" => return self.block(at.start),
                "[" => return self.array(at.start),
                "{" => return self.object(at.start),
                "|" => return self.transform(at.start),
                _ => return Err(self.no_operand(operator, at)),
            },
        };
        self.push(at.start, 1, kind)
    }

    fn no_operand(&self, operator: &str, at: Range<usize>) -> SyntaxError {
        let error = SyntaxError::new(
            "S0211",
            at.clone(),
            format!("`{operator}` cannot stand where a value is expected"),
        );
        let before = self.text[..at.start].chars().next_back();
        match (before, operator) {
            (Some('?'), "?") => error.help("JSONata 2.0.6 has no `??`; write `$exists(a) ? a : b` for `a ?? b`"),
            (Some('?'), ":") => error.help("JSONata 2.0.6 has no `?:`; write `a ? a : b` for `a ?: b`"),
            (Some('=' | '!'), "=") => error.help("the operators are `=` and `!=`"),
            (Some('?'), ".") => error.help("write `.`: of what is not there, it finds nothing"),
            (Some('='), ">") => error.help("a function is written `function($x) { $x.price }`"),
            (Some('['), "?") => error.help("a filter of JSONata is `[price < 10]`, without `?(@.price)`"),
            (Some('&'), "&") => error.help("the operator is `and`"),
            _ => error,
        }
    }

    fn negation(&mut self, start: usize) -> Result<Id, SyntaxError> {
        let operand = self.expression(PREFIX)?;
        let depth = match self.nodes[operand].kind {
            // They become one number.
            Kind::Operand(Operand::Literal(ExprKind::Number(_))) => 1,
            _ => 1 + self.depth(operand),
        };
        self.push(start, depth, Operand::Negate(operand))
    }

    fn block(&mut self, start: usize) -> Result<Id, SyntaxError> {
        let mut parts = Vec::new();
        while !self.is(")") {
            parts.push(self.expression(0)?);
            if !self.is(";") {
                break;
            }
            self.expect(";")?;
        }
        self.close(")")?;
        let depth = 1 + self.deepest(parts.iter().copied());
        self.push(start, depth, Compound::Block(parts))
    }

    fn array(&mut self, start: usize) -> Result<Id, SyntaxError> {
        let mut elements = Vec::new();
        if !self.is("]") {
            loop {
                let mut element = self.expression(0)?;
                if self.is("..") {
                    self.expect("..")?;
                    let to = self.expression(0)?;
                    let depth = 1 + self.deepest([element, to]);
                    let start = self.nodes[element].at.start;
                    element = self.push(start, depth, Compound::Binary(BinaryOp::Range, element, to))?;
                }
                elements.push(element);
                if !self.is(",") {
                    break;
                }
                self.expect(",")?;
            }
        }
        self.close("]")?;
        let depth = 1 + self.deepest(elements.iter().copied());
        self.push(start, depth, Compound::Array(elements))
    }

    fn object(&mut self, start: usize) -> Result<Id, SyntaxError> {
        let members = self.members()?;
        let depth = 1 + self.deepest(members.iter().flat_map(|(key, value)| [*key, *value]));
        self.push(start, depth, Compound::Object(members))
    }

    /// What stands in the braces of an object or a group, and the closing one.
    fn members(&mut self) -> Result<Vec<(Id, Id)>, SyntaxError> {
        let mut members = Vec::new();
        if !self.is("}") {
            loop {
                let key = self.expression(0)?;
                self.expect(":")?;
                members.push((key, self.expression(0)?));
                if !self.is(",") {
                    break;
                }
                self.expect(",")?;
            }
        }
        self.close("}")?;
        Ok(members)
    }

    fn transform(&mut self, start: usize) -> Result<Id, SyntaxError> {
        let pattern = self.expression(0)?;
        self.expect("|")?;
        let update = self.expression(0)?;
        let mut delete = None;
        if self.is(",") {
            self.expect(",")?;
            delete = Some(self.expression(0)?);
        }
        self.expect("|")?;
        let depth = self.deepest([pattern, update].into_iter().chain(delete));
        self.push(
            start,
            depth,
            Compound::Transform {
                pattern,
                update,
                delete,
            },
        )
    }

    /// What follows `left` and `operator`.
    fn operator(&mut self, operator: &'static str, left: Id) -> Result<Id, SyntaxError> {
        match operator {
            "(" => self.call(left),
            "[" if self.is("]") => self.keep_array(left),
            "[" => self.filter(left),
            "{" => self.group(left),
            "^" => self.sort(left),
            "?" => self.condition(left),
            ":=" => self.bind(left),
            "@" | "#" => self.binding(operator, left),
            _ => self.binary(operator, left),
        }
    }

    fn binary(&mut self, operator: &'static str, left: Id) -> Result<Id, SyntaxError> {
        let right = self.expression(binding_power(operator))?;
        let start = self.nodes[left].at.start;
        let depth = self.deepest([left, right]);
        match (operator, binary_op(operator)) {
            (_, Some(op)) => self.push(start, 1 + depth, Compound::Binary(op, left, right)),
            ("~>", None) => self.push(start, 1 + depth, Operand::Apply(left, right)),
            // As deep as its deepest step.
            (_, None) => self.push(start, depth, Kind::After(left, After::Dot(right))),
        }
    }

    /// `[]`, which belongs to what stands before all predicates.
    fn keep_array(&mut self, left: Id) -> Result<Id, SyntaxError> {
        self.expect("]")?;
        let mut step = left;
        while let Kind::After(before, After::Filter(_)) = self.nodes[step].kind {
            step = before;
        }
        self.nodes[step].keep_array = true;
        self.nodes[left].at.end = self.end;
        Ok(left)
    }

    fn filter(&mut self, left: Id) -> Result<Id, SyntaxError> {
        let filter = self.expression(0)?;
        self.close("]")?;
        let depth = self.depth(left).max(1 + self.depth(filter));
        let start = self.nodes[left].at.start;
        self.push(start, depth, Kind::After(left, After::Filter(filter)))
    }

    fn group(&mut self, left: Id) -> Result<Id, SyntaxError> {
        let members = self.members()?;
        let inner = 1 + self.deepest(members.iter().flat_map(|(key, value)| [*key, *value]));
        let start = self.nodes[left].at.start;
        let depth = self.depth(left).max(inner);
        self.push(start, depth, Kind::After(left, After::Group(members)))
    }

    /// `@$name` and `#$name`
    fn binding(&mut self, operator: &'static str, left: Id) -> Result<Id, SyntaxError> {
        let right = self.expression(binding_power(operator))?;
        let name = match std::mem::take(&mut self.nodes[right].kind) {
            Kind::Operand(Operand::Literal(ExprKind::Variable(name))) => name,
            kind => {
                let at = self.place(&kind, right);
                let message = format!("a variable must follow `{operator}`");
                return Err(SyntaxError::new("S0214", at, message).help(format!("as in `{operator}$name`")));
            }
        };
        let after = if operator == "@" {
            After::Focus(name)
        } else {
            After::Index(name)
        };
        let start = self.nodes[left].at.start;
        self.push(start, self.depth(left), Kind::After(left, after))
    }

    /// Where a node stands, or where it is missing.
    fn place(&self, kind: &Kind, id: Id) -> Range<usize> {
        match kind {
            Kind::Operand(Operand::Missing) => self.here(),
            _ => self.nodes[id].at.clone(),
        }
    }

    fn bind(&mut self, left: Id) -> Result<Id, SyntaxError> {
        let at = self.nodes[left].at.clone();
        let name = match std::mem::take(&mut self.nodes[left].kind) {
            Kind::Operand(Operand::Literal(ExprKind::Variable(name))) => name,
            Kind::Operand(Operand::Name(name)) => {
                return Err(SyntaxError::new("S0212", at, "only a variable can stand before `:=`")
                    .help(format!("write `${name}`")));
            }
            _ => return Err(SyntaxError::new("S0212", at, "only a variable can stand before `:=`")),
        };
        // One less, so that `$a := $b := 1` binds both.
        let value = self.expression(binding_power(":=") - 1)?;
        self.push(at.start, 1 + self.depth(value), Compound::Bind(name, value))
    }

    fn condition(&mut self, condition: Id) -> Result<Id, SyntaxError> {
        let then = self.expression(0)?;
        let mut other = None;
        if self.is(":") {
            self.expect(":")?;
            other = Some(self.expression(0)?);
        }
        let depth = 1 + self.deepest([condition, then].into_iter().chain(other));
        let start = self.nodes[condition].at.start;
        self.push(start, depth, Compound::Condition(condition, then, other))
    }

    fn sort(&mut self, left: Id) -> Result<Id, SyntaxError> {
        self.expect("(")?;
        let mut terms = Vec::new();
        loop {
            let descending = self.is(">");
            if descending || self.is("<") {
                self.advance(false)?;
            }
            terms.push((descending, self.expression(0)?));
            if !self.is(",") {
                break;
            }
            self.expect(",")?;
        }
        self.expect(")")?;
        let inner = 1 + self.deepest(terms.iter().map(|(_, term)| *term));
        let start = self.nodes[left].at.start;
        self.push(
            start,
            self.depth(left).max(inner),
            Kind::After(left, After::Sort(terms)),
        )
    }

    /// A call, or the parameters and the body of a function.
    fn call(&mut self, left: Id) -> Result<Id, SyntaxError> {
        let mut arguments = Vec::new();
        let mut open = Vec::new();
        if !self.is(")") {
            loop {
                if self.is("?") {
                    open.push(self.at.clone());
                    arguments.push(None);
                    self.expect("?")?;
                } else {
                    arguments.push(Some(self.expression(0)?));
                }
                if !self.is(",") {
                    break;
                }
                self.expect(",")?;
            }
        }
        self.close(")")?;
        if matches!(&self.nodes[left].kind, Kind::Operand(Operand::Name(name)) if name == "function" || name == "λ") {
            return self.lambda(left, &arguments, &open);
        }
        let start = self.nodes[left].at.start;
        let depth = 1 + self.deepest(arguments.iter().flatten().copied().chain([left]));
        let kind = match arguments.iter().copied().collect::<Option<Vec<Id>>>() {
            Some(arguments) => Compound::Call(left, arguments),
            None => Compound::Partial(left, arguments),
        };
        self.push(start, depth, kind)
    }

    fn lambda(&mut self, left: Id, given: &[Option<Id>], open: &[Range<usize>]) -> Result<Id, SyntaxError> {
        let mut parameters = Vec::new();
        for parameter in given {
            let kind = parameter.map(|id| std::mem::take(&mut self.nodes[id].kind));
            let (at, help) = match (kind, parameter) {
                (Some(Kind::Operand(Operand::Literal(ExprKind::Variable(name)))), _) => {
                    parameters.push(name);
                    continue;
                }
                (Some(Kind::Operand(Operand::Name(name))), Some(id)) => {
                    (self.nodes[*id].at.clone(), Some(format!("write `${name}`")))
                }
                (Some(_), Some(id)) => (self.nodes[*id].at.clone(), None),
                _ => (open.first().cloned().unwrap_or_default(), None),
            };
            let mut error = SyntaxError::new("S0208", at, "a parameter must be a variable");
            error.help = help;
            return Err(error);
        }
        let signature = if self.is("<") { Some(self.signature()?) } else { None };
        self.expect("{")?;
        let body = self.expression(0)?;
        self.expect("}")?;
        let kind = Compound::Lambda {
            parameters,
            signature,
            body,
        };
        // Making a function evaluates nothing of its body.
        let start = self.nodes[left].at.start;
        self.push(start, self.depth(body), kind)
    }

    /// `<s-n?:s>`: its words, up to the bracket that closes it.
    fn signature(&mut self) -> Result<String, SyntaxError> {
        let mut words = vec![(self.token.clone(), self.at.clone())];
        let mut depth = 1_usize;
        while depth > 0 && !self.is("{") && self.token != Token::End {
            self.advance(false)?;
            match self.token {
                Token::Op("<") => depth += 1,
                Token::Op(">") => depth -= 1,
                _ => {}
            }
            words.push((self.token.clone(), self.at.clone()));
        }
        self.expect(">")?;
        signature::check(&words)
    }
}

/// How tight an operator binds the operand before it; 0 if none can stand there.
fn binding_power(operator: &str) -> u8 {
    match operator {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "!=" | "<" | "<=" | ">" | ">=" | "^" | "~>" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

fn binary_op(operator: &str) -> Option<BinaryOp> {
    Some(match operator {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Modulo,
        "&" => BinaryOp::Concat,
        "=" => BinaryOp::Equal,
        "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessOrEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterOrEqual,
        "in" => BinaryOp::In,
        "and" => BinaryOp::And,
        "or" => BinaryOp::Or,
        _ => return None,
    })
}

fn begins_with_if(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix("if");
    rest.is_some_and(|rest| rest.trim_start().starts_with('('))
}

fn too_deep(at: Range<usize>) -> SyntaxError {
    let message = format!("nested too deeply: the service evaluates at most {MAX_DEPTH} levels");
    // The code of the same error at run time.
    SyntaxError::new("U1001", at, message)
        .help("bind parts of it to variables, or use `$join` or `$sum` for a long chain")
}

fn last_char(text: &str) -> Range<usize> {
    let length = text.chars().next_back().map_or(0, char::len_utf8);
    text.len() - length..text.len()
}
