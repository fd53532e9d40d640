use super::Carrier;

/// Asks compression to leave a response alone.
///
/// Left by a handler in the **response**: for a page in which a secret stands next to what the visitor sent (the BREACH attack
/// reads such secrets from compressed lengths), or for bytes that are compressed already. Read by compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoCompress {
    /// Send it as it is, and still say `Vary: Accept-Encoding`: other answers of this URL are compressed.
    KeepVary,
    /// Send it as it is, and say nothing: no answer of this URL is ever compressed.
    Entirely,
}

impl NoCompress {
    /// What the handler asked for, if it did.
    pub fn of(carrier: &impl Carrier) -> Option<Self> {
        carrier.extensions().get().copied()
    }
}
