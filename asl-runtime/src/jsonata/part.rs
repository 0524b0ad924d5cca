//! Parts of the input that an output takes.

use super::Query;
use crate::{Data, Error};
use serde_json::Value;

/// What an expression gives that is a path of names from the input.
pub enum Part {
    /// It is there in the input.
    There(&'static [&'static str]),
    /// The path goes through an array.
    Made(Value),
}

impl<'a> Query<'a> {
    /// The part of the input at a path, for an output that will [`take`](Part::take) it.
    ///
    /// # Errors
    /// As [`value`](Query::value) has them.
    pub fn part(
        &'a self,
        field: &'static str,
        text: &'static str,
        path: &'static [&'static str],
    ) -> Result<Part, Error> {
        match path.iter().try_fold(self.data(), |value, name| value.get(*name)) {
            Some(_) => Ok(Part::There(path)),
            None => self.value(field, text, || Ok(self.input().path(path))).map(Part::Made),
        }
    }
}

impl Part {
    /// The part, moved out of the data unless that is borrowed.
    pub fn take(self, data: &mut Data<'_>) -> Value {
        let part = match (self, data) {
            (Part::Made(value), _) => return value,
            (Part::There(path), Data::Owned(data)) => path
                .iter()
                .try_fold(data, |value, name| value.get_mut(*name))
                .map(Value::take),
            (Part::There(path), Data::Borrowed(data)) => {
                path.iter().try_fold(*data, |value, name| value.get(*name)).cloned()
            }
        };
        // It was there when the query looked.
        part.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_is_moved_out_of_what_is_owned_and_copied_out_of_what_is_borrowed() {
        let whole = json!({"a": {"b": [1, 2]}, "c": 3});
        let mut owned = Data::Owned(whole.clone());
        assert_eq!(Part::There(&["a", "b"]).take(&mut owned), json!([1, 2]));
        assert_eq!(*owned, json!({"a": {"b": null}, "c": 3}));
        assert_eq!(Part::Made(json!(7)).take(&mut owned), json!(7));
        let mut borrowed = Data::Borrowed(&whole);
        assert_eq!(Part::There(&["a"]).take(&mut borrowed), whole["a"]);
        assert_eq!(Part::There(&[]).take(&mut borrowed), whole);
    }
}
