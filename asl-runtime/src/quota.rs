//! The quotas of the service.

use crate::{Definition, WorkflowType};
use std::time::Duration;

/// Whether an execution keeps to the quotas of the service: [`Execution::quotas`](crate::Execution::quotas).
///
/// A [`History`](crate::History), and with it everything in the module `testing`, keeps to them unless it is told otherwise,
/// so that a test shows what would happen on the service. A [`Memory`](crate::Memory), and with it `run`, does not: a
/// program that embeds a machine has its own measure of what is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quotas {
    /// Those of the service:
    ///
    /// - An execution lasts five minutes if its machine is Express, a year if it is Standard. It ends as TIMED_OUT.
    /// - The history of a Standard execution has 25,000 events. Only a [`History`](crate::History) counts them.
    Service,
    /// None.
    Unlimited,
}

/// The longest history of a Standard execution, its last event being the failure for that reason (EV-61).
pub(crate) const MAX_EVENTS: usize = 25_000;

impl Definition {
    /// How long an execution may last.
    pub(crate) fn longest(&self, has_quotas: bool) -> Option<Duration> {
        let quota = has_quotas.then_some(match self.workflow_type {
            WorkflowType::Express => 5 * 60,
            WorkflowType::Standard => 365 * 24 * 60 * 60,
        });
        let seconds = self.timeout_seconds.into_iter().chain(quota).min()?;
        Some(Duration::from_secs(seconds))
    }
}
