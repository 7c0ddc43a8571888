use crate::request::Request;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub resource: String,
    pub methods: Vec<String>,
    pub effect: Effect,
}

impl Rule {
    fn applies(&self, request: &Request) -> bool {
        self.resource == request.resource && self.methods.contains(&request.method)
    }
}

/// An effect together with the rule behind it, for the audit log.
pub struct Decision {
    pub effect: Effect,
    pub rule: Option<Rule>,
}

fn first_match(rules: Vec<Rule>, request: &Request) -> Option<Rule> {
    rules.into_iter().find(|rule| rule.applies(request))
}

pub struct Policy {
    rules: Vec<Rule>,
}

impl Policy {
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// The first rule that applies decides; without one the request is denied.
    pub fn decide(&self, request: &Request) -> Decision {
        let rule = first_match(self.rules.clone(), request);
        let effect = rule.as_ref().map_or(Effect::Deny, |rule| rule.effect);
        Decision { effect, rule }
    }
}
