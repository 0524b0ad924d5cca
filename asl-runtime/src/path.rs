//! stub
use crate::Error;
use serde_json::Value;
/// s
pub enum Step {
    /// k
    Key(&'static str),
    /// a
    At(i64),
}
/// s
pub fn set(_: &mut Value, _: &[Step], _: Value) -> Result<(), Error> {
    Ok(())
}
