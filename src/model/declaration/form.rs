//! The values that an attribute takes.

use std::fmt;
use std::ops::RangeInclusive;

use super::Declaration;
use crate::model::{Duration, Place};

/// The values that an attribute takes.
#[derive(Debug)]
pub enum Form {
    /// A whole number.
    Whole(RangeInclusive<u32>),
    /// A whole number of GiB.
    Gib(RangeInclusive<u32>),
    /// `#true` or `#false`.
    Flag,
    /// A whole number of seconds.
    Duration(RangeInclusive<u64>),
    /// A word of a closed vocabulary.
    Word(fn() -> Vec<&'static str>),
    /// Any text.
    Text,
    /// A text that is valid in its place.
    Placed(Place),
    /// A version: numbers with points between.
    Version,
    /// A taint: `key=value:Effect`.
    Taint,
    /// An AWS region.
    Region,
    /// A DNS label.
    Name,
    /// A DNS label that begins with a letter.
    LetteredName,
    /// Cores.
    Cpu,
    /// Bytes.
    Memory,
    /// An amount above zero.
    Quantity,
    /// A count of pods, or a share of them.
    Portion,
    /// A window of a day.
    Daily,
    /// A window of a week.
    Weekly,
    /// 0, the only count of the API in off-hours.
    Asleep,
    /// Days of the week.
    Days,
    /// A time of the day, on a multiple of five minutes.
    Clock,
    /// A day and a time.
    Moment,
    /// A day and a time at which something ends.
    End,
    /// A duration of at least one millisecond.
    Millis,
    /// A share of requests.
    ErrorRate,
    /// A day of the calendar.
    Date,
    /// The name of a rule.
    Rule,
    /// A text that is not empty.
    Sentence,
    /// The fingerprint of a value that looks like a credential.
    Fingerprint,
    /// Values by names that the user chooses: the form of the names, and the form of the values.
    Map(Place, &'static Form),
    /// The attributes of a node.
    Attributes(&'static [&'static Declaration]),
}

/// At least 1: an HPA on utilisation cannot scale to zero, and a pool size of 0 would remove PgBouncer's
/// limit. `pause at=0` stops a pool.
pub const AT_LEAST_ONE: Form = Form::Whole(1..=u32::MAX);

/// Labels of Kubernetes by their keys.
pub const LABELS: Form = Form::Map(Place::LabelKey, &Form::Placed(Place::LabelValue));

impl Form {
    /// The words of a closed vocabulary; empty for other forms.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        if let Self::Word(words) = self {
            words()
        } else {
            Vec::new()
        }
    }
}

/// The accepted values, as a phrase.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(range) => whole(f, range, ""),
            Self::Gib(range) => whole(f, range, " of GiB"),
            Self::Flag => f.write_str("`#true` or `#false`"),
            Self::Duration(range) => {
                let [least, most] =
                    [range.start(), range.end()].map(|secs| Duration::from_secs(*secs));
                if *range.end() == u64::MAX {
                    write!(f, "a duration of at least {least}")
                } else {
                    write!(f, "a duration from {least} to {most}")
                }
            }
            Self::Word(words) => {
                let words: Vec<String> = words().iter().map(|it| format!("`{it}`")).collect();
                f.write_str(&words.join(", "))
            }
            Self::Text => f.write_str("a text"),
            Self::Placed(place) => f.write_str(place.rule()),
            Self::Version => f.write_str("a version, such as `\"42.7.7\"`"),
            Self::Taint => f.write_str("a taint, such as `\"spot=true:NoSchedule\"`"),
            Self::Region => f.write_str("an AWS region, such as `us-east-1`"),
            Self::Name => f.write_str("a name: at most 63 characters from `a-z`, `0-9` and `-`"),
            Self::LetteredName => f.write_str(
                "a name: at most 63 characters from `a-z`, `0-9` and `-`, starting with a letter",
            ),
            Self::Cpu => f.write_str("cores, such as `\"500m\"` or `\"2\"`"),
            Self::Memory => f.write_str("bytes, such as `\"512Mi\"`"),
            Self::Quantity => f.write_str("an amount, more than 0"),
            Self::Portion => f.write_str("a count of pods, or a percentage in quotes"),
            Self::Daily => f.write_str("a window of a day in UTC"),
            Self::Weekly => f.write_str("a window of a week in UTC"),
            Self::Asleep => f.write_str("`0`"),
            Self::Days => f.write_str("days of the week, such as `mon-fri` or `sat,sun`"),
            Self::Clock => f.write_str("a time such as `20:05`, on a multiple of five minutes"),
            Self::Moment | Self::End => f.write_str("a day and a time, such as `2030-11-29T06:00`"),
            Self::Millis => f.write_str("a duration of at least 1ms"),
            Self::ErrorRate => f.write_str("a percentage from `0%` to `100%`, such as `0.05%`"),
            Self::Date => f.write_str("a day, such as `2030-01-31`"),
            Self::Rule => f.write_str("the name of a rule"),
            Self::Sentence => f.write_str("a text that is not empty"),
            Self::Fingerprint => {
                f.write_str("a fingerprint, as a finding of `secret-literal` prints it")
            }
            Self::Map(keys, values) => {
                write!(f, "names, each {}, with a value: {values}", keys.rule())
            }
            Self::Attributes(_) => f.write_str("attributes of its own"),
        }
    }
}

fn whole(f: &mut fmt::Formatter<'_>, range: &RangeInclusive<u32>, unit: &str) -> fmt::Result {
    let (least, most) = (range.start(), range.end());
    match (*least, *most) {
        (0, u32::MAX) => write!(f, "a whole number{unit}"),
        (least, u32::MAX) => write!(f, "a whole number{unit}, at least {least}"),
        (least, most) => write!(f, "a whole number{unit} from {least} to {most}"),
    }
}
