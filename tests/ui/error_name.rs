//! Error names that cannot be, and attributes that mean nothing.

use asl_runtime::ErrorName;

#[derive(ErrorName)]
enum Reserved {
    #[error_name("States.Timeout")]
    Timeout,
}

#[derive(ErrorName)]
#[error_name("")]
struct Empty;

#[derive(ErrorName)]
enum Transparent {
    #[error_name(transparent)]
    Two(String, String),
}

#[derive(ErrorName)]
#[error_name(transparent)]
struct None;

#[derive(ErrorName)]
#[error_name(Card)]
struct Word;

#[derive(ErrorName)]
#[error_name = "Card"]
struct Equals;

#[derive(ErrorName)]
#[error_name("Card")]
#[error_name("Other")]
struct Twice;

#[derive(ErrorName)]
union Union {
    a: u8,
}

#[derive(ErrorName)]
struct NoDisplay;

fn main() {}
