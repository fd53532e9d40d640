//! Reports that are mailed, to a server that takes everything down.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

use plywood_error::{Incident, IncidentKind, Reports};
use plywood_error_mail::{Mail, MailErrorKind};

const PATIENCE: Duration = Duration::from_secs(240);

/// Takes mails on a free port.
fn server() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, mails) = mpsc::channel();
    thread::spawn(move || {
        for socket in listener.incoming() {
            // A client that leaves is no matter.
            let _ = socket.and_then(|socket| take(socket, &sender));
        }
    });
    (address, mails)
}

/// One conversation.
fn take(socket: TcpStream, mails: &Sender<String>) -> io::Result<()> {
    let mut answer = socket.try_clone()?;
    let mut lines = BufReader::new(socket).lines();
    answer.write_all(b"220 here\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let reply: &[u8] = match line.split(' ').next().unwrap_or_default() {
            "DATA" => {
                answer.write_all(b"354 go on\r\n")?;
                let data = lines
                    .by_ref()
                    .map_while(Result::ok)
                    .take_while(|line| line != ".");
                let _ = mails.send(data.collect::<Vec<_>>().join("\n"));
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 well\r\n",
        };
        answer.write_all(reply)?;
    }
    Ok(())
}

#[test]
fn a_report_is_a_mail_whose_head_nothing_in_it_changes() {
    let (address, mails) = server();
    let mail = Mail::new(
        &format!("smtp://{address}"),
        "Shop <shop@example.com>",
        "ada@example.com",
    )
    .unwrap();
    let mail = mail.to("grace@example.com").unwrap().label("shop");
    let reports = Reports::to(mail).start().unwrap();
    let forged = "the disk is full\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>";
    reports.tell(&Incident::new(
        IncidentKind::Failed,
        &io::Error::other(forged),
    ));
    assert!(reports.finish(PATIENCE));
    let mail = mails.recv_timeout(PATIENCE).unwrap();
    let (head, text) = mail.split_once("\n\n").unwrap();
    assert!(head.contains("From: Shop <shop@example.com>"), "{mail}");
    assert!(
        head.contains("ada@example.com") && head.contains("grace@example.com"),
        "{mail}"
    );
    assert!(
        head.contains("Subject: [shop] failed: the disk is full"),
        "{mail}"
    );
    assert!(head.contains("Auto-Submitted: auto-generated"), "{mail}");
    assert!(head.contains("Message-ID: <"), "{mail}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{mail}");
    assert!(text.contains("fingerprint: "), "{mail}");
    assert!(mails.try_recv().is_err(), "there is one mail");
}

#[test]
fn what_is_wrong_is_said_without_the_password() {
    let error = Mail::new(
        "smtp://ada:secret@mail.example",
        "a@example.com",
        "b@example.com",
    )
    .unwrap_err();
    assert_eq!(error.kind(), MailErrorKind::Server);
    assert!(!error.to_string().contains("secret"));
    let error =
        Mail::new("smtps://ada:secret@mail.example", "nobody", "b@example.com").unwrap_err();
    assert_eq!(error.kind(), MailErrorKind::Address);
    let mail = Mail::new(
        "smtps://ada:secret@mail.example",
        "a@example.com",
        "b@example.com",
    )
    .unwrap();
    assert!(!format!("{mail:?}").contains("secret"));
}
