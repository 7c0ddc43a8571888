//! Lines of bounded length.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// The most bytes of a line: the longest question of a chain is 128 KiB, and JSON may write each of its
/// bytes as six.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// Reads lines. To stop waiting for one loses nothing of it.
pub(in crate::mcp) struct Lines<R> {
    reader: BufReader<R>,
    /// The line so far.
    line: Vec<u8>,
    /// It is too long; the rest of it is passed over.
    too_long: bool,
    ended: bool,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mcp) enum Line {
    /// A line with something in it.
    Whole(Vec<u8>),
    /// A line of more than [`LONGEST`] bytes, which were not kept.
    TooLong,
    /// There are no more.
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(in crate::mcp) fn new(input: R) -> Self {
        let reader = BufReader::with_capacity(64 * 1024, input);
        Self { reader, line: Vec::new(), too_long: false, ended: false }
    }

    /// The next line; empty ones are passed over.
    ///
    /// # Errors
    ///
    /// If the input cannot be read.
    pub(in crate::mcp) async fn next(&mut self) -> io::Result<Line> {
        while !self.ended {
            let read = self.reader.fill_buf().await?;
            let end = read.iter().position(|byte| *byte == b'\n');
            let piece = read.get(..end.unwrap_or(read.len())).unwrap_or_default();
            if self.line.len() + piece.len() > LONGEST {
                self.too_long = true;
                self.line = Vec::new();
            }
            if !self.too_long {
                self.line.extend_from_slice(piece);
            }
            self.ended = read.is_empty();
            let consumed = piece.len() + usize::from(end.is_some());
            self.reader.consume(consumed);
            if end.is_none() && !self.ended {
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if std::mem::take(&mut self.too_long) {
                return Ok(Line::TooLong);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Line::Whole(line));
            }
        }
        Ok(Line::End)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(input: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(input);
        let mut read = Vec::new();
        loop {
            let line = lines.next().await.unwrap();
            let end = line == Line::End;
            read.push(line);
            if end {
                return read;
            }
        }
    }

    #[tokio::test]
    async fn each_line_comes_by_itself_and_the_last_needs_no_end() {
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        assert_eq!(lines(b"").await, [Line::End]);
        assert_eq!(
            lines(b"a\n\n  \r\nb c\nd").await,
            [whole("a"), whole("b c"), whole("d"), Line::End]
        );
    }

    #[tokio::test]
    async fn a_line_without_end_takes_no_memory_and_the_next_one_is_read() {
        let mut input = vec![b'x'; LONGEST + 1];
        input.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&input).await, [Line::TooLong, Line::Whole(b"next".to_vec()), Line::End]);
        let exactly = vec![b'x'; LONGEST];
        assert!(matches!(lines(&exactly).await.as_slice(), [Line::Whole(_), Line::End]));
    }
}
