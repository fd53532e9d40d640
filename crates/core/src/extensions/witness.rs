use std::{
    cell::RefCell,
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::Request;

use super::{Carrier, Identity, MatchedRoute, ServedFile, course::Course};

/// What a layer outside learns of a request that it has handed on: who asks, which rule matched, and, if it wants to know, which file is served.
///
/// Called by whoever writes about requests (the access log; metrics of your own) before it calls the inner service. Auth and dispatch tell
/// it what they find, at once: it knows even of a request that then failed, panicked or was dropped.
///
/// A request has one witness at most: whoever calls a second one gets the first, so that two logs know the same. Who tells last is believed, and
/// that is who stands furthest in. A request and its clones have one witness, too.
///
/// ```
/// use http::Request;
/// use plywood_core::{Identity, MatchedRoute, Witness};
///
/// let mut request = Request::get("/users/7").body(()).unwrap();
/// let witness = Witness::call(&mut request);
/// assert_eq!(witness.identity(), None);
///
/// // Further in ..
/// Identity::new("ada").leave(&mut request);
/// MatchedRoute::new("/users/<id>").leave(&mut request);
/// drop(request);
///
/// assert_eq!(witness.identity().unwrap().name(), "ada");
/// assert_eq!(witness.route().unwrap().pattern(), "/users/<id>");
/// ```
#[derive(Clone)]
pub struct Witness(Arc<Mutex<Testimony>>);

/// So many witnesses wait in a thread to be called again.
const IDLE: usize = 64;

thread_local! {
    static AGAIN: RefCell<Vec<Witness>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone, Debug, Default)]
struct Testimony {
    identity: Option<Identity>,
    route: Option<MatchedRoute>,
    file: Option<ServedFile>,
}

impl Witness {
    /// The witness of the request: the one that it has already, or a new one. It knows what the request was left before.
    pub fn call<B>(request: &mut Request<B>) -> Self {
        let identity = Identity::of(request).cloned();
        let course = Course::of_mut(request);
        let route = course.params.route();
        let witness = course.witness.get_or_insert_default();
        if let Some(identity) = identity {
            witness.hear_of(identity);
        }
        if let Some(route) = route {
            witness.hear_of_route(route.clone());
        }
        witness.clone()
    }

    /// The witness of the request, if somebody has called one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        Course::of(carrier.extensions())?.witness.as_ref()
    }

    /// Sends the witness of the request away: whoever is asked from now on tells it nothing.
    ///
    /// For a request that is made while another one is answered, and whose route is not that one's.
    pub fn dismiss<B>(request: &mut Request<B>) {
        if Course::of(request.extensions()).is_some() {
            Course::of_mut(request).witness = None;
        }
    }

    /// Who asks, if auth has let somebody in by name.
    pub fn identity(&self) -> Option<Identity> {
        self.testimony().identity.clone()
    }

    /// The rule that dispatch has found, if it has found one; below a mount, that of the dispatcher furthest in.
    pub fn route(&self) -> Option<MatchedRoute> {
        self.testimony().route.clone()
    }

    /// The file that answers, if it was [wanted](ServedFile::want), and static has found it.
    pub fn file(&self) -> Option<ServedFile> {
        self.testimony().file.clone()
    }

    /// The same as [`identity`](Self::identity), for whoever asks for the last time: once the request is gone, nothing is locked or counted,
    /// and the witness may be called to another one.
    pub fn into_identity(mut self) -> Option<Identity> {
        let Some(alone) = Arc::get_mut(&mut self.0) else {
            return self.identity();
        };
        let testimony = alone.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Testimony { identity, .. } = mem::take(testimony);
        // In a thread that ends there is nobody to wait for.
        let _ = AGAIN.try_with(|again| {
            let mut again = again.borrow_mut();
            if again.len() < IDLE {
                again.push(self);
            }
        });
        identity
    }

    pub(super) fn hear_of(&self, identity: Identity) {
        self.testimony().identity = Some(identity);
    }

    pub(super) fn hear_of_route(&self, route: MatchedRoute) {
        self.testimony().route = Some(route);
    }

    pub(super) fn hear_of_file(&self, file: ServedFile) {
        self.testimony().file = Some(file);
    }

    /// Held for a move or a clone, neither of which panics or waits.
    fn testimony(&self) -> MutexGuard<'_, Testimony> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Witness {
    fn default() -> Self {
        let again = AGAIN.try_with(|again| again.borrow_mut().pop());
        again.ok().flatten().unwrap_or_else(|| Self(Arc::default()))
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Testimony {
            identity,
            route,
            file,
        } = self.testimony().clone();
        f.debug_struct("Witness")
            .field("identity", &identity)
            .field("route", &route)
            .field("file", &file)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who asks for which route; `-` for what it does not know.
    fn known(witness: &Witness) -> String {
        let (identity, route) = (witness.identity(), witness.route());
        let name = identity.as_ref().map_or("-", Identity::name);
        let pattern = route.as_ref().map_or("-", MatchedRoute::pattern);
        format!("{name} {pattern}")
    }

    #[test]
    fn a_request_has_one_witness_and_who_tells_last_is_believed() {
        let mut request = Request::new(());
        let outer = Witness::call(&mut request);
        Identity::new("ada").leave(&mut request);
        MatchedRoute::new("/a").leave(&mut request);
        let inner = Witness::call(&mut request);
        for witness in [&outer, &inner] {
            assert_eq!(known(witness), "ada /a");
        }
        Identity::new("grace").leave(&mut request);
        MatchedRoute::new("/a/b").leave(&mut request);
        for witness in [&outer, &inner] {
            assert_eq!(known(witness), "grace /a/b");
        }
        assert_eq!(known(Witness::of(&request).unwrap()), "grace /a/b");
        drop(request);
        for witness in [inner, outer] {
            let identity = witness.into_identity();
            assert_eq!(identity.as_ref().map(Identity::name), Some("grace"));
        }
    }

    #[test]
    fn a_witness_that_is_called_again_has_forgotten() {
        for _ in 0..3 {
            let mut request = Request::new(());
            let witness = Witness::call(&mut request);
            assert_eq!(known(&witness), "- -");
            Identity::new("ada").leave(&mut request);
            MatchedRoute::new("/a").leave(&mut request);
            let told = witness.clone();
            assert!(witness.into_identity().is_some());
            assert_eq!(known(&told), "ada /a", "somebody still listens");
            drop(request);
            assert!(told.into_identity().is_some());
        }
    }

    #[test]
    fn what_was_left_before_is_known() {
        let mut request = Request::new(());
        request.extensions_mut().insert(Identity::new("ada"));
        MatchedRoute::new("/a").leave(&mut request);
        let witness = Witness::call(&mut request);
        assert_eq!(known(&witness), "ada /a");
    }

    #[test]
    fn an_identity_can_be_told_and_not_left() {
        let mut request = Request::new(());
        let witness = Witness::call(&mut request);
        Identity::new("ada").tell(&request);
        assert_eq!(Identity::of(&request), None);
        assert_eq!(known(&witness), "ada -");
    }

    #[test]
    fn a_witness_that_was_sent_away_hears_no_more() {
        let mut request = Request::new(());
        let witness = Witness::call(&mut request);
        MatchedRoute::new("/a").leave(&mut request);
        Witness::dismiss(&mut request);
        MatchedRoute::new("/b").leave(&mut request);
        assert_eq!(known(&witness), "- /a");
        let mut request = Request::new(());
        Witness::dismiss(&mut request);
        assert!(request.extensions().is_empty());
    }

    #[test]
    fn without_a_witness_nobody_is_told() {
        let mut request = Request::new(());
        Identity::new("ada").tell(&request);
        assert!(request.extensions().is_empty());
        assert!(Witness::of(&request).is_none());
        Identity::new("ada").leave(&mut request);
        assert_eq!(request.extensions().len(), 1);
    }
}
