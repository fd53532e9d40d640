use std::fmt::{Display, Write};

use http::header;

use super::Reply;
use crate::{Form, Link, RequestBuilder, page::Page};

/// A page that came, as a visitor uses it.
impl Reply {
    /// The only form of the page.
    ///
    /// # Panics
    ///
    /// If there is none, or several.
    #[track_caller]
    pub fn form(&self) -> Form {
        let mut forms = self.forms();
        match forms.len() {
            1 => forms.remove(0),
            0 => panic!("the page has no form\n\n{self}"),
            _ => panic!(
                "the page has several forms: use `form_named` or `forms`\n\n{}",
                list(&forms)
            ),
        }
    }

    /// The form of that id or name.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn form_named(&self, name: &str) -> Form {
        let forms = self.forms();
        let found = forms
            .iter()
            .find(|form| form.id() == name || form.name() == name);
        match found {
            Some(form) => form.clone(),
            None => panic!("the page has no form {name:?}\n\n{}", list(&forms)),
        }
    }

    /// All forms of the page.
    ///
    /// # Panics
    ///
    /// If the body is not text.
    #[track_caller]
    pub fn forms(&self) -> Vec<Form> {
        Form::all(&self.client, self.url(), Page::read(self.text()))
    }

    /// All links of the page.
    ///
    /// # Panics
    ///
    /// If the body is not text.
    #[track_caller]
    pub fn links(&self) -> Vec<Link> {
        let page = Page::read(self.text());
        page.anchors.into_iter().map(Link::new).collect()
    }

    /// Follows the link that shows that text, all of it. The request must be awaited.
    ///
    /// # Panics
    ///
    /// If there is no such link, several lead to different places, or it leads to another host.
    #[track_caller]
    pub fn click(&self, text: &str) -> RequestBuilder {
        self.go("shows", text, |link| link.text() == text)
    }

    /// Follows the link that leads there, as it is written.
    ///
    /// # Panics
    ///
    /// If there is no such link, or it leads to another host.
    #[track_caller]
    pub fn click_href(&self, href: &str) -> RequestBuilder {
        self.go("leads to", href, |link| link.href() == href)
    }

    #[track_caller]
    fn go(&self, how: &str, wanted: &str, fits: impl Fn(&Link) -> bool) -> RequestBuilder {
        let links = self.links();
        let mut fitting = links.iter().filter(|link| fits(link));
        let Some(link) = fitting.next() else {
            panic!("no link {how} {wanted:?}; the page has\n{}", list(&links));
        };
        assert!(
            fitting.all(|other| other.href() == link.href()),
            "several links with {wanted:?} lead to different places; the page has\n{}",
            list(&links)
        );
        match Page::read(self.text()).resolve(self.url(), link.href()) {
            Ok(url) => {
                let request = self.client.get(&url.to_string());
                request.header(header::REFERER, self.url().to_string())
            }
            Err(problem) => panic!("{problem}"),
        }
    }
}

/// A line for each.
fn list<T: Display>(items: &[T]) -> String {
    let mut text = String::new();
    for item in items {
        writeln!(text, "  {item}").expect("a string takes all");
    }
    text
}
