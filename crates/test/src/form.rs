mod entries;
mod find;
mod send;

use std::fmt;

use bytes::Bytes;
use http::Uri;

use self::entries::Entry;
use crate::{
    Client, RequestBuilder,
    control::{Choice, Control, File, Kind, sanitized},
    page::{FormTag, Page},
};

/// A form of a page, to be filled in and sent as a visitor does it with a browser.
///
/// A field is named by its `name`, or by the text of its label. What a visitor could not do is a panic that lists what the form has: a
/// field or an option that is not there, one that is disabled, read-only or hidden. [`force`](Self::force) does it nevertheless.
///
/// Sent is what the HTML standard says of [constructing the entry list]: no control that is disabled or has no name, no box that is not
/// checked, and of the buttons the one that was pressed. The browser's own checks (`required`, `pattern`, and so on) are not made, so that
/// those of the server can be tested.
///
/// [constructing the entry list]: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-form-data-set
///
/// ```
/// use std::convert::Infallible;
///
/// use http::{Request, Response};
/// use plywood_core::Body;
/// use plywood_test::Client;
///
/// async fn app(request: Request<Body>) -> Result<Response<Body>, Infallible> {
///     let text = match request.uri().query() {
///         Some(query) => format!("searched for {query}"),
///         None => r#"<form><label>Words <input name="q"></label>
///             <select name="in"><option value="1">Books</option><option value="2">Music</option></select>
///             <button>Search</button></form>"#.into(),
///     };
///     Ok(Response::new(text.into()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let page = Client::new(tower::service_fn(app)).get("/").await;
/// let reply = page.form().fill("Words", "ply wood").select_text("in", "Music").press("Search").await;
/// reply.expect_text("searched for q=ply+wood&in=2");
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a form is sent by `submit` or `press`"]
pub struct Form {
    client: Client,
    url: Uri,
    /// The page, with the controls of this form alone.
    page: Page,
    tag: FormTag,
    /// What was forced into it.
    forced: Vec<(String, String)>,
}

impl Form {
    /// All forms of a page.
    pub(crate) fn all(client: &Client, url: &Uri, mut page: Page) -> Vec<Self> {
        let controls = std::mem::take(&mut page.controls);
        let tags = std::mem::take(&mut page.forms);
        let forms = tags.into_iter().enumerate().map(|(number, tag)| {
            let own = controls
                .iter()
                .filter(|control| control.owner == Some(number));
            let mut page = page.clone();
            page.controls = own.cloned().collect();
            Self {
                client: client.clone(),
                url: url.clone(),
                page,
                tag,
                forced: Vec::new(),
            }
        });
        forms.collect()
    }

    /// Its `id`; empty if it has none.
    pub fn id(&self) -> &str {
        &self.tag.id
    }

    /// Its `name`; empty if it has none.
    pub fn name(&self) -> &str {
        &self.tag.name
    }

    /// What a field holds: its text, the value of the box or radio button that is checked, of the option that is selected. `None` if there is
    /// none.
    ///
    /// # Panics
    ///
    /// If there is no such field.
    #[track_caller]
    pub fn value(&self, field: &str) -> Option<&str> {
        let places = self.places(field);
        if places.is_empty() {
            self.refuse(&format!("there is no field {field:?}"));
        }
        places
            .iter()
            .find_map(|&place| match &self.page.controls[place].kind {
                Kind::Input { value, .. }
                | Kind::Area(value)
                | Kind::Check {
                    value,
                    checked: true,
                }
                | Kind::Radio {
                    value,
                    checked: true,
                } => Some(&**value),
                Kind::File { files, .. } => files.first().map(|file| &*file.name),
                Kind::Select(select) => {
                    let chosen = select.options.iter().find(|option| option.selected);
                    chosen.map(Choice::value)
                }
                _ => None,
            })
    }

    /// The names and the values that would be sent if no button were pressed; of a file its name.
    pub fn values(&self) -> Vec<(String, String)> {
        let entries = entries::of(&self.page.controls, None, &self.forced);
        entries.iter().map(Entry::pair).collect()
    }

    /// Writes into a field of text, in place of what it holds.
    ///
    /// # Panics
    ///
    /// If there is no such field, there are several, or a visitor cannot write into it.
    #[track_caller]
    pub fn fill(mut self, field: &str, value: impl Into<String>) -> Self {
        let place = self.only(field, "a field of text", "fill_at", takes_text);
        self.write(place, value.into());
        self
    }

    /// The same, where several fields have that name: the first is 0.
    ///
    /// # Panics
    ///
    /// If there are not so many, or a visitor cannot write into it.
    #[track_caller]
    pub fn fill_at(mut self, field: &str, number: usize, value: impl Into<String>) -> Self {
        let places = self.fitting(field, "a field of text", takes_text);
        match places.get(number) {
            Some(&place) => {
                self.usable(place);
                self.write(place, value.into());
            }
            None => self.refuse(&format!("there are {} fields {field:?}", places.len())),
        }
        self
    }

    /// Selects the option of that value. Where one only can be selected it takes the place of the one before.
    ///
    /// # Panics
    ///
    /// If there is no such select or option, or it is disabled.
    #[track_caller]
    pub fn select(self, field: &str, value: &str) -> Self {
        self.turn(field, value, true, |option| option.value() == value)
    }

    /// Selects the option that shows that text.
    ///
    /// # Panics
    ///
    /// If there is no such select or option, or it is disabled.
    #[track_caller]
    pub fn select_text(self, field: &str, text: &str) -> Self {
        self.turn(field, text, true, |option| option.shown() == text)
    }

    /// Takes the selection away from the option of that value, or that text.
    ///
    /// # Panics
    ///
    /// If there is no such select or option, it is disabled, or one must be selected.
    #[track_caller]
    pub fn deselect(self, field: &str, option: &str) -> Self {
        self.turn(field, option, false, |choice| {
            choice.value() == option || choice.shown() == option
        })
    }

    /// Checks a box.
    ///
    /// # Panics
    ///
    /// If there is no such box, there are several, or it is disabled.
    #[track_caller]
    pub fn check(mut self, field: &str) -> Self {
        let place = self.only(field, "a checkbox", "check_value", is_box);
        self.tick(place, true);
        self
    }

    /// Takes the check away.
    ///
    /// # Panics
    ///
    /// If there is no such box, there are several, or it is disabled.
    #[track_caller]
    pub fn uncheck(mut self, field: &str) -> Self {
        let place = self.only(field, "a checkbox", "uncheck_value", is_box);
        self.tick(place, false);
        self
    }

    /// Checks the box of that value, or of that label, among those of one name.
    ///
    /// # Panics
    ///
    /// If there is no such box, or it is disabled.
    #[track_caller]
    pub fn check_value(mut self, field: &str, value: &str) -> Self {
        let place = self.valued(field, value, "a checkbox", is_box);
        self.tick(place, true);
        self
    }

    /// Takes the check away from the box of that value, or of that label.
    ///
    /// # Panics
    ///
    /// If there is no such box, or it is disabled.
    #[track_caller]
    pub fn uncheck_value(mut self, field: &str, value: &str) -> Self {
        let place = self.valued(field, value, "a checkbox", is_box);
        self.tick(place, false);
        self
    }

    /// Presses the radio button of that value, or of that label.
    ///
    /// # Panics
    ///
    /// If there is no such radio button, or it is disabled.
    #[track_caller]
    pub fn choose(mut self, field: &str, value: &str) -> Self {
        let is_radio = |kind: &Kind| matches!(kind, Kind::Radio { .. });
        let place = self.valued(field, value, "a radio button", is_radio);
        let chosen = self.page.controls[place].clone();
        for other in &mut self.page.controls {
            if other.is_beside(&chosen) {
                other.unchoose();
            }
        }
        if let Kind::Radio { checked, .. } = &mut self.page.controls[place].kind {
            *checked = true;
        }
        self
    }

    /// Puts a file into a field for files: its name, its media type, and what is in it. Where one file only can be sent it takes the place of
    /// the one before.
    ///
    /// # Panics
    ///
    /// If there is no such field, there are several, or it is disabled.
    #[track_caller]
    pub fn attach(
        mut self,
        field: &str,
        name: impl Into<String>,
        media_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        let takes_files = |kind: &Kind| matches!(kind, Kind::File { .. });
        let place = self.only(field, "a field for files", "a name of its own", takes_files);
        if let Kind::File { many, files } = &mut self.page.controls[place].kind {
            if !*many {
                files.clear();
            }
            files.push(File {
                name: name.into(),
                media_type: media_type.into(),
                bytes: bytes.into(),
            });
        }
        self
    }

    /// Sends that value under that name, whatever the form says of it: what an attacker does.
    ///
    /// A field that is hidden, read-only or disabled takes it, a select gets the option, and a name that the form has not is added at the
    /// end.
    pub fn force(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        let mut controls = self.page.controls.iter_mut();
        let known = controls.find(|control| {
            control.name == name
                && !name.is_empty()
                && !matches!(control.kind, Kind::Button(_) | Kind::File { .. })
        });
        let Some(control) = known else {
            self.forced.push((name.to_owned(), value));
            return self;
        };
        control.disabled = false;
        control.in_datalist = false;
        match &mut control.kind {
            Kind::Input { value: old, .. } | Kind::Area(old) => *old = value,
            Kind::Check {
                value: old,
                checked,
            } => (*old, *checked) = (value, true),
            Kind::Radio {
                value: old,
                checked,
            } => {
                (*old, *checked) = (value, true);
                let forced = control.clone();
                let mut others = self
                    .page
                    .controls
                    .iter_mut()
                    .filter(|it| it.is_beside(&forced));
                // It is the first of its group.
                others.next();
                others.for_each(Control::unchoose);
            }
            Kind::Select(select) => {
                select.options.push(Choice {
                    value: Some(value),
                    label: None,
                    text: String::new(),
                    selected: true,
                    disabled: false,
                });
                select.only(Some(select.options.len() - 1));
            }
            Kind::File { .. } | Kind::Button(_) => unreachable!("they were passed over"),
        }
        self
    }

    /// Sends the form as the Enter key does: with its first button, if it has one. The request can still be changed, and must be awaited.
    ///
    /// # Panics
    ///
    /// If that button is disabled, or the form goes to another host.
    #[track_caller]
    pub fn submit(&self) -> RequestBuilder {
        let mut controls = self.page.controls.iter();
        let first = controls
            .position(|control| matches!(&control.kind, Kind::Button(button) if button.submits));
        if let Some(place) = first {
            self.usable(place);
        }
        self.request(first)
    }

    /// Sends the form by the button of that text, or that name or id. The request can still be changed, and must be awaited.
    ///
    /// # Panics
    ///
    /// If there is no such button, there are several, or it is disabled; or the form goes to another host.
    #[track_caller]
    pub fn press(&self, button: &str) -> RequestBuilder {
        let fits = |control: &Control, by_text: bool| match &control.kind {
            Kind::Button(known) if !known.submits => false,
            Kind::Button(known) if by_text => known.text == button || known.value == button,
            Kind::Button(_) => control.name == button || control.id == button,
            _ => false,
        };
        let places = |by_text| -> Vec<usize> {
            let controls = self.page.controls.iter().enumerate();
            let fitting = controls.filter(|(_, control)| fits(control, by_text));
            fitting.map(|(place, _)| place).collect()
        };
        let found = Some(places(true)).filter(|found| !found.is_empty());
        match *found.unwrap_or_else(|| places(false)) {
            [place] => {
                self.usable(place);
                self.request(Some(place))
            }
            [] => self.refuse(&format!("there is no button {button:?}")),
            _ => self.refuse(&format!("several buttons are called {button:?}")),
        }
    }

    #[track_caller]
    fn write(&mut self, place: usize, value: String) {
        if self.page.controls[place].read_only {
            self.refuse(&format!("this is read-only: {}", self.page.controls[place]));
        }
        match &mut self.page.controls[place].kind {
            Kind::Input { word, value: old } => *old = sanitized(word, value),
            Kind::Area(old) => *old = value,
            _ => {}
        }
    }

    fn tick(&mut self, place: usize, on: bool) {
        if let Kind::Check { checked, .. } = &mut self.page.controls[place].kind {
            *checked = on;
        }
    }

    #[track_caller]
    fn turn(mut self, field: &str, wanted: &str, on: bool, fits: impl Fn(&Choice) -> bool) -> Self {
        let is_select = |kind: &Kind| matches!(kind, Kind::Select(_));
        let place = self.only(field, "a select", "a name of its own", is_select);
        let Kind::Select(select) = &self.page.controls[place].kind else {
            unreachable!("it is a select");
        };
        let Some(index) = select.options.iter().position(fits) else {
            self.refuse(&format!("{field:?} has no option {wanted:?}"));
        };
        if select.options[index].disabled {
            self.refuse(&format!("the option {wanted:?} of {field:?} is disabled"));
        }
        if !on && !select.many {
            self.refuse(&format!("one option of {field:?} must be selected"));
        }
        if let Kind::Select(select) = &mut self.page.controls[place].kind {
            if select.many {
                select.options[index].selected = on;
            } else {
                select.only(Some(index));
            }
        }
        self
    }
}

const fn is_box(kind: &Kind) -> bool {
    matches!(kind, Kind::Check { .. })
}

fn takes_text(kind: &Kind) -> bool {
    match kind {
        Kind::Input { word, .. } => word != "hidden",
        Kind::Area(_) => true,
        _ => false,
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
