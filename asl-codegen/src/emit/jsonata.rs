//! Expressions of JSONata as Rust: closures over a `Query` of the runtime.
//!
//! What has no native form is [`Unsupported`]; the whole expression is then given to an interpreter.

mod call;
mod path;

use super::expr::mentions;
use super::name::snake;
use super::variables::{Variables, ident};
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// Why an expression has no native form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsupported(pub &'static str);

/// The function of an expression that is not a part of a machine, named `name`: `root` is its context value, and `bindings`
/// are the names that it can use, whose values it is given.
///
/// # Errors
/// Where it has no native form.
pub fn function(name: &Ident, expr: &Expr, bindings: &[String]) -> std::result::Result<TokenStream, Unsupported> {
    let mut env = Env {
        variables: None,
        here: Some(format_ident!("around")),
        root: Some(format_ident!("root")),
        locals: Vec::new(),
    };
    let locals: Vec<Ident> = bindings.iter().map(|binding| env.bind(binding)).collect();
    let body = env.whole(expr)?.into_result();
    let count = bindings.len();
    let locals = locals.iter().map(|local| used(local, &body));
    Ok(quote! {
        fn #name<'a>(query: &'a jsonata::Query<'a>, root: &jsonata::Val<'a>, bound: [jsonata::Val<'a>; #count])
            -> jsonata::Result<jsonata::Val<'a>>
        {
            let around = &root.around();
            let [#(#locals),*] = bound;
            #body
        }
    })
}

type Result<T> = std::result::Result<T, Unsupported>;

/// Names that mean something else where expressions stand.
const RESERVED: &[&str] = &["item", "jsonata", "query", "rt", "vars", "cx", "data", "tasks"];

/// What an expression can see.
#[derive(Clone)]
pub struct Env<'e> {
    /// State variables; none where others are bound.
    pub variables: Option<&'e Variables>,
    /// The context value, where there is one.
    pub here: Option<Ident>,
    /// `$$`, and `$` where no step or function has another context value.
    pub root: Option<Ident>,
    /// Names bound by the expression itself, the innermost last.
    pub locals: Vec<(String, Ident)>,
}

/// An expression in Rust.
#[derive(Debug, Clone)]
pub struct Rust {
    tokens: TokenStream,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `Val`
    Val,
    /// `Result<Val>`
    Result,
    /// What converts to `Val`: a Rust literal.
    Literal,
}

impl Rust {
    fn val(tokens: TokenStream) -> Rust {
        let form = Form::Val;
        Rust { tokens, form }
    }

    fn result(tokens: TokenStream) -> Rust {
        let form = Form::Result;
        Rust { tokens, form }
    }

    fn literal(tokens: TokenStream) -> Rust {
        let form = Form::Literal;
        Rust { tokens, form }
    }

    /// As an operand, which converts to `Val`.
    fn operand(self) -> TokenStream {
        let tokens = self.tokens;
        match self.form {
            Form::Result => quote!(#tokens?),
            Form::Val | Form::Literal => tokens,
        }
    }

    /// As `Val`.
    pub fn into_val(self) -> TokenStream {
        let tokens = self.tokens;
        match self.form {
            Form::Val => tokens,
            Form::Result => quote!(#tokens?),
            Form::Literal => quote!(jsonata::Val::from(#tokens)),
        }
    }

    /// As `Result<Val>`.
    pub fn into_result(self) -> TokenStream {
        match self.form {
            Form::Result => self.tokens,
            _ => {
                let value = self.into_val();
                quote!(Ok(#value))
            }
        }
    }

    /// With a method of `Val` that cannot fail.
    fn method(self, method: TokenStream) -> Rust {
        let value = self.into_val();
        Rust::val(quote!(#value.#method))
    }
}

/// Nothing.
fn undefined() -> Rust {
    Rust::val(quote!(jsonata::Val::Undefined))
}

impl<'e> Env<'e> {
    /// What the expressions of a state see: variables, and no context value (J-37).
    pub fn of_state(variables: &'e Variables) -> Env<'e> {
        Env {
            variables: Some(variables),
            here: None,
            root: None,
            locals: Vec::new(),
        }
    }
}

impl Env<'_> {
    /// The same where `item` is the context value.
    fn inside(&self) -> Self {
        Env {
            here: Some(format_ident!("item")),
            ..self.clone()
        }
    }

    /// Binds a name.
    fn bind(&mut self, name: &str) -> Ident {
        let taken = |candidate: &Ident| {
            RESERVED.iter().any(|reserved| candidate == reserved)
                || self
                    .locals
                    .iter()
                    .any(|(other, local)| other != name && local == candidate)
        };
        let plain = snake(name);
        let local = std::iter::once(ident(&plain))
            .chain((2..).map(|count| format_ident!("{}_{count}", plain.trim_end_matches('_'))))
            .find(|candidate| !taken(candidate))
            .unwrap_or_else(|| ident(&plain));
        self.locals.push((name.to_owned(), local.clone()));
        local
    }

    fn local(&self, name: &str) -> Option<&Ident> {
        self.locals
            .iter()
            .rev()
            .find(|(local, _)| local == name)
            .map(|(_, ident)| ident)
    }

    /// A reference to the context value.
    fn here(&self) -> TokenStream {
        match &self.here {
            Some(here) => quote!(#here),
            None => quote!(&jsonata::Val::Undefined),
        }
    }

    /// A closure over the context value.
    fn each(&self, body: impl FnOnce(&Self) -> Result<Rust>) -> Result<TokenStream> {
        let body = body(&self.inside())?.into_result();
        Ok(closure(body))
    }

    /// An expression.
    pub fn expr(&self, expr: &Expr) -> Result<Rust> {
        let value = self.bare(expr)?;
        let is_plain = expr.predicates.is_empty() && expr.group.is_none();
        if is_plain && !expr.keep_array {
            return Ok(match call::gives_sequence(expr) {
                true => value.method(quote!(collapsed())),
                false => value,
            });
        }
        if matches!(expr.kind, ExprKind::Path(_)) && is_plain {
            // The path itself keeps what it finds.
            return Ok(value);
        }
        let value = self.filtered(value, &expr.predicates)?;
        let value = match &expr.group {
            // A path groups what it has found itself.
            Some(pairs) if !matches!(expr.kind, ExprKind::Path(_)) => {
                let (values, pairs) = (value.into_val(), self.pairs(pairs)?);
                Rust::result(quote!(jsonata::group(query, #values, &[#pairs])))
            }
            _ => value,
        };
        Ok(match (expr.keep_array, expr.group.is_some()) {
            (_, true) => value,
            (true, false) => value.method(quote!(kept())),
            (false, false) => value.method(quote!(collapsed())),
        })
    }

    /// An expression without what follows it.
    fn bare(&self, expr: &Expr) -> Result<Rust> {
        Ok(match &expr.kind {
            ExprKind::String(text) => Rust::literal(quote!(#text)),
            ExprKind::Number(number) => Rust::literal(number_literal(*number)),
            ExprKind::Bool(value) => Rust::literal(quote!(#value)),
            ExprKind::Null => Rust::val(quote!(jsonata::Val::Null)),
            ExprKind::Regex { pattern, flags } => Rust::val(quote! {{
                static PATTERN: jsonata::Regex = jsonata::Regex::new(#pattern, #flags);
                jsonata::Val::from(&PATTERN)
            }}),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Wildcard => match (&self.here, &self.root) {
                // The array around the input is none of its members.
                (Some(here), Some(root)) if here == "around" => Rust::val(quote!(#root.wildcard())),
                _ => self.of_here(quote!(wildcard())),
            },
            ExprKind::Descendants => self.of_here(quote!(descendants())),
            ExprKind::Variable(name) => self.variable(name)?,
            ExprKind::Path(path) => self.path(path, expr.group.as_deref())?,
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right)?,
            ExprKind::Negate(operand) => {
                let operand = self.expr(operand)?.into_val();
                Rust::result(quote!(jsonata::negate(#operand)))
            }
            ExprKind::Array { elements, is_kept } => self.array(elements, *is_kept)?,
            ExprKind::Object(pairs) => self.object(pairs)?,
            ExprKind::Block(statements) => self.block(statements, Env::expr)?,
            // Nothing after it can see the name: it is no statement of a block.
            ExprKind::Bind(..) => return Err(Unsupported("a name that is bound inside another expression")),
            ExprKind::Condition(condition, then, otherwise) => {
                self.choice(condition, then, otherwise.as_deref(), Env::expr)?
            }
            ExprKind::Lambda { signature: Some(_), .. } => {
                return Err(Unsupported("a function with a signature"));
            }
            ExprKind::Lambda { parameters, body, .. } => self.lambda(parameters, body)?,
            ExprKind::Call(function, args) => self.call(function, args, None)?,
            ExprKind::Apply(left, right) => self.apply(left, right)?,
            ExprKind::Partial(..) => return Err(Unsupported("partial application")),
            ExprKind::Transform { .. } => return Err(Unsupported("a transformation")),
            ExprKind::Parent(_) => return Err(Unsupported("the parent operator")),
        })
    }

    /// The value of a whole expression: a name bound there is seen by nothing else.
    pub fn whole(&self, expr: &Expr) -> Result<Rust> {
        match &expr.kind {
            ExprKind::Bind(_, value) if expr.predicates.is_empty() && expr.group.is_none() => self.expr(value),
            _ => self.expr(expr),
        }
    }

    /// A step that is a name.
    fn name(&self, name: &str) -> Rust {
        self.of_here(quote!(lookup(#name)))
    }

    fn of_here(&self, method: TokenStream) -> Rust {
        match &self.here {
            Some(here) => Rust::val(quote!(#here.#method)),
            None => undefined(),
        }
    }

    fn variable(&self, name: &str) -> Result<Rust> {
        Ok(match (name, self.local(name)) {
            ("", _) => match &self.here {
                // An array around an array, since a path is not to dissolve it.
                Some(here) if self.root.is_some() && here == "around" => Rust::val(quote!(root.clone())),
                Some(here) => Rust::val(quote!(#here.clone())),
                None => undefined(),
            },
            ("$", _) => match &self.root {
                Some(root) => Rust::val(quote!(#root.clone())),
                None => undefined(),
            },
            (_, Some(local)) => Rust::val(quote!(#local.clone())),
            ("states", None) if self.variables.is_some() => Rust::val(quote!(query.states())),
            (name, None) => match (self.variables, call::builtin(name)) {
                (Some(variables), _) if variables.knows(name) => {
                    let place = variables.find(name);
                    Rust::val(quote!(jsonata::variable(&#place)))
                }
                (_, Some(function)) => Rust::val(quote!(jsonata::Val::from(&jsonata::#function))),
                (_, None) => undefined(),
            },
        })
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Rust> {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            let condition = self.both(op, left, right)?;
            return Ok(Rust::val(quote!(jsonata::Val::from(#condition))));
        }
        if op == BinaryOp::Concat {
            let mut operands = Vec::new();
            self.texts(left, &mut operands)?;
            self.texts(right, &mut operands)?;
            return Ok(Rust::result(quote!(jsonata::concat(query, [#(#operands),*]))));
        }
        let left = self.expr(left)?.operand();
        let right = self.expr(right)?.operand();
        let (function, fails) = match op {
            BinaryOp::Add => ("add", true),
            BinaryOp::Subtract => ("subtract", true),
            BinaryOp::Multiply => ("multiply", true),
            BinaryOp::Divide => ("divide", true),
            BinaryOp::Modulo => ("modulo", true),
            BinaryOp::Equal => ("equal", false),
            BinaryOp::NotEqual => ("not_equal", false),
            BinaryOp::Less => ("less", true),
            BinaryOp::LessOrEqual => ("less_or_equal", true),
            BinaryOp::Greater => ("greater", true),
            BinaryOp::GreaterOrEqual => ("greater_or_equal", true),
            BinaryOp::In | BinaryOp::And | BinaryOp::Or | BinaryOp::Concat => ("is_in", false),
            BinaryOp::Range => ("range", true),
        };
        let function = ident(function);
        let tokens = quote!(jsonata::#function(#left, #right));
        Ok(if fails { Rust::result(tokens) } else { Rust::val(tokens) })
    }

    /// The operands of `a & b & c`.
    fn texts(&self, expr: &Expr, operands: &mut Vec<TokenStream>) -> Result<()> {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Concat, left, right) if expr.predicates.is_empty() && expr.group.is_none() => {
                self.texts(left, operands)?;
                self.texts(right, operands)
            }
            _ => {
                operands.push(self.expr(expr)?.operand_val());
                Ok(())
            }
        }
    }

    /// An expression as Rust's `bool`.
    fn condition(&self, expr: &Expr) -> Result<TokenStream> {
        match &expr.kind {
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right)
                if expr.predicates.is_empty() && expr.group.is_none() =>
            {
                self.both(*op, left, right)
            }
            ExprKind::Block(statements)
                if statements.len() == 1 && expr.predicates.is_empty() && expr.group.is_none() =>
            {
                let inner = self.condition(&statements[0])?;
                Ok(quote!((#inner)))
            }
            _ => {
                let value = self.expr(expr)?.into_val();
                Ok(quote!(jsonata::truthy(&#value)?))
            }
        }
    }

    fn both(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<TokenStream> {
        let operand = |expr: &Expr| {
            let condition = self.condition(expr)?;
            Ok(match &expr.kind {
                ExprKind::Binary(inner @ (BinaryOp::And | BinaryOp::Or), ..) if *inner != op => quote!((#condition)),
                _ => condition,
            })
        };
        let (left, right) = (operand(left)?, operand(right)?);
        Ok(match op {
            BinaryOp::And => quote!(#left && #right),
            _ => quote!(#left || #right),
        })
    }

    fn array(&self, elements: &[Expr], is_kept: bool) -> Result<Rust> {
        let elements = elements
            .iter()
            .map(|element| {
                let value = self.expr(element)?;
                let is_one = value.form == Form::Literal
                    || matches!(element.kind, ExprKind::Array { .. }) && element.predicates.is_empty();
                let value = value.into_val();
                Ok(match is_one {
                    true => quote!(jsonata::Element::One(#value)),
                    false => quote!(jsonata::Element::All(#value)),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let function = if is_kept { ident("kept_array") } else { ident("array") };
        Ok(Rust::result(quote!(jsonata::#function([#(#elements),*]))))
    }

    fn object(&self, pairs: &[(Expr, Expr)]) -> Result<Rust> {
        let names: Option<Vec<&str>> = pairs.iter().map(|(name, _)| literal_name(name)).collect();
        let names = names.filter(|names| {
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.windows(2).all(|pair| pair[0] != pair[1])
        });
        let Some(names) = names else {
            let values = match &self.here {
                Some(here) => quote!(#here.clone()),
                None => undefined().into_val(),
            };
            let pairs = self.pairs(pairs)?;
            return Ok(Rust::result(quote!(jsonata::group(query, #values, &[#pairs]))));
        };
        let members = pairs
            .iter()
            .map(|(_, value)| Ok(self.expr(value)?.operand_val()))
            .collect::<Result<Vec<_>>>()?;
        let object = quote!(jsonata::object([#((#names, #members)),*]));
        Ok(match &self.here {
            Some(here) if members.iter().any(|member| mentions(member, &here.to_string())) => {
                Rust::val(quote!({ let #here = &jsonata::together(#here); #object }))
            }
            _ => Rust::val(object),
        })
    }

    /// The pairs of an object constructor, as closures.
    fn pairs(&self, pairs: &[(Expr, Expr)]) -> Result<TokenStream> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| {
                let name = self.each(|env| env.expr(name))?;
                let value = self.each(|env| env.expr(value))?;
                Ok(quote!((&#name, &#value)))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(quote!(#(#pairs),*))
    }

    /// The last thing that a function does. The result of a call there is as the called function made it, for the caller of
    /// this function to end: what follows the call in the text does nothing, as in JSONata itself.
    fn tail(&self, expr: &Expr) -> Result<Rust> {
        let is_plain = expr.predicates.is_empty() && expr.group.is_none();
        match &expr.kind {
            ExprKind::Call(function, args) if expr.predicates.is_empty() => match self.takes_here(function, args.len())
            {
                true => Err(Unsupported("a last call that takes the context value of the caller")),
                false => self.bare(expr),
            },
            ExprKind::Condition(condition, then, otherwise) if is_plain => {
                self.choice(condition, then, otherwise.as_deref(), Env::tail)
            }
            ExprKind::Block(statements) if is_plain => self.block(statements, Env::tail),
            ExprKind::Block(statements) if statements.last().is_some_and(ends_in_call) => {
                Err(Unsupported("a last call in parentheses that something follows"))
            }
            _ => self.expr(expr),
        }
    }

    fn choice(&self, condition: &Expr, then: &Expr, otherwise: Option<&Expr>, part: Part<Self>) -> Result<Rust> {
        let condition = self.condition(condition)?;
        let then = part(self, then)?.into_val();
        let otherwise = match otherwise {
            Some(otherwise) => part(self, otherwise)?,
            None => undefined(),
        }
        .into_val();
        Ok(Rust::val(quote!(if #condition { #then } else { #otherwise })))
    }

    fn block(&self, statements: &[Expr], part: Part<Self>) -> Result<Rust> {
        let Some((last, before)) = statements.split_last() else {
            return Ok(undefined());
        };
        let mut env = self.clone();
        let mut bound: Vec<&str> = Vec::new();
        // Each statement, with the name that it binds.
        let mut written: Vec<(Option<Ident>, TokenStream)> = Vec::new();
        for statement in before {
            match bind_of(statement) {
                Some((name, value)) => {
                    // A function made before would see the new value.
                    if bound.contains(&name) || before_reads(statements, statement, name) {
                        return Err(Unsupported("a name that is bound twice"));
                    }
                    bound.push(name);
                    let value = env.bound_value(name, value)?;
                    written.push((Some(env.bind(name)), value));
                }
                None => written.push((None, env.expr(statement)?.into_val())),
            }
        }
        let last = match bind_of(last) {
            Some((name, value)) => Rust::val(env.bound_value(name, value)?),
            None => part(&env, last)?,
        };
        if written.is_empty() {
            return Ok(last);
        }
        let form = last.form;
        let mut tokens = match form {
            Form::Result => last.tokens,
            _ => last.into_val(),
        };
        for (name, value) in written.iter().rev() {
            let name = name.as_ref().map_or(quote!(_), |name| used(name, &tokens));
            tokens = quote!(let #name = #value; #tokens);
        }
        Ok(match form {
            Form::Result => Rust::result(quote!({ #tokens })),
            _ => Rust::val(quote!({ #tokens })),
        })
    }

    /// The value that a name is bound to.
    fn bound_value(&self, name: &str, value: &Expr) -> Result<TokenStream> {
        if matches!(value.kind, ExprKind::Lambda { .. }) && value.reads(name) {
            return Err(Unsupported("a function that calls itself"));
        }
        Ok(self.expr(value)?.into_val())
    }

    fn lambda(&self, parameters: &[String], body: &Expr) -> Result<Rust> {
        let mut env = self.clone();
        // State variables too: a function takes what it needs of them.
        let mut read: Vec<(&str, Ident)> = Vec::new();
        for name in self.variables.iter().flat_map(|variables| variables.names()) {
            if env.local(name).is_none() && body.reads(name) && !parameters.iter().any(|parameter| parameter == name) {
                read.push((name, env.bind(name)));
            }
        }
        let names: Vec<Ident> = parameters.iter().map(|name| env.bind(name)).collect();
        let body = env.tail(body)?.into_result();
        let parameters: Vec<_> = names.iter().map(|name| used(name, &body)).collect();
        // It may outlive what it sees, so it takes a share of that.
        let mut shares: Vec<&Ident> = Vec::new();
        for seen in self
            .locals
            .iter()
            .map(|(_, local)| local)
            .chain(&self.here)
            .chain(&self.root)
        {
            if !names.contains(seen) && !shares.contains(&seen) && mentions(&body, &seen.to_string()) {
                shares.push(seen);
            }
        }
        // The context value is a reference wherever it stands.
        let contexts = shares.iter().filter(|share| {
            [&self.here, &self.root]
                .into_iter()
                .flatten()
                .any(|context| context == **share)
        });
        let contexts = quote!(#(let #contexts = &#contexts;)*);
        let body = match contexts.is_empty() {
            true => body,
            false => quote!({ #contexts #body }),
        };
        let lambda = quote!(jsonata::lambda(move |[#(#parameters),*]| #body));
        let read = read
            .iter()
            .map(|(name, local)| {
                let value = self.variable(name)?.into_val();
                Ok(quote!(let #local = #value;))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Rust::val(match shares.is_empty() && read.is_empty() {
            true => lambda,
            false => quote!({ #(let #shares = #shares.clone();)* #(#read)* #lambda }),
        }))
    }
}

/// How a part of an expression is written.
type Part<E> = fn(&E, &Expr) -> Result<Rust>;

/// Whether the last thing that an expression does may be a call.
fn ends_in_call(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(..) => expr.predicates.is_empty(),
        ExprKind::Condition(_, then, otherwise) => ends_in_call(then) || otherwise.as_deref().is_some_and(ends_in_call),
        ExprKind::Block(statements) => statements.last().is_some_and(ends_in_call),
        _ => false,
    }
}

/// The name and the value, of a statement that binds one.
fn bind_of(statement: &Expr) -> Option<(&str, &Expr)> {
    match &statement.kind {
        ExprKind::Bind(name, value) if statement.predicates.is_empty() && statement.group.is_none() => {
            Some((name, value))
        }
        _ => None,
    }
}

/// Whether a function that a statement before this one makes reads the name.
fn before_reads(statements: &[Expr], statement: &Expr, name: &str) -> bool {
    statements
        .iter()
        .take_while(|before| !std::ptr::eq(*before, statement))
        .any(|before| before.reads(name))
}

impl Rust {
    /// As a member, which must be `Val`.
    fn operand_val(self) -> TokenStream {
        match self.form {
            // A method binds tighter than the sign of a negative number.
            Form::Literal if self.tokens.clone().into_iter().count() == 1 => {
                let tokens = self.tokens;
                quote!(#tokens.into())
            }
            _ => self.into_val(),
        }
    }
}

/// A closure over the context value, which it may not need.
fn closure(body: TokenStream) -> TokenStream {
    match mentions(&body, "item") {
        true => quote!(|item| #body),
        false => quote!(|_| #body),
    }
}

/// A name for what may not be needed.
fn used(name: &Ident, body: &TokenStream) -> TokenStream {
    match mentions(body, &name.to_string()) {
        true => quote!(#name),
        false => quote!(_),
    }
}

/// The name of a member that is known.
fn literal_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(name) if expr.predicates.is_empty() && expr.group.is_none() => Some(name),
        _ => None,
    }
}

/// A number as an `i32` or an `f64`.
fn number_literal(number: f64) -> TokenStream {
    let literal = match number == number.trunc() && number.abs() <= f64::from(i32::MAX) {
        true => Literal::i32_unsuffixed(number.abs() as i32),
        false => Literal::f64_unsuffixed(number.abs()),
    };
    match number < 0.0 {
        true => quote!(-#literal),
        false => quote!(#literal),
    }
}
