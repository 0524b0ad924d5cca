//! Reading documents and writing to them: what is missing is an error.

use crate::{Failure, Result};
use serde_json::Value;

/// The member at the end of a path of names.
pub fn get<'a, const N: usize>(document: &'a Value, path: [&str; N]) -> Result<&'a Value> {
    path.iter()
        .try_fold(document, |value, name| value.get(name).ok_or_else(|| missing(name)))
}

/// The member at the end of a path of names, to be written to.
pub fn get_mut<'a, const N: usize>(document: &'a mut Value, path: [&str; N]) -> Result<&'a mut Value> {
    path.iter()
        .try_fold(document, |value, name| value.get_mut(name).ok_or_else(|| missing(name)))
}

/// Takes a member out of a document.
pub fn take(document: &mut Value, name: &str) -> Result<Value> {
    document.get_mut(name).map(Value::take).ok_or_else(|| missing(name))
}

/// The elements of an array.
pub fn array(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().ok_or_else(|| Failure::runtime("not an array"))
}

/// Writes a member of an object.
pub fn set(value: &mut Value, name: &str, member: Value) -> Result<()> {
    let Value::Object(members) = value else {
        return Err(Failure::new("States.ResultPathMatchFailure", name));
    };
    members.insert(name.to_owned(), member);
    Ok(())
}

/// An object of these members. They are moved into it, where `json!` would copy every value that it is given.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, member)| (name.to_owned(), member))
            .collect(),
    )
}

/// Adds whole numbers; others are rounded first, a half upwards.
pub fn math_add(left: &Value, right: i64) -> Result<i64> {
    let left = match (left.as_i64(), left.as_f64()) {
        (Some(whole), _) => whole,
        (None, Some(number)) => (number + 0.5).floor() as i64,
        (None, None) => return Err(intrinsic("not a number")),
    };
    match left.checked_add(right).map(i32::try_from) {
        Some(Ok(sum)) => Ok(sum.into()),
        _ => Err(intrinsic("out of range")),
    }
}

/// A value as text: a string as it is, a number as it is written.
pub fn text(value: &Value) -> Result<std::borrow::Cow<'_, str>> {
    match value {
        Value::String(text) => Ok(text.into()),
        Value::Array(_) | Value::Object(_) => Err(intrinsic("not a plain value")),
        plain => Ok(plain.to_string().into()),
    }
}

fn missing(name: &str) -> Failure {
    Failure::runtime(format!("there is no `{name}`"))
}

fn intrinsic(cause: &str) -> Failure {
    Failure::new("States.IntrinsicFailure", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_is_an_error() {
        let document = json!({"order": {"id": 7}});
        assert_eq!(get(&document, ["order", "id"]), Ok(&json!(7)));
        assert_eq!(get(&document, ["order", "name"]).unwrap_err().error, "States.Runtime");
        assert_eq!(take(&mut json!({}), "order").unwrap_err().error, "States.Runtime");
    }

    #[test]
    fn addition_rounds_a_half_upwards_and_stays_in_range() {
        for (left, right, sum) in [
            (json!(1), 2, 3),
            (json!(2.5), 0, 3),
            (json!(-2.5), 0, -2),
            (json!(-1.51), 0, -2),
        ] {
            assert_eq!(math_add(&left, right), Ok(sum));
        }
        assert_eq!(
            math_add(&json!(i32::MAX), 1).unwrap_err().error,
            "States.IntrinsicFailure"
        );
        assert_eq!(math_add(&json!("1"), 1).unwrap_err().error, "States.IntrinsicFailure");
    }
}
