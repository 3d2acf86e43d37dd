//! `user:password@host` without a scheme, as many clients of Redis and of databases take it.

use std::ops::Range;

use super::literal::is_literal;

/// Longer than any address, so that a text full of `@` costs no more than another.
const FAR: usize = 256;

/// The least characters of a password: fewer stand before a `@` by chance.
const LEAST: usize = 6;

/// What an e-mail address stands behind: `mailto:team@example.com` has no password.
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
    // First what takes the fewest looks: most `@` are followed by no host.
    if !is_host(text.get(at + 1..)?) {
        return None;
    }
    let from = text.ceil_char_boundary(at.saturating_sub(FAR));
    let before = text.get(from..at)?;
    let start = before.rfind(|c: char| c.is_whitespace() || "/\"'`<>".contains(c));
    let start = start.map_or(0, |end| before.ceil_char_boundary(end + 1));
    // Behind a `/` stand images and paths; of an address with a scheme the password is known.
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

/// Ends of keys whose value is for people: `MAIL="ops:alerts@example.com"` has no password.
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

/// Whether what stands before a value is the `KEY="` of an address of people.
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

/// Whether `text` begins with a host that cannot be a version or the kind of a digest: it has a dot
/// or a port, and ends in a name or is an address of four numbers.
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
