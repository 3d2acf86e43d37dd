//! Finds known words in a text.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

/// The number of bytes that are compared: longer words with the same start count as equal.
const LOOKED_FOR: usize = 256;

/// Words to look for. The words of one file are searched in many sentences.
pub(super) struct Words {
    /// The words by their compared bytes.
    words: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
    /// Which bytes a word begins with.
    begins: [bool; 256],
}

impl Words {
    pub(super) fn of<'a>(all: impl Iterator<Item = &'a str>) -> Self {
        let mut words: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        let mut begins = [false; 256];
        for word in all.map(str::as_bytes) {
            let beginning = word.get(..LOOKED_FOR).unwrap_or(word);
            let known = words.entry(beginning.to_vec()).or_default();
            if word.len() > LOOKED_FOR {
                known.push(word.to_vec());
            }
            let first = word.first().map(|first| usize::from(*first));
            if let Some(begins) = first.and_then(|first| begins.get_mut(first)) {
                *begins = true;
            }
        }
        for known in words.values_mut() {
            known.sort();
            known.dedup();
        }
        Self { words, begins }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The ranges of the words in `text`, in order and without overlaps. Most bytes start no word
    /// and cost one look; the others cost a binary search.
    pub(super) fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let begins = self.begins.get(usize::from(*byte));
            let rest = bytes.get(at..).filter(|_| begins.is_some_and(|it| *it));
            let length = rest.and_then(|rest| self.longest(rest)).unwrap_or(0);
            if length > 0 {
                match found.last_mut() {
                    Some(last) if at <= last.end => last.end = last.end.max(at + length),
                    Some(_) | None => found.push(at..at + length),
                }
            }
            // Another word can start within this one. In a long word only the end is searched: a
            // word that starts earlier would be just as long.
            at += length.saturating_sub(LOOKED_FOR).max(1);
        }
        found
    }

    /// The length of the longest word at the start of `rest`, including its continuation.
    fn longest(&self, rest: &[u8]) -> Option<usize> {
        let mut beginning = rest.get(..LOOKED_FOR).unwrap_or(rest);
        loop {
            let upto = (Bound::Unbounded, Bound::Included(beginning));
            let (near, whole) = self.words.range::<[u8], _>(upto).next_back()?;
            if beginning.starts_with(near) {
                let whole = whole.iter().map(|word| shared(word, rest));
                return Some(whole.max().unwrap_or(near.len()));
            }
            // Only the common prefix can be another word at the start of `rest`.
            let shared = shared(near, beginning);
            beginning = beginning.get(..shared).filter(|it| !it.is_empty())?;
        }
    }
}

/// How many bytes both begin with.
fn shared(one: &[u8], other: &[u8]) -> usize {
    let both = one.iter().zip(other);
    both.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_longest_word_is_found_at_every_place() {
        let words = Words::of(["abc", "abcde", "xyz", "\u{e9}t\u{e9}"].into_iter());
        let found = |text: &str| words.ranges(text);
        assert_eq!(found("abcdxabcdef abxyz"), [0..3, 5..10, 14..17]);
        assert_eq!(found("abcl'\u{e9}t\u{e9}"), [0..3, 5..10]);
        assert!(found("nothing").is_empty());
    }

    #[test]
    fn a_word_that_begins_in_another_is_no_less_one() {
        let words = Words::of(["abcd", "cdef"].into_iter());
        assert_eq!(words.ranges("abcdef cdef"), [0..6, 7..11]);
    }

    #[test]
    fn a_long_word_is_found_as_far_as_it_goes() {
        let long = "a-b-".repeat(1000);
        let words = Words::of([long.as_str(), "tail"].into_iter());
        let text = format!("x {long}tail a-b- {}y", &long[..2000]);
        assert_eq!(words.ranges(&text), [2..4006, 4012..6012]);
    }
}
