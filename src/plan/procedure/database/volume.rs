//! The volumes of an instance and of its replicas.

use super::{Procedure, modify, reads, windowed};
use crate::action::Argument;
use crate::action::rds::{Wanted, reached};
use crate::model::volume::grown;
use crate::model::{Database, Storage};
use crate::pair::Pair;

/// The volume of the source and of each replica. Replicas do not grow with their source, and grow first,
/// because they receive its writes.
pub(super) fn storage(sides: Pair<&Database>) -> Procedure {
    let (before, after) = (&sides.before.storage, &sides.after.storage);
    let (flags, wanted) = volume(Pair::new(before, after));
    if flags.is_empty() {
        return Procedure::default()
            .note("nothing is applied: the volume's values stay the same, stated or not");
    }
    let ids = || reads(sides.after).chain([sides.after.name.value.to_string()]);
    let procedure = ids().fold(has_not_grown(before), |procedure, id| {
        procedure.then(modify(sides.after, id, &flags))
    });
    let procedure = ids().fold(procedure, |procedure, id| {
        procedure.verify(reached(id, &wanted))
    });
    let procedure = windowed(procedure, sides.after);
    let ceilings_alone = Storage {
        max_gib: after.max_gib.clone(),
        ..before.clone()
    } == *after;
    if ceilings_alone {
        procedure
    } else {
        procedure.note("RDS accepts no other storage change for 6 h, and longer while it optimises the volume; start the next step without waiting for that")
    }
}

/// Storage autoscaling may have grown the volume beyond the size in the file.
fn has_not_grown(storage: &Storage) -> Procedure {
    let procedure = Procedure::default();
    if storage.max_gib.value == 0 {
        return procedure;
    }
    procedure.require(format!(
        "each volume still has {} GiB; if storage autoscaling has grown one, first write its size as `gib`",
        storage.gib.value
    ))
}

/// The arguments that change a volume, and what RDS reports afterwards.
fn volume(sides: Pair<&Storage>) -> (Vec<Argument>, Vec<Wanted>) {
    let (before, after) = (sides.before, sides.after);
    // Each of these is set below, so a new attribute of the volume does not compile until it is, too.
    let Storage {
        gib: _,
        max_gib: _,
        kind: _,
        iops: _,
        throughput: _,
    } = after;
    let gib = grown(sides.map(|side| side.gib.value));
    let mut flags = Vec::new();
    let mut wanted = Vec::new();
    let mut set = |flag: &'static str, field: &'static str, stated: String, made: String| {
        flags.push(Argument::text(flag, stated));
        wanted.push((field, made));
    };
    let resized = before.gib != after.gib;
    let another = before.kind != after.kind;
    if resized {
        let (stated, made) = (after.gib.value.to_string(), gib.to_string());
        set("allocated-storage", "AllocatedStorage", stated, made);
    }
    if another {
        let kind = after.kind.value.to_string();
        set("storage-type", "StorageType", kind.clone(), kind);
    }
    let (had, has) = (before.provisioned(before.gib.value), after.provisioned(gib));
    // RDS requires them with every change of size or type, even if they do not change.
    let iops = has
        .iops
        .filter(|_| had.iops != has.iops || resized || another);
    let mib = has.throughput.filter(|_| had.throughput != has.throughput);
    for (flag, field, value) in [
        ("iops", "Iops", iops),
        ("storage-throughput", "StorageThroughput", mib),
    ] {
        if let Some(value) = value {
            set(flag, field, value.to_string(), value.to_string());
        }
    }
    ceiling(sides, gib, (flags, wanted))
}

/// In the API, a maximum equal to the size turns autoscaling off. RDS then reports no maximum.
fn ceiling(
    sides: Pair<&Storage>,
    gib: u32,
    (mut flags, mut wanted): (Vec<Argument>, Vec<Wanted>),
) -> (Vec<Argument>, Vec<Wanted>) {
    let most = &sides.after.max_gib;
    if sides.before.max_gib == *most {
        return (flags, wanted);
    }
    let told = if most.value == 0 { gib } else { most.value };
    flags.push(Argument::text("max-allocated-storage", told));
    if most.value != 0 {
        wanted.push(("MaxAllocatedStorage", told.to_string()));
    }
    (flags, wanted)
}
