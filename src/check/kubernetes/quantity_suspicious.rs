//! An amount whose suffix is probably a slip.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Quantity;
use crate::source::Sourced;

/// The rule `quantity-suspicious`.
pub(super) static RULE: Rule = Rule {
    code: Code("quantity-suspicious"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/quantity-suspicious.md"),
    check,
};

/// CPU amounts above this are taken for slips: no node type has more.
const MOST_CORES: u64 = 256;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    let requests = super::requests(environment).into_iter();
    let limits = super::limits(environment).into_iter();
    let all = requests
        .map(|amounts| ("requests", amounts))
        .chain(limits.map(|amounts| ("limits", amounts)));
    for (node, (who, cpu, memory)) in all {
        findings.extend(of_memory(&format!("{who}.{node}.memory"), memory));
        findings.extend(of_cpu(&format!("{who}.{node}.cpu"), cpu));
    }
}

fn of_memory(path: &str, memory: &Sourced<Quantity>) -> Option<Finding> {
    let amount = memory.value;
    if amount.is_zero() || (amount.is_whole() && amount >= Quantity::from_mebibytes(1)) {
        return None;
    }
    let message = if amount.is_whole() {
        format!("`{path}` is {amount}, too little for any process")
    } else {
        format!("`{path}` is {amount}, which is in thousandths of a byte")
    };
    let finding = Finding::new(RULE.code, Severity::Error, message).operand(
        memory,
        path,
        if amount.is_whole() {
            "below 1Mi"
        } else {
            "not a whole number of bytes"
        },
    );
    // `512m` means 512 thousandths of a byte; the author meant MiB.
    let thousandths = amount.milli();
    Some(if amount.is_whole() {
        finding.help("write memory with `Mi` or `Gi`, such as \"512Mi\"")
    } else {
        finding.repair(
            memory,
            path,
            "`m` means a thousandth: write `Mi` for MiB",
            format!("\"{thousandths}Mi\""),
        )
    })
}

fn of_cpu(path: &str, cpu: &Sourced<Quantity>) -> Option<Finding> {
    let amount = cpu.value;
    let finding = |message, text: &str| {
        Finding::new(RULE.code, Severity::Error, message).operand(cpu, path, text)
    };
    if amount > Quantity::from_milli(MOST_CORES * 1000) {
        let message = format!("`{path}` is {amount} cores, more than any node has");
        let cores = amount.units();
        return Some(finding(message, "above 256 cores").repair(
            cpu,
            path,
            "write thousandths of a core with `m`",
            format!("\"{cores}m\""),
        ));
    }
    if amount == Quantity::from_milli(amount.milli()) {
        return None;
    }
    let message = format!("`{path}` is {amount}, finer than the 1m that Kubernetes accepts");
    let nearest = amount.milli();
    Some(finding(message, "not a whole number of millicores").repair(
        cpu,
        path,
        format!("use the next accepted value, {nearest}m"),
        format!("\"{nearest}m\""),
    ))
}
