//! The review as Markdown, for a monthly ticket.

use super::number::{bare, shown};
use super::text::{cost, disruption, headline, one_line, reached, seen_to, until, which};
use super::{CapacityReport, ChangeReport, MetricReport, OutlookReport, ReliefReport};
use crate::report::markdown::{LIMIT, block, code, prose, table};

/// Bytes reserved for the line that counts what was left out.
const RESERVE: usize = 200;

/// The report. Each due metric has a section. Sections that do not fit are left out whole and
/// counted.
#[must_use]
pub fn markdown(report: &CapacityReport) -> String {
    let mut text = format!("## {}\n\n{}", headline(report), metrics(report));
    let notes = report
        .notes
        .iter()
        .map(|note| format!("- {}\n", prose(note)));
    let notes: String = notes.collect();
    let mut left = LIMIT.saturating_sub(RESERVE + text.len() + notes.len());
    let mut dropped = 0;
    for metric in &report.metrics {
        let (Some(outlook), Some(relief)) = (&metric.outlook, &metric.relief) else {
            continue;
        };
        let section = section(metric, outlook, relief);
        match left.checked_sub(section.len()) {
            Some(rest) if dropped == 0 => {
                left = rest;
                text += &section;
            }
            Some(_) | None => dropped += 1,
        }
    }
    if dropped > 0 {
        text +=
            &format!("\n{dropped} more metrics do not fit here: `tierc capacity` prints them.\n");
    }
    if notes.is_empty() {
        text
    } else {
        format!("{text}\n{notes}")
    }
}

fn metrics(report: &CapacityReport) -> String {
    let heads = [
        "component",
        "metric",
        ">now",
        ">threshold",
        ">in 90 days",
        "reached",
    ];
    format!(
        "{} to {} from {}. Each day counts with its 95th percentile; intervals have a confidence of 90%.\n\n{}",
        report.first,
        report.today,
        code(&report.source),
        table(&heads, report.metrics.iter().map(row))
    )
}

fn row(metric: &MetricReport) -> Vec<String> {
    let value = |value: f64| bare(value, metric.unit);
    let (now, ahead, reached) = if let Some(outlook) = &metric.outlook {
        let ahead = outlook.in_90_days;
        (
            value(outlook.now.value),
            format!("{} to {}", value(ahead.low), value(ahead.high)),
            reached(&outlook.days_until, outlook.direction),
        )
    } else {
        let lacking = metric.lacking.clone().unwrap_or_default();
        (String::new(), String::new(), lacking)
    };
    let threshold = shown(metric.threshold, metric.unit);
    let component = code(&metric.component);
    vec![
        component,
        metric.metric.to_string(),
        now,
        threshold,
        ahead,
        reached,
    ]
}

fn section(metric: &MetricReport, outlook: &OutlookReport, relief: &ReliefReport) -> String {
    let until = until(metric, outlook);
    let mut text = format!(
        "\n### {} {}: {until}\n\n",
        code(&metric.component),
        metric.metric
    );
    text += &relief.change.as_ref().map_or_else(
        || "No tried change lasts for 90 days.\n".to_owned(),
        |change| made(change, relief.priced, metric),
    );
    if !relief.refused.is_empty() {
        text.push('\n');
    }
    for refused in &relief.refused {
        text += &format!(
            "- not {}: {}\n",
            code(&one_line(&refused.kdl)),
            prose(&refused.reason)
        );
    }
    text
}

fn made(change: &ChangeReport, priced: bool, metric: &MetricReport) -> String {
    let instructions = change.instructions.iter();
    let instructions: String = instructions
        .map(|it| format!("- {}\n", prose(it)))
        .collect();
    let nodes = match (change.nodes.as_str(), instructions.is_empty()) {
        ("", _) => String::new(),
        (nodes, true) => block("kdl", nodes),
        (nodes, false) => format!("\n{}", block("kdl", nodes)),
    };
    let seen_to = seen_to(change, priced);
    let seen_to: String = seen_to
        .iter()
        .map(|it| format!("- {}\n", prose(it)))
        .collect();
    format!(
        "{} that lasts for 90 days:\n\n{instructions}{nodes}\n- {}\n- {}\n{seen_to}- with this change at most {} within 90 days\n",
        capital(which(priced)),
        cost(change),
        prose(&disruption(change)),
        shown(change.after, metric.unit)
    )
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
