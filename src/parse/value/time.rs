//! Readers of dates, times and durations.

use super::{KdlValue, Problem, Reading, mismatch, near, nearly, string, whole};
use crate::model::{ClockTime, DailyWindow, Days, Duration, ErrorRate, Moment, WeeklyWindow};

/// A daily window in UTC.
pub fn daily(value: &KdlValue<'_>) -> Reading<DailyWindow> {
    let text = string(value, "a daily window in quotes, such as \"02:00-03:00\",")?;
    DailyWindow::parse(text).map_err(Problem::wrong)
}

/// A weekly window in UTC.
pub fn weekly(value: &KdlValue<'_>) -> Reading<WeeklyWindow> {
    let text = string(
        value,
        "a weekly window in quotes, such as \"sun:04:00-sun:05:00\",",
    )?;
    WeeklyWindow::parse(text).map_err(Problem::wrong)
}

/// A calendar date.
pub fn date(value: &KdlValue<'_>) -> Reading<jiff::civil::Date> {
    let text = string(value, "a date in quotes, such as \"2030-01-31\",")?;
    let shaped = text.len() == 10;
    let date = text.parse().ok().filter(|_| shaped);
    date.ok_or_else(|| {
        nearly(format!("`{text}` is not a date"), near::date(text))
            .help("write year, month and day, such as \"2030-01-31\"")
    })
}

/// A time of the day that is a multiple of five minutes: what follows it looks every five minutes.
pub fn five_minutes(value: &KdlValue<'_>) -> Reading<ClockTime> {
    let expected = "a time in quotes, such as \"20:00\",";
    if let Some(meant) = value
        .whole()
        .and_then(|hour| near::clock(&hour.to_string()))
    {
        return Err(mismatch(expected, value).write(format!("\"{meant}\"")));
    }
    let text = string(value, expected)?;
    let time = ClockTime::parse(text).map_err(|message| nearly(message, near::clock(text)))?;
    if time.minute_of_day() % 5 == 0 {
        return Ok(time);
    }
    Err(
        Problem::wrong(format!("`{text}` is not a multiple of five minutes"))
            .help("schedules run every five minutes: write a time such as \"20:05\""),
    )
}

/// Days of the week.
pub fn days(value: &KdlValue<'_>) -> Reading<Days> {
    let text = string(value, "days in quotes, such as \"mon-fri\",")?;
    Days::parse(text).map_err(|message| nearly(message, near::days(text)))
}

/// An HPA on utilisation counts nothing at zero, and that is what keeps it from interfering.
pub(super) fn asleep(value: &KdlValue<'_>) -> Reading<u32> {
    match whole(0..=u32::MAX)(value)? {
        0 => Ok(0),
        _ => Err(Problem::wrong("off-hours can only set the API to 0").help(
            "write `0`; to keep some pods running, lower `replicas min=` of the API instead",
        )),
    }
}

/// A day and a time.
pub(super) fn moment(value: &KdlValue<'_>) -> Reading<Moment> {
    moment_near(value, near::moment)
}

/// A day and a time at which something is over.
pub(super) fn end(value: &KdlValue<'_>) -> Reading<Moment> {
    moment_near(value, near::end)
}

fn moment_near(value: &KdlValue<'_>, near: fn(&str) -> Option<String>) -> Reading<Moment> {
    let text = string(
        value,
        "a day and a time in quotes, such as \"2030-11-29T06:00\",",
    )?;
    Moment::parse(text).map_err(|message| nearly(message, near(text)))
}

/// A length of time down to a millisecond, of at least one.
pub(super) fn duration_in_millis(value: &KdlValue<'_>) -> Reading<Duration> {
    let expected = "a duration in quotes, such as \"500ms\",";
    if let Some(number) = value.whole() {
        return Err(mismatch(expected, value).write(format!("\"{number}ms\"")));
    }
    let text = string(value, expected)?;
    let duration =
        Duration::parse(text).map_err(|message| nearly(message, near::duration(text)))?;
    if duration.millis() == 0 {
        return Err(Problem::wrong("the duration must be at least 1 ms"));
    }
    Ok(duration)
}

/// A share of requests that may fail.
pub(super) fn error_rate(value: &KdlValue<'_>) -> Reading<ErrorRate> {
    let expected = "a share of requests in quotes, such as \"1%\",";
    if let Some(number) = value.whole() {
        return Err(mismatch(expected, value).write(format!("\"{number}%\"")));
    }
    ErrorRate::parse(string(value, expected)?).map_err(Problem::wrong)
}
