//! What credentials look like: prefixes of well-known tokens, keys of credentials, and values that
//! are not credentials. Compared with the patterns of gitleaks and trufflehog.

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
fn says_a_pair(text: &str) -> bool {
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

/// Endings of keys for credentials, in lower case, without `-` and `_`.
pub(super) const KEYS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "secretkeybase",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "privatekey",
    "credential",
    "credentials",
];

/// Endings of keys that look like credentials but hold a position.
const PLACES: &[&str] = &[
    "pagetoken",
    "nexttoken",
    "continuationtoken",
    "synctoken",
    "resumetoken",
];

/// Endings of keys that count only as whole words: `DB_PASS`, not `BYPASS`.
const WORDS: &[&str] = &["pass", "pwd"];

/// Keys for signatures in addresses and for encoded pairs, as whole words.
const SIGNATURES: &[&str] = &["sig", "signature"];

/// The values of a key that count as a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// Anything.
    Any,
    /// Anything except a path: a shell has its folder in `PWD`.
    NoPath,
    /// So much that it is no word.
    Long,
    /// Base64 of `user:password`.
    Pair,
}

impl KeyKind {
    /// Whether a literal is a credential for such a key.
    pub(super) fn takes(self, literal: &str) -> bool {
        /// Characters of a short signature in Base64.
        const SIGNED: usize = 20;
        match self {
            Self::Any => true,
            Self::NoPath => !literal.starts_with(['/', '.', '~']) && !literal.contains(":\\"),
            Self::Long => literal.len() >= SIGNED && !literal.contains(char::is_whitespace),
            Self::Pair => says_a_pair(literal.trim()),
        }
    }
}

/// The kind of key that a word is; `None` if it is not for a credential.
pub(super) fn kind(word: &str) -> Option<KeyKind> {
    if is_key(word) {
        return Some(KeyKind::Any);
    }
    let last = word.rsplit(['-', '_']).next()?;
    let is = |known: &[&str]| known.iter().any(|known| last.eq_ignore_ascii_case(known));
    if word.eq_ignore_ascii_case("pwd") {
        Some(KeyKind::NoPath)
    } else if is(SIGNATURES) {
        Some(KeyKind::Long)
    } else if is(&["auth"]) {
        Some(KeyKind::Pair)
    } else {
        None
    }
}

/// Whether a word ends like the name of a credential.
#[must_use]
pub fn is_key(word: &str) -> bool {
    let ends = |keys: &[&str]| {
        keys.iter().any(|key| {
            let letters = word.bytes().rev().filter(|byte| !b"-_".contains(byte));
            let mut letters = letters.map(|byte| byte.to_ascii_lowercase());
            key.bytes().rev().all(|byte| letters.next() == Some(byte))
        })
    };
    let credential = ends(KEYS) && !ends(PLACES);
    credential
        || word
            .rsplit_once(['-', '_'])
            .is_some_and(|(_, last)| WORDS.iter().any(|known| last.eq_ignore_ascii_case(known)))
}

/// Values that mean: no credential.
const NONE: &[&str] = &[
    "",
    "true",
    "false",
    "null",
    "nil",
    "none",
    "off",
    "on",
    "no",
    "yes",
    "disabled",
    "enabled",
    "unset",
    "undefined",
    "optional",
    "required",
    "n/a",
    "-",
];

/// Placeholders for credentials in documentation, in capitals.
const PLACEHOLDERS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASS",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "KEY",
    "CREDENTIAL",
    "CREDENTIALS",
];

/// Schemes of references to a credential. The reference itself is not secret.
const LEADS: &[&str] = &[
    "file:",
    "vault:",
    "op://",
    "arn:aws:",
    "ssm:",
    "secretsmanager:",
];

/// Whether a value means "no credential", is a placeholder, or refers to a credential.
pub(super) fn is_none(value: &str) -> bool {
    NONE.iter().any(|none| value.eq_ignore_ascii_case(none))
        || is_placeholder(value)
        || is_header(value)
        || LEADS.iter().any(|scheme| leads(value, scheme))
}

/// `PASSWORD`, `YOUR_TOKEN`.
fn is_placeholder(value: &str) -> bool {
    let capitals = |byte: u8| byte.is_ascii_uppercase() || b"_-".contains(&byte);
    value.bytes().all(capitals)
        && value
            .split(['_', '-'])
            .any(|word| PLACEHOLDERS.contains(&word))
}

/// `X-CSRF-Token`: the name of a header.
fn is_header(value: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_alphabetic())
    };
    value
        .strip_prefix("X-")
        .is_some_and(|rest| rest.split('-').all(word))
}

/// Whether `value` is `scheme` followed by a path.
fn leads(value: &str, scheme: &str) -> bool {
    let path = |c: char| c.is_ascii_alphanumeric() || "/_.:#-".contains(c);
    value
        .strip_prefix(scheme)
        .is_some_and(|rest| rest.contains(['/', ':']) && rest.chars().all(path))
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

    #[test]
    fn what_only_looks_like_one_is_none() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        for text in [
            "env TOKEN=\"none\" SECRET=\"Disabled\" PASSWORD=\"n/a\"",
            "env CSRF_TOKEN=\"X-CSRF-Token\"",
            "env VAULT_TOKEN=\"file:/vault/token\" DB_PASSWORD=\"vault:secret/data/db#password\"",
            "env DB_SECRET=\"arn:aws:secretsmanager:us-east-1:123456789012:secret:db\"",
            "env MAIL=\"ops:alerts@example.com\" NOTIFY_TO=\"a:alerts@example.com\"",
            "env NEXT=\"https://a.example.com/x?page_token=abcdef0123456789\"",
            "env X=\"postgres://app:PASSWORD@db/x\" TOKEN=\"YOUR_TOKEN\"",
            "env PWD=\"/app\" OLDPWD=\"/\" BYPASS=\"never\"",
            "env SENTRY_DSN=\"https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/1\"",
            "env X=\"postgres://kaireon@db.example.com/x\" Y=\"ssh://git@github.com/a/b\"",
            "env X=\"Basic authentication\" SIGNATURE=\"rsa-sha256\" AUTH=\"required\"",
            "env LONG=\"the-quick-brown-fox-jumps-over-the-lazy-dog-and-away\"",
            "queue \"sk-kaireon-prod-queue-decisions-and-more\"",
            "env X=\"eyJmb28iOiAiYmFyIn0.abcdefgh.abcdefgh\"",
            "env CLASSPATH=\"com/example/platform/decisions/Main\"",
            "at 12:34:56 Asia/Kolkata 12345678:Alpha",
        ] {
            let found = find_secrets(text);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
        let text = format!("image \"registry.example.com/a/b:1.4.2@sha256:{digest}\"");
        assert!(find_secrets(&text).is_empty());
    }
}
