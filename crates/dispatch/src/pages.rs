use std::{fmt, marker::PhantomData};

use http::Method;

use crate::{Allow, BuildError, Map, PathWriter, Redirect, Rule, Verdict, encode};

/// An enum whose variants are the pages of a site: matching yields the enum, and a page knows its URL.
///
/// It is derived, with the feature `macros`. A rule that cannot be read, a field without a variable or of a type that cannot hold what its
/// converter reads, and a variable without a field do not compile. Whoever answers takes the enum and `match`es, so that a page without an
/// answer does not compile either.
///
#[cfg_attr(feature = "macros", doc = "```")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// use http::Method;
/// use plywood_dispatch::{Routes, Sought};
///
/// #[derive(Debug, PartialEq, Routes)]
/// enum Page {
///     #[route("/")]
///     Home,
///     #[route("/users/<int:id>", methods = ["GET", "DELETE"])]
///     User { id: u64 },
///     #[route("/<section>/<slug>.html")]
///     Article { section: String, slug: String },
/// }
///
/// let pages = Page::pages()?;
/// assert_eq!(pages.find(&Method::GET, "/users/7"), Sought::Page(Page::User { id: 7 }));
/// assert_eq!(Page::User { id: 7 }.url(), "/users/7");
/// # Ok::<(), plywood_dispatch::BuildError>(())
/// ```
pub trait Routes: Sized {
    /// The rules of the pages, in their order.
    fn rules() -> Vec<Rule>;

    /// The page of this number, whose variables have these texts. `None`, where one is no value of its field's type.
    fn read<'text>(page: usize, texts: impl Iterator<Item = &'text str>) -> Option<Self>;

    /// Writes its URL.
    fn write(&self, url: &mut PathWriter<'_>);

    /// Its name: the variant's, where the route gives no other.
    fn name(&self) -> &'static str;

    /// Its URL, relative to the root. [`UrlFor::page`](crate::UrlFor::page) makes it relative to a mount.
    ///
    /// It leads back to this page if its values are such as the rule takes: a negative number where it takes none, an empty text, `.` or `..` lead nowhere.
    /// It never leads to another host: of several slashes at its front it has one.
    fn url(&self) -> String {
        let mut url = String::with_capacity(64);
        self.write(&mut PathWriter::new(&mut url));
        encode::single_slash(&mut url, 0);
        encode::no_dot_segments(&mut url, 0);
        url
    }

    /// The map of the pages.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when two pages take the same requests.
    fn pages() -> Result<Pages<Self>, BuildError> {
        let rules = Self::rules().into_iter().enumerate();
        let map = rules.fold(Map::builder(), |map, (page, rule)| map.route(rule, page));
        Ok(Pages {
            map: map.build()?,
            of: PhantomData,
        })
    }
}

/// The map of an enum of pages, made by [`Routes::pages`].
pub struct Pages<P> {
    map: Map<usize>,
    of: PhantomData<fn() -> P>,
}

/// What [`Pages`] say of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sought<P> {
    /// This page.
    Page(P),
    /// The client should ask somewhere else: with the slash that is missing, or without the one that is too many.
    Redirect(Redirect),
    /// There is a page, and it does not take the method.
    MethodNotAllowed(Allow),
    /// There is no page.
    NotFound,
}

impl<P: Routes> Pages<P> {
    /// Finds the page for a request by its method and its decoded path.
    pub fn find(&self, method: &Method, path: &str) -> Sought<P> {
        match self.map.find(method, path) {
            Verdict::Match(found) => {
                let texts = found.parameters().map(|(_, text)| text);
                P::read(*found.endpoint(), texts).map_or(Sought::NotFound, Sought::Page)
            }
            Verdict::Redirect(redirect) => Sought::Redirect(redirect),
            Verdict::MethodNotAllowed(allow) => Sought::MethodNotAllowed(allow),
            _ => Sought::NotFound,
        }
    }

    /// The map itself: its endpoints are the numbers of the pages.
    pub const fn map(&self) -> &Map<usize> {
        &self.map
    }
}

/// The table of the pages, a line each.
impl<P> fmt::Display for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}
