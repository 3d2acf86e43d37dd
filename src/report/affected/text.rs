//! Affected environments as a table.

use super::{AffectedEnvironment, AffectedReport};
use crate::diff::Presence;
use crate::impact::Class;
use crate::report::amount::{growth_beside, lasting, money};
use crate::report::paint::{Ink, Paint, of_class};
use crate::report::table::{Columns, joined};

/// A row for each environment, and a line with their number.
#[must_use]
pub fn text(report: &AffectedReport, color: bool) -> String {
    let paint = Paint(color);
    let all = report.environments.len() + report.unaffected;
    let plural = if all == 1 {
        "environment"
    } else {
        "environments"
    };
    if report.environments.is_empty() {
        return format!("none of {all} {plural} is affected\n");
    }
    let mut rows =
        vec![["environment", "what", "worst disruption", "USD a month"].map(str::to_owned)];
    rows.extend(report.environments.iter().map(row));
    let columns = Columns::fit(rows.iter().map(<[String; 4]>::each_ref));
    let inks = report.environments.iter().map(|it| {
        it.worst
            .as_ref()
            .map_or(Ink::Plain, |it| of_class(it.class))
    });
    let inks = std::iter::once(Ink::Plain).chain(inks);
    let mut text = String::new();
    for (at, (row, ink)) in rows.iter().zip(inks).enumerate() {
        let [name, what, worst, money] = columns.cells(row);
        let line = joined(&[name, what, paint.ink(ink, &worst), money]);
        let head = if at == 0 { Ink::Dim } else { Ink::Plain };
        text += &format!("{}\n", paint.ink(head, &line));
    }
    text + &format!("{}\n", total(report, all))
}

fn row(environment: &AffectedEnvironment) -> [String; 4] {
    let name = match &environment.formerly {
        Some(formerly) => format!("{} (formerly {formerly})", environment.environment),
        None => environment.environment.clone(),
    };
    let worst = environment.worst.as_ref().map_or_else(
        || Class::None.to_string(),
        |worst| lasting(worst.class, worst.seconds),
    );
    let cost = environment.cost.unwrap_or_default();
    let money = growth_beside(&cost, environment.unpriced.len());
    [name, what(environment), worst, money]
}

fn what(environment: &AffectedEnvironment) -> String {
    let tiers = environment.tiers;
    match (environment.presence, tiers.before, tiers.after) {
        (Presence::Added, _, _) => "new".into(),
        (Presence::Removed, _, _) => "removed".into(),
        (Presence::Kept, Some(before), Some(after)) if before != after => {
            format!("{before} -> {after}")
        }
        (Presence::Kept, _, _) => match (environment.values, environment.files.len()) {
            (0, 1) => "1 file".into(),
            (0, files) => format!("{files} files"),
            (1, _) => "1 value".into(),
            (values, _) => format!("{values} values"),
        },
    }
}

fn total(report: &AffectedReport, all: usize) -> String {
    let plural = if all == 1 {
        "environment"
    } else {
        "environments"
    };
    let is = if report.environments.len() == 1 {
        "is"
    } else {
        "are"
    };
    let worst = report.worst.as_ref().map_or_else(String::new, |worst| {
        format!(
            ", worst disruption: {}",
            lasting(worst.class, worst.seconds)
        )
    });
    let money = money(&report.cost.unwrap_or_default(), report.unpriced);
    format!(
        "{} of {all} {plural} {is} affected{worst}, {money}",
        report.environments.len()
    )
}
