//! The CronJob.

use crate::emit::yaml::{YamlValue, yaml};

use super::{Followed, SCRIPT};
use crate::emit::metadata::{labels, metadata};
use crate::emit::placement;

/// A user that no image has.
const USER: u32 = 10001;

/// Every five minutes on every day, also for events alone. If the job only ran on the event's days,
/// it could not undo the event after it had been suspended or had failed.
const WHEN: &str = "*/5 * * * *";

/// Where the script is mounted.
const FOLDER: &str = "/etc/schedule";

/// The CronJob. Its runs do not overlap, and each ends before the next one is due.
pub(super) fn job(followed: &Followed<'_>, name: &str) -> YamlValue {
    let environment = followed.environment;
    yaml!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata(environment, name, name),
        "spec": {
            "schedule": WHEN,
            "timeZone": followed.calendar.zone().name(),
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 120,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": 150,
                    "ttlSecondsAfterFinished": 3600,
                    "template": {
                        "metadata": { "labels": labels(environment, name) },
                        "spec": pod(followed, name),
                    },
                },
            },
        },
    })
}

fn pod(followed: &Followed<'_>, name: &str) -> YamlValue {
    yaml!({
        "serviceAccountName": name,
        "automountServiceAccountToken": false,
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 10,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "affinity": placement::of_the_rest(followed.environment),
        "containers": [container(followed)],
        "volumes": [
            { "name": "script", "configMap": { "name": name } },
            { "name": "home", "emptyDir": { "sizeLimit": "16Mi" } },
            token(),
        ],
    })
}

/// The token that Kubernetes would mount by default, but with a short lifetime.
fn token() -> YamlValue {
    yaml!({ "name": "token", "projected": { "sources": [
        { "serviceAccountToken": { "path": "token", "expirationSeconds": 600 } },
        { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
        { "downwardAPI": { "items": [
            { "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } },
        ] } },
    ] } })
}

/// kubectl caches the server's API in its home directory.
fn container(followed: &Followed<'_>) -> YamlValue {
    let environment = followed.environment;
    yaml!({
        "name": "schedule",
        "image": &environment.schedule.image,
        "imagePullPolicy": "Always",
        "command": ["/bin/sh", format!("{FOLDER}/{SCRIPT}")],
        "env": [{ "name": "HOME", "value": "/home/schedule" }],
        "resources": {
            "requests": { "cpu": "50m", "memory": "64Mi", "ephemeral-storage": "16Mi" },
            "limits": { "cpu": "500m", "memory": "128Mi", "ephemeral-storage": "32Mi" },
        },
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER,
            "privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "volumeMounts": [
            { "name": "script", "mountPath": FOLDER, "readOnly": true },
            { "name": "home", "mountPath": "/home/schedule" },
            { "name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true },
        ],
    })
}
