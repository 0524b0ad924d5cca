use super::parse;
use crate::json::{self, Json, Kind, MAX_DEPTH, Substitutions};
use crate::source::{Source, Span};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn read(text: &str) -> Result<(Source, Json), String> {
    let source = Source::new("a.yaml", text);
    match parse(&source, &Substitutions::new()) {
        Ok(json) => Ok((source, json)),
        Err(errors) => Err(errors.render(&source)),
    }
}

fn value(text: &str) -> Value {
    let (_, json) = read(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    json.to_value()
}

fn error(text: &str) -> String {
    read(text).err().unwrap_or_else(|| panic!("it is read: {text}"))
}

/// The parts of a text whose place is known, each with its text in the source.
fn shown(text: &str, parts: &[&str]) -> Vec<String> {
    let (source, json) = read(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let object = json.as_object().expect("a mapping");
    let member = &object.members[0].value;
    let text = member.as_text().expect("text");
    let place = |part: &&str| {
        let at = text
            .value
            .find(part)
            .unwrap_or_else(|| panic!("{:?} has no {part:?}", text.value));
        source
            .slice(text.span(&source, member.span, at..at + part.len()))
            .to_owned()
    };
    parts.iter().map(place).collect()
}

#[test]
fn merged_mappings() {
    let text = "
base: &base { A: 1, B: 2 }
other: &other { B: 3, C: 4 }
all:
  <<: [*base, *other]
  A: 5
  <<: { D: 6, A: 7 }
one: { B: 8, <<: *base }
text: <<
quoted: { '<<': *base }
";
    let value = value(text);
    assert_eq!(value["all"], json!({ "B": 2, "C": 4, "D": 6, "A": 5 }));
    assert_eq!(value["one"], json!({ "A": 1, "B": 8 }));
    assert_eq!(value["text"], "<<");
    assert_eq!(value["quoted"]["<<"]["A"], 1);
}

#[test]
fn aliases_stand_for_values() {
    let value = value("a: &x [1, &y b]\n*y : *x\nc: &z\nd: *z\ne: &x 2\nf: *x\n");
    assert_eq!(
        value,
        json!({ "a": [1, "b"], "b": [1, "b"], "c": null, "d": null, "e": 2, "f": 2 })
    );
}

#[test]
fn tags_of_the_core_schema() {
    let value = value(
        "[!!str 1, ! 2, !!str , !!int '3', !!float 4, !!bool yes, !!null ~, !!seq [], !!map {}, \
         !<tag:yaml.org,2002:str> null]"
            .replace("!!bool yes", "!!bool \"true\"")
            .as_str(),
    );
    assert_eq!(value, json!(["1", "2", "", 3, 4, true, null, [], {}, "null"]));
}

#[test]
fn what_aliases_make_is_bounded() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..40 {
        let before = format!("*a{}", n - 1);
        text += &format!("a{n}: &a{n} [{}]\n", [before.as_str(); 9].join(", "));
    }
    assert!(
        error(&text).contains("aliases make more than 8 MiB"),
        "{}",
        error(&text)
    );
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(1 << 20), ["*a"; 9].join(", "));
    assert!(error(&long).contains("aliases make more than 8 MiB"));
    let mut deep = "a0: &a0 [1]\n".to_owned();
    for n in 1..200 {
        deep += &format!("a{n}: &a{n} [*a{}]\n", n - 1);
    }
    assert!(error(&deep).contains("nested more than 127 deep"));
}

#[test]
fn depth() {
    let flow = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&flow(MAX_DEPTH)).is_ok());
    let block = |depth: usize| "- ".repeat(depth) + "1";
    assert!(read(&block(MAX_DEPTH)).is_ok());
    for depth in [MAX_DEPTH + 1, 300, 100_000] {
        for text in [flow(depth), block(depth), "{a: ".repeat(depth) + &"}".repeat(depth)] {
            assert!(error(&text).contains("nested more than 127 deep"), "{}", error(&text));
        }
        for open in ["[", "{a: ", "? ", "!!seq - ", "&a [*a, "] {
            holds(&open.repeat(depth));
        }
    }
}

#[test]
fn places_inside_text() {
    assert_eq!(shown("a: one two", &["one", "two"]), ["one", "two"]);
    assert_eq!(
        shown("a: one\n  two\n\n\n  three", &["e t", "two", "two\n\nth"]),
        ["e\n  t", "two", "two\n\n\n  th"]
    );
    assert_eq!(
        shown("a: 'it''s ''so'''", &["it", "'", "s ", "so'"]),
        ["it", "''", "s ", "so''"]
    );
    assert_eq!(
        shown(
            r#"a: "x\u00e9\ud83d\ude00\x41\U0001F600 \N_""#,
            &["x", "é", "😀A", " ", "_"]
        ),
        ["x", r"\u00e9", r"\ud83d\ude00\x41", " ", "_"]
    );
    assert_eq!(
        shown("a: \"b \\\n   \\ c\n\n   d\"", &["b", "  c", "c", "\n", "d"]),
        ["b", " \\\n   \\ c", "c", "\n\n   ", "d"]
    );
    assert_eq!(
        shown("a: |\n   b\n     c\n\n   d\n\n", &["b", "  c", "c", "d"]),
        ["b", "  c", "c", "d"]
    );
    assert_eq!(shown("a: |2-\n\n    b\n  c", &["  b", "c"]), ["  b", "c"]);
    assert_eq!(
        shown("a: >-\n  b\n  c\n   d\n  e\n\n\n  f\n", &["b c", "d", "e\n\nf"]),
        ["b\n  c", "d", "e\n\n\n  f"]
    );
    assert_eq!(shown("a: |\r\n  b\r\n  c\r\n", &["b", "c"]), ["b", "c"]);
    assert_eq!(shown("a: |\r\n  b\r\n  c\r\n", &["\nc"]), ["\r\n  c"]);
    assert_eq!(shown("a: |+\n  b\n\n\nc: d", &["b"]), ["b"]);
    assert_eq!(shown("a: |-\n    c\n    \t\n  ", &["c", "\t"]), ["c", "\t"]);
}

#[test]
fn places_of_values() {
    let text = "a:\n  b: 1\n  c: [x, 'y']   # z\nd: |\n  e\n\nf:\n";
    let (source, json) = read(text).expect("YAML");
    let mut seen = Vec::new();
    every(&json, &mut |span| seen.push(source.slice(span).to_owned()));
    assert_eq!(
        seen,
        [
            &text[..text.len() - 2],
            "a",
            "b: 1\n  c: [x, 'y']",
            "b",
            "1",
            "c",
            "[x, 'y']",
            "x",
            "'y'",
            "d",
            "e",
            "f",
            ""
        ]
    );
}

/// Every span of a tree, of values and of keys.
fn every(json: &Json, seen: &mut impl FnMut(Span)) {
    seen(json.span);
    json.as_array()
        .unwrap_or_default()
        .iter()
        .for_each(|item| every(item, seen));
    for member in json.as_object().into_iter().flatten() {
        seen(member.key_span);
        every(&member.value, seen);
    }
}

/// The trees are the same, places too.
fn same(source: &Source, a: &Json, b: &Json) {
    assert_eq!((a.kind_name(), a.span), (b.kind_name(), b.span));
    match (&a.kind, &b.kind) {
        (Kind::Number(a), Kind::Number(b)) => assert_eq!(a, b),
        (Kind::String(one), Kind::String(other)) => {
            assert_eq!((&one.value, &one.symbols), (&other.value, &other.symbols));
            for (at, char) in one.value.char_indices() {
                let part = at..at + char.len_utf8();
                assert_eq!(one.span(source, a.span, part.clone()), other.span(source, b.span, part));
            }
        }
        (Kind::Array(a), Kind::Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| same(source, a, b));
        }
        (Kind::Object(a), Kind::Object(b)) => {
            assert_eq!(a.members.len(), b.members.len());
            for (a, b) in a.iter().zip(b) {
                assert_eq!((&a.key, a.key_span), (&b.key, b.key_span));
                same(source, &a.value, &b.value);
            }
        }
        _ => assert_eq!(a.to_value(), b.to_value()),
    }
}

/// Writes a value in one of the many ways of YAML.
struct Writer {
    text: String,
    choices: u64,
}

impl Writer {
    /// One of `count`.
    fn pick(&mut self, count: u64) -> u64 {
        self.choices = self
            .choices
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.choices >> 33) % count
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text += &" ".repeat(indent);
    }

    /// Writes a value after a key, a dash, or at the beginning.
    fn value(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Array(items) if !items.is_empty() && self.pick(3) > 0 => {
                for item in items {
                    self.line(indent);
                    self.text.push('-');
                    self.value(item, indent + 2);
                }
            }
            Value::Object(members) if !members.is_empty() && self.pick(3) > 0 => {
                for (key, value) in members {
                    self.line(indent);
                    self.string(key, None);
                    self.text += " :";
                    self.value(value, indent + 1);
                }
            }
            Value::String(text) => {
                self.text.push(' ');
                self.string(text, Some(indent + 1));
            }
            _ => {
                self.text.push(' ');
                self.flow(value, indent + 1);
                if self.pick(8) == 0 {
                    self.text += " # comment";
                }
            }
        }
    }

    fn flow(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Array(items) => {
                self.text.push('[');
                for item in items {
                    self.flow(item, indent);
                    self.text.push(',');
                    if self.pick(4) == 0 {
                        self.line(indent);
                    }
                }
                self.text.push(']');
            }
            Value::Object(members) => {
                self.text.push('{');
                for (key, value) in members {
                    self.string(key, None);
                    self.text += " : ";
                    self.flow(value, indent);
                    self.text += ", ";
                }
                self.text.push('}');
            }
            Value::String(text) => self.string(text, None),
            other => self.text += &other.to_string(),
        }
    }

    /// Writes a string; over several lines only where an indentation for them is given.
    fn string(&mut self, text: &str, indent: Option<usize>) {
        let printable = |c: char| {
            c == '\n' || c == '\t' || (!c.is_control() && !('\u{fff0}'..='\u{ffff}').contains(&c) && c != '\u{feff}')
        };
        let one_line = text.chars().all(|c| printable(c) && c != '\n' && c != '\t');
        let is_word = text.chars().all(|c| c.is_ascii_alphabetic())
            && !["", "null", "true", "false"].contains(&&*text.to_lowercase());
        match (self.pick(4), indent) {
            (0, _) if is_word => self.text += text,
            (1, _) if one_line => {
                let mut last = ' ';
                self.text.push('\'');
                let chars: Vec<char> = text.chars().collect();
                for (at, &char) in chars.iter().enumerate() {
                    let next = chars.get(at + 1).copied().unwrap_or(' ');
                    match (char, indent) {
                        ('\'', _) => self.text += "''",
                        (' ', Some(indent)) if last != ' ' && next != ' ' => self.line(indent),
                        _ => self.text.push(char),
                    }
                    last = char;
                }
                self.text.push('\'');
            }
            (2, Some(indent)) if text.chars().all(printable) && !text.trim_matches('\n').is_empty() => {
                let chomp = match text.len() - text.trim_end_matches('\n').len() {
                    0 => "-",
                    1 => "",
                    _ => "+",
                };
                // The width that the block adds to the indentation of what it stands in.
                self.text += &format!("|{chomp}");
                if text.trim_start_matches('\n').starts_with([' ', '\t']) || text.starts_with('\n') {
                    self.text.truncate(self.text.len() - 1 - chomp.len());
                    return self.quoted(text, None);
                }
                for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                    self.line(if line.is_empty() { 0 } else { indent + 1 });
                    self.text += line;
                }
            }
            _ => self.quoted(text, indent),
        }
    }

    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        self.text.push('"');
        for char in text.chars() {
            match (self.pick(8), indent, char) {
                (0, _, _) if u32::from(char) < 0x1_0000 => self.text += &format!("\\u{:04x}", u32::from(char)),
                (1, _, _) => self.text += &format!("\\U{:08X}", u32::from(char)),
                (2, Some(indent), _) if !['\n', '\t', ' '].contains(&char) => {
                    self.text.push('\\');
                    self.line(indent);
                    self.plain(char);
                }
                _ => self.plain(char),
            }
        }
        self.text.push('"');
    }

    fn plain(&mut self, char: char) {
        match char {
            '"' | '\\' => self.text.extend(['\\', char]),
            ' '..='~' => self.text.push(char),
            'À'..='ÿ' => self.text.push(char),
            _ => self.text += &format!("\\U{:08X}", u32::from(char)),
        }
    }
}

/// The place of each character of each text is where it is written.
fn exact(source: &Source, json: &Json) {
    if let Some(text) = json.as_text() {
        for (at, char) in text.value.char_indices() {
            let span = text.span(source, json.span, at..at + char.len_utf8());
            let there = source.slice(span);
            let fits = there == char.to_string()
                || there.starts_with('\\')
                || (char == '\'' && there == "''")
                || (char.is_whitespace() && there.trim().is_empty());
            assert!(fits, "{char:?} is not {there:?} in\n{}", source.text());
        }
    }
    json.as_array()
        .unwrap_or_default()
        .iter()
        .for_each(|item| exact(source, item));
    json.as_object()
        .into_iter()
        .flatten()
        .for_each(|member| exact(source, &member.value));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "[a-zA-Z ]{0,12}".prop_map(Value::from),
        "[ -~äß\\n\\t]{0,20}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[ -~ä]{0,8}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const SEED: &str = "# c\nStartAt: &a 'A''b'\nStates:\n  A: { Type: \"Pa\\x41ss\", Result: |-\n   x\n }\n  ? B\n  : &b !!map\n    Type: >\n      \
                    Task\n      x\n    Next: *a\n    <<: *b\n    List:\n    - 1.5\n    - [~, true]\n    -\n      - k: v\n...\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn json_is_yaml(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        // YAML has some characters in escapes only.
        let text: String = text.expect("JSON").chars().map(|c| match c {
            '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => '?',
            c => c,
        }).collect();
        let source = Source::new("a.yaml", text.as_str());
        let as_json = json::parse(&source, &Substitutions::new()).expect("JSON");
        let (source, as_yaml) = read(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        same(&source, &as_json, &as_yaml);
    }

    #[test]
    fn what_is_written_is_read(value in any_value(), choices in any::<u64>()) {
        let mut writer = Writer { text: "---".to_owned(), choices };
        writer.value(&value, 0);
        writer.text.push('\n');
        let (source, json) = read(&writer.text).unwrap_or_else(|error| panic!("{}\n{error}\n{value}", writer.text));
        assert_eq!(json.to_value(), value, "{}", writer.text);
        exact(&source, &json);
    }

    #[test]
    fn any_text(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn punctuation(text in "[\\[\\]{}:,\"'\\\\ \\n\\t&*!|>%#?<~a1.-]{0,40}") {
        holds(&text);
    }

    #[test]
    fn edited(at in any::<prop::sample::Index>(), cut in 0usize..4, put in "[\\[\\]{}:,\"'\\\\ \\n\\t&*!|>%#?<~a1.\r-]{0,3}") {
        let chars: Vec<char> = SEED.chars().collect();
        let at = at.index(chars.len());
        let rest = &chars[(at + cut).min(chars.len())..];
        holds(&chars[..at].iter().copied().chain(put.chars()).chain(rest.iter().copied()).collect::<String>());
    }
}

/// Whatever it is, it is read or refused, and every place is one.
fn holds(text: &str) {
    match read(text) {
        Err(error) => assert!(!error.is_empty()),
        Ok((source, json)) => {
            every(&json, &mut |span| {
                assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}")
            });
            texts(&source, &json);
        }
    }
}

fn texts(source: &Source, json: &Json) {
    if let Some(text) = json.as_text() {
        for (at, char) in text.value.char_indices() {
            let span = text.span(source, json.span, at..at + char.len_utf8());
            assert!(json.span.start <= span.start && span.end <= json.span.end, "{text:?}");
        }
    }
    json.as_array()
        .unwrap_or_default()
        .iter()
        .for_each(|item| texts(source, item));
    json.as_object()
        .into_iter()
        .flatten()
        .for_each(|member| texts(source, &member.value));
}
