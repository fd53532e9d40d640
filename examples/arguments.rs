//! The arguments that every example takes: `--listen ADDR`, and `--data DIR` where it keeps anything.

use std::{fs, io, path::PathBuf};

/// The arguments of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arguments {
    /// Where to listen: `127.0.0.1:8000` by default.
    pub listen: String,
    data: PathBuf,
}

impl Arguments {
    /// Reads the program's arguments. What cannot be read ends the program with a line that says what would be right.
    pub fn read() -> Self {
        Self::from(std::env::args().skip(1)).unwrap_or_else(|message| {
            eprintln!("{message}\nusage: [--listen ADDR] [--data DIR]");
            std::process::exit(2);
        })
    }

    /// Where to keep what must last: the folder `data` by default. It is made if it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be made; the error names it.
    pub fn data(&self) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.data).map_err(|error| {
            let folder = self.data.display();
            io::Error::new(
                error.kind(),
                format!("cannot make the folder {folder}: {error}"),
            )
        })?;
        Ok(self.data.clone())
    }

    fn from(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            listen: "127.0.0.1:8000".to_owned(),
            data: "data".into(),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match &*word {
                "--listen" => arguments.listen = value()?,
                "--data" => arguments.data = value()?.into(),
                _ => return Err(format!("unknown argument {word:?}")),
            }
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, String> {
        Arguments::from(words.iter().map(|&word| word.to_owned()))
    }

    #[test]
    fn both_have_a_default_and_can_be_given() {
        let none = read(&[]).unwrap();
        assert_eq!(
            (&*none.listen, none.data.to_str()),
            ("127.0.0.1:8000", Some("data"))
        );
        let both = read(&["--data", "/d", "--listen", "[::1]:0"]).unwrap();
        assert_eq!((&*both.listen, both.data.to_str()), ("[::1]:0", Some("/d")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(read(&["--listen"]).unwrap_err(), "--listen needs a value");
        assert_eq!(
            read(&["--port"]).unwrap_err(),
            "unknown argument \"--port\""
        );
    }
}
