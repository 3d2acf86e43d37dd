//! The repairs that findings offer, applied.

use std::collections::BTreeMap;

use tierc::compile::{CatalogueTexts, Fixed, Fixes, Input, Repairable, Run, fix, repairable};
use tierc::diagnostic::{Diagnostic, Help, Severity};
use tierc::edit::{Edit, EditAction};
use tierc::model::Environment;
use tierc::rewrite;
use tierc::source::{Origin, Span};

use super::cases::{Case, cases};
use crate::support::{for_each, run_texts, today};

/// The run of a case, and the findings of its rule.
fn findings_of(case: &Case) -> (&Run, Vec<Diagnostic>) {
    let run = case.run();
    let own = run
        .diagnostics()
        .filter(|finding| finding.code.0 == case.rule);
    let own = own.cloned().collect();
    (run, own)
}

/// The failing cases of one file.
fn failing() -> impl Iterator<Item = &'static Case> {
    let one_file = |case: &&Case| !case.text.starts_with("// ");
    cases().filter(|case| case.fails()).filter(one_file)
}

/// How often each code is found.
fn counts(run: &Run) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in run.diagnostics() {
        *counts.entry(finding.code.0).or_default() += 1;
    }
    counts
}

/// The errors that `after` has and `before` has not.
fn new_errors(before: &Run, after: &Run) -> Vec<String> {
    let known = counts(before);
    after
        .diagnostics()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| !known.contains_key(finding.code.0))
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect()
}

fn replaced(text: &str, span: Span, with: &str) -> String {
    let (start, end) = (span.start as usize, span.end as usize);
    format!("{}{with}{}", &text[..start], &text[end..])
}

/// The text after a finding's repair; `None` if the finding leaves it to a person.
fn repaired(text: &str, help: &Help) -> Option<String> {
    if !help.edits.is_empty() {
        let changed = rewrite::apply(text, &help.edits);
        return Some(changed.unwrap_or_else(|refused| panic!("{refused} in\n{text}")));
    }
    let (span, with) = help.replacement.as_ref()?;
    Some(replaced(text, *span, with))
}

#[test]
fn every_repair_that_is_offered_removes_its_finding_and_adds_no_error() {
    for_each(failing(), |case| {
        let (run, findings) = findings_of(case);
        let mut wrong = Vec::new();
        for help in findings.iter().flat_map(|finding| &finding.help) {
            let shown = help.replacement.as_ref();
            let shown = shown.map(|(span, with)| replaced(&case.text, *span, with));
            let done = repaired(&case.text, help);
            for repaired in [shown, done].into_iter().flatten() {
                let after = run_texts(&repaired);
                let left = counts(&after).get(case.rule.as_str()).copied().unwrap_or(0);
                let errors = new_errors(run, &after);
                if left >= findings.len() || !errors.is_empty() {
                    let Case { rule, name, .. } = case;
                    wrong.push(format!(
                        "{rule}/{name}: {:?} leaves {left} of {}, adds {errors:?} in\n{repaired}",
                        help.message,
                        findings.len()
                    ));
                }
            }
        }
        wrong
    });
}

/// A finding that quotes a statement to write also offers it as a repair.
#[test]
fn what_a_finding_says_to_write_is_an_edit() {
    // Exceptions: several statements would help, or only a person can choose the number.
    let left_to_a_person = [
        "application-is-master",
        "behaviour-out-of-range",
        "cron-never-open",
        "event-floor-late",
        "image-not-pinned",
        "quantity-suspicious",
        "zone-unknown",
    ];
    for_each(failing(), |case| {
        let (_, findings) = findings_of(case);
        let helps = findings.iter().flat_map(|finding| &finding.help);
        let prose = helps.filter(|help| help.message.contains("write `") && !help.is_fix());
        let known = left_to_a_person.contains(&case.rule.as_str());
        let prose = prose.filter(|_| !known);
        prose
            .map(|help| format!("{}/{}: {}", case.rule, case.name, help.message))
            .collect()
    });
}

/// Rules with a case whose only repair causes an equally severe finding of another rule. Such a repair is
/// offered, but a person must apply it.
const TRADED: [&str; 9] = [
    "budget-exceeded",
    "delayed-jobs-unseen",
    "memory-above-usable",
    "pool-larger-than-max-db",
    "scale-up-slower-than-default",
    "setting-without-effect",
    "target-unreachable",
    "tls-step-unknown",
    "variable-reserved",
];

fn input(text: &str) -> Input {
    Input {
        name: "prod.kdl".into(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn fixed(text: &str, fixes: Fixes) -> Fixed {
    fix(&input(text), &CatalogueTexts::embedded(), today(), fixes)
}

/// Whether `fixes` may apply a repair that a finding offers.
fn offers(finding: &Diagnostic, fixes: Fixes) -> bool {
    let mut help = finding.help.iter();
    help.any(|help| help.is_fix() && (help.safe || fixes == Fixes::All))
}

/// What `check` says of a file: the number of findings that `--fix` repairs.
fn counted(text: &str) -> Repairable {
    repairable(&input(text), &CatalogueTexts::embedded(), today(), 1)
}

#[test]
fn a_repair_that_fix_refuses_is_not_counted() {
    let derived = "environment \"prod\"\ntier \"small\"\nregion \"us-east-1\"\napi { replicas max=15 }\nnodes \"general\" { count max=7 }\n";
    let run = run_texts(derived);
    let refused = |it: &Diagnostic| it.code.0 == "pool-larger-than-max-db";
    assert!(
        run.diagnostics()
            .any(|it| refused(it) && offers(it, Fixes::All))
    );
    let fixed = fixed(derived, Fixes::All);
    let count = counted(derived);
    assert_eq!(count.safe, 0, "a derived value is pinned");
    assert_eq!(count.others, fixed.applied.len());
}

/// Stating a derived value or a value of the tier pins it, which a person must decide.
#[test]
fn a_safe_repair_changes_only_what_the_file_states() {
    for_each(failing(), |case| {
        let run = case.run();
        let stated: Vec<String> = run.files[0].environment.iter().flat_map(stated).collect();
        let safe = run.diagnostics().flat_map(|finding| {
            let help = finding.help.iter().filter(|help| help.safe);
            help.flat_map(|help| &help.edits)
        });
        let pins =
            safe.filter(|edit| matches!(edit.action, EditAction::Set(_) | EditAction::Insert(_)));
        pins.filter(|edit| !stated.contains(&edit.path))
            .map(|edit| format!("{}/{}: {edit}", case.rule, case.name))
            .collect()
    });
}

/// The paths of what the file states.
fn stated(environment: &Environment) -> Vec<String> {
    let list = environment.list().into_iter();
    list.filter(|it| matches!(it.origin, Origin::Declared(_)))
        .map(|it| it.path)
        .collect()
}

/// Attributes that changed although no edit named them.
fn touched(before: &Run, after: &Run, edits: &[&Edit]) -> Vec<String> {
    let environment = |run: &'_ Run| run.files[0].environment.clone();
    let (Some(before), Some(after)) = (environment(before), environment(after)) else {
        return Vec::new();
    };
    let spoken_of = |path: &str| {
        let within = |edit: &&&Edit| {
            let rest = path.strip_prefix(&edit.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // A list or a database of another name, off-hours on other days, and another instance type have another
        // key.
        let renamed = |edit: &&&Edit| {
            let end = edit.path.rsplit('.').next();
            let list = end == Some("list") && path.contains(".queue.");
            let further = end == Some("database") && path.contains(".connections.database.");
            let both = |step: &str| edit.path.contains(step) && path.contains(step);
            list || further || both("off-hours.") || both(".alternatives.")
        };
        edits.iter().any(|edit| within(&edit) || renamed(&edit))
    };
    let differences = before.compare(&after).into_iter();
    differences
        .filter(|it| !spoken_of(&it.path))
        .filter(|it| {
            it.values
                .after
                .as_ref()
                .is_some_and(|it| matches!(it.origin, Origin::Declared(_)))
        })
        .map(|it| it.path)
        .collect()
}

/// The comments of a text.
fn comments(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.split_once("// "));
    lines.map(|(_, comment)| comment).collect()
}

#[test]
fn after_fix_the_findings_with_a_repair_are_gone_and_nothing_else_changed() {
    for_each(failing(), |case| {
        let before = case.run();
        let Repairable { safe, others, .. } = counted(&case.text);
        let mut wrong = Vec::new();
        for fixes in [Fixes::Safe, Fixes::All] {
            let had = before.diagnostics().any(|it| offers(it, fixes));
            let fixed = fixed(&case.text, fixes);
            let changed = (fixed.text != case.text).then(|| run_texts(&fixed.text));
            let after = changed.as_ref().unwrap_or(before);
            let edits: Vec<&Edit> = fixed.applied.iter().flat_map(|it| &it.edits).collect();
            let errors = new_errors(before, after);
            let touched = touched(before, after, &edits);
            let counted = safe > 0 || (fixes == Fixes::All && others > 0);
            let promised = counted != fixed.applied.is_empty();
            let traded = had && TRADED.contains(&case.rule.as_str());
            let done = traded || had != fixed.applied.is_empty();
            // An unchanged text gives the same again: nothing is applied.
            let again = changed.is_some().then(|| self::fixed(&fixed.text, fixes));
            let left = again.map_or(0, |again| again.applied.len());
            let done = done && promised && left == 0;
            let kept = comments(&fixed.text) == comments(&case.text);
            if !errors.is_empty() || !touched.is_empty() || !done || !kept {
                let Case { rule, name, .. } = case;
                wrong.push(format!(
                    "{rule}/{name} with {fixes:?}: {left} left, adds {errors:?}, touches {touched:?}, comments kept: {kept}, did {:?}\n{}",
                    edits, fixed.text
                ));
            }
        }
        wrong
    });
}

#[test]
fn a_finding_is_silent_when_a_value_that_it_labels_cannot_be_read() {
    for_each(failing(), |case| {
        let (run, findings) = findings_of(case);
        let mut wrong = Vec::new();
        for label in findings.iter().flat_map(|finding| &finding.labels) {
            if run.sources.is_catalogue(label.span) {
                continue;
            }
            let broken = replaced(&case.text, label.span, "#null");
            let after = run_texts(&broken);
            let left = counts(&after).get(case.rule.as_str()).copied().unwrap_or(0);
            if left >= findings.len() {
                let Case { rule, name, .. } = case;
                wrong.push(format!("{rule}/{name}: {:?} in\n{broken}", label.message));
            }
        }
        wrong
    });
}

#[test]
fn every_finding_labels_a_place_and_says_what_to_do() {
    for_each(cases().filter(|case| case.fails()), |case| {
        let run = case.run();
        let own = run
            .diagnostics()
            .filter(|finding| finding.code.0 == case.rule);
        let mute = |finding: &&Diagnostic| finding.labels.is_empty() || finding.help.is_empty();
        own.filter(mute)
            .map(|finding| format!("{}/{}: {}", case.rule, case.name, finding.message))
            .collect()
    });
}
