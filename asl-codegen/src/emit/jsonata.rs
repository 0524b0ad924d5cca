//! Expressions of JSONata as Rust: closures over a `Query` of the runtime.
//!
//! What has no native form is [`Unsupported`]; the whole expression is then given to an interpreter.

mod bind;
mod call;
mod construct;
mod interpreted;
mod operator;
mod path;
mod rust;

use super::variables::{Variables, ident};
use crate::expr::jsonata::{Expr, ExprKind};
pub use interpreted::{bindings, report};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
pub use rust::Rust;
use rust::{Form, closure, number, undefined, used};
use std::ops::Range;

/// Why an expression has no native form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// What there is no native form of.
    pub what: &'static str,
    /// Where it stands in the text of the expression.
    pub at: Range<usize>,
}

impl Unsupported {
    fn new(expr: &Expr, what: &'static str) -> Unsupported {
        let at = expr.at.clone();
        Unsupported { what, at }
    }
}

/// The function of an expression that is not a part of a machine, named `name`: `root` is its context value, and `bindings`
/// are the names that it can use, whose values it is given.
///
/// # Errors
/// Where it has no native form.
pub fn function(name: &Ident, expr: &Expr, bindings: &[String]) -> std::result::Result<TokenStream, Unsupported> {
    let mut env = Env {
        variables: None,
        here: Some(Here {
            steps: format_ident!("around"),
            value: format_ident!("root"),
        }),
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

/// Why an expression of a machine has no native form, if it has none.
pub fn unsupported(expr: &Expr) -> Option<Unsupported> {
    // Which names are variables decides how they are read, not whether they can be.
    Env::of_state(&Variables::default()).whole(expr).err()
}

type Result<T> = std::result::Result<T, Unsupported>;

/// How a part of an expression is written.
type Part<E> = fn(&E, &Expr) -> Result<Rust>;

/// What an expression can see.
#[derive(Clone)]
pub struct Env<'e> {
    /// State variables; none where others are bound.
    variables: Option<&'e Variables>,
    /// The context value, where there is one.
    here: Option<Here>,
    /// `$$`
    root: Option<Ident>,
    /// Names bound by the expression itself, the innermost last.
    locals: Vec<(String, Ident)>,
}

/// The context value: the names of two references.
#[derive(Clone)]
struct Here {
    /// As the first step of a path sees it.
    steps: Ident,
    /// As `$` and functions do. The two differ in an input that is an array: no path dissolves it before its first step.
    value: Ident,
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
        let item = format_ident!("item");
        Env {
            here: Some(Here {
                steps: item.clone(),
                value: item,
            }),
            ..self.clone()
        }
    }

    /// A closure over the context value.
    fn each(&self, body: impl FnOnce(&Self) -> Result<TokenStream>) -> Result<TokenStream> {
        Ok(closure(body(&self.inside())?))
    }

    /// The names of references to context values.
    fn contexts(&self) -> impl Iterator<Item = &Ident> {
        let here = self.here.iter().flat_map(|here| [&here.steps, &here.value]);
        here.chain(&self.root)
    }

    /// `$`
    fn context_value(&self) -> Rust {
        match &self.here {
            Some(Here { value, .. }) => Rust::new(Form::Reference, quote!(#value)),
            None => undefined(),
        }
    }

    /// An expression.
    pub fn expr(&self, expr: &Expr) -> Result<Rust> {
        let value = self.bare(expr)?;
        let is_plain = expr.is_bare();
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
            (true, false) if expr.predicates.is_empty() => value.method(quote!(kept())),
            (true, false) => value.method(quote!(kept_found())),
            (false, false) => value.method(quote!(collapsed())),
        })
    }

    /// An expression without what follows it.
    fn bare(&self, expr: &Expr) -> Result<Rust> {
        let unsupported = |what| Err(Unsupported::new(expr, what));
        Ok(match &expr.kind {
            ExprKind::String(text) => Rust::new(Form::Literal, quote!(#text)),
            ExprKind::Number(value) => number(*value),
            ExprKind::Bool(value) => Rust::new(Form::Bool, quote!(#value)),
            ExprKind::Null => Rust::val(quote!(jsonata::Val::Null)),
            ExprKind::Regex { pattern, flags } => Rust::val(quote! {{
                static PATTERN: jsonata::Regex = jsonata::Regex::new(#pattern, #flags);
                jsonata::Val::from(&PATTERN)
            }}),
            ExprKind::Name(name) => self.of_here(quote!(lookup(#name))),
            ExprKind::Wildcard => match &self.here {
                Some(Here { value, .. }) => Rust::val(quote!(#value.wildcard())),
                None => undefined(),
            },
            ExprKind::Descendants => self.of_here(quote!(descendants())),
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::Path(_) => self.path(expr)?,
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right)?,
            ExprKind::Negate(operand) => {
                let operand = self.expr(operand)?.into_val();
                Rust::result(quote!(jsonata::negate(#operand)))
            }
            ExprKind::Array { elements, is_kept } => self.array(elements, *is_kept)?,
            ExprKind::Object(pairs) => self.object(pairs)?,
            ExprKind::Block(statements) => self.block(statements, Env::expr)?,
            // Nothing after it can see the name: it is no statement of a block.
            ExprKind::Bind(..) => return unsupported("a name that is bound inside another expression"),
            ExprKind::Condition(condition, then, otherwise) => {
                self.choice(condition, then, otherwise.as_deref(), Env::expr)?
            }
            ExprKind::Lambda { signature: Some(_), .. } => return unsupported("a function with a signature"),
            ExprKind::Lambda { parameters, body, .. } => self.lambda(parameters, body)?,
            ExprKind::Call(function, args) => self.call(function, args, None)?,
            ExprKind::Apply(left, right) => self.apply(left, right)?,
            ExprKind::Partial(..) => return unsupported("partial application"),
            ExprKind::Transform { .. } => return unsupported("a transformation"),
            ExprKind::Parent(_) => return unsupported("the parent operator"),
        })
    }

    /// A step on the context value.
    fn of_here(&self, method: TokenStream) -> Rust {
        match &self.here {
            Some(Here { steps, .. }) => Rust::val(quote!(#steps.#method)),
            None => undefined(),
        }
    }

    fn variable(&self, name: &str) -> Rust {
        match (name, self.local(name)) {
            ("", _) => self.context_value(),
            ("$", _) => match &self.root {
                Some(root) => Rust::new(Form::Reference, quote!(#root)),
                None => undefined(),
            },
            (_, Some(local)) => Rust::new(Form::Local, quote!(#local)),
            ("states", None) if self.variables.is_some() => Rust::val(quote!(query.states())),
            (name, None) => match (self.variables, call::builtin(name)) {
                (Some(variables), _) if variables.knows(name) => {
                    let place = variables.find(name);
                    Rust::val(quote!(jsonata::variable(&#place)))
                }
                (_, Some(function)) => Rust::val(quote!(jsonata::Val::from(&jsonata::#function))),
                (_, None) => undefined(),
            },
        }
    }
}
