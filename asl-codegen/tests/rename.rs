//! `rename`, and names that become the same identifier.

use asl_codegen::diagnostic::Lint;
use asl_codegen::source::Source;
use asl_codegen::{Options, compile};

const CATS: &str = r#"{ "StartAt": "Cat", "States": {
    "Cat": { "Type": "Pass", "Next": "Cat?" },
    "Cat?": { "Type": "Pass", "End": true } } }"#;

fn options(title: &str, name: &str) -> Options {
    let mut options = Options::default();
    options.renames.insert(title.to_owned(), name.to_owned());
    options
}

#[test]
fn names_that_collide_are_numbered_in_document_order_unless_renamed() {
    let source = Source::new("cats.asl.json", CATS);
    let text = compile(&source, &Options::default()).unwrap().tokens.to_string();
    assert!(text.contains("fn cat <") && text.contains("fn cat_2 <"), "{text}");
    let text = compile(&source, &options("Cat?", "cat_question"))
        .unwrap()
        .tokens
        .to_string();
    assert!(
        text.contains("fn cat <") && text.contains("fn cat_question <"),
        "{text}"
    );
}

#[test]
fn a_rename_of_nothing_is_refused_with_the_nearest_name() {
    let source = Source::new("cats.asl.json", CATS);
    let error = compile(&source, &options("Cat!", "cat_question")).unwrap_err();
    let found: Vec<_> = error
        .diagnostics()
        .iter()
        .filter(|d| d.code == Lint::UnknownRename.into())
        .collect();
    assert_eq!(found.len(), 1);
    assert!(
        found[0].help.as_deref().is_some_and(|help| help.contains("`Cat")),
        "{:?}",
        found[0].help
    );
}

#[test]
fn a_rename_to_what_is_no_name_is_refused() {
    let source = Source::new("cats.asl.json", CATS);
    for name in ["a b", "fn", "gen", "_", "", "r#fn", "1a", "a-b"] {
        assert!(compile(&source, &options("Cat", name)).is_err(), "{name:?}");
    }
}

#[test]
fn a_rename_of_a_state_to_a_name_that_is_taken_is_reported() {
    let text = r#"{ "StartAt": "Greet", "States": {
        "Greet": { "Type": "Pass", "Next": "Polite?" },
        "Polite?": { "Type": "Pass", "Next": "Done" },
        "Done": { "Type": "Pass", "Next": "Go" },
        "Go": { "Type": "Pass", "End": true } } }"#;
    let source = Source::new("greet.asl.json", text);
    let found = |renames: &[(&str, &str)]| -> Vec<String> {
        let mut options = Options::default();
        for (title, name) in renames {
            options.renames.insert((*title).to_owned(), (*name).to_owned());
        }
        let warnings = compile(&source, &options).unwrap().warnings;
        warnings
            .iter()
            .map(|found| {
                assert_eq!(found.code, Lint::NameCollision.into());
                let help = found.help.as_deref().unwrap_or_default();
                format!(
                    "{}: {}: {}; {help}",
                    source.slice(found.span),
                    found.message,
                    found.label
                )
            })
            .collect()
    };
    assert_eq!(
        found(&[("Polite?", "greet"), ("Done", "run")]),
        [
            "\"Polite?\": state `Polite?` gets the name `greet_2`: `greet` is taken by another function; \
             name it: `rename { \"Polite?\" => another_name }`",
            "\"Done\": state `Done` gets the name `run_2`: `run` is taken by another function; \
             name it: `rename { \"Done\" => another_name }`",
        ]
    );
    // What asks first gets the name, and a name that nobody asked for may get a number.
    assert_eq!(found(&[("Greet", "done")]), [""; 0]);
    assert_eq!(
        found(&[("Done", "done"), ("Greet", "polite"), ("Go", "leave")]),
        [""; 0]
    );
}
