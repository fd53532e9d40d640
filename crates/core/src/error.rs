/// An error of any kind, as bodies and back ends report it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
