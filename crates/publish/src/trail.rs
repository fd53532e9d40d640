use std::sync::Arc;

use plywood_core::{Carrier, Mount, path};

/// The way from the root to a page: its names, and the links to them.
///
/// It is in the [`Visit`](crate::Visit) for the page and for hooks, and in the response's extensions for those outside.
///
/// ```
/// use plywood_core::{Body, BoxError};
/// use plywood_publish::{Publish, Trail, Visit, publish};
/// use tower::ServiceExt;
///
/// struct Site;
/// struct Shop;
///
/// #[publish]
/// impl Site {
///     #[publish(directory)]
///     fn shop(&self) -> Shop {
///         Shop
///     }
/// }
///
/// #[publish]
/// impl Shop {
///     #[publish]
///     async fn boards(&self, visit: &Visit) -> String {
///         let crumbs = visit.trail().crumbs();
///         crumbs.map(|crumb| format!("{}={} ", crumb.name, crumb.href)).collect()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), BoxError> {
/// let request = http::Request::get("/shop/boards").body(Body::empty())?;
/// let response = Publish::new(Site).oneshot(request).await?;
/// assert_eq!(Trail::of(&response).unwrap().names().collect::<Vec<_>>(), ["shop", "boards"]);
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "=/ shop=/shop/ boards=/shop/boards ");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trail(Arc<Way>);

#[derive(Clone, Debug, Default)]
struct Way {
    mount: Mount,
    steps: Vec<Step>,
    ends_at_page: bool,
}

#[derive(Clone, Debug)]
struct Step {
    name: String,
    is_fixed: bool,
}

/// A step of a [`Trail`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Crumb<'trail> {
    /// The segment's name, decoded; empty for the root.
    pub name: &'trail str,
    /// The absolute path of what it led to, percent-encoded.
    pub href: String,
}

impl Trail {
    /// The trail that was left in a response, if it was published.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    pub(crate) fn at(mount: Mount) -> Self {
        Self(Arc::new(Way {
            mount,
            ..Way::default()
        }))
    }

    pub(crate) fn enter(&mut self, name: &str, is_fixed: bool) {
        let name = name.to_owned();
        self.way().steps.push(Step { name, is_fixed });
    }

    pub(crate) fn end_at_page(&mut self) {
        self.way().ends_at_page = true;
    }

    pub(crate) fn go_back_to(&mut self, depth: usize) {
        let way = self.way();
        way.steps.truncate(depth);
        way.ends_at_page = false;
    }

    fn way(&mut self) -> &mut Way {
        Arc::make_mut(&mut self.0)
    }

    /// The names below the root, decoded.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.steps.iter().map(|step| step.name.as_str())
    }

    /// The names that are written down, and nothing for those that a visitor may choose.
    pub(crate) fn fixed_names(&self) -> impl Iterator<Item = Option<&str>> {
        let steps = self.0.steps.iter();
        steps.map(|step| step.is_fixed.then_some(step.name.as_str()))
    }

    /// The steps with their links, from the root on.
    pub fn crumbs(&self) -> impl Iterator<Item = Crumb<'_>> {
        let way = &*self.0;
        let mut href = format!("{}/", way.mount.prefix());
        let root = Crumb {
            name: "",
            href: href.clone(),
        };
        let below = self.names().enumerate().map(move |(at, name)| {
            href.push_str(&path::encode(name));
            if at + 1 < way.steps.len() || !way.ends_at_page {
                href.push('/');
            }
            Crumb {
                name,
                href: href.clone(),
            }
        });
        std::iter::once(root).chain(below)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_trail_links_below_its_mount() {
        let mut request = Request::get("/a/b").body(()).unwrap();
        assert!(Mount::enter(&mut request, "/a").unwrap());
        let mut trail = Trail::at(Mount::of(&request));
        trail.enter("b c", true);
        trail.enter("d", true);
        let hrefs = |trail: &Trail| trail.crumbs().map(|crumb| crumb.href).collect::<Vec<_>>();
        assert_eq!(hrefs(&trail), ["/a/", "/a/b%20c/", "/a/b%20c/d/"]);
        trail.end_at_page();
        assert_eq!(hrefs(&trail), ["/a/", "/a/b%20c/", "/a/b%20c/d"]);
        trail.go_back_to(1);
        assert_eq!(hrefs(&trail), ["/a/", "/a/b%20c/"]);
    }
}
