//! Chinese numerals: `三百零五`, `两万五`, `三分之一`, `三点一四`.
//!
//! A numeral is certain when it stands before a measure word or is longer than one character;
//! otherwise it may be part of a word (三角形, 一共, 第二) and is only possible.

use super::{Number, Reader, digits};

/// Words in which numerals count nothing, or nothing that English would write as a number.
const WORDS: [&str; 34] = [
    "一元一次",
    "一元二次",
    "二元一次",
    "二元二次",
    "三元一次",
    "一次函数",
    "二次函数",
    "三次函数",
    "一次方程",
    "二次方程",
    "三次方程",
    "二次三项式",
    "二次项",
    "一次项",
    "三次项",
    "三角",
    "四边形",
    "五边形",
    "六边形",
    "八边形",
    "二进制",
    "八进制",
    "十进制",
    "十六进制",
    "二叉",
    "二分查找",
    "二分法",
    "四舍五入",
    "四则",
    "万一",
    "千万别",
    "两者",
    "两边",
    "两侧",
];

/// Characters that make the numeral before them a count.
const MEASURES: &str = "个只支本张条件位名人岁天年月日周小时分秒元角块毛米厘公千克斤吨升毫倍次步组排行列\
                        页箱袋瓶盒杯辆台棵朵头匹间座层段节门题道点户家对双套包筐根片份种类项加减乘除成数\
                        圈封颗粒枚艘架盏把串桶碗枝束堆群班队批卷册篇句字词股面幅架口滴勺堂期届号";

/// Units of measurement that begin with a character that is also a numeral.
const UNITS_AFTER_THOUSAND: &str = "克米瓦卡赫帕焦伏字";

/// Reads the numeral that begins here, if one does.
pub(super) fn read(reader: &mut Reader<'_>) -> bool {
    let first = reader.peek(0).unwrap_or_default();
    if first != '半' && digit(first).is_none() && scale(first).is_none() {
        return false;
    }
    if let Some(word) = WORDS.into_iter().find(|word| reader.goes_on_with(word)) {
        for character in word.chars() {
            if let Some(digit) = digit(character) {
                reader.possible(Number::whole(digit));
            }
            reader.at += 1;
        }
        return true;
    }
    for (words, divisor) in [("百分之", 1), ("千分之", 1_000), ("万分之", 10_000)] {
        if reader.goes_on_with(words) {
            reader.at += 3;
            if let Some(number) = value(reader)
                && let Some(share) = number.over(&Number::whole(divisor))
            {
                reader.certain(share);
            }
            return true;
        }
    }
    if reader.peek(0) == Some('半') {
        reader.at += 1;
        let half = Number::ratio(1, 2);
        match reader.characters.get(reader.at.wrapping_sub(2)) {
            Some('一') => reader.certain(half),
            _ => reader.possible(half),
        }
        return true;
    }
    numeral(reader)
}

/// Reads a run of numerals with what belongs to it: decimals, a fraction.
fn numeral(reader: &mut Reader<'_>) -> bool {
    let before = reader.before();
    let start = reader.at;
    let Some(number) = run(reader) else {
        return false;
    };
    let length = reader.at - start;
    if reader.goes_on_with("分之") {
        reader.at += 2;
        if let Some(fraction) = value(reader).and_then(|numerator| numerator.over(&number)) {
            reader.certain(fraction);
            return true;
        }
        reader.at -= 2;
    }
    if reader.peek(0) == Some('点') && reader.peek(1).and_then(digit).is_some() {
        if let Some(sum) = decimals(reader).and_then(|decimals| number.plus(&decimals)) {
            reader.certain(sum);
        }
        return true;
    }
    if discount(reader, &number) {
        return true;
    }
    let next = reader.peek(0);
    let named = matches!(before, Some('第' | '之' | '期' | '周' | '拜'))
        || reader.goes_on_with("进制")
        || next == Some('几');
    let counts = next.is_some_and(|character| MEASURES.contains(character));
    let one = number == Number::whole(1);
    if !named && !one && (length > 1 || counts) {
        reader.certain(number);
    } else {
        reader.possible(number);
    }
    true
}

/// Reads the decimals that begin with the 点 here.
fn decimals(reader: &mut Reader<'_>) -> Option<Number> {
    reader.at += 1;
    let mut decimals = String::new();
    while let Some(digit) = reader.peek(0).and_then(digit) {
        decimals.push_str(&digit.to_string());
        reader.at += 1;
    }
    let power = 10_u128.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    Some(Number::ratio(decimals.parse().ok()?, power))
}

/// Reads the 折 behind a number: 八折 is 80 % of the price and 20 % off, and English says either.
pub(super) fn discount(reader: &mut Reader<'_>, number: &Number) -> bool {
    let Number::Ratio { numerator: paid, denominator: 1 } = *number else { return false };
    if reader.peek(0) != Some('折') || paid == 0 || paid >= 100 {
        return false;
    }
    let percent = if paid < 10 { paid * 10 } else { paid };
    for reading in [paid, percent, 100 - percent] {
        reader.possible(Number::whole(reading));
    }
    true
}

/// The value of the number that begins here, in numerals or digits.
pub(super) fn value(reader: &mut Reader<'_>) -> Option<Number> {
    match reader.peek(0)? {
        '0'..='9' => digits::plain(reader),
        _ => run(reader),
    }
}

/// `number` times the Chinese scale that follows it, if one does: `3万5千` is 35,000.
pub(super) fn scaled(reader: &mut Reader<'_>, mut number: Number) -> Number {
    let Some(first) = scale_here(reader) else {
        return number;
    };
    let mut smallest = first;
    reader.at += 1;
    number = number.times(first);
    // Ten thousand of a scale: 3千万.
    while let Some(scale) = scale_here(reader).filter(|scale| *scale >= 10_000) {
        reader.at += 1;
        number = number.times(scale);
    }
    loop {
        let start = reader.at;
        let part = value_of_one(reader);
        let scale = scale_here(reader).filter(|scale| *scale < smallest);
        let sum = part.zip(scale).and_then(|(part, scale)| number.plus(&part.times(scale)));
        match (sum, scale) {
            (Some(sum), Some(scale)) => {
                reader.at += 1;
                number = sum;
                smallest = scale;
            }
            _ => {
                reader.at = start;
                return number;
            }
        }
    }
}

/// Digits, or one numeral.
fn value_of_one(reader: &mut Reader<'_>) -> Option<Number> {
    match reader.peek(0)? {
        '0'..='9' => digits::plain(reader),
        character => {
            let digit = digit(character)?;
            reader.at += 1;
            Some(Number::whole(digit))
        }
    }
}

/// The scale that stands here, unless it begins a unit (千克).
fn scale_here(reader: &Reader<'_>) -> Option<u128> {
    let character = reader.peek(0)?;
    let unit =
        character == '千' && reader.peek(1).is_some_and(|next| UNITS_AFTER_THOUSAND.contains(next));
    scale(character).filter(|_| !unit)
}

/// The value of the numerals from here on; `None` if there are none or only scales.
fn run(reader: &mut Reader<'_>) -> Option<Number> {
    let start = reader.at;
    let number = sum(reader).value();
    if number.is_none() {
        reader.at = start;
    }
    number
}

/// Reads the numerals from here on.
fn sum(reader: &mut Reader<'_>) -> Sum {
    let mut sum = Sum::default();
    while let Some(character) = reader.peek(0) {
        match (digit(character), scale_here(reader)) {
            (Some(digit), _) => sum.digit(digit),
            (None, Some(scale)) => {
                if !sum.scale(scale) {
                    break;
                }
            }
            (None, None) => break,
        }
        reader.at += 1;
    }
    sum
}

/// The well-formed number that begins here: a numeral, a share or a numeral with decimals.
pub(super) fn strict(reader: &mut Reader<'_>) -> Option<Number> {
    for (words, divisor) in [("百分之", 100), ("千分之", 1_000), ("万分之", 10_000)] {
        if reader.goes_on_with(words) {
            reader.at += 3;
            return strict_value(reader)?.over(&Number::whole(divisor));
        }
    }
    if reader.goes_on_with("一半") {
        reader.at += 2;
        return Some(Number::ratio(1, 2));
    }
    let number = well_formed(reader)?;
    if reader.goes_on_with("分之") {
        reader.at += 2;
        return strict_value(reader)?.over(&number);
    }
    if reader.peek(0) == Some('点') && reader.peek(1).and_then(digit).is_some() {
        return number.plus(&decimals(reader)?);
    }
    Some(number)
}

fn strict_value(reader: &mut Reader<'_>) -> Option<Number> {
    match reader.peek(0)? {
        '0'..='9' => digits::plain(reader),
        _ => well_formed(reader),
    }
}

fn well_formed(reader: &mut Reader<'_>) -> Option<Number> {
    let sum = sum(reader);
    // 三七 may be two numbers; 二〇二六 is one.
    let digit_by_digit = sum.scales == 0 && sum.digits > 1 && !sum.has_zero;
    if sum.malformed || digit_by_digit { None } else { sum.value() }
}

/// The factor behind a number in digits: 万, 千万, 万亿; and what follows it.
pub(super) fn factor(text: &str) -> Option<(u128, &str)> {
    let (mut factor, mut last, mut rest) = (1_u128, 0, text);
    while let Some(first) = rest.chars().next()
        && let Some(scale) = scale(first)
    {
        let after = rest.get(first.len_utf8()..)?;
        let begins_unit = after.starts_with(|next| UNITS_AFTER_THOUSAND.contains(next));
        let grows = last == 0 || (scale >= 10_000 && scale > last);
        if (first == '千' && begins_unit) || !grows {
            break;
        }
        factor = factor.checked_mul(scale)?;
        (last, rest) = (scale, after);
    }
    (last > 0).then_some((factor, rest))
}

/// A numeral as far as it has been read.
#[derive(Default)]
struct Sum {
    /// Full sections of 万 and 亿.
    total: u128,
    /// The section below 万.
    section: u128,
    /// Digits that no scale has taken yet.
    pending: Option<u128>,
    pending_digits: usize,
    /// The scale read last; 1 after a 零, so that 二百零五 is 205 and 二百五 is 250.
    last: u128,
    scales: usize,
    digits: usize,
    has_zero: bool,
    /// The last scale of this section.
    section_scale: Option<u128>,
    /// Whether 万 since the last 亿, and 亿, have been read.
    sections: (bool, bool),
    /// Something stands where it cannot in a numeral: 五三十, 三十百.
    malformed: bool,
}

impl Sum {
    fn digit(&mut self, digit: u128) {
        self.digits += 1;
        self.has_zero |= digit == 0;
        // Digits in a row are a whole number without scales, and one that fits.
        self.malformed |= self.pending.is_some() && (self.scales > 0 || self.digits > 30);
        if digit == 0 && self.scales > 0 && self.pending.is_none() {
            self.last = 1;
            return;
        }
        self.pending_digits += 1;
        self.pending = Some(self.pending.unwrap_or(0).saturating_mul(10).saturating_add(digit));
    }

    /// Applies a scale; false if none can stand here.
    fn scale(&mut self, scale: u128) -> bool {
        // 十二 is twelve, but 百货 and 万物 are no numbers.
        if self.digits == 0 && self.scales == 0 && scale != 10 {
            return false;
        }
        self.scales += 1;
        self.check(scale);
        let pending = self.pending.take();
        self.pending_digits = 0;
        if scale >= 10_000 {
            let section = self.section.saturating_add(pending.unwrap_or(0));
            self.total = if scale > 10_000 {
                // 亿 takes everything before it, so that 三万亿 is three million million.
                self.total.saturating_add(section).max(1).saturating_mul(scale)
            } else {
                self.total.saturating_add(section.max(1).saturating_mul(scale))
            };
            self.section = 0;
        } else {
            let digit = pending.unwrap_or(1);
            self.section = self.section.saturating_add(digit.saturating_mul(scale));
        }
        self.last = scale;
        true
    }

    /// Notes whether a scale can stand after what has been read.
    fn check(&mut self, scale: u128) {
        let bare = self.pending.is_none();
        self.malformed |= self.pending_digits > 1;
        if scale < 10_000 {
            let grows = self.section_scale.is_some_and(|last| scale >= last);
            self.malformed |= grows || (bare && scale != 10) || self.pending == Some(0);
            self.section_scale = Some(scale);
            return;
        }
        let empty = self.section == 0 && self.pending.unwrap_or(0) == 0;
        self.section_scale = None;
        if scale == 10_000 {
            self.malformed |= empty || self.sections.0;
            self.sections.0 = true;
        } else {
            self.malformed |= (empty && !self.sections.0) || self.sections.1;
            self.sections = (false, true);
        }
    }

    fn value(self) -> Option<Number> {
        if self.digits == 0 && self.scales == 0 {
            return None;
        }
        let rest = match self.pending {
            // 两万五 is 25,000.
            Some(digit) if self.last > 10 && self.pending_digits == 1 => {
                digit.saturating_mul(self.last / 10)
            }
            Some(digits) => digits,
            None => 0,
        };
        Some(Number::whole(self.total.saturating_add(self.section).saturating_add(rest)))
    }
}

fn digit(character: char) -> Option<u128> {
    let digits = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    match character {
        '〇' => Some(0),
        '两' => Some(2),
        _ => digits.iter().zip(0..).find(|(name, _)| **name == character).map(|(_, value)| value),
    }
}

fn scale(character: char) -> Option<u128> {
    match character {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        '万' => Some(10_000),
        '亿' => Some(100_000_000),
        _ => None,
    }
}
