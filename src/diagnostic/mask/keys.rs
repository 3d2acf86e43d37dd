//! Keys whose values are credentials. Compared with the patterns of gitleaks and trufflehog.

use super::tokens::says_a_pair;

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
