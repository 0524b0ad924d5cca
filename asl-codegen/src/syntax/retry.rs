//! Retry and Catch (spec RT-1 to RT-8, CT-1).

use super::{ResultPath, Target, Template};
use crate::source::{Span, Spanned};

/// A Retrier.
#[derive(Debug, Clone)]
pub struct Retrier {
    /// `ErrorEquals`
    pub error_equals: Vec<Spanned<String>>,
    /// `IntervalSeconds`, default 1
    pub interval_seconds: u64,
    /// `MaxAttempts`, default 3
    pub max_attempts: u32,
    /// `BackoffRate`, default 2.0
    pub backoff_rate: f64,
    /// `MaxDelaySeconds`
    pub max_delay_seconds: Option<u64>,
    /// `JitterStrategy` is `FULL`.
    pub full_jitter: bool,
    /// The object of the Retrier.
    pub span: Span,
}

/// A Catcher.
#[derive(Debug, Clone)]
pub struct Catcher {
    /// `ErrorEquals`
    pub error_equals: Vec<Spanned<String>>,
    /// `ResultPath`: where the Error Output goes in the state's input.
    pub result_path: ResultPath,
    /// The Catcher's own `Assign`.
    pub assign: Option<Template>,
    /// The Catcher's own `Output`, in JSONata states only.
    pub output: Option<Template>,
    /// `Comment`
    pub comment: Option<String>,
    /// `Next`
    pub next: Target,
    /// The object of the Catcher.
    pub span: Span,
}
