use html5gum::{EndTag, StartTag, State, Token, Tokenizer};

use super::{Anchor, FormTag, Page, collapsed};
use crate::control::{Button, Choice, Control, Kind, Select};

/// Reads a whole page.
pub(super) fn read(html: &str) -> Page {
    let mut reader = Reader::default();
    let mut tokens = Tokenizer::new(html);
    while let Some(Ok(token)) = tokens.next() {
        match token {
            Token::StartTag(tag) => {
                if let Some(state) = text_state(&tag.name) {
                    tokens.set_state(state);
                }
                reader.start(&Tag(tag));
            }
            Token::EndTag(tag) => reader.end(&tag),
            Token::String(text) => reader.text(&String::from_utf8_lossy(&text.value)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.finish()
}

/// How the inside of an element is read that holds no elements. `noscript` is not among them: the visitor has no scripts.
fn text_state(name: &[u8]) -> Option<State> {
    match name {
        b"textarea" | b"title" => Some(State::RcData),
        b"script" => Some(State::ScriptData),
        b"style" | b"iframe" | b"xmp" | b"noembed" | b"noframes" => Some(State::RawText),
        b"plaintext" => Some(State::PlainText),
        _ => None,
    }
}

struct Tag(StartTag<()>);

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        let value = self.0.attributes.get(name.as_bytes())?;
        Some(String::from_utf8_lossy(&value.value).into_owned())
    }

    fn text(&self, name: &str) -> String {
        self.attribute(name).unwrap_or_default()
    }

    /// The value of an attribute that is one of a few words.
    fn word(&self, name: &str) -> String {
        self.text(name).to_ascii_lowercase()
    }

    fn has(&self, name: &str) -> bool {
        self.0.attributes.contains_key(name.as_bytes())
    }
}

#[derive(Default)]
struct Reader {
    page: Page,
    /// What each control says itself of the form that owns it.
    claims: Vec<Claim>,
    labels: Vec<Label>,
    form: Option<usize>,
    fieldsets: Vec<Fieldset>,
    datalists: usize,
    templates: usize,
    /// Scripts and styles hold no text that is shown.
    unseen: bool,
    open: Open,
}

/// What is open and collects text, or options.
#[derive(Default)]
struct Open {
    label: Option<usize>,
    anchor: Option<usize>,
    button: Option<usize>,
    area: Option<usize>,
    select: Option<usize>,
    option: bool,
    disabled_group: bool,
}

enum Claim {
    /// By where it stands.
    Place(Option<usize>),
    /// By its `form` attribute.
    Id(String),
}

struct Fieldset {
    disabled: bool,
    legend: Legend,
}

/// A fieldset's first legend stays usable when the fieldset is disabled.
#[derive(PartialEq)]
enum Legend {
    Before,
    Inside,
    After,
}

#[derive(Default)]
struct Label {
    text: String,
    target: Option<String>,
    control: Option<usize>,
}

impl Reader {
    fn start(&mut self, tag: &Tag) {
        let name = &**tag.0.name;
        if name == b"template" {
            self.templates += 1;
        }
        if self.templates > 0 {
            return;
        }
        self.unseen = matches!(name, b"script" | b"style");
        match name {
            b"base" if self.page.base.is_none() => self.page.base = tag.attribute("href"),
            b"form" if self.form.is_none() => {
                self.form = Some(self.page.forms.len());
                self.page.forms.push(FormTag {
                    id: tag.text("id"),
                    name: tag.text("name"),
                    action: tag.text("action"),
                    method: tag.word("method"),
                    enctype: tag.word("enctype"),
                });
            }
            b"fieldset" => self.fieldsets.push(Fieldset {
                disabled: tag.has("disabled"),
                legend: Legend::Before,
            }),
            b"legend" => self.turn_legend(&Legend::Before, Legend::Inside),
            b"datalist" => self.datalists += 1,
            b"label" => {
                self.open.label = Some(self.labels.len());
                self.labels.push(Label {
                    target: tag.attribute("for"),
                    ..Label::default()
                });
            }
            b"a" => {
                self.open.anchor = None;
                if let Some(href) = tag.attribute("href") {
                    self.open.anchor = Some(self.page.anchors.len());
                    let text = String::new();
                    self.page.anchors.push(Anchor { href, text });
                }
            }
            b"area" => {
                if let Some(href) = tag.attribute("href") {
                    let text = tag.text("alt");
                    self.page.anchors.push(Anchor { href, text });
                }
            }
            b"img" => self.text(&tag.text("alt")),
            b"br" => self.text(" "),
            b"input" => {
                self.open.select = None;
                self.control(tag, input(tag));
            }
            b"button" => {
                let index = self.control(tag, button(tag));
                self.open.button = Some(index);
            }
            b"textarea" => {
                self.open.select = None;
                let index = self.control(tag, Kind::Area(String::new()));
                self.open.area = Some(index);
            }
            b"select" if self.open.select.is_some() => self.open.select = None,
            b"select" => {
                let index = self.control(
                    tag,
                    Kind::Select(Select::new(
                        tag.has("multiple"),
                        tag.text("size").trim().parse().unwrap_or(0),
                    )),
                );
                self.open.select = Some(index);
                self.open.disabled_group = false;
                self.open.option = false;
            }
            b"optgroup" => {
                self.open.option = false;
                self.open.disabled_group = tag.has("disabled");
            }
            b"option" => {
                let disabled = tag.has("disabled") || self.open.disabled_group;
                if let Some(options) = self.options() {
                    options.push(Choice {
                        value: tag.attribute("value"),
                        label: tag.attribute("label").filter(|label| !label.is_empty()),
                        text: String::new(),
                        selected: tag.has("selected"),
                        disabled,
                    });
                    self.open.option = true;
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &EndTag<()>) {
        let name = &**tag.name;
        if name == b"template" {
            self.templates = self.templates.saturating_sub(1);
        }
        if self.templates > 0 {
            return;
        }
        self.unseen = false;
        match name {
            b"form" => self.form = None,
            b"fieldset" => drop(self.fieldsets.pop()),
            b"legend" => self.turn_legend(&Legend::Inside, Legend::After),
            b"datalist" => self.datalists = self.datalists.saturating_sub(1),
            b"label" => self.open.label = None,
            b"a" => self.open.anchor = None,
            b"button" => self.open.button = None,
            b"textarea" => self.open.area = None,
            b"select" => self.open.select = None,
            b"optgroup" => {
                self.open.option = false;
                self.open.disabled_group = false;
            }
            b"option" => self.open.option = false,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.templates > 0 || self.unseen {
            return;
        }
        if let Some(index) = self.open.area {
            if let Kind::Area(value) = &mut self.page.controls[index].kind {
                // A new line right after the tag is for the eyes of the author.
                let starts = value.is_empty();
                let rest = text.strip_prefix('\n').filter(|_| starts);
                value.push_str(rest.unwrap_or(text));
            }
            return;
        }
        if self.open.select.is_some() {
            if self.open.option
                && let Some(option) = self.options().and_then(|options| options.last_mut())
            {
                option.text.push_str(text);
            }
            return;
        }
        if let Some(index) = self.open.anchor {
            self.page.anchors[index].text.push_str(text);
        }
        if let Some(index) = self.open.button
            && let Kind::Button(button) = &mut self.page.controls[index].kind
        {
            button.text.push_str(text);
        }
        if let Some(index) = self.open.label {
            self.labels[index].text.push_str(text);
        }
    }

    fn control(&mut self, tag: &Tag, kind: Kind) -> usize {
        let index = self.page.controls.len();
        let in_disabled = |set: &Fieldset| set.disabled && set.legend != Legend::Inside;
        self.page.controls.push(Control {
            name: tag.text("name"),
            id: tag.text("id"),
            label: String::new(),
            kind,
            disabled: tag.has("disabled") || self.fieldsets.iter().any(in_disabled),
            read_only: tag.has("readonly"),
            in_datalist: self.datalists > 0,
            direction: tag.attribute("dirname").filter(|name| !name.is_empty()),
            owner: None,
        });
        self.claims.push(match tag.attribute("form") {
            Some(id) => Claim::Id(id),
            None => Claim::Place(self.form),
        });
        if let Some(label) = self.open.label {
            self.labels[label].control.get_or_insert(index);
        }
        index
    }

    fn options(&mut self) -> Option<&mut Vec<Choice>> {
        match &mut self.page.controls[self.open.select?].kind {
            Kind::Select(select) => Some(&mut select.options),
            _ => None,
        }
    }

    fn turn_legend(&mut self, from: &Legend, to: Legend) {
        if let Some(set) = self.fieldsets.last_mut()
            && set.legend == *from
        {
            set.legend = to;
        }
    }

    /// Settles what could not be known before the end.
    fn finish(mut self) -> Page {
        let page = &mut self.page;
        for (control, claim) in page.controls.iter_mut().zip(self.claims) {
            control.owner = match claim {
                Claim::Place(form) => form,
                Claim::Id(id) => page.forms.iter().position(|form| form.id == id),
            };
            control.settle();
        }
        // Of a group's radio buttons that are checked, the last one stays so.
        for index in 0..page.controls.len() {
            let (before, rest) = page.controls.split_at_mut(index);
            if let Some(chosen) = rest.first().filter(|control| control.is_chosen()) {
                for other in before.iter_mut().filter(|other| other.is_beside(chosen)) {
                    other.unchoose();
                }
            }
        }
        for label in &self.labels {
            let control = match &label.target {
                Some(id) => page
                    .controls
                    .iter()
                    .position(|control| !id.is_empty() && control.id == *id),
                None => label.control,
            };
            if let Some(index) = control {
                page.controls[index].label = collapsed(&label.text);
            }
        }
        for anchor in &mut page.anchors {
            anchor.text = collapsed(&anchor.text);
        }
        self.page
    }
}

fn input(tag: &Tag) -> Kind {
    let value = tag.attribute("value");
    let kind = tag.word("type");
    match &*kind {
        "checkbox" => Kind::Check {
            value: value.unwrap_or_else(|| "on".into()),
            checked: tag.has("checked"),
        },
        "radio" => Kind::Radio {
            value: value.unwrap_or_else(|| "on".into()),
            checked: tag.has("checked"),
        },
        "file" => Kind::File {
            many: tag.has("multiple"),
            files: Vec::new(),
        },
        "submit" | "image" | "button" | "reset" => Kind::Button(Button {
            submits: matches!(&*kind, "submit" | "image"),
            image: kind == "image",
            text: match (&*kind, &value) {
                ("image", _) => tag.text("alt"),
                ("submit", None) => "Submit".into(),
                (_, value) => value.clone().unwrap_or_default(),
            },
            value: value.unwrap_or_default(),
            action: tag
                .attribute("formaction")
                .filter(|action| !action.is_empty()),
            method: tag.attribute("formmethod"),
            enctype: tag.attribute("formenctype"),
        }),
        _ => Kind::input(kind, value.unwrap_or_default()),
    }
}

fn button(tag: &Tag) -> Kind {
    Kind::Button(Button {
        submits: !matches!(&*tag.word("type"), "button" | "reset"),
        image: false,
        text: String::new(),
        value: tag.text("value"),
        action: tag
            .attribute("formaction")
            .filter(|action| !action.is_empty()),
        method: tag.attribute("formmethod"),
        enctype: tag.attribute("formenctype"),
    })
}
