//! Parallel and Map: lines of control side by side.

#![allow(
    clippy::manual_async_fn,
    reason = "an async function keeps a second copy of all its arguments"
)]

use crate::data::Data;
use crate::execution::STATE_DATA;
use crate::quota::{self, Held};
use crate::retry::{Retries, record_retried};
use crate::scope::{Branching, Context, Frame, Item, Scope, Visit};
use crate::{BoxFuture, Child, Definition, Engine, Error, Event, Line, Position, Retrier, Until};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

/// At most so many iterations of an inline Map run at once where it sets no limit (MI-2).
const INLINE_CONCURRENCY: usize = 40;
/// At most so many children of a distributed Map run at once (MD-2).
const DISTRIBUTED_CONCURRENCY: usize = 10_000;

/// A branch or an iteration on its way.
pub type Lane<'a> = BoxFuture<'a, Result<Value, Error>>;

/// What stands fixed about an inline Map.
#[derive(Debug, Clone, Copy)]
pub struct MapPolicy {
    /// `Retry`
    pub retry: &'static [Retrier],
    /// Whether something in it reads `$$.Map.Item.Value`, which is then kept.
    pub keep_item: bool,
}

/// What stands fixed about a distributed Map.
#[derive(Debug, Clone, Copy)]
pub struct MapRunPolicy {
    /// `Retry`
    pub retry: &'static [Retrier],
    /// `Label`, or the state's name.
    pub label: &'static str,
    /// The description of the child executions.
    pub definition: &'static Definition,
    /// Whether something in it reads `$$.Map.Item.Value`, which is then kept.
    pub keep_item: bool,
}

/// The failures that a distributed Map bears (MD-4): a threshold that is not declared is not 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tolerance {
    /// `ToleratedFailureCount`
    pub count: Option<u64>,
    /// `ToleratedFailurePercentage`
    pub percentage: Option<f64>,
}

impl Tolerance {
    fn bears(self, failed: usize, total: usize) -> bool {
        match (self.count, self.percentage) {
            (None, None) => failed == 0,
            (count, percentage) => {
                count.is_none_or(|count| failed as u64 <= count)
                    && percentage.is_none_or(|percentage| failed as f64 * 100.0 <= percentage * total as f64)
            }
        }
    }
}

/// What the lanes of a state start from: everything of the scope but its line, which goes on taking note of events.
struct Fork<'a, E: Engine> {
    engine: &'a E,
    frame: &'a Frame<'a>,
    at: &'a E::Position,
    lanes: Lanes,
}

/// What the lanes of a state are.
#[derive(Clone, Copy)]
enum Lanes {
    /// The branches of a Parallel.
    Branches,
    /// The iterations of the inline Map of this name.
    Iterations(&'static str),
    /// The children of a distributed Map.
    Children,
}

impl<'a, E: Engine> Fork<'a, E> {
    fn lane(&self, visit: &Visit, line: &E::Line, index: usize, item: Option<Item>) -> Scope<'a, E> {
        let lane = Branching {
            parent: self.frame,
            state: visit.state,
            visit: visit.number,
            attempt: visit.retry_count,
            index,
            item,
        };
        let base = self.at.lane(index, visit.retry_count);
        Scope {
            engine: self.engine,
            frame: Frame {
                execution: self.frame.execution,
                definition: self.frame.definition,
                input: self.frame.input.clone(),
                lane: Some(lane),
            },
            visit: visit.for_lane(index),
            line: line.fork(),
            at: base.clone(),
            base,
            turns: 0,
            held: Held::of(self.frame.execution),
        }
    }

    /// There is room for a lane: it counts as running, though others may come first.
    fn begin(&self, line: &mut E::Line, index: usize) {
        if let Lanes::Iterations(name) = self.lanes {
            self.engine
                .record(self.at, line, Event::MapIterationStarted { name, index });
        }
    }

    fn end(&self, line: &mut E::Line, index: usize, succeeded: bool) {
        match self.lanes {
            Lanes::Branches => self.engine.branch_ended(self.at, index, succeeded),
            Lanes::Iterations(name) => {
                let event = match succeeded {
                    true => Event::MapIterationSucceeded { name, index },
                    false => Event::MapIterationFailed { name, index },
                };
                self.engine.record(self.at, line, event);
            }
            Lanes::Children => {}
        }
    }

    /// The outputs of all lanes, which together are subject to the quota (PL-11, MD-11).
    fn result(&self, visit: &Visit, outputs: Result<Vec<Value>, Error>) -> Result<Value, Error> {
        let outputs = Value::Array(outputs?);
        match self.frame.execution.has_quotas() {
            true => quota::outputs(visit.state, outputs),
            false => Ok(outputs),
        }
    }

    /// What an attempt begins with: the Retriers see what goes wrong with it before the state has started (CT-14).
    async fn made<T>(
        &self,
        line: &mut E::Line,
        retries: &mut Retries,
        visit: &mut Visit,
        make: &mut (dyn FnMut(Context<'_>) -> Result<T, Error> + Send),
    ) -> Result<T, Error> {
        loop {
            let frame = self.frame;
            match make(Context { frame, visit }) {
                Ok(made) => return Ok(made),
                Err(error) => self.retry(line, retries, visit, error, None).await?,
            }
        }
    }

    /// Waits before a retry, unless the error ends the state: then `failed` is recorded.
    async fn retry(
        &self,
        line: &mut E::Line,
        retries: &mut Retries,
        visit: &mut Visit,
        error: Error,
        failed: Option<Event<'static>>,
    ) -> Result<(), Error> {
        let attempt = visit.retry_count + 1;
        retries.redriven(self.engine.redrives());
        let Some(delay) = retries.next(&error, || self.engine.random(self.at, attempt) as u64) else {
            if let Some(failed) = failed {
                self.engine.record(self.at, line, failed);
            }
            return Err(error);
        };
        record_retried(self.engine, self.at, line, visit.state, error);
        visit.retry_count = attempt;
        Box::pin(self.engine.sleep(self.at, attempt, Until::After(delay))).await;
        if visit.now.is_some() {
            visit.now = Some(self.engine.now(self.at));
        }
        Ok(())
    }
}

/// Runs the branches of the current Parallel state, and again as its Retriers say (PL-1 to PL-9).
///
/// # Errors
/// With the error of the branch that failed first.
pub fn parallel<'a, E: Engine>(
    scope: &'a mut Scope<'_, E>,
    retry: &'static [Retrier],
    branches: usize,
    start: &mut (dyn FnMut(Scope<'a, E>, usize) -> Lane<'a> + Send),
) -> impl Future<Output = Result<Value, Error>> + Send {
    side_by_side(
        scope,
        retry,
        branches,
        |_| Ok(()),
        |cx, (): &(), branch| start(cx, branch),
    )
}

/// The same over an input that is made for each attempt.
///
/// # Errors
/// With the error of the branch that failed first, or that of `input`.
pub fn parallel_over<'a, E: Engine>(
    scope: &'a mut Scope<'_, E>,
    retry: &'static [Retrier],
    branches: usize,
    input: &mut (dyn FnMut(Context<'_>) -> Result<Value, Error> + Send),
    start: &mut (dyn FnMut(Scope<'a, E>, &Value, usize) -> Lane<'a> + Send),
) -> impl Future<Output = Result<Value, Error>> + Send {
    side_by_side(scope, retry, branches, input, start)
}

fn side_by_side<'a, E: Engine, I: Send + Sync>(
    scope: &'a mut Scope<'_, E>,
    retry: &'static [Retrier],
    branches: usize,
    mut input: impl FnMut(Context<'_>) -> Result<I, Error> + Send,
    mut start: impl FnMut(Scope<'a, E>, &I, usize) -> Lane<'a> + Send,
) -> impl Future<Output = Result<Value, Error>> + Send {
    async move {
        let Scope {
            engine,
            frame,
            visit,
            line,
            at,
            ..
        } = scope;
        let fork = Fork {
            engine: *engine,
            frame,
            at,
            lanes: Lanes::Branches,
        };
        let mut retries = Retries::new(retry);
        loop {
            let input = fork.made(line, &mut retries, visit, &mut input).await?;
            fork.engine.record(at, line, Event::ParallelStateStarted { branches });
            let mut start =
                |line: &mut E::Line, index, _| Ok(start(fork.lane(visit, line, index, None), &input, index));
            let outputs = lanes(&fork, line, visit.retry_count, branches, branches, None, &mut start).await;
            let error = match fork.result(visit, outputs) {
                Ok(result) => {
                    fork.engine.record(at, line, Event::ParallelStateSucceeded);
                    return Ok(result);
                }
                Err(error) => error,
            };
            let failed = Some(Event::ParallelStateFailed);
            fork.retry(line, &mut retries, visit, error, failed).await?;
        }
    }
}

/// Runs an iteration for each item of the current Map state, and all again as its Retriers say (MP-20 to MI-6).
///
/// # Errors
/// With the error of the iteration that failed first, or that of `items` or `start`.
pub fn map<'a, E: Engine>(
    scope: &'a mut Scope<'_, E>,
    policy: &'static MapPolicy,
    max_concurrency: usize,
    items: &mut (dyn FnMut(Context<'_>) -> Result<Vec<Value>, Error> + Send),
    start: &mut (dyn FnMut(Scope<'a, E>, Value) -> Result<Lane<'a>, Error> + Send),
) -> impl Future<Output = Result<Value, Error>> + Send {
    async move {
        let Scope {
            engine,
            frame,
            visit,
            line,
            at,
            ..
        } = scope;
        let fork = Fork {
            engine: *engine,
            frame,
            at,
            lanes: Lanes::Iterations(visit.state),
        };
        let mut retries = Retries::new(policy.retry);
        loop {
            let mut items = fork.made(line, &mut retries, visit, items).await?;
            let (length, concurrency) = (items.len(), or_limit(max_concurrency, INLINE_CONCURRENCY));
            fork.engine.record(at, line, Event::MapStateStarted { length });
            let mut start = |line: &mut E::Line, index: usize, _| {
                let item = std::mem::take(&mut items[index]);
                let kept = Item {
                    value: policy.keep_item.then(|| Box::new(item.clone())),
                    source: None,
                };
                start(fork.lane(visit, line, index, Some(kept)), item)
            };
            let outputs = lanes(&fork, line, visit.retry_count, length, concurrency, None, &mut start).await;
            let error = match fork.result(visit, outputs) {
                Ok(result) => {
                    fork.engine.record(at, line, Event::MapStateSucceeded);
                    return Ok(result);
                }
                Err(error) => error,
            };
            let failed = Some(Event::MapStateFailed);
            fork.retry(line, &mut retries, visit, error, failed).await?;
        }
    }
}

/// Runs a child execution for each item of the current distributed Map state, and all again as its Retriers say
/// (MD-1 to MD-11). `tolerance` is computed after the state has started (MD-6).
///
/// # Errors
/// With `States.ExceedToleratedFailureThreshold`, or the error of `items`, `tolerance` or `start`.
pub fn map_run<'a, E: Engine>(
    scope: &'a mut Scope<'_, E>,
    policy: &'static MapRunPolicy,
    max_concurrency: usize,
    items: &mut (dyn FnMut(Context<'_>) -> Result<Vec<Value>, Error> + Send),
    tolerance: &mut (dyn FnMut() -> Result<Tolerance, Error> + Send),
    start: &mut (dyn FnMut(Context<'_>, E, Data<'a>) -> Result<Lane<'a>, Error> + Send),
) -> impl Future<Output = Result<Value, Error>> + Send {
    async move {
        let Scope {
            engine,
            frame,
            visit,
            line,
            at,
            ..
        } = scope;
        let fork = Fork {
            engine: *engine,
            frame,
            at,
            lanes: Lanes::Children,
        };
        let mut retries = Retries::new(policy.retry);
        loop {
            let mut items = fork.made(line, &mut retries, visit, items).await?;
            let (length, concurrency) = (items.len(), or_limit(max_concurrency, DISTRIBUTED_CONCURRENCY));
            fork.engine.record(at, line, Event::MapStateStarted { length });
            let tolerance = tolerance()?;
            let (definition, label) = (policy.definition, policy.label);
            let started = Event::MapRunStarted {
                definition,
                label,
                attempt: visit.retry_count,
            };
            fork.engine.record(at, line, started);
            // The child that runs alone because it exceeded the threshold in an earlier life does so again.
            let tolerance = match fork.engine.decided(at, visit.retry_count) {
                Some(_) => Tolerance::default(),
                None => tolerance,
            };
            let mut children = Children::new(tolerance);
            let mut start = |line: &mut E::Line, index: usize, is_redriven| {
                // It may be needed once more.
                let item = match E::REDRIVES {
                    true => items[index].clone(),
                    false => std::mem::take(&mut items[index]),
                };
                let kept = Item {
                    value: policy.keep_item.then(|| Box::new(item.clone())),
                    source: Some(STATE_DATA),
                };
                let lane = fork.lane(visit, line, index, Some(kept));
                let child = Child {
                    definition,
                    label,
                    state: visit.state,
                    index,
                    item: policy.keep_item.then_some(&item),
                    is_redriven,
                };
                let engine = fork.engine.child(&lane.at, child);
                start(lane.context(), engine, Data::Owned(item))
            };
            let outputs = lanes(
                &fork,
                line,
                visit.retry_count,
                length,
                concurrency,
                Some(&mut children),
                &mut start,
            )
            .await;
            let error = match fork.result(visit, outputs) {
                Ok(result) => {
                    fork.engine.record(at, line, Event::MapRunSucceeded);
                    fork.engine.record(at, line, Event::MapStateSucceeded);
                    return Ok(result);
                }
                Err(error) => {
                    fork.engine.record(at, line, Event::MapRunFailed { error: &error });
                    error
                }
            };
            let failed = Some(Event::MapStateFailed);
            fork.retry(line, &mut retries, visit, error, failed).await?;
        }
    }
}

fn or_limit(max_concurrency: usize, limit: usize) -> usize {
    if max_concurrency == 0 { limit } else { max_concurrency }
}

/// Starts a lane; answers it, or tells why it cannot be started. The last argument is whether it has failed and begins anew.
type Start<'s, 'a, E> = &'s mut (dyn FnMut(&mut <E as Engine>::Line, usize, bool) -> Result<Lane<'a>, Error> + Send);

/// The children of a distributed Map.
struct Children {
    tolerance: Tolerance,
    /// Those that have failed so far, and those of them that begin anew.
    failed: Vec<usize>,
    again: VecDeque<usize>,
}

impl Children {
    fn new(tolerance: Tolerance) -> Children {
        Children {
            tolerance,
            failed: Vec::new(),
            again: VecDeque::new(),
        }
    }

    /// The outputs of lanes without those of the children that have failed.
    fn outputs(&mut self, mut outputs: Vec<Value>) -> Vec<Value> {
        if !self.failed.is_empty() {
            self.failed.sort_unstable();
            let mut indexes = 0..;
            outputs.retain(|_| {
                let index = indexes.next().unwrap_or_default();
                self.failed.binary_search(&index).is_err()
            });
        }
        outputs
    }
}

/// Runs `count` lanes, at most `concurrency` at once; the next starts when any one ends. Outputs are in the order of lanes,
/// without those of `children` whose failure was borne.
///
/// The first lane to fail ends it, and of children the first that is not borne. The engine fixes which one that was: the
/// next life of the execution runs that lane alone, since its end is all that counts.
fn lanes<'a, E: Engine>(
    fork: &Fork<'a, E>,
    line: &mut E::Line,
    attempt: u32,
    count: usize,
    concurrency: usize,
    mut children: Option<&mut Children>,
    start: Start<'_, 'a, E>,
) -> impl Future<Output = Result<Vec<Value>, Error>> + Send {
    async move {
        let engine = fork.engine;
        let decided = engine.decided(fork.at, attempt);
        let (mut next, last) = match decided {
            Some(index) => (index, index + 1),
            None => (0, count),
        };
        let (mut begun, mut room) = (next, concurrency);
        let mut outputs = vec![Value::Null; count];
        // Made when the first lane has to wait.
        let mut running: Option<FuturesUnordered<_>> = None;
        let mut redrives = engine.redrives();
        let (index, error) = loop {
            if engine.redrives() != redrives {
                redrives = engine.redrives();
                if let Some(Children { failed, again, .. }) = &mut children {
                    again.extend(failed.drain(..));
                }
            }
            while begun < last && room > 0 {
                fork.begin(line, begun);
                begun += 1;
                room -= 1;
            }
            let started = if next < begun {
                next += 1;
                Some((next - 1, false))
            } else {
                let again = children.as_mut().filter(|_| room > 0);
                let again = again.and_then(|children| children.again.pop_front());
                room -= usize::from(again.is_some());
                again.map(|index| (index, true))
            };
            let (index, result) = if let Some((index, is_redriven)) = started {
                let mut lane = match start(line, index, is_redriven) {
                    Ok(lane) => lane,
                    // Which lanes ran until this one was to start depends on the order of events too.
                    Err(error) => break (index, error),
                };
                // A lane that never waits does not go through the queue.
                match poll_fn(|cx| Poll::Ready(lane.as_mut().poll(cx))).await {
                    Poll::Ready(result) => (index, result),
                    Poll::Pending => {
                        let queue = running.get_or_insert_with(FuturesUnordered::new);
                        queue.push(async move { (index, lane.await) });
                        continue;
                    }
                }
            } else {
                let ended = poll_fn(|cx| match running.as_mut().map(|queue| queue.poll_next_unpin(cx)) {
                    None => Poll::Ready(Some(None)),
                    Some(Poll::Ready(ended)) => Poll::Ready(Some(ended)),
                    Some(Poll::Pending) if engine.redrives() != redrives => Poll::Ready(None),
                    Some(Poll::Pending) => Poll::Pending,
                });
                match ended.await {
                    Some(Some(ended)) => ended,
                    Some(None) => {
                        return Ok(match children {
                            Some(children) => children.outputs(outputs),
                            None => outputs,
                        });
                    }
                    None => continue,
                }
            };
            fork.end(line, index, result.is_ok());
            room += 1;
            match (result, &mut children) {
                (Ok(output), _) => outputs[index] = output,
                (Err(error), None) => break (index, error),
                (Err(_), Some(children)) => {
                    children.failed.push(index);
                    if !children.tolerance.bears(children.failed.len(), count) && !engine.is_redriven(fork.at) {
                        let cause = "The specified tolerated failure threshold was exceeded";
                        break (index, Error::new("States.ExceedToleratedFailureThreshold", cause));
                    }
                }
            }
        };
        // The others end here, whatever time the engine takes for its note.
        drop(running);
        if decided.is_none() {
            engine.decide(fork.at, attempt, index).await;
        }
        Err(error)
    }
}
