//! The commands of plans with schedules, run in a shell.

use std::path::Path;
use std::process::{Command, Output};

use super::procedures::told;
use super::{Typed, prod};

const WORKER: &str = "worker \"worker\" { queue \"q\" length=5; replicas min=2 max=6 }\n";
const SLEEPS: &str =
    "off-hours from=\"20:00\" to=\"08:00\" zone=\"Europe/Berlin\" { api 0; worker \"worker\" 1 }\n";
const RISES: &str = "event \"sale\" from=\"2027-03-10T06:00\" to=\"2027-03-11T00:00\" zone=\"Europe/Berlin\" { api 8 }\n";

/// A kubectl that answers with the values of variables, and records its calls.
const STANDS_IN: &str = r#"
kubectl() {
    printf '%s\n' "$*" >>calls
    case "$*" in
    "get deployment/"*) if [ "$COUNT" = broken ]; then echo refused >&2; return 1; fi; printf %s "$COUNT" ;;
    "get configmap/"*) printf %s "$MARK" ;;
    "get hpa/"*) printf %s "$COUNT" ;;
    "get scaledobject/"*off-hours*) printf %s "$MARK" ;;
    "get scaledobject/"*) printf %s "$PAUSED" ;;
    esac
}
"#;

/// Runs lines of a procedure. Returns the changes, the waits, and the result of the last line.
fn typed(folder: &Path, lines: &[String], state: [(&str, &str); 3]) -> (Vec<String>, Output) {
    let _ = std::fs::remove_file(folder.join("calls"));
    let script = format!("{STANDS_IN}{}\n", lines.join("\n"));
    let output = Command::new("sh")
        .current_dir(folder)
        .args(["-c", &script])
        .envs(state)
        .output()
        .unwrap();
    let calls = std::fs::read_to_string(folder.join("calls")).unwrap_or_default();
    let calls = calls.lines().filter(|line| !line.starts_with("get "));
    (calls.map(str::to_owned).collect(), output)
}

/// The lines that name one of these words.
fn lines(lines: &[String], words: &[&str]) -> Vec<String> {
    let named = lines
        .iter()
        .filter(|line| words.iter().any(|word| line.contains(word)));
    named.cloned().collect()
}

fn state<'a>(count: &'a str, mark: &'a str, paused: &'a str) -> [(&'static str, &'a str); 3] {
    [("COUNT", count), ("MARK", mark), ("PAUSED", paused)]
}

fn of(before: &str, after: &str, title: &str) -> Typed {
    let before = prod("small", &format!("{WORKER}{before}"));
    let after = prod("small", &format!("{WORKER}{after}"));
    told(&before, &after, title).0
}

#[test]
fn an_api_that_sleeps_verifies_a_step_and_one_that_does_not_scale_fails_it() {
    let folder = tempfile::tempdir().unwrap();
    let min = |min: u32| format!("{SLEEPS}api {{ replicas min={min} }}");
    let way = of(&min(2), &min(3), "");
    let verify = lines(&way.verify, &["ScalingActive"]);
    let (calls, output) = typed(folder.path(), &verify, state("0", "", ""));
    assert!(output.status.success() && calls.is_empty(), "{calls:?}");
    for count in ["3", "broken"] {
        let (calls, _) = typed(folder.path(), &verify, state(count, "", ""));
        assert!(calls[0].starts_with("wait "), "{calls:?}");
    }
    assert!(
        way.notes
            .iter()
            .any(|note| note.contains("check again when it is awake")),
        "{way:#?}"
    );
}

/// The arguments that kubectl passes to `diff` are allowed by kubectl, and exclude only the minimum.
#[test]
fn a_minimum_that_an_event_holds_is_no_difference_and_any_other_line_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let way = of("", RISES, "change off-hours");
    let verify = lines(&way.verify, &["kubectl diff"]);
    let program = verify[0].split('\'').nth(1).unwrap().to_owned();
    let mut words = program.split(' ');
    assert_eq!(words.next(), Some("diff"));
    let let_through = |word: &str| {
        word.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-=".contains(c))
    };
    assert!(words.all(let_through), "{program}");
    let manifest = |min: u32, max: u32, generation: u32| {
        format!(
            "kind: HorizontalPodAutoscaler\nmetadata:\n  generation: {generation}\n  name: x\nspec:\n  maxReplicas: {max}\n  metrics: []\n  minReplicas: {min}\n"
        )
    };
    let differ = |live: String, merged: String| {
        for (side, text) in [("live", live), ("merged", merged)] {
            std::fs::create_dir_all(folder.path().join(side)).unwrap();
            std::fs::write(folder.path().join(side).join("hpa"), text).unwrap();
        }
        let script = program.replacen("diff", "diff live merged", 1);
        let run = Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", &script])
            .output();
        run.unwrap().status.code()
    };
    assert_eq!(differ(manifest(8, 20, 4), manifest(2, 20, 5)), Some(0));
    assert_eq!(differ(manifest(8, 20, 4), manifest(2, 24, 5)), Some(1));
    // The minimum by itself.
    let floor = lines(&way.verify, &["minReplicas}"]);
    for (min, right) in [("8", true), ("2", true), ("1", false), ("", false)] {
        let (_, output) = typed(folder.path(), &floor, state(min, "", ""));
        assert_eq!(output.status.success(), right, "{min}");
    }
    // Without an event nothing holds it.
    let plain = of("", SLEEPS, "change off-hours");
    assert_eq!(
        lines(&plain.verify, &["EXTERNAL_DIFF"]),
        Vec::<String>::new()
    );
}

#[test]
fn what_the_schedule_put_to_sleep_is_woken_quietly_and_what_somebody_else_stopped_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let way = of(SLEEPS, "", "change off-hours");
    let wake = |words: &[&str], state| typed(folder.path(), &lines(&way.apply, words), state);
    let api = ["API"];
    for (count, mark, woken) in [
        ("0", "asleep", true),
        ("0", "falling-asleep", true),
        // An earlier release left no mark.
        ("0", "", true),
        ("0", "awake", false),
        ("3", "asleep", false),
        ("3", "awake", false),
    ] {
        let (calls, output) = wake(&api, state(count, mark, ""));
        assert_eq!(!calls.is_empty(), woken, "{count} {mark}: {calls:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
    // A failure is reported.
    let (_, output) = wake(&api, state("broken", "asleep", ""));
    assert!(String::from_utf8_lossy(&output.stderr).contains("refused"));
    let pool = ["POOL"];
    let annotated = "annotate scaledobject/kaireon-worker-scaler -n kaireon";
    for (mark, paused, keys) in [
        (
            "1",
            "1",
            vec![
                "autoscaling.keda.sh/paused-replicas-",
                "tierc.dev/off-hours-",
            ],
        ),
        ("1", "5", vec!["tierc.dev/off-hours-"]),
        ("1", "", vec!["tierc.dev/off-hours-"]),
        ("", "5", vec![]),
        ("", "", vec![]),
    ] {
        let (calls, _) = wake(&pool, state("", mark, paused));
        let wanted: Vec<String> = keys
            .iter()
            .map(|key| format!("{annotated} {key}"))
            .collect();
        assert_eq!(calls, wanted, "{mark} {paused}");
    }
}

/// After an interruption before the API runs, the commands run again: the mark exists until then.
#[test]
fn the_mark_of_the_api_goes_last() {
    let way = of(SLEEPS, "", "change off-hours");
    let at = |part: &str| {
        let found = way.apply.iter().position(|line| line.contains(part));
        found.unwrap_or_else(|| panic!("{part}: {:#?}", way.apply))
    };
    let cron_job = at("cronjob/");
    assert!(!way.apply[cron_job].contains("configmap/"), "{way:#?}");
    let order = [
        at("API="),
        cron_job,
        at("kubectl scale deployment/"),
        at("schedules.yaml"),
    ];
    assert!(order.is_sorted(), "{order:?} {:#?}", way.apply);
}
