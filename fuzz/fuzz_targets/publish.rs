#![no_main]

use arbitrary::Arbitrary;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use plywood_core::{Body, BoxError};
use plywood_publish::{Answer, Directory, Node, Page, Publish, Visit, publish};
use tower::ServiceExt;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    method: u8,
    target: &'a str,
    form: &'a [u8],
}

struct Site;

struct Deeper(u8);

#[publish]
impl Site {
    #[publish(index)]
    fn index(&self) -> &'static str {
        "index"
    }

    #[publish(GET, POST)]
    async fn page(&self, number: u32, text: Option<String>, flags: Vec<bool>) -> String {
        format!("page {number} {text:?} {flags:?}")
    }

    #[publish(directory)]
    fn hand(&self) -> ByHand {
        ByHand
    }

    #[publish(lookup)]
    async fn deeper(&self, depth: u8) -> Option<Deeper> {
        (depth < 8).then_some(Deeper(depth))
    }

    #[expect(dead_code, reason = "nobody may find it")]
    fn secret(&self) -> &'static str {
        "secret"
    }
}

#[publish]
impl Deeper {
    #[publish(lookup)]
    fn deeper(&self, depth: u8) -> Option<Deeper> {
        (depth > self.0).then_some(Deeper(depth))
    }

    #[publish(default)]
    fn rest(&self, #[publish(rest)] path: Vec<String>) -> String {
        format!("rest {path:?}")
    }
}

struct ByHand;

impl Directory for ByHand {
    async fn lookup<'a>(&'a self, name: &'a str, _: &Visit) -> Result<Option<Node<'a>>, BoxError> {
        assert!(!name.starts_with('_'), "a private name was looked up");
        assert!(!name.contains('/') && !name.is_empty() && name != "..");
        Ok((name == "x").then(|| {
            Node::Page(Page::new([http::Method::GET], |mut arguments| {
                Box::pin(async move {
                    let rest: Vec<String> = arguments.rest("rest")?;
                    Ok(format!("hand {rest:?}").answer())
                })
            }))
        }))
    }
}

fuzz_target!(|input: Input<'_>| {
    let methods = ["GET", "POST", "HEAD", "OPTIONS", "PUT"];
    let request = Request::builder()
        .method(methods[usize::from(input.method) % methods.len()])
        .uri(input.target)
        .header("content-type", "application/x-www-form-urlencoded");
    let Ok(request) = request.body(Body::from(input.form.to_vec())) else {
        return;
    };
    let answer = futures_util::FutureExt::now_or_never(async {
        let (head, body) = Publish::new(Site).oneshot(request).await.expect("no page fails").into_parts();
        (head, body.collect().await.expect("it is at hand").to_bytes())
    });
    let (head, body) = answer.expect("nothing waits");
    assert_ne!(body, "secret");
    assert!(head.status.as_u16() < 500);
    match head.status {
        StatusCode::PERMANENT_REDIRECT => {
            let location = head.headers["location"].as_bytes();
            assert!(location.starts_with(b"/") && !location.starts_with(b"//") && !location.starts_with(b"/\\"));
        }
        StatusCode::METHOD_NOT_ALLOWED => assert!(head.headers.contains_key("allow")),
        _ => {}
    }
});
