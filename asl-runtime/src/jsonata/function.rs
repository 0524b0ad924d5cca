//! Functions as values.

use super::{Query, Result, Val};
use std::rc::Rc;

/// A function: of the language, of the expression, or a regular expression, which matches what it is called with.
#[derive(Clone)]
pub enum Function<'a> {
    /// `$uppercase`
    Builtin(&'static Builtin),
    /// `function($a) { .. }`
    Lambda(Rc<Lambda<'a>>),
}

/// A function of the language.
pub struct Builtin {
    /// Its name, without `$`.
    pub name: &'static str,
    /// What it takes, in JSONata's notation: `<s-nn?:s>`.
    pub signature: &'static str,
    /// What it does with arguments that fit its signature.
    pub run: for<'a> fn(&'a Query<'a>, &[Val<'a>]) -> Result<Val<'a>>,
}

/// A function of the expression.
pub struct Lambda<'a> {
    /// How many parameters it names.
    pub arity: usize,
    /// What it does with its arguments.
    pub body: Box<Body<'a>>,
}

/// The body of a function.
pub type Body<'a> = dyn Fn(&[Val<'a>]) -> Result<Val<'a>> + 'a;

/// `function($a, $b) { .. }`: missing arguments are nothing, further ones are dropped.
pub fn lambda<'a, const N: usize>(body: impl Fn([Val<'a>; N]) -> Result<Val<'a>> + 'a) -> Val<'a> {
    let body = move |args: &[Val<'a>]| {
        body(std::array::from_fn(|at| {
            args.get(at).cloned().unwrap_or(Val::Undefined)
        }))
    };
    Val::Function(Function::Lambda(Rc::new(Lambda {
        arity: N,
        body: Box::new(body),
    })))
}
