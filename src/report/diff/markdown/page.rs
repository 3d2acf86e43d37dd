//! The sections of a comment, and which of them fit.

use crate::report::markdown::LIMIT;

/// Bytes reserved for the sentence that says what was left out.
const RESERVE: usize = 2_000;
/// What that sentence names one by one.
const NAMED: usize = 12;

/// The importance of a section. The last ones are left out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Summary,
    Gates,
    Head,
    Rules,
    Disruption,
    Money,
    Resources,
    Intent,
    Order,
    Values,
    Artifacts,
}

struct Section {
    rank: Rank,
    what: String,
    text: String,
    /// The section that this one needs before it.
    head: Option<usize>,
}

/// Sections in the order they are shown.
#[derive(Default)]
pub(super) struct Page {
    sections: Vec<Section>,
    head: Option<usize>,
}

impl Page {
    /// Starts an environment: the following sections need its heading.
    pub(super) fn begin(&mut self, head: (String, String)) {
        self.head = Some(self.sections.len());
        let (what, text) = head;
        self.sections.push(Section {
            rank: Rank::Head,
            what,
            text,
            head: None,
        });
    }

    /// Adds a section, unless it is empty.
    pub(super) fn add(&mut self, rank: Rank, what: &str, text: String) {
        if text.is_empty() {
            return;
        }
        // Limits, summary and footer belong to no environment.
        let head = self.head.filter(|_| rank > Rank::Head);
        self.sections.push(Section {
            rank,
            what: what.to_owned(),
            text,
            head,
        });
    }

    /// The sections that fit, and the names of the others.
    pub(super) fn text(&self) -> String {
        let kept = self.kept();
        let all = self.sections.iter().zip(&kept);
        let mut texts: Vec<&str> = all
            .clone()
            .filter(|(_, kept)| **kept)
            .map(|(section, _)| section.text.as_str())
            .collect();
        let left: Vec<&str> = all
            .filter(|(_, kept)| !**kept)
            .map(|(section, _)| section.what.as_str())
            .collect();
        let note = note(&left);
        if !left.is_empty() {
            // The footer stays at the end.
            texts.insert(texts.len().saturating_sub(1), &note);
        }
        texts.join("\n")
    }

    /// Whether each section fits, the most important ones first.
    fn kept(&self) -> Vec<bool> {
        let mut order: Vec<(usize, &Section)> = self.sections.iter().enumerate().collect();
        order.sort_by_key(|(at, section)| (section.rank, *at));
        let whole: usize = self.sections.iter().map(Section::cost).sum();
        let mut room = if whole <= LIMIT {
            LIMIT
        } else {
            LIMIT - RESERVE
        };
        let mut kept = vec![false; self.sections.len()];
        for (at, section) in order {
            let headed = section
                .head
                .is_none_or(|head| kept.get(head) == Some(&true));
            if let (true, Some(rest)) = (headed, room.checked_sub(section.cost())) {
                room = rest;
                if let Some(kept) = kept.get_mut(at) {
                    *kept = true;
                }
            }
        }
        kept
    }
}

impl Section {
    /// Its bytes, including the blank line after it.
    fn cost(&self) -> usize {
        self.text.len() + 1
    }
}

fn note(left: &[&str]) -> String {
    let more = left.len().saturating_sub(NAMED);
    let mut names: Vec<String> = left.iter().take(NAMED).map(|it| (*it).to_owned()).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let sections = if left.len() == 1 {
        "section"
    } else {
        "sections"
    };
    format!(
        "> [!NOTE]\n> {} {sections} left out, for a comment holds {LIMIT} characters: {}. \
         `tierc diff` prints them, values with `--all` and files with `--artifacts`.\n",
        left.len(),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_least_is_left_out_first() {
        let mut page = Page::default();
        page.add(Rank::Summary, "the summary", "summary\n".into());
        for name in ["one", "two"] {
            page.begin((name.to_owned(), format!("{name}\n")));
            page.add(Rank::Values, "values", "q".repeat(20_000));
            page.add(Rank::Artifacts, "a file", "a".repeat(30_000));
            page.add(Rank::Artifacts, "a small file", "small".into());
        }
        let text = page.text();
        assert!(text.len() <= LIMIT);
        assert_eq!(text.matches('q').count(), 40_000, "values are worth more");
        assert!(!text.contains("aaa"), "a file that does not fit is not cut");
        assert_eq!(text.matches("small").count(), 2);
        assert!(text.contains("2 sections left out") && text.contains("a file, a file"));
    }

    #[test]
    fn nothing_stands_without_its_head() {
        let mut page = Page::default();
        page.begin(("one".into(), "h".repeat(LIMIT)));
        page.add(Rank::Values, "values of one", "q".into());
        page.add(Rank::Summary, "foot", "foot".into());
        let text = page.text();
        assert!(!text.contains('q') && text.contains("2 sections left out"));
        assert!(text.contains(": one, values of one.") && text.ends_with("foot"));
    }
}
