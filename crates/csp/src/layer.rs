use std::sync::Arc;

use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY},
};
use plywood_core::sheet::{Act, Described, Sheet};
use tower_layer::Layer;

use crate::{Csp, Nonce, Policy, policy};

/// Says on every answer by which [`Policy`] a browser is to treat it.
#[derive(Clone, Debug)]
pub struct CspLayer {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    name: HeaderName,
    pieces: Vec<String>,
    /// Of a policy without a nonce, which is the same on every answer.
    value: Option<HeaderValue>,
}

impl CspLayer {
    /// Sends this policy.
    pub fn new(policy: Policy) -> Self {
        let has_nonce = policy.has_nonce();
        let pieces = policy.into_pieces();
        let config = Config {
            name: CONTENT_SECURITY_POLICY,
            value: (!has_nonce).then(|| policy::value(&pieces, None)),
            pieces,
        };
        Self {
            config: Arc::new(config),
        }
    }

    /// Sends it as `Content-Security-Policy-Report-Only`: browsers report what they would have stopped, and stop nothing.
    ///
    /// For a policy that is to be tried first. It needs a `report-to` or `report-uri`.
    #[must_use]
    pub fn report_only(mut self) -> Self {
        Arc::make_mut(&mut self.config).name = CONTENT_SECURITY_POLICY_REPORT_ONLY;
        self
    }

    pub(crate) fn needs_nonce(&self) -> bool {
        self.config.value.is_none()
    }

    pub(crate) fn name(&self) -> &HeaderName {
        &self.config.name
    }

    pub(crate) fn value(&self, nonce: Option<&Nonce>) -> HeaderValue {
        let config = &*self.config;
        let value = config.value.clone();
        value.unwrap_or_else(|| policy::value(&config.pieces, nonce))
    }
}

/// The policy of [`Policy::new`].
impl Default for CspLayer {
    fn default() -> Self {
        Self::new(Policy::new())
    }
}

impl Described for CspLayer {
    fn sheet(&self) -> Sheet {
        let sheet = Sheet::of::<Self>().acts(Act::MarksEveryAnswer);
        if self.needs_nonce() {
            sheet.leaves::<Nonce>()
        } else {
            sheet
        }
    }
}

impl<S> Layer<S> for CspLayer {
    type Service = Csp<S>;

    fn layer(&self, inner: S) -> Csp<S> {
        Csp {
            inner,
            layer: self.clone(),
        }
    }
}
