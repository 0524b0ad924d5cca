//! The functions that the service knows: those of JSONata 2.0.6 but `$eval` (J-46), and its own (J-50 to J-55).

use std::ops::RangeInclusive;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name, without `$`.
    pub name: &'static str,
    /// What it takes and gives, in JSONata's notation.
    pub signature: &'static str,
    /// The fewest arguments that give a result, those counted out that the context value stands in for.
    least: usize,
    /// The most arguments that it takes.
    most: usize,
}

impl Function {
    /// How many arguments it can be called with.
    pub fn arity(&self) -> RangeInclusive<usize> {
        self.least..=self.most
    }

    /// The type of its result, in JSONata's notation: `n`, `a<s>`; `x` if that is not said.
    pub fn result(&self) -> &'static str {
        let inside = &self.signature[1..self.signature.len() - 1];
        let mut depth = 0;
        for (at, letter) in inside.char_indices() {
            match letter {
                '<' | '(' => depth += 1,
                '>' | ')' => depth -= 1,
                ':' if depth == 0 => return &inside[at + 1..],
                _ => {}
            }
        }
        "x"
    }
}

/// The function of a name, without `$`.
pub fn find(name: &str) -> Option<&'static Function> {
    let at = FUNCTIONS.binary_search_by_key(&name, |function| function.name).ok()?;
    FUNCTIONS.get(at)
}

/// The names of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

const fn function(name: &'static str, signature: &'static str, least: usize, most: usize) -> Function {
    Function {
        name,
        signature,
        least,
        most,
    }
}

/// In the order of the names' bytes.
static FUNCTIONS: &[Function] = &[
    function("abs", "<n-:n>", 0, 1),
    function("append", "<xx:a>", 2, 2),
    function("assert", "<bs?:x>", 1, 2),
    function("average", "<a<n>:n>", 1, 1),
    function("base64decode", "<s-:s>", 0, 1),
    function("base64encode", "<s-:s>", 0, 1),
    function("boolean", "<x-:b>", 0, 1),
    function("ceil", "<n-:n>", 0, 1),
    function("clone", "<(oa)-:o>", 0, 1),
    function("contains", "<s-(sf):b>", 1, 2),
    function("count", "<a:n>", 1, 1),
    function("decodeUrl", "<s-:s>", 0, 1),
    function("decodeUrlComponent", "<s-:s>", 0, 1),
    function("distinct", "<x:x>", 1, 1),
    function("each", "<o-f:a>", 1, 2),
    function("encodeUrl", "<s-:s>", 0, 1),
    function("encodeUrlComponent", "<s-:s>", 0, 1),
    function("error", "<s?:x>", 0, 1),
    function("exists", "<x:b>", 1, 1),
    function("filter", "<af>", 2, 2),
    function("floor", "<n-:n>", 0, 1),
    function("formatBase", "<n-n?:s>", 0, 2),
    function("formatInteger", "<n-s:s>", 1, 2),
    function("formatNumber", "<n-so?:s>", 1, 3),
    function("fromMillis", "<n-s?s?:s>", 0, 3),
    // Without the algorithm it gives nothing (J-52).
    function("hash", "<ss?:s>", 2, 2),
    function("join", "<a<s>s?:s>", 1, 2),
    function("keys", "<x-:a<s>>", 0, 1),
    function("length", "<s-:n>", 0, 1),
    function("lookup", "<x-s:x>", 1, 2),
    function("lowercase", "<s-:s>", 0, 1),
    function("map", "<af>", 2, 2),
    function("match", "<s-f<s:o>n?:a<o>>", 1, 3),
    function("max", "<a<n>:n>", 1, 1),
    function("merge", "<a<o>:o>", 1, 1),
    function("millis", "<:n>", 0, 0),
    function("min", "<a<n>:n>", 1, 1),
    function("not", "<x-:b>", 0, 1),
    function("now", "<s?s?:s>", 0, 2),
    function("number", "<(nsb)-:n>", 0, 1),
    function("pad", "<s-ns?:s>", 1, 3),
    function("parse", "<s:x>", 1, 1),
    function("parseInteger", "<s-s:n>", 1, 2),
    function("partition", "<an:a<a>>", 2, 2),
    function("power", "<n-n:n>", 1, 2),
    function("random", "<n?:n>", 0, 1),
    // Without the step it gives nothing (J-51).
    function("range", "<nnn?:a<n>>", 3, 3),
    function("reduce", "<afj?:j>", 2, 3),
    function("replace", "<s-(sf)(sf)n?:s>", 2, 4),
    function("reverse", "<a:a>", 1, 1),
    function("round", "<n-n?:n>", 0, 2),
    function("shuffle", "<a:a>", 1, 1),
    function("sift", "<o-f?:o>", 0, 2),
    function("single", "<af?>", 1, 2),
    function("sort", "<af?:a>", 1, 2),
    function("split", "<s-(sf)n?:a<s>>", 1, 3),
    function("spread", "<x-:a<o>>", 0, 1),
    function("sqrt", "<n-:n>", 0, 1),
    function("string", "<x-b?:s>", 0, 2),
    function("substring", "<s-nn?:s>", 1, 3),
    function("substringAfter", "<s-s:s>", 1, 2),
    function("substringBefore", "<s-s:s>", 1, 2),
    function("sum", "<a<n>:n>", 1, 1),
    function("toMillis", "<s-s?:n>", 0, 2),
    function("trim", "<s-:s>", 0, 1),
    function("type", "<x:s>", 1, 1),
    function("uppercase", "<s-:s>", 0, 1),
    function("uuid", "<:s>", 0, 0),
    function("zip", "<a+>", 1, usize::MAX),
];

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, find};

    #[test]
    fn finds_functions() {
        assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
        for function in FUNCTIONS {
            assert_eq!(find(function.name), Some(function));
        }
        // J-46
        assert_eq!(find("eval"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn tells_the_result() {
        for (name, result) in [
            ("sum", "n"),
            ("match", "a<o>"),
            ("map", "x"),
            ("uuid", "s"),
            ("lookup", "x"),
        ] {
            assert_eq!(find(name).map(|function| function.result()), Some(result), "{name}");
        }
    }
}
