//! What the context object says of an execution.

use crate::scope::Item;
use crate::{Child, Definition, Place, Quotas, WorkflowType};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use uuid::Uuid;

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
    /// Nothing is kept for a run that gives nothing and reads nothing.
    kept: OnceLock<Box<Kept>>,
}

/// What is given, and what was made up.
#[derive(Debug, Clone, Default)]
struct Kept {
    id: Option<String>,
    name: OnceLock<String>,
    role_arn: Option<String>,
    start_time: OnceLock<DateTime<Utc>>,
    state_machine_id: Option<String>,
    state_machine_name: Option<String>,
    region: Option<String>,
    account: Option<String>,
    redrives: Redrives,
    context: Option<Value>,
    quotas: Option<Quotas>,
    variables: Total,
    worker_name: Option<String>,
    /// The item of the distributed Map that started it, and its number.
    item: Option<Arc<(usize, Item)>>,
}

/// How many bytes all variables of a running execution take, where it keeps to quotas.
#[derive(Debug, Default)]
struct Total(Arc<AtomicUsize>);

impl Clone for Total {
    /// A copy is another execution.
    fn clone(&self) -> Total {
        Total::default()
    }
}

/// How often an execution has been redriven, and when the last time (CX-6, CX-7).
#[derive(Debug, Default)]
struct Redrives(Mutex<(u64, Option<DateTime<Utc>>)>);

impl Redrives {
    fn get(&self) -> (u64, Option<DateTime<Utc>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, count: u64, time: Option<DateTime<Utc>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (count, time);
    }
}

impl Clone for Redrives {
    fn clone(&self) -> Redrives {
        Redrives(Mutex::new(self.get()))
    }
}

impl Execution {
    /// An execution of which nothing is fixed.
    pub fn new() -> Execution {
        Execution::default()
    }

    fn with(mut self, give: impl FnOnce(&mut Kept)) -> Execution {
        let mut kept = self.kept.take().unwrap_or_default();
        give(&mut kept);
        Execution { kept: kept.into() }
    }

    fn kept(&self) -> &Kept {
        self.kept.get_or_init(Box::default)
    }

    /// `$$.Execution.Name`
    pub fn name(self, name: impl Into<String>) -> Execution {
        self.with(|kept| kept.name = OnceLock::from(name.into()))
    }

    /// `$$.Execution.Id`, by default an ARN made of Region, account, machine and name, to which an Express execution adds a
    /// UUID.
    pub fn id(self, id: impl Into<String>) -> Execution {
        self.with(|kept| kept.id = Some(id.into()))
    }

    /// `$$.Execution.RoleArn`, by default null.
    pub fn role_arn(self, role_arn: impl Into<String>) -> Execution {
        self.with(|kept| kept.role_arn = Some(role_arn.into()))
    }

    /// `$$.Execution.StartTime`, by default the time when the run starts. In memory every other time is counted from it.
    pub fn start_time(self, start_time: DateTime<Utc>) -> Execution {
        self.with(|kept| kept.start_time = OnceLock::from(start_time))
    }

    /// `$$.StateMachine.Id`, by default an ARN made of Region, account and machine.
    pub fn state_machine_id(self, id: impl Into<String>) -> Execution {
        self.with(|kept| kept.state_machine_id = Some(id.into()))
    }

    /// `$$.StateMachine.Name`, by default the name of the generated module.
    pub fn state_machine_name(self, name: impl Into<String>) -> Execution {
        self.with(|kept| kept.state_machine_name = Some(name.into()))
    }

    /// The Region in ARNs, by default `us-east-1`.
    pub fn region(self, region: impl Into<String>) -> Execution {
        self.with(|kept| kept.region = Some(region.into()))
    }

    /// The account in ARNs, by default `000000000000`.
    pub fn account(self, account: impl Into<String>) -> Execution {
        self.with(|kept| kept.account = Some(account.into()))
    }

    /// `$$.Execution.RedriveCount`, by default 0.
    pub fn redrive_count(self, count: u64) -> Execution {
        self.with(|kept| kept.redrives.set(count, None))
    }

    /// It has been redriven for the `count`th time: `$$.Execution.RedriveCount` and `$$.Execution.RedriveTime` are these from
    /// now on. For engines.
    pub fn redriven(&self, count: u64, time: DateTime<Utc>) {
        self.kept().redrives.set(count, Some(time));
    }

    /// A whole context object in place of the one that is made from the other options: an object with `Execution` and
    /// `StateMachine`, of which nothing is checked and to which only `State`, `Task` and `Map` are added.
    pub fn context(self, context: Value) -> Execution {
        self.with(|kept| kept.context = Some(context))
    }

    /// Whether it keeps to the quotas of the service: see [`Quotas`] for what they are, and for the default.
    pub fn quotas(self, quotas: Quotas) -> Execution {
        self.with(|kept| kept.quotas = Some(quotas))
    }

    /// What the worker is called that does the work of activities in memory, by default nothing: `ActivityStarted` tells it
    /// (X-100).
    pub fn worker_name(self, name: impl Into<String>) -> Execution {
        self.with(|kept| kept.worker_name = Some(name.into()))
    }

    pub(crate) fn worker(&self) -> Option<&str> {
        self.kept.get()?.worker_name.as_deref()
    }

    /// The same execution, with these where none are given.
    pub(crate) fn or_quotas(self, quotas: Quotas) -> Execution {
        self.with(|kept| _ = kept.quotas.get_or_insert(quotas))
    }

    /// Whether it keeps to the quotas of the service.
    pub fn has_quotas(&self) -> bool {
        let kept = self.kept.get();
        kept.is_some_and(|kept| kept.quotas == Some(Quotas::Service))
    }

    /// How many bytes its variables take, if that has a quota.
    pub(crate) fn variables(&self) -> Option<Arc<AtomicUsize>> {
        self.has_quotas().then(|| self.kept().variables.0.clone())
    }

    /// The same execution, with these where its name and its start time are not given.
    #[cfg(feature = "testing")]
    pub(crate) fn or(self, name: &str, start_time: DateTime<Utc>) -> Execution {
        self.kept().name.get_or_init(|| name.to_owned());
        self.kept().start_time.get_or_init(|| start_time);
        self
    }

    pub(crate) fn name_or_made(&self) -> &str {
        self.kept().name.get_or_init(|| Uuid::new_v4().to_string())
    }

    pub(crate) fn started(&self) -> DateTime<Utc> {
        *self.kept().start_time.get_or_init(Utc::now)
    }

    pub(crate) fn role(&self) -> Option<&str> {
        self.kept().role_arn.as_deref()
    }

    pub(crate) fn region_or_made(&self) -> &str {
        self.place().0
    }

    /// The Map Run of a distributed Map (MD-12): it is the same whenever this execution asks for the one of this position and
    /// attempt (MD-9).
    pub(crate) fn map_run_id(&self, definition: &Definition, label: &str, at: &Place, attempt: u32) -> String {
        let (region, account) = self.place();
        let machine = self.machine_name(definition.name);
        let id = uuid_of(&format!("{}/{at}#{attempt}", self.id_or_made(definition)));
        format!("arn:aws:states:{region}:{account}:mapRun:{machine}/{label}:{id}")
    }

    fn machine_name<'a>(&'a self, definition_name: &'a str) -> &'a str {
        self.kept().state_machine_name.as_deref().unwrap_or(definition_name)
    }

    fn place(&self) -> (&str, &str) {
        (
            self.kept().region.as_deref().unwrap_or("us-east-1"),
            self.kept().account.as_deref().unwrap_or("000000000000"),
        )
    }

    pub(crate) fn id_or_made(&self, definition: &Definition) -> String {
        self.kept().id.clone().unwrap_or_else(|| {
            let (region, account) = self.place();
            let (machine, name) = (self.machine_name(definition.name), self.name_or_made());
            match definition.workflow_type {
                // Several may have one name (CX-27). The children of a distributed Map have not, of either type (MD-12).
                WorkflowType::Express if self.item().is_none() => {
                    let id = uuid_of(&format!("{machine}:{name}:{}", self.started()));
                    format!("arn:aws:states:{region}:{account}:express:{machine}:{name}:{id}")
                }
                _ => format!("arn:aws:states:{region}:{account}:execution:{machine}:{name}"),
            }
        })
    }

    /// The execution of an item of a distributed Map, with an id and a name of its own (MD-12, CX-25).
    pub fn child(&self, child: Child<'_>) -> Execution {
        let (region, account) = self.place();
        let machine = format!("{}/{}", self.machine_name(child.definition.name), child.label);
        let parent = self.kept();
        let item = Item {
            value: child.item.map(|item| Box::new(item.clone())),
            source: Some(STATE_DATA),
        };
        Execution::new()
            .region(region)
            .account(account)
            .state_machine_id(self.state_machine_arn(&machine))
            .state_machine_name(machine)
            .with(|kept| {
                kept.role_arn.clone_from(&parent.role_arn);
                kept.quotas = parent.quotas;
                kept.worker_name.clone_from(&parent.worker_name);
                kept.item = Some(Arc::new((child.index, item)));
            })
    }

    /// An execution that a task of this one starts: in the same Region and account, with the same quotas.
    pub(crate) fn nested(&self) -> Execution {
        let parent = self.kept();
        Execution::new().with(|kept| {
            kept.region.clone_from(&parent.region);
            kept.account.clone_from(&parent.account);
            kept.quotas = parent.quotas;
            kept.worker_name.clone_from(&parent.worker_name);
        })
    }

    /// The ARN of a machine beside that of this execution.
    pub(crate) fn state_machine_arn(&self, name: &str) -> String {
        let (region, account) = self.place();
        format!("arn:aws:states:{region}:{account}:stateMachine:{name}")
    }

    /// The members `Execution` and `StateMachine` of the context object, in the order of CX-20.
    pub(crate) fn members(&self, definition: &Definition, input: Option<&Value>) -> Map<String, Value> {
        if let Some(Value::Object(members)) = &self.kept().context {
            return members.clone();
        }
        let (region, account) = self.place();
        let machine = self.machine_name(definition.name);
        let mut execution = Map::new();
        execution.insert("Id".into(), self.id_or_made(definition).into());
        if let Some(input) = input {
            execution.insert("Input".into(), input.clone());
        }
        execution.insert("StartTime".into(), timestamp(self.started()).into());
        execution.insert("Name".into(), self.name_or_made().into());
        execution.insert("RoleArn".into(), self.kept().role_arn.clone().into());
        let (redrives, redriven) = self.kept().redrives.get();
        execution.insert("RedriveCount".into(), redrives.into());
        if let Some(redriven) = redriven {
            execution.insert("RedriveTime".into(), timestamp(redriven).into());
        }
        let id = self
            .kept()
            .state_machine_id
            .clone()
            .unwrap_or_else(|| format!("arn:aws:states:{region}:{account}:stateMachine:{machine}"));
        let mut members = Map::new();
        members.insert("Execution".into(), execution.into());
        members.insert("StateMachine".into(), json!({ "Id": id, "Name": machine }));
        members
    }

    pub(crate) fn item(&self) -> Option<(usize, &Item)> {
        self.kept.get()?.item.as_deref().map(|(index, item)| (*index, item))
    }

    pub(crate) fn given_context(&self) -> Option<&Value> {
        self.kept.get()?.context.as_ref()
    }
}

/// A UUID that is the same for the same text.
fn uuid_of(text: &str) -> Uuid {
    let hash = Sha256::digest(text);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Where the items of a distributed Map come from that reads no data set (CX-16).
pub(crate) const STATE_DATA: &str = "STATE_DATA";

/// A timestamp as the context object shows it (CX-21).
pub(crate) fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
