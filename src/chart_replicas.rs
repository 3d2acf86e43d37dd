//! Whether the templates of a chart write `replicas` for workloads that an autoscaler scales.
//!
//! This reads Go templates only as far as that needs: the blocks around a line, conditions on plain
//! values, and the value itself. What it cannot follow counts as a condition that holds the line
//! back, except if nothing at all stands around the line.

use std::ops::Range;

use serde_json::Value;

/// A line of a chart's template that sets the number of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicasLine {
    /// Its bytes.
    pub range: Range<usize>,
    /// Why it is there.
    pub why: ReplicasCause,
}

/// Why a chart sets the number of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicasCause {
    /// The value at this path is set; without it, the line would be empty.
    Value(String),
    /// It has a number or a default of its own.
    Always,
}

/// A block that a template is in.
enum TemplateBlock {
    /// It is there if the condition holds; `None` if that cannot be followed.
    Condition(Option<bool>),
    /// A loop, a definition: it decides nothing.
    Plain,
}

/// The lines of `template` that set `replicas` with these values.
#[must_use]
pub fn replicas_lines(template: &str, values: &Value) -> Vec<ReplicasLine> {
    let mut found = Vec::new();
    let mut blocks: Vec<TemplateBlock> = Vec::new();
    let mut start = 0;
    for line in template.split_inclusive('\n') {
        let text = line.trim_end();
        let held = blocks.iter().any(|block| match block {
            TemplateBlock::Condition(holds) => *holds != Some(true),
            TemplateBlock::Plain => false,
        });
        // `spec.replicas` of an object; deeper ones belong to something else.
        if let Some(value) = text.strip_prefix("  replicas:")
            && !held
        {
            let range = start + 2..start + text.len();
            found.extend(cause(value, values).map(|why| ReplicasLine { range, why }));
        }
        for action in actions(line) {
            enter(action, &mut blocks, values);
        }
        start += line.len();
    }
    found
}

/// What the actions of a line are, without their braces and trim marks.
fn actions(line: &str) -> impl Iterator<Item = &str> {
    line.split("{{").skip(1).filter_map(|rest| {
        let (action, _) = rest.split_once("}}")?;
        Some(action.trim_matches('-').trim())
    })
}

fn enter(action: &str, blocks: &mut Vec<TemplateBlock>, values: &Value) {
    let (word, rest) = action.split_once(' ').unwrap_or((action, ""));
    match word {
        "if" | "with" => blocks.push(TemplateBlock::Condition(holds(rest, values))),
        "range" | "define" | "block" => blocks.push(TemplateBlock::Plain),
        "else" => {
            if let Some(TemplateBlock::Condition(held)) = blocks.last_mut() {
                let other = rest.strip_prefix("if ");
                let next = other.map_or(Some(true), |condition| holds(condition, values));
                *held = match (*held, next) {
                    (Some(true), _) => Some(false),
                    (Some(false), next) => next,
                    (None, _) => None,
                };
            }
        }
        "end" => {
            blocks.pop();
        }
        _ => {}
    }
}

/// Whether a condition on plain values holds; `None` if it asks for anything else.
fn holds(condition: &str, values: &Value) -> Option<bool> {
    let condition = condition.trim();
    if let Some(negated) = condition.strip_prefix("not ") {
        return holds(negated, values).map(|it| !it);
    }
    if let Some(inner) = condition
        .strip_prefix('(')
        .and_then(|it| it.strip_suffix(')'))
        .filter(|it| !it.contains(['(', ')']))
    {
        return holds(inner, values);
    }
    let path = path(condition)?;
    Some(match at(values, path) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(entries)) => !entries.is_empty(),
        Some(Value::Bool(true)) => true,
    })
}

/// Why a line with this value sets a number; `None` if it is empty.
fn cause(value: &str, values: &Value) -> Option<ReplicasCause> {
    let value = value.trim().trim_matches('"');
    let Some(action) = value
        .strip_prefix("{{")
        .and_then(|it| it.strip_suffix("}}"))
    else {
        return (!value.is_empty()).then_some(ReplicasCause::Always);
    };
    let action = action.trim_matches('-').trim();
    let (first, rest) = action.split_once('|').unwrap_or((action, ""));
    let Some(path) = path(first.trim()).filter(|_| !rest.contains("default")) else {
        return Some(ReplicasCause::Always);
    };
    let is_set = at(values, path).is_some_and(|value| !value.is_null());
    is_set.then(|| ReplicasCause::Value(path.to_owned()))
}

/// The path of `.Values.PATH`.
fn path(expression: &str) -> Option<&str> {
    let expression = expression.strip_prefix('$').unwrap_or(expression);
    let path = expression.strip_prefix(".Values.")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    path.chars().all(plain).then_some(path)
}

fn at<'v>(values: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(values, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn causes(template: &str, values: &Value) -> Vec<ReplicasCause> {
        let lines = replicas_lines(template, values);
        lines.into_iter().map(|line| line.why).collect()
    }

    #[test]
    fn a_condition_that_does_not_hold_leaves_the_line_out() {
        let template = "spec:\n  {{- if not .Values.autoscaling.enabled }}\n  replicas: {{ .Values.replicaCount }}\n  {{- end }}\n";
        let values = |enabled: bool, count: Value| json!({ "autoscaling": { "enabled": enabled }, "replicaCount": count });
        assert_eq!(causes(template, &values(true, json!(1))), []);
        assert_eq!(causes(template, &values(false, json!(null))), []);
        let set = ReplicasCause::Value("replicaCount".into());
        assert_eq!(causes(template, &values(false, json!(1))), [set]);
    }

    #[test]
    fn a_number_or_a_default_is_always_there() {
        for line in [
            "3",
            "{{ .Values.worker.replicas | default 1 }}",
            "{{ $.replicas }}",
            "{{ .replicas }}",
        ] {
            let template = format!("spec:\n  replicas: {line}\n");
            let found = causes(&template, &json!({}));
            assert_eq!(found, [ReplicasCause::Always], "{line}");
        }
    }

    #[test]
    fn loops_decide_nothing_and_an_unknown_condition_counts_as_one() {
        let within =
            |open: &str| format!("{{{{ {open} }}}}\nspec:\n  replicas: 2\n{{{{ end }}}}\n");
        for open in ["range .Values.workers", "define \"deployment\""] {
            assert_eq!(causes(&within(open), &json!({})).len(), 1, "{open}");
        }
        for open in ["if eq .Values.kind \"fixed\"", "with .replicas"] {
            assert_eq!(causes(&within(open), &json!({})), [], "{open}");
        }
        let both = "{{ if .Values.a }}\n  replicas: 1\n{{ else }}\n  replicas: 2\n{{ end }}\n";
        for a in [true, false] {
            assert_eq!(causes(both, &json!({ "a": a })).len(), 1);
        }
    }

    #[test]
    fn replicas_of_something_else_are_not_meant() {
        let template = "spec:\n  minReplicas: 1\n  fallback:\n    replicas: 3\n";
        assert_eq!(causes(template, &json!({})), []);
    }
}
