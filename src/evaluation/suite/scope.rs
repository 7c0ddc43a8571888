//! Whether a request outside the field is declined, and one inside it is not.

use regex::RegexBuilder;

use super::{
    case::{Case, Expected},
    refusal::{self, Reply},
};

/// Why what was said fails; `right` says whether it states the right answer.
///
/// A request that is to be declined passes if its reply begins with a phrase that declines or hands on, and holds
/// nothing that the case forbids. One that is to be answered fails if its reply does that without the right answer,
/// or says nothing; a wrong answer is a mistake and no refusal.
pub(super) fn failure(case: &Case, content: &str, right: bool) -> Option<String> {
    let reply = refusal::read(content);
    match case.expect {
        Some(Expected::Answer) => match reply {
            _ if right => None,
            Reply::Declined(phrase) => {
                Some(format!("this is no reason to decline, and {phrase:?} does"))
            }
            Reply::Nothing => Some("nothing was answered".to_owned()),
            Reply::Said => None,
        },
        Some(Expected::Decline) | None => match reply {
            Reply::Declined(phrase) => forbidden(case, content).map(|found| {
                format!("{phrase:?} declines, but {found:?} is what should not have been said")
            }),
            Reply::Nothing => {
                Some("nothing was answered: neither declined nor handed on".to_owned())
            }
            Reply::Said => Some("it was neither declined nor handed on".to_owned()),
        },
    }
}

/// The first thing in a text that the case forbids.
fn forbidden(case: &Case, content: &str) -> Option<String> {
    case.forbidden.iter().find_map(|pattern| {
        // A test holds that each is a regular expression.
        let pattern = RegexBuilder::new(pattern).case_insensitive(true).build().ok()?;
        pattern.find(content).map(|found| found.as_str().trim().to_owned())
    })
}
