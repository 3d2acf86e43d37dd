//! A target that the limit makes unreachable, so the autoscaler never adds a pod.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Quantity, Resources, Workload};
use crate::source::Sourced;

/// The rule `target-unreachable`.
pub(super) static RULE: Rule = Rule {
    code: Code("target-unreachable"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/target-unreachable.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (who, workload) in workloads(context.environment) {
        let (min, max) = workload.bounds();
        // A fixed count has no target.
        if min < max {
            for resource in [UtilisedResource::Cpu, UtilisedResource::Memory] {
                let found = one(&who, workload, resource);
                let bounds = &workload.replicas;
                findings.extend(found.map(|it| it.given(&bounds.min).given(&bounds.max)));
            }
        }
    }
}

/// What a utilisation is of.
#[derive(Clone, Copy)]
pub(super) enum UtilisedResource {
    Cpu,
    Memory,
}

impl UtilisedResource {
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }

    fn of(self, resources: &Resources) -> &Sourced<Quantity> {
        match self {
            Self::Cpu => &resources.cpu,
            Self::Memory => &resources.memory,
        }
    }

    fn target(self, workload: &Workload) -> Option<&Sourced<u32>> {
        match self {
            Self::Cpu => workload.target.cpu.as_ref(),
            Self::Memory => workload.target.memory.as_ref(),
        }
    }

    /// Millicores, or bytes.
    fn amount(self, quantity: Quantity) -> u128 {
        u128::from(match self {
            Self::Cpu => quantity.milli(),
            Self::Memory => quantity.units(),
        })
    }

    /// The most that a pod can use, in whole percent of its request, as the autoscaler rounds it.
    /// `None` without a request, or if the request exceeds the limit: other rules report both.
    pub(super) fn most(self, workload: &Workload) -> Option<u128> {
        let request = self.amount(self.of(&workload.requests).value);
        let limit = self.amount(self.of(&workload.limits).value);
        (request > 0 && limit >= request).then(|| limit * 100 / request)
    }

    /// The smallest limit with which a pod can use `percent` of its request.
    fn limit(self, workload: &Workload, percent: u128) -> String {
        let request = self.amount(self.of(&workload.requests).value);
        let amount = |unit: u128| {
            let least = (request * percent).div_ceil(100 * unit);
            u64::try_from(least).unwrap_or(u64::MAX)
        };
        match self {
            Self::Cpu => Quantity::from_milli(amount(1)).to_string(),
            Self::Memory => Quantity::from_mebibytes(amount(1 << 20)).to_string(),
        }
    }
}

/// Whether the limit is below the usage at which a pod would be added.
pub(super) fn is_unreachable(workload: &Workload, resource: UtilisedResource) -> bool {
    let target = resource.target(workload);
    // The tolerance: up to a tenth above the target, nothing is added.
    let pair = target.zip(resource.most(workload));
    pair.is_some_and(|(target, most)| most * 10 <= u128::from(target.value) * 11)
}

fn one(who: &str, workload: &Workload, resource: UtilisedResource) -> Option<Finding> {
    let what = resource.name();
    if !is_unreachable(workload, resource) {
        return None;
    }
    let target = resource.target(workload)?;
    let most = resource.most(workload)?;
    let steady = u128::from(target.value) * 11;
    let message = format!(
        "`{who}` never scales up on {what}: its limit is {most}% of its request, but pods are added only above {}.{}%",
        steady / 10,
        steady % 10
    );
    let cut = match resource {
        UtilisedResource::Cpu => "a pod is throttled here",
        UtilisedResource::Memory => "a pod is killed here",
    };
    let (request, limit) = (
        resource.of(&workload.requests),
        resource.of(&workload.limits),
    );
    let path = format!("{who}.target.{what}");
    let of_limit = format!("{who}.limits.{what}");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(target, &path, "a percentage of the request")
        .operand(limit, &of_limit, cut)
        .operand(request, &format!("{who}.requests.{what}"), "the request")
        .note(format!(
            "{} / {} = {most}% <= {} x 1.1",
            limit.value, request.value, target.value
        ));
    // The largest target that is more than a tenth below.
    let largest = (most * 10 - 1) / 11;
    let finding = finding.repair(
        target,
        &path,
        "use the largest target that usage can exceed under this limit",
        largest.to_string(),
    );
    let least = resource.limit(workload, steady / 10 + 1);
    Some(finding.repair(
        limit,
        &of_limit,
        "use the smallest limit that lets usage exceed the target",
        format!("\"{least}\""),
    ))
}
