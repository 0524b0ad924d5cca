//! Operators with two operands, and conditions.

use super::rust::{Form, Rust, undefined};
use super::{Env, Part, Result};
use crate::emit::variables::ident;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};
use proc_macro2::TokenStream;
use quote::quote;

impl Env<'_> {
    pub(super) fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Rust> {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return Ok(Rust::new(Form::Bool, self.both(op, left, right)?));
        }
        if op == BinaryOp::Concat {
            let mut operands = Vec::new();
            self.texts(left, &mut operands)?;
            self.texts(right, &mut operands)?;
            return Ok(Rust::result(quote!(jsonata::concat(query, [#(#operands),*]))));
        }
        let left = self.expr(left)?.operand();
        let right = self.expr(right)?.operand();
        if op == BinaryOp::Range {
            return Ok(Rust::result(quote!(jsonata::range(query, #left, #right))));
        }
        let (function, form) = match op {
            BinaryOp::Add => ("add", Form::Result),
            BinaryOp::Subtract => ("subtract", Form::Result),
            BinaryOp::Multiply => ("multiply", Form::Result),
            BinaryOp::Divide => ("divide", Form::Result),
            BinaryOp::Modulo => ("modulo", Form::Result),
            BinaryOp::Equal => ("equal", Form::Bool),
            BinaryOp::NotEqual => ("not_equal", Form::Bool),
            BinaryOp::Less => ("less", Form::Result),
            BinaryOp::LessOrEqual => ("less_or_equal", Form::Result),
            BinaryOp::Greater => ("greater", Form::Result),
            BinaryOp::GreaterOrEqual => ("greater_or_equal", Form::Result),
            BinaryOp::In | BinaryOp::And | BinaryOp::Or | BinaryOp::Concat | BinaryOp::Range => ("is_in", Form::Bool),
        };
        let function = ident(function);
        Ok(Rust::new(form, quote!(jsonata::#function(#left, #right))))
    }

    /// The operands of `a & b & c`.
    fn texts(&self, expr: &Expr, operands: &mut Vec<TokenStream>) -> Result<()> {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Concat, left, right) if expr.is_bare() => {
                self.texts(left, operands)?;
                self.texts(right, operands)
            }
            _ => {
                operands.push(self.expr(expr)?.element());
                Ok(())
            }
        }
    }

    /// `condition ? then : otherwise`
    pub(super) fn choice(
        &self,
        condition: &Expr,
        then: &Expr,
        otherwise: Option<&Expr>,
        part: Part<Self>,
    ) -> Result<Rust> {
        let condition = self.condition(condition)?;
        let then = part(self, then)?.into_val();
        let otherwise = match otherwise {
            Some(otherwise) => part(self, otherwise)?,
            None => undefined(),
        }
        .into_val();
        Ok(Rust::val(quote!(if #condition { #then } else { #otherwise })))
    }

    /// An expression as Rust's `bool`.
    pub(super) fn condition(&self, expr: &Expr) -> Result<TokenStream> {
        match &expr.kind {
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) if expr.is_bare() => {
                self.both(*op, left, right)
            }
            // Parentheses.
            ExprKind::Block(statements) if statements.len() == 1 && expr.is_bare() => self.condition(&statements[0]),
            _ => Ok(self.expr(expr)?.truth()),
        }
    }

    fn both(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<TokenStream> {
        let operand = |expr: &Expr| {
            let condition = self.condition(expr)?;
            Ok(match connective(expr) {
                Some(inner) if inner != op => quote!((#condition)),
                _ => condition,
            })
        };
        let (left, right) = (operand(left)?, operand(right)?);
        Ok(match op {
            BinaryOp::And => quote!(#left && #right),
            _ => quote!(#left || #right),
        })
    }
}

/// `and` or `or`, where an expression is one of them, whether or not in parentheses.
fn connective(expr: &Expr) -> Option<BinaryOp> {
    match &expr.kind {
        ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), ..) if expr.is_bare() => Some(*op),
        ExprKind::Block(statements) if expr.is_bare() => match &statements[..] {
            [statement] => connective(statement),
            _ => None,
        },
        _ => None,
    }
}
