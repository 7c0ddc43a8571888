//! Finds the parts of a text that must not be translated: one function per notation.
//!
//! Each takes the text from where the part may begin and returns its length in bytes. An opening
//! sign without its closing one is ordinary text. How far a closing sign is searched for is bounded,
//! so that a text full of opening signs costs linear time.

use crate::chain::language::is_han;

/// How far a closing sign may be, in bytes: longer than any formula or listing of a question.
const WINDOW: usize = 8 * 1024;

/// The longest quoted string that is kept, in bytes; longer ones are prose.
const QUOTED: usize = 200;

/// The longest line that is looked at as a heading, in bytes.
const HEADING: usize = 200;

/// How many opening signs without a closing one are searched for in one text. A text with more is
/// not LaTeX, and searching on would cost a long one dearly.
const MOST_UNCLOSED: usize = 500;

/// Finds the parts of one text that must be kept.
#[derive(Default)]
pub(super) struct Scanner {
    /// Opening signs so far that nothing closed.
    unclosed: usize,
}

impl Scanner {
    /// The length of the part that begins at `at` and must be kept; `before` is the character in
    /// front.
    pub(super) fn kept_length(
        &mut self,
        text: &str,
        at: usize,
        before: Option<char>,
    ) -> Option<usize> {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        match first {
            '⟦' => mark(rest).map(|(_, length)| length),
            '`' | '$' | '\\' if self.unclosed < MOST_UNCLOSED => {
                let length = match first {
                    '`' => backticks(rest),
                    '$' => dollars(rest),
                    _ => backslash(rest),
                };
                self.unclosed += usize::from(length.is_none());
                length
            }
            'h' => link(rest),
            '"' | '\'' if !before.is_some_and(|before| before.is_ascii_alphanumeric()) => {
                quoted(rest, first, first)
            }
            '“' => quoted(rest, '“', '”'),
            '‘' => quoted(rest, '‘', '’'),
            _ if before == Some('\n') => sample(text.get(..at)?, rest),
            _ => None,
        }
    }
}

/// A mark of our own kind: its number and its length.
pub(super) fn mark(rest: &str) -> Option<(usize, usize)> {
    let inner = rest.strip_prefix("⟦M")?;
    let digits = inner.find(|character: char| !character.is_ascii_digit())?;
    let number = inner.get(..digits)?.parse().ok()?;
    inner.get(digits..)?.strip_prefix('⟧')?;
    Some((number, "⟦M".len() + digits + '⟧'.len_utf8()))
}

/// A fenced block or inline code: it ends with as many backticks as it began with, however far.
fn backticks(rest: &str) -> Option<usize> {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let fence = rest.get(..ticks)?;
    let end = ticks + rest.get(ticks..)?.find(fence)? + ticks;
    Some(end)
}

/// `$$…$$` or `$…$`. Prices are not formulas: a single dollar opens only before something that is
/// not a space, closes only behind something that is not a space and not before a digit (the rule
/// of Pandoc's Markdown), and there is no Chinese in between.
fn dollars(rest: &str) -> Option<usize> {
    if let Some(inner) = rest.strip_prefix("$$") {
        return Some(window(inner).find("$$").filter(|end| *end > 0)? + 4);
    }
    let inner = rest.strip_prefix('$')?;
    let end = window(inner).find('$').filter(|end| *end > 0)?;
    let formula = inner.get(..end)?;
    let after = inner.get(end + 1..)?.chars().next();
    let spaced = formula.starts_with(char::is_whitespace) || formula.ends_with(char::is_whitespace);
    let marked = formula.contains(['\\', '^', '_', '=']);
    let chinese = formula.contains(is_han) && !formula.contains("\\text");
    let refused = chinese
        || formula.contains("\n\n")
        || (spaced && !marked)
        || after.is_some_and(|character| character.is_ascii_digit());
    (!refused).then_some(end + 2)
}

/// `\(…\)`, `\[…\]`, an environment, or a command with its arguments such as `\frac{1}{2}`.
fn backslash(rest: &str) -> Option<usize> {
    for (open, close) in [("\\(", "\\)"), ("\\[", "\\]")] {
        if let Some(inner) = rest.strip_prefix(open) {
            return Some(window(inner).find(close)? + 4);
        }
    }
    environment(rest).or_else(|| command(rest))
}

/// `\begin{name}…\end{name}`.
fn environment(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix("\\begin{")?;
    let name = inner.get(..window(inner).find('}').filter(|end| *end <= 40)?)?;
    let end = format!("\\end{{{name}}}");
    Some(window(rest).find(&end)? + end.len())
}

/// `\name` with the groups that directly follow it.
fn command(rest: &str) -> Option<usize> {
    let letters = rest.strip_prefix('\\')?;
    let name = letters.len() - letters.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    if name == 0 {
        return None;
    }
    let mut end = 1 + name;
    while let Some(tail) = rest.get(end..) {
        let script = usize::from(tail.starts_with(['^', '_']));
        let group = tail.get(script..)?;
        end += match group.chars().next() {
            Some('{') => script + super::super::extract::group(window(group))?.len() + 2,
            Some('[') if script == 0 && name > 1 => match window(group).find(']') {
                Some(close) => close + 1,
                None => break,
            },
            Some(single) if script == 1 && single.is_ascii_alphanumeric() => 2,
            _ => break,
        };
    }
    Some(end)
}

/// A link, without the punctuation that ends the sentence around it.
fn link(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme))?;
    let end = rest.find(|c: char| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '`'));
    let link = rest.get(..end.unwrap_or(rest.len()))?;
    let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
    (link.len() > scheme.len()).then_some(link.len())
}

/// A quoted string of ASCII on one line.
fn quoted(rest: &str, open: char, close: char) -> Option<usize> {
    let inner = rest.strip_prefix(open)?;
    let end = start(inner, QUOTED + close.len_utf8()).find(close).filter(|end| *end > 0)?;
    let content = inner.get(..end)?;
    let after = inner.get(end + close.len_utf8()..)?.chars().next();
    let kept = content.is_ascii()
        && !content.contains('\n')
        && !after.is_some_and(|character| character.is_ascii_alphanumeric());
    kept.then_some(open.len_utf8() + end + close.len_utf8())
}

/// The lines under a heading such as `Sample Input:` or `样例输入`, up to an empty line or prose.
fn sample(before: &str, rest: &str) -> Option<usize> {
    // At most one empty line stands between a heading and its sample.
    let line = before.strip_suffix('\n')?;
    let line = line.strip_suffix('\n').unwrap_or(line);
    if line.ends_with('\n') {
        return None;
    }
    let heading = end_of(line, HEADING).rsplit('\n').next()?.trim();
    let heading = heading.trim_end_matches([':', '：', '】', '*']).to_lowercase();
    let is_heading = heading.chars().count() <= 20
        && ["input", "output", "输入", "输出", "样例"].iter().any(|word| heading.contains(word))
        && ["sample", "example", "样例", "示例", "例"].iter().any(|word| heading.contains(word));
    if !is_heading {
        return None;
    }
    let length: usize = rest
        .split_inclusive('\n')
        .take_while(|line| !line.trim().is_empty() && !line.contains(is_han))
        .map(str::len)
        .sum();
    let block = rest.get(..length)?.trim_end_matches('\n');
    (!block.is_empty()).then_some(block.len())
}

/// The part of `rest` in which a closing sign is searched.
fn window(rest: &str) -> &str {
    start(rest, WINDOW)
}

/// At most the first `length` bytes of a text.
fn start(text: &str, length: usize) -> &str {
    text.get(..text.floor_char_boundary(length)).unwrap_or(text)
}

/// At most the last `length` bytes of a text.
fn end_of(text: &str, length: usize) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(length))..).unwrap_or(text)
}
