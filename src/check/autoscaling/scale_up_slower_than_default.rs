//! A scale-up that is slower than Kubernetes' default.

use crate::budget::scaling::{DEFAULT_STEPS, Rules, ScalingStep, told};
use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::edit::{Edit, EditAction};
use crate::model::{Scaling, Select, Workload};
use crate::source::Span;

/// The rule `scale-up-slower-than-default`.
pub(super) static RULE: Rule = Rule {
    code: Code("scale-up-slower-than-default"),
    severity: Severity::Note,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/scale-up-slower-than-default.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        let rejected = super::is_rejected(&workload.scale_up);
        // A held or fixed count does not scale.
        if !rejected && workload.hold.is_none() && !workload.is_fixed() {
            findings.extend(slower(&who, workload));
        }
    }
}

/// The climb from the minimum to the maximum, compared with the default's.
struct Race {
    from: u32,
    to: u32,
    /// The second at which the default reaches the maximum.
    there: u64,
    default: Vec<(u64, u32)>,
}

impl Race {
    fn new(workload: &Workload) -> Option<Self> {
        // KEDA brings a pool from zero to 1.
        let from = workload.replicas.min.value.max(1);
        let to = workload.replicas.max.value;
        let default = Rules::kubernetes().climb(from, to, u64::MAX);
        let there = default.last()?.0;
        Some(Self {
            from,
            to,
            there,
            default,
        })
    }

    /// The pods that `rules` have reached when the default is done.
    fn reached(&self, rules: &Rules) -> u32 {
        let climb = rules.climb(self.from, self.to, self.there);
        climb.last().map_or(self.from, |(_, pods)| *pods)
    }

    fn lost_by(&self, rules: &Rules) -> bool {
        self.reached(rules) < self.to
    }
}

fn slower(who: &str, workload: &Workload) -> Option<Finding> {
    let race = Race::new(workload)?;
    let rules = Rules::of(&workload.scale_up);
    if !race.lost_by(&rules) {
        return None;
    }
    let (from, to, there) = (race.from, race.to, race.there);
    let message = format!(
        "`{who}` scales up more slowly than by default: after {there} s it has {} pods instead of {to}",
        race.reached(&rules)
    );
    let (min, max) = (&workload.replicas.min, &workload.replicas.max);
    let finding = Finding::new(RULE.code, Severity::Note, message);
    let finding = super::steps(finding, &format!("{who}.scale-up"), &workload.scale_up)
        .operand(min, &format!("{who}.replicas.min"), "the minimum")
        .operand(max, &format!("{who}.replicas.max"), "the maximum")
        .note(format!(
            "from {from} pods: {}; by default: {}",
            told(&rules.climb(from, to, there)),
            told(&race.default)
        ));
    Some(repair(finding, who, workload, &race, &rules))
}

/// The rules with changes, fewest changes first: no window, the default's steps added, the largest
/// step wins.
fn changes(rules: &Rules) -> Vec<(Rules, Vec<ScalingStep>)> {
    let [pods, percent] = DEFAULT_STEPS;
    let mut all = Vec::new();
    for select in [rules.select, Select::Max] {
        for window in [rules.window, 0] {
            for added in [vec![], vec![percent], vec![pods, percent]] {
                let mut steps = rules.steps.clone();
                steps.extend(&added);
                let changed = Rules {
                    window,
                    steps,
                    select,
                };
                all.push((changed, added));
            }
        }
    }
    all.sort_by_key(|(changed, added)| {
        let window = usize::from(changed.window != rules.window);
        let select = usize::from(changed.select != rules.select);
        (
            window + select + usize::from(!added.is_empty()),
            added.len(),
        )
    });
    all
}

/// The smallest change that is fast enough; with several changes, the whole node.
fn repair(finding: Finding, who: &str, workload: &Workload, race: &Race, rules: &Rules) -> Finding {
    let scaling = &workload.scale_up;
    let mut winning = changes(rules).into_iter();
    let Some((changed, added)) = winning.find(|(rules, _)| !race.lost_by(rules)) else {
        return finding;
    };
    let same = (
        changed.window == rules.window,
        changed.select == rules.select,
        added.is_empty(),
    );
    let path = |step: &str| format!("{who}.scale-up.{step}");
    match (same, last_step(scaling)) {
        ((false, true, true), _) => {
            let message = "remove the window: without it the climb is at least as fast as the default";
            finding.repair(&scaling.window, &path("window"), message, "\"0s\"")
        }
        ((true, false, true), _) => {
            let message = "let the largest step apply";
            finding.repair(&scaling.select, &path("select"), message, "\"max\"")
        }
        ((true, true, false), Some(behind)) => {
            let text = written(&added);
            let message = format!("your steps replace the default steps: add `{text}`");
            let edit = Edit::insert(format!("{who}.scale-up"), &text);
            finding.insert_behind(behind, message, format!("; {text}"), edit)
        }
        (_, stated) => finding.help_by(
            format!(
                "write `scale-up window=\"{}s\" {{ {}; select \"{}\" }}` in `{}`: the smallest change that keeps your steps",
                changed.window,
                written(&changed.steps),
                changed.select,
                node(who)
            ),
            [
                Edit::set(path("window"), format!("\"{}s\"", changed.window)),
                // A list of steps is stated as a whole, so the tier's steps are repeated.
                Edit::insert(
                    format!("{who}.scale-up"),
                    written(if stated.is_some() { &added } else { &changed.steps }),
                ),
                Edit::set(path("select"), format!("\"{}\"", changed.select)),
            ]
            .into_iter()
            .filter(|edit| !matches!(&edit.action, EditAction::Insert(text) if text.is_empty())),
        ),
    }
}

/// The span of the last step, if the file states the steps.
fn last_step(scaling: &Scaling) -> Option<Span> {
    let every = &scaling.policy.last()?.every;
    every.origin.span().filter(|_| every.is_declared())
}

/// A workload's node in KDL: `worker "batch"` for `worker.batch`.
fn node(who: &str) -> String {
    who.split_once('.').map_or_else(
        || who.to_owned(),
        |(node, name)| format!("{node} \"{name}\""),
    )
}

/// Steps as the language writes them.
fn written(steps: &[ScalingStep]) -> String {
    let one =
        |step: &ScalingStep| format!("{} {} every=\"{}s\"", step.kind, step.value, step.every);
    let steps: Vec<String> = steps.iter().map(one).collect();
    steps.join("; ")
}
