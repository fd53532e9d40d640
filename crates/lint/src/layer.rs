use std::{fmt, sync::Arc};

use plywood_core::sheet::{Described, Sheet};
use tower_layer::Layer;

use crate::{
    Fault, Lint, Rule, fault,
    readiness::Readiness,
    report::{Exception, Report},
};

/// Checks both sides of wherever it stands.
///
/// | | on a broken rule |
/// |---|---|
/// | [`new`](Self::new) | panics: for tests |
/// | [`warning`](Self::warning) | warns through `tracing`: for development |
/// | [`reporting`](Self::reporting) | calls you |
///
/// What is only [advice](crate::rule::Severity::Advice) goes to `tracing` at the level INFO, as seldom as a warning, unless the lint is
/// [`strict`](Self::strict).
#[derive(Clone)]
pub struct LintLayer {
    report: Arc<Report>,
}

impl LintLayer {
    /// A lint that panics with the number and the sentence of the rule that was broken: for tests.
    ///
    /// The panic comes from `call`, from the call's future, or from the body, whichever broke the rule.
    #[must_use]
    pub fn new() -> Self {
        Self::to(fault::panicking())
    }

    /// A lint that warns through [`tracing`], and lets pass: for development.
    ///
    /// The rate is limited: each rule is warned of the first, second, fourth, eighth time that it is broken, and so on.
    #[must_use]
    pub fn warning() -> Self {
        Self::to(fault::warning())
    }

    /// A lint that hands each fault to `sink`, and lets pass: for a test that looks for faults.
    #[must_use]
    pub fn reporting(sink: impl Fn(&Fault) + Send + Sync + 'static) -> Self {
        Self::to(Arc::new(sink))
    }

    fn to(sink: fault::Sink) -> Self {
        Self {
            report: Arc::new(Report::new(sink)),
        }
    }

    /// Switches `rule` off, for a reason that a reader of the code should know.
    ///
    /// ```
    /// use plywood_lint::{LintLayer, rule};
    ///
    /// LintLayer::new().without(rule::CHALLENGE, "the mobile app knows how to sign in");
    /// ```
    #[must_use]
    pub fn without(mut self, rule: Rule, reason: &'static str) -> Self {
        let exception = Exception { rule, reason };
        Arc::make_mut(&mut self.report).exceptions.push(exception);
        self
    }

    /// Takes advice for a fault like any other.
    ///
    /// Off by default, because only the author can know whether advice fits: a redirect to another host may be wanted.
    #[must_use]
    pub fn strict(mut self) -> Self {
        Arc::make_mut(&mut self.report).strict = true;
        self
    }

    /// Says that a gateway stands outside, so that the request must hold what gateways leave: `Client` and `Scheme`, and a Host.
    ///
    /// Off by default, because a test that calls a service in process has no socket to tell of.
    #[must_use]
    pub fn behind_gateway(mut self) -> Self {
        Arc::make_mut(&mut self.report).behind_gateway = true;
        self
    }
}

/// [`LintLayer::new`].
impl Default for LintLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LintLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LintLayer")
            .field("report", &self.report)
            .finish()
    }
}

impl Described for LintLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
    }
}

impl<S> Layer<S> for LintLayer {
    type Service = Lint<S>;

    fn layer(&self, inner: S) -> Lint<S> {
        Lint {
            inner,
            report: Arc::clone(&self.report),
            readiness: Readiness::default(),
            memory: Arc::default(),
        }
    }
}
