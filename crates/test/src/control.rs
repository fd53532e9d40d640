//! A control of a form: what it holds, and what of it is sent.

use std::fmt;

use bytes::Bytes;

use crate::page::collapsed;

/// A control, as it stands on the page and as the visitor has changed it.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    pub(crate) name: String,
    pub(crate) id: String,
    /// The text of its label; empty if there is none.
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) disabled: bool,
    pub(crate) read_only: bool,
    pub(crate) in_datalist: bool,
    /// Under which name the direction of the text is sent.
    pub(crate) direction: Option<String>,
    /// The number of its form.
    pub(crate) owner: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// An input of one line, or without any; with the word of its type.
    Input {
        word: String,
        value: String,
    },
    Area(String),
    Check {
        value: String,
        checked: bool,
    },
    Radio {
        value: String,
        checked: bool,
    },
    File {
        many: bool,
        files: Vec<File>,
    },
    Select(Select),
    Button(Button),
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
}

#[derive(Clone, Debug)]
pub(crate) struct Select {
    pub(crate) many: bool,
    /// How many options are shown at once, if it is said.
    size: usize,
    pub(crate) options: Vec<Choice>,
}

/// An option of a select.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) text: String,
    pub(crate) selected: bool,
    pub(crate) disabled: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Button {
    pub(crate) submits: bool,
    pub(crate) image: bool,
    pub(crate) text: String,
    pub(crate) value: String,
    pub(crate) action: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) enctype: Option<String>,
}

impl Kind {
    /// An input of a type whose value is text, or of a type that nobody knows, which is text too.
    pub(crate) fn input(word: String, value: String) -> Self {
        let known = [
            "hidden",
            "search",
            "tel",
            "url",
            "email",
            "password",
            "date",
            "month",
            "week",
            "time",
            "datetime-local",
            "number",
            "range",
            "color",
        ];
        let word = if known.contains(&&*word) {
            word
        } else {
            "text".into()
        };
        let value = sanitized(&word, value);
        Self::Input { word, value }
    }

    /// The word by which an author knows it.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Input { word, .. } => word,
            Self::Area(_) => "textarea",
            Self::Check { .. } => "checkbox",
            Self::Radio { .. } => "radio",
            Self::File { .. } => "file",
            Self::Select(_) => "select",
            Self::Button(_) => "button",
        }
    }
}

/// [The value sanitization](https://html.spec.whatwg.org/multipage/input.html#value-sanitization-algorithm) of the types that have a
/// simple one. A date or a number stays as the test wrote it, so that the server's own check can be tested.
pub(crate) fn sanitized(word: &str, value: String) -> String {
    match word {
        "hidden" => value,
        "range" if value.trim().parse::<f64>().is_err() => "50".into(),
        "color" if !is_color(&value) => "#000000".into(),
        "color" => value.to_ascii_lowercase(),
        "email" | "url" => value.replace(['\r', '\n'], "").trim().to_owned(),
        _ => value.replace(['\r', '\n'], ""),
    }
}

fn is_color(value: &str) -> bool {
    let digits = value.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl Control {
    /// Puts in order what the tags left open.
    pub(crate) fn settle(&mut self) {
        match &mut self.kind {
            Kind::Select(select) => select.settle(),
            Kind::Button(button) => button.text = collapsed(&button.text),
            _ => {}
        }
    }

    /// A radio button that is pressed in.
    pub(crate) const fn is_chosen(&self) -> bool {
        matches!(self.kind, Kind::Radio { checked: true, .. })
    }

    /// Are both radio buttons of one group?
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        matches!(self.kind, Kind::Radio { .. })
            && matches!(other.kind, Kind::Radio { .. })
            && !self.name.is_empty()
            && self.name == other.name
            && self.owner == other.owner
    }

    pub(crate) fn unchoose(&mut self) {
        if let Kind::Radio { checked, .. } = &mut self.kind {
            *checked = false;
        }
    }

    pub(crate) const fn is_button(&self) -> bool {
        matches!(self.kind, Kind::Button(_))
    }
}

impl Select {
    pub(crate) const fn new(many: bool, size: usize) -> Self {
        Self {
            many,
            size,
            options: Vec::new(),
        }
    }

    /// One that shows one option shows one always.
    fn settle(&mut self) {
        for option in &mut self.options {
            option.text = collapsed(&option.text);
        }
        if self.many {
            return;
        }
        let last = self.options.iter().rposition(|option| option.selected);
        let shown = last.or_else(|| {
            let first = self.options.iter().position(|option| !option.disabled);
            first.filter(|_| self.size <= 1)
        });
        self.only(shown);
    }

    /// Selects that option and no other.
    pub(crate) fn only(&mut self, place: Option<usize>) {
        for (index, option) in self.options.iter_mut().enumerate() {
            option.selected = Some(index) == place;
        }
    }
}

impl Choice {
    pub(crate) fn value(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.text)
    }

    /// What the visitor reads.
    pub(crate) fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.text)
    }
}

/// A line in the list of what a form has.
impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::Button(button) = &self.kind {
            write!(f, "[{}]", button.text)?;
            if !self.name.is_empty() {
                write!(f, " {}={:?}", self.name, button.value)?;
            }
        } else {
            write!(f, "{}", self.name)?;
        }
        if !self.label.is_empty() {
            write!(f, " {:?}", self.label)?;
        }
        write!(f, " ({}", self.kind.word())?;
        for (holds, word) in [(self.disabled, "disabled"), (self.read_only, "read-only")] {
            if holds {
                write!(f, ", {word}")?;
            }
        }
        f.write_str(")")?;
        match &self.kind {
            Kind::Input { value, .. } | Kind::Area(value) => write!(f, " = {value:?}"),
            Kind::Check { value, checked } | Kind::Radio { value, checked } => {
                write!(f, " {value:?}: {}", if *checked { "on" } else { "off" })
            }
            Kind::File { files, .. } => {
                let names: Vec<_> = files.iter().map(|file| &file.name).collect();
                write!(f, " = {names:?}")
            }
            Kind::Select(select) => {
                for (index, option) in select.options.iter().enumerate() {
                    f.write_str(if index == 0 { ": " } else { ", " })?;
                    write!(f, "{:?}", option.value())?;
                    if option.shown() != option.value() {
                        write!(f, " ({})", option.shown())?;
                    }
                    if option.disabled {
                        f.write_str(" disabled")?;
                    }
                    if option.selected {
                        f.write_str(" selected")?;
                    }
                }
                Ok(())
            }
            Kind::Button(_) => Ok(()),
        }
    }
}
