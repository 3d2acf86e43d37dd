//! Trees that cannot be exchanged as a whole, and what is left beside them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use super::{code, folder, stderr, stdout, tierc};
use crate::consumers::tools::skip_unless_required;

/// Runs a script in a mount namespace of its own, in which `tierc` is the program. `None` if the
/// system allows no mounts, after saying so or failing.
fn with_mounts(folder: &Path, script: &str) -> Option<Output> {
    let ways: [&[&str]; 2] = [&["--mount"], &["--map-root-user", "--mount"]];
    let allowed = ways.into_iter().find(|way| {
        let tried = Command::new("unshare").args(*way).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    });
    let Some(way) = allowed else {
        skip_unless_required(
            "nothing can be mounted here: run it as root, and in a container with CAP_SYS_ADMIN",
        );
        return None;
    };
    let program = env!("CARGO_BIN_EXE_tierc");
    let script = format!("tierc() {{ '{program}' \"$@\"; }}\n{script}");
    let output = Command::new("unshare")
        .current_dir(folder)
        .args(way)
        .args(["--propagation", "private", "bash", "-euc", &script])
        .output()
        .unwrap();
    let told = stdout(&output) + &stderr(&output);
    assert!(output.status.success(), "{}: {told}", output.status);
    Some(output)
}

/// Makes the environment `large` change every one of its files.
const CHANGE: &str = "sed -i 's/^region .*/region \"us-west-2\"/' environments/*.kdl\n";

/// The required state of `generated` after a render, with or without mounts.
const HOLDS: &str = "tierc render --check\ntest -z \"$(find generated -name '.*tierc-*')\"\n";

#[test]
fn what_is_mounted_below_a_tree_stays() {
    let folder = folder();
    let script = format!(
        r#"
mkdir data; echo precious >data/precious; echo mine >one-file
tierc render
mkdir -p generated/large/data generated/small/deep/er generated/dev/helm/more
touch generated/medium/note
mount --bind data generated/large/data             # of the same device as the tree
mount -t tmpfs none generated/small/deep/er; echo precious >generated/small/deep/er/precious
mount --bind one-file generated/medium/note
{CHANGE}
tierc render
{HOLDS}
test "$(cat data/precious)" = precious
test "$(cat generated/large/data/precious)" = precious
test "$(cat generated/small/deep/er/precious)" = precious
test "$(cat generated/medium/note)" = mine
mountpoint -q generated/large/data
grep -q us-west-2 generated/large/terraform/large.tfvars generated/large/tierc.lock.json
# A tree that goes leaves them as well.
rm environments/large.kdl
tierc render --prune
test "$(cat data/precious)" = precious
"#
    );
    with_mounts(folder.path(), &script);
}

#[test]
fn a_tree_that_is_a_mount_is_written_file_by_file() {
    let folder = folder();
    let script = format!(
        r#"
mkdir -p generated/small generated/dev kept
mount -t tmpfs none generated/small
mount --bind kept generated/dev
tierc render
{HOLDS}
{CHANGE}
tierc render
{HOLDS}
test -s kept/helm/values.yaml
# Beside a folder that nobody may write into.
mount --bind generated generated; mount -o remount,ro,bind generated
mount --bind kept generated/dev
sed -i 's/^region .*/region "us-east-1"/' environments/dev.kdl
tierc render environments/dev.kdl
tierc render environments/dev.kdl --check
"#
    );
    with_mounts(folder.path(), &script);
}

#[test]
fn the_lower_layer_of_an_overlay_is_rendered_over() {
    let folder = folder();
    let script = format!(
        r#"
tierc render
mkdir generated/large/mine; echo mine >generated/large/mine/note; chmod 750 generated/large/mine
mkdir ../layers; mount -t tmpfs none ../layers 2>/dev/null || true
mkdir -p ../layers/upper ../layers/work ../layers/top
mount -t overlay overlay -o lowerdir="$PWD",upperdir=../layers/upper,workdir=../layers/work ../layers/top
cd ../layers/top
{CHANGE}
tierc render
{HOLDS}
test "$(cat generated/large/mine/note)" = mine
test "$(stat -c %a generated/large/mine)" = 750
rm environments/small.kdl
tierc render --prune
test ! -e generated/small
"#
    );
    let layers = folder.path().join("work");
    fs::create_dir(&layers).unwrap();
    fs::rename(
        folder.path().join("environments"),
        layers.join("environments"),
    )
    .unwrap();
    with_mounts(&layers, &script);
}

#[test]
fn a_run_that_is_killed_while_it_writes_file_by_file_is_repaired() {
    let folder = folder();
    let script = format!(
        r#"
mkdir generated
for name in dev small medium large xlarge; do
    mkdir generated/$name; mount -t tmpfs none generated/$name
done
tierc render
for wait in 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.6; do
    sed -i "s/^region .*/region \"us-west-2\"/" environments/*.kdl
    timeout -s KILL $wait '{program}' render || true
    sed -i "s/^region .*/region \"us-east-1\"/" environments/*.kdl
    timeout -s KILL $wait '{program}' render || true
done
tierc render
{HOLDS}
"#,
        program = env!("CARGO_BIN_EXE_tierc")
    );
    with_mounts(folder.path(), &script);
}

#[test]
fn the_owners_of_folders_and_files_are_kept() {
    let folder = folder();
    let script = format!(
        r#"
tierc render
chown 1234:4321 generated/large generated/large/helm generated/large/helm/values.yaml
chmod 2770 generated/large; chmod 700 generated/large/helm; chmod 640 generated/large/helm/values.yaml
{CHANGE}
tierc render
{HOLDS}
test "$(stat -c '%u:%g %a' generated/large)" = '1234:4321 2770'
test "$(stat -c '%u:%g %a' generated/large/helm)" = '1234:4321 700'
test "$(stat -c '%u:%g %a' generated/large/helm/values.yaml)" = '1234:4321 640'
"#
    );
    // Only the real root can change the owner of a folder.
    let id = Command::new("id").arg("-u").output().unwrap();
    if stdout(&id).trim() == "0" {
        with_mounts(folder.path(), &script);
    } else {
        skip_unless_required("only root gives folders to others");
    }
}

#[test]
fn what_cannot_be_removed_is_told_and_does_not_grow() {
    let folder = folder();
    let script = format!(
        r#"
tierc render
mkdir -p generated/.large.tierc-1/data; mount -t tmpfs none generated/.large.tierc-1/data
echo precious >generated/.large.tierc-1/data/precious
{CHANGE}
tierc render 2>first
grep -q 'warning: `generated/.large.tierc-1` is left over from a killed run and could not be removed' first
sed -i 's/^region .*/region "us-east-1"/' environments/*.kdl
tierc render 2>second
grep -q 'warning: `generated/.large.tierc-1` is left over' second
test "$(find generated -name '.*tierc-*')" = generated/.large.tierc-1
test "$(cat generated/.large.tierc-1/data/precious)" = precious
tierc render --check
umount generated/.large.tierc-1/data
tierc render
{HOLDS}
"#
    );
    with_mounts(folder.path(), &script);
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(copied.unwrap().success());
}

#[test]
fn what_a_killed_run_left_is_no_environment() {
    let folder = folder();
    let at = folder.path();
    tierc(at, &["render"]);
    let left = at.join("generated/.small.tierc-4242");
    copy(&at.join("generated/small"), &left);
    let gate = ["--fail-on", "disruption=reload", "--fail-on", "cost=+1%"];
    let committed = [&["diff", "--committed"], &gate[..]].concat();
    for arguments in [&committed[..], &["plan", "generated", "environments"]] {
        let output = tierc(at, arguments);
        let told = stdout(&output) + &stderr(&output);
        assert_eq!(code(&output), 0, "{arguments:?}: {told}");
        assert!(!told.contains("tierc-4242"), "{told}");
    }
    // It is no tree that `--prune` removes or `--check` counts, and the next render removes it.
    assert_eq!(code(&tierc(at, &["render", "--check"])), 0);
    assert_eq!(code(&tierc(at, &["render"])), 0);
    assert!(!left.exists());
}

#[test]
fn a_lock_that_cannot_be_read_is_not_a_new_environment() {
    let folder = folder();
    let at = folder.path();
    tierc(at, &["render"]);
    let lock = at.join("generated/large/tierc.lock.json");
    fs::remove_file(&lock).unwrap();
    std::os::unix::fs::symlink("tierc.lock.json", &lock).unwrap();
    let output = tierc(at, &["diff", "--committed"]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(
        stderr(&output).contains("generated/large/tierc.lock.json"),
        "{}",
        stderr(&output)
    );
}

/// A pool that fits the smallest nodes.
const POOL: &str = "worker \"a\" { queue \"a\" length=5; replicas min=1 max=2 }\n";

#[test]
fn an_edited_file_that_is_no_longer_generated_goes_with_a_warning() {
    let folder = folder();
    let at = folder.path();
    let one = |pools: &str| {
        let text = format!("environment \"one\"\ntier \"small\"\nregion \"us-east-1\"\n{pools}");
        fs::write(at.join("one.kdl"), text).unwrap();
    };
    one(&format!("{POOL}{}", POOL.replace("\"a\"", "\"b\"")));
    assert_eq!(code(&tierc(at, &["render", "one.kdl"])), 0);
    let path = "generated/one/kubernetes/worker-b-scaledobject.yaml";
    let mut file = fs::File::options()
        .append(true)
        .open(at.join(path))
        .unwrap();
    file.write_all(b"# mine\n").unwrap();
    one(POOL);
    let check = tierc(at, &["render", "one.kdl", "--check"]);
    let stale = format!("{path}: no longer generated, and edited by hand\n");
    assert!(stdout(&check).contains(&stale), "{}", stdout(&check));
    let dry = tierc(at, &["render", "one.kdl", "--dry-run"]);
    let would = format!("{path}: would be removed, although it was edited by hand\n");
    assert!(stdout(&dry).contains(&would), "{}", stdout(&dry));
    let output = tierc(at, &["render", "one.kdl"]);
    let warning = format!("warning: `{path}` was edited by hand and is removed\n");
    assert_eq!(code(&output), 0);
    assert!(stderr(&output).contains(&warning), "{}", stderr(&output));
    assert!(!at.join(path).exists());
}
