//! Draws the book's figures, and the table of all goals, from the tables that `benches/run` leaves in `benches/results`.
//!
//! ```text
//! cargo run -p plywood-figures    draws them anew
//! ```
//!
//! A test compares what is in the project with what would be drawn, so that neither a number nor a plot can be old.

mod figures;
mod goal;
mod goals;
mod headline;
mod number;
mod plot;
mod results;

use std::{collections::BTreeMap, path::Path};

pub use self::results::Missing;
use self::results::Results;

/// All that is drawn for the project in `root`: the paths of the files from there, and what is in them.
///
/// # Errors
///
/// When the results lack a number, or the README the place for its own.
pub fn drawn(root: &Path) -> Result<BTreeMap<String, String>, Missing> {
    let results = Results::read(&root.join("benches/results"))?;
    let mut files = BTreeMap::new();
    for figure in figures::FIGURES {
        let path = format!("book/src/figures/{}.svg", figure.name);
        files.insert(path, figure.plot(&results)?.svg());
    }
    files.insert(
        "book/src/figures/goals.md".to_owned(),
        goals::chapter(&results)?,
    );
    files.insert("README.md".to_owned(), headline::readme(root, &results)?);
    Ok(files)
}
