//! Which words behind a number only name what is counted.
//!
//! A dictionary of all nouns would be endless, and the words that change what a number says are
//! few. So English nouns are known by the plural and by holding none of those words, Chinese ones by the
//! measure word before them. A noun that is not recognized costs an "unknown"; a phrase that is
//! wrongly taken for one would cost a false "equal".

use crate::numbers;

/// The most words of a noun with its adjectives: `distinct positive real roots`.
const NOUN_WORDS: usize = 4;
/// The most characters of a Chinese noun behind its measure word.
const CHINESE_NOUN: usize = 8;

/// Units that have neither another spelling nor a base unit here.
const UNIT_NAMES: &str = " unit units n newton newtons j joule joules w watt watts v volt volts amp amps ampere \
    amperes ohm ohms pa pascal pascals hz hertz kelvin mol mole moles kw kwh kj kpa hp mph kph kmph rpm psi cal \
    calorie calories kcal acre acres hectare hectares ha lb lbs pound pounds oz ounce ounces ton tons tonne tonnes \
    gal gallon gallons qt quart quarts pint pints cup cups euro euros eur gbp yen won rupee rupees peso pesos \
    franc francs bit bits byte bytes turn turns revolution revolutions point points \
    欧元 英镑 日元 港元 美分 斤 亩 公顷 千瓦 瓦 牛 焦耳 千瓦时 光年 人次 ";

/// Nouns that stand in the singular behind a number: `1 way`, `12 mod`, and plurals without an s.
const NOUNS: &str = " way solution root person people child children man men woman women student boy girl team \
    player number integer digit prime factor divisor pair triple triangle square rectangle circle line edge side \
    face vertex vertices matrices radii sheep fish dice mice geese teeth feet item piece box ball card coin stamp \
    book page apple orange egg cookie marble pencil pen ticket seat row column step move game trip car bus dog cat \
    chicken cow horse tree flower bag bottle house room table chair ";

/// English words that no noun phrase has whose number is meant as it stands.
const CHANGING: &str = " a an the this that these those it its they them their he she his her hers we us our you \
    your i my me mine who whom whose which what each every all any some none neither either both half fewer few \
    several many much more most less least lesser enough another other others such same and or nor but not no \
    never yet so if unless except excepting excluding including besides beside than then as at by for from in into \
    on onto over under above below between within without to too up down out off about around against plus minus \
    times divided multiplied beyond across until till since because although though while whereas whether like \
    unlike via with instead only just even odd also still again almost near circa approx maybe perhaps always \
    sometimes often ever otherwise rather quite very is are was were be been being am has have had having does do \
    did done can cannot could will would wo shall should may might must ought need needs seems seem looks appears \
    equals equal exceeds contains gives makes becomes remains remain leaves leave left fails fail works \
    contradicts violates satisfies divides differs means yields holds takes says implies implied shows proves \
    exists goes gets comes lies wins loses misses lacks \
    squared cubed factorial halves thirds quarters fourths fifths sixths sevenths eighths ninths tenths hundredths \
    thousandths millionths percent percents percentage percentages pct ppm permille degree degrees score scores \
    gross couple double triple quadruple twice thrice once fold twofold threefold reciprocal inverse opposite \
    conjugate complement wrong right incorrect correct false true invalid valid unknown undefined impossible \
    nonsense nope nah bad fake greater larger bigger smaller higher lower longer shorter older younger fewest \
    greatest largest smallest highest lowest max min maximum minimum extra additional remaining short \
    long total altogether different unequal unlike else mistake mistakes error errors guess guesses thus hence \
    besides perhaps unless tens ones nines decades orders magnitude basis decimal decimals ";

/// Words that change a number by themselves, but not in front of a noun: `12 different ways`.
const ADJECTIVES: &str =
    " different even odd equal right true short long total daily family early ";
/// Endings of parts: `five twelfths`, `three sixteenths`.
const PARTS: [&str; 7] =
    ["eenths", "elevenths", "twelfths", "ieths", "illionths", "sandths", "dredths"];
/// Chinese nouns that hold a character which changes numbers elsewhere.
const CHINESE_NOUNS: [&str; 9] =
    ["三角形", "四边形", "五边形", "六边形", "零点", "可能", "可能性", "可能情况", "台阶"];
/// Chinese words that measure, where they stand behind 个: then the number is another one.
const CHINESE_SCALES: [&str; 7] = ["次方", "平方", "立方", "位数", "小数", "数量级", "基点"];

/// Measure words of Chinese; those that also begin other meanings (点, 月, 号, 角, 成, 倍, 折) are not here.
const MEASURES: &str = "个只支本张条名位人岁天周年秒元块毛次步组排行列页箱袋瓶盒杯辆台棵朵头匹间座层段节门题道户家\
    对双套包筐根片份种类项件圈封颗粒枚架艘盏把串桶碗枝束堆群班队批卷册篇句字词股面幅口滴勺场届则斤吨分级盆";
/// Measure words behind which a noun may follow.
const BEFORE_NOUNS: &str = "个只支本张条名棵朵头匹间座辆台道件颗粒枚块片份种类组对双套题家户箱袋瓶盒杯包根位架艘面场级筐盆幅";
/// Characters of Chinese that change what a number says, or are numbers.
const CHANGING_CHARACTERS: &str = "不没无非未别莫否成错误假或和与及且但而多少余约近几半倍分折百千万亿十一二三四五六七八九零两\
    〇是为等吗呢吧除外仅才都可能应该比减加乘负幂阶倒反来过超至上下左右内相的才只也\
    前后打";

/// Whether a word is a unit that is only equal to itself.
pub(crate) fn is_unit_name(word: &str) -> bool {
    holds(UNIT_NAMES, word)
}

/// Whether a phrase behind a number only says what is counted.
pub(crate) fn is_counted(phrase: &str) -> bool {
    if !phrase.is_ascii() {
        return is_chinese_noun(phrase);
    }
    let words: Vec<&str> = phrase.split(' ').filter(|word| !word.is_empty()).collect();
    let adjective = |place: usize, word: &str| place + 1 < words.len() && holds(ADJECTIVES, word);
    let all_plain = (0..).zip(&words).all(|(place, word)| is_plain(word) || adjective(place, word));
    let mut parts = words.split(|word| *word == "of");
    let named = |words: &[&str]| words.last().is_some_and(|word| is_noun(word));
    let counted = parts.next().is_some_and(named);
    // What it is of may be without a plural: cups of tea.
    let (of, more) = (parts.next(), parts.next());
    let of = of.is_none_or(|words| !words.is_empty());
    words.len() <= NOUN_WORDS && all_plain && counted && of && more.is_none()
}

/// Whether a word behind "per" says of what there is one.
pub(crate) fn is_one(phrase: &str) -> bool {
    if !phrase.is_ascii() {
        return is_measure(phrase) || is_chinese_noun(phrase);
    }
    !phrase.contains(' ') && phrase != "of" && is_plain(phrase)
}

/// Whether it is one Chinese measure word.
pub(crate) fn is_measure(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next().is_some_and(|first| MEASURES.contains(first));
    first && characters.next().is_none()
}

/// Whether a word or phrase begins as a remark on what stands before it: `is wrong`, `或`.
pub(crate) fn is_remark(phrase: &str) -> bool {
    const REMARKS: &str = " is isn't was wasn't are aren't can can't cannot could couldn't does doesn't may might \
        maybe perhaps not never nor wrong incorrect unless except if or and but fails seems only ";
    let lower = phrase.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or("");
    let word = first.trim_matches(|c: char| !c.is_alphabetic());
    holds(REMARKS, word) || word.starts_with(['不', '错', '是', '没', '或', '非', '吗', '可', '也'])
}

/// A word that neither is a number nor changes one; "of" is looked at by its place.
fn is_plain(word: &str) -> bool {
    let letters = word.bytes().all(|byte| byte.is_ascii_lowercase());
    let changes = holds(CHANGING, word)
        || PARTS.iter().any(|ending| word.ends_with(ending))
        || word.ends_with("ly")
        || word.ends_with("fold");
    letters && word.len() > 1 && !changes && (holds(NOUNS, word) || !numbers::is_number_word(word))
}

/// A plural, or one of the usual nouns.
fn is_noun(word: &str) -> bool {
    let plural = word.len() >= 4
        && word.ends_with('s')
        && !["ss", "us", "is"].into_iter().any(|ending| word.ends_with(ending));
    plural || holds(NOUNS, word) || is_unit_name(word)
}

fn is_chinese_noun(phrase: &str) -> bool {
    if is_measure(phrase) {
        return true;
    }
    let mut characters = phrase.chars();
    let measured = characters.next().is_some_and(|first| BEFORE_NOUNS.contains(first));
    let noun = characters.as_str();
    let noun =
        ["不同的", "不同"].into_iter().find_map(|word| noun.strip_prefix(word)).unwrap_or(noun);
    let plain = |c: char| !c.is_ascii() && c.is_alphabetic() && !CHANGING_CHARACTERS.contains(c);
    let whole = !CHINESE_SCALES.iter().any(|word| phrase.contains(word));
    measured
        && whole
        && (1..=CHINESE_NOUN).contains(&noun.chars().count())
        && (noun.chars().all(plain) || CHINESE_NOUNS.contains(&noun))
}

/// Whether a list of words between spaces has this word.
fn holds(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split(' ').any(|entry| entry == word)
}

#[cfg(test)]
mod tests {
    use super::{is_counted, is_one, is_remark};

    #[test]
    fn nouns_are_counted() {
        for phrase in [
            "apples",
            "ways",
            "red apples",
            "distinct real roots",
            "cups of tea",
            "people",
            "个",
            "种",
            "个苹果",
            "种不同的排法",
            "名学生",
            "different ways",
            "odd integers",
            "family members",
            "个三角形",
            "种可能",
            "位同学",
            "架飞机",
        ] {
            assert!(is_counted(phrase), "{phrase}");
        }
        assert!(is_one("person") && is_one("box") && is_one("人"));
    }

    #[test]
    fn words_that_change_a_number_are_no_nouns() {
        for phrase in [
            "",
            "of",
            "million",
            "thirds",
            "times",
            "is the answer",
            "or so",
            "more apples",
            "wrong",
            "wrong answers",
            "approximately",
            "squared",
            "less",
            "plus three",
            "dozens",
            "out of ten tries",
            "maybes or nots",
            "different",
            "ways different",
            "twelfths",
            "sixteenths",
            "trillionths",
            "decades",
            "orders of magnitude",
            "个数量级",
            "个小时前",
            "位小数",
            "个以上",
            "个左右",
            "不是答案",
            "倍",
            "个百分点",
            "多个",
            "角形",
            "以上",
            "位数",
            "个或更多",
            "只是近似",
            "个次方",
        ] {
            assert!(!is_counted(phrase), "{phrase}");
        }
        assert!(is_remark("is wrong") && is_remark("不对") && !is_remark("Paris"));
    }
}
