//! Where traces go: `[telemetry]` and the environment variables of `OpenTelemetry`.

use super::{ConfigError, ModelArguments, environment, file::ConfigFile, models::checked_url};
use crate::telemetry::TelemetrySettings;

/// Where spans are posted to below a collector's address.
const TRACES: &str = "/v1/traces";
/// How they are posted.
const PROTOCOL: &str = "http/protobuf";

/// Where traces go and what is in them, by the file and the environment; `None` where nothing names a collector.
///
/// The variables win over the file, as everywhere.
///
/// # Errors
///
/// Which setting is wrong.
pub fn telemetry(models: &ModelArguments) -> Result<Option<TelemetrySettings>, ConfigError> {
    let file = ConfigFile::find(models.config.as_deref())?.telemetry;
    resolve(file, &|name| environment(name).filter(|value| !value.trim().is_empty()))
}

fn resolve(
    file: super::file::TelemetryTable,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<TelemetrySettings>, ConfigError> {
    let is_off = |name: &str, off: &str| {
        variable(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(off))
    };
    if is_off("OTEL_SDK_DISABLED", "true") || is_off("OTEL_TRACES_EXPORTER", "none") {
        return Ok(None);
    }
    let wrong = |message: String| ConfigError(format!("[telemetry]: {message}"));
    let sample_ratio = file.sample_ratio.unwrap_or(1.0);
    if !(0.0..=1.0).contains(&sample_ratio) {
        return Err(wrong(format!("`sample_ratio` must be from 0 to 1, not {sample_ratio}")));
    }
    let own = file.endpoint.map(|base| ("`endpoint`", base, TRACES));
    let base = variable("OTEL_EXPORTER_OTLP_ENDPOINT")
        .map(|base| ("OTEL_EXPORTER_OTLP_ENDPOINT", base, TRACES));
    // This one is a whole address.
    let whole = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        .map(|whole| ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", whole, ""));
    let Some((place, address, path)) = whole.or(base).or(own) else { return Ok(None) };
    let checked = checked_url("telemetry", address.trim()).map_err(|_| {
        wrong(format!("{place} must look like http://127.0.0.1:4318, where a collector listens"))
    })?;
    let endpoint = match path {
        // A whole address stays as it is, with a slash at its end if it has one.
        "" => address.trim().to_owned(),
        path => format!("{checked}{path}"),
    };
    let protocol = variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
        .or_else(|| variable("OTEL_EXPORTER_OTLP_PROTOCOL"))
        .or(file.protocol);
    if let Some(other) = protocol.filter(|protocol| protocol.trim() != PROTOCOL) {
        return Err(wrong(format!(
            "spans are sent by `{PROTOCOL}`, not by `{other}`: set `protocol` or OTEL_EXPORTER_OTLP_PROTOCOL to \
             `{PROTOCOL}`, and the address to the one where the collector takes it, usually port 4318"
        )));
    }
    let resource = match variable("OTEL_RESOURCE_ATTRIBUTES") {
        Some(text) => pairs("OTEL_RESOURCE_ATTRIBUTES", &text)?,
        None => Vec::new(),
    };
    let given =
        resource.iter().find(|(key, _)| key == "service.name").map(|(_, name)| name.clone());
    let named = variable("OTEL_SERVICE_NAME").or(given).or(file.service_name);
    Ok(Some(TelemetrySettings {
        endpoint,
        headers: headers(file.headers_env.as_deref(), variable)?,
        service_name: named.unwrap_or_else(|| "ponder".to_owned()),
        resource,
        sample_ratio,
        record_content: file.record_content.unwrap_or(false),
    }))
}

/// The headers, from the first variable that is set.
fn headers(
    named: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(String, String)>, ConfigError> {
    let standard = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let found = standard.into_iter().find_map(|name| Some((name, variable(name)?)));
    let (name, text) = match (found, named) {
        (Some(found), _) => found,
        (None, None) => return Ok(Vec::new()),
        (None, Some(name)) => (
            name,
            variable(name).ok_or_else(|| {
                ConfigError(format!(
                    "[telemetry]: the environment variable {name}, which should hold headers, is not set"
                ))
            })?,
        ),
    };
    let headers =
        pairs(name, &text)?.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value));
    let headers: Vec<(String, String)> = headers.collect();
    let fits = |(key, value): &(String, String)| {
        reqwest::header::HeaderName::try_from(key).is_ok()
            && reqwest::header::HeaderValue::try_from(value).is_ok()
    };
    if headers.iter().all(fits) { Ok(headers) } else { Err(no_pairs(name)) }
}

/// A list such as `name=value,other=value`, in which signs of a value may be written as `%20`.
fn pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let key = key.trim();
        (!key.is_empty()).then(|| Some((key.to_owned(), decoded(value.trim())?)))?
    });
    pairs.collect::<Option<_>>().ok_or_else(|| no_pairs(name))
}

/// Never says what is in it, which may be secret.
fn no_pairs(name: &str) -> ConfigError {
    ConfigError(format!(
        "[telemetry]: the environment variable {name} must look like name=value,other=value"
    ))
}

/// A text in which bytes may be written as `%` and two hexadecimal digits.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let written = more
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match written {
            Some(byte) => {
                bytes.push(byte);
                rest = more.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::TelemetryTable;

    fn settings(
        toml: &str,
        variables: &[(&str, &str)],
    ) -> Result<Option<TelemetrySettings>, ConfigError> {
        let table: TelemetryTable = toml::from_str(toml).unwrap();
        resolve(table, &|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_is_sent_unless_something_names_a_collector() {
        assert_eq!(settings("record_content = true", &[("OTEL_SERVICE_NAME", "x")]), Ok(None));
        let file = "endpoint = \"http://a:4318/\"";
        let from_file = settings(file, &[]).unwrap().unwrap();
        assert_eq!(from_file.endpoint, "http://a:4318/v1/traces");
        assert_eq!((from_file.service_name.as_str(), from_file.sample_ratio), ("ponder", 1.0));
        assert!(!from_file.record_content);
        for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(settings(file, &[off]), Ok(None), "{off:?}");
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = "endpoint = \"http://a\"\nservice_name = \"file\"\nsample_ratio = 0.5";
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://b/otlp");
        let found = settings(file, &[base, ("OTEL_SERVICE_NAME", "env")]).unwrap().unwrap();
        assert_eq!(found.endpoint, "https://b/otlp/v1/traces");
        assert_eq!((found.service_name.as_str(), found.sample_ratio), ("env", 0.5));
        let whole = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://c/here");
        assert_eq!(settings("", &[base, whole]).unwrap().unwrap().endpoint, "https://c/here");
    }

    #[test]
    fn headers_come_from_the_environment_and_stay_out_of_logs() {
        let file = "endpoint = \"http://a\"\nheaders_env = \"KEYS\"";
        let own = ("KEYS", "Authorization=Bearer%20canary, x-project = 7");
        let found = settings(file, &[own]).unwrap().unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(found.headers, [pair("authorization", "Bearer canary"), pair("x-project", "7")]);
        assert!(!format!("{found:?}").contains("canary"));
        let standard = ("OTEL_EXPORTER_OTLP_HEADERS", "a=b");
        assert_eq!(settings(file, &[own, standard]).unwrap().unwrap().headers, [pair("a", "b")]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let at = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a");
        for (toml, variables, expected) in [
            ("sample_ratio = 1.5", vec![], "`sample_ratio` must be from 0 to 1"),
            ("endpoint = \"localhost:4317\"", vec![], "`endpoint` must look like"),
            ("protocol = \"grpc\"", vec![at], "port 4318"),
            ("", vec![at, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")], "not by `http/json`"),
            ("headers_env = \"NONE\"", vec![at], "NONE, which should hold headers, is not set"),
            ("", vec![at, ("OTEL_EXPORTER_OTLP_HEADERS", "canary")], "name=value"),
            ("", vec![at, ("OTEL_EXPORTER_OTLP_HEADERS", "a b=canary")], "name=value"),
        ] {
            let error = settings(toml, &variables).expect_err(expected).to_string();
            assert!(error.contains(expected) && !error.contains("canary"), "{error}");
        }
    }
}
