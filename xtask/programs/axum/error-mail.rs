//! What an axum handler could not do goes out by mail, to a small post office of our own.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::mpsc,
    thread,
};

use axum::{Extension, Router, body::Body, http::Request, routing::get};
use plywood_error::{Incident, IncidentKind, Reports};
use plywood_error_mail::Mail;
use tower::ServiceExt;

/// Takes one mail, as SMTP has it.
fn take_mail(listener: &TcpListener) -> std::io::Result<String> {
    let (mut stream, _) = listener.accept()?;
    let lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"220 post.example\r\n")?;
    let mut mail = None;
    for line in lines {
        let line = line?;
        let answer: &[u8] = match (&mut mail, line.as_str()) {
            (Some(_), ".") => break,
            (Some(mail), line) => {
                *mail += line;
                continue;
            }
            (None, "DATA") => {
                mail = Some(String::new());
                b"354 go on\r\n"
            }
            _ => b"250 as you like\r\n",
        };
        stream.write_all(answer)?;
    }
    stream.write_all(b"250 it is on its way\r\n")?;
    Ok(mail.unwrap_or_default())
}

async fn save(Extension(reports): Extension<Reports>) -> &'static str {
    let error = std::io::Error::other("the disk is full");
    reports.tell(&Incident::new(IncidentKind::Failed, &error));
    "later"
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let office = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", office.local_addr().unwrap());
    let (sender, mails) = mpsc::channel();
    thread::spawn(move || sender.send(take_mail(&office)));

    let mail = Mail::new(&url, "shop@example.com", "ada@example.com").unwrap();
    let reports = Reports::to(mail.label("shop")).start().unwrap();
    let app = Router::new()
        .route("/", get(save))
        .layer(Extension(reports.clone()));

    let request = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
    let mail = mails.recv().unwrap().unwrap();
    assert!(mail.contains("the disk is full"), "{mail}");
}
