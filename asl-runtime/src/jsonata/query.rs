//! What an expression can ask for.

use super::Val;
use crate::scope::Context;
use serde_json::Value;
use std::cell::OnceCell;

/// What the expressions of a state see: `$states`, and what functions need.
pub struct Query<'a> {
    input: &'a Value,
    result: Option<&'a Value>,
    error_output: Option<&'a Value>,
    context: Context<'a>,
    /// `$states.context`, made when it is first read.
    context_object: OnceCell<Value>,
}

impl<'a> Query<'a> {
    /// What a state sees whose input is this.
    pub fn new(context: Context<'a>, input: &'a Value) -> Query<'a> {
        Query {
            input,
            result: None,
            error_output: None,
            context,
            context_object: OnceCell::new(),
        }
    }

    /// `$states.input` (J-30)
    pub fn input(&'a self) -> Val<'a> {
        self.input.into()
    }

    /// `$states.result` (J-32)
    pub fn result(&'a self) -> Val<'a> {
        self.result.into()
    }

    /// `$states.errorOutput` (J-33)
    pub fn error_output(&'a self) -> Val<'a> {
        self.error_output.into()
    }

    /// `$states.context` (J-31)
    pub fn context(&'a self) -> Val<'a> {
        self.context_object.get_or_init(|| self.context.object()).into()
    }
}
