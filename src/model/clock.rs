//! Times of the calendar as a file states them: clock times, days of the week, moments. None of
//! them means an instant before its time zone is known.

use super::text_form::text_form;
use super::window::{self, DAYS};

/// `20:00`: a time of the day, in minutes after midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    minute: u32,
}

impl ClockTime {
    /// Reads `hh:mm`, from `00:00` to `23:59`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        window::clock(text)
            .map(|minute| Self { minute })
            .ok_or_else(|| {
                format!(
                    "`{text}` is not a time of day: write it as `HH:MM`, from `00:00` to `23:59`"
                )
            })
    }

    /// Minutes after midnight, 0 to 1439.
    #[must_use]
    pub fn minute_of_day(self) -> u32 {
        self.minute
    }

    /// The same on a clock.
    #[must_use]
    pub fn civil(self) -> jiff::civil::Time {
        let part = |number: u32| i8::try_from(number).expect("hours and minutes are below 60");
        jiff::civil::time(part(self.minute / 60), part(self.minute % 60), 0, 0)
    }
}

impl std::fmt::Display for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// `mon-fri`, `sat,sun`: some days of the week, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days([bool; 7]);

impl Default for Days {
    fn default() -> Self {
        Self::ALL
    }
}

impl Days {
    /// The whole week.
    pub const ALL: Self = Self([true; 7]);

    /// Reads days and ranges of days with commas between them, such as `mon-thu,sat`; a range may
    /// pass Sunday.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a list of weekdays: write them as `mon-fri` or `sat,sun`");
        let index = |day: &str| DAYS.iter().position(|known| *known == day);
        let mut days = [false; 7];
        for range in text.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (Some(mut day), Some(last)) = (index(first), index(last)) else {
                return Err(wrong());
            };
            loop {
                days.iter_mut().skip(day).take(1).for_each(|on| *on = true);
                if day == last {
                    break;
                }
                day = (day + 1) % 7;
            }
        }
        Ok(Self(days))
    }

    /// Whether `weekday` is one of them.
    #[must_use]
    pub fn contains(self, weekday: jiff::civil::Weekday) -> bool {
        let day = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default();
        self.0.get(day).copied().unwrap_or_default()
    }

    /// These days and one more.
    #[must_use]
    pub fn with(mut self, weekday: jiff::civil::Weekday) -> Self {
        let day = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default();
        self.0
            .iter_mut()
            .skip(day)
            .take(1)
            .for_each(|on| *on = true);
        self
    }
}

impl std::fmt::Display for Days {
    /// Runs of days in the order of the week: `mon-thu,sat`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (day, _) in self.0.iter().enumerate().filter(|(_, on)| **on) {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == day => *last = day,
                Some(_) | None => runs.push((day, day)),
            }
        }
        let name = |day: usize| DAYS.get(day).copied().unwrap_or_default();
        let runs: Vec<String> = runs
            .into_iter()
            .map(|(first, last)| match last - first {
                0 => name(first).to_owned(),
                _ => format!("{}-{}", name(first), name(last)),
            })
            .collect();
        f.write_str(&runs.join(","))
    }
}

/// `2030-11-29T06:00`: a day and a minute on the clocks of some place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(jiff::civil::DateTime);

impl Moment {
    /// Reads `yyyy-mm-ddThh:mm`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shaped = text.len() == 16 && text.as_bytes().get(10) == Some(&b'T');
        let moment = shaped.then(|| text.parse().ok()).flatten();
        moment.map(Self).ok_or_else(|| {
            format!("`{text}` is not a day and a time: write them as `2030-11-29T06:00`")
        })
    }

    /// The same on a calendar.
    #[must_use]
    pub fn civil(self) -> jiff::civil::DateTime {
        self.0
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (day, time) = (self.0.date(), self.0.time());
        write!(f, "{day}T{:02}:{:02}", time.hour(), time.minute())
    }
}

/// `2030-01-31`: a day as it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastDay(pub jiff::civil::Date);

impl LastDay {
    /// Reads `yyyy-mm-dd`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let day = text.parse().ok().map(Self);
        day.filter(|day| day.to_string() == text)
            .ok_or_else(|| format!("`{text}` is not a day: write it as `2030-01-31`"))
    }
}

impl std::fmt::Display for LastDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

text_form!(ClockTime, "^[0-2][0-9]:[0-5][0-9]$");
text_form!(
    Days,
    "^(mon|tue|wed|thu|fri|sat|sun)([,-](mon|tue|wed|thu|fri|sat|sun))*$"
);
text_form!(
    Moment,
    "^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]$"
);
text_form!(LastDay, "^[0-9]{4}-[01][0-9]-[0-3][0-9]$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_any_order_and_written_in_one() {
        for (text, shown) in [
            ("mon-fri", "mon-fri"),
            ("sun,sat", "sat-sun"),
            ("fri-mon", "mon,fri-sun"),
            ("sat,mon-thu", "mon-thu,sat"),
            ("wed", "wed"),
            ("tue-mon", "mon-sun"),
        ] {
            assert_eq!(
                Days::parse(text).map(|days| days.to_string()),
                Ok(shown.into())
            );
        }
        for text in ["", "Mon", "mon-", "mon,,tue", "monday", "1-5"] {
            assert!(Days::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_has_a_day_and_a_minute_and_no_more() {
        let moment = Moment::parse("2030-11-29T06:05").expect("it is one");
        assert_eq!(moment.to_string(), "2030-11-29T06:05");
        for text in [
            "2030-11-29",
            "2030-11-29 06:05",
            "2030-11-29T06:05:00",
            "2030-02-30T06:05",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
    }
}
