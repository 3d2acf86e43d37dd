//! How texts are spelled: names of DNS, labels, addresses, images, tags.

use std::net::IpAddr;

use super::{LABEL, SUBDOMAIN};

pub(super) fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// At most `most` characters that `inner` accepts; `end` must accept the first and the last.
pub(super) fn spelled(
    text: &str,
    most: usize,
    end: impl Fn(char) -> bool,
    inner: impl Fn(char) -> bool,
) -> bool {
    text.len() <= most && text.starts_with(&end) && text.ends_with(&end) && text.chars().all(inner)
}

pub(super) fn dns_label(text: &str) -> bool {
    spelled(text, LABEL, lower_or_digit, |c| {
        lower_or_digit(c) || c == '-'
    })
}

pub(super) fn subdomain(text: &str) -> bool {
    text.len() <= SUBDOMAIN && text.split('.').all(dns_label)
}

pub(super) fn lettered(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// The name part of a label's key, or a label's value.
pub(super) fn label_part(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    spelled(text, LABEL, end, |c| end(c) || "-_.".contains(c))
}

/// `prefix/name` or `name`; the prefix is a DNS-1123 subdomain.
pub(super) fn qualified(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    label_part(name) && prefix.is_none_or(subdomain)
}

/// An AWS identifier: letters, digits and single hyphens, starting with a letter.
pub(super) fn identifier(text: &str, most: usize) -> bool {
    dns_like(text, most) && lettered(text) && !text.contains("--")
}

pub(super) fn dns_like(text: &str, most: usize) -> bool {
    spelled(text, most, lower_or_digit, |c| {
        lower_or_digit(c) || c == '-'
    })
}

pub(super) fn host(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    let label = |label: &str| spelled(label, LABEL, end, |c| end(c) || c == '-');
    text.len() <= SUBDOMAIN && text.split('.').all(label)
}

pub(super) fn port(text: &str) -> bool {
    text.parse::<u16>()
        .is_ok_and(|port| port > 0 && port.to_string() == text)
}

/// The range in the API server's form: no host bits, no leading zeros, no IPv4 in IPv6. `None` if
/// `text` is not a range.
#[must_use]
pub fn canonical_cidr(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    let plain = address.split('.').map(|part| {
        let digits = part.trim_start_matches('0');
        if part.is_empty() || !digits.is_empty() {
            digits
        } else {
            "0"
        }
    });
    let address = if address.contains(':') {
        address.to_owned()
    } else {
        plain.collect::<Vec<_>>().join(".")
    };
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            let network = std::net::Ipv4Addr::from(u32::from(address) & mask);
            Some(format!("{network}/{bits}"))
        }
        IpAddr::V6(address) if bits <= 128 && address.to_ipv4_mapped().is_none() => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            let network = std::net::Ipv6Addr::from(u128::from(address) & mask);
            Some(format!("{network}/{bits}"))
        }
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// `registry/path:tag@algorithm:hex`, in the reference grammar of container registries.
pub(super) fn image(text: &str) -> bool {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        Some(_) | None => (name, None),
    };
    let (registry, path) = match repository.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        Some(_) | None => (None, repository),
    };
    let registry_fits = registry.is_none_or(|registry| match registry.rsplit_once(':') {
        Some((name, number)) => host(name) && port(number),
        None => host(registry),
    });
    let part = |part: &str| {
        spelled(part, SUBDOMAIN, lower_or_digit, |c| {
            lower_or_digit(c) || "-_.".contains(c)
        }) && !part.contains("..")
    };
    let tag_fits = tag.is_none_or(|tag| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        tag.len() <= 128
            && tag.starts_with(word)
            && tag.chars().all(|c| word(c) || "-.".contains(c))
    });
    let digest_fits = digest.is_none_or(|digest| {
        digest.split_once(':').is_some_and(|(algorithm, hex)| {
            let first = |c: char| c.is_ascii_alphanumeric();
            spelled(algorithm, LABEL, first, |c| first(c) || "+._-".contains(c))
                && (32..=256).contains(&hex.len())
                && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    });
    repository.len() <= 255 && registry_fits && path.split('/').all(part) && tag_fits && digest_fits
}

pub(super) fn url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, number) = authority.split_once(':').unwrap_or((authority, "80"));
    let plain = |c: char| c.is_ascii_graphic() && !"\"'`\\<>".contains(c);
    host(name) && port(number) && text.chars().all(plain)
}

/// `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, as SQS returns it.
pub(super) fn sqs_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://sqs.") else {
        return false;
    };
    let mut parts = rest.split('/');
    let (Some(end), Some(account), Some(name), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let region = end
        .strip_suffix(".amazonaws.com")
        .or_else(|| end.strip_suffix(".amazonaws.com.cn"));
    let base = name.strip_suffix(".fifo").unwrap_or(name);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    region.is_some_and(dns_label)
        && account.len() == 12
        && account.chars().all(|c| c.is_ascii_digit())
        && !base.is_empty()
        && name.len() <= 80
        && base.chars().all(fits)
}

/// What AWS takes in a tag.
pub(super) fn tag_text(text: &str, most: usize) -> bool {
    let fits = |c: char| c.is_alphanumeric() || " +-=._:/@".contains(c);
    text.chars().count() <= most && text.chars().all(fits)
}

pub(super) fn data_key(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && text.len() <= SUBDOMAIN && text.chars().all(fits) && !text.starts_with("..")
}
