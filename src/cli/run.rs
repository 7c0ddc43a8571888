//! `ponder run`

use std::path::PathBuf;

use clap::Args;

use super::{
    ask::result,
    exit::{Exit, Failure},
    node::{find, question, start, unless_interrupted},
    show::{self, Detail},
};
use crate::{
    chain::{self, Chain, Models, Named},
    config::{ModelArguments, NodeConfig},
    generate::{Generate, Request},
    node::check_roles,
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
}

pub(super) async fn run(models: &ModelArguments, arguments: RunArguments) -> Result<Exit, Failure> {
    let plan = chain::load_file(&arguments.chain)?;
    let question = question(&arguments.question)?;
    let detail = if arguments.quiet { Detail::AnswerOnly } else { Detail::Everything };
    unless_interrupted(async {
        let roles = NodeConfig::resolve(models)?.roles;
        check_roles(&plan, &roles)?;
        let node = start(models, arguments.quiet).await?;
        let named = |id: &String| find(&node, id).map(|model| Named::new(id.as_str(), model));
        let chain = Chain::new(
            plan,
            Models {
                reasoner: named(&roles.reasoner)?,
                translator: roles.translator.as_ref().map(named).transpose()?,
                general: roles.general.as_ref().map(named).transpose()?,
            },
        );
        if detail == Detail::Everything {
            show::patience(chain.pace(), None, "Ctrl-C ends it");
        }
        let answer = show::stream(chain.generate(Request::ask(question)).await?, detail).await?;
        Ok(if result(&answer).is_some() { Exit::Done } else { Exit::Undecided })
    })
    .await
}
