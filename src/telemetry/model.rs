//! The calls of a model, each a span: how long it took, what it cost, how it ended.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use futures::{FutureExt, Stream, StreamExt, future::BoxFuture};

use crate::generate::{
    Answer, Delta, Embed, Finish, Format, Generate, GenerateError, Generation, Pace, Request,
    Tokenize, Usage,
};

use super::{
    Telemetry, content,
    span::{OpenSpan, SpanKind},
};

/// Which model it is, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPlace {
    /// Its name, as whoever answers knows it.
    pub model: String,
    /// Who answers, in the words of the conventions.
    pub provider: &'static str,
    /// The machine and port of a remote one.
    pub server: Option<(String, u16)>,
}

impl ModelPlace {
    /// A model in this process.
    pub fn hosted(model: impl Into<String>) -> Self {
        Self { model: model.into(), provider: "ponder", server: None }
    }

    /// A model behind an OpenAI-compatible endpoint. Whose it is, is known of the well-known ones; the others are
    /// what they speak like.
    pub fn remote(model: impl Into<String>, url: &str) -> Self {
        let url = reqwest::Url::parse(url).ok();
        let server =
            url.and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?)));
        let host = server.as_ref().map(|(host, _)| host.as_str()).unwrap_or_default();
        const KNOWN: [(&str, &str); 7] = [
            ("deepseek.com", "deepseek"),
            ("mistral.ai", "mistral_ai"),
            ("groq.com", "groq"),
            ("x.ai", "x_ai"),
            ("moonshot.ai", "moonshot_ai"),
            ("perplexity.ai", "perplexity"),
            ("openai.azure.com", "azure.ai.openai"),
        ];
        let is_of = |domain: &str| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let known = KNOWN.iter().find(|(domain, _)| is_of(domain));
        let provider = known.map_or("openai", |(_, provider)| *provider);
        Self { model: model.into(), provider, server }
    }
}

/// A model whose calls are spans.
struct Traced {
    telemetry: Telemetry,
    place: ModelPlace,
    model: Arc<dyn Generate>,
}

pub(super) fn traced(
    telemetry: Telemetry,
    place: ModelPlace,
    model: Arc<dyn Generate>,
) -> Arc<dyn Generate> {
    Arc::new(Traced { telemetry, place, model })
}

impl Traced {
    fn begin(&self, request: &Request) -> OpenSpan {
        let operation = if request.raw.is_some() { "text_completion" } else { "chat" };
        let name = || format!("{operation} {}", self.place.model);
        let mut span = self.telemetry.begin(request.trace.as_ref(), SpanKind::Client, name);
        if !span.is_recorded() {
            return span;
        }
        span.set("gen_ai.operation.name", operation);
        span.set("gen_ai.provider.name", self.place.provider);
        span.set("gen_ai.request.model", self.place.model.as_str());
        if let Some((address, port)) = &self.place.server {
            span.set("server.address", address.as_str());
            span.set("server.port", u32::from(*port));
        }
        asked(&mut span, request);
        span.tell("gen_ai.input.messages", || content::input(request));
        span
    }
}

/// What is asked for, without what is said.
fn asked(span: &mut OpenSpan, request: &Request) {
    let sampling = request.sampling;
    span.set("gen_ai.request.stream", true);
    span.set_known("gen_ai.request.max_tokens", request.max_tokens);
    span.set_known("gen_ai.request.temperature", sampling.temperature);
    span.set_known("gen_ai.request.top_p", sampling.top_p);
    span.set_known("gen_ai.request.top_k", sampling.top_k);
    span.set_known("gen_ai.request.frequency_penalty", sampling.frequency_penalty);
    span.set_known("gen_ai.request.presence_penalty", sampling.presence_penalty);
    // A seed is any 64 bits to us; in a span it is a signed number.
    let seed = sampling.seed.filter(|_| !request.chosen_seed);
    span.set_known(
        "gen_ai.request.seed",
        seed.map(|seed| super::span::Value::Number(seed.cast_signed())),
    );
    if request.format != Format::Text {
        span.set("gen_ai.output.type", "json");
    }
    // Where they end an answer may be a part of it.
    if span.tells_content() && !request.stop.is_empty() {
        span.set("gen_ai.request.stop_sequences", request.stop.clone());
    }
}

impl Generate for Traced {
    fn generate(&self, mut request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        async move {
            let mut span = self.begin(&request);
            request.trace = Some(span.context().clone());
            let started = Instant::now();
            match self.model.generate(request).await {
                Ok(generation) if span.is_recorded() => {
                    let answer = span.tells_content().then(Answer::default);
                    let call = Call {
                        span: Some(span),
                        started,
                        spoke: false,
                        written: Usage::default(),
                        answer,
                    };
                    Ok(Generation::new(Followed { generation, call }))
                }
                Ok(generation) => Ok(generation),
                Err(error) => {
                    span.failed_with(&error);
                    span.end();
                    Err(error)
                }
            }
        }
        .boxed()
    }

    fn tokenizer(&self) -> Option<&dyn Tokenize> {
        self.model.tokenizer()
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        self.model.embedder()
    }

    fn pace(&self) -> Option<Pace> {
        self.model.pace()
    }

    fn is_greedy(&self) -> bool {
        self.model.is_greedy()
    }
}

/// An answer that is looked at as it comes.
struct Followed {
    generation: Generation,
    call: Call,
}

impl Stream for Followed {
    type Item = Result<Delta, GenerateError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.generation.poll_next_unpin(context);
        if let Poll::Ready(Some(item)) = &polled {
            self.call.note(item);
        }
        polled
    }
}

/// What is known of a call that goes on.
struct Call {
    /// Until it has ended.
    span: Option<OpenSpan>,
    started: Instant,
    /// Whether anything has come.
    spoke: bool,
    /// What has come, a token a piece: what is known if nobody waits for the end.
    written: Usage,
    /// What has been said, if that may be told.
    answer: Option<Answer>,
}

impl Call {
    fn note(&mut self, item: &Result<Delta, GenerateError>) {
        if let (Some(answer), Ok(delta)) = (&mut self.answer, item) {
            answer.add(delta.clone());
        }
        match item {
            Ok(Delta::Reasoning(_)) => {
                self.written.reasoning_tokens += 1;
                self.spoke();
            }
            Ok(Delta::Content(_) | Delta::ToolCall { .. }) => self.spoke(),
            Ok(Delta::Logprobs(_) | Delta::ToolArguments { .. } | Delta::Step(_)) => {}
            Ok(Delta::Finished(finish)) => self.finished(finish),
            Err(error) => self.failed(error),
        }
    }

    fn spoke(&mut self) {
        self.written.completion_tokens += 1;
        if !self.spoke {
            self.spoke = true;
            let elapsed = self.started.elapsed().as_secs_f64();
            if let Some(span) = &mut self.span {
                span.set("gen_ai.response.time_to_first_chunk", elapsed);
            }
        }
    }

    fn finished(&mut self, finish: &Finish) {
        let Some(mut span) = self.span.take() else { return };
        let reason = content::reason(finish.reason).to_owned();
        span.set("gen_ai.response.finish_reasons", vec![reason]);
        used(&mut span, finish.usage);
        if let Some(answer) = self.answer.take() {
            span.tell("gen_ai.output.messages", || content::output(&answer));
        }
        span.end();
    }

    fn failed(&mut self, error: &GenerateError) {
        let Some(mut span) = self.span.take() else { return };
        used(&mut span, self.written);
        span.failed_with(error);
        span.end();
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // Nobody waits for more: it ends here, with what it has cost.
        if let Some(span) = &mut self.span {
            used(span, self.written);
        }
    }
}

/// What it has cost. How long a prompt was, is not known before the end.
pub(super) fn used(span: &mut OpenSpan, usage: Usage) {
    let some = |tokens: u64| (tokens > 0).then_some(tokens);
    span.set_known("gen_ai.usage.input_tokens", some(usage.prompt_tokens));
    span.set("gen_ai.usage.output_tokens", usage.completion_tokens);
    span.set_known("gen_ai.usage.reasoning.output_tokens", some(usage.reasoning_tokens));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_endpoints_are_named_and_others_are_what_they_speak_like() {
        let of = |url| ModelPlace::remote("m", url);
        assert_eq!(of("https://api.deepseek.com/v1").provider, "deepseek");
        assert_eq!(of("https://notx.ai/v1").provider, "openai");
        let local = of("http://127.0.0.1:11434/v1");
        assert_eq!(local.server, Some(("127.0.0.1".to_owned(), 11434)));
        assert_eq!(
            of("https://api.openai.com/v1").server,
            Some(("api.openai.com".to_owned(), 443))
        );
    }
}
