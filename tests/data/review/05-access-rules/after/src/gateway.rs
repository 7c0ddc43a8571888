use crate::policy::{Effect, Policy};
use crate::request::Request;

pub fn admitted<'a>(policy: &Policy, batch: &'a [Request]) -> Vec<&'a Request> {
    batch
        .iter()
        .filter(|request| policy.decide(request).effect == Effect::Allow)
        .collect()
}
