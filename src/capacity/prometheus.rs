//! Queries to Prometheus and their answers. `cli` sends them.

use jiff::Timestamp;
use serde::Deserialize;

use super::series::{MOST, ReviewWindow, Sample, day_of};

/// Seconds between samples: 92 days fit the 11,000 points that Prometheus returns.
pub const STEP: u32 = 900;

/// The parameters of `/api/v1/query_range` for one metric over a window.
#[must_use]
pub fn parameters(query: &str, window: ReviewWindow) -> [(&'static str, String); 4] {
    [
        ("query", query.to_owned()),
        ("start", format!("{}T00:00:00Z", window.first)),
        ("end", format!("{}T23:59:59Z", window.last)),
        ("step", format!("{STEP}s")),
    ]
}

#[derive(Deserialize)]
struct QueryAnswer {
    status: String,
    error: Option<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    values: Vec<(serde_json::Number, String)>,
}

/// Reads the samples of an answer; `None` if Prometheus has no such series. A value that is
/// negative or not finite is a gap.
///
/// # Errors
///
/// A sentence, if the answer is malformed or reports an error.
pub fn samples(body: &str, window: ReviewWindow) -> Result<Vec<Sample>, String> {
    let answer: QueryAnswer = serde_json::from_str(body)
        .map_err(|error| format!("the answer is not Prometheus' JSON: {error}"))?;
    let ("success", Some(data)) = (answer.status.as_str(), answer.data) else {
        let error = answer.error.unwrap_or_else(|| "it did not say why".into());
        return Err(format!("Prometheus refused the query: {error}"));
    };
    if data.result_type != "matrix" {
        let kind = data.result_type;
        return Err(format!("the answer is a `{kind}`, not a `matrix`"));
    }
    if data.result.len() > 1 {
        return Err("the answer has several series instead of one".into());
    }
    let Some(one) = data.result.into_iter().next() else {
        return Ok(Vec::new());
    };
    let mut samples = Vec::with_capacity(one.values.len());
    for (at, value) in one.values {
        let seconds = at
            .as_f64()
            .ok_or_else(|| format!("`{at}` is not a time of Prometheus"))?;
        let at = instant(seconds).ok_or_else(|| format!("`{seconds}` is outside of time"))?;
        let value: f64 = value
            .parse()
            .map_err(|_| format!("`{value}` is not a value of Prometheus"))?;
        if value.is_finite() && value > MOST {
            return Err(format!("`{value:e}` is too large for any metric"));
        }
        if value.is_finite() && value >= 0.0 && window.holds(at) {
            samples.push(Sample { at, value });
        }
    }
    samples.sort_by_key(|sample| sample.at);
    samples.dedup_by_key(|sample| sample.at);
    Ok(samples)
}

fn instant(seconds: f64) -> Option<Timestamp> {
    let span = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    let at = Timestamp::from_duration(span).ok()?;
    (day_of(at).year() > 1969).then_some(at)
}
