//! One spelling for signs that look or mean the same.

/// The digit zero of scripts that have digits of their own; nine more follow each.
const ZEROS: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xff10, 0x1fbf0,
];

/// The sign for one of series of numbers in circles and brackets, and how many there are.
const SERIES: [(u32, u32); 8] = [
    (0x2460, 20),
    (0x2474, 20),
    (0x2488, 20),
    (0x24f5, 10),
    (0x2776, 10),
    (0x2780, 10),
    (0x278a, 10),
    (0x3280, 10),
];

/// Numerals of cheques and old texts, and what they are otherwise.
const FORMAL: [(char, char); 22] = [
    ('壹', '一'),
    ('贰', '二'),
    ('貳', '二'),
    ('叁', '三'),
    ('參', '三'),
    ('肆', '四'),
    ('伍', '五'),
    ('陆', '六'),
    ('陸', '六'),
    ('柒', '七'),
    ('捌', '八'),
    ('玖', '九'),
    ('拾', '十'),
    ('佰', '百'),
    ('仟', '千'),
    ('萬', '万'),
    ('億', '亿'),
    ('兩', '两'),
    ('點', '点'),
    ('負', '负'),
    ('○', '〇'),
    ('幺', '一'),
];

/// The text with every digit as 0 to 9 and without signs that cannot be seen. Exponents stay as they are.
pub(in crate::chain) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // Raised digits are an exponent behind a base, and digits like others where there is none.
    let mut exponent = None;
    for sign in text.chars() {
        if is_invisible(sign) {
            continue;
        }
        if let Some(digit) = small_digit(sign) {
            let after_base = plain
                .chars()
                .last()
                .is_some_and(|last| last.is_alphanumeric() || ")}]".contains(last));
            let exponent = *exponent.get_or_insert(after_base);
            plain.push(if exponent { sign } else { digit });
            continue;
        }
        exponent = None;
        push(&mut plain, sign);
    }
    plain
}

fn push(plain: &mut String, sign: char) {
    let code = u32::from(sign);
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        plain.extend(char::from_digit(code - zero, 10));
    } else if (0x1d7ce..=0x1d7ff).contains(&code) {
        plain.extend(char::from_digit((code - 0x1d7ce) % 10, 10));
    } else if let Some((first, _)) =
        SERIES.iter().find(|(first, count)| (*first..*first + *count).contains(&code))
    {
        plain.push(' ');
        plain.push_str(&(code - first + 1).to_string());
        plain.push(' ');
    } else if sign == '⓪' {
        plain.push_str(" 0 ");
    } else if (0xff01..=0xff5e).contains(&code) {
        plain.extend(char::from_u32(code - 0xfee0));
    } else if let Some((_, other)) = FORMAL.iter().find(|(formal, _)| *formal == sign) {
        plain.push(*other);
    } else {
        plain.push(match sign {
            '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{202f}' => ' ',
            '−' | '–' | '‐' | '‑' | '‒' | '﹣' => '-',
            other => other,
        });
    }
}

/// Signs without a place of their own: joiners, marks of direction, variants of other signs, and soft hyphens.
fn is_invisible(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{20dd}'..='\u{20e3}'
            | '\u{300}'..='\u{36f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The digit that is raised or lowered.
pub(in crate::chain) fn small_digit(sign: char) -> Option<char> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉";
    let digit = |row: &str| row.chars().zip('0'..='9').find(|(known, _)| *known == sign);
    digit(RAISED).or_else(|| digit(LOWERED)).map(|(_, digit)| digit)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn every_digit_is_a_digit() {
        for text in ["８４", "٨٤", "8\u{200b}4", "𝟠𝟜", "8️⃣4️⃣", "⁸⁴", "₈₄"]
        {
            assert_eq!(plain(text), "84", "{text}");
        }
        assert_eq!(plain("⑧④").split_whitespace().collect::<String>(), "84");
        assert_eq!(plain("捌拾肆"), "八十四");
        assert_eq!(plain("x² + 2³"), "x² + 2³", "an exponent is one");
    }
}
