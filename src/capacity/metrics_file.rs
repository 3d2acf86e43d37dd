//! Reads metrics from a CSV file: `time,metric,component,value`, and optionally `unit`.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use super::series::{History, MOST, ReviewWindow, Sample, SeriesKey, day_of};
use crate::diagnostic::mask::mask;
use crate::diagnostic::visible::visible;
use crate::metric::{Metric, Tracked, Unit};

/// The most mistakes that are reported one by one.
const SHOWN: usize = 20;

/// The columns, in any order. `component` may be absent or empty if only one component has the
/// metric; `unit` may always be absent.
const COLUMNS: [&str; 5] = ["time", "metric", "component", "value", "unit"];

/// Something wrong with a file of metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsMistake {
    /// Its line, from 1.
    pub line: u64,
    /// The mistake, as one sentence. Quoted cells have no control characters and no credentials.
    pub message: String,
}

impl MetricsMistake {
    fn at(line: u64, message: impl AsRef<str>) -> Self {
        Self {
            line,
            message: visible(&mask(message.as_ref())),
        }
    }
}

/// Reads the metrics of an environment within a window.
///
/// # Errors
///
/// All mistakes in the file, by line: the first 20, and the number of the others.
pub fn read(
    bytes: &[u8],
    tracked: &[Tracked],
    window: ReviewWindow,
) -> Result<History, Vec<MetricsMistake>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let message = "the file is UTF-16: save it as UTF-8";
        return Err(vec![MetricsMistake::at(1, message)]);
    }
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::All)
        .has_headers(false)
        .from_reader(bytes);
    let mut records = reader.byte_records();
    let Some(header) = records.next() else {
        let message = "the file is empty: its first line names the columns, as in \
                       `time,metric,component,value`";
        return Err(vec![MetricsMistake::at(1, message)]);
    };
    let header = header.map_err(|error| vec![MetricsMistake::at(1, error.to_string())])?;
    let columns = MetricsColumns::of(&header).map_err(|mistake| vec![mistake])?;
    let mut rows = MetricsRows {
        tracked,
        window,
        columns,
        read: BTreeMap::new(),
        unread: Unread::default(),
        mistakes: Vec::new(),
        more: 0,
    };
    for record in records {
        match record {
            Ok(record) => rows.add(&record),
            Err(error) => rows.mistake(MetricsMistake::at(0, error.to_string())),
        }
    }
    rows.finish()
}

/// Where each column is.
struct MetricsColumns {
    places: [Option<usize>; COLUMNS.len()],
    count: usize,
}

impl MetricsColumns {
    fn of(header: &ByteRecord) -> Result<Self, MetricsMistake> {
        let mut places = [None; COLUMNS.len()];
        for (index, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name);
            let known = COLUMNS.iter().position(|known| *known == name);
            match known.and_then(|known| places.get_mut(known)) {
                Some(place) if place.is_none() => *place = Some(index),
                Some(_) => {
                    let message = format!("the column `{name}` appears twice");
                    return Err(MetricsMistake::at(1, message));
                }
                None if name.contains(';') => {
                    let message = "the columns are separated by `;`: separate them with commas";
                    return Err(MetricsMistake::at(1, message));
                }
                None => {
                    let message = format!(
                        "there is no column `{name}`: the columns are {}",
                        COLUMNS.join(", ")
                    );
                    return Err(MetricsMistake::at(1, message));
                }
            }
        }
        let columns = Self {
            places,
            count: header.len(),
        };
        for needed in ["time", "metric", "value"] {
            if columns.place(needed).is_none() {
                let message = format!("the column `{needed}` is missing");
                return Err(MetricsMistake::at(1, message));
            }
        }
        Ok(columns)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let column = COLUMNS.iter().position(|known| *known == name)?;
        self.places.get(column).copied().flatten()
    }
}

/// Rows outside of the window or without a value.
#[derive(Default)]
struct Unread {
    before: usize,
    after: usize,
    without_value: usize,
}

/// A value and its line.
struct MeasuredAt {
    sample: Sample,
    line: u64,
}

struct MetricsRows<'a> {
    tracked: &'a [Tracked],
    window: ReviewWindow,
    columns: MetricsColumns,
    read: BTreeMap<SeriesKey, Vec<MeasuredAt>>,
    unread: Unread,
    mistakes: Vec<MetricsMistake>,
    more: usize,
}

impl MetricsRows<'_> {
    fn mistake(&mut self, mistake: MetricsMistake) {
        if self.mistakes.len() < SHOWN {
            self.mistakes.push(mistake);
        } else {
            self.more += 1;
        }
    }

    fn add(&mut self, record: &ByteRecord) {
        let line = record.position().map_or(0, csv::Position::line);
        match self.row(record) {
            Ok(Some((key, sample))) => {
                let measured = MeasuredAt { sample, line };
                self.read.entry(key).or_default().push(measured);
            }
            Ok(None) => {}
            Err(message) => self.mistake(MetricsMistake::at(line, message)),
        }
    }

    /// The sample of a row; `None` if it has no value within the window.
    fn row(&mut self, record: &ByteRecord) -> Result<Option<(SeriesKey, Sample)>, String> {
        if record.len() != self.columns.count {
            return Err(format!(
                "the row has {} fields and the header {}",
                record.len(),
                self.columns.count
            ));
        }
        let field = |name: &str| -> Result<&str, String> {
            let Some(place) = self.columns.place(name) else {
                return Ok("");
            };
            let bytes = record.get(place).unwrap_or_default();
            std::str::from_utf8(bytes).map_err(|_| format!("`{name}` is not UTF-8 text"))
        };
        let at = time(field("time")?)?;
        let key = self.key(field("metric")?, field("component")?)?;
        unit(field("unit")?, key.0)?;
        let Some(value) = value(field("value")?)? else {
            self.unread.without_value += 1;
            return Ok(None);
        };
        if !self.window.holds(at) {
            if day_of(at) < self.window.first {
                self.unread.before += 1;
            } else {
                self.unread.after += 1;
            }
            return Ok(None);
        }
        Ok(Some((key, Sample { at, value })))
    }

    fn key(&self, metric: &str, component: &str) -> Result<SeriesKey, String> {
        let Some(metric) = Metric::ALL.into_iter().find(|known| known.name() == metric) else {
            let known = Metric::ALL.map(Metric::name).join(", ");
            return Err(format!(
                "{} is not a metric: the metrics are {known}",
                word(metric)
            ));
        };
        let having = || self.tracked.iter().filter(|it| it.metric == metric);
        let names: Vec<String> = having().map(|it| it.component.to_string()).collect();
        let found = match (component, names.len()) {
            ("", 1) => having().next(),
            ("", 0) => None,
            ("", _) => {
                return Err(format!(
                    "`component` is empty, and {} have `{metric}`: name one",
                    names.join(", ")
                ));
            }
            (name, _) => having().find(|it| it.component.to_string() == name),
        };
        let found = found.ok_or_else(|| {
            if names.is_empty() {
                format!("nothing in this environment has `{metric}`")
            } else {
                let mut known = self.tracked.iter().map(|it| it.component.to_string());
                let wrong = if known.any(|known| known == component) {
                    format!("`{component}` has no metric `{metric}`")
                } else {
                    format!("{} is not a component with `{metric}`", word(component))
                };
                format!("{wrong}: use {}", names.join(" or "))
            }
        })?;
        Ok((metric, found.component.clone()))
    }

    fn finish(mut self) -> Result<History, Vec<MetricsMistake>> {
        let mut history = History::default();
        for (key, mut measured) in std::mem::take(&mut self.read) {
            measured.sort_by_key(|it| (it.sample.at, it.line));
            self.repeated(&measured);
            let mut samples: Vec<Sample> = measured.into_iter().map(|it| it.sample).collect();
            samples.dedup_by_key(|sample| sample.at);
            history.notes.extend(looks_like_shares(&key, &samples));
            history.series.insert(key, samples);
        }
        if !self.mistakes.is_empty() {
            self.mistakes.sort_by_key(|mistake| mistake.line);
            if self.more > 0 {
                let last = self.mistakes.last().map_or(0, |mistake| mistake.line);
                let message = format!("and {} more mistakes after this line", self.more);
                self.mistakes.push(MetricsMistake::at(last, message));
            }
            return Err(self.mistakes);
        }
        history.notes.extend(self.unread.notes(self.window));
        Ok(history)
    }

    /// Two values for one instant: either may be wrong.
    fn repeated(&mut self, measured: &[MeasuredAt]) {
        let pairs = measured.iter().zip(measured.iter().skip(1));
        let differing = pairs.filter(|(one, other)| {
            one.sample.at == other.sample.at
                && one.sample.value.total_cmp(&other.sample.value).is_ne()
        });
        let mistakes: Vec<MetricsMistake> = differing
            .map(|(one, other)| {
                let message = format!(
                    "line {} has the same time with another value: remove one of the two",
                    one.line
                );
                MetricsMistake::at(other.line, message)
            })
            .collect();
        for mistake in mistakes {
            self.mistake(mistake);
        }
    }
}

impl Unread {
    fn notes(&self, window: ReviewWindow) -> Vec<String> {
        let (first, last) = (window.first, window.last);
        let rows = |count: usize| if count == 1 { "row" } else { "rows" };
        let note = |count: usize, why: String| {
            (count > 0).then(|| format!("{count} {} {why}", rows(count)))
        };
        [
            note(self.before, format!("before {first} not read")),
            note(self.after, format!("after {last} not read")),
            note(self.without_value, "without a value: a gap".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Shares from 0 to 1 instead of percent: they would never come near a threshold.
fn looks_like_shares((metric, component): &SeriesKey, samples: &[Sample]) -> Option<String> {
    let most = samples.iter().map(|it| it.value).fold(0.0, f64::max);
    let percent = metric.unit() == Unit::Percent;
    (percent && most > 0.0 && most <= 1.0).then(|| {
        format!("`{metric}` of {component} is never above 1: write percentages as 0 to 100")
    })
}

/// A cell that is safe to quote: one that could be a value of its column. Any other cell may be a
/// credential.
fn cell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_digit() || "+-:.,/%TZeE ".contains(c);
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let units = |text: &str| {
        text.len() <= 12
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "%./".contains(c))
    };
    if text.len() <= 40 && number && (text.chars().all(plain) || units(text)) {
        format!("`{text}`")
    } else {
        "the cell".to_owned()
    }
}

/// A name as it may be repeated.
fn word(text: &str) -> String {
    if text.len() <= 40
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || "-_. ".contains(c))
    {
        format!("`{text}`")
    } else {
        "the cell".to_owned()
    }
}

/// An instant in RFC 3339, or a day, which means its midnight in UTC.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let day = (text.len() == 10).then(|| text.parse::<Date>().ok());
    if let Some(day) = day.flatten() {
        return day
            .to_zoned(TimeZone::UTC)
            .map(|midnight| midnight.timestamp())
            .map_err(|_| format!("{} is outside the calendar", cell(text)));
    }
    let hint = if text.parse::<jiff::civil::DateTime>().is_ok() {
        ": it has no offset from UTC, such as `Z` or `+01:00`"
    } else {
        ": write `2026-11-24T18:00:00Z`, or `2026-11-24` for a day"
    };
    Err(format!("{} is not a time{hint}", cell(text)))
}

/// A value; `None` for an empty field or `NaN`, which Prometheus writes for a gap.
fn value(text: &str) -> Result<Option<f64>, String> {
    if text.is_empty() || text == "NaN" {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(value) if (0.0..=MOST).contains(&value) => Ok(Some(value)),
        Ok(value) if value.is_nan() => Ok(None),
        Ok(value) if value < 0.0 => {
            Err(format!("{} is negative, but no metric can be", cell(text)))
        }
        Ok(value) if value.is_finite() => {
            Err(format!("{} is too large for any metric", cell(text)))
        }
        Ok(_) => Err(format!("{} is not a finite number", cell(text))),
        Err(_) if text.ends_with('%') => {
            Err(format!("{} has a unit: write the number alone", cell(text)))
        }
        Err(_) => Err(format!(
            "{} is not a number: write it as `61.5`",
            cell(text)
        )),
    }
}

fn unit(text: &str, metric: Metric) -> Result<(), String> {
    let unit = metric.unit();
    if text.is_empty() || text == unit.to_string() {
        return Ok(());
    }
    Err(format!("`{metric}` is in `{unit}`, not in `{text}`"))
}
