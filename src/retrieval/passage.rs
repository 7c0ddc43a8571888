//! Cuts files into passages: pieces of notes that can be read by themselves, and solved problems.

use serde_json::{Map, Value as Json};

use super::listing::Form;

/// The most characters of a heading that are kept.
const LONGEST_HEADING: usize = 200;
/// From how many characters on a piece of a note ends at the next blank line.
const LONG: usize = 1200;
/// The most characters of a piece of a note; the line that would go beyond begins the next one.
const LONGEST: usize = 2400;
/// The most characters of a solved problem.
const LONGEST_RECORD: usize = 64 * 1024;

/// A passage of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What it says.
    pub text: String,
    /// The file's path within its folder.
    pub file: String,
    /// The line it begins in, from 1.
    pub line: usize,
    /// What the record is called, where the file has records: its `id`, else its number.
    pub record: Option<String>,
}

/// The passages of a file, and which lines of it are left out, and why.
pub(super) fn cut(form: Form, file: &str, text: &str) -> (Vec<Passage>, Vec<(usize, String)>) {
    match form {
        Form::Records => records(file, text),
        Form::Markdown | Form::Text => (notes(form, file, text), Vec::new()),
    }
}

/// A note that is being cut.
struct Cutting<'file> {
    file: &'file str,
    passages: Vec<Passage>,
    /// The heading above.
    heading: String,
    text: String,
    characters: usize,
    /// The line it begins in.
    line: usize,
}

impl Cutting<'_> {
    /// Ends a piece. What follows a heading that is further up repeats it, to be understood by itself.
    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.characters = 0;
        let text = text.trim_matches('\n');
        // A heading alone says nothing; it stands in front of what comes below it.
        if text.trim().is_empty() || text.trim() == self.heading {
            return;
        }
        let text = match self.heading.as_str() {
            "" => text.to_owned(),
            heading if text.starts_with(heading) => text.to_owned(),
            heading => format!("{heading}\n\n{text}"),
        };
        let (file, line) = (self.file.to_owned(), self.line);
        self.passages.push(Passage { text, file, line, record: None });
    }

    fn push(&mut self, line: &str, number: usize) {
        if self.text.is_empty() {
            if line.trim().is_empty() {
                return;
            }
            self.line = number;
        }
        self.characters += line.chars().count() + 1;
        self.text.push_str(line);
        self.text.push('\n');
    }
}

fn notes(form: Form, file: &str, text: &str) -> Vec<Passage> {
    let mut cutting = Cutting {
        file,
        passages: Vec::new(),
        heading: String::new(),
        text: String::new(),
        characters: 0,
        line: 1,
    };
    let mut fenced = false;
    for (line, number) in text.lines().zip(1..) {
        if form == Form::Markdown {
            if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
                fenced = !fenced;
            } else if !fenced && is_heading(line) {
                cutting.end();
                // It stands above every piece below it.
                cutting.heading = line.trim().chars().take(LONGEST_HEADING).collect();
            }
        }
        if cutting.characters >= LONG && line.trim().is_empty() && !fenced {
            cutting.end();
        }
        let characters: Vec<char> = line.chars().collect();
        for piece in pieces(&characters) {
            if cutting.characters + piece.chars().count() > LONGEST {
                cutting.end();
            }
            cutting.push(&piece, number);
        }
    }
    cutting.end();
    cutting.passages
}

/// A line, in pieces where it is longer than a passage.
fn pieces(line: &[char]) -> Vec<String> {
    if line.is_empty() {
        return vec![String::new()];
    }
    line.chunks(LONGEST).map(|piece| piece.iter().collect()).collect()
}

fn is_heading(line: &str) -> bool {
    let behind = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - behind.len())) && behind.starts_with(' ')
}

fn records(file: &str, text: &str) -> (Vec<Passage>, Vec<(usize, String)>) {
    let (mut passages, mut skipped) = (Vec::new(), Vec::new());
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    for ((line, number), position) in lines.zip(1_u64..) {
        match record(line) {
            Ok((text, id)) => {
                let record = Some(id.unwrap_or_else(|| position.to_string()));
                passages.push(Passage { text, file: file.to_owned(), line: number, record });
            }
            Err(reason) => skipped.push((number, reason)),
        }
    }
    (passages, skipped)
}

/// The text of a solved problem, and its id if it has one.
fn record(line: &str) -> Result<(String, Option<String>), String> {
    let fields: Map<String, Json> =
        serde_json::from_str(line).map_err(|error| format!("no JSON object: {error}"))?;
    let field = |names: &[&str]| names.iter().find_map(|name| said(fields.get(*name)?));
    let question = field(&["question", "problem"]);
    let (solution, answer) = (field(&["solution"]), field(&["answer"]));
    let (Some(question), true) = (question, solution.is_some() || answer.is_some()) else {
        return Err("needs `question`, and `answer` or `solution`".to_owned());
    };
    let answer = answer.filter(|answer| {
        solution.as_ref().is_none_or(|solution| !solution.contains(answer.as_str()))
    });
    let parts: Vec<String> = [Some(question), solution, answer].into_iter().flatten().collect();
    let text = parts.join("\n\n");
    let characters = text.chars().count();
    if characters > LONGEST_RECORD {
        return Err(format!("{characters} characters; at most {LONGEST_RECORD} are taken"));
    }
    let id = field(&["id"]).filter(|id| id.len() <= 200 && !id.contains(char::is_control));
    Ok((text, id))
}

/// What a field says, if it says anything.
fn said(field: &Json) -> Option<String> {
    let text = match field {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(form: Form, text: &str) -> Vec<(usize, String)> {
        let (passages, _) = cut(form, "a.md", text);
        passages.into_iter().map(|passage| (passage.line, passage.text)).collect()
    }

    #[test]
    fn notes_are_cut_at_headings() {
        let text = "# Circles\n\n## Area\nIt is $\\pi r^2$.\n```\n# no heading\n```\n\n## 周长\n\n是 2πr。\n";
        let found = lines(Form::Markdown, text);
        assert_eq!(
            found,
            [
                (3, "## Area\nIt is $\\pi r^2$.\n```\n# no heading\n```".to_owned()),
                (9, "## 周长\n\n是 2πr。".to_owned()),
            ]
        );
    }

    #[test]
    fn long_sections_are_cut_at_blank_lines_and_repeat_their_heading() {
        let paragraph = "word ".repeat(150);
        let text = format!("# Long\n\n{paragraph}\n\n{paragraph}\n\n{paragraph}\n");
        let found = lines(Form::Markdown, &text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 7]);
        assert!(found[1].1.starts_with("# Long\n\nword"), "{}", found[1].1);
        assert_eq!(lines(Form::Text, &"x".repeat(5000)).len(), 3);
    }

    #[test]
    fn a_heading_that_is_repeated_is_short() {
        let text = format!("# {}\n\n{}", "long ".repeat(10_000), "word ".repeat(2_000));
        let characters: usize =
            lines(Form::Markdown, &text).iter().map(|(_, text)| text.len()).sum();
        assert!(characters < 3 * text.len(), "{characters}");
    }

    #[test]
    fn records_are_solved_problems() {
        let text = "{\"id\": \"p7\", \"problem\": \"1+1?\", \"answer\": 2}\n\nnonsense\n\
                    {\"question\": \"2+2?\", \"solution\": \"It is 4.\", \"answer\": \"4\"}\n\
                    {\"question\": \"only\"}\n";
        let (passages, skipped) = cut(Form::Records, "s.jsonl", text);
        let found: Vec<_> = passages
            .iter()
            .map(|one| (one.line, one.record.as_deref().unwrap(), one.text.as_str()))
            .collect();
        assert_eq!(found, [(1, "p7", "1+1?\n\n2"), (4, "3", "2+2?\n\nIt is 4.")]);
        let said: Vec<_> =
            skipped.iter().map(|(line, reason)| format!("{line}: {reason}")).collect();
        assert!(said[0].starts_with("3: no JSON object"), "{said:?}");
        assert_eq!(said[1], "5: needs `question`, and `answer` or `solution`");
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost(text in "([a-c#` ]{0,12}\n){0,40}") {
            let joined: String = lines(Form::Text, &text).into_iter().map(|(_, text)| text).collect();
            let letters = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).count();
            prop_assert_eq!(letters(&joined), letters(&text));
        }
    }
}
