//! PgBouncer's Deployment.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::config_name;
use crate::emit::kubernetes::metadata::{labels, metadata, selector};
use crate::emit::pgbouncer::verifies;
use crate::model::{Environment, Resources};

/// Seconds between leaving the endpoints and SIGTERM.
const PRE_STOP: u64 = 5;

/// The Deployment. Its rollout never lets more than one pod drain beside a full set.
pub(super) fn deployment(environment: &Environment) -> Value {
    let pooler = &environment.pgbouncer;
    let name = pooler.name.value.as_str();
    let drain = pooler.drain.value.secs();
    // Draining pods are not counted by the controller: only waiting as long as a drain can take
    // before the next one keeps the connection budget true.
    let (surge, unavailable) = if pooler.instances.value > 1 {
        (0, 1)
    } else {
        (1, 0)
    };
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(environment, name, name),
        "spec": {
            "replicas": pooler.instances,
            "minReadySeconds": drain,
            "progressDeadlineSeconds": drain.saturating_mul(2).saturating_add(600),
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": { "maxSurge": surge, "maxUnavailable": unavailable },
            },
            "selector": { "matchLabels": selector(name) },
            "template": {
                "metadata": {
                    "labels": labels(environment, name),
                    "annotations": { "tierc.dev/restart-hash": restart_hash(&pooler.image.value) },
                },
                "spec": pod(environment, drain),
            },
        },
    })
}

/// Of what a reload cannot apply: the image, and the settings that are read at start alone.
fn restart_hash(image: &str) -> String {
    let settings = "listen_addr=0.0.0.0\nlisten_port=6432\nunix_socket_dir=\n";
    let digest = Sha256::digest(format!("image={image}\n{settings}"));
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn pod(environment: &Environment, drain: u64) -> Value {
    let name = environment.pgbouncer.name.value.as_str();
    let app = &environment.app.value;
    let mut volumes = vec![
        json!({ "name": "config", "configMap": { "name": config_name(environment) } }),
        json!({ "name": "auth", "secret": { "secretName": format!("{app}-pgbouncer-auth") } }),
    ];
    if verifies(environment) {
        volumes.push(json!({ "name": "ca", "configMap": { "name": format!("{app}-rds-ca") } }));
    }
    json!({
        "serviceAccountName": name,
        "automountServiceAccountToken": false,
        "terminationGracePeriodSeconds": drain,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "affinity": affinity(name),
        "topologySpreadConstraints": [{
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": selector(name) },
        }],
        "containers": [container(environment, drain)],
        "volumes": volumes,
    })
}

/// Apart by host, and never on spot: two minutes' notice is less than a drain. `NotIn` also
/// matches a node without the label, so that plain nodes remain.
fn affinity(name: &str) -> Value {
    json!({
        "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{
            "matchExpressions": [
                { "key": "karpenter.sh/capacity-type", "operator": "NotIn", "values": ["spot"] },
                { "key": "eks.amazonaws.com/capacityType", "operator": "NotIn", "values": ["SPOT"] },
            ],
        }] } },
        "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [{
            "weight": 100,
            "podAffinityTerm": {
                "topologyKey": "kubernetes.io/hostname",
                "labelSelector": { "matchLabels": selector(name) },
            },
        }] },
    })
}

fn container(environment: &Environment, drain: u64) -> Value {
    let pooler = &environment.pgbouncer;
    // Directories, not subPath: a file mounted by subPath never sees a new ConfigMap.
    let mut mounts = vec![
        json!({ "name": "config", "mountPath": "/etc/pgbouncer/config", "readOnly": true }),
        json!({ "name": "auth", "mountPath": "/etc/pgbouncer/auth", "readOnly": true }),
    ];
    if verifies(environment) {
        mounts.push(json!({ "name": "ca", "mountPath": "/etc/pgbouncer/ca", "readOnly": true }));
    }
    json!({
        "name": "pgbouncer",
        "image": pooler.image,
        "imagePullPolicy": "Always",
        "command": ["pgbouncer", "/etc/pgbouncer/config/pgbouncer.ini"],
        "ports": [{ "name": "postgres", "containerPort": 6432, "protocol": "TCP" }],
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
            "runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001,
            "privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "volumeMounts": mounts,
    })
}

fn resources(resources: &Resources, ephemeral_storage: &str) -> Value {
    json!({ "cpu": resources.cpu, "memory": resources.memory, "ephemeral-storage": ephemeral_storage })
}
