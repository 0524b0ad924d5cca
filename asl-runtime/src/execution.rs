//! What the context object says of an execution.

use crate::Quotas;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// An execution as its context object shows it (spec CX-1 to CX-8), and the options of a run.
///
/// Whatever is not given is made up when the definition reads it: a UUID for the name, the present for the start time,
/// and ARNs of the Region `us-east-1` and the account `000000000000`.
///
/// ```
/// use asl_runtime::{Execution, Memory};
///
/// let engine = Memory::new(Execution::new().name("order-7").role_arn("arn:aws:iam::111111111111:role/orders"));
/// # let _ = engine;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Execution {
    id: Option<String>,
    name: OnceLock<String>,
    role_arn: Option<String>,
    start_time: OnceLock<DateTime<Utc>>,
    state_machine_id: Option<String>,
    state_machine_name: Option<String>,
    region: Option<String>,
    account: Option<String>,
    redrive_count: Option<u64>,
    context: Option<Value>,
    quotas: Option<Quotas>,
}

impl Execution {
    /// An execution of which nothing is fixed.
    pub fn new() -> Execution {
        Execution::default()
    }

    /// `$$.Execution.Name`
    pub fn name(mut self, name: impl Into<String>) -> Execution {
        self.name = OnceLock::from(name.into());
        self
    }

    /// `$$.Execution.Id`, by default an ARN made of Region, account, machine and name.
    pub fn id(mut self, id: impl Into<String>) -> Execution {
        self.id = Some(id.into());
        self
    }

    /// `$$.Execution.RoleArn`, by default null.
    pub fn role_arn(mut self, role_arn: impl Into<String>) -> Execution {
        self.role_arn = Some(role_arn.into());
        self
    }

    /// `$$.Execution.StartTime`, by default the time when the run starts. In memory every other time is counted from it.
    pub fn start_time(mut self, start_time: DateTime<Utc>) -> Execution {
        self.start_time = OnceLock::from(start_time);
        self
    }

    /// `$$.StateMachine.Id`, by default an ARN made of Region, account and machine.
    pub fn state_machine_id(mut self, id: impl Into<String>) -> Execution {
        self.state_machine_id = Some(id.into());
        self
    }

    /// `$$.StateMachine.Name`, by default the name of the generated module.
    pub fn state_machine_name(mut self, name: impl Into<String>) -> Execution {
        self.state_machine_name = Some(name.into());
        self
    }

    /// The Region in ARNs, by default `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Execution {
        self.region = Some(region.into());
        self
    }

    /// The account in ARNs, by default `000000000000`.
    pub fn account(mut self, account: impl Into<String>) -> Execution {
        self.account = Some(account.into());
        self
    }

    /// `$$.Execution.RedriveCount`, by default 0.
    pub fn redrive_count(mut self, count: u64) -> Execution {
        self.redrive_count = Some(count);
        self
    }

    /// A whole context object in place of the one that is made from the other options: an object with `Execution` and
    /// `StateMachine`, of which nothing is checked and to which only `State`, `Task` and `Map` are added.
    pub fn context(mut self, context: Value) -> Execution {
        self.context = Some(context);
        self
    }

    /// Whether it keeps to the quotas of the service: see [`Quotas`] for what they are, and for the default.
    pub fn quotas(mut self, quotas: Quotas) -> Execution {
        self.quotas = Some(quotas);
        self
    }

    /// The same execution, with these where none are given.
    pub(crate) fn or_quotas(mut self, quotas: Quotas) -> Execution {
        self.quotas.get_or_insert(quotas);
        self
    }

    pub(crate) fn has_quotas(&self) -> bool {
        self.quotas == Some(Quotas::Service)
    }

    /// The same execution, with these where its name and its start time are not given.
    #[cfg(feature = "testing")]
    pub(crate) fn or(self, name: &str, start_time: DateTime<Utc>) -> Execution {
        self.name.get_or_init(|| name.to_owned());
        self.start_time.get_or_init(|| start_time);
        self
    }

    pub(crate) fn name_or_made(&self) -> &str {
        self.name.get_or_init(|| uuid::Uuid::new_v4().to_string())
    }

    pub(crate) fn started(&self) -> DateTime<Utc> {
        *self.start_time.get_or_init(Utc::now)
    }

    pub(crate) fn role(&self) -> Option<&str> {
        self.role_arn.as_deref()
    }

    pub(crate) fn region_or_made(&self) -> &str {
        self.place().0
    }

    /// A new Map Run of a distributed Map (MD-12).
    pub(crate) fn map_run_id(&self, definition_name: &str, label: &str) -> String {
        let (region, account) = self.place();
        let machine = self.machine_name(definition_name);
        let id = uuid::Uuid::new_v4();
        format!("arn:aws:states:{region}:{account}:mapRun:{machine}/{label}:{id}")
    }

    fn machine_name<'a>(&'a self, definition_name: &'a str) -> &'a str {
        self.state_machine_name.as_deref().unwrap_or(definition_name)
    }

    fn place(&self) -> (&str, &str) {
        (
            self.region.as_deref().unwrap_or("us-east-1"),
            self.account.as_deref().unwrap_or("000000000000"),
        )
    }

    pub(crate) fn id_or_made(&self, definition_name: &str) -> String {
        self.id.clone().unwrap_or_else(|| {
            let (region, account) = self.place();
            let machine = self.machine_name(definition_name);
            format!(
                "arn:aws:states:{region}:{account}:execution:{machine}:{}",
                self.name_or_made()
            )
        })
    }

    /// The execution of an item of a distributed Map, with an id and a name of its own (MD-12, CX-25).
    pub fn child(&self, definition_name: &str, label: &str) -> Execution {
        let (region, account) = self.place();
        let machine = format!("{}/{label}", self.machine_name(definition_name));
        let mut child = Execution::new()
            .region(region)
            .account(account)
            .state_machine_id(format!("arn:aws:states:{region}:{account}:stateMachine:{machine}"))
            .state_machine_name(machine);
        child.role_arn.clone_from(&self.role_arn);
        child.quotas = self.quotas;
        child
    }

    /// The members `Execution` and `StateMachine` of the context object, in the order of CX-20.
    pub(crate) fn members(&self, definition_name: &str, input: Option<&Value>) -> Map<String, Value> {
        if let Some(Value::Object(members)) = &self.context {
            return members.clone();
        }
        let (region, account) = self.place();
        let machine = self.machine_name(definition_name);
        let mut execution = Map::new();
        execution.insert("Id".into(), self.id_or_made(definition_name).into());
        if let Some(input) = input {
            execution.insert("Input".into(), input.clone());
        }
        execution.insert("StartTime".into(), timestamp(self.started()).into());
        execution.insert("Name".into(), self.name_or_made().into());
        execution.insert("RoleArn".into(), self.role_arn.clone().into());
        execution.insert("RedriveCount".into(), self.redrive_count.unwrap_or(0).into());
        let id = self
            .state_machine_id
            .clone()
            .unwrap_or_else(|| format!("arn:aws:states:{region}:{account}:stateMachine:{machine}"));
        let mut members = Map::new();
        members.insert("Execution".into(), execution.into());
        members.insert("StateMachine".into(), json!({ "Id": id, "Name": machine }));
        members
    }

    pub(crate) fn given_context(&self) -> Option<&Value> {
        self.context.as_ref()
    }
}

/// A timestamp as the context object shows it (CX-21).
pub(crate) fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
