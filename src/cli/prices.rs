//! `tierc prices`

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::compile;
use crate::diagnostic::render::human;
use crate::diagnostic::{Diagnostics, suggest};
use crate::parse;
use crate::parse::scan::MAX_BYTES;
use crate::price_list::{Offer, OfferPrices, PriceSelection, PricedThing, merged, read};
use crate::source::{Source, Sources};

use super::args::{PricesArgs, PricesCommand, PricesImport};
use super::catalogue::{catalogue, folder};
use super::check::print_findings;
use super::exit::Exit;
use super::files::{self, Rewrite};
use super::load::{load_with, today};
use super::output::Output;

/// Bytes that are read at once: a price list can have gigabytes.
const BUFFER: usize = 1 << 20;

pub(super) fn run(command: &PricesArgs, output: &mut Output) -> Result<Exit, Vec<String>> {
    match &command.command {
        PricesCommand::Import(command) => import(command, output),
    }
}

fn import(command: &PricesImport, output: &mut Output) -> Result<Exit, Vec<String>> {
    let (paths, today) = (&command.environments, today(&command.common));
    let texts = catalogue(&command.common, paths)?;
    let run = load_with(paths, &texts, today)?;
    if !compile::all_read(&run) {
        print_findings(&run, output);
        return Ok(Exit::Wrong);
    }
    let used = compile::price_selection(&run);
    let tiers = compile::price_selection(&compile::tiers(&texts, today));
    let wanted = PriceSelection {
        regions: used.regions.clone(),
        names: used.names.union(&tiers.names).cloned().collect(),
        all: command.all,
    };
    let offers = match read_all(&command.files, &wanted) {
        Ok(offers) => offers,
        Err(failures) => {
            for failure in &failures {
                output.failure(failure);
            }
            output.say("nothing was written");
            return Ok(Exit::Wrong);
        }
    };
    let out = match &command.out {
        Some(out) => out.clone(),
        None => folder(&command.common, paths)?.join("prices.kdl"),
    };
    if let Some(wrong) = write(&out, &offers, output)? {
        output.say(&wrong);
        return Ok(Exit::Wrong);
    }
    tell(&out, &offers, &used, output);
    Ok(Exit::Fine)
}

/// Reads every file. All failures are returned, so one run shows all of them.
fn read_all(paths: &[PathBuf], wanted: &PriceSelection) -> Result<Vec<OfferPrices>, Vec<String>> {
    let mut offers = Vec::new();
    let mut seen: BTreeSet<(Offer, String)> = BTreeSet::new();
    let mut failures = Vec::new();
    for path in paths {
        match read_one(path, wanted) {
            Ok(offer) => {
                let regions = offer.prices.keys().map(|(region, _)| region.clone());
                for region in regions.collect::<BTreeSet<String>>() {
                    let code = offer.offer.code();
                    let again = format!(
                        "`{}`: an earlier file also has the prices of {code} in {region}: pass one of them",
                        files::shown(path)
                    );
                    if !seen.insert((offer.offer, region)) {
                        failures.push(again);
                    }
                }
                offers.push(offer);
            }
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        Ok(offers)
    } else {
        Err(failures)
    }
}

fn read_one(path: &Path, wanted: &PriceSelection) -> Result<OfferPrices, String> {
    let file = files::open_regular(path).map_err(|error| error.to_string())?;
    let offer = read(BufReader::with_capacity(BUFFER, file), wanted);
    let offer = offer.map_err(|why| format!("`{}`: {why}", files::shown(path)))?;
    if offer.prices.is_empty() {
        let regions = |regions: &BTreeSet<String>| {
            suggest::list(
                regions
                    .iter()
                    .map(String::as_str)
                    .filter(|it| !it.is_empty()),
            )
        };
        let why = if offer.regions.is_disjoint(&wanted.regions) {
            format!(
                "it has prices of {}, and the environments are in {}",
                regions(&offer.regions),
                regions(&wanted.regions)
            )
        } else {
            "none of its rows is an on-demand price of something that the environments use"
                .to_owned()
        };
        return Err(format!("`{}`: {why}", files::shown(path)));
    }
    Ok(offer)
}

/// Writes the file, or returns what would be wrong with it.
fn write(
    out: &Path,
    offers: &[OfferPrices],
    output: &Output,
) -> Result<Option<String>, Vec<String>> {
    let failed = |error: super::error::Error| vec![error.to_string()];
    let before = if out.symlink_metadata().is_ok() {
        let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        Some(files::read_file(out, most).map_err(failed)?)
    } else {
        None
    };
    let text = String::from_utf8(before.clone().unwrap_or_default())
        .map_err(|_| vec![format!("`{}` is not UTF-8 text", files::shown(out))])?;
    let text = merged(&text, offers);
    let mut sources = Sources::default();
    let source = sources.add(Source {
        name: files::shown(out),
        text: text.clone().into(),
        catalogue: true,
    });
    let mut found = Diagnostics::new();
    parse::prices::prices(&text, source, None, &mut found);
    if found.has_errors() {
        let shown = human(found.iter(), &sources, output.error_style());
        return Ok(Some(format!(
            "{}\nnothing was written: the file would have these errors",
            shown.trim_end()
        )));
    }
    match &before {
        Some(before) => files::rewrite(&[Rewrite {
            path: out,
            before,
            after: &text,
        }]),
        None => files::create(out, &text),
    }
    .map_err(failed)?;
    Ok(None)
}

/// Says what was imported, and what the environments use that the price lists do not have.
fn tell(out: &Path, offers: &[OfferPrices], used: &PriceSelection, output: &mut Output) {
    let mut lines = format!("wrote `{}`\n", files::shown(out));
    let mut lacking = Vec::new();
    for offer in offers {
        let regions: BTreeSet<&String> = offer.prices.keys().map(|(region, _)| region).collect();
        for region in regions {
            let things = offer.prices.keys().filter(|(of, _)| of == region);
            let count = things.clone().count();
            lines += &format!(
                "  {}, {region}, {}: {count} price{}\n",
                offer.offer.code(),
                offer.date,
                if count == 1 { "" } else { "s" }
            );
            let names: BTreeSet<&str> = things.filter_map(|(_, thing)| name(thing)).collect();
            let missing = used
                .names
                .iter()
                .filter(|name| offer_of(name) == Some(offer.offer))
                .map(String::as_str)
                .filter(|name| !names.contains(name));
            let missing: Vec<&str> = missing.collect();
            if !missing.is_empty() {
                lacking.push(format!(
                    "warning: the price list of {} in {region} lacks {}, which the environments use",
                    offer.offer.code(),
                    suggest::list(missing)
                ));
            }
        }
    }
    output.result(&lines);
    for warning in lacking {
        output.say_prose(&warning);
    }
}

fn name(thing: &PricedThing) -> Option<&str> {
    match thing {
        PricedThing::NodeType(name)
        | PricedThing::DbClass { name, .. }
        | PricedThing::CacheNode(name, _) => Some(name),
        PricedThing::ControlPlane | PricedThing::DbStorage(..) => None,
    }
}

/// The offer that has the prices of an instance; `None` for a kind of storage.
fn offer_of(name: &str) -> Option<Offer> {
    if name.starts_with("db.") {
        Some(Offer::Rds)
    } else if name.starts_with("cache.") {
        Some(Offer::ElastiCache)
    } else {
        name.contains('.').then_some(Offer::Ec2)
    }
}
