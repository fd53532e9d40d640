//! Looks over a stack before it is served.

use std::io::{Write, stderr};

use plywood_core::sheet::{Act, Described, Onion, Sheet, Weight};
use tracing::subscriber::NoSubscriber;

/// Looks over a stack, outermost layer first, and warns through `tracing` of an order that cannot work; in a program without a subscriber on
/// standard error.
///
/// It gives back the [`Onion`], which prints itself. The layers are only asked for their [`Sheet`]s: call it once, at start-up.
///
/// ```
/// use plywood::{doctor, prelude::*};
///
/// let pages = ErrorPagesLayer::new();
/// let login = FormLoginLayer::new(|_, _| None);
/// let onion = doctor(&[&pages, &login]);
/// println!("{onion}");
/// let advice = onion.advice();
/// assert_eq!(
///     advice[0].to_string(),
///     "FormLoginLayer needs Session, and nothing outside of it leaves one: add plywood_session::SessionLayer outside of it."
/// );
/// ```
pub fn doctor(stack: &[&dyn Described]) -> Onion {
    let onion = Onion::of(stack);
    // Whoever has not heard of `tracing` yet needs the advice most.
    let nobody_listens = tracing::dispatcher::get_default(tracing::Dispatch::is::<NoSubscriber>);
    for advice in onion.advice() {
        match advice.weight() {
            Weight::Wrong if nobody_listens => {
                let _ = stderr().write_all(format!("WARN {advice}\n").as_bytes());
            }
            Weight::Wrong => tracing::warn!("{advice}"),
            Weight::Doubtful => tracing::info!("{advice}"),
        }
    }
    onion
}

/// The sheet of somebody else's layer, if it is known by the name of its type.
pub(crate) fn sheet_of_name(name: &str) -> Option<Sheet> {
    let path = name.strip_prefix("tower_http::")?;
    let path = path.split('<').next().unwrap_or(path);
    match path.rsplit("::").next() {
        Some("CorsLayer") => Some(tower_http::cors()),
        Some("SetResponseHeaderLayer") => Some(tower_http::set_response_header()),
        Some("NormalizePathLayer") => Some(tower_http::normalize_path()),
        Some("CompressionLayer") => Some(tower_http::compression()),
        Some("CsrfLayer") => Some(tower_http::csrf()),
        Some("RequestBodyLimitLayer") => Some(tower_http::request_body_limit()),
        _ => None,
    }
}

/// The sheets of layers of tower-http whose place matters, for [`doctor`].
pub mod tower_http {
    use super::{Act, Sheet};

    /// `CorsLayer`: outside of all that refuses, or a browser hides the refusal from the page, and a preflight is refused itself.
    pub fn cors() -> Sheet {
        Sheet::new("CorsLayer").acts(Act::MarksEveryAnswer)
    }

    /// `SetResponseHeaderLayer`: outside of all that refuses, if its field belongs on every answer.
    pub fn set_response_header() -> Sheet {
        Sheet::new("SetResponseHeaderLayer").acts(Act::MarksEveryAnswer)
    }

    /// `NormalizePathLayer`: outside of all that decides by the path.
    pub fn normalize_path() -> Sheet {
        Sheet::new("NormalizePathLayer").acts(Act::RewritesPath)
    }

    /// `CsrfLayer`: it refuses, so that error pages and the marks of others stand outside of it.
    pub fn csrf() -> Sheet {
        Sheet::new("CsrfLayer").acts(Act::Refuses)
    }

    /// `RequestBodyLimitLayer`: outside of all that reads a body, and inside of error pages, because it refuses.
    pub fn request_body_limit() -> Sheet {
        Sheet::new("RequestBodyLimitLayer").acts(Act::Refuses)
    }

    /// `CompressionLayer`: inside of all that hashes or counts the bytes that are sent.
    pub fn compression() -> Sheet {
        Sheet::new("CompressionLayer").acts(Act::ChangesBytes)
    }
}
