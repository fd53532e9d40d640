//! What may be chosen beyond which files there are.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE},
};
use plywood_header::vary;

#[cfg(feature = "assets")]
use crate::Assets;
use crate::{
    Files, digests::Digests, filter::Filter, handoff::Handoff, pattern::Pattern, variants,
};

/// The choices, each at its default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) listing: bool,
    pub(crate) single_page: Option<String>,
    pub(crate) precompressed: bool,
    pub(crate) languages: Vec<String>,
    pub(crate) handoff: Option<Handoff>,
    #[cfg(feature = "assets")]
    pub(crate) assets: Option<Assets>,
    pub(crate) digests: Option<Arc<Digests>>,
    pub(crate) filter: Filter,
    pub(crate) is_undated: bool,
    types: Vec<(String, HeaderValue)>,
    rules: Vec<(Pattern, HeaderName, HeaderValue)>,
}

impl Options {
    /// Puts what was chosen for the file at `path` into its fields.
    pub(crate) fn dress(&self, path: &str, fields: &mut HeaderMap) {
        if !self.types.is_empty()
            && let Some((_, extension)) = path.rsplit_once('.')
        {
            let chosen = |(of, _): &&(String, _)| of.eq_ignore_ascii_case(extension);
            if let Some((_, value)) = self.types.iter().rev().find(chosen) {
                fields.insert(CONTENT_TYPE, value.clone());
            }
        }
        if let Some(language) = self.language_of(path) {
            fields.insert(CONTENT_LANGUAGE, language);
        }
        for (pattern, name, value) in &self.rules {
            if pattern.matches(path) {
                fields.insert(name, value.clone());
            }
        }
        // After the rules: one of `Vary` says what the answer depends on as well, not instead.
        if self.precompressed {
            vary::append(fields, ACCEPT_ENCODING);
        }
    }
}

impl Options {
    /// Whether the visitor's language is looked at where this path is asked for.
    pub(crate) fn speaks(&self, path: &str) -> bool {
        !self.languages.is_empty() && variants::in_language(path, "").is_some()
    }

    /// `de` of `page.de.html`, if it is one of ours.
    fn language_of(&self, path: &str) -> Option<HeaderValue> {
        if self.languages.is_empty() {
            return None;
        }
        let (stem, _) = path.rsplit_once('.')?;
        let (_, tag) = stem.rsplit_once('.')?;
        let language = self.languages.iter().find(|language| *language == tag)?;
        HeaderValue::from_str(language).ok()
    }
}

impl Files {
    /// Sends what was packed beforehand: `app.css.br`, `app.css.zst` or `app.css.gz` in place of `app.css`, where the visitor's `Accept-Encoding` likes it best. Off
    /// by default, because each file then costs the look for others.
    ///
    /// The original must be there too: it gives the type, and what is older than it is left out, so that nothing stale is sent. A build therefore packs after it
    /// has written. Each form has its own entity tag, and ranges are ranges of its bytes; every answer says `Vary: Accept-Encoding`. Between forms that
    /// are liked the same, the order is brotli, zstd, gzip.
    #[must_use]
    pub fn precompressed(mut self) -> Self {
        self.options_mut().precompressed = true;
        self
    }

    /// Sends pages in the visitor's language: `page.de.html` in place of `page.html`, by `Accept-Language`. None by default.
    ///
    /// `languages` are tags as they stand in the names (`de`, `pt-BR`), the site's own first. Where the visitor likes none of what is there, `page.html` is sent, and
    /// if there is no such file, the first of the languages that there is. Only pages (`.html`, `.htm`, `.xhtml`, an index too) have languages; their answers say
    /// `Vary: Accept-Language` and `Content-Language`.
    #[must_use]
    pub fn languages(mut self, languages: impl IntoIterator<Item: Into<String>>) -> Self {
        self.options_mut().languages = languages.into_iter().map(Into::into).collect();
        self
    }

    /// Lets nginx send the bytes: answers have no body and name the file below the internal `location`, such as `/protected`. Off by default.
    ///
    /// ```nginx
    /// location /protected/ { internal; alias /srv/site/; }
    /// ```
    ///
    /// Guards and names are still ours; ranges are nginx's, and packed forms are left to its `gzip_static`. Of our fields nginx keeps `Content-Type`,
    /// `Content-Disposition`, `Cache-Control` and `Expires`, and sends an `ETag` and a `Last-Modified` of its own. The others are lost: give that location an `add_header`
    /// for `X-Content-Type-Options`, `Vary`, `Content-Language`, and what your [rules](Self::header) add. Preconditions that fail here, such as `If-Match` with
    /// a tag of nginx, are left to it, and names with fingerprints are asked for each time. A client that reaches this server
    /// by another way gets empty files, so that this is asked for in code and never by a header.
    #[must_use]
    pub fn x_accel_redirect(mut self, location: &str) -> Self {
        self.options_mut().handoff = Some(Handoff::x_accel_redirect(location));
        self
    }

    /// The same for a server that takes `X-Sendfile` and decodes it, as Apache's `mod_xsendfile` does from 1.0 on: `directory` is where that server finds our root on
    /// the disk, as an absolute path. Off by default.
    #[must_use]
    pub fn x_sendfile(mut self, directory: &str) -> Self {
        self.options_mut().handoff = Some(Handoff::x_sendfile(directory));
        self
    }

    /// The same for `mod_xsendfile` before 1.0, which Debian has: it takes the path as it stands, and would not find `a b.txt` at `a%20b.txt`. A server that
    /// decodes would take a file called `..%2fb` for one beside the directory: to such a one say [`x_sendfile`](Self::x_sendfile). Off by default.
    ///
    /// ```apache
    /// XSendFile on
    /// XSendFilePath /srv/site
    /// ProxyPass / http://127.0.0.1:8000/ nocanon
    /// AllowEncodedSlashes NoDecode
    /// ```
    #[must_use]
    pub fn x_sendfile_plain(mut self, directory: &str) -> Self {
        self.options_mut().handoff = Some(Handoff::x_sendfile_plain(directory));
        self
    }

    /// Lists directories without an index. By default they are not found, because a listing tells more than its directory's owner may know.
    ///
    /// The page needs no scripts: it sorts by name, size and date through its links, by `?sort=-size` and the like, and follows the visitor's choice of light and
    /// dark. Whoever prefers `application/json` gets that instead. Only what would be served is listed: no hidden names, no links that are not
    /// followed, nothing that this process cannot read. Of a directory at most 10,000 names are looked at, and a page has at most 1000.
    ///
    /// The directory is opened as its files are, and read on a thread that may wait while the page is sent, anew for each request: a very large one that
    /// strangers may ask for is work that they may ask for.
    #[must_use]
    pub fn listing(mut self) -> Self {
        self.options_mut().listing = true;
        self
    }

    /// Answers navigations to what is not there with the file `index`, such as `index.html`: for an app that reads its path in the browser.
    ///
    /// A navigation is a GET or HEAD whose `Accept` names `text/html` and whose path has no extension. A missing stylesheet, script or image stays a
    /// 404, because a page in its place would be kept by caches under the wrong name. Off by default.
    #[must_use]
    pub fn single_page(mut self, index: impl Into<String>) -> Self {
        self.options_mut().single_page = Some(index.into());
        self
    }

    /// The `Content-Type` of files with this extension, which has no dot and no case. The later choice counts.
    ///
    /// By default it is chosen by a table of common extensions: text is UTF-8, and what is not known is `application/octet-stream`, which browsers
    /// save rather than show.
    ///
    /// ```
    /// use http::HeaderValue;
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// let files = Files::new(root)?.content_type("gmi", HeaderValue::from_static("text/gemini; charset=utf-8"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn content_type(mut self, extension: impl Into<String>, value: HeaderValue) -> Self {
        self.options_mut().types.push((extension.into(), value));
        self
    }

    /// A field for the files that `pattern` speaks of: `Cache-Control`, a policy, a permission for other origins. Of two rules that name the same field the
    /// **later** one counts, so that a general rule comes first.
    ///
    /// In a pattern `*` is any text within a name, `?` one character, and `**` as a whole segment any number of directories. A pattern without a slash
    /// speaks of names, wherever they stand (`*.woff2`); one with a slash of a path below the root (`/assets/**`). It is compared with the path of the file that
    /// is sent, decoded, and with its case: of `index.html` where a directory was asked for. A 304 repeats `Cache-Control` and `Expires`.
    ///
    /// What says what the bytes are (`Content-Length`, `Content-Encoding`, `ETag` ...) is not a matter of rules: such a field is overwritten, or makes the answer a lie.
    /// What a rule says in `Vary` comes before what these options add to it.
    ///
    /// ```
    /// use http::{HeaderValue, header::CACHE_CONTROL};
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// let files = Files::new(root)?
    ///     .header("*.woff2", CACHE_CONTROL, HeaderValue::from_static("public, max-age=604800"))
    ///     .header("/drafts/**", CACHE_CONTROL, HeaderValue::from_static("no-store"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn header(mut self, pattern: &str, name: HeaderName, value: HeaderValue) -> Self {
        let rule = (Pattern::new(pattern), name, value);
        self.options_mut().rules.push(rule);
        self
    }
}
