//! Units after a number, reduced to base units so that 5 km is 5000 m.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

use crate::equivalence::syntax::{Unit, UnitKind};

/// Longer texts are sentences, not units.
const LONGEST_UNIT: usize = 40;

/// Reads a unit such as `cm`, `cm^2`, `m/s`, `square units`, `度` or the name of what is counted.
pub(crate) fn parse(text: &str) -> Option<Unit> {
    let lower = text.trim().trim_matches('.').trim();
    if lower.is_empty() || lower.chars().count() > LONGEST_UNIT {
        return None;
    }
    let plain = lower.to_lowercase();
    match plain.as_str() {
        "%" | "percent" | "per cent" | "percents" | "pct" | "percentage" => {
            return Some(Unit { kind: UnitKind::Percent, scale: fraction(1, 100) });
        }
        "°" | "degrees" | "degree" | "deg" | "度" => {
            return Some(Unit { kind: UnitKind::Degree, scale: fraction(1, 180) });
        }
        _ => {}
    }
    let spelled = plain.replace(" per ", "/").replace('每', "/");
    let mut scale = BigRational::one();
    let mut names = Vec::new();
    for (position, part) in spelled.split('/').enumerate() {
        let (factor, name) = factor(part.trim())?;
        scale = if position == 0 { scale * factor } else { scale / factor };
        names.push(name);
    }
    Some(Unit { kind: UnitKind::Named(names.join("/")), scale })
}

/// Whether letters without any markup are a unit rather than a product of symbols.
pub(crate) fn is_plain_unit(letters: &str) -> bool {
    matches!(
        letters,
        "cm" | "mm"
            | "km"
            | "kg"
            | "mg"
            | "ml"
            | "mL"
            | "ft"
            | "mph"
            | "deg"
            | "min"
            | "hrs"
            | "hr"
            | "rad"
            | "pct"
            | "USD"
            | "RMB"
            | "sq"
            | "lbs"
            | "oz"
    )
}

/// One factor of a unit with an optional power.
fn factor(text: &str) -> Option<(BigRational, String)> {
    let (mut name, mut power) = (text, 1u32);
    if let Some((base, exponent)) = text.split_once('^') {
        power = exponent.trim_matches(['{', '}', ' ']).parse().ok().filter(|p| *p <= 4)?;
        name = base.trim();
    }
    for (prefix, exponent) in
        [("square ", 2), ("sq. ", 2), ("sq ", 2), ("cubic ", 3), ("平方", 2), ("立方", 3)]
    {
        if let Some(rest) = name.strip_prefix(prefix) {
            name = rest.trim();
            power = exponent;
        }
    }
    if name.is_empty() || name.contains(|c: char| "=<>+*()[]{}\\".contains(c)) {
        return None;
    }
    let (scale, base) = base_unit(name);
    let scale = (0..power).fold(BigRational::one(), |so_far, _| so_far * &scale);
    let name = if power == 1 { base } else { format!("{base}^{power}") };
    Some((scale, name))
}

/// How many base units a unit is, and the name of the base unit.
fn base_unit(name: &str) -> (BigRational, String) {
    let (numerator, denominator, base) = match name {
        "m" | "meter" | "meters" | "metre" | "metres" | "米" => (1, 1, "metre"),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" | "千米" | "公里" => {
            (1000, 1, "metre")
        }
        "dm" | "decimeters" | "分米" => (1, 10, "metre"),
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" | "厘米" => {
            (1, 100, "metre")
        }
        "mm" | "millimeter" | "millimeters" | "毫米" => (1, 1000, "metre"),
        "in" | "inch" | "inches" => (1, 1, "inch"),
        "ft" | "foot" | "feet" => (12, 1, "inch"),
        "yd" | "yard" | "yards" => (36, 1, "inch"),
        "mi" | "mile" | "miles" => (63360, 1, "inch"),
        "g" | "gram" | "grams" | "克" => (1, 1, "gram"),
        "kg" | "kilogram" | "kilograms" | "千克" | "公斤" => (1000, 1, "gram"),
        "mg" | "milligram" | "milligrams" => (1, 1000, "gram"),
        "l" | "liter" | "liters" | "litre" | "litres" | "升" => (1, 1, "litre"),
        "ml" | "milliliter" | "milliliters" | "毫升" => (1, 1000, "litre"),
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" => (1, 1, "second"),
        "min" | "mins" | "minute" | "minutes" | "分钟" => (60, 1, "second"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "小时" => (3600, 1, "second"),
        "day" | "days" | "天" => (86400, 1, "second"),
        "week" | "weeks" | "周" => (604_800, 1, "second"),
        "year" | "years" | "yr" | "yrs" | "年" => (1, 1, "year"),
        "month" | "months" | "个月" => (1, 12, "year"),
        "cent" | "cents" => (1, 100, "dollar"),
        "dollar" | "dollars" | "usd" | "$" | "美元" => (1, 1, "dollar"),
        "yuan" | "rmb" | "元" => (1, 1, "yuan"),
        "rad" | "radian" | "radians" | "弧度" => (1, 1, "radian"),
        _ => (1, 1, ""),
    };
    if base.is_empty() {
        let singular = name.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(name);
        return (BigRational::one(), singular.to_owned());
    }
    (fraction(numerator, denominator), base.to_owned())
}

fn fraction(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}
