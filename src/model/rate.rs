//! Shares of requests that may fail.

use super::text_form::text_form;

/// `1%`, `0.05%`: a percentage in hundredths of a percent, from 0 to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorRate {
    per_ten_thousand: u32,
}

impl ErrorRate {
    /// Reads a percentage with at most two digits after the point.
    ///
    /// # Errors
    ///
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not a share of requests: write a percentage such as `1%` or `0.05%`"
            )
        };
        let number = text.strip_suffix('%').ok_or_else(wrong)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || whole.len() > 3 || part.len() > 2 {
            return Err(wrong());
        }
        let value = |text: &str| text.parse::<u32>().map_err(|_| wrong());
        let hundredths = value(part)? * if part.len() == 1 { 10 } else { 1 };
        let per_ten_thousand = value(whole)? * 100 + hundredths;
        if per_ten_thousand > 10_000 {
            return Err(wrong());
        }
        Ok(Self { per_ten_thousand })
    }

    /// In hundredths of a percent.
    #[must_use]
    pub fn per_ten_thousand(self) -> u32 {
        self.per_ten_thousand
    }
}

impl std::fmt::Display for ErrorRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.per_ten_thousand / 100, self.per_ten_thousand % 100);
        match part {
            0 => write!(f, "{whole}%"),
            part if part % 10 == 0 => write!(f, "{whole}.{}%", part / 10),
            part => write!(f, "{whole}.{part:02}%"),
        }
    }
}

text_form!(ErrorRate, "^[0-9]{1,3}([.][0-9]{1,2})?%$");

#[cfg(test)]
mod tests {
    use super::ErrorRate;

    #[test]
    fn a_share_is_read_exactly_and_written_shortly() {
        for (text, share, shown) in [
            ("1%", 100, "1%"),
            ("0.5%", 50, "0.5%"),
            ("0.05%", 5, "0.05%"),
            ("2.50%", 250, "2.5%"),
            ("100%", 10_000, "100%"),
            ("0%", 0, "0%"),
        ] {
            let rate = ErrorRate::parse(text).expect("it is one");
            assert_eq!(
                (rate.per_ten_thousand(), rate.to_string()),
                (share, shown.into())
            );
        }
        for text in ["1", "%", "101%", "0.001%", "-1%", "1.%", "1e2%"] {
            assert!(ErrorRate::parse(text).is_err(), "{text}");
        }
    }
}
