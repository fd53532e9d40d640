/// Where a map stands: the server's name, the mount, the scheme. Hosts are matched by it, and URLs and redirects built.
///
/// ```
/// use plywood_dispatch::{Base, Map, Rule};
///
/// let map = Map::builder().route(Rule::new("/users/<int:id>").name("user"), ()).build()?;
/// let base = Base::new("example.com").script_name("/app").scheme("https");
/// let urls = map.bind(&base);
/// assert_eq!(urls.url("user", &[("id", 7.into())])?, "/app/users/7");
/// let link = urls.link("user").external();
/// assert_eq!(link.url(&[("id", 7.into())])?, "https://example.com/app/users/7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a base does nothing until a map is bound to it"]
pub struct Base {
    pub(crate) server_name: String,
    /// Ends with a slash.
    pub(crate) script_name: String,
    pub(crate) subdomain: Option<String>,
    pub(crate) scheme: String,
}

impl Base {
    /// A server's name, with a port where it is not the scheme's: `example.com:8080`. It is in ASCII, as requests have it, and as URLs want it: names in
    /// other letters are their A-labels ([RFC 5890 §2.3.2.1](https://www.rfc-editor.org/rfc/rfc5890#section-2.3.2.1)). The scheme is `http`, and the map stands at the root.
    pub fn new(server_name: impl Into<String>) -> Self {
        Self {
            server_name: server_name.into().to_lowercase(),
            script_name: "/".to_owned(),
            subdomain: None,
            scheme: "http".to_owned(),
        }
    }

    /// The prefix that the map is mounted at, encoded. By default the root.
    pub fn script_name(mut self, prefix: impl Into<String>) -> Self {
        self.script_name = prefix.into();
        if !self.script_name.ends_with('/') {
            self.script_name.push('/');
        }
        self
    }

    /// The subdomain that was asked, below the server's name. By default the map's [default](crate::MapBuilder::default_subdomain).
    pub fn subdomain(mut self, subdomain: impl Into<String>) -> Self {
        self.subdomain = Some(subdomain.into());
        self
    }

    /// The scheme of the URLs that are built. By default `http`. Empty leaves it to whoever follows the URL.
    pub fn scheme(mut self, scheme: impl Into<String>) -> Self {
        self.scheme = scheme.into();
        self
    }

    /// The host of a subdomain.
    pub(crate) fn host_of(&self, subdomain: &str) -> String {
        if subdomain.is_empty() {
            self.server_name.clone()
        } else {
            format!("{subdomain}.{}", self.server_name)
        }
    }
}
