//! Versions: up to four numbers separated by points.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// The most numbers of a version.
const MOST: usize = 4;

/// The most digits of one of them.
const DIGITS: usize = 9;

/// A version such as `16`, `16.3` or `42.7.6`. In its order, an omitted number counts as 0; for
/// [`Self::compare_stated`] and [`Self::is_at_least`] it stands for any number.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    numbers: [u32; MOST],
    stated: usize,
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoVersion(String);

impl Display for NoVersion {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a version: write numbers with points between, such as `42.7.6`",
            self.0
        )
    }
}

impl std::error::Error for NoVersion {}

impl Version {
    /// `of(7, 0)` is 7.0.
    #[must_use]
    pub const fn of(major: u32, minor: u32) -> Self {
        Self {
            numbers: [major, minor, 0, 0],
            stated: 2,
        }
    }

    /// The same with a third number: `of(7, 0).patch(5)` is 7.0.5.
    #[must_use]
    pub const fn patch(self, patch: u32) -> Self {
        let [major, minor, ..] = self.numbers;
        Self {
            numbers: [major, minor, patch, 0],
            stated: 3,
        }
    }

    /// The version of a text that may be invalid, if another rule reports that. An invalid number
    /// counts as 0.
    #[must_use]
    pub fn lenient(text: &str) -> Self {
        let mut version = Self {
            numbers: [0; MOST],
            stated: 0,
        };
        for (number, part) in version.numbers.iter_mut().zip(text.split('.')) {
            *number = part.parse().unwrap_or(0);
            version.stated += 1;
        }
        version
    }

    /// The version at the start of a tag, after an optional `v`: `v1.25.2-p0` is 1.25.2. `None`
    /// unless the tag starts with at least two numbers.
    #[must_use]
    pub fn leading(tag: &str) -> Option<Self> {
        let text = tag.strip_prefix('v').unwrap_or(tag);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
        let text = text.get(..end.unwrap_or(text.len()))?;
        let mut numbers = text.trim_end_matches('.').splitn(MOST, '.');
        let mut next = || numbers.next().map(|part| part.parse().ok());
        let version = Self::of(next()??, next()??);
        match next() {
            None => Some(version),
            Some(patch) => Some(version.patch(patch?)),
        }
    }

    /// The first number.
    #[must_use]
    pub const fn major(&self) -> u32 {
        self.numbers[0]
    }

    /// The second number, if it is stated.
    #[must_use]
    pub fn minor(&self) -> Option<u32> {
        self.stated_numbers().get(1).copied()
    }

    /// Whether it omits the third number, like a tag that moves with every patch.
    #[must_use]
    pub const fn floats(&self) -> bool {
        self.stated < 3
    }

    /// The order of the numbers that both have: 16 is neither older nor newer than 16.4.
    #[must_use]
    pub fn compare_stated(&self, other: &Self) -> Ordering {
        let both = self.stated_numbers().iter().zip(other.stated_numbers());
        both.map(|(own, other)| own.cmp(other))
            .fold(Ordering::Equal, Ordering::then)
    }

    /// Whether it is `least` or later; `None` if it omits a number that decides: `42.7` can be
    /// 42.7.5 or 42.7.6.
    #[must_use]
    pub fn is_at_least(&self, least: &Self) -> Option<bool> {
        match self.compare_stated(least) {
            Ordering::Less => Some(false),
            Ordering::Greater => Some(true),
            Ordering::Equal => {
                let rest = least.stated_numbers().get(self.stated..);
                let open = rest.is_some_and(|rest| rest.iter().any(|number| *number > 0));
                (!open).then_some(true)
            }
        }
    }

    fn stated_numbers(&self) -> &[u32] {
        self.numbers.get(..self.stated).unwrap_or_default()
    }
}

/// The text before the first point, such as the major version of `16.3`, and the text after it.
#[must_use]
pub fn major_and_rest(text: &str) -> (&str, Option<&str>) {
    match text.split_once('.') {
        Some((major, rest)) => (major, Some(rest)),
        None => (text, None),
    }
}

impl FromStr for Version {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let is_number = |part: &str| {
            (1..=DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if text.split('.').count() <= MOST && text.split('.').all(is_number) {
            Ok(Self::lenient(text))
        } else {
            Err(NoVersion(text.to_owned()))
        }
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, number) in self.stated_numbers().iter().enumerate() {
            let point = if at == 0 { "" } else { "." };
            write!(f, "{point}{number}")?;
        }
        Ok(())
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_version_is_one_to_four_numbers() {
        for text in ["16", "16.3", "42.7.6", "1.2.3.4", "0.0"] {
            assert_eq!(version(text).to_string(), text);
        }
        for text in [
            "",
            ".",
            "16.",
            ".3",
            "1.2.3.4.5",
            "16.x",
            "v16",
            "9999999999",
            "-1",
        ] {
            let refused = text.parse::<Version>().unwrap_err().to_string();
            assert!(
                refused.starts_with(&format!("`{text}` is not a version")),
                "{refused}"
            );
        }
        assert_eq!(Version::of(7, 0).patch(5).to_string(), "7.0.5");
        assert_eq!(Version::lenient("16.x"), version("16.0"));
    }

    #[test]
    fn numbers_and_not_letters_give_the_order() {
        assert!(version("16.10") > version("16.9"));
        assert!(version("9.6") < version("10"));
        assert_eq!(version("7"), version("7.0"));
        let all = ["8.0", "10.1", "8.10", "8.2"].map(version);
        assert_eq!(all.iter().max(), Some(&version("10.1")));
    }

    #[test]
    fn what_is_left_out_is_any_number() {
        let compare = |a: &str, b: &str| version(a).compare_stated(&version(b));
        assert_eq!(compare("16", "16.4"), Ordering::Equal);
        assert_eq!(compare("16.4", "16"), Ordering::Equal);
        assert_eq!(compare("15.9", "16"), Ordering::Less);
        assert_eq!(compare("7.1", "7.0.5"), Ordering::Greater);
        assert_eq!(version("16").minor(), None);
        assert_eq!(version("16.0").minor(), Some(0));
        assert_eq!(major_and_rest("16.3"), ("16", Some("3")));
        assert_eq!(major_and_rest("16"), ("16", None));
    }

    #[test]
    fn a_version_decides_only_where_it_says_enough() {
        for (stated, least, expected) in [
            ("42.7.6", "42.7.6", Some(true)),
            ("42.7.10", "42.7.6", Some(true)),
            ("42.7.5", "42.7.6", Some(false)),
            ("42.7", "42.7.6", None),
            ("42", "42.7.6", None),
            ("42.5", "42.7.6", Some(false)),
            ("43", "42.7.6", Some(true)),
            ("1.11", "1.11.0", Some(true)),
            ("17", "17", Some(true)),
            ("17.2", "17", Some(true)),
            ("9.6", "17", Some(false)),
        ] {
            let decided = version(stated).is_at_least(&version(least));
            assert_eq!(decided, expected, "{stated} {least}");
        }
    }

    #[test]
    fn a_tag_names_a_version_or_none() {
        for (tag, expected) in [
            ("1.25.1", Some("1.25.1")),
            ("v1.25.2-p0", Some("1.25.2")),
            ("1.26", Some("1.26")),
            ("1.26.1-alpine", Some("1.26.1")),
            ("1.26.0-debian-12.3", Some("1.26.0")),
            ("latest", None),
            ("1", None),
            ("", None),
            ("99999999999.1.1", None),
        ] {
            let named = Version::leading(tag).map(|version| version.to_string());
            assert_eq!(named.as_deref(), expected, "{tag}");
        }
        assert!(Version::leading("1.26").is_some_and(|it| it.floats()));
        assert!(Version::leading("1.26.1").is_some_and(|it| !it.floats()));
    }
}
