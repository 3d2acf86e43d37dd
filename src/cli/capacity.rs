//! `tierc capacity`

use std::cell::LazyCell;
use std::path::Path;

use crate::capacity::metrics_file;
use crate::capacity::offers::Offers;
use crate::capacity::proposal::{Base, Proposals, propose};
use crate::capacity::series::{History, ReviewWindow};
use crate::capacity::{Review, review};
use crate::compile::{self, Input};
use crate::diagnostic::visible::visible;
use crate::metric::{Tracked, tracked};
use crate::model::Environment;
use crate::report::capacity::html::html;
use crate::report::capacity::markdown::markdown;
use crate::report::capacity::text::{CapacityStyle, text};
use crate::report::capacity::{CapacityReport, Reviewed, json, report};

use super::args::{CapacityArgs, PageFormat};
use super::catalogue::catalogue;
use super::check::print_findings;
use super::error::Error;
use super::exit::Exit;
use super::files;
use super::load::{single, today};
use super::output::Output;
use super::prometheus::Prometheus;

/// The largest file of metrics: a year of samples of a hundred series.
const MOST_BYTES: u64 = 64 << 20;

pub(super) fn run(command: &CapacityArgs, output: &mut Output) -> Result<Exit, Vec<String>> {
    let (texts, today) = (
        catalogue(&command.common, std::slice::from_ref(&command.file))?,
        today(&command.common),
    );
    let input = input(&command.file)?;
    let run = compile::compile(vec![input.clone()], &texts, today);
    let environment = single(&run).filter(|_| compile::all_read(&run));
    let Some((_, environment)) = environment else {
        print_findings(&run, output);
        return Ok(Exit::Wrong);
    };
    let window = ReviewWindow::of(today, command.days);
    let tracked = tracked(environment);
    let (source, history) = match measured(command, &tracked, window)? {
        Ok(measured) => measured,
        Err(mistakes) => {
            for mistake in &mistakes {
                output.failure(mistake);
            }
            return Ok(Exit::Wrong);
        }
    };
    let review = review(tracked, history, window);
    let base = Base {
        input: &input,
        texts: &texts,
        today,
    };
    let report = report(&Reviewed {
        proposals: &proposals(&review, environment, &base),
        review: &review,
        environment,
        sources: &run.sources,
        source: &source,
    });
    print(&report, command.format, output);
    if run.has_errors() {
        output.say(&wrong(command));
        return Ok(Exit::Wrong);
    }
    Ok(Exit::Fine)
}

/// The command that shows what is wrong, with the same catalogue.
fn wrong(command: &CapacityArgs) -> String {
    let mut check = format!("tierc check {}", command.file.display());
    if let Some(folder) = &command.common.catalogue {
        check += &format!(" --catalogue {}", folder.display());
    }
    let check = visible(&check);
    format!("the environment has errors: `{check}` lists them")
}

/// The proposals for each metric that is due.
fn proposals(
    review: &Review,
    environment: &Environment,
    base: &Base<'_>,
) -> Vec<Option<Proposals>> {
    let due = review
        .items
        .iter()
        .map(|item| item.is_due().then_some(item));
    let offers = LazyCell::new(|| Offers::of(base.texts, &environment.region.value));
    due.map(|item| propose(item?, environment, &offers, base))
        .collect()
}

fn print(report: &CapacityReport, format: PageFormat, output: &mut Output) {
    let shown = CapacityStyle {
        color: output.style().color,
        unicode: shows_unicode(),
    };
    output.result(&match format {
        PageFormat::Human => text(report, shown),
        PageFormat::Json => json(report),
        PageFormat::Markdown => markdown(report),
        PageFormat::Html => html(report),
    });
}

/// The environment's file. It must be a single file.
fn input(path: &Path) -> Result<Input, Vec<String>> {
    let inputs = files::read_inputs(&[path.to_owned()])
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let count = inputs.len();
    let mut inputs = inputs.into_iter();
    match (inputs.next(), count) {
        (Some(input), 1) => Ok(Input {
            name: input.name,
            bytes: input.bytes,
        }),
        _ => Err(vec![format!(
            "`{}` has {count} environments, but metrics belong to one: pass its file",
            path.display()
        )]),
    }
}

/// The measurements and their source; mistakes in them, or why they could not be read.
type MeasuredInputs = Result<Result<(String, History), Vec<String>>, Vec<String>>;

fn measured(command: &CapacityArgs, tracked: &[Tracked], window: ReviewWindow) -> MeasuredInputs {
    if let Some(url) = &command.prometheus {
        let prometheus = Prometheus::at(url).map_err(|failure| vec![failure])?;
        let history = prometheus.history(tracked, window);
        let history = history.map_err(|failure| vec![failure])?;
        return Ok(Ok((prometheus.url().to_owned(), history)));
    }
    let path = command.metrics.as_deref().unwrap_or(Path::new(""));
    let name = visible(&path.display().to_string());
    let bytes = read(path).map_err(|failure| vec![failure])?;
    Ok(match metrics_file::read(&bytes, tracked, window) {
        Ok(history) => Ok((file_name(path), history)),
        Err(mistakes) => Err(mistakes
            .iter()
            .map(|it| format!("{name}:{}: {}", it.line, it.message))
            .collect()),
    })
}

/// Reports name the file without its folder, which belongs to this machine.
fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    visible(&name.to_string_lossy())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    files::read_file(path, MOST_BYTES).map_err(|error| {
        if matches!(error, Error::TooLarge(..)) {
            format!("{error}: remove the rows that are older than the review")
        } else {
            error.to_string()
        }
    })
}

/// Whether the locale supports Unicode: the first of these variables that is set decides.
fn shows_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
