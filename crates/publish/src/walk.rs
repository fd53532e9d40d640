//! The walk: a segment at a time, from the root to a page.

use http::Response;
use http_body::Body as _;
use plywood_core::{Body, BoxError};

use crate::{
    Node, Visit,
    directory::{Borrowing, Erased},
    page::Asked,
    refusal,
};

/// Where a walk ended.
pub(crate) enum Walked {
    Answered(Response<Body>),
    /// There is nothing. The request is given back, for who takes what is not found.
    Nowhere(Asked),
}

use Walked::{Answered, Nowhere};

/// Walks on from `here`: each turn takes one of the segments, so that it ends.
pub(crate) fn walk<'a>(
    here: &'a dyn Erased,
    segments: &'a [&'a str],
    mut asked: Asked,
) -> Borrowing<'a, Result<Walked, BoxError>> {
    Box::pin(async move {
        if let Err(denied) = here.access(&asked.visit).await {
            return Ok(Answered(denied.into_response()));
        }
        let depth = asked.visit.trail().names().len();
        let walked = match segments.split_first() {
            None => return index(here, asked).await,
            // What is private has no name, and nobody takes its place.
            Some((name, _)) if name.starts_with('_') => Answered(refusal::not_found()),
            Some((&name, rest)) => match here.lookup(name, &asked.visit).await? {
                Some(Node::Directory(below)) => {
                    asked.visit.trail_mut().enter(name, here.is_fixed(name));
                    walk(below.directory(), rest, asked).await?
                }
                Some(Node::Page(page)) if !asked.visit.has_trailing_slash => {
                    asked.visit.trail_mut().enter(name, here.is_fixed(name));
                    asked.visit.trail_mut().end_at_page();
                    Answered(page.call(rest, asked).await?)
                }
                Some(Node::Page(_)) | None => Nowhere(asked),
            },
        };
        fall_back(here, segments, depth, walked).await
    })
}

/// The directory itself is asked for.
async fn index(here: &dyn Erased, asked: Asked) -> Result<Walked, BoxError> {
    let depth = asked.visit.trail().names().len();
    match here.index() {
        Some(page) if asked.visit.has_trailing_slash => Ok(Answered(page.call(&[], asked).await?)),
        // A form that was sent elsewhere than the page said is not sent on.
        Some(_) if asked.body.is_end_stream() => {
            let path = path(&asked.visit);
            Ok(Answered(refusal::to_directory(&asked.visit, &path)))
        }
        _ => fall_back(here, &[], depth, Nowhere(asked)).await,
    }
}

/// Who takes what is not found here or below.
async fn fall_back(
    here: &dyn Erased,
    segments: &[&str],
    depth: usize,
    walked: Walked,
) -> Result<Walked, BoxError> {
    match (walked, here.fallback()) {
        (Nowhere(mut asked), Some(page)) => {
            asked.visit.trail_mut().go_back_to(depth);
            Ok(Answered(page.call(segments, asked).await?))
        }
        (walked, _) => Ok(walked),
    }
}

fn path(visit: &Visit) -> String {
    visit.trail().names().flat_map(|name| ["/", name]).collect()
}
