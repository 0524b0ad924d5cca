//! Structured control flow as Rust: the body of a scope.

use super::name::{camel, snake};
use super::state::StateFn;
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

/// Statements, and whether control reaches their end.
struct Body {
    tokens: TokenStream,
    falls_through: bool,
}

impl Body {
    fn nothing() -> Body {
        Body {
            tokens: TokenStream::new(),
            falls_through: true,
        }
    }

    fn jump(tokens: TokenStream) -> Body {
        Body {
            tokens,
            falls_through: false,
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
        body.tokens
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
        let mut tokens = TokenStream::new();
        for (at, step) in steps.iter().enumerate() {
            let last = match step {
                Step::Run(state) => {
                    let state = &self.flow.states[*state];
                    let call = state.call();
                    if !state.fails {
                        tokens.extend(quote!(#call?;));
                        continue;
                    }
                    match then {
                        Then::Answer => Body::jump(quote!(Err(#call))),
                        _ => Body::jump(quote!(return Err(#call);)),
                    }
                }
                Step::Before(target, body) => {
                    let before = match &body[..] {
                        [Step::Loop(header, body)] => self.repeat(*header, body, Some(*target)),
                        body => self.before(*target, body),
                    };
                    tokens.extend(before.tokens);
                    continue;
                }
                Step::Goto(goto) => self.goto(*goto, then),
                Step::Choose(state, arms) => self.choose(*state, arms, then),
                Step::Try(state, caught) => self.try_catch(*state, caught, &steps[at + 1..], then),
                Step::Loop(header, body) => self.repeat(*header, body, None),
                Step::Part(part, exits) => self.call_part(*part, exits, &steps[at + 1..], then),
            };
            tokens.extend(last.tokens);
            return Body { tokens, ..last };
        }
        Body {
            tokens,
            ..Body::nothing()
        }
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
                return Body::jump(match continues {
                    true => quote!(continue #label;),
                    false => quote!(break #label;),
                });
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
        match then {
            Then::Answer => Body::jump(answer),
            _ => Body::jump(quote!(return #answer;)),
        }
    }

    fn choose(&mut self, state: usize, arms: &[Block], then: Then) -> Body {
        let state = &self.flow.states[state];
        let call = state.call();
        match arms {
            [only] => {
                let body = self.block(only, then);
                let tokens = body.tokens;
                Body {
                    tokens: quote!(#call?; #tokens),
                    ..body
                }
            }
            [first, second] => self.if_else(quote!(#call?), first, second, then),
            arms => {
                let next = &state.choices;
                let bodies: Vec<Body> = arms.iter().map(|arm| self.block(arm, then)).collect();
                let falls_through = bodies.iter().any(|body| body.falls_through);
                let arms = next.iter().zip(&bodies).map(|((ty, variant), body)| {
                    let body = &body.tokens;
                    quote!(#ty::#variant => { #body })
                });
                Body {
                    tokens: quote!(match #call? { #(#arms)* }),
                    falls_through,
                }
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
            let jumping = self.block(jumping, Then::Never).tokens;
            let other = self.block(other, then);
            let after = other.tokens;
            return Body {
                tokens: quote!(if #condition { #jumping } #after),
                ..other
            };
        }
        let (first, second) = (self.block(first, then), self.block(second, then));
        let (a, b) = (first.tokens, second.tokens);
        let falls_through = first.falls_through || second.falls_through;
        let tokens = match (first.falls_through, second.falls_through) {
            (false, _) => quote!(if #condition { #a } #b),
            (true, false) => quote!(if !#condition { #b } #a),
            (true, true) if a.is_empty() && b.is_empty() => quote!(#condition;),
            (true, true) if a.is_empty() => quote!(if !#condition { #b }),
            (true, true) if b.is_empty() => quote!(if #condition { #a }),
            (true, true) => quote!(if #condition { #a } else { #b }),
        };
        Body { tokens, falls_through }
    }

    /// A state with Catchers. What follows success stands after the match, unless it is a jump.
    fn try_catch(&mut self, state: usize, caught: &[Block], rest: &[Step], then: Then) -> Body {
        let jumps = matches!(rest, [Step::Goto(_)]);
        let arms_then = if jumps { then } else { Then::Never };
        let state = &self.flow.states[state];
        let call = state.call();
        let mut falls_through = false;
        let arms: Vec<TokenStream> = caught
            .iter()
            .zip(&state.catchers)
            .map(|(block, catcher)| {
                let body = self.block(block, arms_then);
                falls_through |= body.falls_through;
                let (names, transition, body) = (&catcher.names, &catcher.transition, body.tokens);
                quote!(Err(error) if error.is(&[#(#names),*]) => { #transition #body })
            })
            .collect();
        let rest = self.block(rest, then);
        let after = rest.tokens;
        let last = match arms_then {
            Then::Answer => quote!(Err(error) => Err(error),),
            _ => quote!(Err(error) => return Err(error),),
        };
        if jumps {
            let tokens = quote!(match #call { Ok(()) => { #after } #(#arms)* #last });
            return Body {
                tokens,
                falls_through: falls_through || rest.falls_through,
            };
        }
        let tokens = quote!(match #call { Ok(()) => {} #(#arms)* #last } #after);
        Body { tokens, ..rest }
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
        let body = self.block(body, Then::Goto(Goto::State(header)));
        let Some(frame) = self.frames.pop() else { return body };
        let label = frame.named.then(|| lifetime(&frame.label)).map(|label| quote!(#label:));
        let body = body.tokens;
        Body {
            tokens: quote!(#label loop { #body }),
            falls_through: frame.left,
        }
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
        let (label, body) = (lifetime(&frame.label), body.tokens);
        Body {
            tokens: quote!(#label: { #body }),
            falls_through: true,
        }
    }

    fn call_part(&mut self, part: usize, exits: &[Goto], rest: &[Step], then: Then) -> Body {
        let PartFn {
            name,
            arguments,
            exits: variants,
            is_async,
        } = &self.flow.part_fns[part];
        let wait = is_async.then(|| quote!(.await));
        let call = quote!(#name(cx #arguments) #wait);
        let Some((exit, variants)) = variants else {
            // One exit, or none: a part that always fails has its errors propagated, and the rest is never reached.
            let rest = if rest.is_empty() {
                self.goto(Goto::End, then)
            } else {
                self.block(rest, then)
            };
            let after = rest.tokens;
            return Body {
                tokens: quote!(#call?; #after),
                ..rest
            };
        };
        let bodies: Vec<Body> = exits.iter().map(|&goto| self.goto(goto, then)).collect();
        let falls_through = bodies.iter().any(|body| body.falls_through);
        let arms = variants.iter().zip(&bodies).map(|(variant, body)| {
            let body = &body.tokens;
            quote!(#exit::#variant => { #body })
        });
        Body {
            tokens: quote!(match #call? { #(#arms)* }),
            falls_through,
        }
    }
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
    let goto = |goto: &Goto| match goto {
        Goto::End => quote!(return Ok(())),
        Goto::State(state) => {
            let next = variant(*state);
            quote!(#state_enum::#next)
        }
    };
    let arms = states
        .iter()
        .zip(exits)
        .enumerate()
        .filter(|(_, (state, _))| state.is_reachable)
        .map(|(index, (state, exit))| {
            let (call, this) = (state.call(), variant(index));
            let next = match exit {
                Exit::Fail => quote!(return Err(#call)),
                Exit::Goto(next) => {
                    let next = goto(next);
                    quote!({ #call?; #next })
                }
                Exit::Choose(targets) => {
                    let targets: Vec<TokenStream> = targets.iter().map(|&target| goto(&Goto::State(target))).collect();
                    match &targets[..] {
                        [only] => quote!({ #call?; #only }),
                        [first, second] => quote!(if #call? { #first } else { #second }),
                        targets => {
                            let arms = state
                                .choices
                                .iter()
                                .zip(targets)
                                .map(|((ty, variant), target)| quote!(#ty::#variant => #target));
                            quote!(match #call? { #(#arms,)* })
                        }
                    }
                }
                Exit::Try(next, caught) => {
                    let next = goto(next);
                    let arms = caught.iter().zip(&state.catchers).map(|(&target, catcher)| {
                        let (names, transition) = (&catcher.names, &catcher.transition);
                        let target = goto(&Goto::State(target));
                        quote!(Err(error) if error.is(&[#(#names),*]) => { #transition #target })
                    });
                    quote!(match #call { Ok(()) => #next, #(#arms)* Err(error) => return Err(error), })
                }
            };
            quote!(#state_enum::#this => #next,)
        });
    let first = variant(start);
    quote! {
        let mut state = #state_enum::#first;
        loop {
            state = match state { #(#arms)* };
        }
    }
}

/// The name of a part's function.
pub fn part_name(scope: &str, root: &str) -> String {
    format!("{scope}_from_{}", snake(root))
}
