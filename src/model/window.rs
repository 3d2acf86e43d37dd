//! The two kinds of AWS windows, in UTC: daily for backups, weekly for maintenance.

use super::text_form::text_form;

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
/// The days of the week in KDL.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `02:00-03:00` in minutes of the day; it may pass midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DailyWindow {
    from: u32,
    to: u32,
}

/// `sun:04:00-sun:05:00` in minutes of the week, counted from Monday; it may pass Sunday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeeklyWindow {
    from: u32,
    to: u32,
}

/// Minutes after midnight of `hh:mm`.
pub(super) fn clock(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn week_clock(text: &str) -> Option<u32> {
    let (day, time) = text.split_once(':')?;
    let day = DAYS.iter().position(|known| *known == day)?;
    Some(u32::try_from(day).ok()? * DAY + clock(time)?)
}

impl DailyWindow {
    /// Reads `hh:mm-hh:mm`. AWS requires at least 30 minutes.
    ///
    /// # Errors
    ///
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let window = text
            .split_once('-')
            .and_then(|(from, to)| Some((clock(from)?, clock(to)?)))
            .map(|(from, to)| Self { from, to })
            .ok_or_else(|| {
                format!("`{text}` is not a daily window in UTC: write it as `02:00-03:00`")
            })?;
        if window.minutes() < 30 {
            return Err(format!(
                "`{text}` lasts {} minutes; AWS wants a window of at least 30",
                window.minutes()
            ));
        }
        Ok(window)
    }

    /// Its length in minutes; 0 if start and end are equal.
    #[must_use]
    pub fn minutes(self) -> u32 {
        (self.to + DAY - self.from) % DAY
    }
}

impl WeeklyWindow {
    /// Reads `ddd:hh:mm-ddd:hh:mm`. AWS requires 30 minutes to 24 hours.
    ///
    /// # Errors
    ///
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let window = text
            .split_once('-')
            .and_then(|(from, to)| Some((week_clock(from)?, week_clock(to)?)))
            .map(|(from, to)| Self { from, to })
            .ok_or_else(|| {
                format!("`{text}` is not a weekly window in UTC: write it as `sun:04:00-sun:05:00`")
            })?;
        let minutes = window.minutes();
        if !(30..=DAY).contains(&minutes) {
            return Err(format!(
                "`{text}` lasts {minutes} minutes; AWS wants a window of 30 minutes to 24 hours"
            ));
        }
        Ok(window)
    }

    /// How long it lasts, in minutes.
    #[must_use]
    pub fn minutes(self) -> u32 {
        (self.to + WEEK - self.from) % WEEK
    }

    /// The next window of the same length that does not overlap `daily`; `None` if it is too long.
    #[must_use]
    pub fn clear_of(self, daily: DailyWindow) -> Option<Self> {
        let later = |minutes: u32| Self {
            from: (self.from + minutes) % WEEK,
            to: (self.to + minutes) % WEEK,
        };
        (0..DAY).map(later).find(|window| !window.overlaps(daily))
    }

    /// Whether it overlaps `daily` on any day.
    #[must_use]
    pub fn overlaps(self, daily: DailyWindow) -> bool {
        let apart = |from: u32, length: u32, other: u32, other_length: u32| {
            let ahead = (other + WEEK - from) % WEEK;
            let behind = (from + WEEK - other) % WEEK;
            ahead >= length && behind >= other_length
        };
        (0..7).any(|day| {
            !apart(
                self.from,
                self.minutes(),
                day * DAY + daily.from,
                daily.minutes(),
            )
        })
    }
}

fn write_clock(f: &mut std::fmt::Formatter<'_>, minute: u32) -> std::fmt::Result {
    write!(f, "{:02}:{:02}", minute % DAY / 60, minute % 60)
}

fn day(minute: u32) -> &'static str {
    DAYS.get((minute / DAY) as usize).copied().unwrap_or("mon")
}

impl std::fmt::Display for DailyWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_clock(f, self.from)?;
        f.write_str("-")?;
        write_clock(f, self.to)
    }
}

impl std::fmt::Display for WeeklyWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", day(self.from))?;
        write_clock(f, self.from)?;
        write!(f, "-{}:", day(self.to))?;
        write_clock(f, self.to)
    }
}

text_form!(DailyWindow, "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$");
text_form!(
    WeeklyWindow,
    "^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$"
);
