//! Asking what is no model: a folder, a tool. What it gave is recorded, and known again when the run is run
//! again.

use serde_json::Value as Json;
use tokio::time::Instant;

use crate::{
    chain::{
        budget::Cut,
        observe::{ObservedLookup, Recalled},
    },
    generate::GenerateError,
};

use super::{Context, within};

/// What is asked.
pub(in crate::chain) struct Lookup {
    /// Of what, for example `folder notes`.
    pub(in crate::chain) of: String,
    /// For what, to the letter.
    pub(in crate::chain) asked: Json,
    /// When the run is run again, whether what is found now is what was found then; without it nothing is asked
    /// again.
    pub(in crate::chain) same: Option<fn(&Json, &Json) -> bool>,
}

impl Context<'_> {
    /// Counts a call of something that is no model.
    ///
    /// # Errors
    ///
    /// If the run may make no more calls.
    pub(in crate::chain) fn count_call(&self, of: &str) -> Result<(), GenerateError> {
        let Err(cut) = self.run.budget.begin_other() else { return Ok(()) };
        let calls = self.run.budget.limits().calls.unwrap_or_default();
        Err(match cut {
            Cut::Time => late(),
            Cut::Calls | Cut::Tokens | Cut::Doubt => GenerateError::engine(format!(
                "the chain's limit of {calls} calls was reached before `{of}` could be called: raise `calls` under \
                 `limits` in the chain file"
            )),
        })
    }

    /// What `find` finds, or what a record knows of it.
    ///
    /// # Errors
    ///
    /// What `find` reports; that the time of the run is over; in a run that is run again, that something else
    /// would be asked, or something else is found, than then.
    pub(in crate::chain) async fn look_up(
        &self,
        lookup: Lookup,
        find: impl Future<Output = Result<Json, GenerateError>>,
    ) -> Result<Json, GenerateError> {
        let started = Instant::now();
        let found = match self.recalled(&lookup) {
            None | Some(Recalled { found: None, strict: false }) => self.in_time(find).await,
            Some(Recalled { found: None, strict: true }) => Err(changed(format!(
                "`{}` is asked for what it was not asked for then: {}",
                lookup.of,
                shortened(&lookup.asked.to_string())
            ))),
            Some(Recalled { found: Some(then), strict }) => match lookup.same {
                Some(same) if strict => compared(&lookup.of, then, self.in_time(find).await, same),
                _ => then,
            },
        };
        if let Some(watch) = &self.run.watch {
            watch.looked_up(&ObservedLookup {
                step: &self.id,
                of: &lookup.of,
                asked: &lookup.asked,
                found: found.as_ref(),
                elapsed: started.elapsed(),
            });
        }
        found
    }

    fn recalled(&self, lookup: &Lookup) -> Option<Recalled> {
        Some(self.run.recall.as_ref()?.recall(&lookup.of, &lookup.asked))
    }

    /// What is found before the time of the run is over.
    async fn in_time(
        &self,
        find: impl Future<Output = Result<Json, GenerateError>>,
    ) -> Result<Json, GenerateError> {
        within(self.run.budget.deadline(), find).await.unwrap_or_else(|| Err(late()))
    }
}

fn late() -> GenerateError {
    let message = "The chain's time limit was reached first. Raise `seconds` under `limits` in the chain \
                   file, or ask something smaller.";
    GenerateError::Timeout { message: message.to_owned() }
}

/// What is found now, if it is what was found then.
fn compared(
    of: &str,
    then: Result<Json, GenerateError>,
    now: Result<Json, GenerateError>,
    same: fn(&Json, &Json) -> bool,
) -> Result<Json, GenerateError> {
    match (then, now) {
        // What was found then has what may change without being another: scores.
        (Ok(then), Ok(now)) if same(&then, &now) => Ok(then),
        (Err(then), Err(now)) if then.to_string() == now.to_string() => Err(now),
        (Ok(_), Err(now)) => Err(changed(format!("`{of}` fails, which it did not then: {now}"))),
        (Ok(_) | Err(_), _) => {
            Err(changed(format!("`{of}` gives something else for the same than it did then")))
        }
    }
}

fn changed(what: String) -> GenerateError {
    GenerateError::invalid("messages", format!("changed input: {what}"))
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(300).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
