//! Where words that are known stand in a text.

use std::collections::BTreeSet;
use std::ops::{Bound, Range};

/// The places of `words` in `text`, the longest where several begin. A byte that begins none costs
/// one look, and a place where one could begin as many as there are words to halve.
pub(super) fn ranges<'a>(text: &str, words: impl Iterator<Item = &'a String>) -> Vec<Range<usize>> {
    let words: BTreeSet<&[u8]> = words.map(String::as_bytes).collect();
    let mut begins = [false; 256];
    for first in words.iter().filter_map(|word| word.first()) {
        if let Some(begins) = begins.get_mut(usize::from(*first)) {
            *begins = true;
        }
    }
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let begins = begins.get(usize::from(*byte)).is_some_and(|begins| *begins);
        let rest = bytes.get(at..).filter(|_| begins);
        let length = rest.and_then(|rest| longest(&words, rest)).unwrap_or(0);
        if length > 0 {
            found.push(at..at + length);
        }
        at += length.max(1);
    }
    found
}

/// The length of the longest of `words` that `rest` begins with.
fn longest(words: &BTreeSet<&[u8]>, mut rest: &[u8]) -> Option<usize> {
    loop {
        let upto = (Bound::Unbounded, Bound::Included(rest));
        let near = words.range::<[u8], _>(upto).next_back()?;
        if rest.starts_with(near) {
            return Some(near.len());
        }
        // Only what both begin with can be another word that `rest` begins with.
        let both = rest.iter().zip(*near);
        let shared = both.take_while(|(one, other)| one == other).count();
        rest = rest.get(..shared).filter(|shared| !shared.is_empty())?;
    }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn the_longest_word_is_found_at_every_place() {
        let words = ["abc", "abcde", "xyz", "\u{e9}t\u{e9}"].map(str::to_owned);
        let found = |text: &str| ranges(text, words.iter());
        assert_eq!(found("abcdxabcdef abxyz"), [0..3, 5..10, 14..17]);
        assert_eq!(found("abcl'\u{e9}t\u{e9}"), [0..3, 5..10]);
        assert!(found("nothing").is_empty());
    }
}
