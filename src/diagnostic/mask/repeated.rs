//! Where known words are in a text.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

/// How many bytes of a word are compared: longer words that begin alike count as equal.
const LOOKED_FOR: usize = 256;

/// Words to look for. Many sentences are looked through for the words of one file.
pub(super) struct Words {
    /// The whole words by their beginnings, as far as they are looked for.
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

    /// The places of the words in `text`, in order and apart. A byte that begins none costs one look,
    /// and a place where one could begin as many as there are words to halve.
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
            // Another word can begin in this one. Of a long one only the end is looked through: a word
            // that begins before it would be as long.
            at += length.saturating_sub(LOOKED_FOR).max(1);
        }
        found
    }

    /// How much of `rest` is the longest word that it begins with, or goes on like one.
    fn longest(&self, rest: &[u8]) -> Option<usize> {
        let mut beginning = rest.get(..LOOKED_FOR).unwrap_or(rest);
        loop {
            let upto = (Bound::Unbounded, Bound::Included(beginning));
            let (near, whole) = self.words.range::<[u8], _>(upto).next_back()?;
            if beginning.starts_with(near) {
                let whole = whole.iter().map(|word| shared(word, rest));
                return Some(whole.max().unwrap_or(near.len()));
            }
            // Only what both begin with can be another word that `rest` begins with.
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
