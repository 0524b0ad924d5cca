//! Kills processes that run executions on a file, and lets the next ones on that file go on.

mod crowd;
#[path = "../everything/mod.rs"]
mod everything;
mod matrix;
mod migration;
mod mortal;
mod process;
mod random;
mod told;

use std::env;
use std::path::Path;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [kind, folder, plan] = &arguments[..] {
        let (folder, plan) = (Path::new(folder), serde_json::from_str(plan).expect("a plan"));
        return match kind.as_str() {
            "matrix" => matrix::child(folder, &plan),
            "crowd" => crowd::child(folder),
            "migration" => migration::child(folder),
            other => panic!("there is no process of the kind {other}"),
        };
    }
    let proofs: [(&str, fn()); 7] = [
        ("killed at each commit", matrix::at_each_commit),
        (
            "killed at each commit after a redrive",
            matrix::at_each_commit_of_a_redrive,
        ),
        (
            "killed at each commit of a shutdown",
            matrix::at_each_commit_of_a_shutdown,
        ),
        ("killed again and again", matrix::again_and_again),
        ("killed at random moments", matrix::at_random_moments),
        ("killed while it migrates a file", migration::at_any_write),
        ("killed in the middle of many executions", crowd::fifty_times),
    ];
    // One of them, where its name has this in it.
    let wanted = arguments.first().map_or("", String::as_str);
    for (name, proof) in proofs.iter().filter(|(name, _)| name.contains(wanted)) {
        let begun = Instant::now();
        println!("{name}");
        proof();
        println!("    in {:.1} s", begun.elapsed().as_secs_f64());
    }
}
