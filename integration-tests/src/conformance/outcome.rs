use std::fmt::Display;

/// What became of a case.
pub(crate) type Outcome = Result<(), Unmet>;

/// Why a case did not pass.
#[derive(Debug)]
pub(crate) enum Unmet {
    /// It was run, and something else came out.
    Failed { expected: String, got: String },
    /// It could not be run.
    Skipped(String),
}

impl Unmet {
    pub(crate) fn failed(expected: impl Display, got: impl Display) -> Self {
        Self::Failed {
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }

    pub(crate) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into())
    }
}

/// Passes if it is as expected.
pub(crate) fn check(as_expected: bool, expected: impl Display, got: impl Display) -> Outcome {
    if as_expected {
        Ok(())
    } else {
        Err(Unmet::failed(expected, got))
    }
}
