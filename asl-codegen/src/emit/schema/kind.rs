//! What schemas become, before typify knows of them.

/// What a schema becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Any,
    Null,
    Boolean,
    Integer,
    Unsigned,
    Number,
    Text,
    Array(Box<Kind>),
    Tuple(Vec<Kind>),
    Map(Box<Kind>),
    Optional(Box<Kind>),
    /// The named type of this index.
    Named(usize),
}

/// A type of its own.
pub struct Named {
    pub name: String,
    pub about: String,
    pub content: Content,
}

pub enum Content {
    /// It is not known yet, and has its index so that it can be contained in itself.
    Open,
    Struct {
        fields: Vec<Field>,
        is_closed: bool,
    },
    /// An enum of texts: the variants, and what they stand for.
    Texts(Vec<(String, String)>),
    /// One of these.
    Union(Vec<Kind>),
}

pub struct Field {
    pub name: String,
    /// The name of the member.
    pub member: String,
    pub about: String,
    pub kind: Kind,
    pub is_required: bool,
}

impl Kind {
    /// A member that need not be there.
    pub fn or_absent(self) -> Kind {
        match self {
            Kind::Optional(_) => self,
            // `null` or not there.
            Kind::Null => Kind::Optional(Box::new(Kind::Any)),
            kind => Kind::Optional(Box::new(kind)),
        }
    }

    pub fn or_null(self, has_null: bool) -> Kind {
        match self {
            Kind::Any | Kind::Null | Kind::Optional(_) => self,
            kind if has_null => Kind::Optional(Box::new(kind)),
            kind => kind,
        }
    }

    /// Whether a named type is a part of it.
    pub fn is_named(&self) -> bool {
        match self {
            Kind::Named(_) => true,
            Kind::Array(inner) | Kind::Map(inner) | Kind::Optional(inner) => inner.is_named(),
            Kind::Tuple(inner) => inner.iter().any(Kind::is_named),
            _ => false,
        }
    }
}
