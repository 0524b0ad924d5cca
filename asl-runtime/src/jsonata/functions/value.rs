//! Values of any kind: booleans, types, errors.

use super::super::view::{View, truthy};
use super::super::{Builtin, Error, Result, Val, text as texts};
use super::{arg, text};

/// `$boolean(value)`: whether a value counts as true.
pub static BOOLEAN: Builtin = Builtin::new("boolean", "<x-:b>", |_, args| {
    Ok(boolean(arg(args, 0))?.map_or(Val::Undefined, Val::Bool))
});

/// `$not(value)`: whether a value counts as false.
pub static NOT: Builtin = Builtin::new("not", "<x-:b>", |_, args| {
    Ok(boolean(arg(args, 0))?.map_or(Val::Undefined, |value| Val::Bool(!value)))
});

/// `$exists(value)`: whether a value is something.
pub static EXISTS: Builtin = Builtin::new("exists", "<x:b>", |_, args| Ok((!arg(args, 0).is_undefined()).into()));

/// `$type(value)`: the name of the type of a value.
pub static TYPE: Builtin = Builtin::new("type", "<x:s>", |_, args| {
    let name = match View::from(arg(args, 0)) {
        View::Undefined => return Ok(Val::Undefined),
        View::Null => "null",
        View::Bool(_) => "boolean",
        View::Number(number) if texts::finite(number)? => "number",
        View::String(_) => "string",
        View::Array(_) => "array",
        View::Function(_) => "function",
        View::Object(_) | View::Number(_) => "object",
    };
    Ok(name.into())
});

/// `$clone(value)`: the value. Nothing changes values, so that it needs no copy.
pub static CLONE: Builtin = Builtin::new("clone", "<(oa)-:o>", |_, args| Ok(arg(args, 0).clone()));

/// `$error(message)`: fails.
pub static ERROR: Builtin = Builtin::new("error", "<s?:x>", |_, args| {
    Err(failure("D3137", args, 0, "$error() function evaluated"))
});

/// `$assert(condition, message)`: fails unless the condition is true.
pub static ASSERT: Builtin = Builtin::new("assert", "<bs?:x>", |_, args| match arg(args, 0) {
    Val::Bool(true) => Ok(Val::Undefined),
    _ => Err(failure("D3141", args, 1, "$assert() statement failed")),
});

/// Whether an argument counts as true, unless it is missing. Here, but not elsewhere, functions count as false.
fn boolean(value: &Val<'_>) -> Result<Option<bool>> {
    match value {
        Val::Undefined => Ok(None),
        Val::Function(_) => Ok(Some(false)),
        value => truthy(value).map(Some),
    }
}

fn failure(code: &'static str, args: &[Val<'_>], at: usize, without: &str) -> Error {
    let message = text(args, at).filter(|message| !message.is_empty());
    Error::new(code, message.map_or(without, |message| message))
}
