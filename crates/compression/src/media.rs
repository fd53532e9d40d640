//! Which media types become smaller.
//!
//! A list of what is compressed, not of what is not: a format that nobody thought of is mostly compressed already, and a page that
//! travels uncoded is no fault.

/// The subtypes of `application` that are text, or as loose as text, and have no suffix that says so.
const APPLICATION: &[&str] = &[
    "json",
    "javascript",
    "xml",
    "wasm",
    "x-javascript",
    "ecmascript",
    "json-seq",
    "x-ndjson",
    "ndjson",
    "jsonl",
    "graphql",
    "yaml",
    "x-yaml",
    "toml",
    "sql",
    "rtf",
    "postscript",
    "xml-dtd",
    "x-sh",
    "x-tex",
    "vnd.ms-fontobject",
    "x-font-ttf",
    "x-font-otf",
    "x-font-opentype",
    "x-font-truetype",
];

/// What a subtype ends in when its syntax is text ([RFC 6839](https://www.rfc-editor.org/rfc/rfc6839)).
const SUFFIXES: &[&str] = &["+json", "+xml", "+yaml", "+json-seq"];

/// Whether bodies of this type, given without parameters, are worth compressing.
pub(crate) fn is_compressible(essence: &str) -> bool {
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let is = |known: &str| kind.eq_ignore_ascii_case(known);
    let among = |list: &[&str]| list.iter().any(|known| subtype.eq_ignore_ascii_case(known));
    if is("text") {
        return true;
    }
    if is("application") && has_prefix(subtype, "grpc") {
        // gRPC compresses its messages itself, one by one, and says so in fields of its own.
        return false;
    }
    SUFFIXES.iter().any(|suffix| has_suffix(subtype, suffix))
        || is("application") && among(APPLICATION)
        || is("image") && among(&["bmp", "x-ms-bmp", "x-icon", "vnd.microsoft.icon"])
        || is("font") && among(&["ttf", "otf", "sfnt", "collection"])
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    let head = text.as_bytes().get(..prefix.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn has_suffix(text: &str, suffix: &str) -> bool {
    let tail = text.len().checked_sub(suffix.len());
    tail.is_some_and(|at| text.as_bytes()[at..].eq_ignore_ascii_case(suffix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_what_is_as_loose_as_text_is_compressed() {
        for essence in [
            "text/html",
            "text/css",
            "text/event-stream",
            "TEXT/Plain",
            "application/json",
            "Application/JSON",
            "application/javascript",
            "application/problem+json",
            "application/vnd.api+JSON",
            "application/geo+json-seq",
            "application/xhtml+xml",
            "application/atom+xml",
            "application/wasm",
            "application/manifest+json",
            "model/gltf+json",
            "image/svg+xml",
            "image/x-icon",
            "image/bmp",
            "font/ttf",
            "font/otf",
        ] {
            assert!(is_compressible(essence), "{essence}");
        }
    }

    #[test]
    fn what_is_compressed_already_is_not() {
        for essence in [
            "image/png",
            "image/jpeg",
            "image/webp",
            "image/avif",
            "video/mp4",
            "audio/mpeg",
            "audio/ogg",
            "font/woff",
            "font/woff2",
            "application/font-woff2",
            "application/zip",
            "application/gzip",
            "application/zstd",
            "application/pdf",
            "application/epub+zip",
            "application/octet-stream",
            "application/grpc",
            "application/grpc+proto",
            "application/grpc+json",
            "application/gRPC-web+json",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "multipart/byteranges",
            "json",
            "",
            "+json",
        ] {
            assert!(!is_compressible(essence), "{essence}");
        }
    }
}
