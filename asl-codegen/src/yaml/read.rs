//! Events to tree.

use super::places;
use super::schema::{self, Plain};
use super::tag::{self, Core, Tag};
use crate::diagnostic::{Diagnostic, Diagnostics, ServiceCode};
use crate::json::{Json, Kind, MAX_DEPTH, Member, Object, Substitutions, Text};
use crate::source::{Source, Span};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// How many bytes aliases may add. The service takes definitions of one MiB.
const MAX_ALIASED: usize = 8 << 20;
/// About how many bytes a value takes beside its text.
const VALUE: usize = 8;

/// Reads a definition.
///
/// # Errors
/// `INVALID_JSON_DESCRIPTION` where the text is no YAML or says what JSON cannot, `TOO_DEEPLY_NESTED` beyond
/// [`MAX_DEPTH`], and `SCHEMA_VALIDATION_FAILED` where it is blank. There is one at most.
pub fn parse(source: &Source, substitutions: &Substitutions) -> Result<Json, Diagnostics> {
    let reader = Reader {
        source,
        substitutions,
        open: Vec::new(),
        anchors: HashMap::new(),
        aliased: 0,
        function: None,
        root: None,
    };
    reader.document().map_err(|fault| Diagnostics::from(*fault))
}

pub(super) type Read<T> = Result<T, Box<Diagnostic>>;

struct Reader<'a> {
    source: &'a Source,
    substitutions: &'a Substitutions,
    /// The collections that are open here, the innermost last.
    open: Vec<Collection>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
    /// The function whose argument comes now.
    function: Option<Function>,
    root: Option<Json>,
}

/// A tag that is short for a function of CloudFormation: `!Sub x` stands for `Fn::Sub: x`.
#[derive(Clone, Copy)]
struct Function {
    name: &'static str,
    span: Span,
}

/// A value that is complete.
#[derive(Clone)]
struct Node {
    json: Json,
    /// About how many bytes it takes.
    size: usize,
    /// How many collections are nested in it, itself included.
    height: usize,
}

struct Collection {
    inside: Inside,
    function: Option<Function>,
    anchor: usize,
    /// From its beginning to the end of what it holds so far.
    span: Span,
    size: usize,
    height: usize,
}

enum Inside {
    Sequence(Vec<Json>),
    Mapping {
        members: Vec<Member>,
        /// What `<<` puts into it.
        merged: Vec<Object>,
        /// The key whose value comes next.
        key: Option<Key>,
    },
}

enum Key {
    Name(String, Span),
    Merge(Span),
}

impl Reader<'_> {
    fn document(mut self) -> Read<Json> {
        // The keys of JSON have any length.
        let mut options = granit_parser::options! { simple_key_max_lookahead: usize::MAX };
        options.set_emit_comments(false);
        for event in Parser::new_from_str_with_options(self.source.text(), options) {
            let (event, place) = event.map_err(|error| self.invalid(&error))?;
            self.event(event, &place)?;
        }
        self.root.ok_or_else(|| {
            let blank = Diagnostic::error(
                ServiceCode::SchemaValidationFailed,
                Span::new(0, 0),
                "the definition is blank",
            );
            let blank = blank.label("a mapping is needed here");
            Box::new(blank.service("Definition must be a valid JSON object"))
        })
    }

    fn event(&mut self, event: Event, place: &granit_parser::Span) -> Read<()> {
        let span = span(place);
        let tag_span = place.tag_span().map_or(span, |tag| self::span(&tag));
        self.function = event
            .tag()
            .and_then(tag::function)
            .map(|name| Function { name, span: tag_span });
        let is_function = self.function.is_some();
        let tag = |tag: Option<Cow<granit_parser::Tag>>| match tag {
            Some(tag) if !is_function => Tag::new(&tag, tag_span).map(Some),
            _ => Ok(None),
        };
        match event {
            Event::Scalar(value, style, anchor, given) => {
                let tag = tag(given)?;
                self.scalar(&value, style, place, tag, anchor)
            }
            Event::SequenceStart(_, anchor, given) => {
                tag(given)?.map_or(Ok(()), |tag| tag.is_for(Core::Sequence))?;
                self.enter(Inside::Sequence(Vec::new()), span, anchor)
            }
            Event::MappingStart(_, anchor, given) => {
                tag(given)?.map_or(Ok(()), |tag| tag.is_for(Core::Mapping))?;
                let (members, merged, key) = (Vec::new(), Vec::new(), None);
                self.enter(Inside::Mapping { members, merged, key }, span, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(..) if self.root.is_some() => {
                let second = unlike_json(span, "a second document begins here");
                Err(Box::new(second.help("give each definition a file of its own")))
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        place: &granit_parser::Span,
        tag: Option<Tag>,
        anchor: usize,
    ) -> Read<()> {
        let mut span = span(place);
        let mut written = self.source.slice(span);
        let indent = place.indent.unwrap_or_default();
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            written = places::without_end(written, indent);
            span.end = span.start + written.len();
        }
        let plain = style == ScalarStyle::Plain;
        if plain && tag.is_none() && self.function.is_none() && value == "<<" && self.merges(span) {
            return Ok(());
        }
        let words = match tag {
            Some(tag) if tag.is_text() => Plain::Text,
            Some(tag) => tag.scalar(schema::resolve(value))?,
            // The argument of a function is text, as the name of a resource is.
            None if plain && self.function.is_none() => schema::resolve(value),
            None => Plain::Text,
        };
        let kind = match words {
            Plain::Null => Kind::Null,
            Plain::Bool(value) => Kind::Bool(value),
            Plain::Number(number) => Kind::Number(number),
            Plain::Wrong(label, help) => return Err(Box::new(unlike_json(span, label).help(help))),
            Plain::Text => {
                let places = places::written(written, span.start, style, indent, value);
                Kind::String(Text::new(value.to_owned(), self.substitutions).written(places))
            }
        };
        let node = Node {
            json: Json { kind, span },
            size: VALUE + value.len(),
            height: 0,
        };
        let node = call(self.function.take(), node);
        self.complete(node, anchor, span)
    }

    /// Whether `<<` is the key that merges; as a value it is text.
    fn merges(&mut self, span: Span) -> bool {
        match self.open.last_mut().map(|collection| &mut collection.inside) {
            Some(Inside::Mapping { key: key @ None, .. }) => {
                *key = Some(Key::Merge(span));
                true
            }
            _ => false,
        }
    }

    fn enter(&mut self, inside: Inside, span: Span, anchor: usize) -> Read<()> {
        if let Some(Inside::Mapping { key: None, .. }) = self.open.last().map(|collection| &collection.inside) {
            return Err(no_key(span));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Collection {
            inside,
            function: self.function.take(),
            anchor,
            span,
            size: VALUE,
            height: 0,
        });
        Ok(())
    }

    fn leave(&mut self, end: Span) -> Read<()> {
        let Some(collection) = self.open.pop() else {
            return Ok(());
        };
        // A block ends with what it holds last: its own end is where the next token is.
        let is_flow = end.end > end.start;
        let span = Span::new(
            collection.span.start,
            if is_flow { end.end } else { collection.span.end },
        );
        let kind = match collection.inside {
            Inside::Sequence(items) => Kind::Array(items),
            Inside::Mapping { members, merged, .. } => Kind::Object(merge(members, merged)),
        };
        let node = Node {
            json: Json { kind, span },
            size: collection.size,
            height: collection.height + 1,
        };
        self.complete(call(collection.function, node), collection.anchor, span)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Read<()> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Box::new(unlike_json(span, "this stands inside of what it stands for")));
        };
        if self.open.len() + node.height > MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.aliased += node.size;
        if self.aliased > MAX_ALIASED {
            let label = format!("up to here, aliases make more than {} MiB", MAX_ALIASED >> 20);
            return Err(Box::new(unlike_json(span, label)));
        }
        let node = node.clone();
        self.complete(node, 0, span)
    }

    /// Puts a value where it belongs. `place` is where it is used, which is not where an alias has it from.
    fn complete(&mut self, node: Node, anchor: usize, place: Span) -> Read<()> {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(collection) = self.open.last_mut() else {
            self.root = Some(node.json);
            return Ok(());
        };
        collection.span.end = collection.span.end.max(place.end);
        collection.size += node.size;
        collection.height = collection.height.max(node.height);
        match &mut collection.inside {
            Inside::Sequence(items) => items.push(node.json),
            Inside::Mapping { members, merged, key } => match key.take() {
                None => match node.json.kind {
                    Kind::String(text) => *key = Some(Key::Name(text.value, place)),
                    _ => return Err(no_key(place)),
                },
                Some(Key::Name(name, span)) => members.push(Member {
                    key: name,
                    key_span: span,
                    value: node.json,
                }),
                Some(Key::Merge(span)) => merged.extend(mappings(node.json, span)?),
            },
        }
        Ok(())
    }

    /// What the parser of YAML says.
    fn invalid(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = error.marker().byte_offset().unwrap_or_default();
        let next = self.source.text().get(at..).and_then(|rest| rest.chars().next());
        let span = Span::new(at, at + next.filter(|&c| c != '\n').map_or(0, char::len_utf8));
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return too_deep(span);
        }
        let line = self.source.slice(self.source.line_span(self.source.line_at(at)));
        let help = match error.kind() {
            _ if line.contains("{%") => Some("put the expression in quotes: `'{% .. %}'`"),
            ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
                Some("indent with spaces")
            }
            ErrorKind::MappingValueNotAllowed => Some("put the text in quotes, if `: ` belongs to it"),
            ErrorKind::UnexpectedCharacter { .. } => Some("put the text in quotes, if this belongs to it"),
            _ => None,
        };
        let fault = Diagnostic::error(
            ServiceCode::InvalidJsonDescription,
            span,
            "the definition is not valid YAML",
        );
        Box::new(fault.label(error.kind().to_string()).maybe_help(help))
    }
}

/// A value, or the function of it.
fn call(function: Option<Function>, node: Node) -> Node {
    let Some(Function { name, span }) = function else {
        return node;
    };
    let whole = Span::new(span.start, node.json.span.end.max(span.end));
    let members = vec![Member {
        key: name.to_owned(),
        key_span: span,
        value: node.json,
    }];
    Node {
        json: Json {
            kind: Kind::Object(Object { members }),
            span: whole,
        },
        size: node.size + VALUE,
        height: node.height + 1,
    }
}

fn span(place: &granit_parser::Span) -> Span {
    // Text that is parsed from memory has offsets at every place.
    place.byte_range().unwrap_or_default().into()
}

/// The members of a mapping and, before them, those that others give it. Its own win, and of the others the first.
fn merge(members: Vec<Member>, merged: Vec<Object>) -> Object {
    if merged.is_empty() {
        return Object { members };
    }
    let mut taken: HashSet<String> = members.iter().map(|member| member.key.clone()).collect();
    let mut all = Vec::new();
    for object in merged {
        let new: Vec<_> = object
            .members
            .into_iter()
            .filter(|member| !taken.contains(&member.key))
            .collect();
        taken.extend(new.iter().map(|member| member.key.clone()));
        all.extend(new);
    }
    all.extend(members);
    Object { members: all }
}

/// What stands after `<<`: a mapping, or a sequence of them.
fn mappings(json: Json, key: Span) -> Read<Vec<Object>> {
    let wrong = || {
        Box::new(unlike_json(
            key,
            "this puts mappings into this one, but what follows is none",
        ))
    };
    match json.kind {
        Kind::Object(object) => Ok(vec![object]),
        Kind::Array(items) => items
            .into_iter()
            .map(|item| match item.kind {
                Kind::Object(object) => Ok(object),
                _ => Err(wrong()),
            })
            .collect(),
        _ => Err(wrong()),
    }
}

/// What is YAML, but has no form in JSON.
pub(super) fn unlike_json(span: Span, label: impl Into<String>) -> Diagnostic {
    Diagnostic::error(
        ServiceCode::InvalidJsonDescription,
        span,
        "the definition says what JSON cannot",
    )
    .label(label)
}

fn no_key(span: Span) -> Box<Diagnostic> {
    Box::new(unlike_json(span, "a key must be text").help("put it in quotes"))
}

fn too_deep(span: Span) -> Box<Diagnostic> {
    let message = format!("the definition is nested more than {MAX_DEPTH} deep");
    let fault = Diagnostic::error(ServiceCode::TooDeeplyNested, span, message);
    Box::new(fault.label("one level too many"))
}
