//! What is left of a shape where more is known.

use super::object::Object;
use super::shape::{Booleans, Shape, Strings, Types};

/// Types of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// `null`
    pub null: bool,
    /// `true`, `false`
    pub booleans: bool,
    /// Numbers.
    pub numbers: bool,
    /// Strings.
    pub strings: bool,
    /// Arrays.
    pub arrays: bool,
    /// Objects.
    pub objects: bool,
}

impl Kept {
    /// All but these.
    pub fn others(self) -> Kept {
        Kept {
            null: !self.null,
            booleans: !self.booleans,
            numbers: !self.numbers,
            strings: !self.strings,
            arrays: !self.arrays,
            objects: !self.objects,
        }
    }
}

impl Shape {
    /// Its parts that a change of [`Types`] leaves: what is known of each type where nothing was known before.
    pub fn filter(&self, change: impl FnOnce(&mut Types)) -> Shape {
        let mut types = match self {
            Shape::Any => Types::all(),
            Shape::OneOf(types) => Types::clone(types),
        };
        change(&mut types);
        types.into()
    }
}

impl Types {
    /// Keeps nothing but what `kept` has.
    pub fn retain(&mut self, kept: Kept) {
        self.null &= kept.null;
        if !kept.booleans {
            self.booleans = Booleans::default();
        }
        self.number = self.number.filter(|_| kept.numbers);
        self.string = self.string.take().filter(|_| kept.strings);
        self.array = self.array.take().filter(|_| kept.arrays);
        self.object = self.object.take().filter(|_| kept.objects);
    }

    /// Keeps of all strings this one, or all others.
    pub fn retain_text(&mut self, text: &str, is_kept: bool) {
        self.string = match (self.string.take(), is_kept) {
            (Some(Strings::Any), true) => Some(Strings::Known([text.into()].into())),
            (Some(Strings::Known(mut known)), _) => {
                known.retain(|one| (**one == *text) == is_kept);
                Some(Strings::Known(known))
            }
            (strings, _) => strings,
        };
    }

    /// Keeps of both booleans this one only, or the other.
    pub fn retain_boolean(&mut self, boolean: bool, is_kept: bool) {
        match boolean == is_kept {
            true => self.booleans.has_false = false,
            false => self.booleans.has_true = false,
        }
    }

    /// Changes each kind of object that it can be.
    pub fn change_object(&mut self, change: impl Fn(&mut Object)) {
        self.object = self.object.take().and_then(|objects| objects.change(change));
    }
}
