use html5gum::{EndTag, StartTag, State, Token, Tokenizer};

use super::{Anchor, FormTag, Page, collapsed, stack::Stack};
use crate::control::{Button, Choice, Control, Kind, Select};

/// Reads a whole page.
pub(super) fn read(html: &str) -> Page {
    let mut reader = Reader::default();
    let mut tokens = Tokenizer::new(html);
    while let Some(Ok(token)) = tokens.next() {
        match token {
            Token::StartTag(tag) => {
                let state = text_state(&tag.name);
                let is_html = reader.start(&Tag(tag));
                if let Some(state) = state.filter(|_| is_html) {
                    tokens.set_state(state);
                }
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
    stack: Stack,
    /// The form that was begun and not ended, wherever its element is.
    form: Option<usize>,
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

#[derive(Default)]
struct Label {
    text: String,
    target: Option<String>,
    control: Option<usize>,
}

impl Reader {
    /// Says whether it is an element of HTML.
    fn start(&mut self, tag: &Tag) -> bool {
        let name = String::from_utf8_lossy(&tag.0.name).into_owned();
        let name = &*name;
        if name == "template" && !self.stack.within().foreign {
            self.templates += 1;
        }
        if self.templates > 0 {
            return true;
        }
        self.unseen = matches!(name, "script" | "style");
        if name == "select" && self.stack.has(name) {
            // It is taken for an end tag.
            self.stack.end(name);
            self.look();
            return true;
        }
        self.stack.make_room(name);
        self.look();
        let is_html = !self.stack.within().foreign;
        if is_html {
            self.element(name, tag);
        } else if name == "a" {
            self.anchor(tag);
        }
        if name != "form" {
            self.stack
                .open(name, tag.0.self_closing, None, tag.has("disabled"));
        }
        is_html
    }

    /// Lets go of what is no longer open.
    fn look(&mut self) {
        let Self { open, stack, .. } = self;
        for (place, name) in [
            (&mut open.label, "label"),
            (&mut open.anchor, "a"),
            (&mut open.button, "button"),
            (&mut open.area, "textarea"),
            (&mut open.select, "select"),
        ] {
            if place.is_some() && !stack.has(name) {
                *place = None;
            }
        }
        open.option = open.option && stack.has("option");
        open.disabled_group = open.disabled_group && stack.has("optgroup");
    }

    fn form(&mut self, tag: &Tag) {
        if self.form.is_some() {
            return;
        }
        let form = Some(self.page.forms.len());
        self.form = form;
        self.page.forms.push(FormTag {
            id: tag.text("id"),
            name: tag.text("name"),
            action: tag.text("action"),
            method: tag.word("method"),
            enctype: tag.word("enctype"),
        });
        if !self.stack.is_between_rows() {
            self.stack.open("form", false, form, false);
        }
    }

    fn anchor(&mut self, tag: &Tag) {
        if let Some(href) = tag.attribute("href") {
            self.open.anchor = Some(self.page.anchors.len());
            let text = String::new();
            self.page.anchors.push(Anchor { href, text });
        }
    }

    fn element(&mut self, name: &str, tag: &Tag) {
        match name {
            "base" if self.page.base.is_none() => self.page.base = tag.attribute("href"),
            "form" => self.form(tag),
            "label" => {
                self.open.label = Some(self.labels.len());
                self.labels.push(Label {
                    target: tag.attribute("for"),
                    ..Label::default()
                });
            }
            "a" => self.anchor(tag),
            "area" => {
                if let Some(href) = tag.attribute("href") {
                    let text = tag.text("alt");
                    self.page.anchors.push(Anchor { href, text });
                }
            }
            "img" => self.text(&tag.text("alt")),
            "br" => self.text(" "),
            "input" => {
                self.control(tag, input(tag));
            }
            "button" => {
                let index = self.control(tag, button(tag));
                self.open.button = Some(index);
            }
            "textarea" => {
                let index = self.control(tag, Kind::Area(String::new()));
                self.open.area = Some(index);
            }
            "select" => {
                let index = self.control(
                    tag,
                    Kind::Select(Select::new(
                        tag.has("multiple"),
                        tag.text("size").trim().parse().unwrap_or(0),
                    )),
                );
                self.open.select = Some(index);
            }
            "optgroup" => self.open.disabled_group = tag.has("disabled"),
            "option" => {
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
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if name == "template" && !self.stack.within().foreign {
            self.templates = self.templates.saturating_sub(1);
        }
        if self.templates > 0 {
            return;
        }
        self.unseen = false;
        if name == "form" && self.form.take().is_none() {
            return;
        }
        self.stack.end(&name);
        self.look();
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
        let within = self.stack.within();
        self.page.controls.push(Control {
            name: tag.text("name"),
            id: tag.text("id"),
            label: String::new(),
            kind,
            disabled: tag.has("disabled") || within.disabled,
            read_only: tag.has("readonly"),
            in_datalist: within.datalist,
            direction: tag.attribute("dirname").filter(|name| !name.is_empty()),
            owner: None,
        });
        self.claims.push(match tag.attribute("form") {
            Some(id) => Claim::Id(id),
            None => Claim::Place(self.form.or(within.form)),
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
