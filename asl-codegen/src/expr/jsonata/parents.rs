//! Which value each `%` means: it is the parent of the context value, and is known to the step that found that.

use super::{Expr, ExprKind, Path, Step, StepKind, SyntaxError};
use std::ops::Range;

/// All `%` of an expression, by number.
#[derive(Default)]
pub(super) struct Parents {
    slots: Vec<Slot>,
}

struct Slot {
    at: Range<usize>,
    /// How many steps further back its value is.
    level: isize,
}

impl Parents {
    /// Adds a `%`.
    pub(super) fn add(&mut self, at: Range<usize>) -> usize {
        self.slots.push(Slot { at, level: 1 });
        self.slots.len() - 1
    }

    pub(super) fn error(&self, slot: usize) -> SyntaxError {
        let at = self.slots[slot].at.clone();
        SyntaxError::new("S0217", at, "nothing before it tells what the parent is")
    }

    /// Looks for the parents that the last of `steps` asks for among those before it, and gives those not found.
    pub(super) fn resolve(&mut self, slots: &[usize], steps: &mut [Step]) -> Result<Vec<usize>, SyntaxError> {
        let mut lost = Vec::new();
        for &slot in slots {
            let mut left = steps.len().saturating_sub(1);
            while self.slots[slot].level > 0 {
                // Of neighbours that bind what they find, and hand on their own context, the first counts.
                while left > 1 && steps[left - 1].focus.is_some() && steps[left - 2].focus.is_some() {
                    left -= 1;
                }
                if left == 0 {
                    lost.push(slot);
                    break;
                }
                left -= 1;
                self.seek_in_step(slot, &mut steps[left])?;
            }
        }
        Ok(lost)
    }

    /// One step further back for the parents that a predicate asks for.
    pub(super) fn step_back(&mut self, slots: &[usize]) -> Vec<usize> {
        let (here, further): (Vec<usize>, Vec<usize>) = slots.iter().partition(|&&slot| self.slots[slot].level == 1);
        for slot in further {
            self.slots[slot].level -= 1;
        }
        here
    }

    pub(super) fn seek_in_step(&mut self, slot: usize, step: &mut Step) -> Result<(), SyntaxError> {
        match &mut step.kind {
            StepKind::Expr(expr) => self.seek(slot, expr, &mut step.parent_of, &mut step.has_bindings),
            StepKind::Sort(_) => Err(self.error(slot)),
        }
    }

    /// Looks for a parent in `expr`, which is or may become a step with `parent_of` and `has_bindings`.
    pub(super) fn seek(
        &mut self,
        slot: usize,
        expr: &mut Expr,
        parent_of: &mut Vec<usize>,
        has_bindings: &mut bool,
    ) -> Result<(), SyntaxError> {
        match &mut expr.kind {
            ExprKind::Name(_) | ExprKind::Wildcard => {
                self.slots[slot].level -= 1;
                if self.slots[slot].level == 0 {
                    parent_of.push(slot);
                    *has_bindings = true;
                }
                Ok(())
            }
            ExprKind::Parent(_) => {
                self.slots[slot].level += 1;
                Ok(())
            }
            ExprKind::Block(parts) => match parts.last_mut() {
                Some(last) => {
                    *has_bindings = true;
                    // Alone it is no step, and binds nothing.
                    self.seek(slot, last, &mut Vec::new(), &mut false)
                }
                None => Ok(()),
            },
            ExprKind::Path(path) => self.seek_in_path(slot, path),
            _ => Err(self.error(slot)),
        }
    }

    fn seek_in_path(&mut self, slot: usize, path: &mut Path) -> Result<(), SyntaxError> {
        path.keep_bindings = true;
        for (index, step) in path.steps.iter_mut().rev().enumerate() {
            if index > 0 && self.slots[slot].level <= 0 {
                break;
            }
            self.seek_in_step(slot, step)?;
        }
        Ok(())
    }
}
