//! Guesses the intended value of a nearly correct one.

use crate::model::{ClockTime, Days, Duration, Moment, Quantity};

/// `text` without blanks, split after its number.
fn split(text: &str) -> Option<(String, String)> {
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let at = dense
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(dense.len());
    let (number, unit) = dense.split_at(at);
    (!number.is_empty()).then(|| (number.to_owned(), unit.to_lowercase()))
}

/// The cores in `text`: `500 m`, `2 cores`, `0.5vcpu`.
pub(super) fn cores(text: &str) -> Option<String> {
    let (number, unit) = split(text)?;
    let suffix = match unit.as_str() {
        "" | "c" | "core" | "cores" | "cpu" | "cpus" | "vcpu" | "vcpus" => "",
        "m" | "milli" | "millicore" | "millicores" | "mcpu" => "m",
        _ => return None,
    };
    checked(format!("{number}{suffix}"))
}

/// The bytes in `text`: `512mb`, `2 GB`, `2gi`.
pub(super) fn bytes(text: &str) -> Option<String> {
    let (number, unit) = split(text)?;
    let suffix = match unit.trim_end_matches('b').trim_end_matches('i') {
        "k" => "Ki",
        "m" => "Mi",
        "g" => "Gi",
        "t" => "Ti",
        _ => return None,
    };
    checked(format!("{number}{suffix}"))
}

fn checked(quantity: String) -> Option<String> {
    Quantity::parse(&quantity).is_ok().then_some(quantity)
}

/// The duration in `text`: `5 min`, `30sec`, `2 hours`, `90`.
pub(super) fn duration(text: &str) -> Option<String> {
    let (number, unit) = split(text)?;
    let suffix = match unit.as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => "ms",
        "" | "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        _ => return None,
    };
    let meant = format!("{number}{suffix}");
    Duration::parse(&meant).is_ok().then_some(meant)
}

/// The date in `text`: `2030/01/31`, `2030.1.31`.
pub(super) fn date(text: &str) -> Option<String> {
    let parts: Vec<u16> = text
        .trim()
        .split(['-', '/', '.'])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let meant = format!("{year:04}-{month:02}-{day:02}");
    meant.parse::<jiff::civil::Date>().is_ok().then_some(meant)
}

/// The time of day in `text`: `8:00`, `8`, `8pm`, `20.30`, `24:00`.
pub(super) fn clock(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (clock, later) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (None, Some(clock)) => (clock, Some(12)),
        (None, None) => (text.as_str(), None),
    };
    let (hour, minute) = clock
        .trim()
        .split_once([':', '.'])
        .unwrap_or((clock.trim(), "00"));
    let hour: u32 = hour.parse().ok()?;
    let hour = match later {
        Some(later) if hour <= 12 => hour % 12 + later,
        None if hour == 24 => 0,
        None => hour,
        Some(_) => return None,
    };
    let meant = format!("{hour:02}:{}", minute.trim());
    ClockTime::parse(&meant).is_ok().then_some(meant)
}

/// The days in `text`: `Mon-Fri`, `monday, tuesday`, `daily`, `weekdays`, `weekend`.
pub(super) fn days(text: &str) -> Option<String> {
    let text = text.to_lowercase().replace([' ', '.'], "");
    match text.as_str() {
        "*" | "all" | "daily" | "everyday" => return Some("mon-sun".into()),
        "weekdays" | "workdays" => return Some("mon-fri".into()),
        "weekend" | "weekends" => return Some("sat-sun".into()),
        _ => {}
    }
    let short = |day: &str| day.get(..3).map(str::to_owned);
    let range = |range: &str| {
        let days: Option<Vec<String>> = range.split('-').map(short).collect();
        Some(days?.join("-"))
    };
    let meant: Option<Vec<String>> = text.split([',', '/']).map(range).collect();
    let meant = meant?.join(",");
    Days::parse(&meant).is_ok().then_some(meant)
}

/// The moment in `text`: with a blank instead of the `T`, with seconds, or without a time.
pub(super) fn moment(text: &str) -> Option<String> {
    let text = text.trim().replace([' ', 't'], "T");
    let (day, time) = text.split_once('T').unwrap_or((&text, "00:00"));
    let day = date(day)?;
    let time = clock(time.get(..5).unwrap_or(time))?;
    let meant = format!("{day}T{time}");
    Moment::parse(&meant).is_ok().then_some(meant)
}

/// The end in `text`: a day without a time, or with 24:00, ends when the next one starts.
pub(super) fn end(text: &str) -> Option<String> {
    let meant = moment(text)?;
    let trimmed = text.trim();
    let whole_day = !trimmed.contains(['T', 't', ' ']) || trimmed.contains("24:00");
    if !whole_day {
        return Some(meant);
    }
    let day: jiff::civil::Date = meant.split_once('T')?.0.parse().ok()?;
    let next = format!("{}T00:00", day.tomorrow().ok()?);
    Moment::parse(&next).is_ok().then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_understood() {
        assert_eq!(cores("500 m").as_deref(), Some("500m"));
        assert_eq!(cores("2 Cores").as_deref(), Some("2"));
        assert_eq!(bytes("512MB").as_deref(), Some("512Mi"));
        assert_eq!(bytes("2 gi").as_deref(), Some("2Gi"));
        assert_eq!(bytes("much"), None);
        assert_eq!(duration("5 min").as_deref(), Some("5m"));
        assert_eq!(duration("90").as_deref(), Some("90s"));
        assert_eq!(duration("soon"), None);
        assert_eq!(date("2030/1/31").as_deref(), Some("2030-01-31"));
        assert_eq!(date("31.01.2030"), None);
        assert_eq!(clock("8").as_deref(), Some("08:00"));
        assert_eq!(clock("8:30 pm").as_deref(), Some("20:30"));
        assert_eq!(clock("12am").as_deref(), Some("00:00"));
        assert_eq!(clock("24:00").as_deref(), Some("00:00"));
        assert_eq!(clock("25:00"), None);
        assert_eq!(days("Monday - Friday").as_deref(), Some("mon-fri"));
        assert_eq!(days("weekend").as_deref(), Some("sat-sun"));
        assert_eq!(days("1-5"), None);
        assert_eq!(
            moment("2030-11-29 06:00:00").as_deref(),
            Some("2030-11-29T06:00")
        );
        assert_eq!(moment("2030/11/29").as_deref(), Some("2030-11-29T00:00"));
        assert_eq!(moment("tomorrow"), None);
        assert_eq!(end("2030-11-30").as_deref(), Some("2030-12-01T00:00"));
        assert_eq!(end("2030-12-31 24:00").as_deref(), Some("2031-01-01T00:00"));
        assert_eq!(
            end("2030-11-30 6:00").as_deref(),
            moment("2030-11-30 6:00").as_deref()
        );
    }
}
