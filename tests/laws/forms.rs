//! Laws of what is made of one environment: each form is read back as what was written, and no
//! floor is above its ceiling.

use proptest::prelude::*;
use tierc::compile::{CatalogueTexts, Run, costs};
use tierc::cost::Range;
use tierc::emit::emit;
use tierc::model::Environment;
use tierc::report;
use tierc::source::Origin;

use super::config;
use super::environment::{Text, environment};
use crate::support::{documents, run, today};

fn compiled(text: &Text) -> (Run, Environment) {
    let run = run(&text.0);
    let environment = run.files[0].environment.clone();
    let environment = environment.unwrap_or_else(|| panic!("it resolves: {}", text.0));
    (run, environment)
}

fn in_order(range: Range) -> bool {
    range.floor <= range.ceiling
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn json_is_read_back_as_what_was_shown(text in environment()) {
        let (run, shown) = compiled(&text);
        let json = report::show::json(&shown, &shown.list(), &run.sources);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let read: Environment = serde_json::from_value(json["environment"].clone()).unwrap();
        prop_assert!(shown.compare(&read).is_empty());
        let values = |environment: &Environment| -> Vec<(String, String)> {
            let all = environment.list().into_iter();
            all.map(|attribute| (attribute.path, attribute.value)).collect()
        };
        prop_assert_eq!(values(&read), values(&shown));
        prop_assert!(read.list().iter().all(|read| matches!(read.origin, Origin::Recorded)));
        prop_assert_eq!(&serde_json::to_value(&read).unwrap(), &json["environment"]);
    }

    #[test]
    fn another_reader_takes_every_document(text in environment()) {
        let (run, environment) = compiled(&text);
        for (path, text) in emit(&environment, &run.catalogue, "prod.kdl") {
            if path.ends_with(".yaml") {
                let read = documents(&text);
                prop_assert!(!read.is_empty() && read.iter().all(serde_json::Value::is_object), "{path}");
            }
        }
    }

    #[test]
    fn no_floor_is_above_its_ceiling(text in environment()) {
        let (mut run, _) = compiled(&text);
        let costs = costs(&mut run, &CatalogueTexts::embedded(), today());
        let estimate = &costs.estimates[0];
        prop_assert!(estimate.range().is_some_and(in_order));
        for item in &estimate.items {
            prop_assert!(item.range().is_none_or(in_order), "{}", item.path);
        }
    }
}
