//! Wait: for a time, until a timestamp.

use crate::{Engine, Error, Scope, Until};
use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

/// The longest wait that the service accepts, in seconds (WT-12).
const MAX_DELAY_SECONDS: u64 = 2_147_483_647;

/// Waits in the current state, for a time or until the whole second of a timestamp (WT-1 to WT-16).
///
/// # Errors
/// `States.Runtime` when the time is longer than 2147483647 seconds.
pub async fn wait<E: Engine>(scope: &mut Scope<'_, E>, until: Until) -> Result<(), Error> {
    let until = match until {
        // Fractions of a second are cut off (WT-11).
        Until::At(time) => Until::At(time.trunc_subsecs(0)),
        after => after,
    };
    let too_long = match until {
        Until::After(time) => time.as_secs() > MAX_DELAY_SECONDS,
        Until::At(time) => (time - scope.engine.now(&scope.at)).num_seconds() > MAX_DELAY_SECONDS as i64,
    };
    if too_long {
        return Err(Error::runtime("Wait state delay is too long."));
    }
    scope.engine.sleep(&scope.at, 0, until).await;
    Ok(())
}

/// Lets everything else that is ready go first. For engines that number events, whose order it decides.
pub async fn give_way() {
    let mut has_waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// The value of `SecondsPath` (WT-4 to WT-6, WT-16).
///
/// # Errors
/// `States.Runtime` when it is missing, no integer, or negative.
pub fn seconds_path(path: &str, found: Option<&Value>) -> Result<Until, Error> {
    let value = found.ok_or_else(|| {
        Error::runtime(format!(
            "The SecondsPath parameter does not reference an input value: {path}"
        ))
    })?;
    match value.as_i64() {
        Some(seconds) => match u64::try_from(seconds) {
            Ok(seconds) => Ok(Until::After(Duration::from_secs(seconds))),
            Err(_) => Err(Error::runtime(format!(
                "The SecondsPath parameter references a negative value: {path} == {value}"
            ))),
        },
        None => Err(Error::runtime(format!(
            "The SecondsPath parameter cannot be parsed as a long value: {path} == {}",
            plain(value)
        ))),
    }
}

/// The value of `TimestampPath` (WT-8, WT-16).
///
/// # Errors
/// `States.Runtime` when it is missing or no timestamp.
pub fn timestamp_path(path: &str, found: Option<&Value>) -> Result<Until, Error> {
    let value = found.ok_or_else(|| {
        Error::runtime(format!(
            "The TimestampPath parameter does not reference an input value: {path}"
        ))
    })?;
    value.as_str().and_then(crate::choice::parse_timestamp).map(Until::At).ok_or_else(|| {
        Error::runtime(format!(
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: \
             {path} == {}",
            plain(value)
        ))
    })
}

/// A literal timestamp, given as seconds since 1970 and nanoseconds.
pub fn timestamp(seconds: i64, nanoseconds: u32) -> Until {
    Until::At(DateTime::<Utc>::from_timestamp(seconds, nanoseconds).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// A string without its quotes, anything else as JSON text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
