//! The summary of an environment, in a sentence.

use crate::report::paint::{Ink, Paint};

use super::super::EnvironmentDiff;
use super::super::headline::parts;
use super::WIDTH;

/// `prod: medium -> large, +$2,694 to +$3,897 a month, worst: failover 60-120 s, all rules hold`.
pub(super) fn headline(environment: &EnvironmentDiff, paint: Paint) -> String {
    let parts = parts(environment);
    let name = &environment.environment;
    let indent = name.chars().count() + 2;
    let (mut text, mut column) = (format!("{}: ", paint.ink(Ink::Bold, name)), indent);
    for (at, (part, ink)) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let length = part.chars().count() + usize::from(!last);
        if column + length > WIDTH && column > indent {
            text = format!("{}\n{}", text.trim_end(), " ".repeat(indent));
            column = indent;
        }
        text += &paint.ink(*ink, part);
        text += if last { "\n" } else { ", " };
        column += length + 1;
    }
    text
}
