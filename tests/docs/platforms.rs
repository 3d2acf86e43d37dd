//! docs/platforms.md: each example of a need is an environment without errors, and has the lines that the row shows.

use std::fs;
use std::path::Path;

use crate::support::{project, run};

#[test]
fn every_example_of_a_need_is_an_environment_without_errors() {
    let page = fs::read_to_string(project("docs/platforms.md")).unwrap();
    let rows = page.lines().filter(|line| line.contains("](../tests/"));
    let mut seen = 0;
    for row in rows {
        let (_, link) = row.split_once("](../").unwrap();
        let path = link.split(')').next().unwrap();
        assert_eq!(Path::new(path).extension().unwrap(), "kdl");
        let text = fs::read_to_string(project(path)).unwrap();
        assert!(!run(&text).has_errors(), "{path}");
        // The first word of the first example, which is a node of the file.
        let cells: Vec<&str> = row.split(" | ").collect();
        let node = cells[2].split(['`', ' ']).find(|it| !it.is_empty());
        let node = node.unwrap();
        let stated = |line: &str| line.split_whitespace().any(|word| word == node);
        assert!(text.lines().any(stated), "{path} has no `{node}`");
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}
