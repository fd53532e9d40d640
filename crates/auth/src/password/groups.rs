use std::collections::HashMap;

use crate::reloaded::FileError;

/// The groups of each name, as Apache's `AuthGroupFile` has them.
#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<Box<str>, Vec<Box<str>>>);

impl Groups {
    /// `group: name name ..`, a group a line; lines of the same group add up.
    pub(super) fn read(text: &str) -> Result<Self, FileError> {
        let mut groups = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (group, names) = line
                .split_once(':')
                .ok_or_else(|| FileError::in_line(index + 1, "it must be `group: name name ..`"))?;
            let group = group.trim();
            if group.is_empty() {
                return Err(FileError::in_line(index + 1, "the group must have a name"));
            }
            for name in names.split_ascii_whitespace() {
                let of_name = groups.0.entry(name.into()).or_default();
                if !of_name.iter().any(|known| **known == *group) {
                    of_name.push(group.into());
                }
            }
        }
        Ok(groups)
    }

    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = &str> {
        let groups = self.0.get(name);
        groups.into_iter().flatten().map(|group| &**group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_by_line() {
        let text = "# who may\r\nadmins: ada  bob\n\neditors:\tbob\nadmins: cleo ada\nnone:\n";
        let groups = Groups::read(text).unwrap();
        for (name, expected) in [
            ("ada", &["admins"][..]),
            ("bob", &["admins", "editors"]),
            ("cleo", &["admins"]),
            ("dan", &[]),
        ] {
            assert_eq!(groups.of(name).collect::<Vec<_>>(), expected, "{name}");
        }
        for (text, line) in [("a: b\nc", 2), (": b", 1), ("\n\nadmins", 3)] {
            assert_eq!(Groups::read(text).unwrap_err().line(), Some(line));
        }
    }
}
