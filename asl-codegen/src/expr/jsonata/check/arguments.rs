//! Whether the arguments of a call fit the signature of the function.

use super::super::functions::Function;
use super::super::{BinaryOp, Expr, ExprKind};
use super::{Finding, FindingKind};
use std::ops::Range;

/// What is wrong with a call, as far as that is certain.
pub(super) fn check(function: &Function, given: &[&Expr], call: &Range<usize>) -> Option<Finding> {
    let arity = function.arity();
    if !arity.contains(&given.len()) {
        let counts = counts(*arity.start(), *arity.end());
        let message = format!("`${}` takes {counts}, not {}", function.name, given.len());
        return Some(finding(FindingKind::Arity, call.clone(), message));
    }
    let parameters = parameters(function.signature);
    // Which parameters the next argument can be for.
    let mut next = vec![0];
    for argument in given {
        let letter = letter(argument);
        let candidates = reachable(&next, &parameters);
        next = candidates
            .iter()
            .filter(|&&at| parameters.get(at).is_some_and(|parameter| parameter.takes(letter)))
            .flat_map(|&at| [at + 1].into_iter().chain(parameters[at].repeated.then_some(at)))
            .collect();
        let Some(&first) = candidates.first() else { break };
        if next.is_empty() {
            let wanted = parameters
                .get(first)
                .map_or("no more arguments", |parameter| parameter.wants);
            return Some(wrong_type(function, argument, wanted));
        }
        // Of several, the reference takes the first that fits.
        let taker = candidates
            .iter()
            .find_map(|&at| parameters.get(at).filter(|parameter| parameter.takes(letter)));
        if let Some(finding) = taker.and_then(|parameter| wrong_element(function, argument, parameter)) {
            return Some(finding);
        }
    }
    let is_complete = reachable(&next, &parameters).contains(&parameters.len());
    match next.first().and_then(|&at| parameters.get(at)) {
        Some(missing) if !is_complete => {
            let message = format!("`${}` takes {} after these arguments", function.name, missing.wants);
            Some(finding(FindingKind::Arity, call.clone(), message))
        }
        _ => None,
    }
}

fn finding(kind: FindingKind, at: Range<usize>, message: String) -> Finding {
    Finding {
        kind,
        at,
        message,
        help: None,
    }
}

fn counts(least: usize, most: usize) -> String {
    let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
    match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (_, usize::MAX) => format!("at least {least} {}", plural(least)),
        _ if least == most => format!("{least} {}", plural(least)),
        _ if least + 1 == most => format!("{least} or {most} {}", plural(most)),
        _ => format!("{least} to {most} arguments"),
    }
}

fn wrong_type(function: &Function, argument: &Expr, wanted: &str) -> Finding {
    let given = letter(argument).map_or("this", describe);
    let message = format!("`${}` takes {wanted} here, not {given}", function.name);
    let mut finding = finding(FindingKind::Type, argument.at.clone(), message);
    if let (ExprKind::String(text), "a number") = (&argument.kind, wanted)
        && text.parse::<f64>().is_ok()
    {
        finding.help = Some(format!("write `{text}` without quotes"));
    }
    finding
}

/// An argument for an array of one type must be that, or one value of that type.
fn wrong_element(function: &Function, argument: &Expr, parameter: &Parameter) -> Option<Finding> {
    let element = parameter.element?;
    let is_wrong = |expr: &&Expr| letter(expr).is_some_and(|letter| letter != element);
    let wrong = match &argument.kind {
        ExprKind::Array { elements, .. } if is_plain(argument) => elements.iter().find(is_wrong),
        _ => Some(argument).filter(is_wrong),
    }?;
    let given = letter(wrong).map_or("this", describe);
    let message = format!("`${}` takes {} here, not {given}", function.name, parameter.wants);
    Some(finding(FindingKind::Type, wrong.at.clone(), message))
}

struct Parameter {
    /// The letters of the types that it takes.
    takes: &'static str,
    optional: bool,
    repeated: bool,
    /// The type of the elements of an array.
    element: Option<char>,
    /// In words.
    wants: &'static str,
}

impl Parameter {
    /// Whether an argument of this type, or one whose type is not known, can be for it.
    fn takes(&self, letter: Option<char>) -> bool {
        letter.is_none_or(|letter| self.takes.contains(letter))
    }
}

/// Where `from` leads without an argument.
fn reachable(from: &[usize], parameters: &[Parameter]) -> Vec<usize> {
    let mut all = Vec::new();
    for &start in from {
        let mut at = start;
        all.push(at);
        while parameters.get(at).is_some_and(|parameter| parameter.optional) {
            at += 1;
            all.push(at);
        }
    }
    all
}

/// Reads a signature of a built-in function.
fn parameters(signature: &str) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut letters = signature.trim_start_matches('<').chars().peekable();
    while let Some(letter) = letters.next() {
        let kind = match letter {
            ':' | '>' => break,
            '-' | '?' => {
                parameters
                    .iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|last| last.optional = true);
                continue;
            }
            '+' => {
                parameters
                    .iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|last| last.repeated = true);
                continue;
            }
            '<' => {
                let inside: String = letters.by_ref().take_while(|&letter| letter != '>').collect();
                let element = inside.chars().next().filter(|_| inside.len() == 1);
                if let Some(last) = parameters.last_mut() {
                    last.element = element;
                    last.wants = match element {
                        Some('n') => "an array of numbers",
                        Some('s') => "an array of strings",
                        Some('o') => "an array of objects",
                        _ => last.wants,
                    };
                }
                continue;
            }
            '(' => letters.by_ref().take_while(|&letter| letter != ')').collect(),
            letter => letter.to_string(),
        };
        let (takes, wants) = match kind.as_str() {
            "s" => ("s", "a string"),
            "n" => ("n", "a number"),
            "b" => ("b", "a boolean"),
            "o" => ("o", "an object"),
            "f" => ("f", "a function"),
            "sf" => ("sf", "a string or a function"),
            "oa" => ("oa", "an object or an array"),
            "nsb" => ("nsb", "a number, a string or a boolean"),
            "j" => ("asnblo", "a value"),
            // One value is taken for an array.
            "a" => ("asnblfo", "an array"),
            _ => ("asnblfo", "a value"),
        };
        parameters.push(Parameter {
            takes,
            optional: false,
            repeated: false,
            element: None,
            wants,
        });
    }
    parameters
}

fn is_plain(expr: &Expr) -> bool {
    expr.predicates.is_empty() && expr.group.is_none()
}

/// The type of what an expression gives, if it gives that for certain.
fn letter(expr: &Expr) -> Option<char> {
    if !is_plain(expr) {
        return None;
    }
    Some(match &expr.kind {
        ExprKind::String(_) | ExprKind::Binary(BinaryOp::Concat, ..) => 's',
        ExprKind::Number(_) => 'n',
        ExprKind::Bool(_) => 'b',
        ExprKind::Null => 'l',
        ExprKind::Array { .. } => 'a',
        ExprKind::Object(_) => 'o',
        ExprKind::Regex { .. } | ExprKind::Lambda { .. } | ExprKind::Transform { .. } | ExprKind::Partial(..) => 'f',
        _ => return None,
    })
}

fn describe(letter: char) -> &'static str {
    match letter {
        's' => "a string",
        'n' => "a number",
        'b' => "a boolean",
        'l' => "null",
        'a' => "an array",
        'o' => "an object",
        _ => "a function",
    }
}
