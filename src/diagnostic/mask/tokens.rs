//! Tokens that are known by their prefix or form. Compared with the patterns of gitleaks and trufflehog.

use std::ops::Range;

use super::base64::decoded;
use super::body::Body;
use super::runs::{Ends, RunKind};

/// A kind of token with a known prefix.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecretToken {
    /// How it begins.
    pub(super) prefix: &'static str,
    /// How many characters follow at least.
    least: usize,
    body: Body,
}

const fn token(prefix: &'static str, least: usize, body: Body) -> SecretToken {
    SecretToken {
        prefix,
        least,
        body,
    }
}

/// Tokens with a known prefix.
pub(super) const TOKENS: &[SecretToken] = &[
    // AWS
    token("AKIA", 16, Body::Plain),
    token("ASIA", 16, Body::Plain),
    token("ABIA", 16, Body::Plain),
    token("ACCA", 16, Body::Plain),
    token("IQoJb3JpZ2lu", 60, Body::Base64),
    token("FwoGZXIvYXdz", 60, Body::Base64),
    // Google
    token("AIza", 30, Body::Word),
    token("ya29.", 20, Body::Word),
    token("GOCSPX-", 20, Body::Word),
    // GitHub
    token("ghp_", 30, Body::Plain),
    token("gho_", 30, Body::Plain),
    token("ghr_", 30, Body::Plain),
    token("ghs_", 30, Body::Plain),
    token("ghu_", 30, Body::Plain),
    token("github_pat_", 22, Body::Word),
    // GitLab
    token("glpat-", 20, Body::Word),
    token("glptt-", 20, Body::Word),
    token("glrt-", 20, Body::Word),
    token("gldt-", 20, Body::Word),
    token("glcbt-", 20, Body::Word),
    token("glsoat-", 20, Body::Word),
    token("glagent-", 20, Body::Word),
    token("glimt-", 20, Body::Word),
    token("glft-", 20, Body::Word),
    token("gloas-", 20, Body::Word),
    // Slack
    token("xoxa-", 10, Body::Word),
    token("xoxb-", 10, Body::Word),
    token("xoxc-", 10, Body::Word),
    token("xoxd-", 10, Body::Word),
    token("xoxe-", 10, Body::Word),
    token("xoxe.xox", 10, Body::Word),
    token("xoxo-", 10, Body::Word),
    token("xoxp-", 10, Body::Word),
    token("xoxr-", 10, Body::Word),
    token("xoxs-", 10, Body::Word),
    token("xapp-", 20, Body::Word),
    token("hooks.slack.com/services/", 20, Body::Path),
    token("hooks.slack.com/workflows/", 20, Body::Path),
    token("hooks.slack.com/triggers/", 20, Body::Path),
    token("discord.com/api/webhooks/", 40, Body::Path),
    token("discordapp.com/api/webhooks/", 40, Body::Path),
    // Payments
    token("sk_live_", 16, Body::Word),
    token("sk_test_", 16, Body::Word),
    token("rk_live_", 16, Body::Word),
    token("rk_test_", 16, Body::Word),
    token("whsec_", 20, Body::Base64),
    token("sq0atp-", 20, Body::Word),
    token("sq0csp-", 20, Body::Word),
    // Models
    token("sk-ant-", 20, Body::Word),
    token("sk-proj-", 20, Body::Word),
    token("sk-svcacct-", 20, Body::Word),
    token("sk-admin-", 20, Body::Word),
    token("sk-or-v1-", 20, Body::Word),
    token("sk-", 32, Body::Plain),
    token("hf_", 30, Body::Plain),
    token("api_org_", 30, Body::Plain),
    token("r8_", 37, Body::Plain),
    token("gsk_", 40, Body::Plain),
    // Secret stores and keys
    token("hvs.", 20, Body::Word),
    token("hvb.", 20, Body::Word),
    token("AGE-SECRET-KEY-1", 40, Body::Plain),
    token("ops_eyJ", 60, Body::Base64),
    token("dp.pt.", 40, Body::Plain),
    token("dp.st.", 40, Body::Word),
    token("akl_", 40, Body::Plain),
    // Registries and packages
    token("npm_", 30, Body::Plain),
    token("pypi-", 40, Body::Word),
    token("rubygems_", 40, Body::Hex),
    token("dckr_pat_", 20, Body::Word),
    token("dckr_oat_", 20, Body::Word),
    token("AKCp", 60, Body::Plain),
    token("cmVmdGtu", 40, Body::Plain),
    token("CLOJARS_", 50, Body::Plain),
    token("oy2", 43, Body::Plain),
    // Clouds and hosting
    token("dop_v1_", 40, Body::Hex),
    token("doo_v1_", 40, Body::Hex),
    token("dor_v1_", 40, Body::Hex),
    token("LTAI", 17, Body::Plain),
    token("tskey-", 20, Body::Word),
    token("fo1_", 40, Body::Word),
    token("pscale_tkn_", 30, Body::Word),
    token("pscale_pw_", 30, Body::Word),
    token("pscale_oauth_", 30, Body::Word),
    token("pul-", 40, Body::Hex),
    token("atlasv1.", 60, Body::Word),
    token("nfp_", 36, Body::Plain),
    token("dapi", 32, Body::Hex),
    token("HRKU-", 36, Body::Word),
    // Monitoring
    token("NRAK-", 20, Body::Plain),
    token("NRJS-", 16, Body::Plain),
    token("NRII-", 20, Body::Word),
    token("glsa_", 32, Body::Word),
    token("glc_eyJ", 32, Body::Base64),
    token("sntrys_", 40, Body::Base64),
    token("sntryu_", 40, Body::Hex),
    token("dt0c01.", 60, Body::Word),
    // Mail and messages
    token("SG.", 40, Body::Word),
    token("xkeysib-", 60, Body::Word),
    token("key-", 32, Body::Hex),
    token("SK", 32, Body::Hex),
    // Work
    token("shpat_", 30, Body::Hex),
    token("shpca_", 30, Body::Hex),
    token("shppa_", 30, Body::Hex),
    token("shpss_", 30, Body::Hex),
    token("ATATT3", 60, Body::Base64),
    token("ATCTT3", 60, Body::Base64),
    token("lin_api_", 32, Body::Plain),
    token("ntn_", 40, Body::Plain),
    token("PMAK-", 40, Body::Word),
    token("figd_", 36, Body::Word),
    token("sgp_", 40, Body::Word),
    // Signed and encoded
    token("eyJ", 24, Body::Jwt),
    token("eyA", 24, Body::Jwt),
    token("ewo", 24, Body::Jwt),
    token("eyJhbGciOi", 20, Body::Word),
    token("Bearer ", 20, Body::Base64),
    token("bearer ", 20, Body::Base64),
    token("Basic ", 8, Body::Pair),
    token("basic ", 8, Body::Pair),
    token("AccountKey=", 20, Body::Base64),
    token("SharedAccessKey=", 20, Body::Base64),
];

impl SecretToken {
    /// The end of the token whose prefix is at `start`; `None` if there is no token.
    pub(super) fn end(&self, ends: &mut Ends<'_>, start: usize) -> Option<usize> {
        /// Longer than any pair or header. It bounds the cost of a text full of prefixes.
        const FAR: usize = 4096;
        let body = start + self.prefix.len();
        let end = ends.end(RunKind::Token(self.body), body);
        if end - body < self.least {
            return None;
        }
        let near = |from: usize| ends.text().get(from..end.min(from + FAR));
        let holds = match self.body {
            Body::Plain | Body::Hex | Body::Word | Body::Base64 | Body::Path => true,
            Body::Pair => says_a_pair(near(body)?),
            Body::Jwt => is_signed(near(start)?),
        };
        holds.then_some(end)
    }
}

/// Whether Base64 says `user:password`.
pub(super) fn says_a_pair(text: &str) -> bool {
    let said = decoded(text);
    said.is_some_and(|said| said.split_once(':').is_some_and(|(_, it)| !it.is_empty()))
}

/// Whether a text is a JSON Web Token, whatever its header starts with.
fn is_signed(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), Some(signed)) = (parts.next(), parts.next()) else {
        return false;
    };
    let said = decoded(header).unwrap_or_default();
    said.starts_with('{') && said.contains("\"alg\"") && signed.len() >= 8
}

/// `123456789:AA...`, the token of a Telegram bot; its `:` is at `at`.
pub(super) fn bot_token(text: &str, at: usize) -> Option<Range<usize>> {
    /// Digits of a bot's number.
    const NUMBER: std::ops::RangeInclusive<usize> = 5..=16;
    /// Characters behind the colon.
    const BODY: usize = 35;
    let bytes = text.as_bytes();
    let before = bytes.get(..at)?.iter().rev();
    let digits = before
        .take(NUMBER.end() + 1)
        .take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    let body = bytes.get(at + 1..)?.iter().take(BODY + 1);
    let body = body.take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    (NUMBER.contains(&digits) && body.count() == BODY).then(|| at - digits..at + 1 + BODY)
}

/// Whether the part before the `@` of an address, without a `:`, is a token instead of a user.
pub(super) fn is_token_in_address(user: &str, host: &str) -> bool {
    /// Fewer are the name of a user.
    const LEAST: usize = 20;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.~%".contains(c);
    let mixed = user.contains(|c: char| c.is_ascii_digit())
        && user.contains(|c: char| c.is_ascii_alphabetic());
    let host = host.split(['/', ':', '?', '#']).next().unwrap_or_default();
    // The key in a Sentry DSN is public: browsers use it to report errors.
    let public = host == "sentry.io" || host.ends_with(".sentry.io");
    user.len() >= LEAST && mixed && user.chars().all(plain) && !public
}

#[cfg(test)]
mod tests {
    use super::super::find_secrets;
    use super::*;

    /// A body that no scanner reports, because the test assembles it here.
    fn body(kind: Body, least: usize) -> String {
        match kind {
            Body::Hex => "a1b2".repeat(least.div_ceil(4)),
            Body::Pair => "YXBwOmh1bnRlcjJ4".into(),
            Body::Jwt => String::new(),
            Body::Plain | Body::Word | Body::Base64 | Body::Path => {
                "X7z9".repeat(least.div_ceil(4))
            }
        }
    }

    #[test]
    fn every_token_is_seen_and_one_that_is_too_short_is_none() {
        for known in TOKENS.iter().filter(|known| known.body != Body::Jwt) {
            let SecretToken {
                prefix,
                least,
                body: kind,
            } = *known;
            let token = format!("{prefix}{}", body(kind, least));
            for text in [
                format!("env X=\"{token}\""),
                format!("// {token} here"),
                format!("image \"registry.example.com/{token}\""),
            ] {
                let found = find_secrets(&text);
                let at = text.find(&token).unwrap_or_default();
                assert!(
                    found
                        .iter()
                        .any(|it| it.start <= at && it.end >= at + token.len()),
                    "{text}: {found:?}"
                );
            }
            if kind != Body::Pair {
                let short: String = body(kind, least).chars().take(least - 1).collect();
                let text = format!("env X=\"{prefix}{short}\"");
                // A longer prefix can start with this one.
                let token = format!("{prefix}{short}");
                assert!(known.end(&mut Ends::of(&token), 0).is_none(), "{text}");
            }
        }
    }

    #[test]
    fn what_no_prefix_tells_is_seen_by_its_form() {
        let secret = "X7z9".repeat(9);
        let header = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";
        let spaced = "ewogICJhbGciOiAiSFMyNTYiCn0";
        let encoded = ["cG9zdGdyZXM6Ly9h", "cHA6aHVudGVyMnhAZGIvYXBw"].concat();
        for text in [
            format!("env X=\"{header}.{secret}.{secret}\""),
            format!("env X=\"{spaced}.{secret}.{secret}\""),
            format!("env X=\"123456789:{}\"", &"A".repeat(35)),
            format!("env X=\"https://{secret}@git.example.com/x\""),
            format!("env X=\"https://a.example.com/x?sv=1&sig={secret}\""),
            format!("url=\"https://a.example.com/x?X-Amz-Signature={secret}\""),
            format!("env X=\"{encoded}\""),
            format!("env X=\"{encoded}==\""),
            "env X=\"Server=db;Uid=app;Pwd=hunter2x;\"".into(),
            "env PWD=\"hunter2x\"".into(),
            "env X=\"{\\\"auths\\\":{\\\"r\\\":{\\\"auth\\\": \\\"YXBwOmh1bnRlcjJ4\\\"}}}\"".into(),
            "_auth=YXBwOmh1bnRlcjJ4".into(),
        ] {
            assert!(!find_secrets(&text).is_empty(), "{text}");
        }
    }
}
