//! An amount that is probably a slip of the suffix.

use crate::ast::Part;
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
    reads: &[Part::Api, Part::Worker, Part::Service, Part::Pgbouncer],
    explanation: include_str!("../../diagnostic/explain/quantity-suspicious.md"),
    check,
};

/// Cores above which a CPU amount is taken for a slip: more than any node type has.
const MOST_CORES: u64 = 256;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (path, cpu, memory) in super::requests(context.environment) {
        both(&format!("{path}.requests"), cpu, memory, findings);
    }
    for (path, cpu, memory) in super::limits(context.environment) {
        both(&format!("{path}.limits"), cpu, memory, findings);
    }
}

fn both(path: &str, cpu: &Sourced<Quantity>, memory: &Sourced<Quantity>, findings: &mut Findings) {
    let amount = memory.value;
    if !amount.is_zero() && (!amount.is_whole() || amount < Quantity::from_mebibytes(1)) {
        let message = format!("`{path}.memory` is {amount} bytes, less than a process can live in");
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(memory, &format!("{path}.memory"), "below 1Mi")
                .help("memory is written with `Mi` or `Gi`: `m` is a thousandth of a byte"),
        );
    }
    if cpu.value > Quantity::from_milli(MOST_CORES * 1000) {
        let message = format!(
            "`{path}.cpu` is {} cores, more than any node has",
            cpu.value
        );
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(cpu, &format!("{path}.cpu"), "above 256 cores")
                .help("thousandths of a core are written with `m`: \"500m\" is half a core"),
        );
    }
}
