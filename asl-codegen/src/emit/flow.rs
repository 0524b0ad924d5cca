//! Structured control flow as Rust: the body of a scope.

use super::code::{Arm, Code, write};
use super::name::{camel, snake};
use super::state::{CatcherCode, StateFn};
use super::variables::ident;
use crate::flow::{Block, Goto, Part, Step};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Lifetime;

/// What the flow of a scope needs to know of its states and parts.
pub struct ScopeFlow<'a> {
    /// The functions of the states.
    pub states: &'a [StateFn],
    /// The parts, the first of which is the scope itself.
    pub parts: &'a [Part],
    /// The functions of the parts.
    pub part_fns: &'a [PartFn],
}

/// The function of a part.
pub struct PartFn {
    /// Its name.
    pub name: Ident,
    /// The enum of its exits, if it has several: its name, and the variant of each exit.
    pub exits: Option<(Ident, Vec<Ident>)>,
    /// Its arguments after the scope: `, tasks, data, vars`.
    pub arguments: TokenStream,
    pub is_async: bool,
}

/// What happens at the end of a block.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    /// Control goes on there by itself.
    Goto(Goto),
    /// It never gets there: the block ends with a jump.
    Never,
    /// The function ends: the block is an expression that answers.
    Answer,
}

/// What is written, and whether control reaches its end.
struct Body {
    codes: Vec<Code>,
    falls_through: bool,
}

impl Body {
    fn nothing() -> Body {
        Body {
            codes: Vec::new(),
            falls_through: true,
        }
    }

    fn end(code: Code) -> Body {
        Body {
            codes: vec![code],
            falls_through: false,
        }
    }

    fn statement(code: Code, falls_through: bool) -> Body {
        Body {
            codes: vec![code],
            falls_through,
        }
    }
}

/// A loop or a block around the place where code is being written.
struct Frame {
    /// A loop's header: a jump there continues.
    header: Option<usize>,
    /// What a break leads to.
    after: Option<usize>,
    label: String,
    /// Whether something breaks out of it.
    left: bool,
    /// Whether something names the label.
    named: bool,
}

impl ScopeFlow<'_> {
    /// The body of a part.
    pub fn part(&self, part: usize) -> TokenStream {
        let mut writer = Writer {
            flow: self,
            part,
            frames: Vec::new(),
        };
        let body = writer.block(&self.parts[part].body, Then::Answer);
        write(body.codes)
    }
}

struct Writer<'a> {
    flow: &'a ScopeFlow<'a>,
    part: usize,
    frames: Vec<Frame>,
}

impl Writer<'_> {
    /// Writes steps down. What stands in a straight line is a loop here, since it may be as long as the document.
    fn block(&mut self, steps: &[Step], then: Then) -> Body {
        let mut codes = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let last = match step {
                Step::Run(state) => {
                    let state = &self.flow.states[*state];
                    let call = state.call();
                    if !state.fails {
                        codes.push(Code::Do(quote!(#call?)));
                        continue;
                    }
                    self.answer(quote!(Err(#call)), then)
                }
                Step::Before(target, body) => {
                    let before = match &body[..] {
                        [Step::Loop(header, body)] => self.repeat(*header, body, Some(*target)),
                        body => self.before(*target, body),
                    };
                    codes.extend(before.codes);
                    continue;
                }
                Step::Goto(goto) => self.goto(*goto, then),
                Step::Choose(state, arms) => self.choose(*state, arms, then),
                Step::Try(state, caught) => self.try_catch(*state, caught, &steps[at + 1..], then),
                Step::Loop(header, body) => self.repeat(*header, body, None),
                Step::Part(part, exits) => self.call_part(*part, exits, &steps[at + 1..], then),
            };
            codes.extend(last.codes);
            return Body { codes, ..last };
        }
        Body {
            codes,
            ..Body::nothing()
        }
    }

    /// Ends the function.
    fn answer(&self, answer: TokenStream, then: Then) -> Body {
        Body::end(match then {
            Then::Answer => Code::Value(answer),
            _ => Code::Jump(quote!(return #answer)),
        })
    }

    fn goto(&mut self, goto: Goto, then: Then) -> Body {
        if then == Then::Goto(goto) {
            return Body::nothing();
        }
        if let Goto::State(state) = goto {
            let innermost = self.frames.len().checked_sub(1);
            let found = self
                .frames
                .iter()
                .rposition(|f| f.header == Some(state) || f.after == Some(state));
            if let Some(index) = found {
                let is_innermost_loop = Some(index) == innermost && self.frames[index].header.is_some();
                let frame = &mut self.frames[index];
                let continues = frame.header == Some(state);
                frame.left |= !continues;
                let label = (!is_innermost_loop).then(|| {
                    frame.named = true;
                    lifetime(&frame.label)
                });
                return Body::end(Code::Jump(match continues {
                    true => quote!(continue #label),
                    false => quote!(break #label),
                }));
            }
        }
        let answer = match &self.flow.part_fns[self.part].exits {
            None => quote!(Ok(())),
            Some((exit, variants)) => {
                let exits = &self.flow.parts[self.part].exits;
                let variant = exits
                    .iter()
                    .position(|known| *known == goto)
                    .map(|index| &variants[index]);
                quote!(Ok(#exit::#variant))
            }
        };
        self.answer(answer, then)
    }

    fn choose(&mut self, state: usize, arms: &[Block], then: Then) -> Body {
        let state = &self.flow.states[state];
        let call = state.call();
        match arms {
            [only] => {
                let mut body = self.block(only, then);
                body.codes.insert(0, Code::Do(quote!(#call?)));
                body
            }
            [first, second] => self.if_else(quote!(#call?), first, second, then),
            arms => {
                let bodies: Vec<Body> = arms.iter().map(|arm| self.block(arm, then)).collect();
                let patterns = state.choices.iter().map(|(ty, variant)| quote!(#ty::#variant));
                match_on(quote!(#call?), patterns, bodies)
            }
        }
    }

    fn if_else(&mut self, condition: TokenStream, first: &Block, second: &Block, then: Then) -> Body {
        // An arm that ends in a jump needs no else: what follows it need not be nested.
        if then == Then::Answer {
            let (jumping, other, condition) = match is_short(second) && !is_short(first) {
                true => (second, first, quote!(!#condition)),
                false => (first, second, condition),
            };
            let jumping = self.block(jumping, Then::Never).codes;
            let mut other = self.block(other, then);
            other.codes.insert(0, Code::If(condition, jumping, Vec::new()));
            return other;
        }
        let (first, second) = (self.block(first, then), self.block(second, then));
        let falls_through = first.falls_through || second.falls_through;
        let is_empty = |body: &Body| body.codes.is_empty();
        let (condition, inside, mut after) = match (first.falls_through, second.falls_through) {
            (true, true) if is_empty(&first) && is_empty(&second) => {
                return Body::statement(Code::Statements(quote!(#condition;)), true);
            }
            (true, true) if !is_empty(&first) && !is_empty(&second) => {
                return Body::statement(Code::If(condition, first.codes, second.codes), true);
            }
            (true, _) if !is_empty(&second) => (quote!(!#condition), second.codes, first.codes),
            _ => (condition, first.codes, second.codes),
        };
        after.insert(0, Code::If(condition, inside, Vec::new()));
        Body {
            codes: after,
            falls_through,
        }
    }

    /// A state with Catchers. What follows success stands after the match, unless it is a jump.
    fn try_catch(&mut self, state: usize, caught: &[Block], rest: &[Step], then: Then) -> Body {
        let jumps = matches!(rest, [Step::Goto(_)]);
        let arms_then = if jumps { then } else { Then::Never };
        let state = &self.flow.states[state];
        let call = state.call();
        let mut falls_through = false;
        let mut catching = Vec::new();
        for (names, transition, block) in joined(&state.catchers, caught) {
            let body = self.block(block, arms_then);
            falls_through |= body.falls_through;
            let mut codes = vec![Code::Statements(transition.clone())];
            codes.extend(body.codes);
            catching.push(Arm(quote!(Err(error) if error.is(&[#(#names),*])), codes));
        }
        let passed_on = match arms_then {
            Then::Answer => Code::Value(quote!(Err(error))),
            _ => Code::Jump(quote!(return Err(error))),
        };
        let mut rest = self.block(rest, then);
        let passed = match jumps {
            true => std::mem::take(&mut rest.codes),
            false => Vec::new(),
        };
        let mut arms = vec![Arm(quote!(Ok(())), passed)];
        arms.extend(catching);
        arms.push(Arm(quote!(Err(error)), vec![passed_on]));
        rest.codes.insert(0, Code::Match(call, arms));
        rest.falls_through |= jumps && falls_through;
        rest
    }

    fn repeat(&mut self, header: usize, body: &Block, after: Option<usize>) -> Body {
        let label = format!("'{}", self.flow.states[header].name);
        self.frames.push(Frame {
            header: Some(header),
            after,
            label,
            left: false,
            named: false,
        });
        let mut body = self.block(body, Then::Goto(Goto::State(header)));
        let Some(frame) = self.frames.pop() else { return body };
        let label = frame.named.then(|| lifetime(&frame.label));
        if self.flow.states[header].turns {
            body.codes.insert(0, Code::Statements(quote!(cx.turn().await;)));
        }
        Body::statement(Code::Loop(label, body.codes), frame.left)
    }

    fn before(&mut self, target: usize, body: &[Step]) -> Body {
        let label = format!("'to_{}", self.flow.states[target].name);
        self.frames.push(Frame {
            header: None,
            after: Some(target),
            label,
            left: false,
            named: false,
        });
        let body = self.block(body, Then::Goto(Goto::State(target)));
        let Some(frame) = self.frames.pop() else { return body };
        if !frame.named {
            return body;
        }
        Body::statement(Code::Block(lifetime(&frame.label), body.codes), true)
    }

    fn call_part(&mut self, part: usize, exits: &[Goto], rest: &[Step], then: Then) -> Body {
        let PartFn {
            name,
            arguments,
            exits: variants,
            is_async,
        } = &self.flow.part_fns[part];
        let wait = is_async.then(|| quote!(.await));
        let call = quote!(#name(cx #arguments) #wait?);
        let Some((exit, variants)) = variants else {
            // One exit, or none: a part that always fails has its errors propagated, and the rest is never reached.
            let mut rest = match rest {
                [] => self.goto(Goto::End, then),
                rest => self.block(rest, then),
            };
            rest.codes.insert(0, Code::Do(call));
            return rest;
        };
        let bodies: Vec<Body> = exits.iter().map(|&goto| self.goto(goto, then)).collect();
        let patterns = variants.iter().map(|variant| quote!(#exit::#variant));
        match_on(call, patterns, bodies)
    }
}

fn match_on(matched: TokenStream, patterns: impl Iterator<Item = TokenStream>, bodies: Vec<Body>) -> Body {
    let falls_through = bodies.iter().any(|body| body.falls_through);
    let arms = patterns.zip(bodies).map(|(pattern, body)| Arm(pattern, body.codes));
    Body::statement(Code::Match(matched, arms.collect()), falls_through)
}

/// Catchers with what follows each; those that follow one another and do the same are one.
fn joined<'a>(catchers: &'a [CatcherCode], blocks: &'a [Block]) -> Vec<(Vec<&'a str>, &'a TokenStream, &'a Block)> {
    let mut joined: Vec<(Vec<&str>, &TokenStream, &Block)> = Vec::new();
    for (catcher, block) in catchers.iter().zip(blocks) {
        let names = catcher.names.iter().map(String::as_str);
        match joined.last_mut() {
            Some((known, transition, same))
                if *same == block && transition.to_string() == catcher.transition.to_string() =>
            {
                known.extend(names);
            }
            _ => joined.push((names.collect(), &catcher.transition, block)),
        }
    }
    joined
}

/// Whether a block is but a state and a jump.
fn is_short(block: &Block) -> bool {
    matches!(
        block[..],
        [Step::Goto(_)] | [Step::Run(_)] | [Step::Run(_), Step::Goto(_)]
    )
}

fn lifetime(label: &str) -> Lifetime {
    Lifetime::new(label, Span::call_site())
}

/// The variant of an exit in the enum of a part.
pub fn exit_variant(exit: Goto, states: &[StateFn]) -> Ident {
    match exit {
        Goto::End => ident("End"),
        Goto::State(state) => ident(&camel(&states[state].title)),
    }
}

/// The irreducible form: one loop around a match over the states (style.md).
pub fn dispatch(states: &[StateFn], exits: &[crate::flow::Exit], start: usize, state_enum: &Ident) -> TokenStream {
    use crate::flow::Exit;
    let variant = |state: usize| ident(&states[state].variant);
    let state_value = |state: usize| {
        let next = variant(state);
        Code::Value(quote!(#state_enum::#next))
    };
    let goto = |goto: &Goto| match goto {
        Goto::End => Code::Jump(quote!(return Ok(()))),
        Goto::State(state) => state_value(*state),
    };
    let arms = states
        .iter()
        .zip(exits)
        .enumerate()
        .filter(|(_, (state, _))| state.is_reachable)
        .map(|(index, (state, exit))| {
            let (call, this) = (state.call(), variant(index));
            let codes = match exit {
                Exit::Fail => vec![Code::Jump(quote!(return Err(#call)))],
                Exit::Goto(next) => vec![Code::Do(quote!(#call?)), goto(next)],
                Exit::Choose(targets) => {
                    let bodies = targets.iter().map(|&target| vec![state_value(target)]);
                    match &targets[..] {
                        [only] => vec![Code::Do(quote!(#call?)), state_value(*only)],
                        [first, second] => vec![Code::If(
                            quote!(#call?),
                            vec![state_value(*first)],
                            vec![state_value(*second)],
                        )],
                        _ => {
                            let patterns = state.choices.iter().map(|(ty, variant)| quote!(#ty::#variant));
                            let arms = patterns.zip(bodies).map(|(pattern, body)| Arm(pattern, body));
                            vec![Code::Match(quote!(#call?), arms.collect())]
                        }
                    }
                }
                Exit::Try(next, caught) => {
                    let mut arms = vec![Arm(quote!(Ok(())), vec![goto(next)])];
                    arms.extend(caught.iter().zip(&state.catchers).map(|(&target, catcher)| {
                        let names = &catcher.names;
                        let codes = vec![Code::Statements(catcher.transition.clone()), state_value(target)];
                        Arm(quote!(Err(error) if error.is(&[#(#names),*])), codes)
                    }));
                    arms.push(Arm(quote!(Err(error)), vec![Code::Jump(quote!(return Err(error)))]));
                    vec![Code::Match(call, arms)]
                }
            };
            Arm(quote!(#state_enum::#this), codes)
        });
    let first = variant(start);
    let turn = states.iter().any(|state| state.turns).then(|| quote!(cx.turn().await;));
    let states = write(vec![Code::Match(quote!(state), arms.collect())]);
    quote! {
        let mut state = #state_enum::#first;
        loop {
            #turn
            state = #states;
        }
    }
}

/// The name of a part's function.
pub fn part_name(scope: &str, root: &str) -> String {
    format!("{scope}_from_{}", snake(root))
}
