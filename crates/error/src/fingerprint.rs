use std::fmt;

/// What incidents of one cause have in common: where they arose and of what type they are ([what counts](crate::Incident::fingerprint)). It is
/// the same on every machine, in every run, after every restart, and in the next version of the program, as long as the place itself stays as it is.
///
/// It is written as 16 hexadecimal digits. Nothing but the grouping depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

/// FNV-1a, because the standard library's hash may change with its version.
#[derive(Clone, Copy)]
pub(crate) struct Print(u64);

impl Print {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a word, whose end counts, too.
    pub(crate) fn word(self, word: &str) -> Self {
        let bytes = word.bytes().chain([0xff]);
        Self(bytes.fold(self.0, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// Adds what another one has read.
    pub(crate) fn print(self, other: Self) -> Self {
        self.word(&other.taken().to_string())
    }

    /// Adds what does not vary in a text that was written for people: not its numbers, and nothing between quotes.
    pub(crate) fn wording(self, text: &str) -> Self {
        let mut print = self;
        for (at, piece) in text.split(['"', '`', '\'']).enumerate() {
            if at % 2 == 0 {
                let words = piece.split(|c: char| !c.is_alphabetic());
                let words = words.filter(|word| !word.is_empty());
                print = words.fold(print, Self::word);
            }
        }
        print
    }

    pub(crate) const fn taken(self) -> Fingerprint {
        Fingerprint(self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_in_every_build() {
        let print = Print::new().word("panic").word("src/main.rs").taken();
        assert_eq!(print.to_string(), "c2f6fccd937b11ed");
    }

    #[test]
    fn words_do_not_run_into_one_another() {
        let (one, other) = (
            Print::new().word("ab").word("c"),
            Print::new().word("a").word("bc"),
        );
        assert_ne!(one.taken(), other.taken());
    }

    #[test]
    fn what_varies_does_not_count() {
        let print = |text| Print::new().wording(text).taken();
        assert_eq!(
            print("no user 7 called \"ada\""),
            print("no user 12 called \"eve\"")
        );
        assert_ne!(print("no user 7"), print("no group 7"));
    }
}
