//! A load test that k6 or its operator refuses, or that has too few virtual users for its rate.

use crate::ast::{Ast, TopPart};
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::load_test::MOST_FOR_A_RATE;
use crate::model::{Environment, LoadTest, Name};

/// The rule `load-test-cannot-run`.
pub(super) static RULE: Rule = Rule {
    code: Code("load-test-cannot-run"),
    severity: Severity::Error,
    waivable: true,
    steady: false,
    reads: &[TopPart::LoadTest],
    explanation: include_str!("../../diagnostic/explain/load-test-cannot-run.md"),
    check,
};

/// Characters of a Kubernetes name that becomes a label.
const LABEL: usize = 63;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (name, test) in &environment.load_test {
        findings.extend(empty_ramp(name, test));
        findings.extend(overwritten_body(environment, name, test));
        findings.extend(option_of_k6(name, test));
        findings.extend(idle_runners(name, test));
        let finding = undelivered_rate(name, test);
        findings.extend(finding.map(|finding| as_expected(finding, context.file, name)));
        findings.extend(long_name(environment, name, test));
    }
}

fn error(message: String) -> Finding {
    Finding::new(RULE.code, Severity::Error, message)
}

/// k6 needs at least one virtual user during a ramp.
fn empty_ramp(name: &Name, test: &LoadTest) -> Option<Finding> {
    let first = test.stage.first()?;
    if test.stage.iter().any(|stage| stage.to.value > 0) {
        return None;
    }
    let path = format!("load-test.{name}.stage.to");
    let finding = error(format!(
        "the ramp of `load-test \"{name}\"` has no virtual user"
    ))
    .operand(&first.to, &path, "every stage has 0 virtual users")
    .help("give a stage at least 1 virtual user, or remove the stages");
    Some(finding)
}

/// Every render overwrites the files that tierc writes, so such a file cannot be a request body.
fn overwritten_body(environment: &Environment, name: &Name, test: &LoadTest) -> Option<Finding> {
    let body = test.request.body.as_ref()?;
    let writes = |(other, test): (&Name, &LoadTest)| {
        let script = body.value == other.script_file();
        script || (test.test_run.is_some() && body.value == other.test_run_file())
    };
    if !environment.load_test.iter().any(writes) {
        return None;
    }
    let path = format!("load-test.{name}.request.body");
    let message = format!(
        "`{}` is a file that tierc writes, so it cannot be a body",
        body.value
    );
    let finding = error(message)
        .operand(body, &path, "the body")
        .help("use a file of your own beside the script, such as `body.json`");
    Some(finding)
}

/// k6 reads every variable with this prefix as an option, and rejects unknown ones.
fn option_of_k6(name: &Name, test: &LoadTest) -> Option<Finding> {
    let variable = test.request.token_env.as_ref()?;
    let rest = variable.value.strip_prefix("K6_")?;
    let path = format!("load-test.{name}.request.token-env");
    let message = format!("`{}` is one of k6's own options", variable.value);
    let other = format!("LOAD_{rest}");
    let finding = error(message)
        .operand(variable, &path, "the variable with the token")
        .repair(
            variable,
            &path,
            "use another name: k6 reads variables that begin with `K6_` as options",
            format!("\"{other}\""),
        );
    Some(finding)
}

/// Each k6 process needs a virtual user.
fn idle_runners(name: &Name, test: &LoadTest) -> Option<Finding> {
    let run = test.test_run.as_ref()?;
    let (runners, users) = (&run.parallelism, test.vus());
    // `empty_ramp` reports a ramp without users.
    if users == 0 || u64::from(runners.value) <= users {
        return None;
    }
    let path = format!("load-test.{name}.test-run.parallelism");
    let message = format!(
        "`load-test \"{name}\"` has {0} pods but only {users} virtual {1}",
        runners.value,
        if users == 1 { "user" } else { "users" },
    );
    let finding = error(message)
        .operand(runners, &path, "pods of the TestRun")
        .note(format!("{} pods > {users} virtual users", runners.value))
        .repair(
            runners,
            &path,
            format!("lower `parallelism` to {users}: each pod needs at least one virtual user"),
            users.to_string(),
        );
    Some(finding)
}

/// A virtual user is busy for the length of a request. Requests may be faster than the expected
/// slow ones, so this is not an error.
fn undelivered_rate(name: &Name, test: &LoadTest) -> Option<Finding> {
    let rate = test.rate.as_ref()?;
    let (per_second, runners) = (&rate.per_second, u64::from(test.runners()));
    let (needed, most) = (rate.needed(&test.expect), runners * MOST_FOR_A_RATE);
    if needed <= most {
        return None;
    }
    let millis = test.expect.millis();
    let message = format!(
        "the rate of `load-test \"{name}\"` needs {needed} virtual users, but k6 has at most {most}"
    );
    let path = format!("load-test.{name}.rate.per-second");
    let finding = Finding::new(RULE.code, Severity::Warning, message)
        .operand(per_second, &path, "requests a second")
        .note(format!(
            "{} x {millis} ms = {needed} > {most} = {runners} x {MOST_FOR_A_RATE}: k6 reaches the rate only if requests are faster",
            per_second.value
        ));
    let finding = pods(finding, name, test, needed);
    let fits = most.saturating_mul(1000) / millis.max(1);
    if fits == 0 {
        return Some(finding);
    }
    let message = format!("lower the rate to {fits}, the largest for {most} virtual users");
    Some(finding.repair(per_second, &path, message, fits.to_string()))
}

/// If the expected duration could not be read, the default of one second is wrong.
fn as_expected(finding: Finding, file: &Ast, name: &Name) -> Finding {
    let Some(node) = file.stated.load_test.get(name) else {
        return finding;
    };
    let expect = &node.expect;
    let finding = finding.optional(&expect.p95);
    finding.optional(&expect.p99).optional(&expect.p50)
}

/// The finding, with the longest request and the pods that share the load.
fn pods(finding: Finding, name: &Name, test: &LoadTest, needed: u64) -> Finding {
    let expect = &test.expect;
    let times = [
        ("p95", &expect.p95),
        ("p99", &expect.p99),
        ("p50", &expect.p50),
    ];
    let stated = times
        .into_iter()
        .find_map(|(what, time)| Some((what, time.as_ref()?)));
    let finding = match stated {
        Some((what, time)) => finding.operand(
            time,
            &format!("load-test.{name}.expect.{what}"),
            "how long a request may last",
        ),
        None => finding,
    };
    let Some(run) = &test.test_run else {
        return finding;
    };
    let path = format!("load-test.{name}.test-run.parallelism");
    let fewest = needed.div_ceil(MOST_FOR_A_RATE);
    let message =
        format!("raise `parallelism` to {fewest}, the fewest pods with enough virtual users");
    finding
        .operand(&run.parallelism, &path, "pods of the TestRun")
        .repair(&run.parallelism, &path, message, fewest.to_string())
}

/// The operator's Jobs and Services add suffixes to the TestRun's name.
fn long_name(environment: &Environment, name: &Name, test: &LoadTest) -> Option<Finding> {
    let run = test.test_run.as_ref()?;
    let runners = &run.parallelism;
    let service = format!("-service-{}", runners.value);
    let most = LABEL - "-initializer".len().max(service.len());
    let object = environment.test_run_name(name);
    if object.len() <= most {
        return None;
    }
    let path = format!("load-test.{name}.test-run.parallelism");
    let length = object.len();
    let finding = error(format!(
        "the name of the TestRun `{object}` has {length} characters, but at most {most} are allowed"
    ))
    .operand(runners, &path, "requests a TestRun")
    .note(format!("{length} characters > {most}"))
    .help("shorten `app`, or the name of the load test: the TestRun is named `<app>-load-<name>`");
    Some(finding)
}
