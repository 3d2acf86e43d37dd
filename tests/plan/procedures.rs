//! What steps tell AWS to do, and what they wait for.

use tierc::plan::plan;
use tierc::plan::procedure::Procedure;

use super::{prod, with};

/// The procedures of every step whose title begins so, and of its way back.
fn told(before: &str, after: &str, title: &str) -> (Procedure, Procedure) {
    with(before, after, |_, request| {
        let plan = plan(request);
        let titles: Vec<String> = plan.steps.iter().map(|it| it.title.clone()).collect();
        let step = plan
            .steps
            .into_iter()
            .find(|it| it.title.starts_with(title));
        let step = step.unwrap_or_else(|| panic!("{title}: {titles:?}"));
        (step.procedure, step.undo.unwrap_or_default())
    })
}

/// Where the first line stands that holds all of these.
fn place(lines: &[String], parts: &[&str]) -> usize {
    let holds = |line: &String| parts.iter().all(|part| line.contains(part));
    let found = lines.iter().position(holds);
    found.unwrap_or_else(|| panic!("{parts:?}: {lines:#?}"))
}

#[test]
fn fewer_shards_are_asked_for_with_the_names_of_those_that_stay() {
    let shards = |shards: u32| {
        prod(
            "large",
            &format!("redis \"cache\" {{ cluster shards={shards} mode=\"enabled\" }}"),
        )
    };
    let stay = |count: u32| {
        format!(
            "--node-group-count {count} --node-groups-to-retain $(aws elasticache describe-replication-groups"
        )
    };
    let (down, up) = told(&shards(3), &shards(2), "");
    place(&down.apply, &[&stay(2), "NodeGroups[:2].NodeGroupId"]);
    place(&up.apply, &["--node-group-count 3 --apply-immediately"]);
    let (up, down) = told(&shards(2), &shards(3), "");
    place(&up.apply, &["--node-group-count 3 --apply-immediately"]);
    place(&down.apply, &[&stay(2), "NodeGroups[:2].NodeGroupId"]);
}

#[test]
fn a_volume_that_grows_is_told_its_iops_again_where_it_has_any_of_its_own() {
    let volume = |storage: &str| prod("medium", &format!("database {{ storage {storage} }}"));
    let grown = |before: &str, after: &str| {
        let lines = told(&volume(before), &volume(after), "").0;
        let at = place(&lines.apply, &["modify-db-instance"]);
        (lines.apply[at].clone(), lines.verify.join("\n"))
    };
    let (line, seen) = grown("gib=200 max-gib=0", "gib=300 max-gib=0");
    assert!(!line.contains("--iops"), "{line}");
    assert!(seen.contains("nothing in-sync 300'"), "{seen}");
    let (line, seen) = grown("gib=500 max-gib=0", "gib=510 max-gib=0");
    assert!(
        line.contains("--allocated-storage 510 --iops 12000 "),
        "{line}"
    );
    assert!(seen.contains("nothing in-sync 550 12000'"), "{seen}");
    let (line, _) = grown(
        "gib=500 max-gib=0 type=\"io2\" iops=9000",
        "gib=600 max-gib=0 type=\"io2\" iops=9000",
    );
    assert!(
        line.contains("--allocated-storage 600 --iops 9000 "),
        "{line}"
    );
}
