//! A layer that changes heads.

// ANCHOR: decision
use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Request, Response, header};
use plywood_core::{
    future::{Edit, Edited},
    sheet::{Act, Described, Sheet},
};
use plywood_header::{accept_language, vary};
use tower_layer::Layer;
use tower_service::Service;

/// The language in which to answer: left by [`LanguageLayer`], read by handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Language(&'static str);

/// Which language? The one that the visitor likes best, or the first of ours.
fn choose(request: &HeaderMap, ours: &[&'static str]) -> Language {
    let best = accept_language::best(request, ours);
    Language(best.or(ours.first().copied()).unwrap_or("en"))
}

/// What is said of an answer: that it hangs on the visitor's languages, and in
/// which of them it is, unless the service inside has said so, or it is not there.
fn mark(answer: &mut HeaderMap, language: Language, has_content: bool) {
    vary::append(answer, header::ACCEPT_LANGUAGE);
    if has_content {
        answer
            .entry(header::CONTENT_LANGUAGE)
            .or_insert(HeaderValue::from_static(language.0));
    }
}
// ANCHOR_END: decision

// ANCHOR: glue
/// Chooses one of our languages for each request.
#[derive(Clone, Debug)]
struct LanguageLayer {
    ours: Arc<[&'static str]>,
}

impl LanguageLayer {
    /// The languages that we have, as tags; the first is for who asks for none.
    fn new(ours: impl Into<Arc<[&'static str]>>) -> Self {
        Self { ours: ours.into() }
    }
}

impl<S> Layer<S> for LanguageLayer {
    type Service = InLanguage<S>;

    fn layer(&self, inner: S) -> InLanguage<S> {
        InLanguage {
            inner,
            layer: self.clone(),
        }
    }
}

/// What the doctor is told.
impl Described for LanguageLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().leaves::<Language>().acts(Act::MarksEveryAnswer)
    }
}

/// The service that [`LanguageLayer`] makes.
#[derive(Clone, Debug)]
struct InLanguage<S> {
    inner: S,
    layer: LanguageLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for InLanguage<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Edited<S::Future, Mark>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let language = choose(request.headers(), &self.layer.ours);
        request.extensions_mut().insert(language);
        Edited::new(self.inner.call(request), Mark(language))
    }
}

/// What is done to the answer.
struct Mark(Language);

impl<B> Edit<B> for Mark {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        let has_content = response.status().is_success();
        mark(response.headers_mut(), self.0, has_content);
        response
    }
}
// ANCHOR_END: glue

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), plywood_core::BoxError> {
    use plywood::prelude::*;

    let languages = LanguageLayer::new(["en", "de", "pt-BR"]);
    let app = plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(languages)
            .service(service_fn(greet)),
    );
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}

async fn greet(
    request: Request<plywood_core::Body>,
) -> Result<Response<plywood_core::Body>, plywood_core::BoxError> {
    let language = request.extensions().get().copied();
    let text = match language.unwrap_or(Language("en")) {
        Language("de") => "Guten Tag\n",
        Language("pt-BR") => "Bom dia\n",
        _ => "Good morning\n",
    };
    Ok(Response::new(text.into()))
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use http::StatusCode;
    use plywood_core::{Body, BoxError};
    use plywood_lint::LintLayer;
    use plywood_test::Client;
    use tower::{ServiceBuilder, service_fn};

    use super::*;

    const OURS: [&str; 3] = ["en", "de", "pt-BR"];

    #[test]
    fn the_decision_needs_no_service() {
        for (asked, language) in [
            (None, "en"),
            (Some("de-CH, en;q=0.5"), "de"),
            (Some("pt-BR, de;q=0.9"), "pt-BR"),
            (Some("ja"), "en"),
        ] {
            let mut request = HeaderMap::new();
            if let Some(asked) = asked {
                let asked = HeaderValue::from_static(asked);
                request.insert(header::ACCEPT_LANGUAGE, asked);
            }
            assert_eq!(choose(&request, &OURS), Language(language), "{asked:?}");
        }
    }

    #[tokio::test]
    async fn the_layer_keeps_the_contract() {
        // Stands between two lints: the client brings the outer one.
        let client = Client::new(
            ServiceBuilder::new()
                .layer(LanguageLayer::new(OURS))
                .layer(LintLayer::new())
                .service(service_fn(greet)),
        );
        let german = client.get("/").header("accept-language", "de").await;
        german
            .expect_text("Guten Tag\n")
            .expect_header("content-language", "de")
            .expect_header("vary", "accept-language");
        client.get("/").await.expect_text("Good morning\n");
    }

    #[tokio::test]
    async fn what_the_service_inside_has_said_stands_also_under_two_of_them() {
        let page = service_fn(|_: Request<Body>| async {
            let page = Response::builder()
                .header("content-language", "la")
                .header("vary", "Accept-Language, Cookie");
            page.body(Body::from("Salve\n")).map_err(BoxError::from)
        });
        let client = Client::new(
            ServiceBuilder::new()
                .layer(LanguageLayer::new(OURS))
                .layer(LintLayer::new())
                .layer(LanguageLayer::new(OURS))
                .layer(LintLayer::new())
                .service(page),
        );
        client
            .get("/")
            .await
            .expect_header("content-language", "la")
            .expect_header("vary", "Accept-Language, Cookie");
    }

    #[tokio::test]
    async fn an_answer_without_content_is_in_no_language_and_varies_all_the_same() {
        let unchanged = service_fn(|_: Request<Body>| async {
            let answer = Response::builder()
                .status(StatusCode::NOT_MODIFIED)
                .header("etag", "\"17\"");
            answer.body(Body::empty()).map_err(BoxError::from)
        });
        let stack = ServiceBuilder::new()
            .layer(LanguageLayer::new(OURS))
            .layer(LintLayer::new())
            .service(unchanged);
        let client = Client::new(stack);
        client
            .get("/")
            .header("if-none-match", "\"17\"")
            .await
            .expect_status(304)
            .expect_no_header("content-language")
            .expect_header("vary", "accept-language");
    }
}
// ANCHOR_END: test
