//! checkov's policies for Kubernetes.

use super::tools::{ask, command, tool};
use super::trees::rendered;

/// A tag, not a digest: which image is run is the user's to say, digest and all.
const EXCEPTION: &str = "CKV_K8S_43";

#[test]
fn checkov_finds_nothing_in_the_manifests() {
    let Some(checkov) = tool("checkov") else {
        return;
    };
    let trees = rendered();
    let mut run = command(&checkov, trees.folder());
    run.args([
        "--framework",
        "kubernetes",
        "--skip-download",
        "--output",
        "json",
    ]);
    run.args(["--skip-check", EXCEPTION]);
    for file in trees.manifests() {
        run.arg("-f").arg(file);
    }
    let report: serde_json::Value = serde_json::from_str(&ask(&mut run).accepted()).unwrap();
    let summary = &report["summary"];
    assert_eq!(summary["failed"], 0, "{report}");
    assert_eq!(summary["parsing_errors"], 0, "{report}");
    // Of one PgBouncer 90 checks and more.
    let least = 60 * u64::try_from(trees.iter().count()).unwrap();
    assert!(summary["passed"].as_u64().unwrap() > least, "{summary}");
}
