//! A rule that a file waives, as `tierc.lock.json` records it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::Keyed;
use super::clock::LastDay;
use super::declaration::{Form, Part as _, TextNode, node};
use crate::source::{Origin, Sourced, Span, Spanned};

node! {
    /// The node of a waiver. `tierc.lock.json` records it as a [`Waiver`].
    Waive: WaiveNode, WaiveField, whole {
        /// The rule that is turned off.
        required_argument rule: Sourced<String> = Form::Rule, "\"single-az\"";
        /// The reason for the waiver.
        required reason: Sourced<String> = Form::Sentence, "\"...\"";
        /// The last day on which it is turned off.
        required until: Sourced<LastDay>, "\"2030-01-31\"";
        /// With `secret-literal`: the fingerprint of the only value that is waived.
        property value: Option<Sourced<String>> = Form::Fingerprint, "\"4fd8b1\"";
    }
}

impl Keyed for Waive {
    fn key(&self, _: usize) -> String {
        self.rule.value.clone()
    }
}

/// A complete waiver, with the place of each value.
#[derive(Clone, Debug)]
pub struct WaiverNode {
    /// The place of the node.
    pub place: Span,
    /// The rule.
    pub rule: Spanned<String>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day.
    pub until: Spanned<LastDay>,
    /// The fingerprint of the one value that is meant.
    pub value: Option<Spanned<String>>,
}

impl WaiveNode {
    /// The waiver; `None` if a value is missing or could not be read.
    #[must_use]
    pub fn whole(self) -> Option<WaiverNode> {
        if self.value.broken {
            return None;
        }
        Some(WaiverNode {
            place: self.place?,
            rule: self.rule.value?,
            reason: self.reason.value?,
            until: self.until.value?,
            value: self.value.value,
        })
    }
}

/// A waiver as a file states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Waiver {
    /// The rule.
    pub rule: String,
    /// With `secret-literal`: the fingerprint of the only value that is waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The last day on which it is waived.
    pub until: LastDay,
    /// Why.
    pub reason: String,
}

impl Waiver {
    /// The node that states it.
    #[must_use]
    pub fn written(&self) -> TextNode {
        let text = |text: &String| recorded(text.clone());
        let waive = Waive {
            rule: text(&self.rule),
            reason: text(&self.reason),
            until: recorded(self.until),
            value: self.value.as_ref().map(text),
        };
        let mut node = TextNode::new("waive");
        waive.write_attributes(&mut node);
        node
    }
}

fn recorded<T>(value: T) -> Sourced<T> {
    Sourced {
        value,
        origin: Origin::Recorded,
        sound: true,
    }
}
