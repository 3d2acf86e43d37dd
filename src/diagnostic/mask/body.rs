//! What follows the prefix of a token.

/// The characters that may follow a prefix, and what they must contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Letters and digits.
    Plain,
    /// Hexadecimal digits.
    Hex,
    /// Letters, digits, `-`, `_` and `.`.
    Word,
    /// Base64 after a word that only announces it.
    Base64,
    /// A path.
    Path,
    /// Base64 that says `user:password`.
    Pair,
    /// The rest of a JSON Web Token: a Base64 header, a dot, and the signed part.
    Jwt,
}

impl Body {
    /// How many there are.
    pub(super) const KINDS: usize = Self::Jwt as usize + 1;

    /// Whether a character may be part of it.
    pub(super) fn holds(self, c: char) -> bool {
        let more = match self {
            Self::Hex => return c.is_ascii_hexdigit(),
            Self::Plain => "",
            Self::Word | Self::Jwt => "_-.",
            // Any token can follow a word that only announces it.
            Self::Base64 => "_-.+/=~%",
            Self::Path => "_-/",
            Self::Pair => "+/=_-",
        };
        c.is_ascii_alphanumeric() || more.contains(c)
    }
}
