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

pub struct Policy {
    rules: Vec<Rule>,
}

impl Policy {
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// The first rule that applies decides; without one the request is denied.
    pub fn decide(&self, request: &Request) -> Effect {
        self.rules
            .iter()
            .find(|rule| rule.applies(request))
            .map_or(Effect::Deny, |rule| rule.effect)
    }
}
