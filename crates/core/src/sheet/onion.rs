use std::fmt;

use super::{Advice, Described, Sheet, advice};

/// A stack, sheet by sheet, from the outside in: as it is written in a `ServiceBuilder`.
///
/// It prints itself one sheet a line, each further in than the one before, and below them the [`advice`](Self::advice).
#[derive(Clone, Debug, Default)]
pub struct Onion(Vec<Sheet>);

impl Onion {
    /// The onion of these layers, outermost first. What they wrap may be the last of them.
    pub fn of(stack: &[&dyn Described]) -> Self {
        stack.iter().map(Described::sheet).collect()
    }

    /// Its sheets, outermost first.
    pub fn sheets(&self) -> &[Sheet] {
        &self.0
    }

    /// What is wrong or doubtful in the order; nothing, if all is well.
    pub fn advice(&self) -> Vec<Advice> {
        advice::of(&self.0)
    }
}

impl FromIterator<Sheet> for Onion {
    fn from_iter<I: IntoIterator<Item = Sheet>>(sheets: I) -> Self {
        Self(sheets.into_iter().collect())
    }
}

impl fmt::Display for Onion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter().enumerate();
        let lines = lines.map(|(depth, sheet)| ("| ".repeat(depth) + sheet.name(), sheet));
        let lines: Vec<_> = lines.collect();
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, sheet) in &lines {
            let says = sheet.to_string();
            writeln!(f, "{}", format!("{name:width$}    {says}").trim_end())?;
        }
        for advice in self.advice() {
            writeln!(f, "! {advice}")?;
        }
        Ok(())
    }
}
