//! Numbers.

use super::super::view::elements;
use super::super::{Builtin, Error, Val, text};
use super::{arg, made_text, map_number, number};

/// `$sum(array)`: the sum of numbers.
pub static SUM: Builtin = Builtin::new("sum", "<a<n>:n>", |_, args| {
    Ok(match arg(args, 0) {
        Val::Undefined => Val::Undefined,
        numbers => Val::Number(numbers_of(numbers).sum()),
    })
});

/// `$max(array)`: the largest number.
pub static MAX: Builtin = Builtin::new("max", "<a<n>:n>", |_, args| {
    Ok(fold(args, |a, b| if b > a || b.is_nan() { b } else { a }))
});

/// `$min(array)`: the smallest number.
pub static MIN: Builtin = Builtin::new("min", "<a<n>:n>", |_, args| {
    Ok(fold(args, |a, b| if b < a || b.is_nan() { b } else { a }))
});

/// `$average(array)`: the mean of numbers.
pub static AVERAGE: Builtin = Builtin::new("average", "<a<n>:n>", |_, args| {
    Ok(match arg(args, 0).array_len() {
        None | Some(0) => Val::Undefined,
        Some(len) => Val::Number(numbers_of(&args[0]).sum::<f64>() / len as f64),
    })
});

/// `$number(value)`: the number that a string, a number or a boolean stands for.
pub static NUMBER: Builtin = Builtin::new("number", "<(nsb)-:n>", |_, args| match arg(args, 0) {
    Val::Undefined => Ok(Val::Undefined),
    Val::Bool(value) => Ok(Val::Number(f64::from(u8::from(*value)))),
    Val::String(text) => match parse(text) {
        Some(number) => Ok(Val::Number(number)),
        None => Err(Error::new(
            "D3030",
            format!("Unable to cast value to a number: {}", text::shown(&args[0])),
        )),
    },
    number => Ok(number.clone()),
});

/// `$abs(number)`: the number without its sign.
pub static ABS: Builtin = Builtin::new("abs", "<n-:n>", |_, args| map_number(args, f64::abs));

/// `$floor(number)`: the integer below or at a number.
pub static FLOOR: Builtin = Builtin::new("floor", "<n-:n>", |_, args| map_number(args, f64::floor));

/// `$ceil(number)`: the integer above or at a number.
pub static CEIL: Builtin = Builtin::new("ceil", "<n-:n>", |_, args| map_number(args, f64::ceil));

/// `$round(number, precision)`: the nearest number of so many decimal places, halves going to the even one.
pub static ROUND: Builtin = Builtin::new("round", "<n-n?:n>", |_, args| {
    let precision = number(args, 1).unwrap_or(0.0);
    map_number(args, |number| round(number, precision))
});

/// `$sqrt(number)`: the square root.
pub static SQRT: Builtin = Builtin::new("sqrt", "<n-:n>", |_, args| match number(args, 0) {
    Some(number) if number < 0.0 => Err(Error::new(
        "D3060",
        format!(
            "The sqrt function cannot be applied to a negative number: {}",
            text::shown(&args[0])
        ),
    )),
    _ => map_number(args, f64::sqrt),
});

/// `$power(base, exponent)`: the base to the power of the exponent.
pub static POWER: Builtin = Builtin::new("power", "<n-n:n>", |_, args| {
    let Some(base) = number(args, 0) else {
        return Ok(Val::Undefined);
    };
    let exponent = number(args, 1).unwrap_or(f64::NAN);
    // Other than Rust, JavaScript has no power of one to what is no finite number.
    let power = if exponent.is_finite() {
        base.powf(exponent)
    } else {
        f64::NAN
    };
    if !power.is_finite() {
        return Err(Error::new(
            "D3061",
            format!(
                "The power function has resulted in a value that cannot be represented as a JSON number: base={}, \
                 exponent={}",
                text::shown(&args[0]),
                text::shown(arg(args, 1))
            ),
        ));
    }
    Ok(Val::Number(power))
});

/// `$formatBase(number, radix)`: an integer in another base than ten.
pub static FORMAT_BASE: Builtin = Builtin::new("formatBase", "<n-n?:s>", |query, args| {
    let Some(number) = number(args, 0) else {
        return Ok(Val::Undefined);
    };
    let radix = super::number(args, 1).map_or(10.0, |radix| round(radix, 0.0));
    if !(2.0..=36.0).contains(&radix) {
        return Err(Error::new(
            "D3100",
            format!(
                "The radix of the formatBase function must be between 2 and 36.  It was given {}",
                text::shown(&Val::Number(radix))
            ),
        ));
    }
    made_text(query, in_base(round(number, 0.0), radix as u32))
});

fn numbers_of(array: &Val<'_>) -> impl Iterator<Item = f64> {
    elements(array).filter_map(|element| element.as_number())
}

fn fold<'a>(args: &[Val<'a>], pick: impl Fn(f64, f64) -> f64) -> Val<'a> {
    numbers_of(arg(args, 0))
        .reduce(pick)
        .map_or(Val::Undefined, Val::Number)
}

/// A number in text: as JSON has it, or an integer in base 16, 8 or 2. What only begins like one of those is not a
/// number, rather than an error.
fn parse(text: &str) -> Option<f64> {
    if is_decimal(text) {
        let number: f64 = text.parse().ok()?;
        return number.is_finite().then_some(number);
    }
    let digits_after = |text: &str, prefixes: [&str; 2], base: u32| {
        let digits = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))?;
        Some(digits.chars().take_while(|digit| digit.is_digit(base)).count()).filter(|count| *count > 0)
    };
    let seems = digits_after(text, ["0x", "0X"], 16).is_some()
        || (0..text.len()).any(|at| {
            text.get(at..)
                .is_some_and(|text| digits_after(text, ["0o", "0O"], 8).is_some())
        })
        || (0..text.len()).any(|at| {
            let tail = text.get(at..).unwrap_or_default();
            digits_after(tail, ["0b", "0B"], 2).is_some_and(|count| count + 2 == tail.len())
        });
    if !seems {
        return None;
    }
    let text = text.trim();
    let base = match text.get(1..2) {
        Some("x" | "X") => 16,
        Some("o" | "O") => 8,
        _ => 2,
    };
    let digits = text
        .strip_prefix('0')
        .and_then(|text| text.get(1..))
        .unwrap_or_default();
    let digit = |number: f64, digit: char| Some(number * f64::from(base) + f64::from(digit.to_digit(base)?));
    Some(
        digits
            .chars()
            .try_fold(0.0, digit)
            .filter(|_| !digits.is_empty())
            .unwrap_or(f64::NAN),
    )
}

/// `-12.5e+3`: no blank, no point without digits around it.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

/// The nearest number of so many decimal places, halves going to the even one. The point is moved in the text of the
/// number, where that adds no error.
pub(super) fn round(number: f64, precision: f64) -> f64 {
    let shift = |number: f64, places: f64| {
        if places == 0.0 {
            return number;
        }
        if places != places.trunc() || !number.is_finite() {
            return f64::NAN;
        }
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent = exponent.parse().unwrap_or(0.0) + places;
        format!("{mantissa}e{exponent}").parse().unwrap_or(f64::NAN)
    };
    // Adding zero makes the negative zero the other.
    shift(shift(number, precision).round_ties_even(), -precision) + 0.0
}

/// An integer in a base, as JavaScript writes it.
fn in_base(number: f64, base: u32) -> String {
    if base == 10 || !number.is_finite() {
        return text::number(number);
    }
    let mut rest = number.abs();
    let mut digits = vec![];
    // A large double is known to its first 53 bits only: what comes after them is written as zeros.
    while rest >= 2_f64.powi(53) {
        rest = (rest / f64::from(base)).trunc();
        digits.push('0');
    }
    loop {
        let digit = rest % f64::from(base);
        digits.push(char::from_digit(digit as u32, base).unwrap_or('0'));
        rest = (rest - digit) / f64::from(base);
        if rest < 1.0 {
            break;
        }
    }
    let sign = if number < 0.0 { "-" } else { "" };
    sign.chars().chain(digits.into_iter().rev()).collect()
}
