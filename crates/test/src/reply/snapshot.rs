use std::{env, fs, io, path::Path};

use http::header;
use serde_json::Value;

use super::{Reply, json::pretty};
use crate::diff;

/// When this variable is set, to whatever, snapshots are written and not compared.
const UPDATE: &str = "PLYWOOD_SNAPSHOTS";

impl Reply {
    /// The text that is in that file. JSON is written out on lines of its own, with sorted keys.
    ///
    /// The path is relative to the crate, where `cargo test` runs its tests: `tests/snapshots/cart.html`. To write the file, or to write it
    /// anew, set the environment variable `PLYWOOD_SNAPSHOTS=update`; and look at what it wrote before you commit it.
    ///
    /// # Panics
    ///
    /// If the text is another, there is no such file, or it cannot be written.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the check is the use")]
    pub fn expect_snapshot(self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let found = self.shape();
        if env::var_os(UPDATE).is_some() {
            if let Err(error) = write(path, &found) {
                panic!("the snapshot {} cannot be written: {error}", path.display());
            }
            return self;
        }
        match fs::read_to_string(path) {
            // Whoever keeps the file may keep its lines in his own way.
            Ok(expected) => {
                let expected = expected.replace("\r\n", "\n");
                let found = found.replace("\r\n", "\n");
                self.check(expected == found, || {
                    format!(
                        "expected what is in {}; `{UPDATE}=update` writes it anew\n{}",
                        path.display(),
                        diff::lines(&expected, &found)
                    )
                })
            }
            Err(error) => panic!(
                "the snapshot {} cannot be read: {error}; `{UPDATE}=update` writes it\n\n{self}",
                path.display()
            ),
        }
    }

    #[track_caller]
    fn shape(&self) -> String {
        let media_type = self.head.headers.get(header::CONTENT_TYPE);
        let media_type = media_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if essence == "application/json" || essence.ends_with("+json") {
            pretty(&self.json::<Value>())
        } else {
            self.text().to_owned()
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
