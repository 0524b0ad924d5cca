//! What holds of a value that two shapes are known of.

use super::array::Array;
use super::object::{Member, Object};
use super::shape::{Booleans, Shape, Strings, Types};
use super::variants::Variants;

impl Shape {
    /// A shape of every value that has both.
    pub fn meet(&self, other: &Shape) -> Shape {
        match (self, other) {
            (Shape::Any, known) | (known, Shape::Any) => known.clone(),
            (Shape::OneOf(a), Shape::OneOf(b)) => a.meet(b).into(),
        }
    }

    /// Whether no value has both, as far as can be told at a glance.
    pub(crate) fn is_disjoint(&self, other: &Shape) -> bool {
        let (Some(a), Some(b)) = (self.types(), other.types()) else {
            return self.is_never() || other.is_never();
        };
        let texts = match (&a.string, &b.string) {
            (Some(Strings::Known(a)), Some(Strings::Known(b))) => a.is_disjoint(b),
            (a, b) => a.is_none() || b.is_none(),
        };
        let no_boolean = !(a.booleans.has_true && b.booleans.has_true || a.booleans.has_false && b.booleans.has_false);
        let no_number = a.number.is_none() || b.number.is_none();
        let no_array = a.array.is_none() || b.array.is_none();
        let no_object = a.object.is_none() || b.object.is_none();
        texts && no_boolean && no_number && no_array && no_object && !(a.null && b.null)
    }
}

impl Types {
    /// Shapes nest to a bounded depth.
    fn meet(&self, other: &Types) -> Types {
        Types {
            null: self.null && other.null,
            booleans: Booleans {
                has_true: self.booleans.has_true && other.booleans.has_true,
                has_false: self.booleans.has_false && other.booleans.has_false,
            },
            // The order of the variants is that of the sets, and `None` is the least.
            number: self.number.min(other.number),
            string: both(&self.string, &other.string, Strings::meet),
            array: both(&self.array, &other.array, Array::meet),
            object: both(&self.object, &other.object, Variants::meet),
            ..Types::default()
        }
    }
}

impl Strings {
    fn meet(&self, other: &Strings) -> Option<Strings> {
        Some(match (self, other) {
            (Strings::Any, known) | (known, Strings::Any) => known.clone(),
            (Strings::Known(a), Strings::Known(b)) => Strings::Known(a.intersection(b).cloned().collect()),
        })
    }
}

impl Array {
    fn meet(&self, other: &Array) -> Option<Array> {
        match (self, other) {
            (Array::Of(a), Array::Of(b)) => Some(Array::Of(a.meet(b))),
            (Array::Of(each), Array::Tuple(shapes)) | (Array::Tuple(shapes), Array::Of(each)) => {
                Some(Array::Tuple(shapes.iter().map(|shape| shape.meet(each)).collect()))
            }
            (Array::Tuple(a), Array::Tuple(b)) => (a.len() == b.len()).then(|| {
                let elements = a.iter().zip(b);
                Array::Tuple(elements.map(|(a, b)| a.meet(b)).collect())
            }),
        }
    }
}

impl Variants {
    fn meet(&self, other: &Variants) -> Option<Variants> {
        let pairs = self
            .all()
            .iter()
            .flat_map(|one| other.all().iter().map(move |two| (one, two)));
        let objects = pairs.map(|(one, two)| one.meet(two));
        Variants::new(objects.filter(|object| !object.is_impossible()))
    }
}

impl Object {
    fn meet(&self, other: &Object) -> Object {
        let never = Shape::never();
        let meet = |one: Option<&Member>, two: Option<&Member>| {
            let shape = |member: Option<&Member>, object: &Object| {
                let known = member.map(|member| &member.shape);
                known.or(object.rest()).unwrap_or(&never).clone()
            };
            Member {
                shape: shape(one, self).meet(&shape(two, other)),
                is_required: [one, two].into_iter().flatten().any(|member| member.is_required),
            }
        };
        let mut object = Object::default();
        for (name, one, two) in self.pairs(other) {
            object.set(name.clone(), meet(one, two));
        }
        if let (Some(one), Some(two)) = (self.rest(), other.rest()) {
            object.open(one.meet(two));
        }
        object
    }
}

fn both<T>(one: &Option<T>, two: &Option<T>, meet: impl FnOnce(&T, &T) -> Option<T>) -> Option<T> {
    meet(one.as_ref()?, two.as_ref()?)
}
