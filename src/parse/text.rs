//! The forms that strings must have, each a check that gives a sentence about what is wrong. What a
//! text must be where it lands is said by [`Place`].

use crate::diagnostic::mask::fingerprint::{LENGTH, is_fingerprint};
use crate::model::{Place, Version};

/// Whether a check accepts, or its sentence.
pub type Checked = Result<(), String>;

fn when(holds: bool, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(message()) }
}

/// A value that must not be empty or hold blanks: the name of a rule, a version of a catalogue.
///
/// # Errors
/// A sentence for the user.
pub fn token(text: &str) -> Checked {
    when(
        !text.is_empty() && !text.contains(char::is_whitespace),
        || format!("`{text}` is empty or holds a blank"),
    )
}

/// What `place` takes.
pub fn at(place: Place) -> impl Fn(&str) -> Checked {
    move |text| place.check(text)
}

/// A version: one to four numbers with points between.
///
/// # Errors
/// A sentence for the user.
pub fn version(text: &str) -> Checked {
    let version = text.parse::<Version>();
    version.map(drop).map_err(|refused| refused.to_string())
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
    when(fits && Place::AwsWord.takes(text), || {
        format!("`{text}` is not an AWS region: write one such as `us-east-1`")
    })
}

/// A name in a catalogue: of an instance type or class, or of a version behind its engine.
///
/// # Errors
/// A sentence for the user.
pub fn fact(text: &str) -> Checked {
    match text.split_once(' ') {
        Some((engine, version)) => {
            Place::AwsWord.check(engine)?;
            Place::AwsWord.check(version)
        }
        None => Place::AwsWord.check(text),
    }
}

/// A taint to tolerate: `key=value:Effect` or `key:Effect`.
///
/// # Errors
/// A sentence for the user.
pub fn toleration(text: &str) -> Checked {
    let fits = text.rsplit_once(':').is_some_and(|(taint, effect)| {
        let (key, value) = taint.split_once('=').unwrap_or((taint, ""));
        matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute")
            && Place::LabelKey.takes(key)
            && Place::LabelValue.takes(value)
    });
    when(fits, || {
        format!(
            "`{text}` is not a taint: write `key=value:NoSchedule`, or PreferNoSchedule or NoExecute"
        )
    })
}

/// What names one value of `secret-literal`.
///
/// # Errors
/// A sentence for the user.
pub fn fingerprint(text: &str) -> Checked {
    when(is_fingerprint(text), || {
        format!(
            "`{text}` is not the fingerprint of a value: {LENGTH} of `0-9` and `a-f`, which the finding states"
        )
    })
}

/// Anything but nothing.
///
/// # Errors
/// A sentence for the user.
pub fn non_empty(text: &str) -> Checked {
    when(!text.trim().is_empty(), || "the text is empty".into())
}
