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
