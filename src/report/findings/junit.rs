//! Findings as JUnit XML, which Jenkins, GitLab, Azure Pipelines and others read as test results.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::diagnostic::Severity;
use crate::diagnostic::json::FindingJson;

use super::{file, paragraphs, relative};

const TEMPLATE: &str = include_str!("../../../templates/report/junit.xml.j2");

/// The report.
#[derive(Serialize)]
struct TestSuites<'a> {
    tests: usize,
    failures: usize,
    suites: Vec<TestSuite<'a>>,
}

/// A file, which is a suite of tests.
#[derive(Serialize)]
struct TestSuite<'a> {
    name: &'a str,
    failures: usize,
    cases: Vec<TestCase<'a>>,
}

/// A finding, which is a test.
#[derive(Serialize)]
struct TestCase<'a> {
    name: &'a str,
    line: Option<usize>,
    severity: String,
    fails: bool,
    message: String,
    text: String,
}

/// The report: a suite for each file, and a test for each finding. A finding of which `fails` is true is a
/// test that failed; a file without findings is one test that passed.
///
/// # Panics
///
/// Never: the template fits its data.
#[must_use]
pub fn text(files: &[&str], findings: &[FindingJson], fails: impl Fn(Severity) -> bool) -> String {
    let names = files.iter().map(|it| relative(it));
    let mut suites: Vec<TestSuite<'_>> = names.map(suite).collect();
    for finding in findings {
        let of = file(finding).unwrap_or_default();
        let at = suites.iter().position(|it| it.name == of);
        let at = at.unwrap_or_else(|| {
            suites.push(suite(of));
            suites.len() - 1
        });
        let Some(suite) = suites.get_mut(at) else {
            continue;
        };
        let fails = fails(finding.severity);
        suite.failures += usize::from(fails);
        suite.cases.push(TestCase {
            name: &finding.code,
            line: finding.place.as_ref().map(|it| it.line),
            severity: finding.severity.to_string(),
            fails,
            message: valid(&finding.message),
            text: valid(&paragraphs(finding)),
        });
    }
    let tests: usize = suites.iter().map(|it| it.cases.len().max(1)).sum();
    let failures: usize = suites.iter().map(|it| it.failures).sum();
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.expect("the syntax is minijinja's own"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let template = environment.template_from_str(TEMPLATE);
    let suites = TestSuites {
        tests,
        failures,
        suites,
    };
    template
        .and_then(|it| it.render(Serde(&suites)))
        .expect("the template fits its data")
}

fn suite(name: &str) -> TestSuite<'_> {
    TestSuite {
        name,
        failures: 0,
        cases: Vec::new(),
    }
}

/// A text without the characters that XML 1.0 has no way to write.
fn valid(text: &str) -> String {
    let allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(allowed).collect()
}
