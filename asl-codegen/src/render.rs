//! The one text form of a diagnostic, which every front end shows.
//!
//! It is that of rustc, for marks within single lines. The crate annotate-snippets draws more than that, but takes
//! the column that it prints from the text that it is given, which is only a window where a line is long.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// A longer line is cut to a window around its first mark: documents are often minified to one line.
const WIDTH: usize = 110;
/// How many bytes of a cut line are shown before the mark.
const BEFORE: usize = 40;
const ELLIPSIS: &str = "...";

/// The whole text: a title such as ``error: state `Chek` does not exist``, the snippet, the help.
pub(crate) fn render(diagnostic: &Diagnostic, source: &Source) -> String {
    let severity = diagnostic.severity.as_str();
    format!("{severity}: {}", render_body(diagnostic, source))
}

/// The text without its leading `error: `.
pub(crate) fn render_body(diagnostic: &Diagnostic, source: &Source) -> String {
    let excerpts = excerpts(diagnostic, source);
    let last_line = excerpts.iter().map(|e| e.line).max().unwrap_or_default() + 1;
    let margin = " ".repeat(last_line.to_string().len());
    let mut lines = vec![plain(&diagnostic.message)];
    for (n, excerpt) in excerpts.iter().enumerate() {
        let (line, column) = source.position(excerpt.marks[0].span.start);
        let arrow = if n == 0 { "-->" } else { ":::" };
        lines.push(format!("{margin}{arrow} {}:{line}:{column}", source.path()));
        lines.push(format!("{margin} |"));
        let text = excerpt.text(source);
        lines.push(format!("{line:>width$} | {text}", width = margin.len()));
        lines.extend(
            excerpt
                .marks
                .iter()
                .map(|mark| format!("{margin} | {}", excerpt.carets(source, mark))),
        );
        lines.push(format!("{margin} |"));
    }
    if let Code::Lint(lint) = diagnostic.code {
        let default = lint.default_level().as_str();
        lines.push(format!(
            "{margin} = note: this is the lint `{lint}`, {default} by default"
        ));
    }
    if let Some(help) = &diagnostic.help {
        lines.push(format!("help: {}", plain(help)));
    }
    if lines.last().is_some_and(|line| line.ends_with(" |")) {
        lines.pop();
    }
    let trimmed: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
    trimmed.join("\n")
}

/// `order.asl.json:7:15: the key `A` occurs twice (again here; remove it) [duplicate_key]`
pub(crate) fn one_line(diagnostic: &Diagnostic, source: &Source) -> String {
    let (line, column) = source.position(diagnostic.span.start);
    let label = Some(diagnostic.label.as_str()).filter(|label| !label.is_empty());
    let more: Vec<_> = label.into_iter().chain(diagnostic.help.as_deref()).collect();
    let more = match more.is_empty() {
        true => String::new(),
        false => format!(" ({})", more.join("; ")),
    };
    let text = format!("{}{more} [{}]", diagnostic.message, diagnostic.code);
    format!("{}:{line}:{column}: {}", source.path(), plain(&text))
}

/// One line of the source, and what to mark in it.
struct Excerpt<'a> {
    line: usize,
    /// The part of the line that is shown.
    shown: Span,
    cut_left: bool,
    cut_right: bool,
    marks: Vec<Mark<'a>>,
}

struct Mark<'a> {
    /// Within one line.
    span: Span,
    label: &'a str,
    caret: char,
}

/// The lines to show, that of the diagnostic's own span first, the others in document order.
///
/// Of a span over several lines only the first line is marked: an object that lacks something is long, and its first
/// line says which one it is.
fn excerpts<'a>(diagnostic: &'a Diagnostic, source: &Source) -> Vec<Excerpt<'a>> {
    let mut related: Vec<_> = diagnostic
        .related
        .iter()
        .map(|(span, label)| (*span, label, '-'))
        .collect();
    related.sort_by_key(|(span, ..)| span.start);
    let mut excerpts: Vec<Excerpt> = Vec::new();
    for (span, label, caret) in [(diagnostic.span, &diagnostic.label, '^')].into_iter().chain(related) {
        let span = source.clamp(span);
        let line = source.line_at(span.start);
        let whole = source.line_span(line);
        let start = span.start.min(whole.end);
        let mark = Mark {
            span: Span::new(start, span.end.clamp(start, whole.end)),
            label,
            caret,
        };
        let beside =
            |e: &&mut Excerpt| e.line == line && e.shown.start <= mark.span.start && mark.span.end <= e.shown.end;
        match excerpts.iter_mut().find(beside) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => excerpts.push(Excerpt::new(source, line, mark)),
        }
    }
    excerpts
}

impl<'a> Excerpt<'a> {
    fn new(source: &Source, line: usize, mark: Mark<'a>) -> Excerpt<'a> {
        let whole = source.line_span(line);
        let shown = if whole.end - whole.start <= WIDTH {
            whole
        } else {
            let start = mark.span.start.saturating_sub(BEFORE).max(whole.start);
            source.clamp(Span::new(start, (start + WIDTH).min(whole.end)))
        };
        Excerpt {
            line,
            shown,
            cut_left: shown.start > whole.start,
            cut_right: shown.end < whole.end,
            marks: vec![mark],
        }
    }

    fn text(&self, source: &Source) -> String {
        let mut text = String::new();
        text.push_str(if self.cut_left { ELLIPSIS } else { "" });
        source.slice(self.shown).chars().for_each(|c| show(&mut text, c));
        text.push_str(if self.cut_right { ELLIPSIS } else { "" });
        text
    }

    fn carets(&self, source: &Source, mark: &Mark) -> String {
        let before = source.slice(Span::new(self.shown.start, mark.span.start));
        let marked = source.slice(Span::new(mark.span.start, mark.span.end.min(self.shown.end)));
        let indent = width(before) + if self.cut_left { ELLIPSIS.len() } else { 0 };
        let carets = mark.caret.to_string().repeat(width(marked).max(1));
        format!("{}{carets} {}", " ".repeat(indent), plain(mark.label))
    }
}

/// How a character of the source is shown: what would move the carets is replaced.
fn show(text: &mut String, c: char) {
    match c {
        '\t' => text.push_str("    "),
        c if c.is_control() || is_invisible(c) => text.push(char::REPLACEMENT_CHARACTER),
        c => text.push(c),
    }
}

/// The columns that a text takes as shown.
fn width(text: &str) -> usize {
    let mut shown = String::new();
    text.chars().for_each(|c| show(&mut shown, c));
    shown.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A message in one line: it may quote names of the document, which can hold anything.
fn plain(message: &str) -> String {
    let mut text = String::new();
    for c in message.chars() {
        if c.is_control() || is_invisible(c) {
            // Writing to a string does not fail.
            let _ = write!(text, "{}", c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}

/// Characters that change the direction or the order of what stands around them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Diagnostic, Diagnostics, Lint, ServiceCode};
    use crate::source::{Source, Span};
    use proptest::prelude::*;

    fn at(start: usize, end: usize) -> Diagnostic {
        Diagnostic::error(
            ServiceCode::SchemaValidationFailed,
            Span::new(start, end),
            "it is wrong",
        )
        .label("here")
    }

    #[test]
    fn related_places_and_notes() {
        let source = Source::new("a.json", "{\n  \"A\": 1,\n  \"B\": 2,\n  \"A\": 3\n}\n");
        let text = Diagnostic::lint(Lint::DuplicateKey, Span::new(24, 27), "the key `A` occurs twice")
            .label("again here")
            .related(Span::new(4, 7), "first here")
            .help("remove one of them")
            .render(&source);
        assert_eq!(
            text,
            "\
warning: the key `A` occurs twice
 --> a.json:4:3
  |
4 |   \"A\": 3
  |   ^^^ again here
  |
 ::: a.json:2:3
  |
2 |   \"A\": 1,
  |   --- first here
  |
  = note: this is the lint `duplicate_key`, warn by default
help: remove one of them"
        );
    }

    #[test]
    fn several_lines_show_the_first() {
        let source = Source::new("a.json", "{\n  \"A\": {\n    \"B\": 1\n  }\n}");
        assert_eq!(
            at(9, 27).render(&source),
            "error: it is wrong\n --> a.json:2:8\n  |\n2 |   \"A\": {\n  |        ^ here"
        );
    }

    #[test]
    fn the_end_of_the_text_can_be_marked() {
        let source = Source::new("a.json", "{\n");
        assert_eq!(
            at(2, 2).render(&source),
            "error: it is wrong\n --> a.json:2:1\n  |\n2 |\n  | ^ here"
        );
        assert_eq!(
            at(0, 0).render(&Source::new("a.json", "")),
            "error: it is wrong\n --> a.json:1:1\n  |\n1 |\n  | ^ here"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("[{}\"here\", {}]", "\"ä\", ".repeat(200), "\"b\", ".repeat(200));
        let caret = text.find("\"here\"").unwrap_or(0);
        let rendered = at(caret, caret + 6).render(&Source::new("a.json", text));
        let lines: Vec<_> = rendered.lines().collect();
        assert_eq!(lines[1], " --> a.json:1:1002");
        assert!(
            lines[3].chars().count() < 130 && lines[3].starts_with("1 | ...") && lines[3].ends_with("..."),
            "{rendered}"
        );
        let columns = |line: &str, mark: &str| line.find(mark).map(|at| line[..at].chars().count());
        assert_eq!(
            columns(lines[3], "\"here\""),
            columns(lines[4], "^^^^^^ here"),
            "{rendered}"
        );
    }

    #[test]
    fn hundreds_of_findings_in_one_huge_line_are_quick() {
        let source = Source::new("a.json", "[1, ".repeat(1_000_000));
        let mut diagnostics = Diagnostics::new();
        for n in 0..500 {
            diagnostics.push(at(n * 8_000, n * 8_000 + 1));
        }
        let began = std::time::Instant::now();
        assert!(diagnostics.render(&source).len() > 500);
        // Hours if it were quadratic; seconds as it is, of which a busy computer makes more.
        assert!(began.elapsed().as_secs() < 300, "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn no_place_panics(text in any::<String>(), spans in prop::collection::vec((0usize..200, 0usize..200), 1..4)) {
            let source = Source::new("a.json", text);
            let mut diagnostic = at(spans[0].0, spans[0].1);
            for &(start, end) in &spans[1..] {
                diagnostic = diagnostic.related(Span::new(start, end), "there");
            }
            diagnostic.render(&source);
        }

        #[test]
        fn no_wide_or_odd_text_panics(text in "[\\t\\r\\n 界ß\u{200d}👩‍🚀\u{301}\u{7f}a\"{}]{0,300}", start in 0usize..400, end in 0usize..400) {
            at(start, end).render(&Source::new("a.json", text));
        }
    }
}
