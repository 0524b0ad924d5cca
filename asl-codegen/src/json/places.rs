//! The way from the value of a string back to its place.

use super::Replaced;
use super::parse::unescape;
use crate::source::{Source, Span};
use std::ops::Range;

/// The way from the value of a string back to where each part of it is written.
///
/// Bytes that come from an escape stand where the escape is, those of a given value where its `${Name}` is.
#[derive(Debug, Clone)]
pub struct Places {
    written: Written,
    replaced: Vec<Replaced>,
}

/// How a string is written, before substitution.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Parts of the value in order; none where the place of no part is known, only that of the whole.
    runs: Vec<Run>,
    /// The whole, without quotes.
    whole: Span,
}

/// A part of a value.
#[derive(Debug, Clone)]
struct Run {
    /// Where it begins in the value.
    value: usize,
    /// Where it begins in the source.
    source: usize,
    /// The length of the escape that it is written as; 0 where it is written as it is.
    escape: usize,
}

impl Places {
    pub(super) fn new(written: Written, replaced: Vec<Replaced>) -> Places {
        Places { written, replaced }
    }

    /// Where a range of bytes of the value stands; the whole string where no closer place is known.
    pub fn span(&self, range: Range<usize>) -> Span {
        let whole = self.written.whole;
        if self.written.runs.is_empty() {
            return whole;
        }
        let (start, _) = self.written.byte(self.unreplaced(range.start, |symbol| symbol.start));
        let end = match range.end > range.start {
            // The end is that of the last byte, so that it reaches over the whole of an escape or a `${Name}`.
            true => {
                self.written
                    .byte(self.unreplaced(range.end - 1, |symbol| symbol.end - 1))
                    .1
            }
            false => start,
        };
        Span::new(start.min(whole.end), end.min(whole.end))
    }

    /// The byte before substitution that `at` comes from.
    fn unreplaced(&self, at: usize, inside: impl Fn(&Range<usize>) -> usize) -> usize {
        let mut offset = at;
        for replaced in &self.replaced {
            if at < replaced.value.start {
                break;
            }
            if at < replaced.value.end {
                return inside(&replaced.symbol);
            }
            offset = at - replaced.value.end + replaced.symbol.end;
        }
        offset
    }
}

impl Written {
    /// A string of which nothing but its place is known.
    pub(crate) fn somewhere_in(whole: Span) -> Written {
        Written {
            runs: Vec::new(),
            whole,
        }
    }

    /// A string that is a part of the source as it is.
    pub(crate) fn verbatim(whole: Span) -> Written {
        let run = Run {
            value: 0,
            source: whole.start,
            escape: 0,
        };
        Written { runs: vec![run], whole }
    }

    /// The JSON string at `literal`.
    pub(crate) fn of_json(source: &Source, literal: Span) -> Written {
        let text = source.slice(literal);
        let inside = text.strip_prefix('"').unwrap_or(text);
        let base = literal.start + text.len() - inside.len();
        let inside = inside.strip_suffix('"').unwrap_or(inside);
        let mut written = Written::verbatim(Span::new(base, base + inside.len()));
        let (mut at, mut value) = (0, 0);
        while let Some(offset) = inside[at..].find('\\') {
            (at, value) = (at + offset, value + offset);
            let Some((char, length)) = unescape(&inside[at..]) else {
                break;
            };
            written.escape(value, Span::new(base + at, base + at + length));
            (at, value) = (at + length, value + char.len_utf8());
            written.plain(value, base + at);
        }
        written
    }

    /// The same string inside another text. `outer` tells where a part of it stands there, and whether as it is.
    pub(crate) fn moved(&self, outer: impl Fn(Span) -> (Span, bool)) -> Written {
        let (whole, _) = outer(self.whole);
        let mut moved = Written::somewhere_in(whole);
        for (at, run) in self.runs.iter().enumerate() {
            let next = self.runs.get(at + 1).map_or(self.whole.end, |next| next.source);
            let (place, is_same) = outer(Span::new(run.source, next));
            match run.escape {
                0 if is_same => moved.plain(run.value, place.start),
                0 => return Written::somewhere_in(whole),
                _ => moved.escape(run.value, place),
            }
        }
        moved
    }

    /// What begins at `value` is written as an escape.
    pub(crate) fn escape(&mut self, value: usize, escape: Span) {
        self.runs.push(Run {
            value,
            source: escape.start,
            escape: escape.end - escape.start,
        });
    }

    /// What begins at `value` is written as it is, from `source` on.
    pub(crate) fn plain(&mut self, value: usize, source: usize) {
        self.runs.push(Run {
            value,
            source,
            escape: 0,
        });
    }

    /// Where a byte of the value begins and ends in the source.
    fn byte(&self, at: usize) -> (usize, usize) {
        let last = self.runs.partition_point(|run| run.value <= at).saturating_sub(1);
        let run = &self.runs[last];
        match run.escape {
            0 => {
                let start = run.source + at.saturating_sub(run.value);
                (start, start + 1)
            }
            length => (run.source, run.source + length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Substitutions, Text, parse};
    use super::*;

    #[test]
    fn places_inside_strings() {
        let given = Substitutions::from_iter([("Name", "long value"), ("Empty", "")]);
        let source = Source::new("a.json", r#"["a\u00dfb\ud83d\ude00c", "x${Name}y${Empty}z"]"#);
        let json = parse(&source, &given).expect("JSON");
        let items = json.as_array().unwrap_or_default();
        let shown = |item: usize, part: &str| {
            let text = items[item].as_text().cloned().unwrap_or_default();
            let at = text.value.find(part).unwrap_or(0);
            source
                .slice(text.span(&source, items[item].span, at..at + part.len()))
                .to_owned()
        };
        assert_eq!(shown(0, "a"), "a");
        assert_eq!(shown(0, "ß"), r"\u00df");
        assert_eq!(shown(0, "ßb😀"), r"\u00dfb\ud83d\ude00");
        assert_eq!(shown(0, "c"), "c");
        assert_eq!(shown(1, "x"), "x");
        assert_eq!(shown(1, "value"), "${Name}");
        assert_eq!(shown(1, "ey"), "${Name}y");
        assert_eq!(shown(1, "z"), "z");
        assert_eq!(shown(1, "yz"), "y${Empty}z");
        let empty = Text::default().span(&source, items[0].span, 1..1);
        assert_eq!(empty, Span::new(3, 3));
        let beyond = Text::default().span(&source, items[0].span, 90..99);
        assert_eq!(beyond, Span::new(items[0].span.end - 1, items[0].span.end - 1));
    }
}
