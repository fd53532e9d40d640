use http::{Response, header};
use http_body::Body as _;
use plywood_core::{
    Body,
    future::{Edit, Refuse},
};

/// What becomes of an endpoint's answer on its way out: an answer to HEAD loses its body. Or there is an answer instead of it.
#[derive(Debug)]
pub struct Finish {
    is_head: bool,
    instead: Option<Box<Response<Body>>>,
}

impl Finish {
    pub(crate) const fn answer(is_head: bool) -> Self {
        Self {
            is_head,
            instead: None,
        }
    }

    pub(crate) fn instead(response: Response<Body>) -> Self {
        Self {
            is_head: false,
            instead: Some(Box::new(response)),
        }
    }
}

impl Refuse<Body> for Finish {
    fn refuse(self) -> Response<Body> {
        *self.instead.expect("whoever refuses has an answer")
    }
}

impl Edit<Body> for Finish {
    type Body = Body;

    fn edit(self, mut response: Response<Body>) -> Response<Body> {
        if self.is_head {
            take_body_off(&mut response);
        }
        response
    }
}

/// The head stays as it is for GET, with the length that the body would have had
/// ([RFC 9110 §8.6](https://www.rfc-editor.org/rfc/rfc9110#section-8.6)).
fn take_body_off(response: &mut Response<Body>) {
    let body = std::mem::take(response.body_mut());
    let length = body.size_hint().exact().filter(|&length| length > 0);
    let headers = response.headers_mut();
    if let Some(length) = length
        && !headers.contains_key(header::TRANSFER_ENCODING)
    {
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert_with(|| length.into());
    }
}
