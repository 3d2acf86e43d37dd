//! A TestRun of the k6 operator: pods that share the load.

use crate::emit::yaml::{Map, YamlValue, yaml};

use crate::emit::metadata::metadata;
use crate::model::{Environment, LoadTest, Name};

/// The image of the pods: the k6 version that the scripts are written for.
const IMAGE: &str = "grafana/k6:2.2.0";

/// The user of that image.
const USER: u32 = 12345;

/// MiB for a k6 process and for a virtual user. k6's guide to large tests estimates 1 to 5 MB for a
/// user of a simple script.
const PROCESS: u64 = 128;
const PER_USER: u64 = 5;

/// The key of the Secret with the token.
pub const TOKEN: &str = "token";

/// The TestRun, if requested. The operator reads the script from a ConfigMap, which also contains
/// the body. `kubectl` creates it from the files, because tierc has no copy of the body.
///
/// There is no automatic cleanup: it would delete the pods with k6's results in their logs.
#[must_use]
pub(super) fn test_run(
    environment: &Environment,
    name: &Name,
    test: &LoadTest,
) -> Option<YamlValue> {
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
            // The initializer uses the runner's settings unless it has its own.
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
