//! PgBouncer's Deployment.

use std::fmt::Write as _;

use crate::emit::yaml::{YamlValue, yaml};
use sha2::{Digest, Sha256};

use super::{CONFIG_FILE, config_name};
use crate::emit::endpoint::PORT;
use crate::emit::metadata::{labels, metadata, selector};
use crate::emit::pgbouncer::{FOLDER, command, lines_read_at_start};
use crate::emit::{placement, secret};
use crate::model::{Environment, PGBOUNCER_CONTAINER, Resources};

/// Seconds between removal from the endpoints and SIGTERM.
const PRE_STOP: u64 = 5;

/// A user that no image has. Security checks require one above 10000, and PgBouncer writes no
/// files.
const USER: u32 = 10001;

/// The Deployment with the settings of `ini`. Its rollout never has more draining pods than the
/// connection budget counts.
pub(super) fn deployment(environment: &Environment, ini: &str) -> YamlValue {
    let pooler = &environment.pgbouncer;
    let name = pooler.name.value.as_str();
    let (drain, pace) = (pooler.drain.value.secs(), pooler.min_ready.value.secs());
    // The controller does not count draining pods, so only the pace of the rollout limits them.
    let (surge, unavailable) = if pooler.instances.value > 1 {
        (0, 1)
    } else {
        (1, 0)
    };
    yaml!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(environment, name, name),
        "spec": {
            "replicas": &pooler.instances,
            "minReadySeconds": pace,
            "progressDeadlineSeconds": pace.saturating_add(drain).saturating_add(600),
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": { "maxSurge": surge, "maxUnavailable": unavailable },
            },
            "selector": { "matchLabels": selector(name) },
            "template": template(environment, ini),
        },
    })
}

/// The template of its pods.
pub(super) fn template(environment: &Environment, ini: &str) -> YamlValue {
    let pooler = &environment.pgbouncer;
    let hash = restart_hash(&pooler.image.value, ini);
    yaml!({
        "metadata": {
            "labels": labels(environment, pooler.name.value.as_str()),
            "annotations": { "tierc.dev/restart-hash": hash },
        },
        "spec": pod(environment, pooler.drain.value.secs()),
    })
}

/// A hash of what a reload cannot apply: the image, and the settings that are read only at start.
fn restart_hash(image: &str, ini: &str) -> String {
    let mut text = format!("image = {image}\n");
    for line in lines_read_at_start(ini) {
        text.push_str(line);
        text.push('\n');
    }
    let digest = Sha256::digest(text);
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn pod(environment: &Environment, drain: u64) -> YamlValue {
    let name = environment.pgbouncer.name.value.as_str();
    yaml!({
        "serviceAccountName": name,
        "automountServiceAccountToken": false,
        "terminationGracePeriodSeconds": drain,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "affinity": affinity(environment, name),
        "topologySpreadConstraints": [{
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": selector(name) },
        }],
        "containers": [container(environment, drain)],
        "volumes": volumes(environment),
    })
}

/// The CA bundle is optional in every mode, so a change of `database.tls` is a reload, too.
fn volumes(environment: &Environment) -> YamlValue {
    yaml!([
        { "name": "config", "configMap": { "name": config_name(environment) } },
        { "name": "auth", "secret": { "secretName": secret::userlist(environment).secret } },
        { "name": "ca", "configMap": { "name": secret::ca_config_map(environment), "optional": true } },
    ])
}

/// On different hosts, and off spot nodes if there are others: the two minutes' notice is shorter
/// than a drain.
fn affinity(environment: &Environment, name: &str) -> YamlValue {
    let mut affinity = placement::of_the_rest(environment);
    let apart = yaml!({ "preferredDuringSchedulingIgnoredDuringExecution": [{
        "weight": 100,
        "podAffinityTerm": {
            "topologyKey": "kubernetes.io/hostname",
            "labelSelector": { "matchLabels": selector(name) },
        },
    }] });
    if let Some(affinity) = affinity.as_map_mut() {
        affinity.insert("podAntiAffinity", apart);
    }
    affinity
}

fn container(environment: &Environment, drain: u64) -> YamlValue {
    let pooler = &environment.pgbouncer;
    // Directories without subPath, because a subPath mount never sees a new ConfigMap.
    let mounts = ["config", "auth", "ca"].map(
        |name| yaml!({ "name": name, "mountPath": format!("{FOLDER}/{name}"), "readOnly": true }),
    );
    yaml!({
        "name": PGBOUNCER_CONTAINER,
        "image": &pooler.image,
        "imagePullPolicy": "Always",
        "command": command(environment, &format!("{FOLDER}/config/{CONFIG_FILE}")),
        "ports": [{ "name": "postgres", "containerPort": PORT, "protocol": "TCP" }],
        "resources": {
            "requests": resources(&pooler.requests, "64Mi"),
            "limits": resources(&pooler.limits, "128Mi"),
        },
        "readinessProbe": { "tcpSocket": { "port": "postgres" }, "periodSeconds": 5 },
        "livenessProbe": {
            "tcpSocket": { "port": "postgres" },
            "initialDelaySeconds": 15, "periodSeconds": 20, "failureThreshold": 6,
        },
        "lifecycle": { "preStop": { "sleep": { "seconds": PRE_STOP.min(drain / 2).max(1) } } },
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER,
            "privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "volumeMounts": mounts,
    })
}

fn resources(resources: &Resources, ephemeral_storage: &str) -> YamlValue {
    yaml!({ "cpu": &resources.cpu, "memory": &resources.memory, "ephemeral-storage": ephemeral_storage })
}
