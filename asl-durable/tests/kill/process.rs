//! Processes of this program that are killed.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// When a process is killed.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// When it has said this so many times.
    Said(&'static str, usize),
    /// After this time, wherever it is.
    After(Duration),
    /// Not at all: it has to come to its end.
    Never,
}

/// Starts a process, and kills it; the last thing that it had to say, if it came so far.
pub fn life(kind: &str, folder: &Path, plan: &str, death: Death) -> Option<String> {
    let mut child = Command::new(env::current_exe().expect("this file"))
        .arg(kind)
        .arg(folder)
        .arg(plan)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    // Read from until it is dead: one that cannot write would die by itself.
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut ended = None;
    match death {
        Death::After(time) => {
            sleep(time);
            kill(&mut child);
            // A line that was cut off is not its end.
            let said = lines.map_while(Result::ok).last();
            return said.filter(|said| said.starts_with("ended ") && said.ends_with('.'));
        }
        Death::Said(word, times) => {
            let mut said = 0;
            for line in lines.by_ref() {
                let line = line.expect("a line");
                said += usize::from(line == word);
                if line.starts_with("ended ") {
                    ended = Some(line);
                } else if said == times {
                    kill(&mut child);
                    return None;
                }
            }
        }
        Death::Never => ended = lines.map_while(Result::ok).last(),
    }
    let status = child.wait().expect("it is over");
    assert!(status.success(), "{status}: {plan} in {}", folder.display());
    ended
}

/// Kills a process: by SIGKILL, where there is one.
fn kill(child: &mut Child) {
    // It may have come to its end.
    let _ = child.kill();
    child.wait().expect("it is over");
}
