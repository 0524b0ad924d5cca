//! Paths, intrinsic calls and templates as Rust expressions.

use super::code::Once;
use super::variables::{Variables, ident};
use crate::expr::intrinsic::{Arg, ArgKind, Call, Intrinsic};
use crate::expr::path::{Filter, Operand, Path, Root, Step};
use crate::expr::pattern::format_pieces;
use crate::syntax::{Field, FieldValue, Template};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use serde_json::Value;
use std::cell::Cell;

/// What expressions can see where they stand.
pub struct Env<'a> {
    /// What `$` is, as an expression that is, or coerces to, `&Value`.
    pub root: TokenStream,
    /// Whether it only coerces to it: the data, in a state that may change it.
    pub coerces: bool,
    /// The context, as an expression of type `Context`.
    pub context: TokenStream,
    /// Whether anything that was written asks the context.
    pub asks_context: Cell<bool>,
    /// The variables.
    pub variables: &'a Variables,
    /// The item of a Map, where it is at hand and `$$.Map.Item.Value` is its only reader.
    pub item: Option<TokenStream>,
    /// A path whose value is at hand already, as an expression of type `&Value`.
    pub known: Option<(Path, TokenStream)>,
}

/// An expression for a JSON value.
pub(super) enum Expr {
    /// One of type `&Value`.
    Borrowed(TokenStream),
    /// One of type `Value`: it is made there.
    Made(TokenStream),
}

impl Expr {
    /// As an expression of type `&Value`.
    fn borrowed(self) -> TokenStream {
        match self {
            Expr::Borrowed(tokens) => tokens,
            Expr::Made(tokens) => {
                let tokens = Once::from(tokens);
                quote!(&#tokens)
            }
        }
    }

    /// As an expression to call a method on.
    fn receiver(self) -> TokenStream {
        match self {
            Expr::Borrowed(tokens) | Expr::Made(tokens) => tokens,
        }
    }

    /// As an expression of type `Value`.
    fn owned(self) -> TokenStream {
        match self {
            Expr::Borrowed(tokens) => {
                let tokens = Once::from(tokens);
                quote!(Value::clone(#tokens))
            }
            Expr::Made(tokens) => tokens,
        }
    }
}

impl Env<'_> {
    /// What `$` is, as an expression of type `&Value` and nothing that has to be made one.
    fn exact_root(&self) -> TokenStream {
        let root = &self.root;
        if self.coerces { quote!(&**#root) } else { quote!(#root) }
    }

    fn context(&self) -> &TokenStream {
        self.asks_context.set(true);
        &self.context
    }

    /// The value of a path as `&Value`; a missing one is the error of ER-22.
    pub fn borrow(&self, path: &Path) -> TokenStream {
        self.select(path).borrowed()
    }

    /// The value of a path to call a method of `Value` on; a missing one is the error of ER-22.
    pub fn receiver(&self, path: &Path) -> TokenStream {
        self.select(path).receiver()
    }

    /// The value of a path as `Value`; a missing one is the error of ER-22.
    pub fn copy(&self, path: &Path) -> TokenStream {
        self.select(path).owned()
    }

    fn select(&self, path: &Path) -> Expr {
        if let Some((_, value)) = self.known.as_ref().filter(|(known, _)| known == path) {
            return Expr::Borrowed(value.clone());
        }
        let text = &path.text;
        let steps = steps(&path.steps);
        let root = match &path.root {
            Root::Input => self.root.clone(),
            Root::Context => {
                let context = self.context();
                return Expr::Made(quote!(rt::context(#context, #text, #steps)?));
            }
            Root::Variable(name) => self.variables.read(name),
        };
        match path.steps.is_empty() {
            true => Expr::Borrowed(root),
            false if path.is_plain() => Expr::Borrowed(quote!(rt::select(#root, #text, #steps)?)),
            false => Expr::Made(quote!(rt::query(#root, #text, #steps)?)),
        }
    }

    /// The value of a path, or none, as `Option<&Value>`.
    pub fn find(&self, path: &Path) -> TokenStream {
        let steps = steps(&path.steps);
        let text = &path.text;
        match &path.root {
            Root::Context => {
                let context = self.context();
                quote!(rt::context(#context, #text, #steps).ok().as_ref())
            }
            Root::Variable(name) => {
                let variable = self.variables.find(name);
                let whole = quote!(#variable.as_ref());
                match path.steps.is_empty() {
                    true => whole,
                    false => quote!(#whole.and_then(|value| rt::get(value, #steps))),
                }
            }
            Root::Input => {
                let root = &self.root;
                match path.steps.is_empty() {
                    true => {
                        let root = self.exact_root();
                        quote!(Some(#root))
                    }
                    false if path.is_plain() => quote!(rt::get(#root, #steps)),
                    false => quote!(rt::query(#root, #text, #steps).ok().filter(rt::is_found).as_ref()),
                }
            }
        }
    }

    /// The value of the field `key` as `&Value`; a missing one is the error of ER-20 (FL-4).
    pub fn field(&self, key: &str, path: &Path) -> TokenStream {
        self.select_field(key, path).borrowed()
    }

    pub(super) fn select_field(&self, key: &str, path: &Path) -> Expr {
        let text = &path.text;
        let steps = steps(&path.steps);
        let root = match &path.root {
            Root::Input => self.root.clone(),
            Root::Context => {
                let (context, root) = (self.context(), &self.root);
                return Expr::Made(quote!(rt::context_field(#context, #root, #key, #text, #steps)?));
            }
            Root::Variable(name) => self.variables.read(name),
        };
        match path.steps.is_empty() {
            true => Expr::Borrowed(root),
            false if path.is_plain() => Expr::Borrowed(quote!(rt::field(#root, #key, #text, #steps)?)),
            false => Expr::Made(quote!(rt::query(#root, #text, #steps)?)),
        }
    }

    /// A template as `Value`.
    pub fn template(&self, template: &Template) -> TokenStream {
        match template {
            Template::Literal(value) => literal(value),
            Template::Expression(expression) => self.expression(expression),
            Template::Array(elements) => {
                let count = Literal::usize_unsuffixed(elements.len());
                let elements = elements.iter().map(|element| Once::from(self.template(element)));
                match is_large(template) {
                    false => quote!(rt::array([#(#elements),*])),
                    true => quote!(rt::array_with(#count, |elements| { #(elements.push(#elements);)* Ok(()) })?),
                }
            }
            Template::Object(fields) => {
                let count = Literal::usize_unsuffixed(fields.len());
                let names = fields.iter().map(|field| &field.name);
                let values = fields.iter().map(|field| Once::from(self.field_value(field)));
                match is_large(template) {
                    false => quote!(rt::object([#((#names, #values)),*])),
                    true => quote!(rt::object_with(#count, |members| { #(members.push((#names, #values));)* Ok(()) })?),
                }
            }
        }
    }

    /// A member of a template as `Value`.
    pub fn field_value(&self, field: &Field) -> TokenStream {
        let key = format!("{}.$", field.name);
        match &field.value {
            FieldValue::Template(template) => self.template(template),
            FieldValue::Path(path) if is_item_value(&path.value) && self.item.is_some() => self.item.to_token_stream(),
            FieldValue::Path(path) => self.select_field(&key, &path.value).owned(),
            FieldValue::Call(call) => self.call(&call.value),
        }
    }

    /// An intrinsic call as `Value`.
    pub fn call(&self, call: &Call) -> TokenStream {
        let text = &call.text;
        if text.len() <= LONG_CALL {
            return self.nested_call(&quote!(#text), call);
        }
        let call = self.nested_call(&quote!(CALL), call);
        quote!({ const CALL: &str = #text; #call })
    }

    /// A call; `whole` is the text of the field that it stands in (as Rust), which errors show.
    fn nested_call(&self, whole: &TokenStream, call: &Call) -> TokenStream {
        let borrowed = |arg: &Arg| Once::from(self.argument(whole, arg));
        let literal = |arg: &Arg| Once::from(self.literal_argument(whole, arg));
        match (call.function, &call.args[..]) {
            (Intrinsic::Uuid, _) => {
                let context = self.context();
                quote!(rt::intrinsic::uuid(&mut #context.draws()))
            }
            (Intrinsic::MathRandom, args) => {
                let (seed, bounds) = (optional(args.get(2).map(borrowed)), args.iter().take(2).map(literal));
                let context = self.context();
                quote!(rt::intrinsic::math_random(#(#bounds,)* #seed, &mut #context.draws())?)
            }
            (Intrinsic::Array, args) => {
                let elements = args.iter().map(|arg| Once::from(self.owned_argument(whole, arg)));
                quote!(rt::array([#(#elements),*]))
            }
            (
                Intrinsic::Format,
                [
                    Arg {
                        kind: ArgKind::String { raw, .. },
                        ..
                    },
                    values @ ..,
                ],
            ) => {
                let pieces = format_pieces(raw);
                let values = values.iter().map(borrowed);
                quote!(rt::intrinsic::format(&[#(#pieces),*], &[#(#values),*]))
            }
            (Intrinsic::Format, [template, values @ ..]) => {
                let template = literal(template);
                let values = values.iter().map(borrowed);
                quote!(rt::intrinsic::format_template(#template, &[#(#values),*])?)
            }
            (function, args) => {
                let name = function.name().trim_start_matches("States.");
                let name = ident(&super::name::snake(name));
                let args = args.iter().enumerate().map(|(index, arg)| match (function, index) {
                    (Intrinsic::ArrayContains | Intrinsic::ArrayLength | Intrinsic::JsonToString, _)
                    | (Intrinsic::Hash, 0) => borrowed(arg),
                    // These keep what they are given, so that what a call answers need not be borrowed.
                    (Intrinsic::ArrayPartition | Intrinsic::ArrayGetItem | Intrinsic::ArrayUnique, 0)
                    | (Intrinsic::JsonMerge, 0 | 1)
                        if matches!(arg.kind, ArgKind::Call(_)) =>
                    {
                        Once::from(self.owned_argument(whole, arg))
                    }
                    _ => literal(arg),
                });
                quote!(rt::intrinsic::#name(#(#args),*)?)
            }
        }
    }

    /// An argument as `&Value`.
    fn argument(&self, whole: &TokenStream, arg: &Arg) -> TokenStream {
        match &arg.kind {
            ArgKind::Path(path) => self.select_argument(whole, path).borrowed(),
            _ => {
                let value = self.owned_argument(whole, arg);
                quote!(&#value)
            }
        }
    }

    fn select_argument(&self, whole: &TokenStream, path: &Path) -> Expr {
        let (text, steps) = (&path.text, steps(&path.steps));
        let input = &self.root;
        let root = match &path.root {
            Root::Input => input.clone(),
            Root::Context => {
                let context = self.context();
                return Expr::Made(quote!(rt::context_argument(#context, #input, #whole, #text, #steps)?));
            }
            Root::Variable(name) => self.variables.read(name),
        };
        match path.steps.is_empty() {
            true => Expr::Borrowed(root),
            false if path.is_plain() => Expr::Borrowed(quote!(rt::argument(#root, #whole, #text, #steps)?)),
            false => Expr::Made(quote!(rt::query(#root, #text, #steps)?)),
        }
    }

    /// An argument as it may stand where a function takes Rust literals too.
    fn literal_argument(&self, whole: &TokenStream, arg: &Arg) -> TokenStream {
        match &arg.kind {
            ArgKind::String { value, .. } => quote!(#value),
            ArgKind::Bool(value) => quote!(#value),
            ArgKind::Number(text) => rust_number(text).unwrap_or_else(|| num(text)),
            // The functions that take literals are generic, and what they are given does not coerce.
            ArgKind::Path(path) if path.root == Root::Input && path.steps.is_empty() => self.exact_root(),
            _ => self.argument(whole, arg),
        }
    }

    fn owned_argument(&self, whole: &TokenStream, arg: &Arg) -> TokenStream {
        match &arg.kind {
            ArgKind::String { value, .. } => quote!(Value::from(#value)),
            ArgKind::Number(text) => number(text),
            ArgKind::Bool(value) => quote!(Value::Bool(#value)),
            ArgKind::Null => quote!(Value::Null),
            ArgKind::Path(path) => self.select_argument(whole, path).owned(),
            ArgKind::Call(call) => self.nested_call(whole, call),
        }
    }
}

/// Whether a path is `$$.Map.Item.Value`.
pub fn is_item_value(path: &Path) -> bool {
    let names = ["Map", "Item", "Value"];
    path.root == Root::Context
        && path.steps.len() == names.len()
        && path
            .steps
            .iter()
            .zip(names)
            .all(|(step, name)| matches!(step, Step::Member(member) if member == name))
}

/// A JSON literal as `Value`: an expression where a person would write one, and text where it is large. As expressions
/// large ones take the Rust compiler minutes, and the stack of the running machine megabytes.
pub fn literal(value: &Value) -> TokenStream {
    if is_short(value) {
        return expression(value);
    }
    let text = value.to_string();
    quote!(rt::literal(#text))
}

/// Whether so much is read in a template that its members are made one after the other. As the elements of one array they
/// would all be there wherever one of them fails, and rustc would take minutes to see that none of them is used then.
pub(super) fn is_large(template: &Template) -> bool {
    count_reads(template) > MANY_READS
}

/// How much is read by a template whose members are made side by side.
const MANY_READS: usize = 64;

fn count_reads(template: &Template) -> usize {
    match template {
        Template::Literal(_) => 0,
        Template::Expression(_) => 1,
        Template::Array(elements) => elements.iter().map(count_reads).sum(),
        Template::Object(fields) => {
            let reads = fields.iter().map(|field| match &field.value {
                FieldValue::Template(template) => count_reads(template),
                FieldValue::Path(_) | FieldValue::Call(_) => 1,
            });
            reads.sum()
        }
    }
}

/// How many values a literal may hold, and how deep it may be nested, to be written as an expression.
const LARGE: usize = 500;
const DEEP: usize = 16;

/// Whether a literal is written as an expression.
pub(super) fn is_short(value: &Value) -> bool {
    is_small(value, 0, &mut { LARGE })
}

fn is_small(value: &Value, depth: usize, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    if *left == 0 || depth > DEEP {
        return false;
    }
    match value {
        Value::Array(elements) => elements.iter().all(|element| is_small(element, depth + 1, left)),
        Value::Object(members) => members.values().all(|member| is_small(member, depth + 1, left)),
        _ => true,
    }
}

fn expression(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(Value::Null),
        Value::Bool(value) => quote!(Value::Bool(#value)),
        Value::Number(value) => number(&value.to_string()),
        Value::String(value) => quote!(Value::from(#value)),
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| Once::from(expression(element)));
            quote!(rt::array([#(#elements),*]))
        }
        Value::Object(members) if members.is_empty() => quote!(rt::nothing()),
        Value::Object(members) => {
            let names = members.keys();
            let values = members.values().map(|value| Once::from(expression(value)));
            quote!(rt::object([#((#names, #values)),*]))
        }
    }
}

/// A JSON number as `Value`, as exactly as serde_json would read it.
fn number(text: &str) -> TokenStream {
    match rust_number(text) {
        Some(number) => quote!(Value::from(#number)),
        // Beyond f64: what serde_json makes of the text depends on its features.
        None => quote!(rt::number(#text)),
    }
}

/// A JSON number as a Rust literal of the first of `i32`, `i64`, `u64` and `f64` that holds it.
pub fn rust_number(text: &str) -> Option<TokenStream> {
    if let Ok(value) = text.parse::<i32>() {
        let value = Literal::i32_unsuffixed(value);
        return Some(quote!(#value));
    }
    if let Ok(value) = text.parse::<i64>() {
        return Some(quote!(#value));
    }
    if let Ok(value) = text.parse::<u64>() {
        return Some(quote!(#value));
    }
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
    let value = Literal::f64_unsuffixed(value);
    Some(quote!(#value))
}

/// A JSON number as `Num`.
pub fn num(text: &str) -> TokenStream {
    let is = |parses: bool| parses.then(|| rust_number(text)).flatten();
    if let Some(number) = is(text.parse::<i64>().is_ok()) {
        return quote!(rt::Num::I64(#number));
    }
    match is(text.parse::<u64>().is_ok()) {
        Some(number) => quote!(rt::Num::U64(#number)),
        None => quote!(rt::Num::Text(#text)),
    }
}

/// The steps of a path as `&'static [Step]`.
pub fn steps(steps: &[Step]) -> TokenStream {
    let steps = steps.iter().map(|one| Once::from(step(one)));
    quote!(&[#(#steps),*])
}

fn step(step: &Step) -> TokenStream {
    let int = |value: &i64| Literal::i64_unsuffixed(*value);
    let option = |value: &Option<i64>| match value {
        Some(value) => {
            let value = int(value);
            quote!(Some(#value))
        }
        None => quote!(None),
    };
    match step {
        Step::Member(name) => quote!(rt::Key(#name)),
        Step::Index(index) => {
            let index = int(index);
            quote!(rt::At(#index))
        }
        Step::Members(names) => quote!(rt::Step::Keys(&[#(#names),*])),
        Step::Indices(indices) => {
            let indices = indices.iter().map(int);
            quote!(rt::Step::Indices(&[#(#indices),*]))
        }
        Step::Slice(from, to) => {
            let (from, to) = (option(from), option(to));
            quote!(rt::Step::Slice(#from, #to))
        }
        Step::Wildcard => quote!(rt::Step::Wildcard),
        Step::Descend => quote!(rt::Step::Descend),
        Step::Filter(expression) => {
            let expression = filter(expression);
            quote!(rt::Step::Filter(&#expression))
        }
        Step::Function(function) => {
            let function = ident(&format!("{function:?}"));
            quote!(rt::Step::Function(rt::Function::#function))
        }
    }
}

fn filter(expression: &Filter) -> TokenStream {
    match expression {
        Filter::And(all) => {
            let all = all.iter().map(filter);
            quote!(rt::Filter::And(&[#(#all),*]))
        }
        Filter::Or(any) => {
            let any = any.iter().map(filter);
            quote!(rt::Filter::Or(&[#(#any),*]))
        }
        Filter::Not(a) => {
            let a = filter(a);
            quote!(rt::Filter::Not(&#a))
        }
        Filter::Exists(path) => {
            let path = operand(path);
            quote!(rt::Filter::Exists(#path))
        }
        Filter::Compare(left, comparison, right) => {
            let (left, right) = (operand(left), operand(right));
            let comparison = ident(&format!("{comparison:?}"));
            quote!(rt::Filter::Compare(#left, rt::Comparison::#comparison, #right))
        }
    }
}

fn operand(operand_: &Operand) -> TokenStream {
    match operand_ {
        Operand::Element(path) => {
            let path = steps(path);
            quote!(rt::Operand::Element(#path))
        }
        Operand::Root(path) => {
            let path = steps(path);
            quote!(rt::Operand::Root(#path))
        }
        Operand::String(text) => quote!(rt::Operand::String(#text)),
        Operand::Number(text) => {
            let number = num(text);
            quote!(rt::Operand::Number(#number))
        }
        Operand::Bool(value) => quote!(rt::Operand::Bool(#value)),
        Operand::Null => quote!(rt::Operand::Null),
        Operand::List(operands) => {
            let operands = operands.iter().map(operand);
            quote!(rt::Operand::List(&[#(#operands),*]))
        }
        Operand::Regex { pattern, flags } => quote!(rt::Operand::Regex { pattern: #pattern, flags: #flags }),
    }
}

/// Whether the tokens mention this identifier.
pub fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// The longest text of a call, in bytes, that is repeated for each of its arguments.
const LONG_CALL: usize = 1_000;

/// An optional expression as `Option`.
pub fn optional(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}
