//! The existing name that was probably meant.

/// The candidate most like `name`, if one is like it: `Check` for `Chek`.
///
/// Names count as alike when at most a third of their characters differ (a swap of neighbours being one difference),
/// or when they differ in case, spaces and punctuation only. Among equals the first candidate wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().collect();
    let plain = simplify(name);
    // Of two characters too little is left to be alike.
    let limit = if wanted.len() < 3 {
        0
    } else {
        wanted.len().div_ceil(3).min(MAX_DISTANCE)
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let distance = if !plain.is_empty() && plain == simplify(candidate) {
            0
        } else {
            distance(&wanted, candidate, limit)
        };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The shortest candidate that `name` is the beginning of, whatever the case: `TimeoutSeconds` for `Timeout`.
pub(crate) fn completed<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates = candidates.into_iter();
    let begins_with_it = |candidate: &str| {
        let beginning = candidate.get(..name.len());
        beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(name))
    };
    let longer =
        candidates.filter(|candidate| name.len() > 2 && candidate.len() > name.len() && begins_with_it(candidate));
    longer.min_by_key(|candidate| candidate.len())
}

/// Beyond this many differences two names are not the same one misspelt, however long they are.
const MAX_DISTANCE: usize = 5;

fn simplify(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The optimal string alignment distance, or anything above `limit` where it is above it.
fn distance(a: &[char], b: &str, limit: usize) -> usize {
    let b: Vec<char> = b.chars().take(a.len() + limit + 1).collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitute = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitute.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{completed, nearest};

    #[test]
    fn finds_what_was_meant() {
        let states = ["Check", "Charge card", "Ship", "Done"];
        assert_eq!(nearest("Chek", states), Some("Check"));
        assert_eq!(nearest("Cehck", states), Some("Check"));
        assert_eq!(nearest("chargeCard", states), Some("Charge card"));
        assert_eq!(nearest("DONE", states), Some("Done"));
        assert_eq!(nearest("Refund", states), None);
        assert_eq!(nearest("", states), None);
        assert_eq!(nearest("Ship", ["Ship"]), None, "the name itself is no help");
    }

    #[test]
    fn a_beginning_is_completed() {
        let fields = ["TimeoutSecondsPath", "TimeoutSeconds", "Type"];
        assert_eq!(completed("Timeout", fields), Some("TimeoutSeconds"));
        assert_eq!(completed("timeOut", fields), Some("TimeoutSeconds"));
        assert_eq!(completed("Ty", fields), None);
        assert_eq!(completed("Type", fields), None);
    }

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(nearest("State3", ["State1", "State2"]), Some("State1"));
        assert_eq!(nearest("State2x", ["State1", "State2"]), Some("State2"));
    }
}
