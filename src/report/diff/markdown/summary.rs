//! The part about all environments together.

use crate::diagnostic::json::FindingJson;
use crate::report::amount::lasting;
use crate::report::markdown::{code, prose, table};

use super::super::headline;
use super::super::{CostDiff, DiffReport, EnvironmentDiff, Gated};
use super::sections;

/// The most rows of the table. With more environments, it shows the worst.
const ROWS: usize = 200;
/// The most sentences about a limit.
const SENTENCES: usize = 20;

/// The number of environments that differ, and a row for each.
pub(super) fn summary(report: &DiffReport) -> String {
    let differing = report.environments.len();
    let of = differing + report.unchanged;
    let environments = |count: usize| match count {
        1 => "1 environment".to_owned(),
        _ => format!("{count} environments"),
    };
    if differing == 0 {
        return format!("## No differences in {}\n", environments(of));
    }
    let mut text = format!("## {differing} of {} differ\n\n", environments(of));
    let mut parts: Vec<String> = report.money().into_iter().collect();
    if let Some(worst) = &report.worst {
        parts.push(format!(
            "worst disruption: **{}**",
            lasting(worst.class, worst.seconds)
        ));
    }
    text += &format!("{}\n\n", parts.join(", "));
    let shown = shown(report);
    let rows = shown.iter().map(|environment| row(environment));
    let heads = [
        "Environment",
        "Change",
        "Worst disruption",
        ">USD a month",
        "Rules",
    ];
    text += &table(&heads, rows);
    match differing - shown.len() {
        0 => text,
        more => text + &format!("\nand {more} more, none of them worse\n"),
    }
}

/// The environments with a row: if there are too many, the worst, in order.
fn shown(report: &DiffReport) -> Vec<&EnvironmentDiff> {
    let mut shown: Vec<(usize, &EnvironmentDiff)> =
        report.environments.iter().enumerate().collect();
    let class = |environment: &EnvironmentDiff| environment.worst.as_ref().map(|it| it.class);
    shown.sort_by_key(|(at, environment)| (std::cmp::Reverse(class(environment)), *at));
    shown.truncate(ROWS);
    shown.sort_by_key(|(at, _)| *at);
    shown
        .into_iter()
        .map(|(_, environment)| environment)
        .collect()
}

fn row(environment: &EnvironmentDiff) -> Vec<String> {
    let worst = environment.worst.as_ref();
    let cost = environment.cost.as_ref();
    let rules: Vec<String> = headline::rules(environment)
        .iter()
        .map(|(rule, _)| prose(rule))
        .collect();
    vec![
        code(&environment.environment),
        prose(&headline::what(environment).join(", ")),
        worst.map_or_else(String::new, |it| lasting(it.class, it.seconds)),
        cost.map_or_else(String::new, CostDiff::growth),
        rules.join(", "),
    ]
}

/// The limits of `--fail-on`.
pub(super) fn gates(gates: &[Gated]) -> String {
    let mut text = String::new();
    for gate in gates {
        let (mark, says) = if gate.exceeded {
            ("CAUTION", "exceeded")
        } else {
            ("TIP", "kept")
        };
        text += &format!(
            "> [!{mark}]\n> {}: {says}\n",
            code(&format!("--fail-on {}", gate.gate))
        );
        for by in gate.by.iter().take(SENTENCES) {
            text += &format!("> - {}\n", prose(by));
        }
        let more = gate.by.len().saturating_sub(SENTENCES);
        if more > 0 {
            text += &format!("> - and {more} more\n");
        }
        text.push('\n');
    }
    text.trim_end_matches('\n').to_owned() + if gates.is_empty() { "" } else { "\n" }
}

/// Findings in files that cannot be resolved.
pub(super) fn unread(findings: &[FindingJson]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let lines: String = findings.iter().map(sections::finding).collect();
    format!("**Files that cannot be read: their changes are unknown**\n\n{lines}")
}

/// How the change is named and approved.
pub(super) fn approval(report: &DiffReport) -> String {
    if report.environments.is_empty() {
        return String::new();
    }
    let fingerprint = &report.fingerprint;
    format!(
        "---\nTo accept this whole difference, and no other, despite `--fail-on`, pass `--approve \
         {fingerprint}`. To accept a single value, pass the fingerprint of that value.\n"
    )
}
