#![no_main]

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
};

use arbitrary::Arbitrary;
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use plywood_core::Body;
use plywood_test::Client;
use tower::service_fn;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    html: &'a str,
    name: &'a str,
    value: &'a str,
}

// A page is read without a panic, and what is forced into a form is what is sent.
fuzz_target!(|input: Input<'_>| {
    let html = input.html.to_owned();
    let page = service_fn(move |_: Request<Body>| {
        let page = Response::new(Body::from(html.clone()));
        async { Ok::<_, Infallible>(page) }
    });
    let answer = pin!(Client::new(page).get("/").send());
    let Poll::Ready(page) = answer.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing is waited for");
    };
    for link in page.links() {
        assert!(!link.text().contains("  "));
    }
    let lines = |text: &str| text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    let sent = (lines(input.name), lines(input.value));
    for form in page.forms() {
        let list = form.to_string();
        assert!(list.starts_with("the form"));
        if !input.name.eq_ignore_ascii_case("_charset_") {
            let form = form.force(input.name, input.value);
            assert!(form.values().contains(&sent), "{form}");
        }
    }
});
