//! Values that are not credentials, whatever their key: none, a placeholder, a reference.

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
