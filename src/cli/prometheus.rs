//! Queries Prometheus. No other module opens a connection.

use std::net::IpAddr;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Proxy};

use crate::capacity::prometheus::{parameters, samples};
use crate::capacity::series::{History, ReviewWindow};
use crate::diagnostic::mask::mask;
use crate::diagnostic::visible::visible;
use crate::metric::Tracked;

/// The environment variable for a bearer token.
const TOKEN: &str = "TIERC_PROMETHEUS_TOKEN";

/// The time limit of one query.
const PATIENCE: Duration = Duration::from_mins(1);

/// The largest answer: ten times the size of one series over 92 days.
const MOST_BYTES: u64 = 8 << 20;

/// A Prometheus that can be asked.
pub(super) struct Prometheus {
    agent: Agent,
    /// Without a slash at its end.
    url: String,
    token: Option<String>,
}

impl Prometheus {
    /// Parses the address; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// A sentence, if the URL cannot be queried, or if the token must not be sent there. It never
    /// contains the token.
    pub(super) fn at(url: &str) -> Result<Self, String> {
        let uri: Uri = url
            .parse()
            .map_err(|_| format!("`{}` is not a URL", shown(url)))?;
        let host = uri.host().unwrap_or_default();
        if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err(format!(
                "the URL contains credentials, which would end up in logs: put a token into {TOKEN}"
            ));
        }
        if !matches!(uri.scheme_str(), Some("http" | "https")) || host.is_empty() {
            return Err(format!(
                "`{}` is not a URL of Prometheus: write `https://prometheus.example.com`",
                shown(url)
            ));
        }
        if uri.query().is_some() || url.contains('#') {
            return Err(format!(
                "`{}` has a query or a fragment: remove it",
                shown(url)
            ));
        }
        let token = token()?;
        if token.is_some() && uri.scheme_str() == Some("http") && !is_here(host) {
            return Err(format!(
                "`{url}` is not encrypted, so {TOKEN} would be sent as plain text: use https"
            ));
        }
        Ok(Self {
            agent: Agent::new_with_config(config(is_here(host))),
            url: url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The samples of each tracked metric over a window.
    ///
    /// # Errors
    ///
    /// A sentence for the first query that fails; the others would fail as well.
    pub(super) fn history(
        &self,
        tracked: &[Tracked],
        window: ReviewWindow,
    ) -> Result<History, String> {
        let mut history = History::default();
        for it in tracked {
            let found = self
                .ask(&it.query, window)
                .and_then(|body| samples(&body, window))
                .map_err(|error| visible(&format!("{} {}: {error}", it.component, it.metric)))?;
            history
                .series
                .insert((it.metric, it.component.clone()), found);
        }
        if history.series.values().all(Vec::is_empty) {
            let note = "Prometheus knows none of the series: docs/capacity.md says which exporters \
                        and labels they come from";
            history.notes.push(note.to_owned());
        }
        Ok(history)
    }

    fn ask(&self, query: &str, window: ReviewWindow) -> Result<String, String> {
        let mut request = self.agent.get(format!("{}/api/v1/query_range", self.url));
        for (name, value) in parameters(query, window) {
            request = request.query(name, value);
        }
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut answer = request.call().map_err(|error| self.unanswered(&error))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(MOST_BYTES);
        let body = body.read_to_string();
        match status.as_u16() {
            // With these codes, Prometheus explains the error in JSON.
            200 | 400 | 422 | 503 => body.map_err(|error| self.unanswered(&error)),
            401 | 403 => Err(format!(
                "`{}` requires authentication ({status}): put a token into {TOKEN}",
                self.url
            )),
            300..400 => Err(format!(
                "`{}` redirects ({status}), and tierc does not follow redirects: use the final URL",
                self.url
            )),
            404 => Err(format!(
                "`{}` has no Prometheus API ({status}): use the part of the URL before `/api/v1`",
                self.url
            )),
            _ => Err(format!("`{}` answered {status}", self.url)),
        }
    }

    fn unanswered(&self, error: &Error) -> String {
        let url = &self.url;
        if matches!(error, Error::Timeout(_)) {
            return format!(
                "`{url}` did not answer within {} seconds",
                PATIENCE.as_secs()
            );
        }
        if let Error::BodyExceedsLimit(most) = error {
            return format!("the answer of `{url}` is larger than {} MiB", most >> 20);
        }
        format!("the request to `{url}` failed: {error}")
    }
}

/// A proxy can read unencrypted traffic, so this machine is queried without one.
fn config(here: bool) -> Config {
    let proxy = if here { None } else { Proxy::try_from_env() };
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .proxy(proxy)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("tierc/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .build()
}

/// A token, if there is one.
fn token() -> Result<Option<String>, String> {
    let Some(token) = std::env::var_os(TOKEN) else {
        return Ok(None);
    };
    let token = token.to_string_lossy().trim().to_owned();
    if token.is_empty() {
        return Ok(None);
    }
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(token))
    } else {
        Err(format!(
            "{TOKEN} has characters that are not allowed in a token"
        ))
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// A URL without the parts that may be a password or a token.
fn shown(url: &str) -> String {
    let place = url.split(['?', '#']).next().unwrap_or_default();
    let more = if place.len() < url.len() { "?..." } else { "" };
    match place.rsplit_once('@') {
        Some((_, rest)) => visible(&mask(&format!("...@{rest}{more}"))),
        None => visible(&mask(&format!("{place}{more}"))),
    }
}
