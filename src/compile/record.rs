//! Records of earlier runs, checked by the rules like the files they came from. A tree can be
//! edited by hand, outlive its waivers, or come from another catalogue.

use rayon::prelude::*;

use jiff::civil::Date;

use super::catalogue_subset::SubsetFacts;
use super::{Compiled, check_across, estimated, waivers};
use crate::ast::Ast;
use crate::check::{self, Context};
use crate::diagnostic::visible::line;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::emit::Artifacts;
use crate::model::{Environment, Waiver};
use crate::source::{Source, SourceId, Sources};

/// The environment that an earlier run recorded.
#[derive(Clone, Debug)]
pub struct Record {
    /// The record's file, as the user names it.
    pub name: String,
    /// The environment.
    pub environment: Environment,
    /// Its file's waivers; `None` if the record does not state them.
    pub waivers: Option<Vec<Waiver>>,
    /// What else that run left.
    pub recorded: RecordedRun,
}

/// The other facts that an earlier run recorded.
#[derive(Clone, Debug)]
pub struct RecordedRun {
    /// The version of the catalogue that the environment was completed from.
    pub catalogue: String,
    /// The generated files as they are now, if they were requested.
    pub files: Option<Artifacts>,
}

/// Checks records. Findings about the catalogue go to the first.
pub(super) fn finish_all(
    records: Vec<Record>,
    facts: &SubsetFacts,
    about_catalogue: Diagnostics,
    sources: &mut Sources,
    today: Date,
) -> Vec<Compiled> {
    let named: Vec<(SourceId, Record)> = records
        .into_iter()
        .map(|record| (add(&record, sources), record))
        .collect();
    let mut records: Vec<Compiled> = named
        .into_par_iter()
        .map(|(source, record)| finish(source, record, facts, today))
        .collect();
    check_across(&mut records);
    for record in &mut records {
        let told = std::mem::take(&mut record.diagnostics);
        record.diagnostics = told.map(|finding| about(finding, record, facts));
    }
    if let Some(first) = records.first_mut() {
        first.diagnostics.extend(about_catalogue);
    }
    for record in &mut records {
        record.diagnostics.sort(sources);
    }
    records
}

/// A record has a name but no text, because its contents are not for users to edit.
fn add(record: &Record, sources: &mut Sources) -> SourceId {
    sources.add(Source {
        name: line(&record.name).into_owned(),
        text: "".into(),
        catalogue: false,
    })
}

fn finish(source: SourceId, record: Record, facts: &SubsetFacts, today: Date) -> Compiled {
    let waivers = record.waivers.as_deref().unwrap_or_default();
    // A file with only the waivers left, so rules about a file's statements find nothing.
    let file = Ast {
        waivers: waivers::restated(waivers),
        ..Ast::default()
    };
    let diagnostics = check(&file, &record.environment, facts, today);
    let (diagnostics, waived) = match &record.waivers {
        Some(waivers) => waivers::apply_recorded(waivers, today, diagnostics),
        None => waivers::perhaps_waived(diagnostics),
    };
    Compiled {
        source,
        environment: Some(record.environment),
        diagnostics,
        waivers: record.waivers,
        waived,
        recorded: Some(record.recorded),
    }
}

/// The findings of the rules in an environment that came from `file`.
fn check(file: &Ast, environment: &Environment, facts: &SubsetFacts, today: Date) -> Diagnostics {
    let estimate = estimated(environment, facts);
    check::check(&Context {
        environment,
        catalogue: &facts.catalogue,
        file,
        // A tier that the catalogue lacks is reported separately.
        tier: facts.tiers.get(environment.tier.value).unwrap_or(file),
        estimate: estimate.as_ref(),
        today,
    })
}

/// A finding about a record: it names the record's file, says whether the catalogue has changed
/// since, and where to correct it.
fn about(mut finding: Diagnostic, record: &Compiled, facts: &SubsetFacts) -> Diagnostic {
    finding.record = Some(record.source);
    if finding.severity != Severity::Error {
        return finding;
    }
    let (then, now) = (
        record.recorded.as_ref().map(|it| &it.catalogue),
        &facts.catalogue.version,
    );
    if let Some(then) = then.filter(|then| *then != now) {
        finding = finding.note(format!(
            "the tree was made with the catalogue {then}, and is checked with {now}"
        ));
    }
    finding.help("change the file that the tree is rendered from, and render the tree again")
}
