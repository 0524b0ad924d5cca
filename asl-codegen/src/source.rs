//! The text of a definition, and places in it.

use crate::diagnostic::{CompileError, Diagnostic, ServiceCode};
use std::ffi::OsStr;
use std::ops::Range;
use std::path::Path;

/// How a definition is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON, exactly.
    Json,
    /// YAML 1.2, as [`yaml`](crate::yaml) says.
    Yaml,
}

impl Format {
    /// YAML where the path ends in `.yaml` or `.yml`, else JSON.
    pub fn of(path: &str) -> Format {
        let extension = Path::new(path).extension().and_then(OsStr::to_str);
        match extension.is_some_and(|name| name.eq_ignore_ascii_case("yaml") || name.eq_ignore_ascii_case("yml")) {
            true => Format::Yaml,
            false => Format::Json,
        }
    }
}

/// A definition as it was read: where it came from and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    path: String,
    text: String,
    format: Format,
    /// Byte offsets at which lines begin.
    lines: Vec<usize>,
}

impl Source {
    /// A source named `path` (shown in diagnostics, not opened) with this text, in the format [of the path](Format::of).
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        let (path, text) = (path.into(), text.into());
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Source {
            format: Format::of(&path),
            path,
            text,
            lines,
        }
    }

    /// The same text, read in this format whatever its path.
    pub fn with_format(self, format: Format) -> Source {
        Source { format, ..self }
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// `INVALID_JSON_DESCRIPTION` where they are not UTF-8.
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Result<Source, CompileError> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(path, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                // Replaced bytes come after this place, so it is right in the readable text too.
                let text = String::from_utf8_lossy(error.as_bytes());
                let span = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
                let fault = Diagnostic::error(ServiceCode::InvalidJsonDescription, span, "the file is not UTF-8")
                    .label("these bytes are no character")
                    .help("save the file as UTF-8");
                Err(CompileError::new(Source::new(path, text), fault.into(), None))
            }
        }
    }

    /// The path as given.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How the text is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text at `span`; the part of it that exists, where the span reaches beyond the text.
    pub fn slice(&self, span: Span) -> &str {
        let span = self.clamp(span);
        &self.text[span.start..span.end]
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.boundary(offset);
        let line = self.line_at(offset);
        let column = self.text[self.lines[line]..offset].chars().count();
        (line + 1, column + 1)
    }

    /// The line (from 0) of a byte offset.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset) - 1
    }

    /// The bytes of a line (from 0), without what ends it.
    pub(crate) fn line_span(&self, line: usize) -> Span {
        let start = self.lines[line];
        let end = self.lines.get(line + 1).map_or(self.text.len(), |&next| next - 1);
        let end = end - usize::from(self.text[start..end].ends_with('\r'));
        Span { start, end }
    }

    /// The part of `span` that lies in the text, on whole characters.
    pub(crate) fn clamp(&self, span: Span) -> Span {
        let start = self.boundary(span.start);
        Span::new(start, self.boundary(span.end).max(start))
    }

    /// The nearest offset that is no further, inside the text, and between two characters.
    fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// A range of bytes in a [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Span {
        Span::new(range.start, range.end)
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let source = Source::new("a.json", "{\r\n  \"größe\": 1\n}");
        assert_eq!(source.position(0), (1, 1));
        let one = source.text().find('1').unwrap_or(0);
        assert_eq!(source.position(one), (2, 12));
        assert_eq!(source.slice(source.line_span(0)), "{");
        assert_eq!(source.slice(source.line_span(2)), "}");
    }

    #[test]
    fn places_outside_the_text_are_pulled_into_it() {
        let source = Source::new("a.json", "ß\n");
        assert_eq!(source.position(1), (1, 1), "inside a character");
        assert_eq!(source.position(99), (2, 1));
        assert_eq!(source.slice(Span::new(1, 99)), "ß\n");
        assert_eq!(source.slice(Span::new(99, 1)), "");
        assert_eq!(Source::new("a.json", "").position(0), (1, 1));
    }

    #[test]
    fn the_path_tells_the_format() {
        for path in ["a.yaml", "a.asl.yml", "flows/A.YAML"] {
            assert_eq!(Format::of(path), Format::Yaml, "{path}");
        }
        for path in ["a.json", "yaml", ".yaml", "a.yaml.json", "a", ""] {
            assert_eq!(Format::of(path), Format::Json, "{path}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        let error = Source::from_bytes("a.json", b"{\n \"\xe4\": 1}".to_vec()).err();
        assert_eq!(
            error.map(|e| e.to_string()).as_deref(),
            Some(
                "\
error: the file is not UTF-8
 --> a.json:2:3
  |
2 |  \"\u{fffd}\": 1}
  |   ^ these bytes are no character
  |
help: save the file as UTF-8"
            )
        );
    }
}
