use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name of a test is a label")
}

fn groups(names: &[&str]) -> BTreeSet<Name> {
    names.iter().map(|text| name(text)).collect()
}

fn load(who: &str, pods: u32, cpu: u64, memory_mib: u64, on: &[&str]) -> Load {
    Load {
        who: who.to_owned(),
        pods,
        cpu,
        memory: memory_mib * MEBIBYTE,
        groups: groups(on),
    }
}

fn room(nodes: u32, cpu: u64, memory_mib: u64, pods: u64) -> Room {
    Room {
        nodes,
        cpu,
        memory: memory_mib * MEBIBYTE,
        pods,
    }
}

fn rooms(all: &[(&str, Room)]) -> Rooms {
    all.iter().map(|(text, room)| (name(text), *room)).collect()
}

/// The short groups, and for each resource what is requested and what is available.
type Short = (BTreeSet<Name>, Vec<(Resource, u128, u128)>);

fn short(loads: &[Load], rooms: &Rooms) -> Vec<Short> {
    let sums = |short: &Shortage| {
        let sums = short.sums.iter();
        sums.map(|sum| (sum.resource, sum.asked, sum.has)).collect()
    };
    shortages(loads, rooms)
        .iter()
        .map(|short| (short.groups.clone(), sums(short)))
        .collect()
}

#[test]
fn sums_that_are_exactly_there_are_not_short() {
    let nodes = rooms(&[("general", room(2, 1000, 1024, 10))]);
    let exactly = [load("api", 4, 500, 512, &["general"])];
    assert_eq!(short(&exactly, &nodes), []);
    assert!(unplaced(&exactly, &nodes).is_none());
    let more = [load("api", 4, 501, 512, &["general"])];
    let wanted = [(groups(&["general"]), vec![(Resource::Cpu, 2004, 2000)])];
    assert_eq!(short(&more, &nodes), wanted);
}

#[test]
fn each_resource_is_a_sum_of_its_own() {
    let nodes = rooms(&[("general", room(1, 1000, 1000, 3))]);
    let all = [load("api", 4, 300, 300, &["general"])];
    let mebibyte = u128::from(MEBIBYTE);
    let sums = vec![
        (Resource::Cpu, 1200, 1000),
        (Resource::Memory, 1200 * mebibyte, 1000 * mebibyte),
        (Resource::Pods, 4, 3),
    ];
    assert_eq!(short(&all, &nodes), [(groups(&["general"]), sums)]);
}

#[test]
fn a_group_is_short_even_where_others_have_room_to_spare() {
    let nodes = rooms(&[
        ("batch", room(1, 1000, 4096, 10)),
        ("general", room(9, 1000, 4096, 10)),
    ]);
    let all = [
        load("worker.batch", 3, 500, 64, &["batch"]),
        load("api", 1, 500, 64, &["general"]),
    ];
    let wanted = [(groups(&["batch"]), vec![(Resource::Cpu, 1500, 1000)])];
    assert_eq!(short(&all, &nodes), wanted);
}

#[test]
fn loads_that_overlap_are_summed_over_the_union_of_their_groups() {
    // No set of a single load is short, but all three nodes together are, with 3100 requested.
    let nodes = rooms(&[
        ("a", room(1, 1000, 4096, 10)),
        ("b", room(1, 1000, 4096, 10)),
        ("c", room(1, 1000, 4096, 10)),
    ]);
    let all = [
        load("worker.one", 2, 800, 64, &["a", "b"]),
        load("worker.two", 2, 750, 64, &["b", "c"]),
    ];
    let wanted = [(groups(&["a", "b", "c"]), vec![(Resource::Cpu, 3100, 3000)])];
    assert_eq!(short(&all, &nodes), wanted);
}

#[test]
fn a_larger_set_that_lacks_what_a_smaller_one_lacks_is_left_out() {
    let nodes = rooms(&[
        ("a", room(1, 1000, 4096, 10)),
        ("b", room(1, 1000, 4096, 10)),
    ]);
    let all = [
        load("worker.one", 3, 1000, 64, &["a"]),
        load("api", 1, 1000, 64, &["a", "b"]),
    ];
    let wanted = [(groups(&["a"]), vec![(Resource::Cpu, 3000, 1000)])];
    assert_eq!(short(&all, &nodes), wanted);
}

#[test]
fn what_no_group_takes_is_neither_short_nor_unplaced() {
    let nodes = rooms(&[("general", room(1, 1000, 1024, 10))]);
    let all = [load("worker.lost", 99, 1000, 1024, &[])];
    assert_eq!(short(&all, &nodes), []);
    assert!(unplaced(&all, &nodes).is_none());
    assert_eq!(too_large(&all, &nodes).count(), 0);
}

#[test]
fn a_rest_on_every_node_is_found_by_placing() {
    // 400 + 300 + 300 on each node would fit, but largest-first puts both large ones on one node.
    let nodes = rooms(&[("general", room(2, 1000, 4096, 10))]);
    let all = [
        load("api", 2, 400, 64, &["general"]),
        load("worker.worker", 4, 300, 64, &["general"]),
    ];
    assert_eq!(short(&all, &nodes), []);
    assert_eq!(
        unplaced(&all, &nodes).map(|load| load.who.as_str()),
        Some("worker.worker")
    );
    assert_eq!(fewest_nodes(&all, &nodes, &name("general")), Some(3));
}

/// The pods of the worst crowd, and the places for them.
fn crowd(loads: &[Load], rooms: &Rooms) -> Option<(Vec<String>, u64, u64)> {
    let short = shortages(loads, rooms).into_iter().next()?;
    assert!(short.sums.is_empty());
    let crowd = short.crowd?;
    Some((crowd.whose, crowd.pods, crowd.places))
}

#[test]
fn a_node_holds_a_whole_number_of_pods() {
    // Five pods of 600 need five nodes of 1000, although four have 4000 for their 3000.
    let nodes = rooms(&[("general", room(4, 1000, 4096, 10))]);
    let pods = |count| [load("api", count, 600, 64, &["general"])];
    assert_eq!(crowd(&pods(5), &nodes), Some((vec!["api".into()], 5, 4)));
    assert_eq!(fewest_nodes(&pods(5), &nodes, &name("general")), Some(5));
    assert!(shortages(&pods(4), &nodes).is_empty());
}

#[test]
fn pods_of_several_loads_that_are_all_large_crowd_each_other_out() {
    // Neither load alone is too many, but no node takes two of their pods.
    let nodes = rooms(&[("general", room(3, 1000, 4096, 10))]);
    let all = [
        load("worker.worker", 2, 510, 64, &["general"]),
        load("api", 2, 700, 64, &["general"]),
        load("service.small", 5, 10, 64, &["general"]),
    ];
    let both = vec!["api".into(), "worker.worker".into()];
    assert_eq!(crowd(&all, &nodes), Some((both, 4, 3)));
    assert_eq!(fewest_nodes(&all, &nodes, &name("general")), Some(4));
}

#[test]
fn memory_crowds_as_processors_do() {
    let nodes = rooms(&[("general", room(3, 1000, 1000, 10))]);
    let all = [load("api", 4, 10, 600, &["general"])];
    assert_eq!(crowd(&all, &nodes), Some((vec!["api".into()], 4, 3)));
}

#[test]
fn the_largest_pods_are_placed_first() {
    // Smallest-first would leave no node for the large one.
    let nodes = rooms(&[("general", room(2, 1000, 4096, 10))]);
    let all = [
        load("api", 2, 500, 64, &["general"]),
        load("worker.worker", 1, 1000, 64, &["general"]),
    ];
    assert!(unplaced(&all, &nodes).is_none());
}

#[test]
fn a_pod_as_large_as_a_node_is_not_too_large() {
    let nodes = rooms(&[
        ("large", room(1, 4000, 2048, 10)),
        ("small", room(1, 1000, 8192, 10)),
    ]);
    let fits = |cpu, memory| {
        let all = [load("api", 1, cpu, memory, &["large", "small"])];
        too_large(&all, &nodes).count() == 0
    };
    assert!(fits(4000, 2048));
    assert!(fits(1000, 8192));
    assert!(!fits(4001, 64));
    // The CPU of one node and the memory of the other do not add up.
    assert!(!fits(4000, 8192));
}

#[test]
fn a_load_without_pods_is_never_too_large() {
    let nodes = rooms(&[("general", room(1, 1000, 1024, 10))]);
    let all = [load("service.off", 0, 9000, 64, &["general"])];
    assert_eq!(too_large(&all, &nodes).count(), 0);
}

#[test]
fn the_fewest_nodes_hold_every_resource() {
    let nodes = rooms(&[("general", room(1, 1000, 1024, 4))]);
    let fewest = |all: &[Load]| fewest_nodes(all, &nodes, &name("general"));
    assert_eq!(fewest(&[load("api", 6, 500, 64, &["general"])]), Some(3));
    assert_eq!(fewest(&[load("api", 6, 100, 512, &["general"])]), Some(3));
    assert_eq!(fewest(&[load("api", 9, 100, 64, &["general"])]), Some(3));
    assert_eq!(fewest(&[load("api", 1, 100, 64, &["general"])]), Some(1));
    // A pod that is larger than a node fits on none, however many there are.
    assert_eq!(fewest(&[load("api", 1, 1001, 64, &["general"])]), None);
}

#[test]
fn a_set_that_lacks_something_of_another_group_is_not_helped_by_this_one() {
    let nodes = rooms(&[
        ("batch", room(1, 1000, 1024, 10)),
        ("general", room(1, 1000, 1024, 10)),
    ]);
    let all = [load("worker.batch", 2, 1000, 64, &["batch"])];
    assert_eq!(fewest_nodes(&all, &nodes, &name("general")), None);
    assert_eq!(fewest_nodes(&all, &nodes, &name("batch")), Some(2));
}

#[test]
fn more_pods_than_are_placed_are_judged_by_their_sums() {
    let nodes = rooms(&[("general", room(90_000, 1000, 1024, 10))]);
    let all = [load("api", 50_001, 600, 64, &["general"])];
    assert!(unplaced(&all, &nodes).is_none());
    assert_eq!(short(&all, &nodes), []);
}

#[test]
fn amounts_are_shown_in_the_units_of_manifests() {
    assert_eq!(Resource::Cpu.told(20_000), "20000m of CPU");
    assert_eq!(Resource::Memory.told(1 << 30), "1024Mi of memory");
    assert_eq!(Resource::Memory.shown(1), "1Mi");
    assert_eq!(Resource::Pods.told(390), "390 addresses");
}
