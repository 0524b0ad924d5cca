//! Functions as values.

use super::limit::{MAX_NESTING, functions_too_nested};
use super::{Error, Query, Regex, Result, Signature, Val};
use std::rc::Rc;

/// A function: of the language, of the expression, or a regular expression, which matches what it is called with.
#[derive(Clone)]
pub enum Function<'a> {
    /// `$uppercase`
    Builtin(&'static Builtin),
    /// `function($a) { .. }`
    Lambda(Rc<Lambda<'a>>),
    /// `/ab+/i`
    Regex(&'static Regex),
}

/// A function of the language.
pub struct Builtin {
    /// Its name, without `$`.
    pub name: &'static str,
    /// What it takes.
    pub signature: Signature,
    /// What it does with arguments that fit its signature.
    pub run: Run,
}

/// What a function of the language does with arguments that fit its signature.
pub type Run = for<'a> fn(&'a Query<'a>, &[Val<'a>]) -> Result<Val<'a>>;

/// A function of the expression.
pub struct Lambda<'a> {
    /// How many parameters it names.
    pub arity: usize,
    /// What it does with its arguments.
    pub body: Box<Body<'a>>,
    /// How deep functions are nested in it, itself among them.
    nesting: u32,
}

/// The body of a function.
pub type Body<'a> = dyn Fn(&[Val<'a>]) -> Result<Val<'a>> + 'a;

/// `function($a, $b) { .. }`: missing arguments are nothing, further ones are dropped.
pub fn lambda<'a, const N: usize>(body: impl Fn([Val<'a>; N]) -> Result<Val<'a>> + 'a) -> Val<'a> {
    made(1, body)
}

/// The same of a function that holds values, in which functions are nested so deep.
///
/// # Errors
/// Where they are nested so deep that to drop them would run out of stack (J-68).
pub fn closure<'a, const H: usize, const N: usize>(
    held: [u32; H],
    body: impl Fn([Val<'a>; N]) -> Result<Val<'a>> + 'a,
) -> Result<Val<'a>> {
    match 1 + held.into_iter().max().unwrap_or(0) {
        nesting if nesting as usize > MAX_NESTING => Err(functions_too_nested()),
        nesting => Ok(made(nesting, body)),
    }
}

fn made<'a, const N: usize>(nesting: u32, body: impl Fn([Val<'a>; N]) -> Result<Val<'a>> + 'a) -> Val<'a> {
    let body = move |args: &[Val<'a>]| {
        body(std::array::from_fn(|at| {
            args.get(at).cloned().unwrap_or(Val::Undefined)
        }))
    };
    Val::Function(Function::Lambda(Rc::new(Lambda {
        arity: N,
        body: Box::new(body),
        nesting,
    })))
}

impl Builtin {
    /// The function `name` of the language.
    pub(crate) const fn new(name: &'static str, signature: &str, run: Run) -> Builtin {
        Builtin {
            name,
            signature: Signature::new(signature),
            run,
        }
    }

    /// What the function gives for arguments where there is no context value. A sequence is as the function made it,
    /// so that `[]` after the call can still keep it an array: see [`Val::collapsed`].
    ///
    /// # Errors
    /// `T0410` to `T0412` where the arguments do not fit, and those of the function.
    pub fn call<'a>(&'static self, query: &'a Query<'a>, args: impl AsRef<[Val<'a>]>) -> Result<Val<'a>> {
        self.call_on(query, &Val::Undefined, args)
    }

    /// The same where `here` is the context value.
    ///
    /// # Errors
    /// As [`call`](Builtin::call) has them.
    pub fn call_on<'a>(
        &'static self,
        query: &'a Query<'a>,
        here: &Val<'a>,
        args: impl AsRef<[Val<'a>]>,
    ) -> Result<Val<'a>> {
        query.tick()?;
        let args = self.signature.fit(self.name, here, args.as_ref())?;
        query.read(args.iter().map(Val::size).sum())?;
        (self.run)(query, &args)
    }

    /// How many arguments a function that calls it gives it. JSONata's own counts leave out the second parameter of
    /// `$string`, which has a default, and the arrays of `$zip`.
    pub(super) fn arity(&self) -> usize {
        match self.name {
            "string" => 1,
            "zip" => 0,
            _ => self.signature.len(),
        }
    }
}

impl<'a> Val<'a> {
    /// A call of what should be a function.
    ///
    /// # Errors
    /// `T1006` where it is none, and the error of the function.
    pub fn call(&self, query: &'a Query<'a>, args: impl AsRef<[Val<'a>]>) -> Result<Val<'a>> {
        match self {
            Val::Function(function) => function.call(query, args.as_ref()),
            _ => Err(Error::new("T1006", "Attempted to invoke a non-function")),
        }
    }
}

/// `value ~> function`; of two functions, one after the other.
///
/// # Errors
/// `T2006` where the right side is no function, and the error of the function.
pub fn apply<'a>(query: &'a Query<'a>, value: Val<'a>, function: Val<'a>) -> Result<Val<'a>> {
    match (value, function) {
        (Val::Function(first), Val::Function(second)) => {
            closure([first.nesting(), second.nesting()], move |[argument]| {
                second.call(query, &[first.call(query, &[argument])?.collapsed()])
            })
        }
        (value, Val::Function(function)) => function.call(query, &[value]),
        _ => Err(Error::new(
            "T2006",
            "The right side of the function application operator ~> must be a function",
        )),
    }
}

impl<'a> Function<'a> {
    /// What the function gives for arguments, there being no context value.
    pub fn call(&self, query: &'a Query<'a>, args: &[Val<'a>]) -> Result<Val<'a>> {
        match self {
            Function::Builtin(builtin) => builtin.call_on(query, &Val::Null, args),
            Function::Lambda(lambda) => query.deeper(|| (lambda.body)(args)?.bounded()),
            Function::Regex(regex) => regex.call(query, args),
        }
    }

    /// How deep functions are nested in it, itself among them where it is of the expression.
    pub(super) fn nesting(&self) -> u32 {
        match self {
            Function::Lambda(lambda) => lambda.nesting,
            Function::Builtin(_) | Function::Regex(_) => 0,
        }
    }

    /// How many arguments a function that calls it gives it.
    pub fn arity(&self) -> usize {
        match self {
            Function::Builtin(builtin) => builtin.arity(),
            Function::Lambda(lambda) => lambda.arity,
            // The text, and where to begin in it.
            Function::Regex(_) => 2,
        }
    }
}

impl PartialEq for Function<'_> {
    /// A function is only equal to itself.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Function::Builtin(a), Function::Builtin(b)) => std::ptr::eq(*a, *b),
            (Function::Lambda(a), Function::Lambda(b)) => Rc::ptr_eq(a, b),
            (Function::Regex(a), Function::Regex(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }
}

impl From<&'static Builtin> for Val<'_> {
    fn from(builtin: &'static Builtin) -> Self {
        Val::Function(Function::Builtin(builtin))
    }
}

impl From<&'static Regex> for Val<'_> {
    fn from(regex: &'static Regex) -> Self {
        Val::Function(Function::Regex(regex))
    }
}
