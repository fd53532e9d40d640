//! In which order entries stand.

use std::{cmp::Ordering, fmt};

use super::{Entry, Kind};

/// By which column, and from which end. Directories stand before files in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) column: Column,
    pub(crate) descending: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    #[default]
    Name,
    Size,
    Modified,
}

impl Column {
    pub(crate) const ALL: [Self; 3] = [Self::Name, Self::Size, Self::Modified];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Size => "size",
            Self::Modified => "modified",
        }
    }
}

impl Order {
    /// Reads `size`, or `-size` from its other end.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (column, descending) = match text.strip_prefix('-') {
            Some(column) => (column, true),
            None => (text, false),
        };
        let column = Column::ALL
            .into_iter()
            .find(|known| known.as_str() == column)?;
        Some(Self { column, descending })
    }

    /// What a click on the head of `column` leads to: that column, and from its other end if it is chosen already.
    pub(crate) fn clicked(self, column: Column) -> Self {
        Self {
            column,
            descending: self.column == column && !self.descending,
        }
    }

    pub(crate) fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let directories_first = b.is_directory().cmp(&a.is_directory());
        let by_column = match self.column {
            Column::Name => Ordering::Equal,
            Column::Size => length(a).cmp(&length(b)),
            Column::Modified => a.modified.cmp(&b.modified),
        };
        let by_name = || natural(&a.name, &b.name);
        let ordering = match (self.column, self.descending) {
            (Column::Name, true) => by_name().reverse(),
            (_, true) => by_column.reverse().then_with(by_name),
            (_, false) => by_column.then_with(by_name),
        };
        directories_first.then(ordering)
    }
}

impl fmt::Display for Order {
    /// As the query has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.descending { "-" } else { "" })?;
        f.write_str(self.column.as_str())
    }
}

const fn length(entry: &Entry) -> u64 {
    match entry.kind {
        Kind::Directory => 0,
        Kind::File { length } => length,
    }
}

/// As people sort: without a look at the case, and `file 9` before `file 10`. Names that are the same in this way stand by their bytes.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (from_left, from_right) = (take(&mut left), take(&mut right));
        let ordering = match (from_left, from_right) {
            (None, None) => return a.cmp(b),
            (Some(Piece::Number(x)), Some(Piece::Number(y))) => {
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
            (Some(Piece::Character(x)), Some(Piece::Character(y))) => {
                x.to_lowercase().cmp(y.to_lowercase())
            }
            // Nothing before numbers, and numbers before words.
            (x, y) => rank(x.as_ref()).cmp(&rank(y.as_ref())),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

enum Piece<'a> {
    /// Without its leading zeros.
    Number(&'a str),
    Character(char),
}

const fn rank(piece: Option<&Piece<'_>>) -> u8 {
    match piece {
        None => 0,
        Some(Piece::Number(_)) => 1,
        Some(Piece::Character(_)) => 2,
    }
}

fn take<'a>(text: &mut &'a str) -> Option<Piece<'a>> {
    let first = text.chars().next()?;
    let is_no_digit = |c: char| !c.is_ascii_digit();
    let end = text.find(is_no_digit).unwrap_or(text.len());
    if end == 0 {
        *text = &text[first.len_utf8()..];
        return Some(Piece::Character(first));
    }
    let (number, rest) = text.split_at(end);
    *text = rest;
    Some(Piece::Number(number.trim_start_matches('0')))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    fn names(order: &str, entries: &[(&str, Kind, u64)]) -> Vec<String> {
        let mut entries: Vec<_> = entries
            .iter()
            .map(|(name, kind, seconds)| Entry {
                name: (*name).to_owned(),
                kind: *kind,
                modified: Some(UNIX_EPOCH + Duration::from_secs(*seconds)),
            })
            .collect();
        let order = Order::read(order).unwrap();
        entries.sort_by(|a, b| order.compare(a, b));
        entries.into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn directories_stand_first_and_the_rest_by_the_column() {
        let entries = [
            ("b.txt", Kind::File { length: 3 }, 1),
            ("A.txt", Kind::File { length: 3 }, 3),
            ("z", Kind::Directory, 9),
            ("y", Kind::Directory, 2),
            ("c.txt", Kind::File { length: 1 }, 2),
        ];
        for (order, expected) in [
            ("name", ["y", "z", "A.txt", "b.txt", "c.txt"]),
            ("-name", ["z", "y", "c.txt", "b.txt", "A.txt"]),
            ("size", ["y", "z", "c.txt", "A.txt", "b.txt"]),
            ("-size", ["y", "z", "A.txt", "b.txt", "c.txt"]),
            ("modified", ["y", "z", "b.txt", "c.txt", "A.txt"]),
            ("-modified", ["z", "y", "A.txt", "c.txt", "b.txt"]),
        ] {
            assert_eq!(names(order, &entries), expected, "{order}");
        }
    }

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let file = Kind::File { length: 0 };
        let sorted = ["1", "2.txt", "010", "a", "a1", "a 2", "a 10", "b"];
        let mut entries: Vec<_> = sorted.map(|name| (name, file, 0)).to_vec();
        entries.reverse();
        assert_eq!(
            names("name", &entries),
            ["1", "2.txt", "010", "a", "a1", "a 2", "a 10", "b"]
        );
    }

    #[test]
    fn a_second_click_turns_the_column_round() {
        let order = Order::default();
        assert_eq!(order.clicked(Column::Name).to_string(), "-name");
        assert_eq!(order.clicked(Column::Size).to_string(), "size");
        let turned = order.clicked(Column::Size).clicked(Column::Size);
        assert_eq!(turned.to_string(), "-size");
        assert_eq!(turned.clicked(Column::Size).to_string(), "size");
    }

    proptest! {
        #[test]
        fn the_order_of_names_is_an_order(a in "[aB01 é]{0,4}", b in "[aB01 é]{0,4}", c in "[aB01 é]{0,4}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b).is_eq(), a == b);
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
