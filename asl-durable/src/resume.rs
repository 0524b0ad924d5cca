//! Executions that go on by themselves when they are due, and those that are forgotten.

use crate::clock::later;
use crate::executor::{Executor, Origin};
use crate::store::{ExecutionId, StoreError, Write};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How many executions are looked up at a time.
const PAGE: usize = 256;

/// How often it is looked for executions to be forgotten.
const LOOK: Duration = Duration::from_secs(3600);

impl Executor {
    /// Lets those go on that are due by now.
    pub(crate) async fn resume_due(self: &Arc<Executor>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut after = ExecutionId::default();
        loop {
            let due = self.storage.read(move |store| {
                let due = store.due(now, after, PAGE)?;
                due.into_iter().map(|id| store.get(id)).collect::<Result<Vec<_>, _>>()
            });
            let due = due.await?;
            let Some(Some(last)) = due.last() else {
                return Ok(());
            };
            after = last.id;
            for record in due.into_iter().flatten() {
                self.spawn(record, Origin::Store);
            }
        }
    }
}

/// Forgets executions that ended long ago, as long as there is a host.
pub(crate) async fn forget_in_time(executor: Weak<Executor>, retention: Duration) {
    while let Some(executor) = executor.upgrade() {
        let mut closing = executor.closing.subscribe();
        let clock = executor.options.clock;
        let now = clock.now();
        let retention = TimeDelta::from_std(retention).unwrap_or(TimeDelta::MAX);
        if let Some(ended_before) = now.checked_sub_signed(retention) {
            let limit = PAGE;
            // Others have their turn in between.
            while let Ok(true) = executor.write(Write::Forget { ended_before, limit }).await {}
        }
        drop(executor);
        tokio::select! {
            () = clock.sleep_until(later(now, LOOK)) => {}
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
    }
}

/// Lets executions go on when they are due, as long as there is a host.
pub(crate) async fn resume_in_time(executor: Weak<Executor>) {
    while let Some(executor) = executor.upgrade() {
        let mut closing = executor.closing.subscribe();
        let turn = async {
            let now = executor.options.clock.now();
            executor.resume_due(now).await?;
            let next = executor.storage.read(move |store| store.next_due(now)).await?;
            let rested = executor.rested.notified();
            match next {
                None => rested.await,
                Some(time) => {
                    tokio::select! {
                        () = executor.options.clock.sleep_until(time) => {}
                        () = rested => {}
                    }
                }
            }
            Ok::<(), StoreError>(())
        };
        tokio::select! {
            turn = turn => {
                if let Err(error) = turn {
                    return executor.fail(error);
                }
            }
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
    }
}
