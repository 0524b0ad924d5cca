//! Timestamps as the service accepts them (CH-40, WT-7).

use chrono::DateTime;

/// Whether `text` is an RFC 3339 timestamp with an upper-case `T`, and an upper-case `Z` or an offset.
pub(super) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(10) == Some(&b'T') && !text.ends_with('z') && DateTime::parse_from_rfc3339(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn timestamps() {
        for good in [
            "2016-12-05T21:29:29Z",
            "2016-12-05T21:29:29.5Z",
            "2016-12-05T21:29:29.123456789+01:00",
            "2024-02-29T00:00:00-08:00",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "2016-12-05T25:29:29Z",
            "2016-12-05 21:29:29Z",
            "2016-12-05t21:29:29Z",
            "2016-12-05T21:29:29z",
            "2016-12-05T21:29:29",
            "2016-12-05T21:29Z",
            "2016-02-30T21:29:29Z",
            "2016-12-05",
            "{% '2016-12-05T21:29:29Z' %}",
            "",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }
}
