//! Trees after kills, failed writes and simultaneous runs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// A tree's files, or every tree's.
type Files = BTreeMap<String, Vec<u8>>;

fn tierc(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tierc"));
    command
        .current_dir(folder)
        .args(["render", "--color", "never"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Writes `count` environments of a tier, `folder/environments/e0.kdl` and on.
fn environments(folder: &Path, tier: &str, count: usize) {
    fs::create_dir_all(folder.join("environments")).unwrap();
    for index in 0..count {
        let text = format!("environment \"e{index}\"\ntier \"{tier}\"\nregion \"us-east-1\"\n");
        fs::write(folder.join(format!("environments/e{index}.kdl")), text).unwrap();
    }
}

/// Everything below a folder, links as what they aim at.
fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_symlink() {
                let aim = fs::read_link(&path).unwrap();
                files.insert(name, aim.into_os_string().into_encoded_bytes());
            } else if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The trees of `count` environments of a tier, as an undisturbed run writes them.
fn rendered(tier: &str, count: usize) -> Files {
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), tier, count);
    assert!(tierc(folder.path()).status().unwrap().success());
    read(&folder.path().join("generated"))
}

fn tree(files: &Files, name: &str) -> Files {
    let prefix = format!("{name}/");
    let within = files.iter().filter_map(|(path, bytes)| {
        let path = path.strip_prefix(&prefix)?;
        Some((path.to_owned(), bytes.clone()))
    });
    within.collect()
}

#[test]
fn a_kill_at_any_moment_leaves_every_tree_old_or_new_and_the_next_run_repairs() {
    const COUNT: usize = 40;
    let (small, large) = (rendered("small", COUNT), rendered("large", COUNT));
    let folder = tempfile::tempdir().unwrap();
    let generated = folder.path().join("generated");
    let mut killed = 0;
    let (mut before, mut after) = (("large", &large), ("small", &small));
    environments(folder.path(), before.0, COUNT);
    assert!(tierc(folder.path()).status().unwrap().success());
    for round in 0..24 {
        environments(folder.path(), after.0, COUNT);
        let mut run = tierc(folder.path()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(8 * round));
        run.kill().unwrap();
        killed += usize::from(run.wait().unwrap().signal() == Some(9));
        let found = read(&generated);
        for index in 0..COUNT {
            let name = format!("e{index}");
            let now = tree(&found, &name);
            let whole = [before.1, after.1]
                .iter()
                .any(|files| tree(files, &name) == now);
            assert!(whole, "round {round}: {name} is neither old nor new");
        }
        assert!(tierc(folder.path()).status().unwrap().success());
        assert_eq!(&read(&generated), after.1, "round {round}");
        let names = fs::read_dir(&generated).unwrap().count();
        assert_eq!(names, COUNT, "round {round}: something is left over");
        std::mem::swap(&mut before, &mut after);
    }
    assert!(killed > 0, "every run was over before it was killed");
}

#[test]
fn a_write_that_fails_leaves_the_old_tree_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), "small", 3);
    assert!(tierc(folder.path()).status().unwrap().success());
    let generated = folder.path().join("generated");
    fs::write(generated.join("e1/mine.txt"), "mine").unwrap();
    let before = read(&generated);
    environments(folder.path(), "large", 3);
    // No file may grow past 4 blocks: a write stops in the middle, as on a full disk.
    let limited = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
    let output = Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", limited, "sh", env!("CARGO_BIN_EXE_tierc"), "render"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("could not be written"));
    assert_eq!(read(&generated), before);
    let names = fs::read_dir(&generated).unwrap().count();
    assert_eq!(names, 3, "a staging folder is left over");
    assert!(tierc(folder.path()).status().unwrap().success());
    let after = read(&generated);
    assert_eq!(after["e1/mine.txt"], b"mine");
    assert_ne!(after["e1/tierc.lock.json"], before["e1/tierc.lock.json"]);
}

#[test]
fn runs_at_the_same_time_take_turns() {
    const COUNT: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), "medium", COUNT);
    let runs: Vec<_> = (0..4)
        .map(|_| tierc(folder.path()).spawn().unwrap())
        .collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let generated = folder.path().join("generated");
    assert_eq!(read(&generated), rendered("medium", COUNT));
    assert_eq!(fs::read_dir(&generated).unwrap().count(), COUNT);
}

#[test]
fn a_link_below_the_output_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    environments(folder.path(), "dev", 2);
    assert!(tierc(folder.path()).status().unwrap().success());
    let generated = folder.path().join("generated");
    for (place, shown) in [
        ("e1/kubernetes", "generated/e1/kubernetes"),
        ("e1/tierc.lock.json", "generated/e1/tierc.lock.json"),
        ("e1", "generated/e1"),
    ] {
        let place = generated.join(place);
        let aside = folder.path().join("aside");
        fs::rename(&place, &aside).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &place).unwrap();
        environments(folder.path(), "small", 2);
        let before = read(&generated);
        let output = tierc(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let text = stderr(&output);
        assert!(
            text.contains(&format!("`{shown}` is a symbolic link")),
            "{text}"
        );
        assert_eq!(read(&generated), before);
        fs::remove_file(&place).unwrap();
        fs::rename(&aside, &place).unwrap();
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn something_else_in_the_place_of_a_file_neither_holds_the_run_nor_goes() {
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), "dev", 1);
    assert!(tierc(folder.path()).status().unwrap().success());
    let values = folder.path().join("generated/e0/helm/values.yaml");
    fs::remove_file(&values).unwrap();
    let made = Command::new("mkfifo").arg(&values).status().unwrap();
    assert!(made.success());
    let output = tierc(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(
        text.contains("`generated/e0/helm/values.yaml` is in the way"),
        "{text}"
    );
    assert!(values.exists());
}

#[test]
fn an_output_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), "dev", 1);
    // Not even root may make a folder there.
    let output = tierc(folder.path())
        .args(["--out", "/proc/tierc"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(
        text.contains("`/proc/tierc` could not be created: "),
        "{text}"
    );
    fs::write(folder.path().join("generated"), "a file").unwrap();
    let output = tierc(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(
        text.contains("`generated` could not be created: "),
        "{text}"
    );
}

#[test]
fn two_files_of_one_environment_are_both_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), "dev", 1);
    let file = |name: &str| folder.path().join("environments").join(name);
    fs::copy(file("e0.kdl"), file("e1.kdl")).unwrap();
    let output = tierc(folder.path()).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    let text = stderr(&output);
    assert!(text.contains("e0.kdl") && text.contains("e1.kdl"), "{text}");
    assert!(!folder.path().join("generated").exists());
}

#[test]
fn a_load_test_that_leaves_takes_its_script_along_and_leaves_its_body() {
    let folder = tempfile::tempdir().unwrap();
    environments(folder.path(), "small", 1);
    let source = folder.path().join("environments/e0.kdl");
    let plain = fs::read_to_string(&source).unwrap();
    let test = "load-test \"decisions\" url=\"https://example.com/\" { request \"POST\" body=\"body.json\"; steady vus=2 for=\"1m\"; test-run parallelism=2 }\n";
    fs::write(&source, format!("{plain}{test}")).unwrap();
    assert!(tierc(folder.path()).output().unwrap().status.success());
    let scripts = folder.path().join("generated/e0/load-test");
    assert!(scripts.join("decisions.js").exists());
    assert!(scripts.join("decisions-testrun.yaml").exists());
    fs::write(scripts.join("body.json"), "{}").unwrap();
    assert!(tierc(folder.path()).output().unwrap().status.success());
    assert!(scripts.join("body.json").exists());
    fs::write(&source, &plain).unwrap();
    assert!(tierc(folder.path()).output().unwrap().status.success());
    let left: Vec<_> = fs::read_dir(&scripts)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["body.json"]);
}
