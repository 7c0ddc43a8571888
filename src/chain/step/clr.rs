//! `clr`: solves a question many times over and trusts solutions as far as their claims hold.

use futures::{FutureExt, StreamExt, stream};

use crate::{
    chain::{
        budget::Purpose,
        claims::{self, CLAIMS},
        context::{Called, Context, ModelCall, PartOutlet, Relay},
        plan::ModelRole,
        poll::Poll,
        prompt::Prompt,
        value::Solution,
    },
    generate::{GenerateError, Thinking},
};

use super::{Action, Reason, Step, Target};

/// The most tokens of the five claims of a solution: several times what short statements need.
const CLAIMS_TOKENS: u32 = 512;

/// Solves a question several times, has the model state five claims of each solution and find each of them true or
/// false by itself, and answers with the result whose solutions are the most reliable together: claim-level
/// reliability, see [`claims`].
///
/// Results are compared by what they mean, and solutions counted in the order in which they were begun; when no
/// other result can reach the leading one any more, what still runs is dropped. The claims and verdicts of a
/// solution without a result are not asked for. Where no solution has any reliability, the votes decide. At
/// temperature 0 all solutions would be the same, so there is one, and nothing is weighed.
///
/// ```
/// use ponder::chain::{compose::Composer, step::Clr};
///
/// let chain = Composer::new("reliable", "Trusts solutions as far as their claims hold.");
/// let plan = chain.finish(chain.question().then("answer", Clr::math()))?;
/// # Ok::<(), ponder::chain::LoadError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clr {
    /// How each solution is asked for.
    pub reason: Reason,
    /// The most solutions; at least 2.
    pub samples: u32,
    /// How many are worked on at the same time, each with its five verdicts; at least 1. A model that knows how
    /// many answers it can make at a time is asked for no more.
    pub at_once: usize,
    /// How long a verdict may be.
    pub verdicts: Verdicts,
}

/// How long a verdict on a claim may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    /// The most tokens of thinking before it; 0 is none at all.
    pub thinking: u32,
    /// The most tokens of the verdict itself; at least 1.
    pub max_tokens: u32,
}

impl Verdicts {
    /// The most tokens of thinking, unless it is said: enough to work one step out again. Without any, small models
    /// say the same word of every claim.
    pub(crate) const THINKING: u32 = 256;
    /// The most tokens of a verdict, unless it is said.
    pub(crate) const MAX_TOKENS: u32 = 16;
}

impl Default for Verdicts {
    fn default() -> Self {
        Self { thinking: Self::THINKING, max_tokens: Self::MAX_TOKENS }
    }
}

impl Clr {
    /// 32 solutions that are asked for like this, with short verdicts and little thinking before them.
    pub fn of(reason: Reason) -> Self {
        Self { reason, samples: 32, at_once: 8, verdicts: Verdicts::default() }
    }

    /// 32 solutions of a mathematical question.
    pub fn math() -> Self {
        Self::of(Reason::math())
    }

    /// How many solutions there are at most.
    fn most(self, context: &Context<'_>) -> u32 {
        let asked = &context.request().sampling;
        let reasoner = context.model(ModelRole::Reasoner);
        let greedy = asked.is_greedy()
            || (asked.temperature.is_none() && reasoner.is_some_and(|own| own.model.is_greedy()));
        if greedy { 1 } else { self.samples.max(1) }
    }
}

/// A solution, and what came of its claims.
struct Trajectory {
    solution: Solution,
    reliability: f64,
    /// Whether a limit of the run kept it from being judged.
    unjudged: bool,
}

/// What came of a verdict.
struct Verdict {
    holds: Option<bool>,
    unjudged: bool,
}

impl Step<String> for Clr {
    type Output = Solution;

    async fn run(
        &self,
        question: String,
        context: &Context<'_>,
    ) -> Result<Solution, GenerateError> {
        let most = self.most(context);
        let at_once = self.at_once.min(context.at_once()).max(1);
        let question = question.as_str();
        let runs = (0..most).map(|index| {
            let together = u32::try_from(at_once).unwrap_or(u32::MAX);
            // One turn more than there are: verdicts need some of the time as well.
            let turns = (most - index).div_ceil(together).saturating_add(1);
            async move { self.trajectory(question, (index, most), turns, context).await }.boxed()
        });
        let mut running = stream::iter(runs).buffered(at_once);
        let mut poll = Poll::default();
        for (index, left) in (0..most).zip((0..most).rev()) {
            let Some(ended) = running.next().await else { break };
            // What a limit cut says nothing about the question.
            let nothing = !matches!(&ended, Ok(trajectory) if trajectory.solution.result.is_some());
            let unjudged = matches!(&ended, Ok(trajectory) if trajectory.unjudged);
            if index > 0 && (unjudged || (nothing && context.is_spent())) {
                let why = "a limit of the run was reached".to_owned();
                context.decided(&poll.ballot.standing().0, vec![why]).await;
                break;
            }
            let (solution, reliability) = match ended {
                Ok(Trajectory { solution, reliability, .. }) => (Ok(solution), reliability),
                Err(error) => (Err(error), 0.0),
            };
            poll.take(solution, |ballot, number, solution| {
                ballot.count(number, solution.result.as_ref(), reliability);
            });
            let (leading, mut others) = poll.ballot.standing();
            let decided = left > 0 && poll.ballot.is_out_of_reach(left);
            if decided {
                others.push(format!("decided; {left} more solutions cannot change it"));
            }
            if most > 1 {
                context.decided(&leading, others).await;
            }
            if decided {
                break;
            }
        }
        drop(running);
        let ballot = poll.ballot.clone();
        poll.end(&ballot, Some(ballot.confidence()).filter(|_| most > 1))
    }
}

impl Clr {
    /// One solution, and how reliable it is.
    async fn trajectory(
        self,
        question: &str,
        (index, most): (u32, u32),
        turns: u32,
        whole: &Context<'_>,
    ) -> Result<Trajectory, GenerateError> {
        let outlet = if index == 0 { PartOutlet::Held } else { PartOutlet::Beside };
        let number = u64::from(index) + 1;
        let own = whole.part((&number.to_string(), "reason"), number, turns, outlet);
        let asked = self.reason.ask(question, &own);
        let (solution, thoughts) =
            own.reported(asked, |(solution, _)| solution.text.clone()).await?;
        if most == 1 || solution.result.is_none() {
            return Ok(Trajectory { solution, reliability: 0.0, unjudged: false });
        }
        let shown = claims::solution(&thoughts, &solution.text);
        let (reliability, unjudged) = self.reliability(question, &shown, &own).await?;
        Ok(Trajectory { solution, reliability, unjudged })
    }

    /// How reliable a solution is, and whether a limit of the run kept that from being found out.
    async fn reliability(
        self,
        question: &str,
        solution: &str,
        own: &Context<'_>,
    ) -> Result<(f64, bool), GenerateError> {
        let prompt = Prompt::Claims.fill(&[question, solution])?;
        let stating = own.part(("claims", "claims"), 2, 1, PartOutlet::Beside);
        let asked = ask(&stating, prompt, Verdicts { thinking: 0, max_tokens: CLAIMS_TOKENS });
        let stated = match stating.reported(asked, |called| called.answer.content.clone()).await {
            Ok(called) if is_cut_by_the_run(&called, own) => return Ok((0.0, true)),
            Ok(called) => claims::claims(&called.answer.content),
            // The solution is there all the same; only nothing speaks for it.
            Err(_) => Vec::new(),
        };
        let judging = own.part(("verdicts", "verdicts"), 3, 1, PartOutlet::Beside);
        let judged = judging.reported(self.verdicts(question, &stated, &judging), |verdicts| {
            let holding = verdicts.iter().filter(|verdict| verdict.holds == Some(true)).count();
            format!("{holding} of {CLAIMS} claims hold")
        });
        let verdicts = judged.await?;
        if verdicts.iter().any(|verdict| verdict.unjudged) {
            return Ok((0.0, true));
        }
        let holding = verdicts.iter().filter(|verdict| verdict.holds == Some(true)).count();
        let reliability = claims::reliability(holding);
        let lines = stated.iter().zip(&verdicts).map(|(claim, verdict)| match verdict.holds {
            Some(holds) => format!("{holds}: {claim}"),
            None => format!("neither true nor false: {claim}"),
        });
        let missing = CLAIMS - stated.len().min(CLAIMS);
        let missing = (missing > 0).then(|| format!("{missing} claims are missing"));
        let choice = format!("reliability {reliability:.3}: {holding} of {CLAIMS} claims hold");
        own.decided(&choice, lines.chain(missing).collect()).await;
        Ok((reliability, false))
    }

    /// The verdicts on the claims, at the same time as far as the model can.
    async fn verdicts(
        self,
        question: &str,
        claims: &[String],
        judging: &Context<'_>,
    ) -> Result<Vec<Verdict>, GenerateError> {
        let prompts = claims.iter().map(|claim| Prompt::Judge.fill(&[question, claim]));
        let prompts: Vec<String> = prompts.collect::<Result<_, _>>()?;
        let runs = (1_u64..).zip(prompts).map(|(number, prompt)| {
            let name = number.to_string();
            async move {
                let own = judging.part((&name, "verdict"), number, 1, PartOutlet::Beside);
                match ask(&own, prompt, self.verdicts).await {
                    Ok(called) => Verdict {
                        holds: claims::verdict(&called.answer.content),
                        unjudged: is_cut_by_the_run(&called, judging),
                    },
                    Err(_) => Verdict { holds: None, unjudged: false },
                }
            }
            .boxed()
        });
        let at_once = judging.at_once().clamp(1, CLAIMS);
        Ok(stream::iter(runs).buffered(at_once).collect().await)
    }
}

/// Whether an answer is not whole because of a limit of the run, and not because it was longer than it should be.
fn is_cut_by_the_run(called: &Called, context: &Context<'_>) -> bool {
    called.cut.is_some() || (called.is_cut_off() && context.is_spent())
}

/// Asks the reasoning model something short, whose likeliest answer is wanted.
async fn ask(
    context: &Context<'_>,
    prompt: String,
    length: Verdicts,
) -> Result<Called, GenerateError> {
    let most = length.thinking.saturating_add(length.max_tokens.max(1));
    let mut request = context.request().aside(prompt, most);
    if length.thinking > 0 {
        request.thinking = Thinking::UpTo(length.thinking);
    }
    let call = ModelCall {
        target: Target::Role(ModelRole::Reasoner),
        request,
        purpose: Purpose::Answer,
        relay: Relay::Nothing,
    };
    context.call(call).await
}

impl From<Clr> for Action {
    fn from(step: Clr) -> Self {
        Self::Clr(step)
    }
}
