//! Which structs go to JSON and come back as they were.

use super::RustTypes;
use super::kind::{Content, Kind};
use crate::emit::members::{Member, Of, Structs};

impl RustTypes<'_, '_> {
    /// The structs that go to JSON and come back as they were. A number need not, nor what can be `null` or any JSON.
    pub fn structs(&self) -> Structs {
        let mut comes_back = vec![true; self.types.len()];
        let mut is_open = true;
        while is_open {
            is_open = false;
            // What is in a struct has mostly been come upon after it.
            for (at, named) in self.types.iter().enumerate().rev() {
                if comes_back[at] && !named.content.comes_back(&comes_back) {
                    comes_back[at] = false;
                    is_open = true;
                }
            }
        }
        let mut structs = Structs::default();
        for (named, _) in self
            .types
            .iter()
            .zip(&comes_back)
            .filter(|(_, comes_back)| **comes_back)
        {
            if let Content::Struct { fields, .. } = &named.content {
                let members = fields.iter().map(|field| Member {
                    name: field.member.clone(),
                    field: field.name.clone(),
                    of: match &field.kind {
                        _ if !field.is_required => Of::Other,
                        Kind::Boolean | Kind::Integer | Kind::Unsigned | Kind::Text => Of::Plain,
                        Kind::Named(at) => Of::Struct(self.types[*at].name.clone()),
                        _ => Of::Other,
                    },
                });
                structs.add(named.name.clone(), members.collect());
            }
        }
        structs
    }
}

impl Kind {
    /// Whether a value goes to JSON and comes back as it was, if the named types do of which that is known.
    fn comes_back(&self, known: &[bool]) -> bool {
        match self {
            Kind::Boolean | Kind::Integer | Kind::Unsigned | Kind::Text => true,
            Kind::Array(element) => element.comes_back(known),
            Kind::Named(at) => known[*at],
            Kind::Any | Kind::Null | Kind::Number | Kind::Tuple(_) | Kind::Map(_) | Kind::Optional(_) => false,
        }
    }
}

impl Content {
    /// Whether a value goes to JSON and comes back as it was, if those do of which that is known.
    fn comes_back(&self, known: &[bool]) -> bool {
        match self {
            Content::Texts(_) => true,
            Content::Struct { fields, .. } => fields.iter().all(|field| field.kind.comes_back(known)),
            Content::Open | Content::Union(_) => false,
        }
    }
}
