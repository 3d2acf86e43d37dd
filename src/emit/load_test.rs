//! Load tests: a k6 script for each, and a TestRun of the k6 operator if requested.
//!
//! A TestRun starts when it is applied. So it is next to its script instead of in `kubernetes/`,
//! where `kubectl apply -k` or Argo CD would start it.

mod options;
pub mod test_run;

pub use options::{LoadTestLevel, levels};

use minijinja::context;
use serde_json::{Value, json};

use super::{Artifacts, header, template, yaml};
use crate::model::{Environment, LoadTest, Name};

/// The folder of scripts and request bodies.
pub const FOLDER: &str = "load-test";

/// The files below `load-test/`; `source_name` is the environment's file name for their headers.
#[must_use]
pub fn load_tests(environment: &Environment, source_name: &str) -> Artifacts {
    let mut files = Artifacts::new();
    for (name, test) in &environment.load_test {
        let text = script(name, test, source_name);
        files.insert(format!("{FOLDER}/{}", name.script_file()), text);
        if let Some(run) = test_run::test_run(environment, name, test) {
            let text = yaml::documents(&[run], source_name);
            files.insert(format!("{FOLDER}/{}", name.test_run_file()), text);
        }
    }
    files
}

/// A script for k6 1.0 and later.
///
/// # Panics
///
/// Never: the template is part of the program, and all its variables are given.
#[must_use]
pub fn script(name: &Name, test: &LoadTest, source_name: &str) -> String {
    let request = &test.request;
    let ramp = options::ramp(test);
    template::templates()
        .render_str(
            include_str!("../../templates/load-test.js.j2"),
            context! {
                source => header::printable(source_name),
                name => name.to_string(),
                told => options::told(test),
                method => literal(&json!(request.method.value.to_string())),
                url => literal(&json!(test.url.value)),
                body => request.body.as_ref().map(|file| literal(&json!(format!("./{}", file.value)))),
                json => request.body.as_ref().is_some_and(|file| is_json(&file.value)),
                token => request.token_env.as_ref().map(|variable| literal(&json!(variable.value))),
                variable => request.token_env.as_ref().map(|variable| variable.value.clone()),
                ramp => (!ramp.is_empty()).then(|| literal(&Value::from(ramp))),
                options => literal(&options::options(test)),
            },
        )
        .expect("the template and its variables belong together")
}

fn is_json(file: &str) -> bool {
    file.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("json"))
}

/// A value as JavaScript: JSON with JavaScript's additional line ends escaped.
fn literal(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("a JSON value has a text");
    text.replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
