//! Readers, which turn a written value into a typed value or into a problem.

mod gib;
mod near;
mod time;

use std::ops::RangeInclusive;

use super::mistake::Mistake;
use super::scan::quoted;
use super::suggest;
use super::tree::KdlLiteral;
use crate::diagnostic::{Code, Diagnostic, Severity, code};
use crate::model::declaration::{Form, Stated};
use crate::model::place::canonical_cidr;
use crate::model::{Api, Duration, LastDay, Money, Name, Place, Portion, Quantity, Word};
use crate::source::Span;

pub use super::tree::KdlValue;
pub use gib::gib;
use time::{asleep, duration_in_millis, end, error_rate, moment};
pub use time::{daily, date, days, five_minutes, weekly};

/// What is wrong with a value.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    message: String,
    help: Option<String>,
    replacement: Option<String>,
}

impl Problem {
    /// A value of the wrong type, form or range.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self {
            code: code::WRONG_VALUE,
            message: message.into(),
            help: None,
            replacement: None,
        }
    }

    /// The problem of a value that is written with `mistake`: the mistake, and the correction of `reader`.
    /// `None` if the mistake was reported already.
    #[must_use]
    pub fn of_mistake(mistake: Mistake, repr: &str, reader: Option<Self>) -> Option<Self> {
        let (code, message) = mistake.message(repr)?;
        let own = || (mistake.help().map(str::to_owned), mistake.correction(repr));
        let (help, replacement) = reader.map_or_else(own, |it| (it.help, it.replacement));
        Some(Self {
            code,
            message,
            help,
            replacement,
        })
    }

    /// Adds a sentence that says what to write.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a sentence to the help.
    #[must_use]
    pub fn also(mut self, more: &str) -> Self {
        self.help = Some(match self.help {
            Some(help) => format!("{help}; {more}"),
            None => more.to_owned(),
        });
        self
    }

    /// The message for an unquoted value that would be wrong in quotes, too.
    #[must_use]
    pub fn in_quotes(&self) -> String {
        format!(
            "text must be in quotes, and even in quotes this value is wrong: {}",
            self.message
        )
    }

    /// Adds advice, unless there is some already.
    #[must_use]
    pub fn or_help(mut self, help: String) -> Self {
        if self.replacement.is_none() {
            self.help.get_or_insert(help);
        }
        self
    }

    /// Adds the text to write in place of the value.
    #[must_use]
    pub fn write(mut self, replacement: impl Into<String>) -> Self {
        self.replacement = Some(replacement.into());
        self
    }

    /// Drops a quoted correction that is `wrong` as well.
    #[must_use]
    pub fn unless(mut self, wrong: impl FnOnce(&str) -> bool) -> Self {
        let text = self.replacement.as_deref();
        let plain = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
        if plain.is_some_and(|text| !text.contains('\\') && wrong(text)) {
            self.replacement = None;
        }
        self
    }

    /// The finding for the value at `span`, which belongs to the KDL path `path`.
    #[must_use]
    pub fn finding(self, span: Span, path: &str) -> Diagnostic {
        let finding = Diagnostic::new(self.code, Severity::Error, self.message)
            .label(span, format!("the value of `{path}`"));
        // Only the spelling of the value changes, so the repair is safe.
        let safe = self.code == code::BARE_VALUE;
        match (self.help, self.replacement) {
            (help, Some(text)) => {
                let help = help.unwrap_or_else(|| format!("write `{text}`"));
                let finding = finding.replace(help, span, text);
                if safe { finding.safely() } else { finding }
            }
            (Some(help), None) => finding.help(help),
            (None, None) => finding,
        }
    }
}

/// What a reader gives back.
pub type Reading<T> = Result<T, Problem>;

fn kind(value: &KdlValue<'_>) -> &'static str {
    match value.literal {
        KdlLiteral::Text(_) => "text",
        KdlLiteral::Whole(_) => "a whole number",
        KdlLiteral::Real if value.repr.contains(['e', 'E']) => "a number with an exponent",
        KdlLiteral::Real => "a number with a fraction",
        KdlLiteral::Truth(_) => "a truth value",
        KdlLiteral::Null => "`#null`",
    }
}

fn mismatch(expected: &str, value: &KdlValue<'_>) -> Problem {
    Problem::wrong(format!(
        "{} is given, but {expected} is expected",
        kind(value)
    ))
}

/// The largest accepted number. Kubernetes, KEDA and PgBouncer count in signed 32-bit integers, and
/// PgBouncer silently misreads larger numbers.
const MOST: u32 = i32::MAX.unsigned_abs();

/// A whole number within `range`, and of 31 bits at the most.
pub fn whole(range: RangeInclusive<u32>) -> impl Fn(&KdlValue<'_>) -> Reading<u32> {
    let range = *range.start()..=(*range.end()).min(MOST);
    move |value| {
        let Some(number) = value.whole() else {
            let meant = value.text().unwrap_or(value.repr).trim_end_matches('%');
            let meant = meant.strip_suffix(".0").unwrap_or(meant).trim();
            let number = meant.parse::<u32>().ok();
            let problem = mismatch("a whole number", value);
            return Err(match number.filter(|number| range.contains(number)) {
                Some(number) => problem.write(number.to_string()),
                None => problem.help(within(&range)),
            });
        };
        let fits = |number: &u32| range.contains(number);
        u32::try_from(number).ok().filter(fits).ok_or_else(|| {
            let help = if number > MOST.into() {
                between(&range)
            } else {
                within(&range)
            };
            Problem::wrong(format!("`{}` is out of range", value.repr)).help(help)
        })
    }
}

/// What to write. The upper limit is left out if it is `MOST`, the limit of every number.
fn within(range: &RangeInclusive<u32>) -> String {
    if *range.end() == MOST {
        format!("write a whole number of at least {}", range.start())
    } else {
        between(range)
    }
}

fn between(range: &RangeInclusive<u32>) -> String {
    format!(
        "write a whole number from {} to {}",
        range.start(),
        range.end()
    )
}

/// A whole number of 64 bits.
pub fn large(value: &KdlValue<'_>) -> Reading<u64> {
    let number = value.whole().and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| mismatch("a whole number", value))
}

/// `#true` or `#false`.
pub fn flag(value: &KdlValue<'_>) -> Reading<bool> {
    if let KdlLiteral::Truth(flag) = value.literal {
        return Ok(flag);
    }
    let problem = mismatch("`#true` or `#false`", value);
    let word = value.text().unwrap_or(value.repr).to_lowercase();
    Err(match word.as_str() {
        "true" | "yes" | "on" | "1" => problem.write("#true"),
        "false" | "no" | "off" | "0" => problem.write("#false"),
        _ => problem.help("write `#true` or `#false`"),
    })
}

fn string<'a>(value: &'a KdlValue<'_>, expected: &str) -> Reading<&'a str> {
    let Some(text) = value.text() else {
        let problem = mismatch(expected, value);
        return Err(match value.literal {
            KdlLiteral::Null => problem.help("remove it: `#null` is not a value here"),
            KdlLiteral::Text(_)
            | KdlLiteral::Whole(_)
            | KdlLiteral::Real
            | KdlLiteral::Truth(_) => problem.write(quoted(value.repr.trim_start_matches('#'))),
        });
    };
    // A line feed in a value could end a setting and start another in INI and HCL. Characters for the
    // writing direction can make the displayed text differ from the text that programs read.
    let hidden = |c: &char| c.is_control() || suggest::turns_text(*c);
    if let Some(control) = text.chars().find(hidden) {
        return Err(Problem::wrong(format!(
            "a value must not contain the hidden character U+{:04X}: remove it",
            u32::from(control)
        )));
    }
    Ok(text)
}

/// Any string without control characters.
pub fn any_text(value: &KdlValue<'_>) -> Reading<String> {
    string(value, "text in quotes").map(str::to_owned)
}

/// A string that `check` accepts, or its sentence about why not.
pub fn text(
    check: impl Fn(&str) -> Result<(), String>,
) -> impl Fn(&KdlValue<'_>) -> Reading<String> {
    move |value| {
        let text = string(value, "text in quotes")?;
        check(text).map_err(Problem::wrong)?;
        Ok(text.to_owned())
    }
}

/// A string that is valid in its place. If it is nearly valid, the problem has the correction.
pub fn placed(place: Place) -> impl Fn(&KdlValue<'_>) -> Reading<String> {
    move |value| {
        let written = string(value, "text in quotes")?;
        let meant = || match place {
            Place::Cidr => canonical_cidr(written),
            Place::AwsWord | Place::Image | Place::Host | Place::HostPort => {
                Some(written.trim().to_lowercase())
            }
            Place::Zone
            | Place::Url
            | Place::RedisList
            | Place::RedisUser
            | Place::QueueName
            | Place::SqsUrl
            | Place::Brokers
            | Place::Query
            | Place::MetricName
            | Place::FileName => Some(written.trim().to_owned()),
            Place::ObjectName
            | Place::DnsLabel
            | Place::ServiceName
            | Place::PortName
            | Place::LabelKey
            | Place::LabelValue
            | Place::AnnotationKey
            | Place::Variable
            | Place::DataKey
            | Place::RdsIdentifier
            | Place::ReplicationGroup
            | Place::ParameterGroup
            | Place::NodeGroup
            | Place::TagKey
            | Place::TagValue
            | Place::PostgresName => None,
        };
        place
            .check(written)
            .map_err(|message| nearly(message, meant().filter(|text| place.takes(text))))?;
        Ok(written.to_owned())
    }
}

/// An AWS region.
pub fn region(value: &KdlValue<'_>) -> Reading<String> {
    let written = string(value, "a region in quotes")?;
    super::text::region(written).map_err(|message| {
        let meant = written.to_lowercase().replace('_', "-");
        nearly(
            message,
            super::text::region(&meant).is_ok().then_some(meant),
        )
    })?;
    Ok(written.to_owned())
}

/// A DNS label.
pub fn name(value: &KdlValue<'_>) -> Reading<Name> {
    let text = string(value, "a name in quotes, such as \"kaireon\",")?;
    Name::parse(text).map_err(|message| {
        let problem = Problem::wrong(message);
        match Name::nearest(text) {
            Some(name) => problem.write(quoted(name.as_str())),
            None => problem,
        }
    })
}

/// The name of an API. The path `api.image` is an attribute, so no API has such a name.
pub fn api_name(value: &KdlValue<'_>) -> Reading<Name> {
    let name = name(value)?;
    if Api::is_attribute(name.as_str()) {
        let message = format!("no API can be called `{name}`, as an attribute of an API is");
        return Err(Problem::wrong(message));
    }
    Ok(name)
}

/// A DNS label that begins with a letter.
pub fn lettered_name(value: &KdlValue<'_>) -> Reading<Name> {
    let name = name(value)?;
    if name.as_str().starts_with(|c: char| c.is_ascii_lowercase()) {
        return Ok(name);
    }
    let message = format!(
        "`{name}` starts with a digit, but names of AWS resources and of Services start with a letter"
    );
    Err(Problem::wrong(message))
}

/// Cores.
pub fn cpu(value: &KdlValue<'_>) -> Reading<Quantity> {
    let text = string(value, "an amount of cores in quotes, such as \"500m\",")?;
    Quantity::parse(text).map_err(|message| nearly(message, near::cores(text)))
}

/// Bytes; `quantity-suspicious` judges what is odd about them.
pub fn memory(value: &KdlValue<'_>) -> Reading<Quantity> {
    let expected = "a size in quotes, such as \"512Mi\",";
    if value.text().is_none() {
        let problem = mismatch(expected, value);
        return Err(match value.whole() {
            // A small number means gibibytes, a large one mebibytes.
            Some(number @ 1..=32) => problem.write(format!("\"{number}Gi\"")),
            Some(number @ 33..=1_048_576) => problem.write(format!("\"{number}Mi\"")),
            Some(_) | None => problem.help("write a number and its unit, such as \"512Mi\""),
        });
    }
    let text = string(value, expected)?;
    Quantity::parse(text).map_err(|message| nearly(message, near::bytes(text)))
}

/// A problem with the intended value, if it can be guessed.
fn nearly(message: String, meant: Option<String>) -> Problem {
    let problem = Problem::wrong(message);
    match meant {
        Some(meant) => problem.write(quoted(&meant)),
        None => problem,
    }
}

fn positive_quantity(value: &KdlValue<'_>, expected: &str) -> Reading<Quantity> {
    let quantity = Quantity::parse(string(value, expected)?).map_err(Problem::wrong)?;
    if quantity.is_zero() {
        return Err(Problem::wrong("the amount must be greater than 0"));
    }
    Ok(quantity)
}

/// A quantity of anything, more than none.
pub fn quantity(value: &KdlValue<'_>) -> Reading<Quantity> {
    positive_quantity(value, "a quantity in quotes, such as \"100\",")
}

/// A length of time within `range`, in seconds; whole, because what it becomes counts seconds.
pub fn duration(range: RangeInclusive<u64>) -> impl Fn(&KdlValue<'_>) -> Reading<Duration> {
    move |value| {
        if let Some(number) = value.whole() {
            return Err(mismatch("a duration in quotes, such as \"30s\",", value)
                .write(format!("\"{number}s\"")));
        }
        let text = string(value, "a duration in quotes, such as \"30s\",")?;
        let duration =
            Duration::parse(text).map_err(|message| nearly(message, near::duration(text)))?;
        if !duration.is_whole_seconds() {
            return Err(Problem::wrong(format!(
                "`{text}` is not a whole number of seconds"
            )));
        }
        if range.contains(&duration.secs()) {
            return Ok(duration);
        }
        let (least, most) = (
            Duration::from_secs(*range.start()),
            Duration::from_secs(*range.end()),
        );
        Err(Problem::wrong(format!("`{text}` is out of range"))
            .help(format!("write a duration from \"{least}\" to \"{most}\"")))
    }
}

/// A count of pods, or a share of them.
pub fn portion(value: &KdlValue<'_>) -> Reading<Portion> {
    if let Some(number) = value.whole() {
        return u32::try_from(number)
            .ok()
            .filter(|count| *count <= MOST)
            .map(Portion::Count)
            .ok_or_else(|| Problem::wrong(format!("`{number}` is out of range")));
    }
    let text = string(value, "a whole number or a percentage in quotes")?;
    Portion::parse_percent(text).map_err(|message| {
        let problem = Problem::wrong(message);
        match text.parse::<u32>() {
            Ok(number) => problem.help(format!(
                "write `{number}` for a number of pods, or `\"{number}%\"` for a percentage"
            )),
            Err(_) => problem,
        }
    })
}

/// A price in dollars.
pub fn money(value: &KdlValue<'_>) -> Reading<Money> {
    let text = string(value, "a price in quotes, such as \"0.0816\",")?;
    Money::parse(text).map_err(Problem::wrong)
}

/// One of the words of `T`.
pub fn word<T: Word>(value: &KdlValue<'_>) -> Reading<T> {
    let words: Vec<&'static str> = T::WORDS.iter().map(|(word, _)| *word).collect();
    let word = one_of(&words, value)?;
    Ok(T::from_word(word).expect("one of its words"))
}

/// One of `words`.
fn one_of(words: &[&'static str], value: &KdlValue<'_>) -> Reading<&'static str> {
    let text = string(value, "a word in quotes")?;
    let words = || words.iter().copied();
    if let Some(word) = words().find(|word| *word == text) {
        return Ok(word);
    }
    let mut problem = Problem::wrong(format!("`{text}` is not a word that is known here"));
    problem.code = code::UNKNOWN_WORD;
    let known = format!("known here: {}", suggest::list(words()));
    Err(match suggest::nearest(text, words()) {
        Some(near) => problem
            .help(format!("did you mean `{near}`? {known}"))
            .write(quoted(near)),
        None => problem.help(known),
    })
}

/// What an attribute of this form takes.
pub fn stated(form: &'static Form) -> impl Fn(&KdlValue<'_>) -> Reading<Stated> {
    move |value| match form {
        Form::Whole(range) => whole(range.clone())(value).map(Stated::Whole),
        Form::Gib(range) => gib(range.clone())(value).map(Stated::Whole),
        Form::Flag => flag(value).map(Stated::Flag),
        Form::Duration(range) => duration(range.clone())(value).map(Stated::Duration),
        Form::Word(words) => one_of(&words(), value).map(Stated::Word),
        Form::Text => any_text(value).map(Stated::Text),
        Form::Placed(place) => placed(*place)(value).map(Stated::Text),
        Form::Version => text(super::text::version)(value).map(Stated::Text),
        Form::Taint => text(super::text::toleration)(value).map(Stated::Text),
        Form::Region => region(value).map(Stated::Text),
        Form::Name => name(value).map(Stated::Name),
        Form::LetteredName => lettered_name(value).map(Stated::Name),
        Form::Cpu => cpu(value).map(Stated::Quantity),
        Form::Memory => memory(value).map(Stated::Quantity),
        Form::Quantity => quantity(value).map(Stated::Quantity),
        Form::Portion => portion(value).map(Stated::Portion),
        Form::Daily => daily(value).map(Stated::Daily),
        Form::Weekly => weekly(value).map(Stated::Weekly),
        Form::Asleep => asleep(value).map(Stated::Whole),
        Form::Days => days(value).map(Stated::Days),
        Form::Clock => five_minutes(value).map(Stated::Clock),
        Form::Moment => moment(value).map(Stated::Moment),
        Form::End => end(value).map(Stated::Moment),
        Form::Millis => duration_in_millis(value).map(Stated::Duration),
        Form::ErrorRate => error_rate(value).map(Stated::ErrorRate),
        Form::Date => date(value).map(|day| Stated::Date(LastDay(day))),
        Form::Rule => text(super::text::token)(value).map(Stated::Text),
        Form::Sentence => text(super::text::non_empty)(value).map(Stated::Text),
        Form::Fingerprint => text(super::text::fingerprint)(value).map(Stated::Text),
        Form::Map(..) => unreachable!("a map has no value of its own"),
        Form::Attributes(_) => unreachable!("a node has no value of its own"),
    }
}
