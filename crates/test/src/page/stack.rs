//! The elements that are open, as far as it matters to a form: who is inside of what.
//!
//! A short reading of [the rules for tokens in a body](https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inbody). What they
//! do for the looks of a page (formatting that is opened again, rows that are moved about) is left out.

/// An open element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    name: String,
    /// What it hands on to those inside.
    pub(super) within: Within,
    /// A disabled fieldset's first legend hands this on instead.
    legend: Option<Within>,
}

/// What surrounds an element.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Within {
    pub(super) form: Option<usize>,
    pub(super) disabled: bool,
    pub(super) datalist: bool,
    /// Inside of SVG or `MathML`, where the names mean something else.
    pub(super) foreign: bool,
}

#[derive(Debug, Default)]
pub(super) struct Stack(Vec<Element>);

const VOID: [&str; 18] = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
];

/// Those that stand in a table, and nowhere else.
const OF_TABLES: [&str; 9] = [
    "caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr",
];

/// Those that an end tag does not reach beyond.
const SCOPE: [&str; 8] = [
    "applet", "caption", "marquee", "object", "select", "table", "td", "th",
];

/// Those whose end tag takes them out from wherever they are.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Those before which a paragraph ends; and those that take part in the structure of a page, beyond which no other element's end tag reaches.
const BLOCKS: [&str; 40] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
    "xmp",
];

/// Those that end SVG and `MathML` by themselves.
const OUT_OF_FOREIGN: [&str; 44] = [
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];

impl Stack {
    /// What surrounds whatever comes next.
    pub(super) fn within(&self) -> Within {
        self.0.last().map_or_else(Within::default, |top| top.within)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|element| element.name == name)
    }

    /// Does a form that begins here stand between the rows of a table, where nothing is inside of it?
    pub(super) fn is_between_rows(&self) -> bool {
        let between = ["table", "tbody", "tfoot", "thead", "tr"];
        self.0
            .last()
            .is_some_and(|top| between.contains(&&*top.name))
    }

    /// Makes room for a start tag: closes what cannot hold it.
    pub(super) fn make_room(&mut self, name: &str) {
        if self.within().foreign {
            if OUT_OF_FOREIGN.contains(&name) {
                while self.within().foreign {
                    self.0.pop();
                }
            }
            return;
        }
        if BLOCKS.contains(&name) {
            self.close_in("p", |name| SCOPE.contains(&name) || name == "button");
        }
        match name {
            "li" => self.close_item(&["li"]),
            "dd" | "dt" => self.close_item(&["dd", "dt"]),
            "option" => self.close_top("option"),
            "optgroup" | "hr" => {
                self.close_top("option");
                self.close_top("optgroup");
            }
            "button" => self.end("button"),
            "a" => self.end("a"),
            "input" | "select" => self.close_in("select", |name| name == "table"),
            "td" | "th" => self.back_to(&["tr"]),
            "tr" => self.back_to(&["tbody", "tfoot", "thead", "table"]),
            "tbody" | "tfoot" | "thead" | "caption" | "colgroup" => self.back_to(&["table"]),
            _ => {}
        }
    }

    /// Opens an element, unless it is one that holds nothing.
    pub(super) fn open(
        &mut self,
        name: &str,
        self_closing: bool,
        form: Option<usize>,
        disabled: bool,
    ) {
        let outside = self.within();
        let lost = OF_TABLES.contains(&name) && !self.has("table");
        if lost || (self_closing && outside.foreign) || (VOID.contains(&name) && !outside.foreign) {
            return;
        }
        let mut within = outside;
        let mut legend = None;
        match name {
            "svg" | "math" => within.foreign = true,
            // HTML stands in these.
            "foreignobject" | "desc" | "title" if outside.foreign => within.foreign = false,
            _ if outside.foreign => {}
            "form" => within.form = form.or(outside.form),
            "datalist" => within.datalist = true,
            "fieldset" if disabled => {
                within.disabled = true;
                legend = Some(outside);
            }
            "legend" => {
                let set = self.0.last_mut().and_then(|set| set.legend.take());
                within.disabled = set.map_or(outside.disabled, |set| set.disabled);
            }
            _ => {}
        }
        let name = name.to_owned();
        self.0.push(Element {
            name,
            within,
            legend,
        });
    }

    /// Closes what an end tag closes.
    pub(super) fn end(&mut self, name: &str) {
        let of_tables = name == "table" || OF_TABLES.contains(&name);
        if name == "form" || FORMATTING.contains(&name) {
            self.take_out(name);
        } else if of_tables {
            self.close_in(name, |other| other == "table");
        } else if name == "select" {
            self.close_in(name, |other| other == "table");
        } else if BLOCKS.contains(&name) || SCOPE.contains(&name) || name == "button" {
            self.close_in(name, |other| SCOPE.contains(&other));
        } else {
            self.close_in(name, |other| {
                BLOCKS.contains(&other) || SCOPE.contains(&other) || other == "button"
            });
        }
    }

    /// Closes the element of that name and all inside, unless one that stops it stands between.
    fn close_in(&mut self, name: &str, stops: impl Fn(&str) -> bool) {
        for (place, element) in self.0.iter().enumerate().rev() {
            if element.name == name {
                self.0.truncate(place);
                return;
            }
            if stops(&element.name) {
                return;
            }
        }
    }

    fn close_top(&mut self, name: &str) {
        if self.0.last().is_some_and(|top| top.name == name) {
            self.0.pop();
        }
    }

    /// An item of a list ends where the next one begins.
    fn close_item(&mut self, names: &[&str]) {
        for (place, element) in self.0.iter().enumerate().rev() {
            let name = &*element.name;
            if names.contains(&name) {
                self.0.truncate(place);
                return;
            }
            let passes = ["address", "div", "p"].contains(&name);
            if (BLOCKS.contains(&name) && !passes) || SCOPE.contains(&name) || name == "button" {
                return;
            }
        }
    }

    fn back_to(&mut self, names: &[&str]) {
        let place = self
            .0
            .iter()
            .rposition(|element| names.contains(&&*element.name) || element.name == "table");
        if let Some(place) = place {
            self.0.truncate(place + 1);
        }
    }

    /// Closes one element and leaves open what is inside, where it is.
    fn take_out(&mut self, name: &str) {
        let implied = [
            "dd", "dt", "li", "optgroup", "option", "p", "rb", "rp", "rt", "rtc",
        ];
        let in_reach = self
            .0
            .iter()
            .rev()
            .take_while(|element| !SCOPE.contains(&&*element.name));
        let Some(above) = in_reach
            .into_iter()
            .position(|element| element.name == name)
        else {
            return;
        };
        let place = self.0.len() - 1 - above;
        if name == "form" {
            while self.0.len() > place + 1
                && self
                    .0
                    .last()
                    .is_some_and(|top| implied.contains(&&*top.name))
            {
                self.0.pop();
            }
        }
        self.0.remove(place);
    }
}
