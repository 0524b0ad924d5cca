//! Lets the code of an execution go on by its journal, one entry after the other.

use crate::life::{Halt, Life, Step};
use asl_runtime::{Error, Value};
use chrono::{DateTime, Utc};
use futures_util::task::AtomicWaker;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// How often the code is asked again where it woke itself meanwhile. Handlers may do so without end.
const SETTLE: usize = 1000;

/// How it went.
pub(crate) enum Turn {
    /// The execution has ended.
    Ended(Result<Value, Error>),
    /// It only waits, until then where that is known. This life is over.
    Rests(Option<DateTime<Utc>>),
    /// All of its journal has been replayed, and it has not ended.
    Replayed,
    Halted(Halt),
}

/// Notes that the code has been woken. A life keeps it, so that it does not keep the life.
struct Bell {
    driver: Arc<AtomicWaker>,
    has_rung: AtomicBool,
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.has_rung.store(true, Ordering::Release);
        self.driver.wake();
    }
}

/// Drives an execution until it ends, or only waits for longer than `patience`.
pub(crate) async fn drive(
    life: &Arc<Life>,
    mut body: Pin<&mut (dyn Future<Output = Result<Value, Error>> + Send)>,
    patience: Duration,
) -> Turn {
    let bell = Arc::new(Bell {
        driver: life.driver.clone(),
        has_rung: AtomicBool::new(true),
    });
    let waker = Waker::from(bell.clone());
    let mut idle: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|cx| {
        life.driver.register(cx.waker());
        loop {
            // An entry is delivered only when all that follows from the last one has happened.
            for _ in 0..SETTLE {
                if !bell.has_rung.swap(false, Ordering::AcqRel) {
                    break;
                }
                if let Poll::Ready(result) = body.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(Turn::Ended(result));
                }
            }
            let until = match life.step() {
                Step::Delivered => {
                    idle = None;
                    continue;
                }
                Step::Replayed => return Poll::Ready(Turn::Replayed),
                Step::Halt(halt) => return Poll::Ready(Turn::Halted(halt)),
                Step::Wait => {
                    idle = None;
                    return Poll::Pending;
                }
                Step::Rest(until) => until,
            };
            let left = until.map(|until| (until - life.clock.now()).to_std().unwrap_or_default());
            if left.is_some_and(|left| left <= patience) {
                idle = None;
                return Poll::Pending;
            }
            let is_over = idle.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx);
            if is_over.is_pending() {
                return Poll::Pending;
            }
            idle = None;
            if life.try_unload() {
                return Poll::Ready(Turn::Rests(until));
            }
        }
    })
    .await
}
