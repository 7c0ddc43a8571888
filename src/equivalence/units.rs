//! Units after a number, reduced to base units so that 5 km is 5000 m.
//!
//! Only units that are known and nouns are units. What stands behind a number may as well change
//! what it says (`5 million`, `5 or more`, `5 is wrong`), so anything else is not understood.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

use crate::equivalence::nouns;
use crate::equivalence::syntax::{Unit, UnitKind};

/// Longer texts are sentences, not units.
const LONGEST_UNIT: usize = 40;
/// Words behind a unit that say what is measured: `5 years old`.
const DIMENSIONS: [&str; 12] =
    [" long", " wide", " tall", " high", " deep", " old", " thick", "长", "宽", "高", "深", "厚"];
/// What may stand behind what is counted and says nothing of the number: `5 apples left`.
const REMARKS: [&str; 6] = [" in total", " in all", " altogether", " each", " apiece", " left"];

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
    let counted = REMARKS.into_iter().find_map(|remark| plain.strip_suffix(remark));
    let spelled = counted.unwrap_or(&plain).replace(" per ", "/").replace('每', "/");
    let mut scale = BigRational::one();
    let mut names = Vec::new();
    for (position, part) in spelled.split('/').enumerate() {
        let place = if position == 0 { Place::Counted } else { Place::Shared };
        let (factor, name) = factor(part.trim(), place)?;
        scale = if position == 0 { scale * factor } else { scale / factor };
        names.push(name);
    }
    Some(Unit { kind: UnitKind::Named(names.join("/")), scale })
}

/// The unit behind a number in words. Chinese numerals begin many words that count nothing
/// (三角形, 一次函数), so there only units and single measure words are read.
pub(crate) fn after_numeral(text: &str) -> Option<Unit> {
    if text.is_ascii() || nouns::is_measure(text) || known(text).is_some() {
        return parse(text);
    }
    let square = ["平方", "立方"].into_iter().find_map(|prefix| text.strip_prefix(prefix));
    known(square?).and_then(|_| parse(text))
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

/// Where in a unit a name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a "per".
    Counted,
    /// Behind a "per", where one of it stands: dollars per person.
    Shared,
}

/// One factor of a unit with an optional power.
fn factor(text: &str, place: Place) -> Option<(BigRational, String)> {
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
    for (suffix, exponent) in [(" squared", 2), (" cubed", 3)] {
        if let Some(rest) = name.strip_suffix(suffix).filter(|rest| known(rest).is_some()) {
            name = rest;
            power = exponent;
        }
    }
    for suffix in DIMENSIONS {
        let unit = name.strip_suffix(suffix).filter(|rest| known(rest).is_some());
        name = unit.unwrap_or(name);
    }
    let (scale, base) = match known(name) {
        Some((scale, base)) => (scale, base.to_owned()),
        None => (BigRational::one(), noun(name, place)?),
    };
    let scale = (0..power).fold(BigRational::one(), |so_far, _| so_far * &scale);
    let name = if power == 1 { base } else { format!("{base}^{power}") };
    Some((scale, name))
}

/// The name of what is counted, in the singular.
fn noun(name: &str, place: Place) -> Option<String> {
    let allowed = match place {
        Place::Counted => nouns::is_counted(name),
        Place::Shared => nouns::is_one(name),
    };
    let singular = name.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(name);
    allowed.then(|| singular.to_owned())
}

/// How many base units a known unit is, and the name of the base unit.
fn known(name: &str) -> Option<(BigRational, &str)> {
    let (numerator, denominator, base) = match name {
        "m" | "meter" | "meters" | "metre" | "metres" | "米" => (1, 1, "metre"),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" | "千米" | "公里" => {
            (1000, 1, "metre")
        }
        "dm" | "decimeter" | "decimeters" | "分米" => (1, 10, "metre"),
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
        "mg" | "milligram" | "milligrams" | "毫克" => (1, 1000, "gram"),
        "吨" => (1_000_000, 1, "gram"),
        "l" | "liter" | "liters" | "litre" | "litres" | "升" => (1, 1, "litre"),
        "ml" | "milliliter" | "milliliters" | "毫升" => (1, 1000, "litre"),
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" | "秒钟" => (1, 1, "second"),
        "min" | "mins" | "minute" | "minutes" | "分钟" => (60, 1, "second"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "小时" | "时" => (3600, 1, "second"),
        "day" | "days" | "天" => (86400, 1, "second"),
        "week" | "weeks" | "周" | "星期" => (604_800, 1, "second"),
        "year" | "years" | "yr" | "yrs" | "年" => (1, 1, "year"),
        "month" | "months" | "个月" => (1, 12, "year"),
        "cent" | "cents" => (1, 100, "dollar"),
        "dollar" | "dollars" | "usd" | "$" | "美元" => (1, 1, "dollar"),
        "yuan" | "rmb" | "cny" | "元" | "元钱" | "块钱" | "人民币" => (1, 1, "yuan"),
        "rad" | "radian" | "radians" | "弧度" => (1, 1, "radian"),
        "degree celsius" | "degrees celsius" | "摄氏度" => (1, 1, "°C"),
        "degree fahrenheit" | "degrees fahrenheit" | "华氏度" => (1, 1, "°F"),
        _ if nouns::is_unit_name(name) => (1, 1, name.strip_suffix('s').unwrap_or(name)),
        _ => return None,
    };
    Some((fraction(numerator, denominator), base))
}

fn fraction(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}
