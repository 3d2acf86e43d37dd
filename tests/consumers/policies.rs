//! What linters of Kubernetes objects ask of a Deployment and what surrounds it (kube-linter's,
//! kube-score's, Polaris' and checkov's checks), asked here without them.

use serde_json::{Value, json};

use super::trees::{Tree, rendered};

/// PgBouncer's objects in one tree.
struct Pooler {
    deployment: Value,
    pod: Value,
    container: Value,
    service: Value,
    budget: Value,
    policy: Value,
    account: Value,
}

impl Pooler {
    fn of(tree: &Tree<'_>) -> Self {
        let objects = tree.objects();
        let name = tree.environment.pgbouncer.name.value.as_str();
        let find = |kind: &str| {
            let mut of_kind = objects
                .iter()
                .filter(|it| it["kind"] == kind && it["metadata"]["name"] == name);
            let object = of_kind.next().unwrap().clone();
            assert_eq!(of_kind.next(), None, "a second {kind} of {name}");
            object
        };
        let deployment = find("Deployment");
        let pod = deployment["spec"]["template"]["spec"].clone();
        let containers = pod["containers"].as_array().unwrap();
        assert_eq!(containers.len(), 1);
        Self {
            container: containers[0].clone(),
            pod,
            deployment,
            service: find("Service"),
            budget: find("PodDisruptionBudget"),
            policy: find("NetworkPolicy"),
            account: find("ServiceAccount"),
        }
    }

    fn labels(&self) -> &Value {
        &self.deployment["spec"]["template"]["metadata"]["labels"]
    }

    /// Whether a selector's labels are all on the pods.
    fn selected_by(&self, labels: &Value) -> bool {
        let labels = labels.as_object().unwrap();
        !labels.is_empty()
            && labels
                .iter()
                .all(|(key, value)| &self.labels()[key] == value)
    }
}

type Check = (&'static str, fn(&Pooler) -> bool);

fn above_ten_thousand(value: &Value) -> bool {
    value.as_u64().is_some_and(|id| id >= 10_000)
}

fn is_set(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

const CHECKS: &[Check] = &[
    ("the image has a fixed tag or a digest", |it| {
        let image = it.container["image"].as_str().unwrap();
        let name = image.rsplit('/').next().unwrap();
        name.contains("@sha256:") || name.split_once(':').is_some_and(|(_, tag)| tag != "latest")
    }),
    ("the image is always pulled", |it| {
        it.container["imagePullPolicy"] == "Always"
    }),
    ("cpu, memory and disk are requested and limited", |it| {
        ["requests", "limits"].iter().all(|side| {
            ["cpu", "memory", "ephemeral-storage"]
                .iter()
                .all(|resource| is_set(&it.container["resources"][side][resource]))
        })
    }),
    (
        "both probes are there, differ, and name a port that is declared",
        |it| {
            let (ready, live) = (
                &it.container["readinessProbe"],
                &it.container["livenessProbe"],
            );
            let port = &it.container["ports"][0]["name"];
            ready != live
                && is_set(port)
                && [ready, live]
                    .iter()
                    .all(|probe| &probe["tcpSocket"]["port"] == port)
        },
    ),
    (
        "user and group are not root, and above every host's",
        |it| {
            [&it.pod["securityContext"], &it.container["securityContext"]]
                .iter()
                .all(|context| {
                    context["runAsNonRoot"] == true
                        && above_ten_thousand(&context["runAsUser"])
                        && above_ten_thousand(&context["runAsGroup"])
                })
        },
    ),
    ("the root file system is read-only", |it| {
        it.container["securityContext"]["readOnlyRootFilesystem"] == true
    }),
    ("no privilege, no escalation, no capability", |it| {
        let context = &it.container["securityContext"];
        context["privileged"] == false
            && context["allowPrivilegeEscalation"] == false
            && context["capabilities"] == json!({ "drop": ["ALL"] })
    }),
    (
        "the runtime's seccomp profile, of pod and container",
        |it| {
            [&it.pod, &it.container]
                .iter()
                .all(|part| part["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault")
        },
    ),
    ("a service account of its own, without its token", |it| {
        it.pod["serviceAccountName"] == it.account["metadata"]["name"]
            && it.pod.get("serviceAccount").is_none()
            && it.pod["automountServiceAccountToken"] == false
            && it.account["automountServiceAccountToken"] == false
    }),
    ("secrets are files, not variables", |it| {
        it.container.get("env").is_none() && it.container.get("envFrom").is_none()
    }),
    ("pods stay off each other's host", |it| {
        let terms = &it.pod["affinity"]["podAntiAffinity"];
        let term = &terms["preferredDuringSchedulingIgnoredDuringExecution"][0]["podAffinityTerm"];
        term["topologyKey"] == "kubernetes.io/hostname"
            && it.selected_by(&term["labelSelector"]["matchLabels"])
    }),
    ("pods spread over the zones", |it| {
        let spread = &it.pod["topologySpreadConstraints"][0];
        spread["topologyKey"] == "topology.kubernetes.io/zone"
            && spread["maxSkew"] == 1
            && it.selected_by(&spread["labelSelector"]["matchLabels"])
    }),
    (
        "a disruption budget lets one pod go, and broken ones always",
        |it| {
            let spec = &it.budget["spec"];
            spec["maxUnavailable"] == 1
                && spec.get("minAvailable").is_none()
                && spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
                && it.selected_by(&spec["selector"]["matchLabels"])
        },
    ),
    (
        "a network policy names who may come in, and what is reached",
        |it| {
            let spec = &it.policy["spec"];
            let open = |rules: &Value, side: &str| {
                rules.as_array().unwrap().iter().any(|rule| {
                    rule.get("ports").is_none() || (side == "from" && rule.get(side).is_none())
                })
            };
            it.selected_by(&spec["podSelector"]["matchLabels"])
                && spec["policyTypes"] == json!(["Ingress", "Egress"])
                && !open(&spec["ingress"], "from")
                && !open(&spec["egress"], "to")
        },
    ),
    ("the instance's label is the object's name", |it| {
        [
            &it.deployment,
            &it.service,
            &it.budget,
            &it.policy,
            &it.account,
        ]
        .iter()
        .all(|object| {
            let meta = &object["metadata"];
            meta["labels"]["app.kubernetes.io/instance"] == meta["name"]
        })
    }),
    ("the Deployment selects its own pods", |it| {
        it.selected_by(&it.deployment["spec"]["selector"]["matchLabels"])
    }),
    (
        "the service selects the pods, by a port that they have",
        |it| {
            let port = &it.service["spec"]["ports"][0];
            it.selected_by(&it.service["spec"]["selector"])
                && it.service["spec"]["type"] == "ClusterIP"
                && port["targetPort"] == it.container["ports"][0]["name"]
                && port["port"] == it.container["ports"][0]["containerPort"]
        },
    ),
    ("nothing is in the namespace `default`", |it| {
        [
            &it.deployment,
            &it.service,
            &it.budget,
            &it.policy,
            &it.account,
        ]
        .iter()
        .all(|object| {
            let namespace = &object["metadata"]["namespace"];
            is_set(namespace) && namespace != "default"
        })
    }),
    ("nothing of the host", |it| {
        let volumes = it.pod["volumes"].as_array().unwrap();
        ["hostNetwork", "hostPID", "hostIPC"]
            .iter()
            .all(|key| it.pod.get(key).is_none())
            && volumes
                .iter()
                .all(|volume| volume.get("hostPath").is_none())
            && it.container["ports"]
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it.get("hostPort").is_none())
    }),
    (
        "every mount is read-only and has its volume, none by subPath",
        |it| {
            let volumes = it.pod["volumes"].as_array().unwrap();
            it.container["volumeMounts"]
                .as_array()
                .unwrap()
                .iter()
                .all(|mount| {
                    mount["readOnly"] == true
                        && mount.get("subPath").is_none()
                        && volumes.iter().any(|volume| volume["name"] == mount["name"])
                })
        },
    ),
    ("it rolls, and says how", |it| {
        let strategy = &it.deployment["spec"]["strategy"];
        strategy["type"] == "RollingUpdate" && strategy["rollingUpdate"].is_object()
    }),
];

/// What the linters ask and the pooler does not do: `priorityClassName` (Polaris), since which
/// classes there are is the cluster's own; a digest (checkov), since the image is the user's to
/// say; two replicas (kube-score, Polaris) on dev, whose single one is the tier's meaning.
#[test]
fn the_pooler_passes_what_linters_ask() {
    let trees = rendered();
    let mut failed = Vec::new();
    for tree in trees.iter() {
        let pooler = Pooler::of(&tree);
        let wrong = CHECKS.iter().filter(|(_, holds)| !holds(&pooler));
        failed.extend(wrong.map(|(claim, _)| format!("{}: {claim}", tree.name())));
        let replicas = pooler.deployment["spec"]["replicas"].as_u64().unwrap();
        if replicas < 2 && tree.name() != "dev" {
            failed.push(format!("{}: one replica", tree.name()));
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn an_autoscaler_keeps_two_of_what_serves_people() {
    for tree in rendered().iter() {
        for object in tree.objects() {
            if object["kind"] == "HorizontalPodAutoscaler" && tree.name() != "dev" {
                assert!(
                    object["spec"]["minReplicas"].as_u64().unwrap() >= 2,
                    "{}",
                    tree.name()
                );
            }
        }
    }
}
