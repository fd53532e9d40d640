//! Numbers as the tables have them, and as the figures show them.

/// What was measured: the least, the median and the greatest of the rounds. They are the same where a table has one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    pub(crate) fn one(number: f64) -> Self {
        Self {
            least: number,
            median: number,
            greatest: number,
        }
    }

    /// Reads `0.56` or `0.56 (0.52 to 0.81)`, with commas in thousands or without.
    pub(crate) fn read(cell: &str) -> Option<Self> {
        let Some((median, rest)) = cell.split_once(" (") else {
            return number(cell).map(Self::one);
        };
        let (least, greatest) = rest.strip_suffix(')')?.split_once(" to ")?;
        Some(Self {
            least: number(least)?,
            median: number(median)?,
            greatest: number(greatest)?,
        })
    }

    /// One divided by the other. Of two spreads that were measured apart nobody knows how the rounds fit together: the medians are divided.
    pub(crate) fn over(self, other: Self) -> Self {
        Self::one(self.median / other.median)
    }

    /// The median alone.
    pub(crate) fn show_median(self) -> String {
        show(self.median)
    }

    /// As a reader sees it.
    pub(crate) fn show(self) -> String {
        let median = self.show_median();
        if self.least >= self.greatest {
            return median;
        }
        format!("{median} ({} to {})", show(self.least), show(self.greatest))
    }
}

fn number(text: &str) -> Option<f64> {
    text.replace(',', "")
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// As many digits as a reader wants: two or three that count, and commas in thousands.
pub(crate) fn show(number: f64) -> String {
    let size = number.abs();
    if size >= 99.95 {
        return thousands(&format!("{number:.0}"));
    }
    let text = if size >= 9.995 {
        format!("{number:.1}")
    } else if size >= 0.0995 {
        format!("{number:.2}")
    } else {
        format!("{number:.3}")
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn thousands(whole: &str) -> String {
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut text = String::from(sign);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_one_number_or_three() {
        let three = Spread::read("1,473 (1,200 to 1,900.5)").unwrap();
        assert_eq!(
            (three.least, three.median, three.greatest),
            (1200.0, 1473.0, 1900.5)
        );
        assert_eq!(Spread::read("-0.14"), Some(Spread::one(-0.14)));
        for none in ["", "fast", "1 (2)", "1 (2 to )", "inf", "NaN", "1 (2 to 3"] {
            assert_eq!(Spread::read(none), None, "{none}");
        }
    }

    #[test]
    fn a_number_is_shown_with_the_digits_that_count() {
        for (number, shown) in [
            (0.0, "0"),
            (0.4, "0.4"),
            (0.0034, "0.003"),
            (0.084, "0.084"),
            (0.556, "0.56"),
            (9.999, "10"),
            (24.27, "24.3"),
            (99.96, "100"),
            (999.6, "1,000"),
            (1_525_090.2, "1,525,090"),
            (-1234.0, "-1,234"),
            (-0.14, "-0.14"),
        ] {
            assert_eq!(show(number), shown);
        }
    }

    #[test]
    fn a_spread_is_shown_with_its_ends_where_it_has_any() {
        assert_eq!(
            Spread::read("0.56 (0.52 to 0.81)").unwrap().show(),
            "0.56 (0.52 to 0.81)"
        );
        assert_eq!(Spread::one(3.0).show(), "3");
        assert_eq!(Spread::one(3.0).over(Spread::one(2.0)).show(), "1.5");
    }
}
