//! The page as text: for a terminal, a chat, and a ticket.

use plywood_error::Place;

use crate::{calls::Calls, finding::Finding, html::counted, source::Excerpt, visible::visible};

pub(crate) fn render(finding: &Finding<'_>) -> String {
    let mut text = Text::default();
    text.line(&format!(
        "# {}: {}",
        finding.word,
        code(finding.message.lines().next().unwrap_or_default())
    ));
    if finding.message.lines().nth(1).is_some() {
        text.block("text", &finding.message);
    }
    for cause in &finding.causes {
        text.line(&format!("- caused by {}", code(cause)));
    }
    text.line("");
    text.line(&format!("- at {}", code(&finding.asked.first_line())));
    if let Some(place) = &finding.place {
        text.line(&format!("- in {}", code(&place.to_string())));
    }
    text.line(&format!(
        "- incident {}, fingerprint {}",
        finding.incident.id(),
        finding.incident.fingerprint()
    ));
    if let Some(excerpt) = &finding.excerpt {
        text.block("rust", &excerpted(excerpt));
    }
    if !finding.calls.is_empty() {
        text.line("\n## Calls");
        let calls: Vec<_> = finding.calls.iter().map(call).collect();
        text.block("text", &calls.join("\n"));
    }
    let written = &finding.written;
    if !written.spans.is_empty() {
        text.line("\n## Spans");
        text.block("text", &written.spans.join("\n"));
    }
    if !written.events.is_empty() {
        text.line("\n## Events");
        let events = written.events.iter().map(|event| {
            let spans: Vec<_> = event.spans.iter().map(|span| format!("{span}: ")).collect();
            format!("{:5} {}{}", event.level, spans.concat(), event.text)
        });
        text.block("text", &events.collect::<Vec<_>>().join("\n"));
    }
    text.line("\n## Request");
    let fields = finding.asked.fields();
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}"));
    let lines: Vec<_> = [finding.asked.first_line()]
        .into_iter()
        .chain(fields)
        .collect();
    text.block("text", &lines.join("\n"));
    if !finding.known.is_empty() {
        let known: Vec<_> = finding
            .known
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        text.block("text", &known.join("\n"));
    }
    text.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Fenced, by a fence that is longer than any within.
    fn block(&mut self, language: &str, block: &str) {
        let block = visible(block);
        let fence = "`".repeat(longest_run(&block).max(2) + 1);
        self.line(&format!(
            "\n{fence}{language}\n{}\n{fence}",
            block.trim_end()
        ));
    }
}

/// A text in a line, in which nothing is marked up.
fn code(text: &str) -> String {
    let text = visible(text).replace('\n', " ");
    let ticks = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

fn call(calls: &Calls) -> String {
    let at = |place: &Option<Place>| {
        place
            .as_ref()
            .map_or_else(String::new, |place| format!("\n    at {place}"))
    };
    match calls {
        Calls::Own { frame, .. } => format!("{}{}", frame.function, at(&frame.place)),
        Calls::Folded { frames, crates } => {
            format!("    ({} of {})", counted(frames.len()), crates.join(", "))
        }
    }
}

fn excerpted(excerpt: &Excerpt) -> String {
    let lines = excerpt.numbered().map(|(number, line, is_marked)| {
        let mark = if is_marked { '>' } else { ' ' };
        format!("{mark}{number:5} | {line}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_fence() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("`a``b"), "``` `a``b ```");
        let mut text = Text::default();
        text.block("text", "```\n# forged\n````");
        assert_eq!(text.0, "\n`````text\n```\n# forged\n````\n`````\n");
    }
}
