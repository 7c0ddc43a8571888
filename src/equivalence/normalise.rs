//! Rewrites the many ways of typing a formula to one, character by character.

/// Full-width forms stand at this distance above ASCII (Unicode block "Halfwidth and Fullwidth
/// Forms").
const FULL_WIDTH_OFFSET: u32 = 0xfee0;

/// The text with Unicode, full-width and Markdown spellings replaced by ASCII and LaTeX.
pub(crate) fn normalised(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut script = Script::None;
    for character in text.chars() {
        let raised = superscript(character);
        let lowered = subscript(character);
        let next = match (raised, lowered) {
            (Some(_), _) => Script::Raised,
            (_, Some(_)) => Script::Lowered,
            _ => Script::None,
        };
        if next != script {
            if script != Script::None {
                result.push('}');
            }
            match next {
                Script::Raised => result.push_str("^{"),
                Script::Lowered => result.push_str("_{"),
                Script::None => {}
            }
            script = next;
        }
        match raised.or(lowered) {
            Some(plain) => result.push(plain),
            None => push_plain(&mut result, character),
        }
    }
    if script != Script::None {
        result.push('}');
    }
    trimmed(&result)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    None,
    Raised,
    Lowered,
}

/// Removes Markdown emphasis and sentence punctuation around the answer.
fn trimmed(text: &str) -> String {
    let mut rest = text.trim();
    loop {
        let before = rest;
        rest = rest.trim_matches(|c: char| c.is_whitespace() || c == '*' || c == '`');
        rest = rest.trim_start_matches([':', '=']);
        if !rest.ends_with("...") {
            rest = rest.trim_end_matches(['.', ',', ';', ':']);
        }
        // A backslash left behind by a cut-off spacing command.
        if !rest.ends_with("\\\\") {
            rest = rest.trim_end_matches('\\');
        }
        if rest == before {
            break;
        }
    }
    rest.replace("**", "^")
}

fn push_plain(result: &mut String, character: char) {
    let replacement = match character {
        '−' | '–' | '—' | '﹣' | '‐' | '‑' | '‒' | '－' => "-",
        '×' | '·' | '∙' | '⋅' | '•' | '∗' | '✕' | '⨯' => "*",
        '÷' | '∕' | '⁄' => "/",
        '，' | '、' => ", ",
        '。' | '．' => ".",
        '“' | '”' | '"' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' | '\u{2061}' => "",
        '′' | '’' | '‘' => "'",
        '″' => "''",
        '⩽' | '≦' | '≤' => "≤",
        '⩾' | '≧' | '≥' => "≥",
        '˚' | 'º' | '∘' | '°' => "°",
        '≒' | '≃' => "≈",
        '〈' | '⟨' => "⟨",
        '〉' | '⟩' => "⟩",
        '½' => "\\frac{1}{2}",
        '⅓' => "\\frac{1}{3}",
        '⅔' => "\\frac{2}{3}",
        '¼' => "\\frac{1}{4}",
        '¾' => "\\frac{3}{4}",
        '⅕' => "\\frac{1}{5}",
        '⅖' => "\\frac{2}{5}",
        '⅗' => "\\frac{3}{5}",
        '⅘' => "\\frac{4}{5}",
        '⅙' => "\\frac{1}{6}",
        '⅚' => "\\frac{5}{6}",
        '⅛' => "\\frac{1}{8}",
        '⅜' => "\\frac{3}{8}",
        '⅝' => "\\frac{5}{8}",
        '⅞' => "\\frac{7}{8}",
        '∛' => "√[3]",
        '∜' => "√[4]",
        'ℝ' => "\\mathbb{R}",
        'ℤ' => "\\mathbb{Z}",
        'ℕ' => "\\mathbb{N}",
        'ℚ' => "\\mathbb{Q}",
        'ℂ' => "\\mathbb{C}",
        '∧' => " and ",
        '∨' => " or ",
        '℃' => "°C",
        '㎝' => "cm",
        '㎞' => "km",
        '㎏' => "kg",
        _ => return push_mapped(result, character),
    };
    result.push_str(replacement);
}

fn push_mapped(result: &mut String, character: char) {
    if let Some(name) = greek(character) {
        result.push('\\');
        result.push_str(name);
        result.push(' ');
    } else if ('\u{ff01}'..='\u{ff5e}').contains(&character) {
        let plain = u32::from(character) - FULL_WIDTH_OFFSET;
        result.push(char::from_u32(plain).unwrap_or(character));
    } else if character.is_whitespace() && !is_thin_space(character) {
        result.push(' ');
    } else if is_thin_space(character) {
        result.push_str("\\,");
    } else {
        result.push(character);
    }
}

/// Spaces that separate groups of digits.
fn is_thin_space(character: char) -> bool {
    matches!(character, '\u{2009}' | '\u{200a}' | '\u{202f}' | '\u{2006}' | '\u{a0}')
}

fn superscript(character: char) -> Option<char> {
    Some(match character {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁺' => '+',
        '⁻' => '-',
        '⁽' => '(',
        '⁾' => ')',
        'ⁿ' => 'n',
        'ⁱ' => 'i',
        'ᵏ' => 'k',
        'ᵐ' => 'm',
        'ˣ' => 'x',
        _ => return None,
    })
}

fn subscript(character: char) -> Option<char> {
    Some(match character {
        '₀' => '0',
        '₁' => '1',
        '₂' => '2',
        '₃' => '3',
        '₄' => '4',
        '₅' => '5',
        '₆' => '6',
        '₇' => '7',
        '₈' => '8',
        '₉' => '9',
        '₊' => '+',
        '₋' => '-',
        'ₙ' => 'n',
        'ₖ' => 'k',
        'ₘ' => 'm',
        'ₓ' => 'x',
        _ => return None,
    })
}

fn greek(character: char) -> Option<&'static str> {
    Some(match character {
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'δ' => "delta",
        'ε' | 'ϵ' => "epsilon",
        'ζ' => "zeta",
        'η' => "eta",
        'θ' | 'ϑ' => "theta",
        'κ' => "kappa",
        'λ' => "lambda",
        'μ' | 'µ' => "mu",
        'ν' => "nu",
        'ξ' => "xi",
        'π' => "pi",
        'ρ' => "rho",
        'σ' => "sigma",
        'τ' => "tau",
        'φ' | 'ϕ' => "phi",
        'χ' => "chi",
        'ψ' => "psi",
        'ω' => "omega",
        'Γ' => "Gamma",
        'Δ' | '∆' => "Delta",
        'Θ' => "Theta",
        'Λ' => "Lambda",
        'Σ' => "Sigma",
        'Φ' => "Phi",
        'Ψ' => "Psi",
        'Ω' => "Omega",
        _ => return None,
    })
}
