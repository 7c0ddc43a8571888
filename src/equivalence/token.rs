//! Tokens of an answer, and the names that have a meaning.

use num_rational::BigRational;

use crate::equivalence::sum::Function;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A number as written; `digits` only when it is an integer.
    Number { value: BigRational, digits: Option<String> },
    /// A LaTeX command or word with a meaning of its own, without the backslash.
    Name(String),
    /// A variable.
    Symbol(String),
    /// Words, from `\text{…}` or plain.
    Text(String),
    /// Punctuation, with the LaTeX spellings mapped to one character each.
    Sign(char),
}

/// `\{` and `\}`.
pub(crate) const SET_OPEN: char = '⦃';
pub(crate) const SET_CLOSE: char = '⦄';
/// `\left|` and `\right|`.
pub(crate) const BAR_OPEN: char = '⦗';
pub(crate) const BAR_CLOSE: char = '⦘';
/// `\\`.
pub(crate) const ROW_BREAK: char = '⏎';
/// `\$` and other currency signs.
pub(crate) const DOLLAR: char = '＄';
/// "or" and "and" between answers.
pub(crate) const OR: char = '∨';
pub(crate) const AND: char = '∧';

/// The function of a name.
pub(crate) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "sin" => Function::Sin,
        "cos" => Function::Cos,
        "tan" | "tg" => Function::Tan,
        "cot" | "ctg" => Function::Cot,
        "sec" => Function::Sec,
        "csc" | "cosec" => Function::Csc,
        "arcsin" | "asin" => Function::Arcsin,
        "arccos" | "acos" => Function::Arccos,
        "arctan" | "atan" | "arctg" => Function::Arctan,
        "sinh" => Function::Sinh,
        "cosh" => Function::Cosh,
        "tanh" => Function::Tanh,
        "ln" => Function::Ln,
        "exp" => Function::Exp,
        "abs" => Function::Abs,
        "floor" => Function::Floor,
        "ceil" | "ceiling" => Function::Ceiling,
        "factorial" => Function::Factorial,
        _ => return None,
    })
}

/// Names that a plain word may have, besides the functions.
pub(crate) fn is_structural(name: &str) -> bool {
    matches!(
        name,
        "sqrt"
            | "cbrt"
            | "log"
            | "lg"
            | "pi"
            | "frac"
            | "binom"
            | "choose"
            | "cup"
            | "cap"
            | "infty"
            | "infinity"
            | "inf"
            | "oo"
            | "pm"
    )
}

/// Letters that have names; other spellings of the same letter are folded.
pub(crate) fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "alpha",
        "beta" => "beta",
        "gamma" => "gamma",
        "delta" => "delta",
        "epsilon" | "varepsilon" => "epsilon",
        "zeta" => "zeta",
        "eta" => "eta",
        "theta" | "vartheta" => "theta",
        "kappa" => "kappa",
        "lambda" => "lambda",
        "mu" => "mu",
        "nu" => "nu",
        "xi" => "xi",
        "rho" | "varrho" => "rho",
        "sigma" => "sigma",
        "tau" => "tau",
        "phi" | "varphi" => "phi",
        "chi" => "chi",
        "psi" => "psi",
        "omega" => "omega",
        "Gamma" => "Gamma",
        "Delta" => "Delta",
        "Theta" => "Theta",
        "Lambda" => "Lambda",
        "Sigma" => "Sigma",
        "Phi" => "Phi",
        "Psi" => "Psi",
        "Omega" => "Omega",
        "ell" => "l",
        "hbar" => "hbar",
        _ => return None,
    })
}

/// The one character that a command or word stands for.
pub(crate) fn sign(name: &str) -> Option<char> {
    Some(match name {
        "cdot" | "times" | "ast" | "bullet" => '*',
        "div" => '/',
        "pm" | "plusmn" => '±',
        "mp" => '∓',
        "le" | "leq" | "leqslant" | "leqq" => '≤',
        "ge" | "geq" | "geqslant" | "geqq" => '≥',
        "lt" => '<',
        "gt" => '>',
        "ne" | "neq" => '≠',
        "approx" | "simeq" | "thickapprox" => '≈',
        "infty" | "infinity" | "inf" | "oo" => '∞',
        "cup" | "bigcup" => '∪',
        "cap" | "bigcap" => '∩',
        "in" => '∈',
        "setminus" | "backslash" | "smallsetminus" => '∖',
        "circ" | "degree" | "degrees" => '°',
        "emptyset" | "varnothing" => '∅',
        "langle" => '⟨',
        "rangle" => '⟩',
        "lfloor" => '⌊',
        "rfloor" => '⌋',
        "lceil" => '⌈',
        "rceil" => '⌉',
        "lbrace" => SET_OPEN,
        "rbrace" => SET_CLOSE,
        "lvert" => BAR_OPEN,
        "rvert" => BAR_CLOSE,
        "lbrack" => '[',
        "rbrack" => ']',
        "vert" | "mid" => '|',
        "colon" => ':',
        "prime" => '\'',
        "lor" | "vee" => OR,
        "land" | "wedge" => AND,
        "cr" => ROW_BREAK,
        _ => return None,
    })
}

/// Commands that only change how a formula looks.
pub(crate) fn is_invisible(name: &str) -> bool {
    matches!(
        name,
        "left"
            | "right"
            | "big"
            | "Big"
            | "bigg"
            | "Bigg"
            | "bigl"
            | "bigr"
            | "Bigl"
            | "Bigr"
            | "biggl"
            | "biggr"
            | "Biggl"
            | "Biggr"
            | "displaystyle"
            | "textstyle"
            | "scriptstyle"
            | "limits"
            | "nolimits"
            | "quad"
            | "qquad"
            | "space"
            | "thinspace"
            | "enspace"
            | "boxed"
            | "fbox"
            | "underline"
            | "ensuremath"
            | "angle"
            | "triangle"
            | "bf"
            | "rm"
            | "it"
            | "nonumber"
            | "notag"
            | "hfill"
            | "mathopen"
            | "mathclose"
    )
}

/// Commands whose argument is words or upright letters.
pub(crate) fn is_text_command(name: &str) -> bool {
    matches!(
        name,
        "text"
            | "textbf"
            | "textit"
            | "textrm"
            | "textsf"
            | "texttt"
            | "mbox"
            | "mathrm"
            | "mathbf"
            | "mathit"
            | "mathsf"
            | "mathtt"
            | "operatorname"
            | "boldsymbol"
            | "bm"
            | "emph"
            | "textnormal"
    )
}
