//! What people paste into a shell of their own, which may be zsh: it does not split a variable without
//! quotes into words.

use std::process::{Command, Stdio};

use super::runbook::{blocks, pages};
use super::under;
use crate::plan::files::written;
use crate::support::{documents, files, project};

/// What a text of a shell is in at some place.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Commands,
    /// Commands in parentheses.
    Nested,
    Quotes,
}

/// The variables of a script that stand without quotes where a shell may split them into words. Numbers in
/// `$((...))` and values that are assigned are never split.
fn unquoted(script: &str) -> Vec<String> {
    let text: Vec<char> = script.chars().collect();
    let at = |place: usize| text.get(place).copied().unwrap_or('\n');
    let until = |from: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        let rest = text.get(from..).unwrap_or_default();
        let length = rest.windows(end.len()).position(|it| it == end);
        from + length.unwrap_or(rest.len()) + end.len()
    };
    let mut within = vec![Within::Commands];
    let (mut place, mut word, mut found) = (0, 0, Vec::new());
    while place < text.len() {
        let quoted = within.last() == Some(&Within::Quotes);
        match (at(place), at(place + 1), at(place + 2)) {
            ('\\', ..) => place += 1,
            ('"', ..) if quoted => {
                within.pop();
            }
            ('"', ..) => within.push(Within::Quotes),
            ('\'', ..) if !quoted => place = until(place + 1, "'") - 1,
            // The line feed ends a word, too.
            ('#', ..) if !quoted && word == place => place = until(place, "\n") - 2,
            ('$', '(', '(') => place = until(place, "))") - 1,
            ('$', '(', _) => {
                within.push(Within::Nested);
                place += 1;
                word = place + 1;
            }
            ('(', ..) if !quoted => {
                within.push(Within::Nested);
                word = place + 1;
            }
            (')', ..) if within.last() == Some(&Within::Nested) => {
                within.pop();
            }
            ('$', c, _) if !quoted && (c.is_ascii_alphabetic() || "_{@*".contains(c)) => {
                let before: String = text[word..place].iter().collect();
                let is_name = |it: &str| it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                let assigned = before.split_once('=').is_some_and(|(name, _)| {
                    is_name(name) && name.starts_with(|c: char| c.is_ascii_alphabetic())
                });
                if !assigned {
                    let rest = text[place..].iter().take_while(|c| !c.is_whitespace());
                    found.push(rest.collect());
                }
            }
            (' ' | '\t' | '\n' | ';' | '&' | '|', ..) if !quoted => word = place + 1,
            _ => {}
        }
        place += 1;
    }
    found
}

#[test]
fn a_variable_without_quotes_is_seen() {
    for script in [
        "for POD in $PODS; do echo; done",
        "echo \"$(kubectl get $KIND -o name)\"",
        "A=1 kubectl get ${KIND} \"a $B\"",
        "echo ')' $A",
        "set -- $*",
        "aws x --y=$Z",
    ] {
        assert_eq!(unquoted(script).len(), 1, "{script}");
    }
    for script in [
        "for POD in $(printf '%s\\n' \"$PODS\"); do kill $!; done",
        "A=$B C=\"$(cat \"$D\" | awk '{ print $1 }')\"",
        "[ \"$((A > 1 ? A : 1))\" -ge $((B)) ] # $C",
        "echo \\$A '$B' \"it's $C\"",
        "# It's $A\n# $B\necho # $C",
    ] {
        assert_eq!(unquoted(script), Vec::<String>::new(), "{script}");
    }
}

/// The shell blocks of every page that people read.
fn of_pages() -> Vec<(String, String)> {
    let mut texts = pages();
    let folders = ["docs", "src/diagnostic/explain"].into_iter();
    let written = folders.flat_map(|folder| files(folder, "md"));
    let written = written.chain(["README.md", "CONTRIBUTING.md"].map(project));
    texts.extend(written.map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.display().to_string(), text)
    }));
    let fences = ["sh", "bash", "console", "shell"];
    let of = |(name, text): &(String, String)| -> Vec<(String, String)> {
        let found = fences.iter().flat_map(|fence| blocks(text, fence));
        found.map(|block| (name.clone(), block)).collect()
    };
    texts.iter().flat_map(of).collect()
}

#[test]
fn no_block_of_a_page_relies_on_the_shell_to_split_a_variable() {
    let blocks = of_pages();
    assert!(blocks.len() > 150, "{}", blocks.len());
    for (name, block) in blocks {
        assert_eq!(unquoted(&block), Vec::<String>::new(), "{name}: {block}");
    }
}

/// The scripts are for `sh`; their commands stand in the JSON, too, and are pasted from there.
#[test]
fn no_command_of_a_plan_relies_on_the_shell_to_split_a_variable() {
    for (path, text) in written() {
        assert_eq!(
            unquoted(text),
            Vec::<String>::new(),
            "{}:\n{text}",
            path.display()
        );
    }
}

/// The command in an alert's text is pasted, too.
#[test]
fn no_alert_relies_on_the_shell_to_split_a_variable() {
    for (name, artifacts) in super::all() {
        let alerts = documents(&artifacts["kubernetes/alerts.yaml"]);
        for text in alerts.iter().flat_map(|it| under(it, "annotations")) {
            let texts = text.as_object().unwrap().values();
            let commands = texts.flat_map(|it| it.as_str().unwrap().split('`').skip(1).step_by(2));
            for command in commands {
                assert_eq!(unquoted(command), Vec::<String>::new(), "{name}: {command}");
            }
        }
    }
}

/// Programs that write down how they were called. `a` and `b` run PgBouncer; `c` stops after the first look,
/// and never answers.
const STANDS_IN: &str = r#"
kubectl() {
    printf '%s\n' "$*" >>log
    case " $* " in
        *' get pods '*) printf 'pod/a\npod/b\n'; [ -e looked ] || printf 'pod/c\n'; : >looked ;;
        *' pod/c '*) return 1 ;;
        *' sha256sum '*) printf 'DIGEST  file\n' ;;
        *' date '*) printf '2026-10-01T00:00:00Z\n' ;;
        *' pod/a '*' kill '*) : >a ;;
        *' pod/b '*' kill '*) : >b ;;
        *' logs '*' pod/a '*) [ ! -e a ] || printf 'LOG got SIGHUP, re-reading config\n' ;;
        *' logs '*' pod/b '*) [ ! -e b ] || printf 'LOG got SIGHUP, re-reading config\n' ;;
    esac
}
sleep() { :; }
"#;

/// The block of the page that reloads PgBouncer, which looks for any digest.
fn reload() -> String {
    let (_, page) = pages().swap_remove(0);
    let mut blocks = blocks(&page, "sh").into_iter();
    let block = blocks.find(|block| block.contains("sha256sum")).unwrap();
    let mut words = block.split(|it: char| !it.is_ascii_hexdigit());
    let digest = words.find(|it| it.len() == 64).unwrap();
    block.replace(digest, "DIGEST")
}

#[test]
fn a_pod_that_does_not_run_keeps_no_other_from_reading_its_settings() {
    let block = reload();
    for (shell, first) in [("sh", "set -eu"), ("bash", ""), ("zsh", "")] {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(shell)
            .current_dir(folder.path())
            .args(["-c", &format!("{STANDS_IN}\n{first}\n{block}")])
            .stdin(Stdio::null())
            .output();
        let Ok(output) = output else {
            assert_ne!(shell, "sh");
            continue; // the machine has no such shell
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{shell}: {said}");
        assert!(said.contains("pod/c"), "{shell}: {said}");
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
        let calls: Vec<&str> = log.lines().collect();
        let of = |what: &str, pod: &str| {
            let place = |it: &&str| it.contains(what) && it.contains(pod);
            calls
                .iter()
                .position(place)
                .unwrap_or_else(|| panic!("{what} {pod}: {log}"))
        };
        let read = ["pod/a", "pod/b"].map(|pod| of("sha256sum", pod));
        let told = ["pod/a", "pod/b"].map(|pod| of("kill -HUP 1", pod));
        assert!(read.iter().max() < told.iter().min(), "{shell}: {log}");
        assert!(!log.contains("pod/c -- kill"), "{shell}: {log}");
    }
}

/// A pod without a process answers nothing: no command waits for it.
/// Programs of which `b` restarts after the first look, with the old file.
const RESTARTS: &str = r#"
kubectl() {
    printf '%s\n' "$*" >>log
    case " $* " in
        *' get pods '*) printf 'pod/b\n' ;;
        *' sha256sum '*)
            printf 'look\n' >>looks
            if [ "$(wc -l <looks)" -eq 2 ]; then printf 'OLD  file\n'; else printf 'DIGEST  file\n'; fi ;;
        *' date '*) printf '2026-10-01T00:00:00Z\n' ;;
        *' kill '*) : >told ;;
        *' logs '*) [ ! -e told ] || printf 'LOG got SIGHUP, re-reading config\n' ;;
    esac
}
sleep() { :; }
"#;

#[test]
fn a_container_that_restarts_with_the_old_file_is_told_once_it_has_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", &format!("{RESTARTS}\nset -eu\n{}", reload())])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let (before, _) = log.split_once("kill -HUP 1").unwrap();
    assert_eq!(before.matches("sha256sum").count(), 3, "{log}");
}

#[test]
fn pods_of_pgbouncer_that_are_asked_are_those_that_run() {
    let page = pages().swap_remove(0).1;
    let mut scripts: Vec<String> = blocks(&page, "sh");
    scripts.extend(written().iter().map(|(_, text)| text.clone()));
    let mut seen = 0;
    for script in scripts {
        for asks in ["port-forward", "sha256sum", "kill -HUP"] {
            if script.contains(asks) {
                assert!(script.contains(".state.running"), "{script}");
                seen += 1;
            }
        }
        let reloads = script.contains("kill -HUP");
        assert_eq!(
            reloads,
            script.contains("if not .metadata.deletionTimestamp")
        );
    }
    assert!(seen > 10, "{seen}");
}
