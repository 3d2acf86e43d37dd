//! `user:password@host` without a scheme, which many clients of Redis and of databases accept.

use std::ops::Range;

use super::literal::is_literal;

/// Longer than any address. It bounds the cost of a text full of `@`.
const FAR: usize = 256;

/// The shortest password; shorter texts occur before an `@` by chance.
const LEAST: usize = 6;

/// Prefixes of e-mail addresses: `mailto:team@example.com` has no password.
const LABELS: &[&str] = &[
    "mailto",
    "mail",
    "email",
    "e-mail",
    "contact",
    "owner",
    "team",
    "author",
    "maintainer",
    "acct",
    "sip",
    "sips",
    "xmpp",
    "group",
    "serviceaccount",
];

/// The password that ends at the `@` at `at`.
pub(super) fn password(text: &str, at: usize) -> Option<Range<usize>> {
    // The cheapest test comes first: most `@` are not followed by a host.
    if !is_host(text.get(at + 1..)?) {
        return None;
    }
    let from = text.ceil_char_boundary(at.saturating_sub(FAR));
    let before = text.get(from..at)?;
    let start = before.rfind(|c: char| c.is_whitespace() || "/\"'`<>".contains(c));
    let start = start.map_or(0, |end| before.ceil_char_boundary(end + 1));
    // Images and paths follow a `/`; another search finds passwords in addresses with a scheme.
    if before.get(..start)?.ends_with('/') {
        return None;
    }
    let (user, password) = before.get(start..)?.split_once(':')?;
    let user = user.rsplit(|c| !in_name(c)).next()?;
    if names_mail(before.get(..start)?) && password.bytes().all(is_local_part) {
        return None;
    }
    let label = LABELS.iter().any(|label| user.eq_ignore_ascii_case(label));
    let fits = !user.is_empty() && !label && password.len() >= LEAST && is_literal(password);
    fits.then(|| at - password.len()..at)
}

/// Endings of keys for e-mail addresses: `MAIL="ops:alerts@example.com"` has no password.
const MAIL_KEYS: &[&str] = &[
    "mail",
    "email",
    "contact",
    "contacts",
    "owner",
    "recipient",
    "recipients",
    "sender",
    "from",
    "to",
    "cc",
    "bcc",
];

/// Whether the text before a value is the `KEY="` of an e-mail address.
fn names_mail(before: &str) -> bool {
    let key = before.trim_end_matches(|c: char| c.is_whitespace() || "\"'#=:".contains(c));
    let end = key.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    let end = end.unwrap_or_default().to_ascii_lowercase();
    key.len() < before.len() && MAIL_KEYS.contains(&end.as_str())
}

fn is_local_part(byte: u8) -> bool {
    byte.is_ascii_lowercase() || b".-+".contains(&byte)
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.".contains(c)
}

/// Whether `text` starts with a host that cannot be a version or a digest: it has a dot or a port,
/// and ends in a name or is an IPv4 address.
fn is_host(text: &str) -> bool {
    let near = text
        .get(..text.floor_char_boundary(FAR))
        .unwrap_or_default();
    let end = near.find(|c: char| !(c.is_ascii_alphanumeric() || "-.".contains(c)));
    let (host, rest) = near.split_at(end.unwrap_or(near.len()));
    let host = host.trim_end_matches('.');
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = host.split('.').filter(|label| digits(label)).count();
    let labels = host.split('.').count();
    let last = host.rsplit('.').next().unwrap_or_default();
    let named = last.starts_with(|c: char| c.is_ascii_alphabetic());
    let port = rest.strip_prefix(':').is_some_and(|port| {
        let end = port.find(|c: char| !c.is_ascii_alphanumeric());
        let port = port.get(..end.unwrap_or(port.len())).unwrap_or_default();
        digits(port) && port.len() <= 5
    });
    (named && (labels > 1 || port)) || (labels == 4 && numbers == 4)
}
