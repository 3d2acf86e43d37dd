//! The forms that strings must have, each a check that gives a sentence about what is wrong.

/// Whether a check accepts, or its sentence.
pub type Checked = Result<(), String>;

fn when(holds: bool, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(message()) }
}

/// A value that must not be empty or hold blanks: images, instance types, Redis lists.
///
/// # Errors
/// A sentence for the user.
pub fn token(text: &str) -> Checked {
    when(
        !text.is_empty() && !text.contains(char::is_whitespace),
        || format!("`{text}` is empty or holds a blank"),
    )
}

/// A version: one to four numbers with points between.
///
/// # Errors
/// A sentence for the user.
pub fn version(text: &str) -> Checked {
    let number = |part: &str| {
        (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = text.split('.').count() <= 4 && text.split('.').all(number);
    when(fits, || {
        format!("`{text}` is not a version: write numbers with points between, such as `42.7.6`")
    })
}

/// An AWS region's form, `xx-yyyy-N`, with `us-gov-west-1` too.
///
/// # Errors
/// A sentence for the user.
pub fn region(text: &str) -> Checked {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let fits = parts.split_last().is_some_and(|(number, words)| {
        (2..=3).contains(&words.len())
            && words.iter().all(letters)
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    });
    when(fits, || {
        format!("`{text}` is not an AWS region: write one such as `us-east-1`")
    })
}

/// The name part of a label: at most 63 of letters, digits, `-`, `_`, `.`, letter or digit at both ends.
fn label_part(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.starts_with(end)
        && text.ends_with(end)
        && text.chars().all(|c| end(c) || "-_.".contains(c))
}

/// A Kubernetes label key, with or without a prefix.
///
/// # Errors
/// A sentence for the user.
pub fn label_key(text: &str) -> Checked {
    let (prefix, name) = text
        .split_once('/')
        .map_or((None, text), |(p, n)| (Some(p), n));
    when(label_part(name) && prefix.is_none_or(is_host), || {
        format!("`{text}` is not a Kubernetes label key")
    })
}

/// A Kubernetes label value; may be empty.
///
/// # Errors
/// A sentence for the user.
pub fn label_value(text: &str) -> Checked {
    when(text.is_empty() || label_part(text), || {
        format!(
            "`{text}` is not a Kubernetes label value: at most 63 of letters, digits, `-`, `_` and `.`"
        )
    })
}

/// An environment variable's name.
///
/// # Errors
/// A sentence for the user.
pub fn variable(text: &str) -> Checked {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let fits = text.starts_with(first) && text.chars().all(|c| first(c) || c.is_ascii_digit());
    when(fits, || {
        format!(
            "`{text}` is not the name of an environment variable: letters, digits and `_`, no digit first"
        )
    })
}

/// A PostgreSQL database or role.
///
/// # Errors
/// A sentence for the user.
pub fn postgres_name(text: &str) -> Checked {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.len() <= 63
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    when(fits, || {
        format!(
            "`{text}` is not a PostgreSQL name: letters, digits and `_`, a letter first, at most 63"
        )
    })
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        let end = |c: char| c.is_ascii_alphanumeric();
        label.len() <= 63
            && label.starts_with(end)
            && label.ends_with(end)
            && label.chars().all(|c| end(c) || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// A host name, without a port.
///
/// # Errors
/// A sentence for the user.
pub fn host(text: &str) -> Checked {
    when(is_host(text), || format!("`{text}` is not a host name"))
}

/// `host:port`.
///
/// # Errors
/// A sentence for the user.
pub fn host_port(text: &str) -> Checked {
    let fits = text.rsplit_once(':').is_some_and(|(host, port)| {
        is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    when(fits, || {
        format!("`{text}` is not a host and a port, such as `cache.example.com:6379`")
    })
}

/// A taint to tolerate: `key=value:Effect` or `key:Effect`.
///
/// # Errors
/// A sentence for the user.
pub fn toleration(text: &str) -> Checked {
    let fits = text.rsplit_once(':').is_some_and(|(taint, effect)| {
        let (key, value) = taint.split_once('=').unwrap_or((taint, ""));
        matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute")
            && label_key(key).is_ok()
            && label_value(value).is_ok()
    });
    when(fits, || {
        format!(
            "`{text}` is not a taint: write `key=value:NoSchedule`, or PreferNoSchedule or NoExecute"
        )
    })
}

/// An IPv4 or IPv6 range in CIDR notation.
///
/// # Errors
/// A sentence for the user.
pub fn cidr(text: &str) -> Checked {
    let fits = text.split_once('/').is_some_and(|(address, bits)| {
        let bits = bits.parse::<u8>().unwrap_or(u8::MAX);
        address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| bits <= if address.is_ipv4() { 32 } else { 128 })
    });
    when(fits, || {
        format!("`{text}` is not a range of addresses, such as `10.0.32.0/20`")
    })
}

/// Anything but nothing.
///
/// # Errors
/// A sentence for the user.
pub fn non_empty(text: &str) -> Checked {
    when(!text.trim().is_empty(), || "the text is empty".into())
}

/// An address that a load test can send requests to, without a name and a password in it.
///
/// # Errors
/// A sentence for the user.
pub fn url(text: &str) -> Checked {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    let plain = text
        .chars()
        .all(|c| c.is_ascii_graphic() && !"\"'`\\<>".contains(c));
    when(
        is_host(name) && port.parse::<u16>().is_ok() && plain,
        || format!("`{text}` is not an address such as `https://staging.example.com/api`"),
    )
}

/// The name of a file that stands beside another one.
///
/// # Errors
/// A sentence for the user.
pub fn file_name(text: &str) -> Checked {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    when(
        !text.is_empty() && !text.starts_with('.') && text.chars().all(fits),
        || {
            format!(
                "`{text}` is not the name of a file beside the script: letters, digits, `-`, `_` and `.`"
            )
        },
    )
}
