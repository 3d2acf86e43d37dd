//! Credentials: found in a text, and hidden wherever text is shown.

use std::ops::Range;

/// Prefixes of well-known tokens, and how many characters follow at least.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("sk_live_", 16),
    ("eyJhbGciOi", 20),
];

/// Keys whose literal value is a credential.
const KEYS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "api-key",
    "api_key",
    "apikey",
    "access-key",
    "private-key",
];

/// The ranges of bytes in `text` that look like credentials, in order.
#[must_use]
pub fn find_secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (prefix, least) in TOKENS {
        found.extend(text.match_indices(prefix).filter_map(|(at, _)| {
            let body = text.get(at + prefix.len()..)?;
            let length = body
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
                .count();
            (length >= *least).then(|| at..at + prefix.len() + length)
        }));
    }
    found.extend(text.match_indices("-----BEGIN ").filter_map(|(at, _)| {
        let body = text.get(at..)?;
        let line = body.lines().next()?;
        let end = body.find("-----END").unwrap_or(line.len());
        line.contains("PRIVATE KEY").then(|| at..at + end)
    }));
    found.extend(
        text.match_indices("://")
            .filter_map(|(at, _)| password_in_address(text, at + 3)),
    );
    found.extend(named(text));
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

/// The password of `user:password@host` that begins at `at`.
fn password_in_address(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '/' | '?'))
        .unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let (credentials, _) = authority.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    let start = at + user.len() + 1;
    // A reference such as $(DB_PASSWORD) is filled in where it runs; it is no secret.
    (!password.is_empty() && !password.starts_with('$')).then(|| start..start + password.len())
}

/// Values of keys that are named like credentials: `PASSWORD="..."`, `token "..."`.
fn named(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    for key in KEYS {
        for (at, _) in lower.match_indices(key) {
            let after = at + key.len();
            let rest = text.get(after..).unwrap_or_default();
            let Some(value) = rest
                .strip_prefix("=\"")
                .map(|_| after + 2)
                .or_else(|| rest.strip_prefix(" \"").map(|_| after + 2))
            else {
                continue;
            };
            let body = text.get(value..).unwrap_or_default();
            let length = body.find(['"', '\n']).unwrap_or(body.len());
            let literal = body.get(..length).unwrap_or_default();
            if length > 0 && !literal.starts_with('$') {
                found.push(value..value + length);
            }
        }
    }
    found
}

/// `text` with every credential as `*`, byte for byte, so that places stay where they are.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = text.to_owned();
    for range in find_secrets(text) {
        masked.replace_range(range.clone(), &"*".repeat(range.len()));
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_and_hidden_byte_for_byte() {
        let text = "a \"AKIAIOSFODNN7EXAMPLE\" b \"postgres://app:pâss@db:5432/x\"\nenv DB_PASSWORD=\"hunter2\"\n";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        for secret in ["AKIA", "pâss", "hunter2"] {
            assert!(!masked.contains(secret), "{masked}");
        }
        assert!(masked.contains("postgres://app:") && masked.contains("@db:5432/x"));
    }

    #[test]
    fn ordinary_files_hold_none() {
        for text in [
            "image \"registry.example.com/kaireon/api:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
            "endpoint \"queue.abc.cache.amazonaws.com:6379\"\nlabels cost-center=\"1234\"",
            "url=\"https://staging.example.com/api\" token-env=\"LOAD_TOKEN\"",
            "env DATABASE_URL=\"postgres://app:$(DB_PASSWORD)@db/x\"",
        ] {
            assert!(find_secrets(text).is_empty(), "{text}");
        }
    }
}
