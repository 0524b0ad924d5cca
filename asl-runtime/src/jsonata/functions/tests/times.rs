//! Dates and times.

use super::super::super::*;
use super::check;

#[test]
fn times_by_a_picture() {
    check(
        &FROM_MILLIS,
        &[
            ("[0]", "\"1970-01-01T00:00:00.000Z\""),
            ("[1709210096789]", "\"2024-02-29T12:34:56.789Z\""),
            ("[-1]", "\"1969-12-31T23:59:59.999Z\""),
            (r#"[1709210096789, "[Y0001]-[M01]-[D01]"]"#, "\"2024-02-29\""),
            (r#"[1709210096789, "[h]:[m01] [PN]"]"#, "\"12:34 PM\""),
            (
                r#"[1709210096789, "[FNn], [D1o] [MNn,*-3] [Y,2-2]"]"#,
                "\"Thursday, 29th Feb 24\"",
            ),
            (
                r#"[1709210096789, "[Dwo] of [MN], [YI]"]"#,
                "\"twenty-ninth of FEBRUARY, MMXXIV\"",
            ),
            (
                r#"[1709210096789, "[X]-W[W01]-[F1], [d], [w]/[x]"]"#,
                "\"2024-W09-4, 60, 5/2\"",
            ),
            (
                r#"[1104537600000, "[X]-W[W01] [xNn] [w] [Y]"]"#,
                "\"2004-W53 December 5 2005\"",
            ),
            (r#"[1709210096789, "[[[H01]]] [C] [E]"]"#, "\"[12] ISO ISO\""),
            (r#"[1709210096789, "[H01]:[m01] [Z]", "+0530"]"#, "\"18:04 +05:30\""),
            (r#"[1709210096789, "[H01]:[m01] [z]", "-0500"]"#, "\"07:34 GMT-05:00\""),
            (r#"[1709210096789, "[Z0101t]"]"#, "\"Z\""),
            (r#"[1709210096789, "[Z0101]"]"#, "\"+0000\""),
            (r#"[1709210096789, "[Z0]", "+0530"]"#, "\"+5:30\""),
            (r#"["nothing"]"#, "nothing"),
            (
                r#"[0, "[Z000001]"]"#,
                "D3134: The timezone integer format specifier cannot have more than four digits",
            ),
            (
                r#"[0, "[q]"]"#,
                "D3132: Unknown component specifier \"q\" in date/time picture string",
            ),
            (
                r#"[0, "[YN]"]"#,
                "D3133: The 'name' modifier can only be applied to months and days in the date/time picture string, \
                 not \"Y\"",
            ),
            (
                r#"[0, "[Y"]"#,
                "D3135: No matching closing bracket ']' in date/time picture string",
            ),
            (r#"[0, "[m,9999999]"]"#, "Expression evaluation memory limit exceeded"),
        ],
    );
    check(
        &NOW,
        &[("[]", "\"2024-02-29T12:34:56.789Z\""), (r#"["[Y]"]"#, "\"2024\"")],
    );
    check(&MILLIS, &[("[]", "1709210096789")]);
}

#[test]
fn times_from_text() {
    check(
        &TO_MILLIS,
        &[
            (r#"["1970-01-01T00:00:00.001Z"]"#, "1"),
            (r#"["2024-02-29T12:34:56.789Z"]"#, "1709210096789"),
            (r#"["2024-02-29T12:34:56.789+01:00"]"#, "1709206496789"),
            (r#"["2024-02-29T12:34:56-0130"]"#, "1709215496000"),
            (r#"["2024-02-29"]"#, "1709164800000"),
            (r#"["2024-02"]"#, "1706745600000"),
            (r#"["2024"]"#, "1704067200000"),
            (r#"["2024-13-01"]"#, "\"NaN\""),
            (
                r#"["29/02/2024"]"#,
                "D3110: The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given \
                 \"29/02/2024\"",
            ),
            (
                r#"["29/2/2024 5:06 pm", "[D]/[M]/[Y0001] [h]:[m01] [P]"]"#,
                "1709226360000",
            ),
            (r#"["2024-060", "[Y]-[d001]"]"#, "1709164800000"),
            (
                r#"["twenty-ninth of February, MMXXIV", "[Dwo] of [MNn], [YI]"]"#,
                "1709164800000",
            ),
            (r#"["29 Feb 24", "[D] [MN,*-3] [Y]"]"#, "-1446595200000"),
            (r#"["12:00 +05:30", "[H01]:[m01] [Z]"]"#, "1709188200000"),
            (r#"["GMT-01:00 2024", "[z] [Y]"]"#, "1704070800000"),
            // What is left of the first component is that of now.
            (r#"["13:30", "[H]:[m]"]"#, "1709213400000"),
            (r#"["2024", "[M01]"]"#, "nothing"),
            (r#"["x", "x"]"#, "nothing"),
            (r#"["nothing", "[Y]"]"#, "nothing"),
            (
                r#"["2024 10", "[Y] [H]"]"#,
                "D3136: The date/time picture string is missing specifiers required to parse the timestamp",
            ),
            (
                r#"["2024-W09-4", "[X]-W[W]-[F1]"]"#,
                "D3136: The date/time picture string is missing specifiers required to parse the timestamp",
            ),
            (
                r#"["ISO", "[C]"]"#,
                "D3133: The 'name' modifier can only be applied to months and days in the date/time picture string, \
                 not \"C\"",
            ),
        ],
    );
}
