//! Colour on a terminal, if enabled.

use crate::impact::Class;

/// The meaning of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The terminal's own colour.
    Plain,
    /// Titles.
    Bold,
    /// Less important text.
    Dim,
    /// For errors and removals.
    Red,
    /// Warnings.
    Yellow,
    /// Good news and additions.
    Green,
    /// Neutral facts.
    Cyan,
}

/// The colour of a class.
pub(super) fn of_class(class: Class) -> Ink {
    match class {
        Class::None | Class::Autoscaler | Class::Reload => Ink::Plain,
        Class::Rolling | Class::OnlineDegraded => Ink::Cyan,
        Class::Failover | Class::Reboot => Ink::Yellow,
        Class::Outage | Class::Replace | Class::Impossible => Ink::Red,
    }
}

/// Whether to colour.
#[derive(Clone, Copy, Debug)]
pub struct Paint(pub bool);

impl Paint {
    /// Adds a line, in a colour if colours are enabled.
    pub fn line(self, text: &mut String, ink: Ink, line: &str) {
        if self.0 {
            *text += &self.ink(ink, line);
        } else {
            *text += line;
        }
        text.push('\n');
    }

    /// `text`, in a colour if colours are enabled.
    #[must_use]
    pub fn ink(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Bold => "1",
            Ink::Dim => "2",
            Ink::Red => "31",
            Ink::Yellow => "33",
            Ink::Green => "32",
            Ink::Cyan => "36",
        };
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
