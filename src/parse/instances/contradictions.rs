//! A fact that contradicts itself, or the name that it is about. Each finding is on the value that does.

use crate::ast::Written;
use crate::catalogue::{Interfaces, is_burstable, is_graviton};
use crate::diagnostic::{Diagnostic, code};
use crate::model::{Arch, Quantity};
use crate::source::{Span, Spanned};

use super::super::fields::Cx;
use super::Allocatable;

fn report(cx: Cx<'_>, message: String, place: Span, help: String) {
    cx.report(Diagnostic::error(code::CATALOGUE_CONTRADICTION, message, place).help(help));
}

/// An architecture that the family does not have.
pub(super) fn arch(cx: Cx<'_>, name: &str, arch: &Written<Arch>) {
    let Some(stated) = &arch.value else { return };
    let own = if is_graviton(name) {
        Arch::Arm64
    } else {
        Arch::Amd64
    };
    if stated.value != own {
        let message = format!("`{name}` cannot be {}", stated.value);
        let help = format!(
            "write `arch=\"{own}\"`: families with a `g` after the number have arm64 processors, all others amd64"
        );
        report(cx, message, stated.span, help);
    }
}

/// Credits that the family does not have, or that it must have.
pub(super) fn burstable(cx: Cx<'_>, name: &str, burstable: &Written<bool>) {
    let Some(stated) = &burstable.value else {
        return;
    };
    let own = is_burstable(name);
    if stated.value != own {
        let message = if own {
            format!("`{name}` is burstable: all T families are")
        } else {
            format!("`{name}` is not burstable: only T families are")
        };
        let help = format!("write `burstable=#{own}`, or leave it out");
        report(cx, message, stated.span, help);
    }
}

/// Amounts for pods that the machine does not have.
pub(super) fn allocatable(
    cx: Cx<'_>,
    (cpu, memory, pods): &Allocatable,
    (vcpu, size): (&Written<u32>, &Written<Quantity>),
    interfaces: Option<Interfaces>,
) {
    if let (Some(cpu), Some(vcpu)) = (&cpu.value, &vcpu.value) {
        let all = Quantity::from_milli(u64::from(vcpu.value) * 1000);
        more(cx, "CPU", cpu, all, &format!("vcpu={}", vcpu.value));
    }
    if let (Some(memory), Some(size)) = (&memory.value, &size.value) {
        more(
            cx,
            "memory",
            memory,
            size.value,
            &format!("memory=\"{}\"", size.value),
        );
    }
    let most = interfaces.and_then(|it| Some((it, it.pods()?)));
    if let (Some(pods), Some((interfaces, most))) = (&pods.value, most)
        && pods.value > most
    {
        let Interfaces { enis, addresses } = interfaces;
        let message = format!(
            "{} pods do not fit on {enis} interfaces with {addresses} addresses each",
            pods.value
        );
        let help = format!("at most {most} fit: {enis} x ({addresses} - 1) + 2");
        report(cx, message, pods.span, help);
    }
}

fn more(cx: Cx<'_>, what: &str, stated: &Spanned<Quantity>, all: Quantity, size: &str) {
    if stated.value > all {
        let message = format!(
            "pods cannot request {} of {what} on a machine with `{size}`",
            stated.value
        );
        let help =
            format!("state less than the machine has; the rest of its {what} is the system's");
        report(cx, message, stated.span, help);
    }
}

/// A machine whose memory the system needs itself.
pub(super) fn no_memory_for_pods(cx: Cx<'_>, name: &str, place: Span) {
    let message = format!("`{name}` has no memory left for pods");
    let help = "check `memory`, `enis` and `addresses`: kubelet reserves 11 MiB for each pod that fits, and 355 MiB besides";
    report(cx, message, place, help.to_owned());
}
