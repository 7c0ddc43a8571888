//! The command line.

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{ModelArguments, ServeArguments};

mod ask;
mod chat;
mod check;
mod eval;
mod exec;
mod exit;
mod explain;
mod grade;
mod mcp;
mod models;
mod node;
mod review;
mod run;
mod runs;
mod schema;
mod serve;
mod show;
mod tutor;

use exit::{Exit, Failure};

/// A reasoning node: a small thinking model, composed by chains, behind an OpenAI-compatible
/// endpoint.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    models: ModelArguments,
}

const EXIT_CODES: &str = "Exit codes: 0 done or yes, 1 no, findings or invalid input, 2 undecided or \
cut off, 64 wrong usage or configuration, 69 something needed is not available, 70 internal error, \
75 overloaded, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the OpenAI-compatible endpoint
    Serve {
        #[command(flatten)]
        arguments: ServeArguments,
        /// Check the configuration and the chains, then end
        #[arg(long)]
        check: bool,
    },
    /// Ask one question and print the answer
    Ask(ask::AskArguments),
    /// Talk with it, question by question
    Chat(chat::ChatArguments),
    /// Offer the chains as tools of other agents: the Model Context Protocol
    ///
    /// Without --http it talks with the agent that starts it, over standard input and output, until that closes
    /// standard input; what it does is then recorded as what `ask` does is (see `ponder runs`), unless
    /// --no-record is given. With --http any agent may connect that can reach the address, and nothing is
    /// recorded. Each chain is a tool of its own name; models are none. Leaving or cancelling a call ends its work.
    Mcp(mcp::McpArguments),
    /// Ask one question of a chain file
    Run(run::RunArguments),
    /// Look at records of runs, run one again, or go on with one
    Runs(runs::RunsArguments),
    /// Review a diff or a file for boundary bugs and redundant work
    Review(review::ReviewArguments),
    /// Explain a problem, mark a student's work, or mark a whole class
    ///
    /// With a question it explains the solution. With --answer or --work it says whether that is right (exit code 0,
    /// 1 or 2) and where it goes wrong. With --class it marks what a class has handed in and writes a report.
    Tutor(tutor::TutorArguments),
    /// Measure a model or chain on a file of problems, or look at what was measured
    Eval(Box<eval::EvalArguments>),
    /// Say whether two mathematical answers mean the same; exit code 0 yes, 1 no, 2 unknown
    Grade(grade::GradeArguments),
    /// Run a Python program on tests, shut in; exit code 0 all pass, 1 some do not, 2 there are none
    Exec(exec::ExecArguments),
    /// Say what would be done with a question, and why; loads no model
    Explain(explain::ExplainArguments),
    /// Check chain files; needs neither a model nor a network
    Check(check::CheckArguments),
    /// Print the JSON Schema of chain files, for editors and programs that write them
    Schema,
    /// List what is configured
    Models(models::ModelsArguments),
}

/// Parses the command line, does what it says, and returns the exit code.
pub fn main() -> ExitCode {
    // A sandbox gives up rights before there are threads.
    if let Some(code) = crate::execution::enter_stage(std::env::args_os()) {
        return code;
    }
    let arguments = std::env::args_os().map(with_visible_minus);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            // A closed terminal is no reason to fail once more.
            let _ = error.print();
            return if wrong { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    start_logging(match &cli.command {
        Command::Serve { .. } => true,
        Command::Mcp(arguments) => arguments.serves(),
        _ => false,
    });
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            show::error(&format!("no thread could be started: {error}"));
            return Exit::Internal.into();
        }
    };
    let result = runtime.block_on(dispatch(cli));
    // The engine's threads and a blocked read of the terminal must not hold up the end.
    runtime.shutdown_background();
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if failure.exit == Exit::Interrupted {
                // The cursor may stand in the middle of a thought.
                show::say("\n");
            }
            show::error(&failure.message);
            failure.exit.into()
        }
    }
}

/// Puts a space before a question that begins with a minus sign, such as `-3 + 5 = ?`: without it,
/// it would be taken for a flag. Flags begin with a letter, and a plain number may be a flag's value.
fn with_visible_minus(argument: OsString) -> OsString {
    match argument.to_str() {
        Some(text)
            if text.strip_prefix('-').is_some_and(|rest| {
                !rest.is_empty()
                    && !rest.starts_with(|first: char| first == '-' || first.is_ascii_alphabetic())
            }) && text.parse::<f64>().is_err() =>
        {
            format!(" {text}").into()
        }
        _ => argument,
    }
}

async fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Serve { arguments, check: true } => serve::check(&cli.models, &arguments),
        Command::Serve { arguments, check: false } => serve::serve(&cli.models, &arguments).await,
        Command::Mcp(arguments) => mcp::mcp(&cli.models, arguments).await,
        Command::Ask(arguments) => ask::ask(&cli.models, arguments).await,
        Command::Chat(arguments) => chat::chat(&cli.models, arguments).await,
        Command::Run(arguments) => run::run(&cli.models, arguments).await,
        Command::Runs(arguments) => runs::runs(&cli.models, arguments).await,
        Command::Review(arguments) => review::run(&cli.models, arguments).await,
        Command::Tutor(arguments) => Box::pin(tutor::run(&cli.models, arguments)).await,
        Command::Eval(arguments) => Box::pin(eval::run(&cli.models, *arguments)).await,
        Command::Grade(arguments) => grade::run(&arguments),
        Command::Exec(arguments) => exec::run(arguments).await,
        Command::Explain(arguments) => explain::explain(&cli.models, &arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Schema => schema::schema(),
        Command::Models(arguments) => models::models(&cli.models, &arguments),
    }
}

/// Logs to standard error; `RUST_LOG` changes what. The engine's own chatter is left out.
fn start_logging(serving: bool) {
    let default =
        if serving { "warn,ponder=info,mistralrs_core=off" } else { "error,mistralrs_core=off" };
    let chosen = crate::config::log_filter();
    let filter = chosen.and_then(|text| EnvFilter::try_new(text).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(default));
    // A program that embeds this one may have a subscriber already; that is fine.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .try_init();
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
