//! A tree in one line.

use crate::expr::jsonata::{BinaryOp, Expr, ExprKind, Path, SortTerm, Stage, Step, StepKind};

/// Every bracketed form begins with what it is: `(+ $a 1)`, `(. a b)`. After an expression stand `[predicate]`, `{group}`
/// and `[]`; after a step `@focus`, `#index`, `^n` for each `%n` that means what it is applied to, and `~` if it has
/// bindings.
pub fn dump(expr: &Expr) -> String {
    let mut suffixes = String::new();
    for predicate in &expr.predicates {
        suffixes += &format!(" [{}]", dump(predicate));
    }
    if let Some(group) = &expr.group {
        suffixes += &format!(" {{{}}}", members(group));
    }
    if expr.keep_array {
        suffixes += " []";
    }
    let kind = kind(&expr.kind);
    if suffixes.is_empty() {
        kind
    } else {
        format!("<{kind}{suffixes}>")
    }
}

fn kind(kind: &ExprKind) -> String {
    match kind {
        ExprKind::String(text) => serde_json::Value::from(text.as_str()).to_string(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Regex { pattern, flags } => format!("/{pattern}/{flags}"),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Wildcard => "*".to_owned(),
        ExprKind::Descendants => "**".to_owned(),
        ExprKind::Parent(number) => format!("%{number}"),
        ExprKind::Variable(name) => format!("${name}"),
        ExprKind::Path(path) => dump_path(path),
        ExprKind::Binary(op, left, right) => format!("({} {} {})", symbol(*op), dump(left), dump(right)),
        ExprKind::Negate(operand) => format!("(neg {})", dump(operand)),
        ExprKind::Array { elements, is_kept } => form(if *is_kept { "kept-array" } else { "array" }, elements),
        ExprKind::Object(object) => format!("(object {})", members(object)),
        ExprKind::Block(parts) => form("block", parts),
        ExprKind::Bind(name, value) => format!("(:= ${name} {})", dump(value)),
        ExprKind::Condition(condition, then, other) => {
            let other = other
                .iter()
                .map(|other| format!(" {}", dump(other)))
                .collect::<String>();
            format!("(? {} {}{other})", dump(condition), dump(then))
        }
        ExprKind::Lambda {
            parameters,
            signature,
            body,
        } => {
            let parameters: String = parameters.iter().map(|name| format!("${name} ")).collect();
            let signature: String = signature.iter().map(|signature| format!("<{signature}> ")).collect();
            format!("(function {parameters}{signature}{})", dump(body))
        }
        ExprKind::Call(function, arguments) => form(&format!("call {}", dump(function)), arguments),
        ExprKind::Partial(function, arguments) => {
            let arguments = arguments.iter().map(|argument| match argument {
                Some(argument) => format!(" {}", dump(argument)),
                None => " ?".to_owned(),
            });
            format!("(partial {}{})", dump(function), arguments.collect::<String>())
        }
        ExprKind::Apply(left, right) => format!("(~> {} {})", dump(left), dump(right)),
        ExprKind::Transform {
            pattern,
            update,
            delete,
        } => {
            let delete: String = delete.iter().map(|delete| format!(" {}", dump(delete))).collect();
            format!("(transform {} {}{delete})", dump(pattern), dump(update))
        }
    }
}

fn form(name: &str, parts: &[Expr]) -> String {
    let parts: String = parts.iter().map(|part| format!(" {}", dump(part))).collect();
    format!("({name}{parts})")
}

fn members(members: &[(Expr, Expr)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(key, value)| format!("{}: {}", dump(key), dump(value)))
        .collect();
    members.join(", ")
}

fn dump_path(path: &Path) -> String {
    let steps: String = path.steps.iter().map(|step| format!(" {}", dump_step(step))).collect();
    let keep_array = if path.keep_array { "[]" } else { "" };
    let keep_bindings = if path.keep_bindings { "~" } else { "" };
    format!("(.{keep_array}{keep_bindings}{steps})")
}

fn dump_step(step: &Step) -> String {
    let mut text = match &step.kind {
        StepKind::Expr(expr) => dump(expr),
        StepKind::Sort(terms) => {
            let terms: String = terms.iter().map(dump_term).collect();
            format!("(^{terms})")
        }
    };
    if let Some(name) = &step.focus {
        text += &format!("@{name}");
    }
    if let Some(name) = &step.index {
        text += &format!("#{name}");
    }
    let mut parent_of = step.parent_of.clone();
    parent_of.sort_unstable();
    for number in parent_of {
        text += &format!("^{number}");
    }
    if step.has_bindings {
        text += "~";
    }
    for stage in &step.stages {
        text += &match stage {
            Stage::Filter(filter) => format!("[{}]", dump(filter)),
            Stage::Index(name) => format!("#{name}"),
        };
    }
    text
}

fn dump_term(term: &SortTerm) -> String {
    format!(" {}{}", if term.descending { ">" } else { "<" }, dump(&term.expr))
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::Concat => "&",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Range => "..",
    }
}
