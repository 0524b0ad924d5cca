//! The eight types of state.

use super::{Catcher, Choice, Expression, QueryLanguage, Retrier, Scope, Target, Template};
use crate::expr::{intrinsic::Call, path::Path};
use crate::source::{Span, Spanned};

/// A state.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name: the key in `States`.
    pub name: Spanned<String>,
    /// The object of the state.
    pub span: Span,
    /// Where it is (V-7): `/States/Check`.
    pub location: String,
    /// `Comment`
    pub comment: Option<String>,
    /// The query language that governs its own fields.
    pub query_language: QueryLanguage,
    /// `InputPath`
    pub input_path: Selection,
    /// `OutputPath`
    pub output_path: Selection,
    /// `Assign`, the state's own (rules and Catchers have theirs): always an object template.
    pub assign: Option<Template>,
    /// `Output`, the state's own, in JSONata states only.
    pub output: Option<Template>,
    /// What its `Type` says.
    pub kind: StateKind,
}

/// `InputPath`, `OutputPath` (IO-10 to IO-12, IO-22).
#[derive(Debug, Clone)]
pub enum Selection {
    /// Absent or `$`: the whole value.
    Whole,
    /// `null`: the value is `{}`.
    Nothing,
    /// A path.
    Path(Spanned<Path>),
}

/// `ResultPath` (IO-15 to IO-21).
#[derive(Debug, Clone)]
pub enum ResultPath {
    /// Absent or `$`: the result replaces the input.
    Replace,
    /// `null`: the input goes on.
    Discard,
    /// A Reference Path.
    Into(Spanned<Path>),
}

/// Where a state leads.
#[derive(Debug, Clone)]
pub enum Next {
    /// `Next`
    State(Target),
    /// `End: true`
    End,
}

/// What differs by `Type`.
#[derive(Debug, Clone)]
pub enum StateKind {
    /// `Task`
    Task(Box<Task>),
    /// `Pass`
    Pass(Pass),
    /// `Choice`
    Choice(Choice),
    /// `Wait`
    Wait(Wait),
    /// `Succeed`
    Succeed,
    /// `Fail`
    Fail(Fail),
    /// `Parallel`
    Parallel(Parallel),
    /// `Map`
    Map(Box<Map>),
}

/// What Task, Parallel and Map have in common.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `ResultSelector`
    pub result_selector: Option<Template>,
    /// `ResultPath`
    pub result_path: ResultPath,
    /// `Retry`
    pub retry: Vec<Retrier>,
    /// `Catch`
    pub catch: Vec<Catcher>,
    /// `Next` or `End`
    pub next: Next,
}

/// A Task state.
#[derive(Debug, Clone)]
pub struct Task {
    /// `Resource`
    pub resource: Spanned<Resource>,
    /// `Parameters`, or `Arguments` in a JSONata state.
    pub parameters: Option<Template>,
    /// `Credentials`
    pub credentials: Option<Template>,
    /// `TimeoutSeconds`, `TimeoutSecondsPath`
    pub timeout: Option<Number>,
    /// `HeartbeatSeconds`, `HeartbeatSecondsPath`
    pub heartbeat: Option<Number>,
    /// What becomes of the result.
    pub outcome: Outcome,
}

/// A number given literally, by a Reference Path, or in JSONata.
#[derive(Debug, Clone)]
pub enum Number {
    /// A literal: an integer, or for percentages a decimal, as written.
    Literal(Spanned<String>),
    /// The `...Path` form.
    Path(Spanned<Path>),
    /// An expression.
    Expression(Box<Expression>),
}

/// A task's `Resource` (execution.md section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// As written.
    pub text: String,
    /// What it names.
    pub kind: ResourceKind,
}

/// The forms of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceKind {
    /// `arn:aws:lambda:<r>:<a>:function:<name>`
    Lambda {
        /// The function's name, without its qualifier.
        function: String,
    },
    /// `arn:aws:states:<r>:<a>:activity:<name>`
    Activity {
        /// The activity's name.
        activity: String,
    },
    /// `arn:aws:states:::[aws-sdk:]<service>:<action>[<pattern>]`
    Service {
        /// `lambda`, `aws-sdk:dynamodb`, `http`
        service: String,
        /// `invoke`
        action: String,
        /// How its end is known.
        pattern: Pattern,
    },
    /// Not known: `${Name}` substitutions hide it, or it is none of the others.
    Symbolic,
}

/// How a task's end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Request-response.
    RequestResponse,
    /// `.sync`
    Sync,
    /// `.sync:2`
    Sync2,
    /// `.waitForTaskToken`
    WaitForTaskToken,
}

/// A Pass state.
#[derive(Debug, Clone)]
pub struct Pass {
    /// `Result`
    pub result: Option<serde_json::Value>,
    /// `Parameters`
    pub parameters: Option<Template>,
    /// `ResultPath`
    pub result_path: ResultPath,
    /// `Next` or `End`
    pub next: Next,
}

/// A Wait state.
#[derive(Debug, Clone)]
pub struct Wait {
    /// How long.
    pub until: WaitUntil,
    /// `Next` or `End`
    pub next: Next,
}

/// The four time fields of Wait (WT-1).
#[derive(Debug, Clone)]
pub enum WaitUntil {
    /// `Seconds`
    Seconds(u64),
    /// `SecondsPath`
    SecondsPath(Spanned<Path>),
    /// `Timestamp`, RFC 3339 as written
    Timestamp(String),
    /// `TimestampPath`
    TimestampPath(Spanned<Path>),
    /// `Seconds`, in JSONata
    SecondsExpression(Box<Expression>),
    /// `Timestamp`, in JSONata
    TimestampExpression(Box<Expression>),
}

/// A Fail state.
#[derive(Debug, Clone)]
pub struct Fail {
    /// `Error`, `ErrorPath`
    pub error: Option<FailText>,
    /// `Cause`, `CausePath`
    pub cause: Option<FailText>,
}

/// A text of a Fail state.
#[derive(Debug, Clone)]
pub enum FailText {
    /// Literal.
    Literal(String),
    /// A path.
    Path(Spanned<Path>),
    /// An intrinsic call (FL-3).
    Call(Spanned<Call>),
    /// An expression.
    Expression(Box<Expression>),
}

/// A Parallel state.
#[derive(Debug, Clone)]
pub struct Parallel {
    /// `Parameters`, or `Arguments` in a JSONata state.
    pub parameters: Option<Template>,
    /// `Branches`
    pub branches: Vec<Scope>,
    /// What becomes of the result.
    pub outcome: Outcome,
}

/// A Map state.
#[derive(Debug, Clone)]
pub struct Map {
    /// `ItemsPath`, or `Items` in a JSONata state.
    pub items: Items,
    /// `ItemSelector`, or `Parameters`.
    pub item_selector: Option<Template>,
    /// `ItemProcessor`, or `Iterator`.
    pub processor: Scope,
    /// `ProcessorConfig`: inline or distributed.
    pub mode: MapMode,
    /// `MaxConcurrency`, `MaxConcurrencyPath`
    pub max_concurrency: Option<Number>,
    /// `ToleratedFailureCount`, `...Path`
    pub tolerated_failure_count: Option<Number>,
    /// `ToleratedFailurePercentage`, `...Path`
    pub tolerated_failure_percentage: Option<Number>,
    /// `Label`
    pub label: Option<String>,
    /// `ItemReader`, `ItemBatcher` and `ResultWriter` (not compiled yet).
    pub data_set_fields: Vec<DataSetField>,
    /// What becomes of the result.
    pub outcome: Outcome,
}

/// A field of a Map that reads or writes a data set, and what is computed in it.
#[derive(Debug, Clone)]
pub struct DataSetField {
    /// `ItemReader`, `ItemBatcher`, `ResultWriter`
    pub name: Spanned<&'static str>,
    /// `Parameters`, `Arguments`, `BatchInput`
    pub templates: Vec<Template>,
    /// `MaxItems` and the like.
    pub limits: Vec<Number>,
}

/// What a Map goes over (MP-5, MP-6).
#[derive(Debug, Clone)]
pub enum Items {
    /// The input of the state.
    Input,
    /// `ItemsPath`
    Path(Spanned<Path>),
    /// `Items`: an expression, or an array or object with computed parts or without.
    Template(Template),
}

/// `ProcessorConfig` (MP-3, MP-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapMode {
    /// `INLINE`
    Inline,
    /// `DISTRIBUTED`, its children Standard executions
    DistributedStandard,
    /// `DISTRIBUTED`, its children Express executions
    DistributedExpress,
}

impl State {
    /// Every transition out of the state, in document order: `Next`, rules, `Default`, Catchers.
    pub fn targets(&self) -> Vec<&Target> {
        match &self.kind {
            StateKind::Succeed | StateKind::Fail(_) => Vec::new(),
            StateKind::Pass(Pass { next, .. }) | StateKind::Wait(Wait { next, .. }) => {
                next.target().into_iter().collect()
            }
            StateKind::Choice(choice) => choice
                .rules
                .iter()
                .map(|rule| &rule.next)
                .chain(&choice.default)
                .collect(),
            StateKind::Task(task) => task.outcome.targets(),
            StateKind::Parallel(parallel) => parallel.outcome.targets(),
            StateKind::Map(map) => map.outcome.targets(),
        }
    }

    /// The same, to settle them.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        match &mut self.kind {
            StateKind::Succeed | StateKind::Fail(_) => Vec::new(),
            StateKind::Pass(Pass { next, .. }) | StateKind::Wait(Wait { next, .. }) => {
                next.target_mut().into_iter().collect()
            }
            StateKind::Choice(choice) => choice
                .rules
                .iter_mut()
                .map(|rule| &mut rule.next)
                .chain(&mut choice.default)
                .collect(),
            StateKind::Task(task) => task.outcome.targets_mut(),
            StateKind::Parallel(parallel) => parallel.outcome.targets_mut(),
            StateKind::Map(map) => map.outcome.targets_mut(),
        }
    }

    /// The scopes inside it: branches, or the processor of a Map.
    pub fn scopes(&self) -> Vec<&Scope> {
        match &self.kind {
            StateKind::Parallel(parallel) => parallel.branches.iter().collect(),
            StateKind::Map(map) => vec![&map.processor],
            _ => Vec::new(),
        }
    }

    /// The same, to settle what is in them.
    pub fn scopes_mut(&mut self) -> Vec<&mut Scope> {
        match &mut self.kind {
            StateKind::Parallel(parallel) => parallel.branches.iter_mut().collect(),
            StateKind::Map(map) => vec![&mut map.processor],
            _ => Vec::new(),
        }
    }

    /// What becomes of its result, if it is a Task, Parallel or Map.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.kind {
            StateKind::Task(task) => Some(&task.outcome),
            StateKind::Parallel(parallel) => Some(&parallel.outcome),
            StateKind::Map(map) => Some(&map.outcome),
            _ => None,
        }
    }

    /// Its Catchers.
    pub fn catchers(&self) -> &[Catcher] {
        self.outcome().map(|outcome| &outcome.catch[..]).unwrap_or_default()
    }

    /// Where it leads. Choice, Succeed and Fail have no `Next` of their own.
    pub fn next(&self) -> Option<&Next> {
        match &self.kind {
            StateKind::Pass(pass) => Some(&pass.next),
            StateKind::Wait(wait) => Some(&wait.next),
            _ => self.outcome().map(|outcome| &outcome.next),
        }
    }

    /// Whether its scope can end here (S-4).
    pub fn is_terminal(&self) -> bool {
        matches!(self.kind, StateKind::Succeed | StateKind::Fail(_)) || matches!(self.next(), Some(Next::End))
    }
}

impl Next {
    /// The target, if it is not the end.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Next::State(target) => Some(target),
            Next::End => None,
        }
    }

    fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Next::State(target) => Some(target),
            Next::End => None,
        }
    }
}

impl Outcome {
    fn targets(&self) -> Vec<&Target> {
        self.next
            .target()
            .into_iter()
            .chain(self.catch.iter().map(|catcher| &catcher.next))
            .collect()
    }

    fn targets_mut(&mut self) -> Vec<&mut Target> {
        self.next
            .target_mut()
            .into_iter()
            .chain(self.catch.iter_mut().map(|catcher| &mut catcher.next))
            .collect()
    }
}
