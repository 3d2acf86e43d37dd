//! A recorded environment, written as the file that states all of it. A record can be edited by
//! hand, and its values end up in manifests, alerts and commands. So the parser checks records with
//! the limits of the language, and no limit exists twice.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::diagnostic::suggest::turns_text;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::model::declaration::{Literal, Part, TextNode};
use crate::model::{
    ArrivalRate, Environment, Event, Expectation, LoadTest, Name, OffHours, Request, Stage, Steady,
    TestRun, Waiver,
};
use crate::parse;
use crate::source::{Source, Sourced, Sources};

/// What a record says that no file could say, as a part of a sentence; `None` if a file can say
/// everything.
#[must_use]
pub fn unsayable(environment: &Environment, waivers: &[Waiver]) -> Option<String> {
    if let Some(key) = strange_key(environment) {
        return Some(format!("`off-hours.{key}` is not called after its hours"));
    }
    let text = restated(environment, waivers);
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name: "record".into(),
        text: text.clone(),
        catalogue: false,
    });
    let mut found = Diagnostics::new();
    let _ = parse::environment(&text, source, &mut found);
    let wrong = found.iter().find(|it| it.severity == Severity::Error);
    wrong.map(told)
}

fn told(finding: &Diagnostic) -> String {
    let label = finding.labels.first().map(|label| label.message.as_str());
    match label.filter(|text| !text.is_empty()) {
        Some(label) => format!("{label}: {}", finding.message),
        None => finding.message.clone(),
    }
}

fn strange_key(environment: &Environment) -> Option<&String> {
    let all = environment.off_hours.iter();
    let mut strange =
        all.filter(|(key, it)| **key != OffHours::key(it.days.value, it.from.value, it.to.value));
    strange.next().map(|(key, _)| key)
}

/// A string of KDL, whatever is in it.
fn quoted(text: impl Display) -> String {
    let text = text.to_string();
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || turns_text(c) => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => quoted(text),
        Literal::Bare(text) => text.clone(),
    }
}

/// The key of a property, quoted if it is user-defined and KDL could misread it.
fn identifier(key: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c == '-';
    let word = ["true", "false", "null", "inf", "nan"].contains(&key);
    if !word && key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(plain) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A node as KDL, with its block.
#[must_use]
pub fn written(node: &TextNode) -> String {
    let mut kdl = Kdl::default();
    kdl.written(node);
    kdl.0
}

/// A text of KDL that grows node by node.
#[derive(Default)]
struct Kdl(String);

impl Kdl {
    /// A node with its arguments and properties, if it has any.
    fn node(&mut self, name: &str, rest: &[String]) {
        if rest.iter().all(String::is_empty) {
            return;
        }
        self.0.push_str(name);
        for part in rest.iter().filter(|part| !part.is_empty()) {
            self.0.push(' ');
            self.0.push_str(part);
        }
        self.0.push('\n');
    }

    /// A node with a block.
    fn block(&mut self, head: &str, inside: impl FnOnce(&mut Self)) {
        self.0.push_str(head);
        self.0.push_str(" {\n");
        inside(self);
        self.0.push_str("}\n");
    }

    fn written(&mut self, node: &TextNode) {
        let TextNode {
            name,
            arguments,
            properties,
            children,
        } = node;
        self.0.push_str(name);
        for argument in arguments {
            self.0.push(' ');
            self.0.push_str(&literal(argument));
        }
        for (key, value) in properties {
            let _ = write!(self.0, " {}={}", identifier(key), literal(value));
        }
        if children.is_empty() {
            self.0.push('\n');
            return;
        }
        self.0.push_str(" {\n");
        for child in children {
            self.written(child);
        }
        self.0.push_str("}\n");
    }

    /// A node with one number or boolean as its argument.
    fn bare<T: Display>(&mut self, name: &str, value: &Sourced<T>) {
        self.node(name, &[value.value.to_string()]);
    }
}

/// `key="value"`.
fn property<T: Display>(key: &str, value: &Sourced<T>) -> String {
    format!("{key}={}", quoted(&value.value))
}

/// `key=value`, of a number.
fn number<T: Display>(key: &str, value: &Sourced<T>) -> String {
    format!("{key}={}", value.value)
}

/// An optional property.
fn maybe<T>(value: Option<&Sourced<T>>, written: impl Fn(&Sourced<T>) -> String) -> String {
    value.map(written).unwrap_or_default()
}

/// The file that states every value of an environment. It is valid only if the environment came
/// from a valid file; a record can hold anything.
#[must_use]
pub fn restated(environment: &Environment, waivers: &[Waiver]) -> String {
    let mut file = TextNode::default();
    environment.write_attributes(&mut file);
    let mut kdl = Kdl::default();
    for node in &file.children {
        kdl.written(node);
    }
    for hours in environment.off_hours.values() {
        asleep(&mut kdl, hours);
    }
    for (name, it) in &environment.event {
        event(&mut kdl, name, it);
    }
    for (name, test) in &environment.load_test {
        load_test(&mut kdl, name, test);
    }
    for waiver in waivers {
        waive(&mut kdl, waiver);
    }
    kdl.0
}

fn waive(kdl: &mut Kdl, waiver: &Waiver) {
    let Waiver {
        rule,
        value,
        until,
        reason,
    } = waiver;
    let value = value.as_ref();
    kdl.node(
        "waive",
        &[
            quoted(rule),
            value.map_or_else(String::new, |value| format!("value={}", quoted(value))),
            format!("reason={}", quoted(reason)),
            format!("until={}", quoted(until)),
        ],
    );
}

fn counts(
    kdl: &mut Kdl,
    api: Option<&Sourced<u32>>,
    pools: &BTreeMap<Name, Sourced<u32>>,
    nothing: u32,
) {
    if let Some(api) = api {
        kdl.bare("api", api);
    } else if pools.is_empty() {
        // All pools of the entry are gone. It needs some count so that its hours are still checked.
        kdl.node("api", &[nothing.to_string()]);
    }
    for (name, count) in pools {
        kdl.node("worker", &[quoted(name), count.value.to_string()]);
    }
}

fn asleep(kdl: &mut Kdl, off_hours: &OffHours) {
    let OffHours {
        days,
        from,
        to,
        zone,
        api,
        worker,
    } = off_hours;
    let head = [
        property("days", days),
        property("from", from),
        property("to", to),
        property("zone", zone),
    ];
    kdl.block(&format!("off-hours {}", head.join(" ")), |kdl| {
        counts(kdl, api.as_ref(), worker, 0);
    });
}

fn event(kdl: &mut Kdl, name: &Name, event: &Event) {
    let Event {
        from,
        to,
        zone,
        lead,
        api,
        worker,
    } = event;
    let head = [
        quoted(name),
        property("from", from),
        property("to", to),
        property("zone", zone),
        property("lead", lead),
    ];
    kdl.block(&format!("event {}", head.join(" ")), |kdl| {
        counts(kdl, api.as_ref(), worker, 1);
    });
}

fn load_test(kdl: &mut Kdl, name: &Name, test: &LoadTest) {
    let LoadTest {
        url,
        request,
        steady,
        stage,
        rate,
        expect,
        test_run,
    } = test;
    let head = format!("load-test {} {}", quoted(name), property("url", url));
    kdl.block(&head, |kdl| {
        let Request {
            method,
            body,
            token_env,
        } = request;
        kdl.node(
            "request",
            &[
                quoted(method.value),
                maybe(body.as_ref(), |it| property("body", it)),
                maybe(token_env.as_ref(), |it| property("token-env", it)),
            ],
        );
        if let Some(Steady { vus, r#for }) = steady {
            kdl.node("steady", &[number("vus", vus), property("for", r#for)]);
        }
        for Stage { to, over } in stage {
            kdl.node("stage", &[number("to", to), property("over", over)]);
        }
        if let Some(ArrivalRate { per_second, r#for }) = rate {
            let lasting = property("for", r#for);
            kdl.node("rate", &[per_second.value.to_string(), lasting]);
        }
        let Expectation {
            p50,
            p95,
            p99,
            errors,
        } = expect;
        kdl.node(
            "expect",
            &[
                maybe(p50.as_ref(), |it| property("p50", it)),
                maybe(p95.as_ref(), |it| property("p95", it)),
                maybe(p99.as_ref(), |it| property("p99", it)),
                maybe(errors.as_ref(), |it| property("errors", it)),
            ],
        );
        if let Some(TestRun { parallelism }) = test_run {
            kdl.node("test-run", &[number("parallelism", parallelism)]);
        }
    });
}
