//! What the paths and expressions of a state see.

use super::object::Object;
use super::path::Found;
use super::shape::Shape;
use crate::expr::path::{Path, Root};

/// What the paths and expressions of a state see.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'s> {
    /// `$` in JSONPath.
    pub input: &'s Shape,
    /// `$name`
    pub variables: &'s Object,
    /// `$$`
    pub context: &'s Shape,
    /// `$states` in JSONata.
    pub states: Shape,
}

impl<'s> Scope<'s> {
    /// What JSONPath sees.
    pub fn new(input: &'s Shape, variables: &'s Object, context: &'s Shape) -> Scope<'s> {
        Scope {
            input,
            variables,
            context,
            states: Shape::Any,
        }
    }

    /// What JSONata sees: `$states` has a result or an error, if there is one (J-30 to J-33).
    pub fn with_states(mut self, further: Option<(&str, &Shape)>) -> Scope<'s> {
        let always = [("input", self.input), ("context", self.context)];
        let members = always.into_iter().chain(further);
        self.states = Shape::object(members.map(|(name, shape)| (name, shape.clone())));
        self
    }

    /// What a path finds.
    pub fn find(&self, path: &Path) -> Found {
        match &path.root {
            Root::Input => self.input.find(&path.steps),
            Root::Context => self.context.find(&path.steps),
            Root::Variable(name) => match self.variables.member(name) {
                Some(variable) => variable.shape.find(&path.steps),
                None => Shape::Any.find(&path.steps),
            },
        }
    }
}
