//! `ponder run`

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{
    ask::result,
    exit::{Exit, Failure},
    node::{question, start_observed, telemetry, unless_interrupted},
    runs::Records,
    show::{self, Detail},
};
use crate::{
    chain::{self, Chain},
    config::{ModelArguments, NodeConfig},
    execution::{SandboxOptions, SharedSandbox},
    generate::{Generate, Request},
    node::{Watchers, check_roles, check_tools, models_for},
};

/// Which chain, and what to ask it.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// The chain file
    chain: PathBuf,
    /// The question; from standard input if there is none, or if it is `-`
    question: Vec<String>,
    /// Show the answer only
    #[arg(long, short)]
    quiet: bool,
    /// Keep no record of the run (see `ponder runs`)
    #[arg(long)]
    no_record: bool,
}

pub(super) async fn run(models: &ModelArguments, arguments: RunArguments) -> Result<Exit, Failure> {
    let plan = chain::load_file(&arguments.chain)?;
    let question = question(&arguments.question)?;
    let detail = if arguments.quiet { Detail::AnswerOnly } else { Detail::Everything };
    let records = Records::of(!arguments.no_record);
    let telemetry = telemetry(models)?;
    let watchers = Watchers { records: records.observer(), telemetry: telemetry.clone() };
    // The chains that this one calls are in its record; in a trace they stand for themselves.
    let called = Watchers { records: None, telemetry: telemetry.clone() };
    let ended = unless_interrupted(async {
        let config = NodeConfig::resolve(models)?;
        check_tools(&plan, &config)?;
        let roles = config.roles;
        check_roles(&plan, &roles)?;
        let node = start_observed(models, called, arguments.quiet).await?;
        let models = models_for(&plan, &roles, &node.catalog)?;
        let sandbox = SharedSandbox::new(SandboxOptions::default());
        let mut chain = Chain::new(plan, models)
            .running_programs_in(Arc::new(sandbox))
            .with_tools(Arc::clone(&node.tools) as _);
        if let Some(observer) = watchers.observer() {
            chain = chain.observed_by(observer);
        }
        if detail == Detail::Everything {
            show::patience(chain.pace(), None, "Ctrl-C ends it");
        }
        let answer = show::stream(chain.generate(Request::ask(question)).await?, detail).await?;
        Ok(if result(&answer).is_some() { Exit::Done } else { Exit::Undecided })
    })
    .await;
    if let Some(telemetry) = telemetry {
        telemetry.flush().await;
    }
    ended
}
