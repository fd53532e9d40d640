//! Names that change with the bytes behind them.

mod vite;

use std::{
    collections::{HashMap, HashSet},
    io, iter,
    path::Path as FilePath,
    sync::Arc,
    time::SystemTime,
};

use plywood_core::{Mount, path};
use sha2::{Digest, Sha256};

use crate::{
    Files, OpenError,
    found::Found,
    listing::Kind,
    read,
    refusal::Refusal,
    source::{Content, Entry, Opened},
    variants::{self, CODINGS},
};

/// How many files may have a fingerprint.
const MAX_ASSETS: usize = 65_536;

/// How deep directories may lie in each other.
const MAX_DEPTH: usize = 64;

/// How many hexadecimal digits a fingerprint has: 40 bits, which two states of one file do not share by chance.
const DIGITS: usize = 10;

/// The URLs under which pages link to files, so that browsers may keep them for ever: `/static/app.3f2a9c41d0.css`. Needs the feature `assets`.
///
/// ```
/// use http::Request;
/// use plywood_core::Body;
/// use plywood_static::{Assets, Files};
/// use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let root = directory.path();
/// std::fs::write(root.join("app.css"), "body { color: teal }")?;
///
/// let files = Files::new(root)?;
/// let assets = Assets::scan(&files, "/static")?;
/// let url = assets.url("app.css").expect("it is there");
/// assert_eq!(url, "/static/app.56728551da.css");
///
/// // Mounted at `/static`, these files are sent under that name for a year, and under their own to be asked for each time.
/// let files = files.assets(&assets);
/// let request = |path: &str| Request::get(path.to_owned()).body(Body::empty());
/// let kept = files.clone().oneshot(request(url.strip_prefix("/static").unwrap())?).await?;
/// assert_eq!(kept.headers()["cache-control"], "public, max-age=31536000, immutable");
/// let plain = files.oneshot(request("/app.css")?).await?;
/// assert_eq!(plain.headers()["cache-control"], "no-cache");
/// # Ok(())
/// # }
/// ```
///
/// A file that has changed since, as one does while a site is written, is sent under the old fingerprint too, but to be asked for each time: nobody
/// keeps the wrong bytes. So is a fingerprint of an earlier deployment, what was packed after the scan, and what the server in front sends in our place
/// ([`Files::x_accel_redirect`]).
#[derive(Clone, Debug)]
pub struct Assets(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    /// By the name that a page uses.
    chunks: HashMap<String, Chunk>,
    /// By the path below the root that a URL leads to.
    files: HashMap<String, Asset>,
}

/// What a name stands for.
#[derive(Debug, Default)]
struct Chunk {
    url: String,
    styles: Vec<String>,
    imports: Vec<String>,
}

/// A file under a name with its fingerprint.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) path: String,
    /// The states of its forms when it was hashed: its own, and of what was packed beforehand. Nothing where its own name has the fingerprint.
    states: Option<Vec<State>>,
}

/// The length and the date.
type State = (u64, Option<SystemTime>);

impl Asset {
    /// Whether `found`, which is the file or a packed form of it, has the bytes that the fingerprint names.
    pub(crate) fn is(&self, found: &Found) -> bool {
        let state = (found.len(), found.modified());
        let states = self.states.as_ref();
        states.is_none_or(|states| states.contains(&state))
    }
}

impl Assets {
    /// Hashes all files that `files` serves. `base` is where they are mounted, such as `/static`; it is decoded text.
    ///
    /// It reads them all, now, and waits for the disk: at the start of the program. Embedded files and members of archives have their hashes already.
    /// Links are listed where they are followed. What was packed beforehand goes with its original.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if a file cannot be read, or there are more than 65,536, or more than 10,000 in a directory.
    pub fn scan(files: &Files, base: &str) -> Result<Self, OpenError> {
        let mut known = Known::default();
        scan(files, base.trim_end_matches('/'), "", 0, &mut known)?;
        Ok(Self(Arc::new(known)))
    }

    /// Reads the manifest that Vite has written, as `dist/.vite/manifest.json` (`build.manifest`). `base` is where the folder `dist` is mounted.
    ///
    /// Names are those of the sources (`src/main.ts`), and the files themselves have names with fingerprints.
    /// [Backend Integration](https://vite.dev/guide/backend-integration)
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it cannot be read, or is no such manifest.
    pub fn vite(manifest: impl AsRef<FilePath>, base: &str) -> Result<Self, OpenError> {
        let path = manifest.as_ref();
        let known =
            std::fs::read(path).and_then(|json| vite::read(&json, base.trim_end_matches('/')));
        match known {
            Ok(known) => Ok(Self(Arc::new(known))),
            Err(error) => Err(OpenError::manifest(path, error)),
        }
    }

    /// The URL of the file `name`, such as `app.css` or `img/logo.svg`, from the root of the app; `None` for a name that is not known.
    pub fn url(&self, name: &str) -> Option<&str> {
        self.0.chunks.get(name).map(|chunk| &*chunk.url)
    }

    /// The same in an app that is mounted itself: `/shop/static/app.3f2a9c41d0.css`. In a handler the mount is `Mount::of(&request)`.
    pub fn url_from(&self, mount: &Mount, name: &str) -> Option<String> {
        self.url(name).map(|url| mount.absolute(url))
    }

    /// The URLs of the stylesheets that `name` and what it imports need, each once. Only a manifest of Vite knows any.
    pub fn styles(&self, name: &str) -> Vec<&str> {
        let mut styles = Vec::new();
        for chunk in self.closure(name) {
            for style in &chunk.styles {
                if !styles.contains(&&**style) {
                    styles.push(&**style);
                }
            }
        }
        styles
    }

    /// The URLs of the scripts that `name` imports, for `<link rel="modulepreload">`. Only a manifest of Vite knows any.
    pub fn imports(&self, name: &str) -> Vec<&str> {
        let imported = self.closure(name).into_iter().skip(1);
        imported.map(|chunk| &*chunk.url).collect()
    }

    /// What `name` stands for, and all that it imports, each once.
    fn closure(&self, name: &str) -> Vec<&Chunk> {
        let mut seen = HashSet::from([name]);
        let mut chunks: Vec<&Chunk> = self.0.chunks.get(name).into_iter().collect();
        let mut at = 0;
        while let Some(chunk) = chunks.get(at) {
            let imports = chunk.imports.iter();
            let new: Vec<_> = imports.filter(|import| seen.insert(import)).collect();
            chunks.extend(
                new.into_iter()
                    .filter_map(|import| self.0.chunks.get(import)),
            );
            at += 1;
        }
        chunks
    }

    /// The file behind the path of a URL, if that has a fingerprint that we know.
    pub(crate) fn at(&self, path: &str) -> Option<&Asset> {
        self.0.files.get(path)
    }

    /// The file that had another fingerprint once.
    pub(crate) fn outdated(&self, path: &str) -> Option<String> {
        let name = path.rfind('/').map_or(0, |slash| slash + 1);
        let (parents, name) = path.split_at(name);
        let (at, _) = name.rmatch_indices('.').find(|(at, _)| {
            let digits = name[at + 1..].split('.').next().unwrap_or_default();
            digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })?;
        let plain = [parents, &name[..at], &name[at + 1 + DIGITS..]].concat();
        self.0.chunks.contains_key(&plain).then_some(plain)
    }
}

impl Files {
    /// Sends files under their fingerprints too, to be kept for a year without asking: `Cache-Control: public, max-age=31536000, immutable`. None by
    /// default.
    #[must_use]
    pub fn assets(mut self, assets: &Assets) -> Self {
        self.options_mut().assets = Some(assets.clone());
        self
    }
}

fn scan(
    files: &Files,
    base: &str,
    directory: &str,
    depth: usize,
    known: &mut Known,
) -> Result<(), OpenError> {
    let error = |path: &str, error| OpenError::file(path.as_ref(), error);
    let too_many = || error(directory, io::Error::other("there are too many files"));
    let (entries, is_cut) = files.entries(directory).map_err(|e| error(directory, e))?;
    if is_cut || depth == MAX_DEPTH {
        return Err(too_many());
    }
    let names: HashSet<_> = entries.iter().map(|entry| &*entry.name).collect();
    for entry in &entries {
        let path = [directory, &entry.name].concat();
        if entry.kind == Kind::Directory {
            scan(files, base, &[&path, "/"].concat(), depth + 1, known)?;
            continue;
        }
        let is_packed = CODINGS.iter().any(|coding| {
            let original = entry.name.strip_suffix(variants::extension(*coding));
            original.is_some_and(|original| names.contains(original))
        });
        if is_packed {
            continue;
        }
        let opened = match files.opened(&path) {
            Ok(Entry::File(opened)) => opened,
            // It has gone since.
            Ok(Entry::Directory) | Err(Refusal::Missing) => continue,
            Err(refusal) => return Err(error(&path, refusal.into_error())),
        };
        let fingerprint = fingerprint(&opened).map_err(|e| error(&path, e))?;
        if known.chunks.len() == MAX_ASSETS {
            return Err(too_many());
        }
        let printed = named(&path, &fingerprint);
        let chunk = Chunk {
            url: [base, "/", &path::encode(&printed)].concat(),
            ..Chunk::default()
        };
        let packed = CODINGS.into_iter();
        let packed = packed.filter_map(|coding| files.opened_coded(&path, coding));
        let forms = iter::once(opened).chain(packed);
        let states = forms.map(|form| (form.content.len(), form.modified));
        let asset = Asset {
            states: Some(states.collect()),
            path: path.clone(),
        };
        known.files.insert(printed, asset);
        known.chunks.insert(path, chunk);
    }
    Ok(())
}

/// `app.3f2a9c41d0.css` of `app.css`.
fn named(path: &str, fingerprint: &str) -> String {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    // A dot at the beginning of a name begins no extension.
    let dot = path[name..].rfind('.').filter(|at| *at > 0);
    let (stem, extension) = path.split_at(dot.map_or(path.len(), |at| name + at));
    [stem, ".", fingerprint, extension].concat()
}

fn fingerprint(opened: &Opened) -> io::Result<String> {
    let known = opened
        .etag
        .as_ref()
        .map(|tag| tag.header_value().as_bytes());
    let mut hasher = Sha256::new();
    match (&opened.content, known) {
        (_, Some(tag)) => hasher.update(tag),
        (Content::Bytes(bytes), None) => hasher.update(bytes),
        (Content::Slice(handle, whole), None) => {
            let mut buffer = vec![0; 64 * 1024];
            let mut position = whole.start;
            while position < whole.end {
                let length = usize::try_from(whole.end - position).unwrap_or(buffer.len());
                let length = length.min(buffer.len());
                let room = &mut buffer[..length];
                read::with_a_wait(&handle.file, position, room)?;
                hasher.update(room);
                position += length as u64;
            }
        }
        #[cfg(feature = "zip")]
        (Content::Framed(_) | Content::Deflated(_), None) => {
            return Err(io::ErrorKind::Unsupported.into());
        }
    }
    let hash = hasher.finalize();
    let first: [u8; 8] = hash[..8].try_into().expect("a hash has 32 bytes");
    let digits = format!("{:016x}", u64::from_be_bytes(first));
    Ok(digits[..DIGITS].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_stands_before_the_last_extension_and_is_found_again() {
        for (path, expected) in [
            ("app.css", "app.0123456789.css"),
            ("x.y/app.min.js", "x.y/app.min.0123456789.js"),
            ("x.y/README", "x.y/README.0123456789"),
            (".well-known", ".well-known.0123456789"),
        ] {
            let chunks = [(path.to_owned(), Chunk::default())].into();
            let assets = Assets(Arc::new(Known {
                chunks,
                ..Known::default()
            }));
            let named = named(path, "0123456789");
            assert_eq!(named, expected);
            assert_eq!(assets.outdated(&named).as_deref(), Some(path));
            assert_eq!(assets.outdated(path), None);
        }
    }
}
