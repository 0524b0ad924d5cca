//! Choice: a function that answers where to go on.

use super::code::Once;
use super::condition::{any, none};
use super::doc::{code, doc};
use super::enums::state_enum;
use super::expr::Env;
use super::name::{local, snake};
use super::query::asking;
use super::state::{Emitter, ScopeContext, StateFn};
use super::variables::ident;
use crate::expr::path::{Path, Step};
use crate::syntax::{Choice, Condition, Operator, Relation, Right, Rule, State, Template, Test, TypeTest};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl Emitter<'_> {
    /// The function of a Choice: runs the rules and answers where to go on.
    pub(super) fn choice(
        &mut self,
        scope: &ScopeContext,
        state: &State,
        function: &StateFn,
        choice: &Choice,
    ) -> TokenStream {
        let mut env = scope.env(state, quote!(data), quote!(cx.context()));
        let (before, after) = (scope.narrow_input(state), scope.output(state));
        // A value that several rules look at, and the first of them in any case, is looked up once.
        let is_one_test = is_one_test(state, choice, function);
        let subject = subject(&choice.rules, is_one_test).map(|path| {
            let (name, value) = (subject_name(path), env.borrow(path));
            env.known = Some((path.clone(), quote!(#name)));
            quote!(let #name = #value;)
        });
        let arms = Arms {
            scope,
            state,
            function,
            choice,
            env: &env,
            is_one_test,
        };
        let (ty, decision) = match &function.targets[..] {
            [_] => (quote!(()), arms.single()),
            [_, _] => {
                let next = Once::from(arms.decision());
                (quote!(bool), quote!(let next = #next;))
            }
            _ => {
                let next = Once::from(arms.decision());
                let ty = function.choices.first().map(|(ty, _)| ty);
                (quote!(#ty), quote!(let next = #next;))
            }
        };
        let exit = match function.targets[..] {
            [_] => quote!(cx.exit(data)),
            _ => quote!(cx.exit(data)?; Ok(next)),
        };
        let query = asking(state, quote!(cx.context()), quote!(data), TokenStream::new(), &decision);
        let body = [before, query, subject.unwrap_or_default(), decision, after, exit];
        let body = body.into_iter().collect();
        self.state_fn(scope, state, function, quote!(Result<#ty, Error>), body)
    }

    /// The enum of where a Choice with three targets or more leads.
    pub(super) fn choice_enum(&mut self, function: &StateFn, targets: &[&str]) -> Option<TokenStream> {
        let (ty, _) = function.choices.first()?;
        let docs = targets.iter().map(|name| doc(&[format!("To {}.", code(name))]));
        let variants = docs.zip(function.choices.iter().map(|(_, variant)| variant));
        let about = doc(&[format!("Where Choice {} leads.", code(&function.title))]);
        Some(state_enum(&about, ty, variants))
    }
}

/// What the rules of a Choice become.
struct Arms<'a> {
    scope: &'a ScopeContext,
    state: &'a State,
    function: &'a StateFn,
    choice: &'a Choice,
    env: &'a Env<'a>,
    /// Whether the rules come to one test of a text.
    is_one_test: bool,
}

impl Arms<'_> {
    /// The decision between several targets, as an expression.
    fn decision(&self) -> TokenStream {
        let groups = grouped(&self.choice.rules);
        let acts = acts(self.state, self.choice);
        let otherwise = self.otherwise();
        if let Some((value, patterns)) = cases(&groups, self.env) {
            let mut cases: Vec<_> = patterns.iter().zip(&groups).collect();
            // What leads where the Default does needs no arm.
            cases.retain(|(_, group)| acts || !leads_to_default(self.choice, group));
            return match &cases[..] {
                // Where the answer is the test itself, nothing is gained by arms.
                [(pattern, group)] if self.is_one_test => {
                    let not = (self.function.targets.first() != Some(&group[0].next.index)).then(|| quote!(!));
                    quote!(#not matches!(#value, #pattern))
                }
                _ => {
                    let arms = cases.iter().map(|(pattern, group)| {
                        let body = self.rule(&group[0]);
                        quote!(#pattern => { #body })
                    });
                    quote!(match #value { #(#arms)* _ => { #otherwise } })
                }
            };
        }
        if let ([group], [_, _], false, true) = (
            &groups[..],
            &self.function.targets[..],
            acts,
            self.choice.default.is_some(),
        ) {
            return any(group, self.env);
        }
        let (mut first, mut last) = (&groups[..], quote!({ #otherwise }));
        // The last rule and the Default may be less than an `if` and its `else`.
        if let (Some((group, before)), Some(default), false) = (groups.split_last(), &self.choice.default, acts) {
            let target = group[0].next.index;
            let short = match &self.function.targets[..] {
                _ if target == default.index => {
                    let any = any(group, self.env);
                    Some(quote!(let _ = #any; #otherwise))
                }
                [yes, _] if *yes == target => Some(any(group, self.env)),
                [_, no] if *no == target => Some(none(group, self.env)),
                _ => None,
            };
            if let Some(short) = short {
                if before.is_empty() {
                    return short;
                }
                (first, last) = (before, quote!({ #short }));
            }
        }
        let arms = first.iter().map(|group| {
            let (condition, body) = (Once::from(any(group, self.env)), Once::from(self.rule(&group[0])));
            Once::from(quote!(if #condition { #body } else))
        });
        let last = Once::from(last);
        quote!(#(#arms)* #last)
    }

    /// The statements of a Choice that has but one target: a rule may still fail, or assign.
    fn single(&self) -> TokenStream {
        let rules = &self.choice.rules[..];
        let assigns = rules.iter().any(has_effects);
        let effects = self.effects(self.state.assign.as_ref(), self.state.output.as_ref());
        match (assigns, &self.choice.default, effects.is_empty()) {
            (false, None, _) => {
                let none = none(rules, self.env);
                quote!(if #none { return Err(rt::no_choice_matched()); })
            }
            (false, Some(_), true) => {
                let any = any(rules, self.env);
                quote!(let _ = #any;)
            }
            (false, Some(_), false) => {
                let none = none(rules, self.env);
                quote!(if #none { #effects })
            }
            (true, ..) => {
                let arms = grouped(rules).into_iter().map(|group| {
                    let condition = any(group, self.env);
                    let body = self.rule(&group[0]);
                    quote!(if #condition { #body })
                });
                let otherwise = Some(self.otherwise()).filter(|otherwise| !otherwise.is_empty());
                let otherwise = otherwise.map(|otherwise| quote!(else { #otherwise }));
                quote!(#(#arms)else* #otherwise)
            }
        }
    }

    /// What a rule does when it holds.
    fn rule(&self, rule: &Rule) -> TokenStream {
        self.arm(rule.assign.as_ref(), rule.output.as_ref(), rule.next.index)
    }

    fn arm(&self, assign: Option<&Template>, output: Option<&Template>, target: usize) -> TokenStream {
        let answer = self.answer(target);
        let effects = self.effects(assign, output);
        quote!(#effects #answer)
    }

    /// `Assign` and `Output`, which see the same variables.
    fn effects(&self, assign: Option<&Template>, output: Option<&Template>) -> TokenStream {
        let (compute, put, set) = self.scope.outputs(self.env, assign, output);
        quote!(#compute #put #set)
    }

    /// What happens when no rule holds.
    fn otherwise(&self) -> TokenStream {
        match &self.choice.default {
            Some(target) => self.arm(self.state.assign.as_ref(), self.state.output.as_ref(), target.index),
            None => quote!(return Err(rt::no_choice_matched());),
        }
    }

    fn answer(&self, target: usize) -> TokenStream {
        match &self.function.targets[..] {
            [_] => TokenStream::new(),
            [first, _] => {
                let is_first = *first == target;
                quote!(#is_first)
            }
            targets => {
                let index = targets.iter().position(|&known| known == target);
                let variant = index.and_then(|index| self.function.choices.get(index));
                variant.map(|(ty, variant)| quote!(#ty::#variant)).unwrap_or_default()
            }
        }
    }
}

fn has_effects(rule: &Rule) -> bool {
    rule.assign.is_some() || rule.output.is_some()
}

/// The rules, those together that follow one another, lead to the same state and assign nothing.
fn grouped(rules: &[Rule]) -> Vec<&[Rule]> {
    rules
        .chunk_by(|a, b| a.next.index == b.next.index && !has_effects(a) && !has_effects(b))
        .collect()
}

/// Whether a Choice does more than decide.
fn acts(state: &State, choice: &Choice) -> bool {
    state.assign.is_some() || state.output.is_some() || choice.rules.iter().any(has_effects)
}

fn leads_to_default(choice: &Choice, group: &[Rule]) -> bool {
    let default = choice.default.as_ref();
    default.is_some_and(|default| default.index == group[0].next.index)
}

/// Whether a Choice between two states comes to the test of a text.
fn is_one_test(state: &State, choice: &Choice, function: &StateFn) -> bool {
    let groups = grouped(&choice.rules);
    let count = groups.iter().filter(|group| !leads_to_default(choice, group)).count();
    count == 1
        && function.targets.len() == 2
        && choice.default.is_some()
        && !acts(state, choice)
        && texts(&groups).is_some()
}

/// The first path that is looked up in any case, if rules look at it again.
fn subject(rules: &[Rule], is_one_test: bool) -> Option<&Path> {
    let first = first_test(rules.first()?.condition.as_ref()?)?;
    if matches!(first.operator, Operator::Is(TypeTest::Present, _)) {
        return None;
    }
    let path = &first.variable.value;
    let mut uses = 0;
    rules
        .iter()
        .filter_map(|rule| rule.condition.as_ref())
        .for_each(|condition| count_uses(condition, path, &mut uses));
    // The whole input has a name already, and comparisons of strings become a `match`.
    (uses > 1 && !path.steps.is_empty() && (is_one_test || texts(&grouped(rules)).is_none())).then_some(path)
}

fn first_test(condition: &Condition) -> Option<&Test> {
    match condition {
        Condition::And(all) | Condition::Or(all) => first_test(all.first()?),
        Condition::Not(one) => first_test(one),
        Condition::Test(test) => Some(test),
        Condition::Literal(_) | Condition::Expression(_) => None,
    }
}

fn count_uses(condition: &Condition, path: &Path, uses: &mut usize) {
    match condition {
        Condition::And(all) | Condition::Or(all) => all.iter().for_each(|one| count_uses(one, path, uses)),
        Condition::Not(one) => count_uses(one, path, uses),
        Condition::Test(test) => {
            let is_present = matches!(test.operator, Operator::Is(TypeTest::Present, _));
            *uses += usize::from(!is_present && test.variable.value == *path);
        }
        Condition::Literal(_) | Condition::Expression(_) => {}
    }
}

/// A local named after the last member of a path.
fn subject_name(path: &Path) -> Ident {
    let member = path.steps.iter().rev().find_map(|step| match step {
        Step::Member(name) => Some(name.as_str()),
        _ => None,
    });
    match local(member.unwrap_or("value")).as_str() {
        // What the function uses itself.
        "cx" | "data" | "vars" | "next" | "rt" => ident("value"),
        name => ident(name),
    }
}

/// If all that the rules do is compare one string with different literals: the string, and a pattern for each group.
fn cases(groups: &[&[Rule]], env: &Env) -> Option<(TokenStream, Vec<TokenStream>)> {
    let (path, texts) = texts(groups)?;
    let value = env.receiver(path);
    let patterns = texts.iter().map(|texts| quote!(Some(#(#texts)|*))).collect();
    Some((quote!(#value.as_str()), patterns))
}

/// The string, and the literals of each group; several literals in all, none of them twice.
fn texts<'r>(groups: &[&'r [Rule]]) -> Option<(&'r Path, Vec<Vec<&'r str>>)> {
    let mut path = None;
    let mut all = Vec::new();
    for group in groups {
        let start = all.len();
        for rule in *group {
            collect_texts(rule.condition.as_ref()?, &mut path, &mut all)?;
        }
        if all.len() == start {
            return None;
        }
    }
    let distinct: std::collections::HashSet<&str> = all.iter().copied().collect();
    if all.len() < 2 || distinct.len() < all.len() {
        return None;
    }
    let mut rest = all.into_iter();
    let texts = groups
        .iter()
        .map(|group| {
            let count: usize = group
                .iter()
                .filter_map(|rule| rule.condition.as_ref())
                .map(count_tests)
                .sum();
            rest.by_ref().take(count).collect()
        })
        .collect();
    Some((path?, texts))
}

fn collect_texts<'r>(condition: &'r Condition, path: &mut Option<&'r Path>, all: &mut Vec<&'r str>) -> Option<()> {
    match condition {
        Condition::Or(any) => any.iter().try_for_each(|one| collect_texts(one, path, all)),
        Condition::Test(test) => match &test.operator {
            Operator::String(Relation::Equal, Right::Literal(text)) => {
                all.push(text);
                (*path.get_or_insert(&test.variable.value) == &test.variable.value).then_some(())
            }
            _ => None,
        },
        Condition::And(_) | Condition::Not(_) | Condition::Literal(_) | Condition::Expression(_) => None,
    }
}

fn count_tests(condition: &Condition) -> usize {
    match condition {
        Condition::And(all) | Condition::Or(all) => all.iter().map(count_tests).sum(),
        Condition::Not(one) => count_tests(one),
        Condition::Test(_) => 1,
        Condition::Literal(_) | Condition::Expression(_) => 0,
    }
}

/// The name of a Choice's function: a question where it answers yes or no.
pub fn function_name(name: &str, targets: usize) -> String {
    let snake = snake(name);
    let asks = name.trim_end().ends_with('?');
    match targets {
        2 if asks && !begins_as_question(&snake) => format!("is_{}", snake.trim_end_matches('_')),
        _ => snake,
    }
}

/// Whether a verb or a question word comes first, which `is_` does not go with.
fn begins_as_question(name: &str) -> bool {
    let words = [
        "is", "are", "was", "were", "has", "have", "had", "do", "does", "did", "can", "could", "may", "must", "should",
        "will", "would", "what", "when", "where", "which", "who", "why", "how",
    ];
    name.split_once('_')
        .is_some_and(|(first, rest)| words.contains(&first) && !rest.is_empty())
}
