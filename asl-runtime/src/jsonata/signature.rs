//! What functions take, in JSONata's notation, and how arguments are fitted to it.

use super::{Error, Result, Val};
use serde_json::Value;
use std::borrow::Cow;

/// The parameters of a function: `<s-nn?:s>` takes a string, which the context value stands in for, and one or two numbers.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    params: [Param; Signature::MOST],
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Param {
    /// The kinds that it takes.
    kinds: u16,
    /// Without an argument of its own it takes the context value.
    context: bool,
    optional: bool,
    repeated: bool,
    /// A value alone becomes an array.
    array: bool,
    /// Of what the elements of an array must be, as a letter; `0` for anything.
    element: u8,
}

/// The kinds of values, one bit each, by their letters.
const KINDS: &[u8] = b"asnblfom";

/// Any value.
const ANY: u16 = (1 << KINDS.len()) - 1;

const fn kind(letter: u8) -> u16 {
    let mut at = 0;
    while at < KINDS.len() {
        if KINDS[at] == letter {
            return 1 << at;
        }
        at += 1;
    }
    0
}

const fn kinds(letters: &[u8]) -> u16 {
    let mut all = 0;
    let mut at = 0;
    while at < letters.len() {
        all |= match letters[at] {
            b'j' => ANY & !kind(b'f'),
            b'x' => ANY,
            letter => kind(letter),
        };
        at += 1;
    }
    all
}

/// The kind of a value, as a letter.
fn letter(value: &Val<'_>) -> u8 {
    match value {
        Val::Undefined => b'm',
        Val::Null => b'l',
        Val::Bool(_) => b'b',
        Val::Number(_) => b'n',
        Val::String(_) => b's',
        Val::Array(_) => b'a',
        Val::Object(_) => b'o',
        Val::Function(_) => b'f',
        Val::Json(value) => match value {
            Value::Null => b'l',
            Value::Bool(_) => b'b',
            Value::Number(_) => b'n',
            Value::String(_) => b's',
            Value::Array(_) => b'a',
            Value::Object(_) => b'o',
        },
    }
}

impl Param {
    const NONE: Param = Param {
        kinds: 0,
        context: false,
        optional: false,
        repeated: false,
        array: false,
        element: 0,
    };

    fn takes(&self, value: &Val<'_>) -> bool {
        self.kinds & kind(letter(value)) != 0
    }

    /// Whether the elements of an array, or a value in its place, are what is wanted.
    fn takes_elements(&self, value: &Val<'_>) -> bool {
        match value {
            _ if self.element == 0 => true,
            Val::Array(array) => array.elements.iter().all(|element| letter(element) == self.element),
            Val::Json(Value::Array(elements)) => elements
                .iter()
                .all(|element| letter(&Val::from(element)) == self.element),
            other => letter(other) == self.element,
        }
    }
}

impl Signature {
    /// The most parameters that a signature can have.
    const MOST: usize = 10;

    /// Whether a context value may be one that has parts.
    #[cfg(feature = "jsonata-core")]
    pub(super) fn context_has_parts(&self) -> bool {
        let parts = kind(b'a') | kind(b'o');
        let mut params = self.params[..self.len].iter();
        params.any(|param| param.context && param.kinds & parts != 0)
    }

    /// Reads a signature. What comes after a colon is the type of the result, which nothing checks.
    ///
    /// # Panics
    /// When there are more than ten parameters; signatures are constants, so at compile time.
    pub const fn new(text: &str) -> Signature {
        let text = text.as_bytes();
        let mut params = [Param::NONE; Signature::MOST];
        let mut len = 0;
        // The `<` before the first.
        let mut at = 1;
        while at < text.len() && text[at] != b':' {
            match text[at] {
                b'-' if len > 0 => params[len - 1].context = true,
                b'?' if len > 0 => params[len - 1].optional = true,
                b'+' if len > 0 => params[len - 1].repeated = true,
                b'<' if len > 0 => {
                    params[len - 1].element = if params[len - 1].array { text[at + 1] } else { 0 };
                    at = closing(text, at, b'<', b'>');
                }
                b'(' => {
                    let end = closing(text, at, b'(', b')');
                    let (_, from) = text.split_at(at + 1);
                    let (choice, _) = from.split_at(end - at - 1);
                    params[len].kinds = kinds(choice) | kind(b'm');
                    len += 1;
                    at = end;
                }
                b'a' => {
                    params[len].kinds = ANY;
                    params[len].array = true;
                    len += 1;
                }
                b'f' => {
                    params[len].kinds = kind(b'f');
                    len += 1;
                }
                letter @ (b's' | b'n' | b'b' | b'l' | b'o' | b'j' | b'x') => {
                    params[len].kinds = kinds(&[letter, b'm']);
                    len += 1;
                }
                // The `>` at the end, and blanks.
                _ => {}
            }
            at += 1;
        }
        Signature { params, len }
    }

    fn params(&self) -> &[Param] {
        &self.params[..self.len]
    }

    /// How many parameters there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The arguments as the function wants them: the context value in the place of a missing one, a value alone as an
    /// array.
    ///
    /// # Errors
    /// T0410, T0411 and T0412, which name the function.
    pub fn fit<'s, 'a>(&self, name: &str, here: &Val<'a>, args: &'s [Val<'a>]) -> Result<Cow<'s, [Val<'a>]>> {
        if self.fits(args) {
            return Ok(Cow::Borrowed(args));
        }
        let mut counts = [0; Signature::MOST];
        if self.assign(0, args, true, &mut counts).is_none() {
            return Err(self.misfit(name, args));
        }
        let mut fitted = Vec::with_capacity(self.len);
        let mut at = 0;
        for (param, count) in self.params().iter().zip(counts) {
            if count == 0 && param.context {
                if !param.takes(here) {
                    return Err(Error::new(
                        "T0411",
                        format!(
                            "Context value is not a compatible type with argument {} of function \"{name}\"",
                            at + 1
                        ),
                    ));
                }
                fitted.push(here.clone());
                continue;
            }
            // An optional parameter without an argument looks at the next argument all the same.
            for _ in 0..count.max(1) {
                let arg = args.get(at).cloned().unwrap_or(Val::Undefined);
                fitted.push(if count > 0 && param.array {
                    param.array_of(name, at, arg)?
                } else {
                    arg
                });
                at += 1;
            }
        }
        Ok(Cow::Owned(fitted))
    }

    /// Whether the arguments can stay as they are, which most can.
    fn fits(&self, args: &[Val<'_>]) -> bool {
        args.len() == self.len
            && self.params().iter().zip(args).all(|(param, arg)| {
                param.takes(arg)
                    && (!param.array || arg.is_undefined() || (arg.is_array() && param.takes_elements(arg)))
            })
    }

    /// How many arguments go to each parameter from `first` on, the first ones taking as many as they can; the number
    /// of arguments taken. Without `all`, arguments may remain.
    fn assign(&self, first: usize, args: &[Val<'_>], all: bool, counts: &mut [usize]) -> Option<usize> {
        let Some((count, counts)) = counts[..self.len - first].split_first_mut() else {
            return (!all || args.is_empty()).then_some(0);
        };
        let param = &self.params[first];
        let most = if param.repeated { args.len() } else { 1 };
        let fitting = args.iter().take(most).take_while(|arg| param.takes(arg)).count();
        let least = usize::from(!param.context && !param.optional);
        (least..=fitting).rev().find_map(|taken| {
            *count = taken;
            self.assign(first + 1, &args[taken..], all, counts)
                .map(|rest| rest + taken)
        })
    }

    /// The error that names the first argument that does not fit.
    fn misfit(&self, name: &str, args: &[Val<'_>]) -> Error {
        let mut good = 0;
        for len in 1..=self.len {
            let part = Signature { len, ..*self };
            match part.assign(0, args, false, &mut [0; Signature::MOST]) {
                Some(taken) => good = taken,
                None => break,
            }
        }
        Error::new(
            "T0410",
            format!(
                "Argument {} of function \"{name}\" does not match function signature",
                good + 1
            ),
        )
    }
}

impl Param {
    /// An argument as an array.
    fn array_of<'a>(&self, name: &str, at: usize, arg: Val<'a>) -> Result<Val<'a>> {
        match arg {
            Val::Undefined => Ok(Val::Undefined),
            arg if !self.takes_elements(&arg) => {
                let elements = match self.element {
                    b'a' => "\"arrays\"",
                    b'b' => "\"booleans\"",
                    b'f' => "\"functions\"",
                    b'n' => "\"numbers\"",
                    b'o' => "\"objects\"",
                    b's' => "\"strings\"",
                    _ => "undefined",
                };
                Err(Error::new(
                    "T0412",
                    format!(
                        "Argument {} of function \"{name}\" must be an array of {elements}",
                        at + 1
                    ),
                ))
            }
            arg if arg.is_array() => Ok(arg),
            arg => Ok(Val::array(vec![arg])),
        }
    }
}

/// Where the bracket that opens at `at` closes.
const fn closing(text: &[u8], mut at: usize, open: u8, close: u8) -> usize {
    let mut depth = 0;
    while at < text.len() {
        if text[at] == open {
            depth += 1;
        } else if text[at] == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What arguments become, with `1` as the context value.
    fn fitted(signature: &'static str, args: &[Val<'static>]) -> String {
        let fitted = Signature::new(signature).fit("f", &Val::from(1), args);
        match fitted {
            Ok(args) => match Val::array(args.to_vec()).into_json() {
                Ok(args) => args.unwrap_or_default().to_string(),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn arguments_are_fitted() {
        let n = || Val::from(2);
        let s = || Val::from("a");
        let array = |element| Val::array(vec![element]);
        let misfit = |at| format!("T0410: Argument {at} of function \"f\" does not match function signature");
        for (signature, args, wanted) in [
            ("<nn:n>", vec![n(), n()], "[2,2]".to_owned()),
            ("<nn:n>", vec![n()], misfit(2)),
            ("<nn:n>", vec![n(), s()], misfit(2)),
            ("<nn:n>", vec![n(), n(), n()], misfit(3)),
            ("<n-s:n>", vec![s()], "[1,\"a\"]".to_owned()),
            ("<n-s:n>", vec![n(), s()], "[2,\"a\"]".to_owned()),
            (
                "<s-n:n>",
                vec![n()],
                "T0411: Context value is not a compatible type with argument 1 of function \"f\"".to_owned(),
            ),
            ("<s?n:n>", vec![s(), n()], "[\"a\",2]".to_owned()),
            // The argument is looked at for the parameter that has none, too.
            ("<s?n:n>", vec![n()], "[2]".to_owned()),
            ("<a:n>", vec![n()], "[[2]]".to_owned()),
            ("<a<n>:n>", vec![array(n())], "[[2]]".to_owned()),
            ("<a<n>:n>", vec![n()], "[[2]]".to_owned()),
            (
                "<a<n>:n>",
                vec![array(s())],
                "T0412: Argument 1 of function \"f\" must be an array of \"numbers\"".to_owned(),
            ),
            ("<a+>", vec![n(), array(n())], "[[2],[2]]".to_owned()),
            ("<(sn)b?:x>", vec![s()], "[\"a\"]".to_owned()),
            ("<(sn)b?:x>", vec![Val::Bool(true)], misfit(1)),
            ("<x:x>", vec![Val::Null], "[null]".to_owned()),
            ("<j:x>", vec![lambda_value()], misfit(1)),
            ("<f<n:n>:x>", vec![n()], misfit(1)),
            ("<:n>", vec![], "[]".to_owned()),
            ("<:n>", vec![n()], misfit(1)),
        ] {
            assert_eq!(fitted(signature, &args), wanted, "{signature}");
        }
    }

    fn lambda_value() -> Val<'static> {
        super::super::lambda(|[]: [Val<'static>; 0]| Ok(Val::Undefined))
    }
}
