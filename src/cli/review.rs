//! `ponder review`

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;

mod format;

use self::format::{Format, line, written};
use super::{
    exit::{Exit, Failure},
    node::{find, start, unless_interrupted},
    show,
};
use crate::{
    config::ModelArguments,
    generate::Generate,
    node::Node,
    review::{
        Review,
        diff::{self, FileDiff},
        review,
        score::{self, Score},
    },
};

/// What to review.
#[derive(Debug, Args)]
pub(super) struct ReviewArguments {
    /// A diff or a source file; from standard input if there is none, or if it is `-`
    file: Option<PathBuf>,
    /// Print one JSON object instead of text; as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How to print what is found
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        conflicts_with = "score"
    )]
    format: Format,
    /// Who reviews: a chain, or a model that answers as `chain/review` does
    #[arg(long, value_name = "NAME", default_value = "chain/review")]
    to: String,
    /// Measure it on changes with planted faults: a folder as `tests/data/review` in the repository
    #[arg(long, value_name = "FOLDER", conflicts_with = "file")]
    score: Option<PathBuf>,
}

pub(super) async fn run(
    models: &ModelArguments,
    arguments: ReviewArguments,
) -> Result<Exit, Failure> {
    if let Some(folder) = &arguments.score {
        return measure(models, &arguments, folder).await;
    }
    let (text, name) = input(arguments.file.as_deref())?;
    let files = diff::read(&text, &name);
    let format = if arguments.json { Format::Json } else { arguments.format };
    let internal = |error: serde_json::Error| Failure::new(Exit::Internal, error.to_string());
    let print = |review: &Review| -> Result<(), Failure> {
        written(format, review).map_err(internal)?.iter().for_each(|text| show::line(text));
        Ok(())
    };
    if files.is_empty() && format != Format::Json {
        print(&Review::default())?;
        show::note("there is nothing to review");
        return Ok(Exit::Done);
    }
    unless_interrupted(async {
        let node = start(models, format == Format::Json).await?;
        let model = find(&node, &arguments.to)?;
        warn_of_demonstration(&node, &arguments.to);
        let review = reviewed(&*model, &files, format == Format::Json).await?;
        print(&review)?;
        if format != Format::Json {
            for undecided in &review.undecided {
                show::error(&format!("{}: {}", undecided.file, undecided.reason));
            }
            show::note(&summary(&review));
        }
        Ok(match (review.findings.is_empty(), review.undecided.is_empty()) {
            (false, _) => Exit::No,
            (true, false) => Exit::Undecided,
            (true, true) => Exit::Done,
        })
    })
    .await
}

/// A demonstration model that finds nothing has not looked.
fn warn_of_demonstration(node: &Node, name: &str) {
    if node.catalog.find(name).is_some_and(|entry| entry.info.demonstration) {
        show::note(
            "this is a demonstration model, which cannot review: host one that reasons about programs, for \
             example --model WeiboAI/VibeThinker-3B",
        );
    }
}

/// The text to review, and what it is called.
fn input(file: Option<&Path>) -> Result<(String, String), Failure> {
    match file.filter(|file| *file != Path::new("-")) {
        None => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| {
                let message = format!("standard input could not be read: {error}");
                Failure::new(Exit::Unavailable, message)
            })?;
            // A change may have files in other encodings: the rest of it is reviewed nevertheless.
            Ok((String::from_utf8_lossy(&bytes).into_owned(), "stdin".to_owned()))
        }
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| {
                Failure::new(Exit::Usage, format!("{} cannot be read: {error}", path.display()))
            })?;
            Ok((String::from_utf8_lossy(&bytes).into_owned(), path.display().to_string()))
        }
    }
}

async fn reviewed(
    model: &dyn Generate,
    files: &[FileDiff],
    quiet: bool,
) -> Result<Review, Failure> {
    let progress = |file: &FileDiff| {
        if !quiet {
            show::note(&format!("· {}", file.path));
        }
    };
    Ok(review(model, files, progress).await?)
}

fn summary(review: &Review) -> String {
    let dropped = match review.dropped {
        0 => String::new(),
        dropped => format!("; {dropped} dropped, for they name lines that the diff does not show"),
    };
    let counted = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    format!(
        "{} in {}, {} undecided, {} tokens{dropped}",
        counted(review.findings.len(), "finding"),
        counted(review.files, "file"),
        review.undecided.len(),
        review.usage.completion_tokens
    )
}

/// Measures a reviewer on the cases of a folder.
async fn measure(
    models: &ModelArguments,
    arguments: &ReviewArguments,
    folder: &Path,
) -> Result<Exit, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::new(Exit::No, format!("{}: {error}", folder.display()));
    let cases = score::cases(folder).map_err(unreadable)?;
    if cases.is_empty() {
        let message = format!("{}: there is no folder with expected.json in it", folder.display());
        return Err(Failure::new(Exit::No, message));
    }
    unless_interrupted(async {
        let node = start(models, arguments.json).await?;
        let model = find(&node, &arguments.to)?;
        warn_of_demonstration(&node, &arguments.to);
        let mut score = Score::default();
        for case in &cases {
            let review = reviewed(&*model, &diff::read(&case.diff, &case.id), true).await?;
            if !arguments.json {
                let found: Vec<String> = review.findings.iter().map(line).collect();
                show::note(&format!("{}: {}", case.id, found.join(" | ")));
            }
            score.add(case, &review);
        }
        if arguments.json {
            let score = serde_json::to_value(&score)
                .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
            show::line(&format!("{score:#}"));
        } else {
            show::line(&format!("found:        {}", score.recall()));
            show::line(&format!("  boundary:   {}", score.boundary));
            show::line(&format!("  redundant:  {}", score.redundant));
            show::line(&format!("right:        {} findings", score.precision()));
            show::line(&format!("false alarms: {} changes without a fault", score.false_alarms));
            show::line(&format!("undecided:    {} files", score.undecided));
        }
        Ok(Exit::Done)
    })
    .await
}
