#[cfg(feature = "dictionary")]
use std::sync::Arc;
use std::task::{Context, Poll};

#[cfg(feature = "dictionary")]
use bytes::Bytes;
#[cfg(feature = "dictionary")]
use http::StatusCode;
use http::{HeaderMap, Request, Response, header, response};
use plywood_core::{
    Body, FileIdentity, HttpBody,
    future::{Edit, Refuse, Screened},
};
use plywood_header::{accept_encoding::Coding, vary};
use tower_service::Service;

#[cfg(feature = "dictionary")]
use crate::dictionary::{self, Known};
use crate::{
    Compressed, CompressionLayer,
    asked::{Asked, Content},
    at_hand::{self, AtHand},
    cache::{Coded, Key},
    effort::Job,
    eligibility::Eligibility,
    head, refusal,
    stream::Stream,
    tags::{self, EntityTags},
};

/// What this build can write with a dictionary, the best first.
#[cfg(feature = "dictionary")]
const DICTIONARY_CODINGS: &[Coding] = &[
    #[cfg(feature = "zstd")]
    Coding::Dcz,
    #[cfg(feature = "br")]
    Coding::Dcb,
];

/// The service that [`CompressionLayer`] makes.
#[derive(Clone, Debug)]
pub struct Compression<S> {
    pub(crate) inner: S,
    pub(crate) layer: CompressionLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Compression<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Compressed<ResBody>>;
    type Error = S::Error;
    type Future = Screened<S::Future, Compress>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let compress = Compress {
            asked: Asked::of(&request, &self.layer),
            layer: self.layer.clone(),
        };
        if compress.refuses() {
            return Screened::refuse(compress);
        }
        if self.layer.tags() == EntityTags::Suffixed {
            tags::without_suffixes(request.headers_mut(), self.layer.offers());
        }
        Screened::admit(self.inner.call(request), compress)
    }
}

/// What [`Compression`] does to an answer.
#[derive(Debug)]
pub struct Compress {
    asked: Asked,
    layer: CompressionLayer,
}

impl<B: HttpBody> Edit<B> for Compress {
    type Body = Compressed<B>;

    fn edit(self, response: Response<B>) -> Response<Compressed<B>> {
        let (mut parts, body) = response.into_parts();
        let body = match self.coding(&mut parts, &body) {
            Some(coding) => self.compress(&mut parts, body, coding),
            None => Compressed::plain(body),
        };
        Response::from_parts(parts, body)
    }
}

impl<B: HttpBody> Refuse<B> for Compress {
    fn refuse(self) -> Response<Compressed<B>> {
        refusal::not_acceptable().map(Compressed::whole)
    }
}

impl Compress {
    fn refuses(&self) -> bool {
        self.layer.is_strict() && self.asked.accepts_nothing(self.layer.offers())
    }

    /// The coding in which to answer. Whatever it is, the head has learnt what it must say about the choice.
    fn coding<B: HttpBody>(&self, parts: &mut response::Parts, body: &B) -> Option<Coding> {
        if self.asked.content == Content::Tunnel {
            return None;
        }
        let size = self.size(&parts.headers, body);
        let eligibility = self.layer.eligibility(parts, size);
        if eligibility == Eligibility::Never {
            return None;
        }
        vary::append(&mut parts.headers, header::ACCEPT_ENCODING);
        #[cfg(feature = "dictionary")]
        if self
            .asked
            .concern()
            .is_some_and(|concern| concern.is_covered)
        {
            vary::append(&mut parts.headers, dictionary::AVAILABLE);
        }
        let offers = self.layer.offers();
        let stands_for = match (eligibility, self.asked.content) {
            #[cfg(feature = "dictionary")]
            (Eligibility::Worthy, Content::Body) if self.available().is_some() => {
                return self
                    .asked
                    .coding(&self.offers_with_dictionary(body.size_hint().exact()));
            }
            (Eligibility::Worthy, Content::Body) => return self.asked.coding(offers),
            (Eligibility::Worthy, _) => self.asked.coding(offers),
            (Eligibility::Confirmation, _) => self.confirmed_coding(&parts.headers),
            _ => None,
        };
        if let Some(coding) = stands_for {
            head::forget_plain(&mut parts.headers, coding, self.layer.tags());
        }
        None
    }

    /// The coding of the answer that a 304 with this head stands for; `None` if it is the plain one.
    fn confirmed_coding(&self, headers: &HeaderMap) -> Option<Coding> {
        let offers = self.layer.offers();
        match self.layer.tags() {
            EntityTags::Suffixed => {
                let held = self.asked.held_coding(headers, offers);
                held.or_else(|| {
                    self.asked
                        .coding(offers)
                        .filter(|_| !self.asked.holds_plain)
                })
            }
            EntityTags::Weak if self.asked.holds_plain => None,
            EntityTags::Weak => self.asked.coding(offers),
        }
    }

    /// The length of the body, in bytes, or more than that; `None` if nothing says it.
    fn size<B: HttpBody>(&self, headers: &HeaderMap, body: &B) -> Option<u64> {
        let known = match self.asked.content {
            Content::Body => body.size_hint().upper(),
            // The body is not there; the field says how long it would be.
            Content::Head | Content::Tunnel => None,
        };
        known.or_else(|| {
            headers
                .get(header::CONTENT_LENGTH)?
                .to_str()
                .ok()?
                .parse()
                .ok()
        })
    }

    fn compress<B: HttpBody>(
        &self,
        parts: &mut response::Parts,
        body: B,
        coding: Coding,
    ) -> Compressed<B> {
        let job = self.layer.job(coding, parts, body.size_hint().exact());
        #[cfg(feature = "dictionary")]
        let job = Job {
            dictionary: self.dictionary_for(job.coding),
            ..job
        };
        let key = self.key(parts, &job);
        let kept = self.layer.kept().zip(key.as_ref());
        let find = || kept.and_then(|(cache, key)| cache.find(key));
        let hit = find();
        // The head of one that becomes a dictionary says so each time, so its bytes are looked at first.
        #[cfg(feature = "dictionary")]
        let hit = hit.filter(|_| !self.may_become_dictionary());
        if let Some(coded) = hit {
            return self.finished(parts, &job, coded, || Compressed::plain(body));
        }
        // Nobody waits for an encoder: a plain answer is right too.
        let Some(mut encoder) = self.layer.encoder(&job) else {
            return Compressed::plain(body);
        };
        let body = Body::new(body);
        #[cfg(feature = "dictionary")]
        let body = self.learn_at_hand(body, parts);
        match at_hand::look(body, job.portion()) {
            AtHand::Whole(plain) => {
                #[cfg(feature = "dictionary")]
                self.learn(&plain, parts);
                let coded = match kept {
                    Some((cache, key)) => cache.once(key, || encoder.whole(&plain)),
                    None => encoder.whole(&plain),
                };
                self.finished(parts, &job, coded, || Compressed::whole(plain))
            }
            AtHand::Part(first, rest) => {
                if let Some(coded) = find().flatten() {
                    self.recode(parts, &job, Some(coded.len()));
                    return Compressed::whole(coded);
                }
                self.recode(parts, &job, None);
                let stream = Stream::new(encoder, first, rest, 2 * job.portion());
                let claim = self
                    .layer
                    .kept()
                    .zip(key)
                    .and_then(|(cache, key)| cache.claim(key));
                Compressed::stream(stream.kept(claim))
            }
        }
    }

    /// The answer whose body became `coded`, or stays `plain` because it did not become smaller.
    fn finished<B>(
        &self,
        parts: &mut response::Parts,
        job: &Job,
        coded: Coded,
        plain: impl FnOnce() -> Compressed<B>,
    ) -> Compressed<B> {
        let Some(coded) = coded else { return plain() };
        self.recode(parts, job, Some(coded.len()));
        Compressed::whole(coded)
    }

    fn recode(&self, parts: &mut response::Parts, job: &Job, length: Option<usize>) {
        head::recode(&mut parts.headers, job.coding, self.layer.tags(), length);
        // The bytes are no longer the file's.
        parts.extensions.remove::<FileIdentity>();
    }

    /// What the answer is kept by, if it may be.
    fn key(&self, parts: &response::Parts, job: &Job) -> Option<Key> {
        // The difference to one dictionary of many is not asked for twice.
        let is_ordinary = !matches!(job.coding, Coding::Dcz | Coding::Dcb);
        let resource = self.asked.resource().filter(|_| is_ordinary)?;
        Key::of(resource, parts, job)
    }
}

#[cfg(feature = "dictionary")]
impl Compress {
    fn may_become_dictionary(&self) -> bool {
        let concern = self.asked.concern();
        concern.is_some_and(|concern| concern.becomes.is_some())
    }

    /// The dictionary that the client holds, if it is one of ours.
    fn available(&self) -> Option<&Arc<Known>> {
        self.asked.concern()?.available.as_ref()
    }

    fn offers_with_dictionary(&self, size: Option<u64>) -> Vec<Coding> {
        let length = self.available().map_or(0, |known| known.bytes.len() as u64);
        // Brotli's window must hold the dictionary and the whole body.
        let fits = size.is_some_and(|size| size.saturating_add(length) < 1 << 22);
        let known = DICTIONARY_CODINGS
            .iter()
            .filter(|coding| fits || **coding != Coding::Dcb);
        known.chain(self.layer.offers()).copied().collect()
    }

    fn dictionary_for(&self, coding: Coding) -> Option<Arc<Known>> {
        let wants = matches!(coding, Coding::Dcz | Coding::Dcb);
        self.available().filter(|_| wants).cloned()
    }

    /// The answer may become a dictionary itself: then its bytes are kept. Whether the client can use one is not known yet: a browser says so
    /// only when it holds one.
    fn learn(&self, plain: &Bytes, parts: &mut response::Parts) {
        if let Some(dictionaries) = self.layer.known_dictionaries()
            && let Some(matches) = self
                .asked
                .concern()
                .and_then(|concern| concern.becomes.as_ref())
            && parts.status == StatusCode::OK
        {
            dictionaries.learn(plain, matches, &mut parts.headers);
        }
    }

    fn learn_at_hand(&self, body: Body, parts: &mut response::Parts) -> Body {
        match body.try_into_bytes() {
            Ok(plain) => {
                self.learn(&plain, parts);
                plain.into()
            }
            Err(stream) => stream,
        }
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use std::{convert::Infallible, future::ready};

    use bytes::Bytes;
    use futures_util::{FutureExt, StreamExt, stream};
    use http_body::Frame;
    use http_body_util::{BodyExt, StreamBody};
    use plywood_core::BoxError;
    use tower::{Layer, ServiceExt, service_fn};

    use super::*;

    #[test]
    fn what_every_call_carries_stays_small() {
        assert!(size_of::<Compress>() <= 64, "{}", size_of::<Compress>());
        let body = size_of::<Compressed<Body>>();
        assert!(body <= size_of::<Body>() + 16, "{body}");
        assert!(body < 64, "{body}");
    }

    /// Makes `body` the answer to a request that accepts gzip.
    fn respond(layer: &CompressionLayer, body: Body) -> Response<Compressed<Body>> {
        let mut response = Response::builder()
            .header("content-type", "text/plain")
            .header("etag", "\"x\"")
            .body(body)
            .ok();
        let service = layer.layer(service_fn(move |_| {
            ready(Ok::<_, Infallible>(response.take().expect("called once")))
        }));
        let request = Request::get("/")
            .header("accept-encoding", "gzip")
            .body(())
            .unwrap();
        let Ok(response) = service
            .oneshot(request)
            .now_or_never()
            .expect("ready at once");
        response
    }

    fn is_coded(response: &Response<Compressed<Body>>) -> bool {
        response.headers().contains_key("content-encoding")
    }

    /// The same, and it must be compressed.
    fn answer(layer: &CompressionLayer, body: Body) -> Compressed<Body> {
        let response = respond(layer, body);
        assert!(is_coded(&response));
        response.into_body()
    }

    /// Some text, then an error, or a wait without an end.
    fn unfinished(fails: bool) -> Body {
        let first = Ok(Frame::data(Bytes::from_static(b"some text")));
        let last = if fails {
            stream::once(ready(Err(BoxError::from("broken")))).boxed()
        } else {
            stream::pending().boxed()
        };
        Body::new(StreamBody::new(stream::once(ready(first)).chain(last)))
    }

    #[tokio::test]
    async fn an_encoder_comes_back_when_its_work_is_over() {
        let layer = CompressionLayer::new();

        let whole = answer(&layer, "x".repeat(5000).into());
        assert_eq!(layer.idle_encoders(), 1, "the answer is ready");
        drop(whole);

        let mut left = answer(&layer, unfinished(false));
        left.frame().await.unwrap().unwrap();
        assert_eq!(layer.idle_encoders(), 0, "it is at work");
        drop(left);
        assert_eq!(layer.idle_encoders(), 1, "the client is gone");

        let mut broken = answer(&layer, unfinished(true));
        while broken.frame().await.is_some_and(|frame| frame.is_ok()) {}
        assert_eq!(
            layer.idle_encoders(),
            1,
            "the body failed, and is still there"
        );
        drop(broken);

        let long = "x".repeat(crate::effort::PORTION + 1);
        let mut complete = answer(&layer, long.into());
        assert_eq!(layer.idle_encoders(), 0);
        while complete.frame().await.is_some() {}
        assert_eq!(
            layer.idle_encoders(),
            1,
            "the body is over, and is still there"
        );
    }

    #[test]
    fn readers_who_take_their_time_cannot_hold_more_encoders_than_the_bound() {
        let layer = CompressionLayer::new().max_encoders(2);
        let slow: Vec<_> = (0..2).map(|_| respond(&layer, unfinished(false))).collect();
        assert!(slow.iter().all(is_coded));

        let beyond = respond(&layer, unfinished(false));
        assert!(!is_coded(&beyond));
        assert_eq!(beyond.headers()["vary"], "accept-encoding");
        assert_eq!(beyond.headers()["etag"], "\"x\"");
        drop(beyond);
        assert!(!is_coded(&respond(&layer, "x".repeat(5000).into())));

        drop(slow);
        assert!(is_coded(&respond(&layer, unfinished(false))));
    }
}
