use std::fmt;

use http::HeaderMap;

use super::Reply;

/// As much of a body as is shown, in characters.
const SHOWN: usize = 2000;

/// The whole exchange, for the eyes of a developer: `>` went out, `<` came back.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for hop in &self.history {
            writeln!(f, "  {} gave {}, which was followed", hop.url, hop.status)?;
        }
        writeln!(f, "> {} {}", self.asked.method, self.asked.url)?;
        fields(f, '>', &self.asked.headers)?;
        match &self.asked.body {
            Some(bytes) => body(f, '>', bytes)?,
            None => writeln!(f, ">\n> (a stream)")?,
        }
        writeln!(f, "\n< {}", self.head.status)?;
        fields(f, '<', &self.head.headers)?;
        body(f, '<', &self.body)?;
        if !self.trailers.is_empty() {
            writeln!(f, "<")?;
            fields(f, '<', &self.trailers)?;
        }
        Ok(())
    }
}

fn fields(f: &mut fmt::Formatter<'_>, side: char, headers: &HeaderMap) -> fmt::Result {
    for (name, value) in headers {
        writeln!(
            f,
            "{side} {name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        )?;
    }
    Ok(())
}

fn body(f: &mut fmt::Formatter<'_>, side: char, bytes: &[u8]) -> fmt::Result {
    if bytes.is_empty() {
        return Ok(());
    }
    writeln!(f, "{side}")?;
    let Ok(text) = str::from_utf8(bytes) else {
        return writeln!(f, "{side} ({} bytes that are not text)", bytes.len());
    };
    let end = text
        .char_indices()
        .nth(SHOWN)
        .map_or(text.len(), |(end, _)| end);
    for line in text[..end].lines() {
        writeln!(f, "{side} {line}")?;
    }
    if end < text.len() {
        writeln!(f, "{side} (and {} bytes more)", text.len() - end)?;
    }
    Ok(())
}
