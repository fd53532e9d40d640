//! The request that a form makes.

use http::{Method, header};

use super::{
    Form,
    entries::{self, Sent},
};
use crate::{RequestBuilder, client::authority, control::Kind};

impl Form {
    #[track_caller]
    pub(super) fn request(&self, pressed: Option<usize>) -> RequestBuilder {
        let button = pressed.and_then(|place| match &self.page.controls[place].kind {
            Kind::Button(button) => Some(button),
            _ => None,
        });
        let action = button.and_then(|button| button.action.as_ref());
        let action = action.unwrap_or(&self.tag.action);
        let url = if action.trim().is_empty() {
            Ok(self.url.clone())
        } else {
            self.page.resolve(&self.url, action)
        };
        let url = match url {
            Ok(url) => url,
            Err(problem) => self.refuse(&problem),
        };
        let method = button.and_then(|button| button.method.as_ref());
        let entries = entries::of(&self.page.controls, pressed, &self.forced);
        match &*method.unwrap_or(&self.tag.method).to_ascii_lowercase() {
            "dialog" => self.refuse("a dialog's form sends nothing"),
            "post" => {
                let enctype = button.and_then(|button| button.enctype.as_ref());
                let enctype = enctype.unwrap_or(&self.tag.enctype).to_ascii_lowercase();
                let request = self.client.request(Method::POST, &url.to_string());
                let scheme = url.scheme_str().unwrap_or("http");
                let request =
                    request.header("origin", format!("{scheme}://{}", authority(&self.url)));
                let request = self.referred(request);
                match Sent::new(&enctype, &entries) {
                    Sent::Text(media_type, text) => request.content(media_type, text.into()),
                    Sent::Multipart(form) => request.multipart(&form),
                }
            }
            _ => {
                let query = entries::encoded(&entries);
                let target = format!(
                    "{}://{}{}",
                    url.scheme_str().unwrap_or("http"),
                    authority(&url),
                    url.path()
                );
                self.referred(self.client.get(&format!("{target}?{query}")))
            }
        }
    }

    pub(super) fn referred(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(header::REFERER, self.url.to_string())
    }
}
