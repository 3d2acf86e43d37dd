//! The CronJob.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::{Followed, SCRIPT};
use crate::emit::kubernetes::metadata::{labels, metadata};
use crate::emit::placement;
use crate::schedule::{Subject, Zone};

/// A user that no image has.
const USER: u32 = 10001;

/// Where the script is mounted.
const FOLDER: &str = "/etc/schedule";

/// The CronJob: one run after another, each of which is over before the next one is due.
pub(super) fn job(followed: &Followed<'_>, name: &str) -> Value {
    let environment = followed.environment;
    let (zone, schedule) = when(followed);
    json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata(environment, name, name),
        "spec": {
            "schedule": schedule,
            "timeZone": zone.name(),
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

/// Every five minutes: always where something sleeps, else from the day on which an event of the
/// API begins until the day after it is over. Years that are not the event's are up to the script.
fn when(followed: &Followed<'_>) -> (Zone, String) {
    let zone = followed.calendar.zone();
    if followed.api_sleeps() || !followed.pools().is_empty() {
        return (zone, "*/5 * * * *".into());
    }
    let (mut days, mut months) = (BTreeSet::new(), BTreeSet::new());
    for occasion in &followed.calendar.occasions {
        if occasion.floor(&Subject::Api).is_none() {
            continue;
        }
        let first = zone.clock(occasion.start).date();
        let last = zone.clock(occasion.end).date().saturating_add(1.day());
        // A month and a year are all there is of days and months.
        for day in first
            .series(1.day())
            .take_while(|day| *day <= last)
            .take(366)
        {
            days.insert(day.day());
            months.insert(day.month());
        }
    }
    let schedule = format!("*/5 * {} {} *", list(&days, 31), list(&months, 12));
    (zone, schedule)
}

/// A field of cron: numbers and ranges, or `*` for all of them.
fn list(numbers: &BTreeSet<i8>, all: usize) -> String {
    if numbers.len() >= all {
        return "*".into();
    }
    let mut runs: Vec<(i8, i8)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            Some(_) | None => runs.push((*number, *number)),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    });
    runs.collect::<Vec<_>>().join(",")
}

fn pod(followed: &Followed<'_>, name: &str) -> Value {
    json!({
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

/// What would be mounted by itself, with a token that is soon worth nothing.
fn token() -> Value {
    json!({ "name": "token", "projected": { "sources": [
        { "serviceAccountToken": { "path": "token", "expirationSeconds": 600 } },
        { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
        { "downwardAPI": { "items": [
            { "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } },
        ] } },
    ] } })
}

/// kubectl keeps what it learns of the server in its home directory.
fn container(followed: &Followed<'_>) -> Value {
    let environment = followed.environment;
    json!({
        "name": "schedule",
        "image": environment.schedule.image,
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
