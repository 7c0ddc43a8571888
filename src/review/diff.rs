//! Reads unified diffs, as `git diff` and `diff -u` write them.

use std::fmt::Write as _;

/// What a diff says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// The new file's name, without the `b/` in front.
    pub path: String,
    /// The parts that are shown, in order.
    pub hunks: Vec<Hunk>,
}

/// A part of a file that a diff shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hunk {
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happened to it.
    pub change: Change,
    /// Its number in the new file; `None` for one that was removed.
    pub number: Option<u32>,
    /// What it says.
    pub text: String,
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is as before.
    Kept,
}

/// The files that a diff changes, without those that it only removes or that are binary. A text that is no
/// diff is taken for one whole new file called `name`, unless it is empty.
pub fn read(text: &str, name: &str) -> Vec<FileDiff> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    if !is_diff(text) {
        return vec![whole(text, name)];
    }
    let mut files: Vec<FileDiff> = Vec::new();
    let mut path: Option<String> = None;
    // The number of the next line in the new file, and how many lines of either file are still to come.
    let mut next = 0;
    let (mut old_left, mut new_left) = (0, 0);
    for line in text.lines() {
        if old_left == 0 && new_left == 0 {
            if let Some(named) = line.strip_prefix("+++ ") {
                path = path_of(named);
                if let Some(path) = &path {
                    files.push(FileDiff { path: path.clone(), hunks: Vec::new() });
                }
            } else if let Some(start) = hunk_start(line) {
                (old_left, next, new_left) = start;
                if let Some(file) = files.last_mut().filter(|_| path.is_some()) {
                    file.hunks.push(Hunk::default());
                }
            }
            continue;
        }
        let (change, text) = match line.split_at_checked(1) {
            Some(("+", text)) => (Change::Added, text),
            Some(("-", text)) => (Change::Removed, text),
            Some((" ", text)) => (Change::Kept, text),
            // "\ No newline at end of file" belongs to neither.
            Some(("\\", _)) => continue,
            // Mail programs cut the space of an empty line.
            _ => (Change::Kept, line),
        };
        let number = (change != Change::Removed).then_some(next);
        if change != Change::Added {
            old_left = u32::saturating_sub(old_left, 1);
        }
        if number.is_some() {
            new_left = u32::saturating_sub(new_left, 1);
            next = u32::saturating_add(next, 1);
        }
        let hunk =
            files.last_mut().filter(|_| path.is_some()).and_then(|file| file.hunks.last_mut());
        if let Some(hunk) = hunk {
            hunk.lines.push(Line { change, number, text: text.to_owned() });
        }
    }
    files.retain(|file| {
        file.hunks.iter().flat_map(|hunk| &hunk.lines).any(|line| line.number.is_some())
    });
    files
}

/// Whether a text is a diff: it begins with the head of one, perhaps behind a message. A program may well have a
/// line that looks like a part of a diff.
fn is_diff(text: &str) -> bool {
    let headed = text
        .lines()
        .zip(text.lines().skip(1))
        .any(|(line, next)| line.starts_with("--- ") && next.starts_with("+++ "));
    let named = headed || text.lines().any(|line| line.starts_with("diff --git "));
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let heads = ["diff ", "--- ", "Index: ", "From ", "commit "];
    named && heads.iter().any(|head| first.starts_with(head))
}

fn whole(text: &str, name: &str) -> FileDiff {
    let lines = text.lines().zip(1..).map(|(text, number)| Line {
        change: Change::Added,
        number: Some(number),
        text: text.to_owned(),
    });
    FileDiff { path: name.to_owned(), hunks: vec![Hunk { lines: lines.collect() }] }
}

/// The name of the new file; `None` if there is none.
fn path_of(named: &str) -> Option<String> {
    // `diff -u` writes a time behind a tab.
    let name = named.split('\t').next()?.trim().trim_matches('"');
    (name != "/dev/null").then(|| name.strip_prefix("b/").unwrap_or(name).to_owned())
}

/// The lines of the old file, the first line of the new one, and its lines, of `@@ -1,2 +3,4 @@`.
fn hunk_start(line: &str) -> Option<(u32, u32, u32)> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| -> Option<(u32, u32)> {
        match text.split_once(',') {
            Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let ((_, old_count), (start, new_count)) = (range(old)?, range(new)?);
    Some((old_count, start, new_count))
}

impl FileDiff {
    /// Whether the diff shows this line of the new file.
    pub fn shows(&self, number: u32) -> bool {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).any(|line| line.number == Some(number))
    }

    /// The diff with the numbers of the new file's lines in front, so that a model can name them.
    pub fn numbered(&self) -> String {
        let mut text = format!("File: {}\n", self.path);
        for hunk in &self.hunks {
            text.push_str("...\n");
            for line in &hunk.lines {
                let mark = match line.change {
                    Change::Added => '+',
                    Change::Removed => '-',
                    Change::Kept => ' ',
                };
                let number = line.number.map_or_else(String::new, |number| number.to_string());
                // Writing into a string cannot fail.
                let _ = writeln!(text, "{number:>5} {mark} {}", line.text);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIFF: &str = "\
diff --git a/src/page.py b/src/page.py
index 9cef10b..b5ab45f 100644
--- a/src/page.py
+++ b/src/page.py
@@ -3,4 +3,4 @@ def page(items):
 first
-++ old
+--- new
 \n\
 last
\\ No newline at end of file
diff --git a/gone.py b/gone.py
--- a/gone.py
+++ /dev/null
@@ -1,2 +0,0 @@
-one
-two
--- a/other.py\t2026-01-01
+++ b/other.py\t2026-01-02
@@ -7 +9,2 @@
-seven
+nine
+ten
";

    #[test]
    fn a_diff_is_read_and_numbered() {
        let files = read(DIFF, "stdin");
        let text: String = files.iter().map(FileDiff::numbered).collect();
        insta::assert_snapshot!(text, @"
            File: src/page.py
            ...
                3   first
                  - ++ old
                4 + --- new
                5   
                6   last
            File: other.py
            ...
                  - seven
                9 + nine
               10 + ten
            ");
        let [page, other] = files.as_slice() else { panic!("{files:?}") };
        assert!(page.shows(4) && !page.shows(2) && other.shows(10));
    }

    #[test]
    fn a_program_with_a_line_of_a_diff_is_a_program() {
        let program = "fn main() {\n    let hunk = \"\n@@ -1,2 +3,4 @@\n\";\n}\n";
        assert_eq!(read(program, "x.rs")[0].path, "x.rs");
        assert_eq!(read(include_str!("diff.rs"), "diff.rs")[0].path, "diff.rs");
        let renamed = "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n";
        assert_eq!(read(renamed, "stdin"), []);
        assert_eq!(read(" \n", "stdin"), []);
    }

    #[test]
    fn what_is_no_diff_is_a_new_file() {
        let files = read("a = 1\nb = 2\n", "x.py");
        assert_eq!(files.len(), 1);
        assert!(files[0].shows(2) && !files[0].shows(3));
    }

    proptest! {
        #[test]
        fn reading_is_total(text in any::<String>()) {
            read(&text, "x");
        }

        #[test]
        fn reading_what_looks_like_a_diff_is_total(
            text in r"(@@ -[0-9]{0,11},[0-9]{0,3} \+[0-9]{0,11}(,[0-9]{0,3})? @@\n|\+\+\+ b/x\n|--- a/x\n|[+ -]{0,2}[a-z]{0,3}\n){0,20}"
        ) {
            read(&text, "x");
        }
    }
}
