//! A TestRun of the k6 operator: pods that share the load.

use crate::emit::yaml::{Map, Value, yaml};

use crate::emit::metadata::metadata;
use crate::model::{Environment, LoadTest, Name};

/// The image of the pods: the k6 whose documentation the scripts follow.
const IMAGE: &str = "grafana/k6:2.2.0";

/// The user of that image.
const USER: u32 = 12345;

/// Memory of a k6 process, and of a virtual user, in MiB: k6's guide to large tests counts 1 to 5 MB
/// for a user of a simple script.
const PROCESS: u64 = 128;
const PER_USER: u64 = 5;

/// The key of the Secret with the token.
pub const TOKEN: &str = "token";

/// The TestRun, if one is asked for. The operator reads the script from a ConfigMap, which holds
/// the body, too: `kubectl` makes it from the files, because tierc has no copy of the body.
///
/// Nothing cleans up: what k6 printed is in the logs of the pods, and would go with them.
#[must_use]
pub(super) fn test_run(environment: &Environment, name: &Name, test: &LoadTest) -> Option<Value> {
    let run = test.test_run.as_ref()?;
    let object = environment.test_run_name(name);
    Some(yaml!({
        "apiVersion": "k6.io/v1alpha1",
        "kind": "TestRun",
        "metadata": metadata(environment, &object, &object),
        "spec": {
            "parallelism": run.parallelism.value,
            "script": {
                "configMap": { "name": &object, "file": name.script_file() },
            },
            // What first reads the script is set up like a runner where nothing else is said.
            "runner": runner(&object, test),
        },
    }))
}

fn runner(object: &str, test: &LoadTest) -> Map {
    let users = test.vus().div_ceil(u64::from(test.runners()));
    let memory = PROCESS.saturating_add(users.saturating_mul(PER_USER));
    let pod = yaml!({ "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER,
        "seccompProfile": { "type": "RuntimeDefault" } });
    let container =
        yaml!({ "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } });
    let requests = yaml!({ "cpu": "500m", "memory": format!("{memory}Mi") });
    let mut runner = Map::new();
    runner.insert("image", IMAGE);
    runner.insert("automountServiceAccountToken", "false");
    if let Some(variable) = &test.request.token_env {
        let from = yaml!({ "secretKeyRef": { "name": object, "key": TOKEN } });
        let variable = yaml!({ "name": variable, "valueFrom": from });
        runner.insert("env", yaml!([variable]));
    }
    runner.insert("securityContext", pod);
    runner.insert("containerSecurityContext", container);
    runner.insert("resources", yaml!({ "requests": requests }));
    runner
}
