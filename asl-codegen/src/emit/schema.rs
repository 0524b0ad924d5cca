//! The Rust types of the schemas in a types file, by way of typify.
//!
//! typify is given what it knows well and nothing else: structs, enums of texts, and alternatives, each under a name that says
//! nothing (`T00000001`) and with members that say nothing. What it answers is how these are made of each other, boxes where they
//! contain themselves included; names, attributes and documentation are put in here. So no schema can make it panic, no two
//! names of a schema can collide, and members stay in their order.

use super::doc::{code, doc, prose};
use super::members::{Member, Of, Structs};
use super::name::{Names, camel, snake};
use super::variables::ident;
use crate::schema::{Keywords, Schema, Shapes, Type, TypesFile};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::{Value, json};
use std::collections::{HashSet, VecDeque};
use std::slice;
use typify::{MapType, TypeSpace, TypeSpaceSettings};

/// What a schema becomes.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
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
struct Named {
    name: String,
    about: String,
    content: Content,
}

enum Content {
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

struct Field {
    name: String,
    /// The name of the member.
    member: String,
    about: String,
    kind: Kind,
    is_required: bool,
}

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

/// What lies deeper is any JSON: the compiler would follow such types no further.
const MAX_DEPTH: usize = 32;
/// What is merged lies in so many others that are,
const MAX_MERGING: usize = 4;
/// and there are so many of them. Beyond that it is any JSON.
const MAX_MERGES: usize = 1000;

/// Tuples of more elements than this are arrays: most traits are not there for longer ones.
const LONGEST_TUPLE: usize = 12;

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

    /// The types that were asked for, in that order, and the items that they need.
    ///
    /// # Errors
    /// With what typify has to say.
    pub fn finish(self) -> Result<(Vec<TokenStream>, Vec<TokenStream>), String> {
        let mut settings = TypeSpaceSettings::default();
        settings.with_map_type(MapType(syn::parse_quote!(rt::BTreeMap)));
        let mut space = TypeSpace::new(&settings);
        // A struct that has them all has their types.
        let members = self.roots.iter().enumerate();
        let members: serde_json::Map<String, Value> = members.map(|(at, kind)| (member(at), kind.schema())).collect();
        let required: Vec<&String> = members.keys().collect();
        let roots = json!({ "type": "object", "required": required, "properties": members });
        let schemas = self.types.iter().map(|named| named.content.schema()).chain([roots]);
        let schemas = (schemas.enumerate())
            .map(|(at, schema)| Ok((placeholder(at), serde_json::from_value(schema)?)))
            .collect::<Result<Vec<_>, serde_json::Error>>()
            .map_err(|error| error.to_string())?;
        space.add_ref_types(schemas).map_err(|error| error.to_string())?;
        let file: syn::File = syn::parse2(space.to_stream()).map_err(|error| error.to_string())?;
        let mut items = Vec::new();
        let mut types = Vec::new();
        // In the order of their placeholders, which is that in which they were come upon.
        for at in 0..=self.types.len() {
            let name = placeholder(at);
            let item = file.items.iter().find(|item| match item {
                syn::Item::Struct(item) => item.ident == name,
                syn::Item::Enum(item) => item.ident == name,
                _ => false,
            });
            match (item, self.types.get(at)) {
                (Some(syn::Item::Struct(item)), None) => {
                    types = item.fields.iter().map(|field| self.plain(&field.ty, false)).collect();
                }
                (Some(item), Some(named)) => items.push(self.item(named, item)),
                (None, _) | (_, None) => return Err(format!("there is no type for `{name}`")),
            }
        }
        Ok((types, items))
    }

    fn kind(&mut self, schema: &Schema, wanted: &str, about: &str) -> Kind {
        match schema {
            Schema::Of(keywords) if self.depth < MAX_DEPTH => {
                let title = keywords.title.as_deref().map(camel);
                self.depth += 1;
                let kind = self.of_keywords(keywords, title.as_deref().unwrap_or(wanted), about);
                self.depth -= 1;
                kind
            }
            _ => Kind::Any,
        }
    }

    fn definition(&mut self, at: usize) -> Kind {
        match &self.definitions[at] {
            Definition::Known(kind) => return kind.clone(),
            // It consists of itself.
            Definition::Entered => return Kind::Any,
            Definition::Unseen => self.definitions[at] = Definition::Entered,
        }
        let file = self.file;
        let (name, schema) = &file.definitions[at];
        let about = format!("{} of {}.", code(name), code(file.source.path()));
        let kind = match schema {
            Schema::Of(keywords) if self.depth < MAX_DEPTH => {
                self.depth += 1;
                let kind = self.of_keywords(keywords, &camel(name), &about);
                self.depth -= 1;
                kind
            }
            _ => Kind::Any,
        };
        self.definitions[at] = Definition::Known(kind.clone());
        kind
    }

    fn of_keywords(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        if let Some(at) = keywords.reference {
            return match keywords.is_reference() {
                true => self.definition(at),
                false => self.merged(keywords, wanted, about),
            };
        }
        if !keywords.all_of.is_empty() {
            return self.merged(keywords, wanted, about);
        }
        let about = keywords.description.as_deref().map_or_else(|| about.to_owned(), prose);
        if let Some(value) = &keywords.constant {
            return self.of_values(slice::from_ref(value), wanted, about);
        }
        if let Some(values) = &keywords.values {
            return self.of_values(values, wanted, about);
        }
        // What else alternatives ask of an object is not a matter of its type.
        if keywords.properties.is_empty() {
            match (keywords.any_of.is_empty(), keywords.one_of.is_empty()) {
                (true, true) => {}
                (false, true) => return self.union(&keywords.any_of, wanted, about),
                (true, false) => return self.union(&keywords.one_of, wanted, about),
                (false, false) => return Kind::Any,
            }
        }
        let types = match &keywords.types {
            Some(types) => types.clone(),
            None if keywords.tells_of_objects() => vec![Type::Object],
            None if !keywords.prefix.is_empty() || keywords.items.is_some() => vec![Type::Array],
            None => return Kind::Any,
        };
        let has_null = types.contains(&Type::Null);
        let mut kinds = Vec::new();
        for one in types.iter().filter(|one| **one != Type::Null) {
            kinds.push(match one {
                Type::Null => Kind::Null,
                Type::Boolean => Kind::Boolean,
                Type::Integer if types.contains(&Type::Number) => Kind::Number,
                Type::Integer if keywords.is_unsigned => Kind::Unsigned,
                Type::Integer => Kind::Integer,
                Type::Number => Kind::Number,
                Type::String => Kind::Text,
                Type::Array => self.array(keywords, wanted, &about),
                Type::Object if types.len() == 1 + usize::from(has_null) => self.object(keywords, wanted, &about),
                Type::Object => self.object(keywords, &format!("{wanted}Object"), &about),
            });
        }
        self.one_of(kinds, has_null, wanted, about)
    }

    /// All of several: one object that has the members of each, where they are objects.
    fn merged(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        if let ([only], true) = (&keywords.all_of[..], keywords.is_all_of()) {
            return self.kind(only, wanted, about);
        }
        let mut merged = Keywords::default();
        let is_object = self.collect(keywords, &mut merged, &mut HashSet::new());
        if !is_object || self.merging >= MAX_MERGING || self.merges_left == 0 {
            return Kind::Any;
        }
        merged.types = Some(vec![Type::Object]);
        merged.description = keywords.description.clone();
        self.merging += 1;
        self.merges_left -= 1;
        let kind = self.of_keywords(&merged, wanted, about);
        self.merging -= 1;
        kind
    }

    /// Collects the members of what all of must hold; answers whether all of these are objects. Definitions are entered once.
    fn collect(&self, keywords: &Keywords, merged: &mut Keywords, entered: &mut HashSet<usize>) -> bool {
        if !keywords.is_object() || entered.len() > MAX_DEPTH {
            return false;
        }
        for (name, schema) in &keywords.properties {
            match merged.properties.iter_mut().find(|(known, _)| known == name) {
                // What is both is rarely a type of its own.
                Some((_, known)) => *known = Schema::Any,
                None => merged.properties.push((name.clone(), schema.clone())),
            }
        }
        merged.required.extend(keywords.required.iter().cloned());
        let reference = keywords.reference.map(|at| (at, &self.file.definitions[at].1));
        if let Some((at, Schema::Of(inner))) = reference
            && (!entered.insert(at) || !self.collect(inner, merged, entered))
        {
            return false;
        }
        keywords.all_of.iter().all(|schema| match schema {
            Schema::Of(inner) => self.collect(inner, merged, entered),
            Schema::Any => true,
            Schema::Never => false,
        })
    }

    fn of_values(&mut self, values: &[Value], wanted: &str, about: String) -> Kind {
        let has_null = values.contains(&Value::Null);
        let others = || values.iter().filter(|value| !value.is_null());
        let texts: Option<Vec<&str>> = others().map(Value::as_str).collect();
        let kind = match texts {
            Some(texts) if texts.is_empty() => return Kind::Null,
            Some(texts) => {
                let mut names = Names::with(&["Self"]);
                let mut variants: Vec<(String, String)> = Vec::new();
                for text in texts {
                    if !variants.iter().any(|(_, known)| known == text) {
                        let words = if text.is_empty() { "Empty" } else { text };
                        variants.push((names.claim(&camel(words)).0, text.to_owned()));
                    }
                }
                Kind::Named(self.named(wanted, about, Content::Texts(variants)))
            }
            None if others().all(Value::is_boolean) => Kind::Boolean,
            None if others().all(Value::is_i64) => Kind::Integer,
            None if others().all(Value::is_number) => Kind::Number,
            None => return Kind::Any,
        };
        kind.or_null(has_null)
    }

    fn union(&mut self, schemas: &[Schema], wanted: &str, about: String) -> Kind {
        let (mut kinds, mut has_null) = (Vec::new(), false);
        for (at, schema) in schemas.iter().enumerate() {
            let name = match schemas.len() {
                1 => wanted.to_owned(),
                _ => format!("{wanted}{}", at + 1),
            };
            match self.kind(schema, &name, &about) {
                Kind::Null => has_null = true,
                Kind::Optional(kind) => {
                    has_null = true;
                    kinds.push(*kind);
                }
                kind => kinds.push(kind),
            }
        }
        self.one_of(kinds, has_null, wanted, about)
    }

    fn one_of(&mut self, kinds: Vec<Kind>, has_null: bool, wanted: &str, about: String) -> Kind {
        let mut distinct: Vec<Kind> = Vec::new();
        for kind in kinds {
            if !distinct.contains(&kind) {
                distinct.push(kind);
            }
        }
        let kind = match distinct.len() {
            0 => return Kind::Null,
            1 => distinct.remove(0),
            _ if distinct.contains(&Kind::Any) => Kind::Any,
            _ => Kind::Named(self.named(wanted, about, Content::Union(distinct))),
        };
        kind.or_null(has_null)
    }

    fn array(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        let mut element = |schema: &Schema| self.kind(schema, &format!("{wanted}Item"), about);
        if !keywords.prefix.is_empty() {
            return match keywords.length() {
                Some(length @ 1..=LONGEST_TUPLE) => {
                    Kind::Tuple((0..length).map(|at| element(keywords.element(at))).collect())
                }
                _ => Kind::Array(Box::new(Kind::Any)),
            };
        }
        Kind::Array(Box::new(keywords.items.as_ref().map_or(Kind::Any, element)))
    }

    fn object(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        if keywords.properties.is_empty() && keywords.required.is_empty() && !keywords.is_closed() {
            let value = match &keywords.additional {
                Some(schema) if !keywords.has_patterns => self.kind(schema, &format!("{wanted}Value"), about),
                _ => Kind::Any,
            };
            return Kind::Map(Box::new(value));
        }
        let at = self.named(wanted, about.to_owned(), Content::Open);
        self.open.push_back(OpenStruct {
            at,
            keywords: keywords.clone(),
            merging: self.merging,
        });
        Kind::Named(at)
    }

    /// The members of a struct of this name.
    fn members(&mut self, name: &str, keywords: &Keywords) -> Content {
        let further = keywords.required.iter();
        let further = further.filter(|name| !keywords.properties.iter().any(|(known, _)| known == *name));
        let further: Vec<(String, Schema)> = further.map(|name| (name.clone(), Schema::Any)).collect();
        let mut names = Names::default();
        let mut fields = Vec::new();
        for (member, schema) in keywords.properties.iter().chain(&further) {
            // A member that can be nothing is not there.
            if matches!(schema, Schema::Never) {
                continue;
            }
            let field = snake(member);
            let kind = self.kind(
                schema,
                &format!("{name}{}", camel(&field)),
                &format!("{} of {}.", code(member), code(name)),
            );
            let described = schema.keywords().and_then(|keywords| keywords.description.as_deref());
            let about = match described {
                Some(described) => prose(described),
                None if kind.is_named() => code(member),
                None => format!("{}: {}", code(member), code(&self.shapes.of(schema).to_string())),
            };
            fields.push(Field {
                name: names.claim(&field).0,
                member: member.clone(),
                about,
                kind,
                is_required: keywords.required.contains(member),
            });
        }
        let is_closed = keywords.is_closed();
        Content::Struct { fields, is_closed }
    }

    /// A new type.
    fn named(&mut self, wanted: &str, about: String, content: Content) -> usize {
        self.types.push(Named {
            name: self.names.claim(wanted).0,
            about,
            content,
        });
        self.types.len() - 1
    }

    fn item(&self, named: &Named, item: &syn::Item) -> TokenStream {
        let (name, about) = (ident(&named.name), doc(slice::from_ref(&named.about)));
        let derive = quote! {
            #[derive(Debug, Clone, PartialEq, rt::serde::Serialize, rt::serde::Deserialize)]
        };
        let unread = quote!(#[allow(dead_code, reason = "nobody need read all of it")]);
        match (&named.content, item) {
            (Content::Struct { fields, is_closed }, syn::Item::Struct(item)) => {
                let types = item.fields.iter().map(|field| self.plain(&field.ty, true));
                let fields = fields.iter().zip(types).map(|(field, of)| field.declared(&of));
                let closed = is_closed.then(|| quote!(, deny_unknown_fields));
                quote! {
                    #about
                    #unread
                    #derive
                    #[serde(crate = "rt::serde" #closed)]
                    pub struct #name { #(#fields),* }
                }
            }
            (Content::Texts(variants), _) => {
                let variants = variants.iter().map(|(variant, text)| {
                    let rename = (variant != text).then(|| quote!(#[serde(rename = #text)]));
                    let about = if text.is_empty() {
                        "The empty text.".to_owned()
                    } else {
                        code(text)
                    };
                    let (about, variant) = (doc(&[about]), ident(variant));
                    quote!(#about #rename #variant)
                });
                quote! {
                    #about
                    #unread
                    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, rt::serde::Serialize, rt::serde::Deserialize)]
                    #[serde(crate = "rt::serde")]
                    pub enum #name { #(#variants),* }
                }
            }
            (_, syn::Item::Enum(item)) => {
                let mut names = Names::with(&["Self"]);
                let variants = item.variants.iter().map(|variant| {
                    let wanted = variant.ident.to_string();
                    let named = index(&wanted).and_then(|at| self.types.get(at));
                    let wanted = match wanted.as_str() {
                        "Int64" | "Uint64" => "Integer",
                        wanted => named.map_or(wanted, |named| named.name.as_str()),
                    };
                    let variant_name = ident(&names.claim(wanted).0);
                    let types = variant.fields.iter().map(|field| self.plain(&field.ty, true));
                    let about = doc(&[code(wanted)]);
                    quote!(#about #variant_name(#(#types),*))
                });
                quote! {
                    #about
                    #[allow(
                        dead_code,
                        clippy::large_enum_variant,
                        clippy::enum_variant_names,
                        reason = "it is as the schema says"
                    )]
                    #derive
                    #[serde(crate = "rt::serde", untagged)]
                    pub enum #name { #(#variants),* }
                }
            }
            _ => TokenStream::new(),
        }
    }

    /// A type as a person writes it, with names for placeholders: `Option<Order>`. Nothing contains that of a method, so that it
    /// needs no boxes.
    fn plain(&self, of: &syn::Type, has_boxes: bool) -> TokenStream {
        match of {
            syn::Type::Path(path) => path.path.segments.last().map_or_else(TokenStream::new, |last| {
                let text = last.ident.to_string();
                let name = match index(&text).and_then(|at| self.types.get(at)) {
                    Some(named) => ident(&named.name),
                    None => last.ident.clone(),
                };
                // What is not in the prelude.
                let path = matches!(text.as_str(), "BTreeMap" | "Map").then(|| quote!(rt::));
                let arguments = match &last.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => {
                        let types = arguments.args.iter().filter_map(|argument| match argument {
                            syn::GenericArgument::Type(of) => Some(self.plain(of, has_boxes)),
                            _ => None,
                        });
                        if last.ident == "Box" && !has_boxes {
                            return quote!(#(#types)*);
                        }
                        Some(quote!(<#(#types),*>))
                    }
                    _ => None,
                };
                quote!(#path #name #arguments)
            }),
            syn::Type::Tuple(tuple) => {
                let elements = tuple.elems.iter().map(|of| self.plain(of, has_boxes));
                quote!((#(#elements,)*))
            }
            _ => of.to_token_stream(),
        }
    }
}

impl Field {
    fn declared(&self, of: &TokenStream) -> TokenStream {
        let (name, member, about) = (ident(&self.name), &self.member, doc(slice::from_ref(&self.about)));
        let mut attributes = Vec::new();
        if self.name != *member {
            attributes.push(quote!(rename = #member));
        }
        match (self.is_required, &self.kind) {
            (false, _) => attributes.push(quote!(default, skip_serializing_if = "Option::is_none")),
            // Serde would take it for optional.
            (true, Kind::Optional(_)) => attributes.push(quote!(deserialize_with = "rt::typed::nullable")),
            (true, _) => {}
        }
        let attributes = (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]));
        quote!(#about #attributes pub #name: #of)
    }
}

impl Kind {
    /// A member that need not be there.
    fn or_absent(self) -> Kind {
        match self {
            Kind::Optional(_) => self,
            // `null` or not there.
            Kind::Null => Kind::Optional(Box::new(Kind::Any)),
            kind => Kind::Optional(Box::new(kind)),
        }
    }

    fn or_null(self, has_null: bool) -> Kind {
        match self {
            Kind::Any | Kind::Null | Kind::Optional(_) => self,
            kind if has_null => Kind::Optional(Box::new(kind)),
            kind => kind,
        }
    }

    /// Whether a value goes to JSON and comes back as it was, if the named types do of which that is known.
    fn comes_back(&self, known: &[bool]) -> bool {
        match self {
            Kind::Boolean | Kind::Integer | Kind::Unsigned | Kind::Text => true,
            Kind::Array(element) => element.comes_back(known),
            Kind::Named(at) => known[*at],
            Kind::Any | Kind::Null | Kind::Number | Kind::Tuple(_) | Kind::Map(_) | Kind::Optional(_) => false,
        }
    }

    /// Whether a named type is a part of it.
    fn is_named(&self) -> bool {
        match self {
            Kind::Named(_) => true,
            Kind::Array(inner) | Kind::Map(inner) | Kind::Optional(inner) => inner.is_named(),
            Kind::Tuple(inner) => inner.iter().any(Kind::is_named),
            _ => false,
        }
    }

    /// As typify is told it.
    fn schema(&self) -> Value {
        match self {
            Kind::Any => json!(true),
            Kind::Null => json!({ "type": "null" }),
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Unsigned => json!({ "type": "integer", "format": "uint64" }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Text => json!({ "type": "string" }),
            Kind::Array(element) => json!({ "type": "array", "items": element.schema() }),
            Kind::Tuple(elements) => {
                let (count, items) = (elements.len(), elements.iter().map(Kind::schema).collect::<Value>());
                json!({ "type": "array", "items": items, "minItems": count, "maxItems": count })
            }
            Kind::Map(value) if **value == Kind::Any => json!({ "type": "object" }),
            Kind::Map(value) => json!({ "type": "object", "additionalProperties": value.schema() }),
            Kind::Optional(kind) => json!({ "oneOf": [kind.schema(), { "type": "null" }] }),
            Kind::Named(at) => json!({ "$ref": format!("#/definitions/{}", placeholder(*at)) }),
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

    /// As typify is told it.
    fn schema(&self) -> Value {
        match self {
            Content::Open => json!(true),
            Content::Struct { fields, .. } => {
                let properties: serde_json::Map<String, Value> = (fields.iter().enumerate())
                    .map(|(at, field)| match field.is_required {
                        true => (member(at), field.kind.schema()),
                        false => (member(at), field.kind.clone().or_absent().schema()),
                    })
                    .collect();
                let required = fields.iter().enumerate().filter(|(_, field)| field.is_required);
                let required: Vec<String> = required.map(|(at, _)| member(at)).collect();
                json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
            }
            Content::Texts(variants) => {
                let variants: Vec<String> = (0..variants.len()).map(|at| format!("V{at:08}")).collect();
                json!({ "type": "string", "enum": variants })
            }
            Content::Union(kinds) => json!({ "oneOf": kinds.iter().map(Kind::schema).collect::<Value>() }),
        }
    }
}

/// The name that typify knows a type by.
fn placeholder(at: usize) -> String {
    format!("T{at:08}")
}

/// Which type it is the name of.
fn index(placeholder: &str) -> Option<usize> {
    placeholder.strip_prefix('T')?.parse().ok()
}

/// The name that typify knows a member by.
fn member(at: usize) -> String {
    format!("p{at:08}")
}

impl Schema {
    /// What is said in it, if anything is.
    fn keywords(&self) -> Option<&Keywords> {
        match self {
            Schema::Of(keywords) => Some(keywords),
            Schema::Any | Schema::Never => None,
        }
    }
}

impl Keywords {
    /// Whether it says something of objects.
    fn tells_of_objects(&self) -> bool {
        !self.properties.is_empty() || !self.required.is_empty() || self.additional.is_some() || self.has_patterns
    }

    /// Whether it has no members but those that are named.
    fn is_closed(&self) -> bool {
        matches!(self.additional, Some(Schema::Never)) && !self.has_patterns
    }

    /// Whether it is an object, possibly by way of others.
    fn is_object(&self) -> bool {
        self.types.as_deref().is_none_or(|types| types == [Type::Object])
            && self.values.is_none()
            && self.constant.is_none()
            && self.any_of.is_empty()
            && self.one_of.is_empty()
            && self.prefix.is_empty()
            && self.items.is_none()
    }

    /// Whether it is nothing but a `$ref`.
    fn is_reference(&self) -> bool {
        self.is_object() && !self.tells_of_objects() && self.types.is_none() && self.all_of.is_empty()
    }

    /// Whether it is nothing but an `allOf`.
    fn is_all_of(&self) -> bool {
        self.is_object() && !self.tells_of_objects() && self.types.is_none() && self.reference.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::{read, schema};
    use proptest::prelude::*;

    /// The type of the input in a types file, and the items that it needs.
    fn types(file: &Value) -> Result<(String, syn::File), String> {
        let file = read(file.to_string())?;
        let input = file.input.as_ref().ok_or("no input")?;
        let mut names = Names::default();
        let mut rust = RustTypes::new(&file, &mut names);
        rust.add(&input.value, "Input", "");
        let (types, items) = rust.finish()?;
        let items = syn::parse2(quote!(#(#items)*)).map_err(|error| error.to_string())?;
        Ok((types[0].to_string().replace(' ', ""), items))
    }

    fn input(schema: Value) -> String {
        let definitions = json!({
            "Base": { "type": "object", "properties": { "a": true }, "required": ["a"] },
            "Endless": { "allOf": [{ "$ref": "#/$defs/Endless" }, { "properties": { "b": true } }] },
            "Inward": { "allOf": [
                { "$ref": "#/$defs/Base" },
                { "properties": { "in": { "allOf": [{ "$ref": "#/$defs/Inward" }, { "properties": { "b": true } }] } } }
            ] },
            "Loop": { "$ref": "#/$defs/Loop" },
            "Chain": { "type": ["object", "null"], "properties": { "next": { "$ref": "#/$defs/Chain" } }, "required": ["next"] },
            "Many": { "type": "array", "items": { "$ref": "#/$defs/Many" } },
        });
        let (of, _) =
            types(&json!({ "$defs": definitions, "input": schema })).unwrap_or_else(|error| panic!("{error}"));
        of
    }

    #[test]
    fn what_schemas_become() {
        for (schema, expected) in [
            (json!({ "type": "integer", "minimum": 0 }), "u64"),
            (json!({ "type": "integer", "minimum": -1 }), "i64"),
            (json!({ "type": ["integer", "number"] }), "f64"),
            (json!({ "type": ["null", "string"] }), "Option<String>"),
            (json!({ "type": "null" }), "()"),
            (json!({ "enum": [1, 2, null] }), "Option<i64>"),
            (json!({ "enum": [true, false] }), "bool"),
            (json!({ "enum": ["a", 1] }), "Value"),
            (json!({ "const": "a" }), "Input"),
            (json!({ "enum": [] }), "()"),
            (json!({ "type": "array" }), "Vec<Value>"),
            (
                json!({ "type": "array", "prefixItems": [true], "minItems": 1, "maxItems": 1 }),
                "(Value,)",
            ),
            (json!({ "type": "array", "prefixItems": [true] }), "Vec<Value>"),
            (json!({ "type": "object" }), "rt::Map<String,Value>"),
            (
                json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/Base" } }),
                "rt::BTreeMap<String,Base>",
            ),
            (json!({ "type": "object", "additionalProperties": false }), "Input"),
            (json!({ "$ref": "#/$defs/Base", "description": "the base" }), "Base"),
            (json!({ "allOf": [{ "$ref": "#/$defs/Base" }] }), "Base"),
            (
                json!({ "allOf": [{ "$ref": "#/$defs/Base" }, { "type": "string" }] }),
                "Value",
            ),
            (
                json!({ "title": "the order", "allOf": [{ "$ref": "#/$defs/Base" }, { "required": ["b"] }] }),
                "TheOrder",
            ),
            (
                json!({ "anyOf": [{ "$ref": "#/$defs/Base" }, { "type": "null" }] }),
                "Option<Base>",
            ),
            (json!({ "anyOf": [{ "type": "string" }, true] }), "Value"),
            (
                json!({ "anyOf": [{ "type": "string" }, { "const": null }, { "type": "string" }] }),
                "Option<String>",
            ),
            (json!({ "$ref": "#/$defs/Chain" }), "Option<Chain>"),
            (json!({ "$ref": "#/$defs/Endless" }), "Value"),
            (json!({ "$ref": "#/$defs/Inward" }), "Inward"),
            (json!({ "$ref": "#/$defs/Loop" }), "Value"),
            (json!({ "$ref": "#/$defs/Many" }), "Vec<Value>"),
            (json!(false), "Value"),
        ] {
            assert_eq!(input(schema.clone()), expected, "{schema}");
        }
    }

    #[test]
    fn what_is_deep_or_long_does_not_overflow() {
        let nested = |open: &str, close: &str| format!("{}true{}", open.repeat(40), close.repeat(40));
        for schema in [
            nested("{\"items\":", "}"),
            nested(
                "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":",
                "}]}",
            ),
            nested("{\"prefixItems\":[", "],\"minItems\":1,\"items\":false}"),
            nested("{\"properties\":{\"a\":", "}}"),
            nested("{\"allOf\":[", "]}"),
        ] {
            let schema: Value = serde_json::from_str(&schema).unwrap_or_else(|error| panic!("{schema}: {error}"));
            types(&json!({ "input": schema })).expect("types");
        }
        let chain = |link: fn(&Value) -> Value| {
            let definitions = (0..3_000).map(|at| (at.to_string(), link(&json!(format!("#/$defs/{}", at + 1)))));
            let mut definitions: serde_json::Map<String, Value> = definitions.collect();
            definitions.insert("3000".to_owned(), json!({ "type": "string" }));
            types(&json!({ "$defs": definitions, "input": { "$ref": "#/$defs/0" } })).expect("types")
        };
        let (_, items) = chain(|next| json!({ "properties": { "next": { "$ref": next } } }));
        assert_eq!(items.items.len(), 3_000);
        chain(|next| json!({ "$ref": next }));
        chain(|next| json!({ "type": "array", "items": { "$ref": next } }));
        chain(|next| json!({ "allOf": [{ "$ref": next }, { "required": ["a"] }] }));
        chain(|next| json!({ "oneOf": [{ "$ref": next }, { "type": "integer" }] }));
    }

    #[test]
    fn what_contains_itself_stands_in_a_box() {
        let chain = json!({ "type": ["object", "null"], "properties": { "next": { "$ref": "#/$defs/Chain" } }, "required": ["next"] });
        let (_, items) =
            types(&json!({ "$defs": { "Chain": chain }, "input": { "$ref": "#/$defs/Chain" } })).expect("types");
        let text = items.to_token_stream().to_string().replace(' ', "");
        assert!(text.contains("pubnext:Option<Box<Chain>>"), "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Whatever the schemas, there are types for them, each of which has a name of its own.
        #[test]
        fn every_schema_has_a_type(a in schema(), b in schema(), schema in schema()) {
            let found = types(&json!({ "$defs": { "a": a, "b": b }, "input": schema }));
            let (of, items) = found.map_err(TestCaseError::fail)?;
            prop_assert!(syn::parse_str::<syn::Type>(&of).is_ok(), "{}", of);
            let mut names = HashSet::new();
            for item in &items.items {
                let name = match item {
                    syn::Item::Struct(item) => &item.ident,
                    syn::Item::Enum(item) => &item.ident,
                    _ => return Err(TestCaseError::fail("it is no type")),
                };
                prop_assert!(names.insert(name), "{} is there twice", name);
            }
        }
    }
}
