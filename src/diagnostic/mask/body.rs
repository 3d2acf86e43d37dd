//! What follows the prefix of a token.

/// The characters that may follow, and what they have to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Letters and digits.
    Plain,
    /// Hexadecimal digits.
    Hex,
    /// Letters, digits, `-`, `_` and `.`.
    Word,
    /// Base64, after a word that only says what follows.
    Base64,
    /// A path.
    Path,
    /// Base64 that says `user:password`.
    Pair,
    /// The rest of a JSON Web Token: a header in Base64, a dot, and what is signed.
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
            // Behind a word that only says what follows, any token can.
            Self::Base64 => "_-.+/=~%",
            Self::Path => "_-/",
            Self::Pair => "+/=_-",
        };
        c.is_ascii_alphanumeric() || more.contains(c)
    }
}
