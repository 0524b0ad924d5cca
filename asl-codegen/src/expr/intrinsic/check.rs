use super::{Arg, ArgKind, Call, Intrinsic, Type};
use crate::expr::pattern::{bare_brace, format_pieces};
use crate::nearest;
use std::ops::Range;

/// Something in a call that cannot work, whatever the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// Which bytes of the text it concerns.
    pub at: Range<usize>,
    /// What is wrong, in the form of a diagnostic's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// The kinds of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// Too few or too many arguments (IF-10).
    Arity,
    /// A literal, or the result of a nested call, of a type that the function does not take (IF-11).
    Type,
    /// The template of States.Format does not have one `{}` for each further argument, or has a bare brace (IF-20, IF-6).
    Placeholders,
    /// A literal out of the function's range.
    Value,
    /// What the spec has and the service does not (IF-34).
    Unsupported,
}

/// What `States.Hash` knows (IF-33).
const ALGORITHMS: [&str; 5] = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

/// The longest string that `States.Hash` and the Base64 functions take (IF-31 to IF-33).
const MAX_STRING: usize = 10_000;

/// The most elements that `States.ArrayRange` makes (IF-27).
const MAX_RANGE: f64 = 1_000.0;

pub(super) fn findings(call: &Call) -> Vec<Finding> {
    let mut findings = Vec::new();
    inspect(call, &mut findings);
    findings
}

/// Calls nest ten deep at most, so this may recurse.
fn inspect(call: &Call, findings: &mut Vec<Finding>) {
    let arity = call.function.arity();
    if arity.contains(&call.args.len()) {
        types(call, findings);
        values(call, findings);
    } else {
        findings.push(wrong_arity(call));
    }
    for arg in &call.args {
        if let ArgKind::Call(call) = &arg.kind {
            inspect(call, findings);
        }
    }
    findings.sort_by_key(|finding| finding.at.start);
}

fn wrong_arity(call: &Call) -> Finding {
    let name = call.function.name();
    let arity = call.function.arity();
    let (least, most) = (*arity.start(), *arity.end());
    let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
    let wanted = match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (_, usize::MAX) => format!("at least {least} {}", plural(least)),
        _ if least == most => format!("{least} {}", plural(least)),
        _ => format!("{least} or {most} arguments"),
    };
    Finding {
        kind: FindingKind::Arity,
        at: call.at.start..call.at.start + name.len(),
        message: format!("`{name}` takes {wanted}, not {}", call.args.len()),
        help: None,
    }
}

fn types(call: &Call, findings: &mut Vec<Finding>) {
    let name = call.function.name();
    for (index, arg) in call.args.iter().enumerate() {
        let (Some(wanted), Some(given)) = (call.function.wants(index), arg.kind.known_type()) else {
            continue;
        };
        if wanted != given {
            findings.push(Finding {
                kind: FindingKind::Type,
                at: arg.at.clone(),
                message: format!("`{name}` takes {wanted} here, not {given}"),
                help: match &arg.kind {
                    ArgKind::String { value, .. } if wanted == Type::Number && value.parse::<f64>().is_ok() => {
                        Some(format!("write `{value}` without quotes"))
                    }
                    _ => None,
                },
            });
        }
    }
}

fn values(call: &Call, findings: &mut Vec<Finding>) {
    let name = call.function.name();
    let args = &call.args;
    let mut report = |kind, at: Range<usize>, message: String, help: Option<String>| {
        findings.push(Finding {
            kind,
            at,
            message,
            help,
        });
    };
    let number = |index: usize| args.get(index).and_then(|arg: &Arg| arg.kind.rounded());
    let text = |index: usize| match args.get(index).map(|arg| &arg.kind) {
        Some(ArgKind::String { value, .. }) => Some(value.as_str()),
        _ => None,
    };
    match call.function {
        Intrinsic::Format => {
            let ArgKind::String { raw, .. } = &args[0].kind else {
                return;
            };
            let (wanted, given) = (format_pieces(raw).len() - 1, args.len() - 1);
            if let Some(at) = bare_brace(raw) {
                // After the opening quote.
                let at = args[0].at.start + 1 + at;
                report(
                    FindingKind::Placeholders,
                    at..at + 1,
                    "a brace that is not part of `{}` must be escaped".to_owned(),
                    Some("write `\\{` or `\\}`, with two backslashes in JSON".to_owned()),
                );
            } else if wanted != given {
                let plural = if given == 1 { "argument" } else { "arguments" };
                let message = format!("{wanted} `{{}}` for {given} {plural}");
                report(FindingKind::Placeholders, args[0].at.clone(), message, None);
            }
        }
        Intrinsic::Hash => {
            if let Some(algorithm) = text(1).filter(|algorithm| !ALGORITHMS.contains(algorithm)) {
                let help = match nearest(algorithm, ALGORITHMS) {
                    Some(known) => format!("an algorithm with a similar name exists: `{known}`"),
                    None => format!(
                        "the algorithms are {}",
                        ALGORITHMS.map(|name| format!("`{name}`")).join(", ")
                    ),
                };
                let message = format!("no algorithm has the name `{algorithm}`");
                report(FindingKind::Value, args[1].at.clone(), message, Some(help));
            }
        }
        Intrinsic::JsonMerge if args[2].kind == ArgKind::Bool(true) => report(
            FindingKind::Unsupported,
            args[2].at.clone(),
            "the service merges shallowly only".to_owned(),
            Some("write `false`".to_owned()),
        ),
        Intrinsic::ArrayPartition if number(1).is_some_and(|size| size < 1.0) => {
            report(
                FindingKind::Value,
                args[1].at.clone(),
                "a chunk must have at least one element".to_owned(),
                None,
            );
        }
        Intrinsic::ArrayGetItem if number(1).is_some_and(|index| index < 0.0) => {
            let help = "`[-1]` in a path counts from the end".to_owned();
            report(
                FindingKind::Value,
                args[1].at.clone(),
                "an index counts from 0".to_owned(),
                Some(help),
            );
        }
        Intrinsic::ArrayRange => match (number(0), number(1), number(2)) {
            (_, _, Some(0.0)) => report(
                FindingKind::Value,
                args[2].at.clone(),
                "the step cannot be 0".to_owned(),
                None,
            ),
            (Some(first), Some(last), Some(step)) if ((last - first) / step).floor() >= MAX_RANGE => {
                let message = format!("the range has more than {MAX_RANGE} elements");
                report(FindingKind::Value, args[1].at.clone(), message, None);
            }
            _ => {}
        },
        Intrinsic::MathRandom => {
            if let (Some(start), Some(end)) = (number(0), number(1))
                && start >= end
            {
                let message = "the end, which is excluded, must be above the start".to_owned();
                report(FindingKind::Value, args[1].at.clone(), message, None);
            }
        }
        Intrinsic::MathAdd => {
            for (index, arg) in args.iter().enumerate() {
                if number(index).is_some_and(|n| n < f64::from(i32::MIN) || n > f64::from(i32::MAX)) {
                    let message = format!("`{name}` takes numbers from {} to {}", i32::MIN, i32::MAX);
                    report(FindingKind::Value, arg.at.clone(), message, None);
                }
            }
        }
        Intrinsic::StringToJson => {
            if let Some(error) = text(0).and_then(not_json) {
                report(
                    FindingKind::Value,
                    args[0].at.clone(),
                    format!("not JSON: {error}"),
                    None,
                );
            }
        }
        _ => {}
    }
    let limited = matches!(
        call.function,
        Intrinsic::Hash | Intrinsic::Base64Encode | Intrinsic::Base64Decode
    );
    if limited && text(0).is_some_and(|text| text.encode_utf16().count() > MAX_STRING) {
        let message = format!("`{name}` takes at most {MAX_STRING} characters");
        report(FindingKind::Value, args[0].at.clone(), message, None);
    }
}

/// Why a string is no JSON; blank ones count as null (IF-22).
fn not_json(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    Some(error.to_string())
}

impl ArgKind {
    /// The type of its value, where that is always the same.
    pub fn known_type(&self) -> Option<Type> {
        match self {
            ArgKind::String { .. } => Some(Type::String),
            ArgKind::Number(_) => Some(Type::Number),
            ArgKind::Bool(_) => Some(Type::Boolean),
            ArgKind::Null => Some(Type::Null),
            ArgKind::Path(_) => None,
            ArgKind::Call(call) => call.function.returns(),
        }
    }

    /// The value of a number, rounded half up as the service does (IF-36).
    fn rounded(&self) -> Option<f64> {
        match self {
            ArgKind::Number(text) => Some((text.parse::<f64>().ok()? + 0.5).floor()),
            _ => None,
        }
    }
}
