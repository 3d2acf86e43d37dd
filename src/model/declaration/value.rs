//! The types of values that a file states.

use std::fmt::{Debug, Display};

use super::Form;
use crate::model::{
    ClockTime, DailyWindow, Days, Duration, ErrorRate, LastDay, Moment, Name, Portion, Quantity,
    WeeklyWindow, Word,
};

/// A value that was read, whatever its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Stated {
    /// A whole number.
    Whole(u32),
    /// `#true` or `#false`.
    Flag(bool),
    /// A text.
    Text(String),
    /// A word of a vocabulary.
    Word(&'static str),
    /// A DNS label.
    Name(Name),
    /// A length of time.
    Duration(Duration),
    /// Cores, bytes, or another amount.
    Quantity(Quantity),
    /// A count of pods, or a share of them.
    Portion(Portion),
    /// A window of a day.
    Daily(DailyWindow),
    /// A window of a week.
    Weekly(WeeklyWindow),
    /// Days of the week.
    Days(Days),
    /// A time of the day.
    Clock(ClockTime),
    /// A day and a time.
    Moment(Moment),
    /// A share of requests.
    ErrorRate(ErrorRate),
    /// A day of the calendar.
    Date(LastDay),
}

impl Display for Stated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "#{flag}"),
            Self::Text(text) => write!(f, "{text}"),
            Self::Word(word) => write!(f, "{word}"),
            Self::Name(name) => write!(f, "{name}"),
            Self::Duration(duration) => write!(f, "{duration}"),
            Self::Quantity(quantity) => write!(f, "{quantity}"),
            Self::Portion(portion) => write!(f, "{portion}"),
            Self::Daily(window) => write!(f, "{window}"),
            Self::Weekly(window) => write!(f, "{window}"),
            Self::Days(days) => write!(f, "{days}"),
            Self::Clock(time) => write!(f, "{time}"),
            Self::Moment(moment) => write!(f, "{moment}"),
            Self::ErrorRate(rate) => write!(f, "{rate}"),
            Self::Date(day) => write!(f, "{day}"),
        }
    }
}

/// A value as KDL writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A string, without its quotes.
    Text(String),
    /// A number or a truth value, as written.
    Bare(String),
}

/// A type of values that a file states.
pub trait Value: Clone + Debug + Display + PartialEq {
    /// The values that an attribute of this type takes, unless the declaration restricts them.
    const FORM: Form;

    /// The value, if `stated` is one of this type.
    fn of(stated: Stated) -> Option<Self>;

    /// A value with which resolving can continue if a value is missing. The environment is then not used.
    fn placeholder() -> Self;

    /// The value as it is written.
    fn literal(&self) -> Literal {
        Literal::Text(self.to_string())
    }

    /// Whether a file may state it. Names that tierc composes may be longer than that.
    fn can_be_stated(&self) -> bool {
        true
    }
}

macro_rules! values {
    ($($type:ty: $form:expr, $stated:ident $(, $literal:expr)?;)+) => {$(
        impl Value for $type {
            const FORM: Form = $form;

            fn of(stated: Stated) -> Option<Self> {
                if let Stated::$stated(value) = stated { Some(value) } else { None }
            }

            fn placeholder() -> Self {
                Self::default()
            }

            $(fn literal(&self) -> Literal {
                let written: fn(&Self) -> Literal = $literal;
                written(self)
            })?
        }
    )+};
}

values! {
    u32: Form::Whole(0..=u32::MAX), Whole, |it| Literal::Bare(it.to_string());
    bool: Form::Flag, Flag, |it| Literal::Bare(format!("#{it}"));
    String: Form::Text, Text;
    Quantity: Form::Quantity, Quantity;
    Duration: Form::Duration(0..=u64::MAX), Duration;
    DailyWindow: Form::Daily, Daily;
    WeeklyWindow: Form::Weekly, Weekly;
    Days: Form::Days, Days;
    ClockTime: Form::Clock, Clock;
    Moment: Form::Moment, Moment;
    ErrorRate: Form::ErrorRate, ErrorRate;
    LastDay: Form::Date, Date;
}

impl Value for Name {
    const FORM: Form = Form::Name;

    fn of(stated: Stated) -> Option<Self> {
        if let Stated::Name(name) = stated {
            Some(name)
        } else {
            None
        }
    }

    fn placeholder() -> Self {
        Self::composed("missing".into())
    }

    fn can_be_stated(&self) -> bool {
        self.as_str().len() <= Self::MAX
    }
}

impl Value for Portion {
    const FORM: Form = Form::Portion;

    fn of(stated: Stated) -> Option<Self> {
        if let Stated::Portion(portion) = stated {
            Some(portion)
        } else {
            None
        }
    }

    fn placeholder() -> Self {
        Self::Count(0)
    }

    fn literal(&self) -> Literal {
        match self {
            Self::Count(count) => Literal::Bare(count.to_string()),
            Self::Percent(_) => Literal::Text(self.to_string()),
        }
    }
}

impl<T: Word + Debug + Display + PartialEq> Value for T {
    const FORM: Form = Form::Word(|| T::WORDS.iter().map(|(word, _)| *word).collect());

    fn of(stated: Stated) -> Option<Self> {
        if let Stated::Word(word) = stated {
            T::from_word(word)
        } else {
            None
        }
    }

    fn placeholder() -> Self {
        T::WORDS.first().expect("a vocabulary has words").1
    }
}

/// A KDL string literal for `text`.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
