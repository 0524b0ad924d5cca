//! The Rust types of the schemas in a types file, by way of typify.
//!
//! typify is given what it knows well and nothing else: structs, enums of texts, and alternatives, each under a name that says
//! nothing (`T00000001`) and with members that say nothing. What it answers is how these are made of each other, boxes where they
//! contain themselves included; names, attributes and documentation are put in here. So no schema can make it panic, no two
//! names of a schema can collide, and members stay in their order.

mod item;
mod kind;
mod lower;
mod merge;
mod round_trip;
mod space;
#[cfg(test)]
mod tests;

use super::name::Names;
use crate::schema::{Keywords, Schema, Shapes, TypesFile};
use kind::{Kind, Named};
use merge::MAX_MERGES;
use std::collections::VecDeque;

/// What is known of a definition.
#[derive(Clone)]
enum Definition {
    Unseen,
    /// It is being looked at, and whether it is a named type is not known yet.
    Entered,
    Known(Kind),
}

/// Types for schemas.
pub struct RustTypes<'f, 'n> {
    file: &'f TypesFile,
    shapes: Shapes<'f>,
    names: &'n mut Names,
    definitions: Vec<Definition>,
    types: Vec<Named>,
    /// Structs whose members are still to be looked at, so that what leads from one to the next does not nest here.
    open: VecDeque<OpenStruct>,
    /// What was asked for.
    roots: Vec<Kind>,
    /// How deep the schema that is looked at lies in others that are no structs.
    depth: usize,
    /// How many merged objects it is in,
    merging: usize,
    /// and how many more there may be: one may contain itself.
    merges_left: usize,
}

struct OpenStruct {
    /// The index of its type.
    at: usize,
    keywords: Keywords,
    merging: usize,
}

impl<'f, 'n> RustTypes<'f, 'n> {
    /// None yet, with names that are free.
    pub fn new(file: &'f TypesFile, names: &'n mut Names) -> RustTypes<'f, 'n> {
        RustTypes {
            file,
            shapes: file.shapes(),
            names,
            definitions: vec![Definition::Unseen; file.definitions.len()],
            types: Vec::new(),
            open: VecDeque::new(),
            roots: Vec::new(),
            depth: 0,
            merging: 0,
            merges_left: MAX_MERGES,
        }
    }

    /// Asks for the type of a schema, which is called `wanted` if it needs a name and has none.
    pub fn add(&mut self, schema: &Schema, wanted: &str, about: &str) {
        let kind = self.kind(schema, wanted, about);
        self.roots.push(kind);
        while let Some(OpenStruct { at, keywords, merging }) = self.open.pop_front() {
            self.merging = merging;
            self.types[at].content = self.members(&self.types[at].name.clone(), &keywords);
        }
        self.merging = 0;
    }
}
