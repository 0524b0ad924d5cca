//! What the macros show for mistakes: one file in `ui` for each kind, its errors beside it.
//!
//! `TRYBUILD=overwrite cargo test -p asl-tests --test ui` writes them anew.

/// The errors are partly the compiler's own words, so that they are compared on one version of it.
const PINNED: &str = "1.95";

#[test]
fn errors_are_shown_in_place() {
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let version = rustc.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    if !version.starts_with(&format!("rustc {PINNED}.")) {
        eprintln!("not compared: this is {version}, not {PINNED}");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
