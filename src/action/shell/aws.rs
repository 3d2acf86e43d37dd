//! The AWS command line.

use super::layout::{command, each_word, until};
use super::words::{message, quoted, word};
use crate::action::{Argument, ArgumentValue, AwsCall, AwsQuery, Remembered, SettledAnswer};

pub(super) fn call(call: &AwsCall) -> String {
    let first = format!("aws {} {}", call.service, call.operation);
    command(std::iter::once(first).chain(call.arguments.iter().map(argument)))
}

/// A call that is skipped unless the first variable is smaller than the second.
pub(super) fn called(call: &AwsCall, unless: Option<(&str, &str)>) -> String {
    let unless = unless.map_or_else(String::new, |(one, other)| {
        format!("[ \"${one}\" -ge \"${other}\" ] || ")
    });
    unless + &self::call(call)
}

pub(super) fn argument(argument: &Argument) -> String {
    let name = argument.name;
    match &argument.value {
        ArgumentValue::Switch(true) => format!("--{name}"),
        ArgumentValue::Switch(false) => format!("--no-{name}"),
        value @ (ArgumentValue::Text(_)
        | ArgumentValue::Remembered(_)
        | ArgumentValue::Larger(..)
        | ArgumentValue::Ago(_)
        | ArgumentValue::Fields(_)
        | ArgumentValue::Answer(_)
        | ArgumentValue::Answers(_)) => format!("--{name} {}", self::value(value)),
    }
}

fn value(value: &ArgumentValue) -> String {
    match value {
        ArgumentValue::Switch(on) => on.to_string(),
        ArgumentValue::Text(text) => word(text),
        ArgumentValue::Remembered(variable) => remembered(variable),
        ArgumentValue::Larger(variable, number) => format!("\"{}\"", larger(variable, *number)),
        ArgumentValue::Ago(0) => "\"$(date +%s)\"".into(),
        ArgumentValue::Ago(seconds) => format!("\"$(($(date +%s) - {seconds}))\""),
        ArgumentValue::Fields(fields) => {
            let known = fields
                .iter()
                .all(|it| matches!(it.value, ArgumentValue::Text(_)));
            let fields = fields
                .iter()
                .map(|it| format!("{}={}", it.name, field(&it.value)));
            let fields = fields.collect::<Vec<_>>().join(",");
            if known {
                word(&fields)
            } else {
                format!("\"{fields}\"")
            }
        }
        ArgumentValue::Answer(query) => format!("\"$({})\"", asked(query)),
        ArgumentValue::Answers(query) => format!("$({})", asked(query)),
    }
}

/// A field of a structure, within double quotes if a value is queried.
fn field(value: &ArgumentValue) -> String {
    match value {
        ArgumentValue::Text(text) => text.clone(),
        ArgumentValue::Larger(variable, number) => larger(variable, *number),
        ArgumentValue::Remembered(variable) => format!("${}", variable.variable),
        ArgumentValue::Switch(on) => on.to_string(),
        ArgumentValue::Ago(_)
        | ArgumentValue::Fields(_)
        | ArgumentValue::Answer(_)
        | ArgumentValue::Answers(_) => self::value(value),
    }
}

fn remembered(variable: &Remembered) -> String {
    let name = variable.variable;
    match &variable.otherwise {
        Some(otherwise) => format!("\"${{{name}:?{}}}\"", message(otherwise)),
        None => format!("\"${name}\""),
    }
}

pub(super) fn larger(variable: &str, number: u32) -> String {
    format!("$(({variable} > {number} ? {variable} : {number}))")
}

/// A query of AWS with a text answer.
pub(super) fn asked(query: &AwsQuery) -> String {
    queried(query, Some("--output text"))
}

/// A query of AWS whose answer is shown to people.
pub(super) fn shown(query: &AwsQuery) -> String {
    queried(query, None)
}

fn queried(query: &AwsQuery, output: Option<&str>) -> String {
    let call = &query.call;
    let first = format!("aws {} {}", call.service, call.operation);
    command(
        std::iter::once(first)
            .chain(call.arguments.iter().map(argument))
            .chain([format!("--query {}", word(&query.query))])
            .chain(output.map(str::to_owned)),
    )
}

/// The loop shows each answer. The waiters of the AWS CLI give up after 10 to 30 minutes. If the change
/// has not started yet, they see the old state and succeed too early.
pub(super) fn waited(
    call: &AwsCall,
    fields: &[String],
    answer: &str,
    each: Option<&AwsQuery>,
    settled: Option<&SettledAnswer>,
) -> String {
    let query = AwsQuery {
        call: call.clone(),
        query: format!("join(' ', [{}])", fields.join(", ")),
    };
    let comes = format!("printf '%s\\n' \"$ANSWER\" | grep -Eqx {}", quoted(answer));
    let comes = match settled {
        Some(settled) => or_settled(&comes, settled),
        None => comes,
    };
    let one = until(&format!(
        "ANSWER=$({}) &&\n    printf '%s\\n' \"$ANSWER\" >&2 &&\n    {comes}",
        asked(&query),
    ));
    let one = match settled {
        Some(_) => format!("LOOKS=0\n{one}"),
        None => one,
    };
    match each {
        Some(each) => format!(
            "NODES=$({})\n{}",
            asked(each),
            each_word("NODE", "NODES", &one)
        ),
        None => one,
    }
}

fn or_settled(comes: &str, settled: &SettledAnswer) -> String {
    format!(
        "{{ {comes} ||
        {{ [ \"${}\" = {} ] && [ \"$ANSWER\" = {} ] &&
            LOOKS=$((LOOKS + 1)) && [ \"$LOOKS\" -gt {} ]; }}; }}",
        settled.variable,
        quoted(&settled.holds),
        quoted(&settled.answer),
        settled.looks
    )
}
