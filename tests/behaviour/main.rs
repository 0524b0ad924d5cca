//! How compiled machines behave: in virtual time, over handlers that do as they are told.

mod callbacks;
mod ends;
mod errors;
mod forks;
mod handlers;
mod hostile;
mod limits;
mod loops;
mod nested;
mod queries;
mod quotas;
mod retries;
mod schema;
mod sizes;
mod support;
mod testing;
mod typed;
mod values;
mod variables;
mod waits;
