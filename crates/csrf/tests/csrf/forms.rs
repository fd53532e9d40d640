//! The token in a form, and the form as the inner service gets it.

use std::{future::ready, io};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Method};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use plywood_core::{Body, BoxError, Failure};
use plywood_csrf::{CsrfLayer, Reason};
use plywood_test::{Multipart, harness::RoughBody};

use crate::{FORM, Visitor, why};

const MULTIPART: &str = "multipart/form-data; boundary=x";

fn multipart(boundary: &str, field: &str, value: &str) -> String {
    format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n--{boundary}--\r\n"
    )
}

#[tokio::test]
async fn our_own_form_is_let_in_whole() {
    let ada = Visitor::new(CsrfLayer::new());
    let page = ada.client.get("/").await;
    let sent = page.form().fill("note", "a&b").submit().await;
    let sent = sent.expect_status(200).text().to_owned();
    assert!(sent.ends_with("&note=a%26b"), "{sent}");
}

#[tokio::test]
async fn a_token_comes_in_a_field_of_the_head_or_of_a_form() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    let by_head = ada.client.post("/").header("x-csrf-token", &token);
    let reply = by_head.body("{}").await.expect_status(200);
    assert_eq!(reply.text(), "{}");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let form = format!("a=b&csrf_token={token}");
        let sent = ada.client.request(method, "/").header("content-type", FORM);
        let reply = sent.body(form.clone()).await.expect_status(200);
        assert_eq!(reply.text(), form);
    }
    let post = |form: &Multipart| ada.client.post("/").multipart(form);
    let parts = Multipart::new().text("csrf_token", &token);
    let upload = parts.file("file", "a.bin", "text/plain", "x".repeat(100_000));
    let sent = post(&upload).await.expect_status(200);
    assert!(sent.bytes().len() > 100_000);
    let late = Multipart::new()
        .text("note", "x")
        .text("csrf_token", &token);
    let sent = post(&late).await.expect_status(403);
    assert_eq!(why(&sent), Reason::Missing);
}

#[tokio::test]
async fn the_media_type_is_read_as_the_standard_says() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    let urlencoded = format!("csrf_token={token}");
    let parts = multipart("x", "csrf_token", &token);
    for (media_type, form, status) in [
        (
            "Application/X-WWW-Form-URLencoded; charset=utf-8",
            &urlencoded,
            200,
        ),
        ("application/x-www-form-urlencoded2", &urlencoded, 403),
        ("text/plain", &urlencoded, 403),
        (
            "Multipart/Form-Data; charset=utf-8; Boundary=\"x\"",
            &parts,
            200,
        ),
        ("multipart/mixed; boundary=x", &parts, 403),
        ("multipart/form-data; boundary=y", &parts, 403),
        ("multipart/form-data; boundary=X", &parts, 403),
        ("multipart/form-data; boundary=\"\"", &parts, 403),
        ("multipart/form-data", &parts, 403),
        (FORM, &parts, 403),
        (MULTIPART, &urlencoded, 403),
    ] {
        let sent = ada.client.post("/").header("content-type", media_type);
        let reply = sent.body(form.clone()).await;
        let reply = reply.expect_status(status);
        match status {
            200 => assert_eq!(reply.text(), form, "{media_type}"),
            _ => assert_eq!(why(&reply), Reason::Missing, "{media_type}"),
        }
    }
}

#[tokio::test]
async fn of_two_fields_of_the_name_the_first_counts() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    for (form, status) in [
        (format!("csrf_token={token}&csrf_token=x"), 200),
        (format!("csrf_token=x&csrf_token={token}"), 403),
        (format!("%63srf_token={token}"), 200),
        (format!("Csrf_token={token}"), 403),
        (format!("csrf_token[]={token}"), 403),
    ] {
        let sent = ada.client.post("/").header("content-type", FORM);
        sent.body(form).await.expect_status(status);
    }
}

#[tokio::test]
async fn the_field_may_have_another_name_and_then_the_usual_one_is_none() {
    let ada = Visitor::new(CsrfLayer::new().field("authenticity"));
    let token = ada.token().await;
    for (field, status) in [("authenticity", 200), ("csrf_token", 403)] {
        for (media_type, form) in [
            (FORM, format!("{field}={token}")),
            (MULTIPART, multipart("x", field, &token)),
        ] {
            let sent = ada.client.post("/").header("content-type", media_type);
            let reply = sent.body(form).await.expect_status(status);
            if status == 403 {
                let failure = reply.extensions().get::<Failure>().unwrap().to_string();
                assert!(failure.contains("authenticity"), "{failure}");
            }
        }
    }
}

#[tokio::test]
async fn a_form_that_comes_in_single_bytes_is_whole() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    for (media_type, form) in [
        (MULTIPART, multipart("x", "csrf_token", &token)),
        (FORM, format!("note=x&csrf_token={token}&more=y")),
    ] {
        for pieces in [1, 7, 1000] {
            let body = RoughBody::new(form.clone()).pieces(pieces).delays(2);
            let sent = ada.client.post("/").header("content-type", media_type);
            let reply = sent.body(Body::new(body)).await.expect_status(200);
            assert_eq!(reply.text(), form);
        }
    }
}

#[tokio::test]
async fn what_comes_after_the_form_comes_through() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    for (media_type, form) in [
        (MULTIPART, multipart("x", "csrf_token", &token)),
        (FORM, format!("csrf_token={token}")),
    ] {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-checksum", "1".parse().unwrap());
        let whole = Full::new(Bytes::from(form.clone()));
        let body = Body::new(whole.with_trailers(ready(Some(Ok(trailers.clone())))));
        let sent = ada.client.post("/").header("content-type", media_type);
        let reply = sent.body(body).await.expect_status(200);
        assert_eq!((reply.text(), reply.trailers()), (&*form, &trailers));
    }
}

#[tokio::test]
async fn how_a_form_is_cut_decides_nothing() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    let disposition = "content-disposition: form-data; name=\"csrf_token\"";
    for (filling, status) in [(0, 200), (8000, 200), (8192, 403), (20_000, 403)] {
        let filling = "x".repeat(filling);
        let form = format!("--x\r\n{disposition}\r\nx: {filling}\r\n\r\n{token}\r\n--x--\r\n");
        for pieces in [1, 1000, 100_000] {
            let body = RoughBody::new(form.clone()).pieces(pieces);
            let sent = ada.client.post("/").header("content-type", MULTIPART);
            sent.body(Body::new(body)).await.expect_status(status);
        }
    }
}

#[tokio::test]
async fn a_boundary_that_no_form_has_is_none() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    for (length, status) in [(1, 200), (70, 200), (71, 403), (30_000, 403)] {
        let boundary = "x".repeat(length);
        let media_type = format!("multipart/form-data; boundary={boundary}");
        let sent = ada.client.post("/").header("content-type", media_type);
        let form = multipart(&boundary, "csrf_token", &token);
        sent.body(form).await.expect_status(status);
    }
}

#[tokio::test]
async fn an_urlencoded_form_has_a_bound_and_a_multipart_one_has_none() {
    let form = |token: &str| format!("csrf_token={token}&note=");
    let length = form(&"x".repeat(86)).len();
    let ada = Visitor::new(CsrfLayer::new().max_form(length));
    let token = ada.token().await;
    let before = ada.asked();
    for (more, status) in [("", 200), ("x", 413)] {
        let form = form(&token) + more;
        let announced = Body::from(form.clone());
        let unannounced = Body::new(RoughBody::new(form).pieces(50));
        for body in [announced, unannounced] {
            let sent = ada.client.post("/").header("content-type", FORM);
            let reply = sent.body(body).await.expect_status(status);
            let failure = reply.extensions().get::<Failure>();
            assert_eq!(failure.is_some(), status == 413);
        }
    }
    assert_eq!(ada.asked(), before + 2);
    let parts = Multipart::new().text("csrf_token", &token);
    let upload = parts.text("note", "x".repeat(2 << 20));
    ada.client
        .post("/")
        .multipart(&upload)
        .await
        .expect_status(200);
}

#[tokio::test]
async fn a_form_that_breaks_off_is_let_in_nowhere() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    let before = ada.asked();
    for (media_type, form) in [
        (MULTIPART, multipart("x", "csrf_token", &token)),
        (FORM, format!("csrf_token={token}")),
    ] {
        let lost = Body::new(RoughBody::new(form.clone()).fails_after(20));
        let late = io::Error::from(io::ErrorKind::TimedOut);
        let frames = [
            Ok(Frame::data(Bytes::from(form[..20].to_owned()))),
            Err(BoxError::from(late)),
        ];
        let late = Body::new(StreamBody::new(stream::iter(frames)));
        for (body, status) in [(lost, 400), (late, 408)] {
            let sent = ada.client.post("/").header("content-type", media_type);
            let reply = sent.body(body).await.expect_status(status);
            assert!(reply.extensions().get::<Failure>().is_some());
        }
    }
    assert_eq!(ada.asked(), before);
}
