//! Runs that write into one folder at the same time.

use super::*;

#[test]
fn a_process_never_waits_for_itself() {
    let out = tempfile::tempdir().unwrap();
    let link = out.path().with_extension("link");
    std::os::unix::fs::symlink(out.path(), &link).unwrap();
    let first = turn(out.path());
    let (plan, staged) = staged(&first, &[("a.yaml", "1")]);
    // Under any name, and without removing a write in progress.
    let second = turn(&link);
    let other = std::thread::scope(|scope| scope.spawn(|| turn(out.path())).join().unwrap());
    staged.unwrap().place(&plan).unwrap();
    assert_eq!(read(out.path(), "a.yaml"), "1");
    drop((second, other));
    fs::remove_file(link).unwrap();
}

/// Holds the lock of a folder from another process, until it is killed.
fn hold(out: &Path) -> std::process::Child {
    let mut child = std::process::Command::new("flock")
        .arg("--no-fork")
        .arg(out)
        .args(["sh", "-c", "echo held; exec sleep 600"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = [0; 4];
    let stdout = child.stdout.as_mut().unwrap();
    std::io::Read::read_exact(stdout, &mut said).unwrap();
    child
}

#[test]
fn a_run_that_is_never_done_is_not_waited_for_without_end() {
    let out = tempfile::tempdir().unwrap();
    let mut other = hold(out.path());
    let mut said = 0;
    let patience = std::time::Duration::from_millis(120);
    let refused = WriteTurn::take_within(patience, out.path(), || said += 1);
    let refused = refused.err().unwrap().to_string();
    assert!(
        refused.contains("another run has been writing into"),
        "{refused}"
    );
    assert_eq!(said, 1);
    // The lock of a killed process is released.
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| WriteTurn::take(out.path(), || {}).is_ok());
        other.kill().unwrap();
        other.wait().unwrap();
        waiting.join().unwrap()
    });
    assert!(waiting);
}
