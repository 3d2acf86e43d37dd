//! The character classes of KDL 2: blanks, line ends, and forbidden characters.

/// The length of the line end at `at`, if there is one.
pub(super) fn newline(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => Some(2),
        [b'\n' | b'\r' | 0x0B | 0x0C, ..] => Some(1),
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => Some(3),
        _ => None,
    }
}

/// The length of the blank at `at`, if there is one. A forbidden character counts as a blank, so
/// the text around it can still be read.
pub(super) fn blank(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b' ' | b'\t', ..] => Some(1),
        [0xC2, 0xA0, ..] => Some(2),
        [0xE1, 0x9A, 0x80, ..]
        | [0xE2, 0x80, 0x80..=0x8A | 0xAF, ..]
        | [0xE2, 0x81, 0x9F, ..]
        | [0xE3, 0x80, 0x80, ..] => Some(3),
        rest => forbidden(rest),
    }
}

/// The length of the first character of `rest`, if KDL forbids it everywhere: control characters,
/// direction marks, byte order marks.
pub(super) fn forbidden(rest: &[u8]) -> Option<usize> {
    match rest {
        [0x00..=0x08 | 0x0E..=0x1F | 0x7F, ..] => Some(1),
        [0xE2, 0x80, 0x8E | 0x8F | 0xAA..=0xAE, ..]
        | [0xE2, 0x81, 0xA6..=0xA9, ..]
        | [0xEF, 0xBB, 0xBF, ..] => Some(3),
        _ => None,
    }
}

/// The closing quote for `open` in other languages and in word processors.
pub(super) fn quote_pair(open: char) -> Option<&'static [char]> {
    match open {
        '\'' => Some(&['\'']),
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some(&['\u{201c}', '\u{201d}']),
        '\u{2018}' | '\u{2019}' => Some(&['\u{2018}', '\u{2019}']),
        _ => None,
    }
}
