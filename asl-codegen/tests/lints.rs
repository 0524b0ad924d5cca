//! `docs/lints.md` says what each lint is about, and its examples do what it says.

use asl_codegen::diagnostic::{Code, Level, Lint};
use asl_codegen::source::Source;
use asl_codegen::{Options, TaskTypes, compile};

const PAGE: &str = include_str!("../../docs/lints.md");

/// A section about a lint.
struct Section<'a> {
    name: &'a str,
    text: &'a str,
}

fn sections() -> Vec<Section<'static>> {
    let parts = PAGE.split("\n### `").skip(1);
    let section = |part: &'static str| {
        let (name, text) = part.split_once("`\n\n").expect("a name");
        let end = text.find("\n## ").unwrap_or(text.len());
        Section {
            name,
            text: &text[..end],
        }
    };
    parts.map(section).collect()
}

impl<'a> Section<'a> {
    /// The blocks of code in a language.
    fn blocks(&self, language: &str) -> Vec<&'a str> {
        let opening = format!("```{language}\n");
        let blocks = self.text.split(opening.as_str()).skip(1);
        blocks
            .map(|block| block.split("\n```").next().unwrap_or(block))
            .collect()
    }
}

/// What the lints find, each of them at least at the level `warn`.
fn findings(states: &str, rename: Option<&str>, types: Option<&str>) -> Vec<Code> {
    let mut options = Options::default();
    options.types.file = types.map(|types| Source::new("lints.types.json", types));
    for &lint in Lint::ALL {
        options.levels.set(lint, Level::Warn);
    }
    if let Some(rename) = rename {
        let parts: Vec<_> = rename.split(['"', ' ']).filter(|part| !part.is_empty()).collect();
        match parts[..] {
            ["rename", "{", state, "=>", name, "}"] => {
                options.renames.insert(state.to_owned(), name.to_owned());
            }
            ["tasks", "{", task, "->", _, "}"] => {
                let (name, _) = task.split_once('(').expect("what it takes");
                options.types.tasks.insert(name.to_owned(), TaskTypes::default());
            }
            _ => panic!("{rename}"),
        }
    }
    let first = states.split('"').nth(1).expect("a state");
    let done = match states.contains("\"Done\"") {
        true => ", \"Done\": { \"Type\": \"Succeed\" }",
        false => "",
    };
    let text = format!("{{ \"StartAt\": {first:?}, \"States\": {{ {states}{done} }} }}");
    let mut codes: Vec<_> = match compile(&Source::new("lints.md", text), &options) {
        Ok(compiled) => compiled.warnings.iter().map(|warning| warning.code).collect(),
        // JSONata is checked, and then refused by name.
        Err(error) => error.diagnostics().iter().map(|found| found.code).collect(),
    };
    codes.retain(|code| *code != Code::Unsupported);
    codes.dedup();
    codes
}

#[test]
fn every_lint_has_its_section() {
    let named: Vec<_> = sections().iter().map(|section| section.name).collect();
    let all: Vec<_> = Lint::ALL.iter().map(|lint| lint.as_str()).collect();
    assert_eq!(named, all);
    for (section, lint) in sections().iter().zip(Lint::ALL) {
        let opening = format!("Default: {}. Finds {}.\n", lint.default_level().as_str(), lint.about());
        assert!(
            section.text.starts_with(&opening),
            "{lint} should begin with: {opening}"
        );
    }
}

#[test]
fn examples_trigger_their_lint_until_they_are_fixed() {
    for (section, &lint) in sections().iter().zip(Lint::ALL) {
        let (json, renames) = (section.blocks("json"), section.blocks("rust,ignore"));
        let wrong = json.first().unwrap_or_else(|| panic!("{lint} has no example"));
        let mut renames = renames.into_iter().rev();
        let right_rename = renames.next();
        let right = json
            .get(1)
            .or(right_rename.and(Some(wrong)))
            .unwrap_or_else(|| panic!("{lint} is not fixed"));
        let types = section.blocks("json types").first().copied();
        assert_eq!(findings(wrong, renames.next(), types), [Code::Lint(lint)], "{wrong}");
        assert_eq!(findings(right, right_rename, types), [], "{right}");
    }
}
