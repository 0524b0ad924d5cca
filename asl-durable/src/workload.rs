//! How many handlers are at work.

use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How many handlers are at work on a host, and whether any more may begin.
#[derive(Default)]
pub(crate) struct Workload {
    state: Mutex<State>,
    /// The last one has ended.
    idle: Notify,
}

#[derive(Default)]
struct State {
    /// Below zero where a handler has several things to wait for at a time.
    count: isize,
    is_draining: bool,
}

impl Workload {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in a change may panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A handler begins, if it may.
    pub(crate) fn begin(&self) -> bool {
        let mut state = self.state();
        let may_begin = !state.is_draining;
        state.count += isize::from(may_begin);
        may_begin
    }

    /// A handler that has begun goes on: it had nothing to do for a while.
    pub(crate) fn go_on(&self) {
        self.state().count += 1;
    }

    /// A handler that has begun is done, or has nothing to do for a while.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.count -= 1;
        if state.count <= 0 {
            self.idle.notify_waiters();
        }
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.state().is_draining
    }

    /// No handler begins any more.
    pub(crate) fn drain(&self) {
        self.state().is_draining = true;
    }

    /// Ends when no handler is at work.
    pub(crate) async fn is_idle(&self) {
        loop {
            let mut idle = std::pin::pin!(self.idle.notified());
            // What ends between the look and the wait would be missed without this.
            idle.as_mut().enable();
            if self.state().count <= 0 {
                return;
            }
            idle.await;
        }
    }
}
