//! `ponder chat`

use clap::Args;
use rustyline::{DefaultEditor, error::ReadlineError};

use super::{
    exit::{Exit, Failure},
    node::{find, start},
    show::{self, Detail},
};
use crate::{
    config::ModelArguments,
    generate::{Generate, Message, Request},
};

/// How to talk.
#[derive(Debug, Args)]
pub(super) struct ChatArguments {
    /// Show the answers only
    #[arg(long, short)]
    quiet: bool,
    /// Who answers: a chain, or a model without one
    #[arg(long, value_name = "NAME", default_value = "chain/solve")]
    to: String,
}

pub(super) async fn chat(
    models: &ModelArguments,
    arguments: ChatArguments,
) -> Result<Exit, Failure> {
    let node = start(models, arguments.quiet).await?;
    let model = find(&node, &arguments.to)?;
    let detail = if arguments.quiet { Detail::AnswerOnly } else { Detail::Everything };
    let unusable =
        |error| Failure::new(Exit::Unavailable, format!("this terminal cannot be used: {error}"));
    let mut editor = DefaultEditor::new().map_err(unusable)?;
    if detail == Detail::Everything {
        show::patience(model.pace(), None, "Ctrl-C stops an answer");
    }
    show::note("Ask away. /new starts over, /quit ends; Ctrl-C stops an answer.");
    let mut messages = Vec::new();
    loop {
        let (returned, line) = read_line(editor).await?;
        editor = returned;
        let line = match line {
            Ok(line) => line.trim().to_owned(),
            Err(ReadlineError::Eof) => return Ok(Exit::Done),
            Err(ReadlineError::Interrupted) => return Ok(Exit::Interrupted),
            Err(error) => return Err(unusable(error)),
        };
        match line.as_str() {
            "" => continue,
            "/quit" | "/exit" => return Ok(Exit::Done),
            "/new" => {
                messages.clear();
                show::note("A new conversation.");
                continue;
            }
            _ => {}
        }
        messages.push(Message::user(line));
        let request = Request { messages: messages.clone(), ..Request::default() };
        let answering = async { show::stream(model.generate(request).await?, detail).await };
        tokio::select! {
            answer = answering => match answer {
                Ok(answer) => messages.push(Message::assistant(answer.content)),
                Err(failure) => {
                    // The conversation goes on as if the question had not been asked.
                    messages.pop();
                    show::error(&failure.message);
                }
            },
            _ = tokio::signal::ctrl_c() => {
                messages.pop();
                show::note("\nStopped.");
            }
        }
    }
}

/// Reads a line off the async threads; the editor travels there and back.
async fn read_line(
    mut editor: DefaultEditor,
) -> Result<(DefaultEditor, Result<String, ReadlineError>), Failure> {
    tokio::task::spawn_blocking(move || {
        let line = editor.readline("> ");
        if let Ok(line) = &line {
            // Forgetting a line is no reason to stop.
            let _ = editor.add_history_entry(line);
        }
        (editor, line)
    })
    .await
    .map_err(|_| Failure::new(Exit::Internal, "the line editor crashed"))
}
