//! The forms of strings, each as a check with a message. [`Place`] has the rules of the places
//! where texts are used.

use crate::diagnostic::mask::fingerprint::{LENGTH, is_fingerprint};
use crate::model::{Place, Version};

/// Success, or a message.
pub type Checked = Result<(), String>;

fn when(holds: bool, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(message()) }
}

/// A value that must not be empty or contain blanks: the name of a rule, or the version of a
/// catalogue.
///
/// # Errors
///
/// A sentence for the user.
pub fn token(text: &str) -> Checked {
    when(
        !text.is_empty() && !text.contains(char::is_whitespace),
        || format!("`{text}` is empty or contains a blank"),
    )
}

/// What `place` takes.
pub fn at(place: Place) -> impl Fn(&str) -> Checked {
    move |text| place.check(text)
}

/// A version: one to four numbers separated by points.
///
/// # Errors
///
/// A sentence for the user.
pub fn version(text: &str) -> Checked {
    let version = text.parse::<Version>();
    version.map(drop).map_err(|refused| refused.to_string())
}

/// The form of an AWS region, `xx-yyyy-N`, or `us-gov-west-1`.
///
/// # Errors
///
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

/// A name in a catalogue: an instance type or class, or an engine's version.
///
/// # Errors
///
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

/// A toleration: `key=value:Effect` or `key:Effect`.
///
/// # Errors
///
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

/// The fingerprint of one value of `secret-literal`.
///
/// # Errors
///
/// A sentence for the user.
pub fn fingerprint(text: &str) -> Checked {
    when(is_fingerprint(text), || {
        format!(
            "`{text}` is not the fingerprint of a value: {LENGTH} of `0-9` and `a-f`, which the finding states"
        )
    })
}

/// Any text that is not empty.
///
/// # Errors
///
/// A sentence for the user.
pub fn non_empty(text: &str) -> Checked {
    when(!text.trim().is_empty(), || "the text is empty".into())
}
