//! What a file is, by the extension of its name.

use http::HeaderValue;
use mime_guess::MimeGuess;

/// The media type of a file of this name, with its charset where it is text; `application/octet-stream` where nothing is known.
///
/// Text is said to be UTF-8, because a browser that is not told guesses, and a guess can be led.
pub(crate) fn of(name: &str) -> HeaderValue {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let guess = MimeGuess::from_ext(extension);
    match guess.first_raw().unwrap_or("application/octet-stream") {
        // The frequent ones cost no allocation.
        "text/html" => HeaderValue::from_static("text/html; charset=utf-8"),
        "text/css" => HeaderValue::from_static("text/css; charset=utf-8"),
        "text/plain" => HeaderValue::from_static("text/plain; charset=utf-8"),
        // The one name of it that RFC 9239 has left.
        "text/javascript" | "application/javascript" => {
            HeaderValue::from_static("text/javascript; charset=utf-8")
        }
        text if text.starts_with("text/") => [text, "; charset=utf-8"]
            .concat()
            .try_into()
            .expect("a media type is a field value"),
        other => HeaderValue::from_static(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("INDEX.HTML", "text/html; charset=utf-8"),
            ("app.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("app.mjs", "text/javascript; charset=utf-8"),
            ("notes.md", "text/markdown; charset=utf-8"),
            ("data.csv", "text/csv; charset=utf-8"),
            ("data.json", "application/json"),
            ("logo.svg", "image/svg+xml"),
            ("logo.min.png", "image/png"),
            ("font.woff2", "font/woff2"),
            ("code.wasm", "application/wasm"),
            ("range.bin", "application/octet-stream"),
            ("unheard.of-type", "application/octet-stream"),
            ("README", "application/octet-stream"),
            ("html", "application/octet-stream"),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
