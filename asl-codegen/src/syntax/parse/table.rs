//! Which fields there are.

use crate::syntax::QueryLanguage;

/// The types of state, in the order in which the service lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateType {
    Task,
    Wait,
    Pass,
    Succeed,
    Fail,
    Choice,
    Parallel,
    Map,
}

use StateType::{Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait};

impl StateType {
    pub const ALL: [StateType; 8] = [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map];

    /// `Task`
    pub fn name(self) -> &'static str {
        match self {
            Task => "Task",
            Wait => "Wait",
            Pass => "Pass",
            Succeed => "Succeed",
            Fail => "Fail",
            Choice => "Choice",
            Parallel => "Parallel",
            Map => "Map",
        }
    }

    pub fn named(name: &str) -> Option<StateType> {
        StateType::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The query languages that a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
    Both,
}

use Language::{Both, JsonPath, Jsonata};

impl Language {
    fn has(self, language: QueryLanguage) -> bool {
        match self {
            JsonPath => language == QueryLanguage::JsonPath,
            Jsonata => language == QueryLanguage::Jsonata,
            Both => true,
        }
    }
}

/// A field of states.
pub(super) struct StateField {
    name: &'static str,
    pub language: Language,
    pub types: &'static [StateType],
}

/// The fields of all states (S-20 to S-46).
const STATE_FIELDS: &[StateField] = &[
    field("Type", Both, &StateType::ALL),
    field("Comment", Both, &StateType::ALL),
    field("QueryLanguage", Both, &StateType::ALL),
    field(
        "InputPath",
        JsonPath,
        &[Task, Parallel, Map, Pass, Wait, Choice, Succeed],
    ),
    field(
        "OutputPath",
        JsonPath,
        &[Task, Parallel, Map, Pass, Wait, Choice, Succeed],
    ),
    field("Output", Jsonata, &[Task, Parallel, Map, Pass, Wait, Choice, Succeed]),
    field("Next", Both, &[Task, Parallel, Map, Pass, Wait]),
    field("End", Both, &[Task, Parallel, Map, Pass, Wait]),
    field("Parameters", JsonPath, &[Task, Parallel, Map, Pass]),
    field("Arguments", Jsonata, &[Task, Parallel]),
    field("ResultPath", JsonPath, &[Task, Parallel, Map, Pass]),
    field("ResultSelector", JsonPath, &[Task, Parallel, Map]),
    field("Assign", Both, &[Task, Parallel, Map, Pass, Wait, Choice]),
    field("Retry", Both, &[Task, Parallel, Map]),
    field("Catch", Both, &[Task, Parallel, Map]),
    // Task
    field("Resource", Both, &[Task]),
    field("Credentials", Both, &[Task]),
    field("TimeoutSeconds", Both, &[Task]),
    field("TimeoutSecondsPath", JsonPath, &[Task]),
    field("HeartbeatSeconds", Both, &[Task]),
    field("HeartbeatSecondsPath", JsonPath, &[Task]),
    // Pass
    field("Result", JsonPath, &[Pass]),
    // Choice
    field("Choices", Both, &[Choice]),
    field("Default", Both, &[Choice]),
    // Wait
    field("Seconds", Both, &[Wait]),
    field("SecondsPath", JsonPath, &[Wait]),
    field("Timestamp", Both, &[Wait]),
    field("TimestampPath", JsonPath, &[Wait]),
    // Fail
    field("Error", Both, &[Fail]),
    field("ErrorPath", JsonPath, &[Fail]),
    field("Cause", Both, &[Fail]),
    field("CausePath", JsonPath, &[Fail]),
    // Parallel
    field("Branches", Both, &[Parallel]),
    // Map
    field("ItemProcessor", Both, &[Map]),
    field("Iterator", Both, &[Map]),
    field("ItemsPath", JsonPath, &[Map]),
    field("Items", Jsonata, &[Map]),
    field("ItemSelector", Both, &[Map]),
    field("ItemReader", Both, &[Map]),
    field("ItemBatcher", Both, &[Map]),
    field("ResultWriter", Both, &[Map]),
    field("MaxConcurrency", Both, &[Map]),
    field("MaxConcurrencyPath", JsonPath, &[Map]),
    field("ToleratedFailureCount", Both, &[Map]),
    field("ToleratedFailureCountPath", JsonPath, &[Map]),
    field("ToleratedFailurePercentage", Both, &[Map]),
    field("ToleratedFailurePercentagePath", JsonPath, &[Map]),
    field("Label", Both, &[Map]),
];

const fn field(name: &'static str, language: Language, types: &'static [StateType]) -> StateField {
    StateField { name, language, types }
}

impl StateField {
    pub fn named(name: &str) -> Option<&'static StateField> {
        STATE_FIELDS.iter().find(|field| field.name == name)
    }

    /// The names of the fields that such a state has.
    pub fn of(kind: StateType, language: QueryLanguage) -> impl Iterator<Item = &'static str> {
        STATE_FIELDS
            .iter()
            .filter(move |field| field.types.contains(&kind) && field.language.has(language))
            .map(|field| field.name)
    }
}

/// The fields of a machine (G-1 to G-6).
pub(super) const MACHINE: &[&str] = &[
    "Comment",
    "StartAt",
    "States",
    "QueryLanguage",
    "TimeoutSeconds",
    "Version",
];
/// The fields of a branch (PL-1).
pub(super) const BRANCH: &[&str] = &["Comment", "StartAt", "States"];
/// The fields of a processor (MP-1, MP-3).
pub(super) const PROCESSOR: &[&str] = &["Comment", "StartAt", "States", "ProcessorConfig"];
