//! Finds the program in an answer written in Markdown.

/// The last closed block of code that is marked as Python; where none is marked so, the last one that is not marked
/// at all. Fences are of backticks or tildes, and may be indented.
pub fn last_code_block(answer: &str) -> Option<String> {
    let mut python = None;
    let mut unmarked = None;
    let mut open: Option<Open> = None;
    for line in answer.lines() {
        let fence = Fence::of(line);
        match (open.take(), fence) {
            (None, Some(fence)) => {
                open = Some(Open { fence, indent: indent(line), body: String::new() })
            }
            (None, None) => {}
            (Some(block), Some(closing)) if closing.closes(&block.fence) => {
                match block.fence.language.as_str() {
                    "python" | "python3" | "py" => python = Some(block.body),
                    "" => unmarked = Some(block.body),
                    _ => {}
                }
            }
            (Some(mut block), _) => {
                // A block inside a list is indented as a whole.
                let strip = indent(line).min(block.indent);
                block.body.push_str(line.get(strip..).unwrap_or(line));
                block.body.push('\n');
                open = Some(block);
            }
        }
    }
    python.or(unmarked)
}

struct Open {
    fence: Fence,
    indent: usize,
    body: String,
}

/// A line of three or more backticks or tildes, and the language behind them.
struct Fence {
    sign: char,
    length: usize,
    language: String,
    bare: bool,
}

impl Fence {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim();
        let sign = line.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
        let rest = line.trim_start_matches(sign);
        let length = line.len() - rest.len();
        let information = rest.trim();
        if length < 3 || information.contains('`') {
            return None;
        }
        let language = information.split([' ', ',', '{', ':']).next().unwrap_or_default();
        Some(Self { sign, length, language: language.to_lowercase(), bare: information.is_empty() })
    }

    fn closes(&self, opening: &Self) -> bool {
        self.bare && self.sign == opening.sign && self.length >= opening.length
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_python_block_is_the_program() {
        let answer = "First:\n```python\na = 1\n```\nThen:\n~~~py\nif b:\n    c\n~~~\nIt prints\n```\n3\n```\n";
        assert_eq!(last_code_block(answer).as_deref(), Some("if b:\n    c\n"));
        assert_eq!(last_code_block("```\nx = 1\n```\n```text\n7\n```").as_deref(), Some("x = 1\n"));
        assert_eq!(
            last_code_block("1. So:\n   ```python\n   x = 1\n     y\n   ```").as_deref(),
            Some("x = 1\n  y\n")
        );
        assert_eq!(last_code_block("```python\ncut off"), None);
        assert_eq!(last_code_block("no program"), None);
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer(text in r"(```|~~~|py|python|\n| |é|x){0,40}") {
            last_code_block(&text);
        }
    }
}
