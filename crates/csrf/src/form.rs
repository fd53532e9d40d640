//! The token of a form, and the form's body once more.

use bytes::BytesMut;
use http::{HeaderMap, Response};
use http_body_util::BodyExt;
use plywood_core::{
    Body,
    body::{ReadError, Whole},
    refuse,
};
use plywood_header::media_type;

use crate::{
    multipart::{First, first},
    preceded::Preceded,
};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// So much of a `multipart/form-data` is read in search of its first field.
const MAX_FIRST: usize = 8 * 1024;

/// A boundary has so many characters at most ([RFC 2046 §5.1.1]). A longer one would be as much work as its length for each byte of the body.
///
/// [RFC 2046 §5.1.1]: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
const MAX_BOUNDARY: usize = 70;

/// Reads the field `name` of a form, if it is one and has it.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    name: &str,
    limit: usize,
) -> Result<(Option<Vec<u8>>, Body), Response<Body>> {
    if media_type::is(headers, URLENCODED) {
        let whole = Whole::read(body, limit).await;
        let whole = whole.map_err(unread)?;
        let mut fields = form_urlencoded::parse(&whole.bytes);
        let value = fields.find(|(field, _)| field == name);
        let value = value.map(|(_, value)| value.into_owned().into_bytes());
        return Ok((value, whole.into_body()));
    }
    if media_type::is(headers, MULTIPART)
        && let Some(boundary) = media_type::parameter(headers, "boundary")
        && (1..=MAX_BOUNDARY).contains(&boundary.len())
    {
        return first_of(body, &boundary, name).await;
    }
    Ok((None, body))
}

fn unread(error: ReadError) -> Response<Body> {
    refuse(error.status(), error)
}

async fn first_of(
    mut body: Body,
    boundary: &str,
    name: &str,
) -> Result<(Option<Vec<u8>>, Body), Response<Body>> {
    let mut beginning = BytesMut::new();
    let mut looked_at = 0;
    let (mut trailers, mut is_over) = (None, false);
    let value = loop {
        // Not after each small frame: whoever sends single bytes would have all of them looked at as often.
        if is_over || beginning.len() >= MAX_FIRST || beginning.len() >= 2 * looked_at {
            looked_at = beginning.len();
            // Not more of a long frame than of many short ones: how a body is cut decides nothing.
            match first(&beginning[..looked_at.min(MAX_FIRST)], boundary, name) {
                First::Value(value) => break Some(value.to_vec()),
                First::Unfinished if !is_over && looked_at < MAX_FIRST => {}
                First::Unfinished | First::Other => break None,
            }
        }
        match body.frame().await {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => beginning.extend_from_slice(&data),
                Err(frame) => {
                    trailers = frame.into_trailers().ok();
                    is_over = true;
                }
            },
            Some(Err(error)) => return Err(unread(ReadError::broken_off(error))),
            None => is_over = true,
        }
    };
    let bytes = beginning.freeze();
    let body = if is_over {
        Whole { bytes, trailers }.into_body()
    } else {
        Body::new(Preceded {
            beginning: bytes,
            rest: body,
        })
    };
    Ok((value, body))
}
