//! What is compressed: the same bytes on every machine.

use bytes::Bytes;

/// A sequence of numbers that look random, by Knuth's constants.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        // Two throws: a few words are frequent, as in any language.
        let sides = words.len() as u64;
        let most = self.throw(sides) + 1;
        words[usize::try_from(self.throw(most)).expect("it is short")]
    }

    fn sentence(&mut self, length: u64) -> String {
        let words: Vec<_> = (0..length).map(|_| self.pick(WORDS)).collect();
        words.join(" ")
    }
}

const WORDS: &[&str] = &[
    "the",
    "a",
    "of",
    "to",
    "is",
    "in",
    "and",
    "it",
    "when",
    "that",
    "not",
    "server",
    "request",
    "answer",
    "page",
    "error",
    "user",
    "session",
    "login",
    "after",
    "before",
    "with",
    "upload",
    "file",
    "button",
    "click",
    "crash",
    "timeout",
    "database",
    "field",
    "value",
    "version",
    "cache",
    "header",
    "cookie",
    "browser",
    "release",
    "deploy",
    "memory",
    "thread",
    "slow",
    "empty",
    "missing",
    "duplicate",
    "unexpected",
    "regression",
    "documentation",
    "configuration",
    "translation",
    "performance",
    "authentication",
    "notification",
    "certificate",
    "connection",
    "pagination",
    "keyboard",
    "accessibility",
    "rendering",
    "scheduler",
    "encoding",
    "migration",
];

/// Records of a tracker of issues, `length` bytes of them.
pub(crate) fn json(length: usize) -> Bytes {
    let mut dice = Dice(1);
    let mut text = String::from("[");
    while text.len() < length {
        let id = dice.throw(1_000_000);
        let state = dice.pick(&["open", "closed", "merged"]);
        let (title, body) = (dice.sentence(6), dice.sentence(24));
        let labels = (dice.pick(WORDS), dice.pick(WORDS));
        let hash: String = (0..5)
            .map(|_| format!("{:08x}", dice.throw(1 << 32)))
            .collect();
        let (day, hour, minute) = (dice.throw(28) + 1, dice.throw(24), dice.throw(60));
        let comments = dice.throw(90);
        text.push_str(&format!(
            r#"{{"id":{id},"state":"{state}","title":"{title}","user":{{"login":"{}-{}","id":{}}},"labels":["{}","{}"],"commit":"{hash}","created_at":"2026-11-{day:02}T{hour:02}:{minute:02}:00Z","comments":{comments},"body":"{body}"}},"#,
            labels.0,
            labels.1,
            id % 977,
            labels.0,
            labels.1,
        ));
    }
    cut(text, length)
}

/// The documentation of a program, `length` bytes of it.
pub(crate) fn html(length: usize) -> Bytes {
    let mut dice = Dice(2);
    let mut text = String::from(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>The manual</title><link rel=\"stylesheet\" href=\"/static/style.css\"></head><body class=\"docs\"><main>",
    );
    while text.len() < length {
        let (module, item) = (dice.pick(WORDS), dice.pick(WORDS));
        let (head, body) = (dice.sentence(5), dice.sentence(18));
        text.push_str(&format!(
            r##"<section id="{module}.{item}" class="method"><a class="src rightside" href="../src/{module}/{item}.rs.html#{}">source</a><h4 class="code-header">pub fn <a href="#{module}.{item}" class="fn">{item}</a>(&amp;self) -&gt; <a class="struct" href="struct.{module}.html" title="struct {module}">{module}</a></h4></section><div class="docblock"><p>{head}. {body}.</p></div>"##,
            dice.throw(2000),
        ));
    }
    cut(text, length)
}

fn cut(mut text: String, length: usize) -> Bytes {
    text.truncate(length);
    text.into()
}
