//! The names and causes that the derive gives.

use asl_runtime::{ErrorName, TaskError};
use std::fmt::{self, Display, Formatter};

#[derive(ErrorName)]
#[error_name("Ledger.Failed")]
enum Ledger<E> {
    Closed,
    #[error_name("Ledger.Full")]
    Full {
        #[allow(dead_code, reason = "only its name counts")]
        limit: u32,
    },
    #[error_name(transparent)]
    Inner(E),
}

impl<E: Display> Display for Ledger<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the ledger failed")
    }
}

#[derive(ErrorName)]
#[allow(non_camel_case_types, reason = "a keyword is a name too")]
struct r#try;

impl Display for r#try {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("tried")
    }
}

#[derive(ErrorName)]
#[error_name(transparent)]
struct Named {
    inner: r#try,
}

impl Display for Named {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("not shown")
    }
}

#[derive(ErrorName)]
enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

#[test]
fn names_and_causes() {
    let named = |error: Ledger<Named>| TaskError::from(error);
    assert_eq!(
        named(Ledger::Closed),
        TaskError::new("Ledger.Failed", "the ledger failed")
    );
    assert_eq!(
        named(Ledger::Full { limit: 3 }),
        TaskError::new("Ledger.Full", "the ledger failed")
    );
    assert_eq!(
        named(Ledger::Inner(Named { inner: r#try })),
        TaskError::new("try", "tried")
    );
}

#[test]
fn an_error_that_cannot_happen_has_a_name() {
    fn has_name<E: ErrorName>() {}
    has_name::<Never>();
}
