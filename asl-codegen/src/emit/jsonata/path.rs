//! Paths as chains of steps.

use super::rust::{Form, Rust, undefined};
use super::{Env, Here, Result, Unsupported};
use crate::expr::jsonata::{Expr, ExprKind, Path, SortTerm, Stage, Step, StepKind};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The members of `$states`, and how a query gives them.
const STATES: &[(&str, &str)] = &[
    ("input", "input"),
    ("result", "result"),
    ("errorOutput", "error_output"),
    ("context", "context"),
];

impl Env<'_> {
    pub(super) fn path(&self, expr: &Expr) -> Result<Rust> {
        let ExprKind::Path(path) = &expr.kind else {
            return self.expr(expr);
        };
        let group = expr.group.as_deref();
        if path
            .steps
            .iter()
            .any(|step| step.focus.is_some() || step.index.is_some() || step.stages.iter().any(is_index))
        {
            return Err(Unsupported::new(expr, "a name that is bound in a path"));
        }
        let (chain, steps) = self.first(path)?;
        let ends = group.is_none() && !path.keep_array;
        if let ([], true, Chain::Value(value)) = (steps, ends, &chain) {
            return Ok(value.clone());
        }
        if let ([name], true, Chain::Here) = (steps, ends, &chain)
            && let Some(name) = plain_name(name)
        {
            return Ok(self.of_here(quote!(get(#name))));
        }
        if let (Chain::Value(value), None, false) = (&chain, group, path.keep_array)
            && let Some(names) = steps.iter().map(plain_name).collect::<Option<Vec<_>>>()
        {
            let value = value.clone().receiver();
            return Ok(Rust::val(match &names[..] {
                [name] => quote!(#value.get(#name)),
                names => quote!(#value.path(&[#(#names),*])),
            }));
        }
        let mut tokens = match &chain {
            Chain::Here => {
                let here = match &self.here {
                    Some(Here { steps, .. }) => Rust::new(Form::Reference, quote!(#steps)),
                    None => undefined(),
                };
                let here = here.reference();
                quote!(jsonata::Path::over(#here))
            }
            Chain::Whole(value) => {
                let value = value.clone().into_val();
                quote!(jsonata::Path::of_elements(#value))
            }
            Chain::Value(value) | Chain::Found(value) => {
                let value = value.clone().into_val();
                quote!(jsonata::Path::from(#value))
            }
        };
        for step in steps {
            tokens.extend(self.step(step)?);
        }
        Ok(match group {
            Some(pairs) => {
                let pairs = self.pairs(pairs)?;
                Rust::result(quote!(#tokens.group(query, &[#pairs])))
            }
            None if path.keep_array => Rust::val(quote!(#tokens.end_array())),
            None => Rust::val(quote!(#tokens.end())),
        })
    }

    /// Where a path starts, and the steps that are left.
    fn first<'p>(&self, path: &'p Path) -> Result<(Chain, &'p [Step])> {
        let Some((first, rest)) = path.steps.split_first() else {
            return Ok((Chain::Here, &[]));
        };
        let StepKind::Expr(expr) = &first.kind else {
            return Ok((Chain::Here, &path.steps));
        };
        match &expr.kind {
            ExprKind::Variable(name) => {
                if let Some((value, stages, rest)) = self.member_of_states(name, first, rest) {
                    return Ok((self.start(value, stages)?, rest));
                }
                Ok((self.start(self.expr(expr)?, &first.stages)?, rest))
            }
            ExprKind::Block(_) if keeps_array(expr) => {
                Err(Unsupported::new(expr, "a block that is evaluated for all of an array"))
            }
            ExprKind::Array { is_kept: true, .. } => Ok((Chain::Whole(self.expr(expr)?), rest)),
            _ if self.here.is_none() => Ok((self.start(self.expr(expr)?, &first.stages)?, rest)),
            _ => Ok((Chain::Here, &path.steps)),
        }
    }

    fn start(&self, value: Rust, stages: &[Stage]) -> Result<Chain> {
        Ok(match stages {
            [] => Chain::Value(value),
            stages => Chain::Found(self.staged(value, stages)?),
        })
    }

    /// `$states.input`, of which only that member is needed; its stages, and the steps after it.
    fn member_of_states<'p>(
        &self,
        name: &str,
        first: &Step,
        rest: &'p [Step],
    ) -> Option<(Rust, &'p [Stage], &'p [Step])> {
        let (member, rest) = rest.split_first()?;
        if name != "states" || self.local(name).is_some() || self.variables.is_none() || !first.stages.is_empty() {
            return None;
        }
        let StepKind::Expr(Expr {
            kind: ExprKind::Name(name),
            ..
        }) = &member.kind
        else {
            return None;
        };
        let (_, method) = STATES.iter().find(|(state, _)| state == name)?;
        let method = super::ident(method);
        Some((Rust::val(quote!(query.#method())), &member.stages, rest))
    }

    fn step(&self, step: &Step) -> Result<TokenStream> {
        let expr = match &step.kind {
            StepKind::Sort(terms) => {
                let terms = terms.iter().map(|term| self.term(term)).collect::<Result<Vec<_>>>()?;
                let mut tokens = quote!(.sort(query, &[#(#terms),*])?);
                for stage in &step.stages {
                    let Stage::Filter(predicate) = stage else { continue };
                    let found = self.filtered(Rust::val(quote!(found)), std::slice::from_ref(predicate))?;
                    let found = found.into_result();
                    tokens.extend(quote!(.stage(|found| #found)?));
                }
                return Ok(tokens);
            }
            StepKind::Expr(expr) => expr,
        };
        if let Some(name) = plain_name(step) {
            return Ok(quote!(.name(#name)));
        }
        let body = self.each(|env| Ok(env.staged(env.expr(expr)?, &step.stages)?.into_result()))?;
        Ok(quote!(.step(query, #body)?))
    }

    fn term(&self, term: &SortTerm) -> Result<TokenStream> {
        let descending = term.descending;
        let key = self.each(|env| Ok(env.expr(&term.expr)?.into_result()))?;
        Ok(quote!((#descending, &#key)))
    }

    fn staged(&self, value: Rust, stages: &[Stage]) -> Result<Rust> {
        let mut value = value;
        for stage in stages {
            if let Stage::Filter(predicate) = stage {
                value = self.filtered(value, std::slice::from_ref(predicate))?;
            }
        }
        Ok(value)
    }

    /// A value after predicates.
    pub(super) fn filtered(&self, value: Rust, predicates: &[Expr]) -> Result<Rust> {
        let mut value = value;
        for predicate in predicates {
            let filtered = value.into_val();
            value = match predicate.kind {
                ExprKind::Number(number) if predicate.is_bare() => {
                    // Saturates, and no array is that long.
                    let index = Literal::i64_unsuffixed(number.floor() as i64);
                    Rust::val(quote!(jsonata::at(#filtered, #index)))
                }
                _ => {
                    let predicate = self.each(|env| Ok(env.expr(predicate)?.into_answer()))?;
                    Rust::result(quote!(jsonata::filter(query, #filtered, #predicate)))
                }
            };
        }
        Ok(value)
    }
}

/// Where a path starts.
enum Chain {
    /// At the context value.
    Here,
    /// At a value.
    Value(Rust),
    /// At what stages have left of a value.
    Found(Rust),
    /// At an array, whose elements the next step is applied to.
    Whole(Rust),
}

/// Whether an expression is a block in which a path starts with an array constructor. As the first step of a path it is
/// evaluated once, and not for each element of the context value.
fn keeps_array(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Array { is_kept, .. } => *is_kept,
        ExprKind::Block(statements) => statements.iter().any(keeps_array),
        ExprKind::Path(path) => match path.steps.first().map(|step| &step.kind) {
            Some(StepKind::Expr(first)) => keeps_array(first),
            _ => false,
        },
        _ => false,
    }
}

fn is_index(stage: &Stage) -> bool {
    matches!(stage, Stage::Index(_))
}

/// The name, of a step that is nothing but a name.
fn plain_name(step: &Step) -> Option<&str> {
    match &step.kind {
        StepKind::Expr(Expr {
            kind: ExprKind::Name(name),
            predicates,
            group: None,
            ..
        }) if step.stages.is_empty() && predicates.is_empty() => Some(name),
        _ => None,
    }
}
