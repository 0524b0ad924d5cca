//! Numbers of JSON by their value: `1` is `1.0`, and no digit is lost on the way (CH-31, IO-31).

use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::hash::{BuildHasher, RandomState};

/// A number of JSON, or a literal in generated code.
#[derive(Debug, Clone, Copy)]
pub enum Num<'a> {
    /// An integer.
    I64(i64),
    /// An integer above those.
    U64(u64),
    /// A number with a fraction or an exponent.
    F64(f64),
    /// Any other, as JSON writes it.
    Text(&'a str),
    /// A number in a value.
    Json(&'a Number),
}

impl Num<'_> {
    /// Its order against another number.
    pub fn compare(self, other: Num<'_>) -> Ordering {
        if let (Some(a), Some(b)) = (self.as_i64(), other.as_i64()) {
            return a.cmp(&b);
        }
        // Rounding to a double keeps the order, so only equal doubles need a closer look.
        match self.as_f64().partial_cmp(&other.as_f64()) {
            Some(order @ (Ordering::Less | Ordering::Greater)) => order,
            _ => Decimal::parse(&self.text()).compare(&Decimal::parse(&other.text())),
        }
    }

    fn as_i64(self) -> Option<i64> {
        match self {
            Num::I64(number) => Some(number),
            Num::Json(number) => number.as_i64(),
            Num::U64(_) | Num::F64(_) | Num::Text(_) => None,
        }
    }

    /// The nearest double; infinite beyond the range of doubles.
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Num::I64(number) => number as f64,
            Num::U64(number) => number as f64,
            Num::F64(number) => number,
            Num::Text(text) => text.parse().unwrap_or(f64::NAN),
            Num::Json(number) => match number.as_f64() {
                Some(number) => number,
                None => number.to_string().parse().unwrap_or(f64::NAN),
            },
        }
    }

    /// As JSON writes it.
    pub(crate) fn text(self) -> String {
        match self {
            Num::I64(number) => number.to_string(),
            Num::U64(number) => number.to_string(),
            Num::F64(number) => Number::from_f64(number).map_or_else(String::new, |number| number.to_string()),
            Num::Text(text) => text.to_owned(),
            Num::Json(number) => number.to_string(),
        }
    }

    /// The nearest integer, halves towards positive infinity; none beyond 64 bits (IF-36).
    pub fn rounded(self) -> Option<i64> {
        if let Some(number) = self.as_i64() {
            return Some(number);
        }
        let number = self.as_f64();
        let floor = number.floor();
        let rounded = if number - floor >= 0.5 { floor + 1.0 } else { floor };
        // 2^63 is a double, i64::MAX is not.
        (rounded >= -(2_f64.powi(63)) && rounded < 2_f64.powi(63)).then_some(rounded as i64)
    }
}

/// `0.digits` times ten to the `exponent`; the first digit and the last are not zero.
struct Decimal {
    negative: bool,
    exponent: i64,
    digits: Vec<u8>,
}

impl Decimal {
    fn parse(text: &str) -> Decimal {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let unsigned = mantissa.trim_start_matches(['-', '+']);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        let zeros = digits().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = digits().skip(zeros).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Decimal {
                negative: false,
                exponent: 0,
                digits,
            };
        }
        // Beyond 64 bits the exponents of two numbers that one meets are not compared exactly.
        let huge = if exponent.starts_with('-') {
            i64::MIN / 2
        } else {
            i64::MAX / 2
        };
        let exponent = exponent
            .parse::<i64>()
            .unwrap_or(huge)
            .clamp(i64::MIN / 2, i64::MAX / 2);
        Decimal {
            negative: mantissa.starts_with('-'),
            exponent: exponent + whole.len() as i64 - zeros as i64,
            digits,
        }
    }

    fn compare(&self, other: &Decimal) -> Ordering {
        let sign = |number: &Decimal| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let size = || {
            self.exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits))
        };
        sign(self)
            .cmp(&sign(other))
            .then_with(|| if self.negative { size().reverse() } else { size() })
    }
}

/// Whether two values are equal: numbers by value, objects whatever the order of their members (IF-26).
///
/// Goes as deep as the values do without using the stack.
pub fn equal(a: &Value, b: &Value) -> bool {
    let mut pairs = vec![(a, b)];
    while let Some(pair) = pairs.pop() {
        match pair {
            (Value::Number(a), Value::Number(b)) => {
                if a != b && Num::Json(a).compare(Num::Json(b)).is_ne() {
                    return false;
                }
            }
            (Value::Array(a), Value::Array(b)) => {
                if a.len() != b.len() {
                    return false;
                }
                pairs.extend(a.iter().zip(b));
            }
            (Value::Object(a), Value::Object(b)) => {
                if a.len() != b.len() || !push_members(a, b, &mut pairs) {
                    return false;
                }
            }
            (Value::Null, Value::Null) => {}
            (Value::Bool(a), Value::Bool(b)) if a == b => {}
            (Value::String(a), Value::String(b)) if a == b => {}
            _ => return false,
        }
    }
    true
}

fn push_members<'v>(
    a: &'v Map<String, Value>,
    b: &'v Map<String, Value>,
    pairs: &mut Vec<(&'v Value, &'v Value)>,
) -> bool {
    for (name, value) in a {
        match b.get(name) {
            Some(other) => pairs.push((value, other)),
            None => return false,
        }
    }
    true
}

/// A hash by which [`equal`] values are found: equal values have equal hashes.
///
/// The hash is a sum over all parts of a value, each with the way to it, so that the order of members is no part of it.
pub fn fingerprint(value: &Value, keys: &RandomState) -> u64 {
    let mut sum = 0_u64;
    let mut rest = vec![(0_u64, value)];
    while let Some((way, value)) = rest.pop() {
        let part = match value {
            Value::Null => keys.hash_one((way, 0)),
            Value::Bool(value) => keys.hash_one((way, 1, value)),
            // Adding zero turns the negative zero into the other.
            Value::Number(number) => keys.hash_one((way, 2, (Num::Json(number).as_f64() + 0.0).to_bits())),
            Value::String(text) => keys.hash_one((way, 3, text)),
            Value::Array(elements) => {
                rest.extend(
                    elements
                        .iter()
                        .enumerate()
                        .map(|(at, element)| (keys.hash_one((way, 4, at)), element)),
                );
                keys.hash_one((way, 4, elements.len()))
            }
            Value::Object(members) => {
                rest.extend(
                    members
                        .iter()
                        .map(|(name, member)| (keys.hash_one((way, 5, name)), member)),
                );
                keys.hash_one((way, 5, members.len()))
            }
        };
        sum = sum.wrapping_add(part);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn number(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn order(a: &str, b: &str) -> Ordering {
        match (number(a), number(b)) {
            (Value::Number(a), Value::Number(b)) => {
                let order = Num::Json(&a).compare(Num::Json(&b));
                assert_eq!(Num::Json(&b).compare(Num::Json(&a)), order.reverse());
                order
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        // CH-31
        for (a, wanted, b) in [
            ("0", Ordering::Equal, "0.0"),
            ("0", Ordering::Equal, "-0.0"),
            ("1", Ordering::Equal, "1.0"),
            ("100", Ordering::Equal, "1e2"),
            ("1.50", Ordering::Equal, "1.5"),
            ("-1", Ordering::Less, "1"),
            ("-2", Ordering::Less, "-1.5"),
            ("1.1", Ordering::Less, "1.2"),
            ("-0.5", Ordering::Less, "0"),
            ("9007199254740993", Ordering::Greater, "9007199254740992.0"),
            ("-9007199254740993", Ordering::Less, "-9007199254740992.0"),
            ("9007199254740993", Ordering::Less, "9007199254740994.0"),
            ("18446744073709551615", Ordering::Greater, "9223372036854775807"),
            ("18446744073709551615", Ordering::Greater, "-1"),
            ("18446744073709551615", Ordering::Less, "1e20"),
            ("1e-7", Ordering::Greater, "0"),
        ] {
            assert_eq!(order(a, b), wanted, "{a} {b}");
        }
    }

    #[test]
    fn literals_compare_with_numbers() {
        let value = number("9007199254740993");
        let Value::Number(value) = &value else { panic!() };
        let value = Num::Json(value);
        assert_eq!(value.compare(Num::I64(9_007_199_254_740_993)), Ordering::Equal);
        assert_eq!(value.compare(Num::U64(9_007_199_254_740_993)), Ordering::Equal);
        assert_eq!(value.compare(Num::F64(9_007_199_254_740_992.0)), Ordering::Greater);
        assert_eq!(value.compare(Num::Text("9007199254740993.00")), Ordering::Equal);
        assert_eq!(
            value.compare(Num::Text("9007199254740993.0000000000000000001")),
            Ordering::Less
        );
        assert_eq!(value.compare(Num::Text("1e400")), Ordering::Less);
        assert_eq!(value.compare(Num::Text("-1e400")), Ordering::Greater);
        assert_eq!(Num::Text("1e400").compare(Num::Text("10e399")), Ordering::Equal);
        assert_eq!(
            Num::Text("1e999999999999999999999").compare(Num::Text("1e400")),
            Ordering::Greater
        );
        assert_eq!(Num::Text("-1e400").compare(Num::Text("-2e400")), Ordering::Greater);
        assert_eq!(
            Num::Text("1e-999999999999999999999").compare(Num::I64(0)),
            Ordering::Greater
        );
    }

    #[test]
    fn huge_numbers_compare_by_value() {
        // serde_json reads them only where its `arbitrary_precision` is switched on.
        for (a, wanted, b) in [
            ("1e400", Ordering::Greater, "1e399"),
            ("1e400", Ordering::Equal, "10e399"),
            ("-1e400", Ordering::Less, "0"),
            ("1e-400", Ordering::Greater, "0"),
            (
                "123456789012345678901234567890",
                Ordering::Less,
                "123456789012345678901234567891",
            ),
            ("0.1000000000000000000001", Ordering::Greater, "0.1"),
            ("9007199254740993.0", Ordering::Greater, "9007199254740992"),
        ] {
            let read = |text| {
                serde_json::from_str::<Number>(text)
                    .ok()
                    .filter(|number| number.to_string() == text)
            };
            if let (Some(a), Some(b)) = (read(a), read(b)) {
                assert_eq!(Num::Json(&a).compare(Num::Json(&b)), wanted, "{a} {b}");
                let _ = Num::Json(&a).rounded();
            }
        }
    }

    #[test]
    fn rounding_is_half_up() {
        // IF-36, IF-51
        for (text, wanted) in [
            ("1.49", Some(1)),
            ("1.5", Some(2)),
            ("-1.49", Some(-1)),
            ("-1.5", Some(-1)),
            ("-1.51", Some(-2)),
            ("-0.5", Some(0)),
            ("0.49999999999999994", Some(0)),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("1e300", None),
            ("-1e300", None),
            ("9223372036854775808", None),
        ] {
            let Value::Number(value) = number(text) else { panic!() };
            assert_eq!(Num::Json(&value).rounded(), wanted, "{text}");
        }
    }

    #[test]
    fn values_are_equal_by_content() {
        // IF-26
        let hasher = RandomState::new();
        for (a, b, wanted) in [
            (json!(1), json!(1.0), true),
            (json!({"a": 1, "b": [2, 3]}), json!({"b": [2.0, 3], "a": 1.0}), true),
            (json!([1, 2]), json!([2, 1]), false),
            (json!({"a": 1}), json!({"a": 1, "b": 1}), false),
            (json!({"a": 1}), json!({"b": 1}), false),
            (json!("1"), json!(1), false),
            (json!(null), json!(false), false),
            (json!([]), json!({}), false),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992.0), false),
        ] {
            assert_eq!(equal(&a, &b), wanted, "{a} {b}");
            assert_eq!(equal(&b, &a), wanted, "{b} {a}");
            if wanted {
                assert_eq!(fingerprint(&a, &hasher), fingerprint(&b, &hasher), "{a} {b}");
            }
        }
    }

    #[test]
    fn deep_values_do_not_overflow_the_stack() {
        let deep = || (0..100_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        let (a, b) = (deep(), deep());
        assert!(equal(&a, &b));
        let hasher = RandomState::new();
        assert_eq!(fingerprint(&a, &hasher), fingerprint(&b, &hasher));
        // Dropping them would overflow it.
        std::mem::forget((a, b));
    }

    proptest! {
        #[test]
        fn integers_and_doubles_compare_exactly(a in any::<i64>(), shift in -3_i64..3) {
            let double = a as f64;
            let exact = (double as i128).cmp(&(i128::from(a) + i128::from(shift)));
            if double.abs() < 9e18 && (double as i128).to_string().len() <= 16 {
                prop_assert_eq!(Num::F64(double).compare(Num::I64(a.saturating_add(shift))), exact);
            }
        }

        #[test]
        fn decimals_agree_with_doubles(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            let (text_a, text_b) = (Num::F64(a).text(), Num::F64(b).text());
            prop_assert_eq!(
                Some(Decimal::parse(&text_a).compare(&Decimal::parse(&text_b))),
                a.partial_cmp(&b)
            );
        }
    }
}
