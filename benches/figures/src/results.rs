//! The tables of `benches/results`, as Markdown has them.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use crate::number::Spread;

/// Where a number stands: the file, the table, which is named by the head of its first column, the row and the column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Source {
    pub(crate) file: &'static str,
    pub(crate) table: &'static str,
    pub(crate) row: &'static str,
    pub(crate) column: &'static str,
}

pub(crate) const fn source(
    file: &'static str,
    table: &'static str,
    row: &'static str,
    column: &'static str,
) -> Source {
    Source {
        file,
        table,
        row,
        column,
    }
}

/// The texts of the files, by their names without the extension.
pub(crate) struct Results(BTreeMap<String, String>);

impl Results {
    /// Reads the files of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Missing> {
        let failed = |error| Missing(format!("{}: {error}", folder.display()));
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            texts.insert(
                name.into_owned(),
                fs::read_to_string(&path).map_err(failed)?,
            );
        }
        Ok(Self(texts))
    }

    /// The number that stands there.
    pub(crate) fn number(&self, source: &Source) -> Result<Spread, Missing> {
        let Source {
            file,
            table,
            row,
            column,
        } = *source;
        let missing = |what| {
            Missing(format!(
                "benches/results/{file}.md {what}: {table} | {row} | {column}; `benches/run {file}` writes it"
            ))
        };
        let text = self.0.get(file).ok_or_else(|| missing("is not there"))?;
        let table = tables(text).into_iter().find(|lines| lines[0][0] == table);
        let table = table.ok_or_else(|| missing("lacks the table"))?;
        let column = table[0].iter().position(|head| *head == column);
        let column = column.ok_or_else(|| missing("lacks the column"))?;
        let row = table.iter().skip(1).find(|cells| cells[0] == row);
        let row = row.ok_or_else(|| missing("lacks the row"))?;
        let cell = row.get(column).and_then(|cell| Spread::read(cell));
        cell.ok_or_else(|| missing("has no number there"))
    }
}

/// The tables of a text: lines of cells, the heads first. The line of dashes is left out.
fn tables(text: &str) -> Vec<Vec<Vec<&str>>> {
    let mut tables: Vec<Vec<Vec<&str>>> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        let cells = line
            .strip_prefix('|')
            .and_then(|rest| rest.strip_suffix('|'));
        match cells {
            Some(cells) if !is_inside => tables.push(vec![trimmed(cells)]),
            Some(cells) if !cells.starts_with("---") => {
                let table = tables.last_mut().expect("its head was there before");
                table.push(trimmed(cells));
            }
            _ => {}
        }
        is_inside = cells.is_some();
    }
    tables
}

fn trimmed(cells: &str) -> Vec<&str> {
    cells.split('|').map(str::trim).collect()
}

/// A number that the results lack, or a file that could not be read.
#[derive(Debug)]
pub struct Missing(pub(crate) String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

#[cfg(test)]
impl Results {
    pub(crate) fn of(file: &str, text: &str) -> Self {
        Self(BTreeMap::from([(file.to_owned(), text.to_owned())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Words | with a bar.

| service | ns | against |
|---|--:|--:|
| ours | 1,473 | 0.56 (0.52 to 0.81) |
| theirs | 2364 | |

| other | ns |
|---|--:|
| ours | 12 |
";

    fn number(
        table: &'static str,
        row: &'static str,
        column: &'static str,
    ) -> Result<Spread, Missing> {
        let (file, results) = ("stack", Results::of("stack", TEXT));
        results.number(&Source {
            file,
            table,
            row,
            column,
        })
    }

    #[test]
    fn a_number_is_found_by_table_row_and_column() {
        let spread = number("service", "ours", "against").unwrap();
        assert_eq!(
            (spread.least, spread.median, spread.greatest),
            (0.52, 0.56, 0.81)
        );
        assert_eq!(
            number("service", "ours", "ns").unwrap(),
            Spread::one(1473.0)
        );
        assert_eq!(number("other", "ours", "ns").unwrap(), Spread::one(12.0));
    }

    #[test]
    fn what_is_missing_is_told_with_its_place() {
        for (table, row, column, what) in [
            ("none", "ours", "ns", "lacks the table"),
            ("service", "none", "ns", "lacks the row"),
            ("service", "ours", "none", "lacks the column"),
            ("service", "theirs", "against", "has no number there"),
        ] {
            let missing = number(table, row, column).unwrap_err().to_string();
            assert!(missing.contains(what), "{missing}");
            assert!(missing.contains("benches/run stack"), "{missing}");
        }
        let source = Source {
            file: "other",
            table: "service",
            row: "ours",
            column: "ns",
        };
        let missing = Results::of("stack", TEXT).number(&source).unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("benches/results/other.md is not there")
        );
    }
}
