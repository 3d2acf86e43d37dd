//! Credentials in Base64, as in Kubernetes Secrets and Docker's configuration.

use std::ops::Range;

use super::base64::{decoded, value};

/// Shorter runs cannot hold a connection string.
const LEAST: usize = 24;

/// Longer runs are not credentials. The limit bounds the cost.
const MOST: usize = 16 << 10;

/// The Base64 runs in which `find` finds a credential. Each byte is read once and decoded at most
/// once.
pub(super) fn secrets(text: &str, find: fn(&str) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let run = bytes.iter().skip(start);
        let length = run.take_while(|byte| value(**byte).is_some()).count();
        let end = start + length;
        if (LEAST..=MOST).contains(&length)
            && let Some(run) = text.get(start..end)
            && let Some(said) = decoded(run)
            && !find(&said).is_empty()
        {
            let padding = bytes.iter().skip(end).take_while(|byte| **byte == b'=');
            found.push(start..end + padding.count());
        }
        start = end + 1;
    }
    found
}
