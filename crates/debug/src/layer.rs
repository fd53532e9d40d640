use std::{
    env,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http::request::Parts;
use plywood_core::{
    Client, ClientCertificate, Failure, Identity, MatchedRoute, Mount, Params, RequestId, Scheme,
    sheet::{Described, Sheet},
};
use plywood_error::{Incident, Panicked};
use plywood_session_core::Session;
use tower_layer::Layer;

use crate::{Debug, admission, editor::Editor, source::Root, trace};

/// Shows the developer what panicked or failed, on a page of its own, instead of the error page. Put it just inside of the error pages.
///
/// It does so for requests from this machine alone: see the crate's *Security*.
#[derive(Clone, Debug)]
pub struct DebugLayer(Arc<Config>);

#[derive(Clone, Debug)]
struct Config {
    on: bool,
    beyond_loopback: bool,
    in_release: bool,
    root: Root,
    editor: Editor,
    warned: Arc<AtomicBool>,
}

/// The variable of the environment that names the editor.
const EDITOR: &str = "PLYWOOD_EDITOR";

impl DebugLayer {
    /// Shows the page if it is `on`, which a flag on the command line should say. Off, the layer hands everything on.
    ///
    /// The editor is that of `PLYWOOD_EDITOR`, which is one of `vscode`, `vscodium`, `cursor`, `zed`, `idea`, `emacs`, `sublime` and `macvim`, or a
    /// [pattern](Self::editor); without it, `vscode`. The source root is the workspace that cargo runs the program in, and without cargo, that of the
    /// current folder.
    #[must_use]
    pub fn new(on: bool) -> Self {
        let named = env::var(EDITOR).ok().filter(|_| on);
        let editor = named.and_then(|name| {
            let editor = Editor::of(&name);
            if editor.is_none() {
                tracing::warn!(%name, "{EDITOR} is neither an editor that is known nor a link with the scheme of one");
            }
            editor
        });
        Self(Arc::new(Config {
            on,
            beyond_loopback: false,
            in_release: false,
            root: Root::of_this_program(),
            editor: editor.unwrap_or_default(),
            warned: Arc::default(),
        }))
    }

    /// Source is shown of `.rs` files below this folder, and of nothing else; nor of folders in it that are called `target`, `vendor` or begin with a dot.
    #[must_use]
    pub fn source_root(mut self, folder: impl AsRef<Path>) -> Self {
        self.config().root = Root::of(folder.as_ref());
        self
    }

    /// The editor that links open: one of the names that [`new`](Self::new) lists, or a link with `{file}`, `{line}` and `{column}` in it:
    /// `vscode://file/{file}:{line}:{column}`.
    ///
    /// # Panics
    ///
    /// When it is neither, or its scheme is `javascript`, `data`, `https` or another one that no editor has.
    #[must_use]
    pub fn editor(mut self, editor: &str) -> Self {
        let known = Editor::of(editor);
        self.config().editor = known.unwrap_or_else(|| {
            panic!("{editor:?} opens no editor: write a name, or scheme://..{{file}}")
        });
        self
    }

    /// Shows the page to **everybody**: causes, source code, header fields, events. For a machine in a network that is yours alone, such as a container's.
    #[must_use]
    pub fn insecure_beyond_loopback(mut self) -> Self {
        self.config().beyond_loopback = true;
        self
    }

    /// Shows the page in a release build, too: in one without debug assertions. Where that is deployed, somebody forgets to turn it off.
    #[must_use]
    pub fn insecure_in_release_builds(mut self) -> Self {
        self.config().in_release = true;
        self
    }

    /// May whoever asks see the page? The first who may not is told of in the log.
    pub(crate) fn admits(&self, head: &Parts) -> bool {
        let config = &*self.0;
        if !config.on {
            return false;
        }
        let admitted = if !cfg!(debug_assertions) && !config.in_release {
            Err("this is a release build")
        } else if config.beyond_loopback {
            Ok(())
        } else {
            admission::from_here(head)
        };
        if let Err(reason) = admitted
            && !config.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                reason,
                "the debug page is on, and not shown for a request; more are not told of"
            );
        }
        admitted.is_ok()
    }

    pub(crate) fn shows_to_all(&self) -> bool {
        self.0.beyond_loopback
    }

    pub(crate) fn root(&self) -> &Root {
        &self.0.root
    }

    pub(crate) fn editor_link(&self) -> &Editor {
        &self.0.editor
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.0)
    }
}

impl Described for DebugLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Client>()
            .reads::<ClientCertificate>()
            .reads::<Identity>()
            .reads::<Mount>()
            .reads::<Params>()
            .reads::<RequestId>()
            .reads::<Scheme>()
            .reads::<Session>()
            .hears::<Identity>()
            .hears::<MatchedRoute>()
            .hears::<Failure>()
            .tells::<Failure>()
            .tells::<Incident>()
    }
}

impl<S> Layer<S> for DebugLayer {
    type Service = Debug<S>;

    /// Where it is on, panics are [watched](Panicked::trace_by) from here on, with their calls.
    fn layer(&self, inner: S) -> Debug<S> {
        if self.0.on {
            Panicked::trace_by(trace::take);
        }
        Debug::new(inner, self.clone())
    }
}
