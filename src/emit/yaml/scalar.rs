//! Texts: the usual ones are recognised here, and the YAML crate decides about the others.

use serde_saphyr::DoubleQuoted;

use crate::emit::indent::spaces;

/// Words that some YAML version reads as a boolean, a number or null; they all begin with a letter.
const WORDS: [&str; 12] = [
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
];

/// Bytes of the longest of them.
const LONGEST: usize = 8;

/// What a text needs.
enum Needs {
    /// It needs no quotes.
    Nothing,
    /// Quotes, and escapes for `"` and `\`.
    Quotes,
    /// The YAML crate must decide.
    Asking,
}

/// Writes a text of one line, or one that no block can hold.
pub(super) fn write(text: &str, into: &mut String) {
    match needs(text) {
        Needs::Nothing => into.push_str(text),
        Needs::Quotes => quote(text, into),
        Needs::Asking => into.push_str(&asked(text)),
    }
}

/// A key of a map.
pub(super) fn write_key(key: &str, into: &mut String) {
    let usual =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    let begins_with_letter = key.starts_with(|first: char| first.is_ascii_alphabetic());
    if begins_with_letter && key.bytes().all(usual) && !is_word(key) {
        into.push_str(key);
    } else {
        into.push_str(&asked_as_key(key));
    }
}

/// Writes lines below `|`, each after `indent` spaces. Returns `false` and writes nothing if no
/// block can hold the text.
pub(super) fn write_block(text: &str, indent: usize, into: &mut String) -> bool {
    if !holds_in_block(text) {
        return false;
    }
    let lines = text.trim_end_matches('\n');
    into.push_str(match text.len() - lines.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(indent, into);
            into.push_str(line);
        }
        into.push('\n');
    }
    true
}

/// A block takes leading white space for indentation, and has no escapes.
fn holds_in_block(text: &str) -> bool {
    let printable = |byte: u8| byte == b'\n' || (b' '..=b'~').contains(&byte);
    let first = text.trim_start_matches('\n').bytes().next();
    text.contains('\n') && first.is_some_and(|first| first != b' ') && text.bytes().all(printable)
}

fn is_word(text: &str) -> bool {
    let begins = matches!(
        text.as_bytes().first(),
        Some(b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O' | b'i' | b'I')
    );
    begins && text.len() <= LONGEST && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether YAML 1.1, which Helm and kubectl read, and YAML 1.2 differ about the unquoted `text`.
pub(super) fn differs_by_reader(text: &str) -> bool {
    const BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    let is_boolean = BOOLEANS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let of_number = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.');
    let is_number =
        digits.starts_with(|first: char| first.is_ascii_digit()) && digits.bytes().all(of_number);
    let decimal = || {
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    // An octal number, digit groups, and a number to the base 60.
    let octal = digits.len() > 1 && digits.starts_with('0') && decimal();
    let prefixed = digits.starts_with("0o") || digits.starts_with("0b");
    let grouped = digits.contains('_') && decimal();
    let sexagesimal = digits.split(':').count() > 1
        && digits
            .split(':')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    is_boolean || (is_number && (octal || prefixed || grouped || sexagesimal))
}

fn needs(text: &str) -> Needs {
    let bytes = text.as_bytes();
    // Without an early exit, the compiler can check many bytes at once.
    let odd = |byte: &u8| u8::from(!(b' '..=b'~').contains(byte));
    if bytes.iter().map(odd).fold(0, u8::max) > 0 {
        return Needs::Asking;
    }
    let apart = |(one, next): (&u8, &u8)| {
        let ends = u8::from(*one == b':') & u8::from(*next == b' ');
        let comment = u8::from(*one == b' ') & u8::from(*next == b'#');
        ends | comment
    };
    let next = bytes.get(1..).unwrap_or_default();
    if bytes.iter().zip(next).map(apart).fold(0, u8::max) > 0 {
        return Needs::Quotes;
    }
    let is_plain = match bytes.first() {
        Some(first) if first.is_ascii_alphabetic() => !is_word(text),
        // An expression: neither a number nor a date has a bracket.
        Some(first) => (first.is_ascii_digit() || *first == b'(') && bytes.contains(&b'('),
        None => false,
    };
    if is_plain && !matches!(bytes.last(), Some(b':' | b' ')) {
        Needs::Nothing
    } else {
        Needs::Asking
    }
}

fn quote(text: &str, into: &mut String) {
    into.push('"');
    let mut rest = text;
    while let Some(place) = rest.find(['"', '\\']) {
        let (plain, after) = rest.split_at(place);
        into.push_str(plain);
        into.push('\\');
        into.push_str(&after[..1]);
        rest = &after[1..];
    }
    into.push_str(rest);
    into.push('"');
}

/// # Panics
/// Never: a text always has a YAML form.
fn asked(text: &str) -> String {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    let written = if text.contains('\n') {
        serde_saphyr::to_string_with_options(&DoubleQuoted(text), options)
    } else {
        serde_saphyr::to_string_with_options(&text, options)
    };
    without_line_end(written.expect("a text has a YAML form"))
}

/// # Panics
/// Never: a text is a key.
fn asked_as_key(key: &str) -> String {
    let entry = std::collections::BTreeMap::from([(key, true)]);
    let written = serde_saphyr::to_string(&entry).expect("a text is a key");
    let end = written.trim_end().strip_suffix(": true");
    end.expect("a key stands before its value").to_owned()
}

fn without_line_end(mut text: String) -> String {
    text.truncate(text.trim_end_matches('\n').len());
    text
}
