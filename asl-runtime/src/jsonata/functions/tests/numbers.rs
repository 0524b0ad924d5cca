//! Numbers, and numbers as text.

use super::super::super::*;
use super::check;

#[test]
fn numbers() {
    check(
        &SUM,
        &[
            ("[[1, 2.5, -3]]", "0.5"),
            ("[[]]", "0"),
            ("[4]", "4"),
            (r#"["nothing"]"#, "nothing"),
            (
                "[[1], 2]",
                "T0410: Argument 2 of function \"sum\" does not match function signature",
            ),
            (
                r#"[["1"]]"#,
                "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"",
            ),
            (
                r#"["a"]"#,
                "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"",
            ),
            (
                "[[1, null]]",
                "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"",
            ),
            (
                "[]",
                "T0410: Argument 1 of function \"sum\" does not match function signature",
            ),
        ],
    );
    check(&MAX, &[("[[1, 3, 2]]", "3"), ("[[]]", "nothing"), ("[7]", "7")]);
    check(&MIN, &[("[[1, -3, 2]]", "-3"), ("[[]]", "nothing")]);
    check(
        &AVERAGE,
        &[("[[1, 2]]", "1.5"), ("[[]]", "nothing"), (r#"["nothing"]"#, "nothing")],
    );
    check(&ABS, &[("[-1.5]", "1.5"), (r#"["nothing"]"#, "nothing")]);
    check(&FLOOR, &[("[-1.5]", "-2"), ("[1.5]", "1")]);
    check(&CEIL, &[("[-1.5]", "-1"), ("[1.2]", "2")]);
    check(
        &SQRT,
        &[
            ("[9]", "3"),
            (
                "[-1]",
                "D3060: The sqrt function cannot be applied to a negative number: -1",
            ),
        ],
    );
    check(
        &POWER,
        &[
            ("[2, 10]", "1024"),
            ("[2, -1]", "0.5"),
            (
                "[10, 400]",
                "D3061: The power function has resulted in a value that cannot be represented as a JSON number: base=10, \
             exponent=400",
            ),
        ],
    );
    check(
        &ROUND,
        &[
            ("[0.5]", "0"),
            ("[1.5]", "2"),
            ("[2.5]", "2"),
            ("[-1.5]", "-2"),
            ("[-0.2]", "0"),
            ("[123.456, 2]", "123.46"),
            ("[1.005, 2]", "1"),
            ("[1.015, 2]", "1.02"),
            ("[4.525, 2]", "4.52"),
            ("[12350, -2]", "12400"),
            ("[12450, -2]", "12400"),
            ("[1e21, 2]", "1e+21"),
            (r#"["nothing"]"#, "nothing"),
        ],
    );
    check(
        &NUMBER,
        &[
            (r#"["12.5"]"#, "12.5"),
            (r#"["-1e3"]"#, "-1000"),
            (r#"["0x1F"]"#, "31"),
            (r#"["0b101"]"#, "5"),
            (r#"["0o17"]"#, "15"),
            (r#"["0x1G"]"#, "\"NaN\""),
            ("[true]", "1"),
            ("[false]", "0"),
            (r#"["nothing"]"#, "nothing"),
            (r#"["1."]"#, "D3030: Unable to cast value to a number: \"1.\""),
            (r#"[" 1"]"#, "D3030: Unable to cast value to a number: \" 1\""),
            (r#"["+1"]"#, "D3030: Unable to cast value to a number: \"+1\""),
            (r#"[""]"#, "D3030: Unable to cast value to a number: \"\""),
            (r#"["1e999"]"#, "D3030: Unable to cast value to a number: \"1e999\""),
            (
                "[null]",
                "T0410: Argument 1 of function \"number\" does not match function signature",
            ),
        ],
    );
    check(
        &FORMAT_BASE,
        &[
            ("[100]", "\"100\""),
            ("[100, 2]", "\"1100100\""),
            ("[-255.5, 16]", "\"-100\""),
            ("[35, 36]", "\"z\""),
            ("[0, 2]", "\"0\""),
            ("[2.5, 2]", "\"10\""),
            (
                "[1, 37]",
                "D3100: The radix of the formatBase function must be between 2 and 36.  It was given 37",
            ),
        ],
    );
}

#[test]
fn numbers_by_a_picture() {
    check(
        &FORMAT_NUMBER,
        &[
            (r##"[12345.6, "#,###.00"]"##, "\"12,345.60\""),
            (r##"[1234567.8, "#,##,##0.0"]"##, "\"12,34,567.8\""),
            (r##"[0.14, "01%"]"##, "\"14%\""),
            (r##"[0.14, "0‰"]"##, "\"140‰\""),
            (r##"[1234.5678, "00.000e0"]"##, "\"12.346e2\""),
            (r##"[0.00012, "0.0e00"]"##, "\"1.2e-04\""),
            (r##"[-5, "0"]"##, "\"-5\""),
            (r##"[-5, "0;(0)"]"##, "\"(5)\""),
            (r##"[5, "#0.###"]"##, "\"5\""),
            (r##"[0, "#.##"]"##, "\".0\""),
            (r##"[0.5, "#.##"]"##, "\".5\""),
            (r##"[1234.5, "€ #,##0.00 net"]"##, "\"€ 1,234.50 net\""),
            (r##"[0.123456, "0.00,00,#"]"##, "\"0.12,346\""),
            (
                r##"[1234.5, "٠,٠٠", {"decimal-separator": ",", "zero-digit": "٠"}]"##,
                "\"١٢٣٤,٥٠\"",
            ),
            (r##"["nothing", "0"]"##, "nothing"),
            (
                r##"[1, "0;0;0"]"##,
                "D3080: The picture string must only contain a maximum of two sub-pictures",
            ),
            (
                r##"[1, "0.0.0"]"##,
                "D3081: The sub-picture must not contain more than one instance of the 'decimal-separator' character",
            ),
            (
                r##"[1, "0%%"]"##,
                "D3082: The sub-picture must not contain more than one instance of the 'percent' character",
            ),
            (
                r##"[1, "0‰‰"]"##,
                "D3083: The sub-picture must not contain more than one instance of the 'per-mille' character",
            ),
            (
                r##"[1, "0%‰"]"##,
                "D3084: The sub-picture must not contain both a 'percent' and a 'per-mille' character",
            ),
            (
                r##"[1, "."]"##,
                "D3085: The mantissa part of a sub-picture must contain at least one character that is either an \
                 'optional digit character' or a member of the 'decimal digit family'",
            ),
            (
                r##"[1, "0a0"]"##,
                "D3086: The sub-picture must not contain a passive character that is preceded by an active character \
                 and that is followed by another active character",
            ),
            (
                r##"[1, "0,.0"]"##,
                "D3087: The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a \
                 'decimal-separator' character",
            ),
            (
                r##"[1, "0,"]"##,
                "D3088: The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
            ),
            (
                r##"[1, "0,,0"]"##,
                "D3089: The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
            ),
            (
                r##"[1, "0#.0"]"##,
                "D3090: The integer part of the sub-picture must not contain a member of the 'decimal digit family' \
                 that is followed by an instance of the 'optional digit character'",
            ),
            (
                r##"[1, "0.#0"]"##,
                "D3091: The fractional part of the sub-picture must not contain an instance of the 'optional digit \
                 character' that is followed by a member of the 'decimal digit family'",
            ),
            (
                r##"[1, "0e0%"]"##,
                "D3092: A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character \
                 treated as an 'exponent-separator'",
            ),
            (
                r##"[1, "0e#0"]"##,
                "D3093: The exponent part of the sub-picture must comprise only of one or more characters that are \
                 members of the 'decimal digit family'",
            ),
            (
                r##"[0, "0e0"]"##,
                "Expression evaluation timeout: Check for infinite loop",
            ),
        ],
    );
}

#[test]
fn integers_by_a_picture() {
    check(
        &FORMAT_INTEGER,
        &[
            (r##"[1234567, "#,##0"]"##, "\"1,234,567\""),
            (r##"[1234567, "#:###,##0"]"##, "\"1:234,567\""),
            (r##"[7, "000"]"##, "\"007\""),
            (r##"[-7.5, "0"]"##, "\"-8\""),
            (r##"[12, "٠٠٠"]"##, "\"٠١٢\""),
            (r##"[1, "0;o"]"##, "\"1st\""),
            (r##"[11, "0;o"]"##, "\"11th\""),
            (r##"[22, "0;o"]"##, "\"22nd\""),
            (r##"[1994, "I"]"##, "\"MCMXCIV\""),
            (r##"[14, "i"]"##, "\"xiv\""),
            (r##"[28, "A"]"##, "\"AB\""),
            (r##"[26, "a"]"##, "\"z\""),
            (r##"[1234, "w"]"##, "\"one thousand, two hundred and thirty-four\""),
            (r##"[21, "Ww;o"]"##, "\"Twenty-First\""),
            (r##"[100, "W"]"##, "\"ONE HUNDRED\""),
            (r##"[30, "w;o"]"##, "\"thirtieth\""),
            (r##"[2000000, "w;o"]"##, "\"two millionth\""),
            (r##"["nothing", "0"]"##, "nothing"),
            (
                r##"[1, "①"]"##,
                "D3130: Formatting or parsing an integer as a sequence starting with \"①\" is not supported by this \
                 implementation",
            ),
            (
                r##"[1, "0٠"]"##,
                "D3131: In a decimal digit pattern, all digits must be from the same decimal group",
            ),
            (r##"[1e300, "I"]"##, "Expression evaluation memory limit exceeded"),
        ],
    );
    check(
        &PARSE_INTEGER,
        &[
            (r##"["1,234,567", "#,##0"]"##, "1234567"),
            (r##"["12th", "0;o"]"##, "12"),
            (r##"["MCMXCIV", "I"]"##, "1994"),
            (r##"["xiv", "i"]"##, "14"),
            (r##"["AB", "A"]"##, "28"),
            (r##"["one thousand, two hundred and thirty-four", "w"]"##, "1234"),
            (r##"["Twenty-First", "Ww;o"]"##, "21"),
            (r##"["٠١٢", "٠"]"##, "12"),
            (r##"["many", "w"]"##, "\"NaN\""),
            (r##"["nothing", "0"]"##, "nothing"),
        ],
    );
}
