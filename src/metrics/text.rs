//! Prometheus' text format.

use std::fmt::{self, Write};

use super::{Counts, ModelCounts, histogram::Histogram};

/// Writes everything that was counted.
pub(super) fn render(counts: &Counts) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut text, counts);
    text
}

fn write_all(text: &mut String, counts: &Counts) -> fmt::Result {
    write_gauge(text, counts, "vllm:num_requests_running", "Requests being answered.", |model| {
        model.running
    })?;
    write_gauge(text, counts, "vllm:num_requests_waiting", "Requests waiting.", |model| {
        model.waiting
    })?;
    write_counter(text, counts, "vllm:prompt_tokens_total", "Prompt tokens read.", |model| {
        model.prompt_tokens
    })?;
    write_counter(text, counts, "vllm:generation_tokens_total", "Tokens generated.", |model| {
        model.generation_tokens
    })?;
    let name = "ponder_reasoning_tokens_total";
    write_counter(
        text,
        counts,
        name,
        "The part of the generated tokens that was thinking.",
        |model| model.reasoning_tokens,
    )?;
    write_finished(text, counts)?;
    let name = "ponder_requests_cancelled_total";
    let help = "Requests whose client left, or which somebody cancelled.";
    write_counter(text, counts, name, help, |model| model.cancelled)?;
    let name = "ponder_requests_failed_total";
    write_counter(text, counts, name, "Requests that failed.", |model| model.failed)?;
    let name = "vllm:time_to_first_token_seconds";
    write_histogram(text, counts, name, "Time to the first text.", |model| {
        &model.time_to_first_token
    })?;
    let name = "vllm:e2e_request_latency_seconds";
    write_histogram(text, counts, name, "Time to the end.", |model| &model.end_to_end)?;
    write_responses(text, counts)
}

type Value = fn(&ModelCounts) -> u64;

fn write_gauge(
    text: &mut String,
    counts: &Counts,
    name: &str,
    help: &str,
    value: Value,
) -> fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge")?;
    write_values(text, counts, name, value)
}

fn write_counter(
    text: &mut String,
    counts: &Counts,
    name: &str,
    help: &str,
    value: Value,
) -> fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter")?;
    write_values(text, counts, name, value)
}

fn write_values(text: &mut String, counts: &Counts, name: &str, value: Value) -> fmt::Result {
    for (model, counts) in &counts.models {
        writeln!(text, "{name}{{model_name=\"{}\"}} {}", Escaped(model), value(counts))?;
    }
    Ok(())
}

fn write_finished(text: &mut String, counts: &Counts) -> fmt::Result {
    let name = "vllm:request_success_total";
    writeln!(text, "# HELP {name} Answers by how they ended.\n# TYPE {name} counter")?;
    for (model, counts) in &counts.models {
        for (reason, value) in [("stop", counts.stopped), ("length", counts.cut_short)] {
            let model = Escaped(model);
            writeln!(
                text,
                "{name}{{finished_reason=\"{reason}\",model_name=\"{model}\"}} {value}"
            )?;
        }
    }
    Ok(())
}

fn write_histogram(
    text: &mut String,
    counts: &Counts,
    name: &str,
    help: &str,
    of: fn(&ModelCounts) -> &Histogram,
) -> fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram")?;
    for (model, counts) in &counts.models {
        let (model, histogram) = (Escaped(model), of(counts));
        for (bound, count) in histogram.cumulative() {
            writeln!(text, "{name}_bucket{{le=\"{bound}\",model_name=\"{model}\"}} {count}")?;
        }
        let (total, sum) = (histogram.total(), histogram.sum_seconds());
        writeln!(text, "{name}_bucket{{le=\"+Inf\",model_name=\"{model}\"}} {total}")?;
        writeln!(text, "{name}_sum{{model_name=\"{model}\"}} {sum}")?;
        writeln!(text, "{name}_count{{model_name=\"{model}\"}} {total}")?;
    }
    Ok(())
}

fn write_responses(text: &mut String, counts: &Counts) -> fmt::Result {
    let name = "ponder_http_responses_total";
    writeln!(text, "# HELP {name} Responses by route and status.\n# TYPE {name} counter")?;
    for (labels, count) in &counts.responses {
        let (route, status) = (Escaped(&labels.route), labels.status);
        writeln!(text, "{name}{{route=\"{route}\",status=\"{status}\"}} {count}")?;
    }
    Ok(())
}

/// A label's value, with what the format reserves escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => formatter.write_str("\\\\")?,
                '"' => formatter.write_str("\\\"")?,
                '\n' => formatter.write_str("\\n")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{generate::Finish, metrics::Metrics};

    #[test]
    fn a_request_moves_from_waiting_over_running_to_finished() {
        let metrics = Metrics::default();
        let mut meter = metrics.begin("a \"model\"");
        assert!(
            metrics.render().contains("num_requests_waiting{model_name=\"a \\\"model\\\"\"} 1")
        );
        meter.admitted();
        meter.spoke();
        meter.answered(&Finish::default());
        assert!(
            metrics.render().contains("num_requests_running{model_name=\"a \\\"model\\\"\"} 1")
        );
        meter.finished();
        let text = metrics.render();
        assert!(
            text.contains(
                "vllm:e2e_request_latency_seconds_count{model_name=\"a \\\"model\\\"\"} 1"
            )
        );
        assert!(text.contains("ponder_requests_cancelled_total{model_name=\"a \\\"model\\\"\"} 0"));
    }

    #[test]
    fn a_request_that_is_dropped_counts_as_cancelled() {
        let metrics = Metrics::default();
        drop(metrics.begin("model"));
        let text = metrics.render();
        assert!(text.contains("ponder_requests_cancelled_total{model_name=\"model\"} 1"));
        assert!(text.contains("vllm:num_requests_waiting{model_name=\"model\"} 0"));
    }
}
