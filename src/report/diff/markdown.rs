//! Differences as Markdown, for a pull request comment: important parts first, the rest folded,
//! within the size limit of a comment.

mod happens;
mod page;
mod sections;
mod summary;
mod value;

use crate::report::markdown::{code, prose};

use super::{DiffReport, EnvironmentDiff};
use page::{Page, Rank};

/// The report. Sections that do not fit are left out whole, the least important first, and named at
/// the end.
#[must_use]
pub fn markdown(report: &DiffReport) -> String {
    let mut page = Page::default();
    let several = report.environments.len() != 1 || report.unchanged > 0;
    if several {
        page.add(Rank::Summary, "the summary", summary::summary(report));
    }
    page.add(Rank::Gates, "the limits", summary::gates(&report.gates));
    page.add(
        Rank::Rules,
        "files that cannot be read",
        summary::unread(&report.unread),
    );
    let level = if several { "###" } else { "##" };
    for environment in &report.environments {
        one(&mut page, environment, level);
    }
    page.add(Rank::Summary, "the fingerprint", summary::approval(report));
    page.text()
}

fn one(page: &mut Page, environment: &EnvironmentDiff, level: &str) {
    let name = &environment.environment;
    page.begin(sections::head(environment, level));
    let mut add = |rank, what: &str, text| {
        page.add(rank, &format!("{what} of {}", code(name)), text);
    };
    add(Rank::Rules, "findings", sections::findings(environment));
    let resources = sections::resources(environment);
    add(Rank::Intent, "intent", sections::intent(environment));
    add(Rank::Resources, "resources", resources);
    add(Rank::Money, "money", sections::money(environment));
    add(
        Rank::Disruption,
        "disruption",
        happens::disruption(environment),
    );
    add(Rank::Order, "safe order", happens::order(environment));
    add(Rank::Values, "values", sections::values(environment));
    for file in environment.artifacts.iter().flatten() {
        let what = format!("the diff of {}", code(&file.path));
        add(Rank::Artifacts, &what, sections::artifact(file));
    }
    if environment.artifacts.as_ref().is_some_and(Vec::is_empty) {
        let none = prose("No rendered file differs.\n");
        add(Rank::Artifacts, "rendered files", format!("{none}\n"));
    }
}
