//! A pool's floor that is not reached in time for its event.

use crate::ast::TopPart;
use crate::budget::floors::Rise;
use crate::budget::scaling::told;
use crate::check::autoscaling::{is_rejected, steps};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::Edit;
use crate::model::count::counted;
use crate::model::{Duration, Name, Worker};
use crate::schedule::{Calendar, Occasion};

/// The rule `event-floor-late`.
pub(super) static RULE: Rule = Rule {
    code: Code("event-floor-late"),
    severity: Severity::Error,
    waivable: true,
    steady: false,
    reads: &[TopPart::Worker, TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/event-floor-late.md"),
    check,
};

/// The most steps of a climb that are shown.
const TOLD: usize = 6;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let calendar = Calendar::of(environment);
    for occasion in &calendar.occasions {
        if occasion.never_begins() {
            continue;
        }
        for name in occasion.event.worker.keys() {
            let pool = environment.worker.get(name);
            let rise = Rise::of(environment, &calendar, occasion, name);
            if let Some((pool, rise)) = pool.zip(rise) {
                findings.extend(one(occasion, name, pool, &rise));
            }
        }
    }
}

fn one(occasion: &Occasion<'_>, name: &Name, pool: &Worker, rise: &Rise) -> Option<Finding> {
    let (event, workload) = (occasion.event, &pool.workload);
    // Other rules report a floor above the maximum and a rejected step.
    if rise.floor > workload.replicas.max.value || is_rejected(&workload.scale_up) {
        return None;
    }
    let lead = event.lead.value.secs();
    let lasts = occasion.end.duration_since(occasion.start).as_secs();
    let lasts = u64::try_from(lasts).unwrap_or_default();
    let in_time = rise.reached().filter(|at| *at < lasts);
    // Without a lead, the file says that the floor starts with the event.
    if in_time.is_some_and(|at| at <= lead || lead == 0) {
        return None;
    }
    let pods = counted(rise.pods_at(lead), "pod");
    let who = format!("worker.{name}");
    let (severity, message) = match in_time {
        Some(_) => (
            Severity::Warning,
            format!(
                "the event `{}` begins with {pods} of `{who}` but asks for {}",
                occasion.name, rise.floor
            ),
        ),
        None => (
            Severity::Error,
            format!(
                "`{who}` does not reach the {} that the event `{}` asks for",
                counted(rise.floor, "pod"),
                occasion.name
            ),
        ),
    };
    let finding = Finding::new(RULE.code, severity, message);
    let finding = labelled(finding, occasion, name, pool).note(format!(
        "the pool climbs from {}: {}",
        counted(rise.from, "pod"),
        climb(rise)
    ));
    Some(match in_time {
        Some(at) => longer(finding, occasion, Duration::from_mins(at.div_ceil(60))),
        None => finding.help(
            "use larger steps in `scale-up`, or raise `replicas min=` to the floor of the event",
        ),
    })
}

/// Offers a lead: in place of the stated one, else after the end of the event.
fn longer(finding: Finding, occasion: &Occasion<'_>, lead: Duration) -> Finding {
    let event = occasion.event;
    let message = "use the shortest lead in which the pool reaches the floor, in whole minutes";
    let path = format!("event.{}.lead", occasion.name);
    match event.to.origin.span().filter(|_| event.lead.is_derived()) {
        Some(end) => {
            let edit = Edit::set(path, format!("\"{lead}\""));
            finding.insert_behind(end, message, format!(" lead=\"{lead}\""), edit)
        }
        None if event.lead.is_declared() => {
            finding.repair(&event.lead, &path, message, format!("\"{lead}\""))
        }
        None => finding.help(format!("{message}: {lead}")),
    }
}

fn labelled(finding: Finding, occasion: &Occasion<'_>, name: &Name, pool: &Worker) -> Finding {
    let (event, workload) = (occasion.event, &pool.workload);
    let path = format!("event.{}", occasion.name);
    let finding = match event.worker.get(name) {
        Some(floor) => finding.operand(floor, &format!("{path}.worker.{name}"), "the floor"),
        None => finding,
    };
    let finding = finding
        .operand(
            &event.lead,
            &format!("{path}.lead"),
            "the time for the climb",
        )
        .given(&event.from)
        .given(&event.to);
    let who = format!("worker.{name}");
    steps(finding, &format!("{who}.scale-up"), &workload.scale_up)
        .operand(
            &workload.replicas.min,
            &format!("{who}.replicas.min"),
            "the minimum",
        )
        .given(&workload.replicas.max)
        .given(&pool.polling)
}

/// The steps of the climb that are worth showing.
fn climb(rise: &Rise) -> String {
    let shown = rise.climb.get(..TOLD).unwrap_or(&rise.climb);
    let more = if shown.len() < rise.climb.len() {
        ", and so on"
    } else {
        ""
    };
    format!("{}{more}", told(shown))
}
