//! The order of JSONata.

use super::Result;

/// Sorts by whether one value comes after another, which need not make sense and may fail: halves are merged, so that values are
/// compared in JSONata's order, and which of several errors it is follows from that.
pub(super) fn merge_sort<T>(values: Vec<T>, after: &mut dyn FnMut(&T, &T) -> Result<bool>) -> Result<Vec<T>> {
    if values.len() <= 1 {
        return Ok(values);
    }
    let mut left = values;
    let right = left.split_off(left.len() / 2);
    let mut left = merge_sort(left, after)?.into_iter().peekable();
    let mut right = merge_sort(right, after)?.into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let swap = after(first, second)?;
        merged.extend(if swap { right.next() } else { left.next() });
    }
    merged.extend(left.chain(right));
    Ok(merged)
}
