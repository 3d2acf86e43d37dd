//! Identifies a credential without revealing it. The waiver of one value contains this fingerprint.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Bytes of a fingerprint. It is so short that many common passwords share each value, so a
/// fingerprint in a log does not reveal the password.
const BYTES: usize = 3;

/// Characters of a fingerprint.
pub const LENGTH: usize = 2 * BYTES;

/// The fingerprint of a literal, with or without its quotes.
#[must_use]
pub fn fingerprint(literal: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"tierc secret-literal\n");
    hash.update(super::between_quotes(literal));
    let digest = hash.finalize();
    let bytes = digest.iter().take(BYTES);
    bytes.fold(String::with_capacity(LENGTH), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a text has the form of one.
#[must_use]
pub fn is_fingerprint(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == LENGTH && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_has_one_fingerprint_however_it_is_quoted() {
        let plain = fingerprint("hunter2x");
        assert!(is_fingerprint(&plain), "{plain}");
        for quoted in ["\"hunter2x\"", "#\"hunter2x\"#", "'hunter2x'"] {
            assert_eq!(fingerprint(quoted), plain);
        }
        assert_ne!(fingerprint("hunter2y"), plain);
        assert!(!is_fingerprint("ABCDEF") && !is_fingerprint("abcde"));
    }
}
