//! A large workflow of nested Maps and Parallels, poll loops and callbacks, `publish_film.asl.json`, over services that
//! are played by one handler. It takes some days, of virtual time, and prints its path through the states.
//!
//!     cargo run --example large

mod studio;

use asl_runtime::{Execution, History, Untyped, include_asl, json};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::error::Error;
use studio::Studio;

include_asl!(mod publish_film = "large/publish_film.asl.json");

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let start: DateTime<Utc> = "2024-05-01T09:00:00Z".parse()?;
    let engine = History::new(Execution::new().name("metropolis").start_time(start));
    let studio = Untyped(Studio::new(engine.handle()));
    let upload = json!({
        "detail": {
            "submissionId": "film-1927",
            "title": "Metropolis",
            "bucket": "uploads",
            "key": "metropolis.mov",
            "language": "de",
            "languages": ["de", "en", "fr", "tlh", "en"],
            "regions": ["eu", "us", "jp"],
        },
    });
    let result = publish_film::run_on(&engine, &studio, upload).await;

    for (time, states) in path(&engine) {
        let minutes = (time - start).num_minutes();
        print!("\nday {} {:02}:{:02} ", minutes / 1440, minutes / 60 % 24, minutes % 60);
        let mut column = 12;
        for state in states {
            if column + state.len() > 118 {
                print!("\n{:12}", "");
                column = 12;
            }
            print!("  {state}");
            column += 2 + state.len();
        }
    }
    match result {
        Ok(film) => println!("\n\npublished: {film:#}"),
        Err(error) => println!("\n\nnot published: {error}"),
    }
    Ok(())
}

/// The states that were entered, in their order, by the time at which they were.
fn path(engine: &History) -> BTreeMap<DateTime<Utc>, Vec<String>> {
    let mut path: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for event in engine.events() {
        let name = event
            .details
            .as_ref()
            .and_then(|details| details.members.get("name")?.as_str());
        if let Some(name) = name.filter(|_| event.event_type.ends_with("StateEntered")) {
            path.entry(event.timestamp).or_default().push(name.to_owned());
        }
    }
    path
}
