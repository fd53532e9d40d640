//! The manifest of Vite.

use std::{collections::HashMap, io};

use plywood_core::path;
use serde_json::Value;

use super::{Asset, Chunk, Known};

/// Reads `{"src/main.ts":{"file":"assets/main.4889e940.js","css":[…],"assets":[…],"imports":["_shared.js"]},…}`.
pub(super) fn read(json: &[u8], base: &str) -> io::Result<Known> {
    let manifest: HashMap<String, Value> = serde_json::from_slice(json)?;
    let mut known = Known::default();
    let url = |file: &str| [base, "/", &path::encode(file)].concat();
    for (name, entry) in manifest {
        let Some(file) = entry["file"].as_str() else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("\"{name}\" has no file"),
            ));
        };
        let texts = |member: &str| -> Vec<String> {
            let texts = entry[member].as_array().into_iter().flatten();
            texts.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let (styles, assets) = (texts("css"), texts("assets"));
        let chunk = Chunk {
            url: url(file),
            styles: styles.iter().map(|style| url(style)).collect(),
            imports: texts("imports"),
        };
        for path in [vec![file.to_owned()], styles, assets].concat() {
            let asset = Asset {
                path: path.clone(),
                states: None,
            };
            known.files.insert(path, asset);
        }
        known.chunks.insert(name, chunk);
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_manifest_is_an_error() {
        for json in ["", "[]", "{\"a\":1}", "{\"a\":{}}", "{\"a\":{\"file\":1}}"] {
            assert!(read(json.as_bytes(), "").is_err(), "{json}");
        }
        assert!(read(b"{}", "").is_ok());
    }
}
