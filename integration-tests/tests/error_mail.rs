//! Reports by mail, to a server that nobody here wrote: over TLS, signed in, and never otherwise.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    fs, io,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use plywood_error::{Incident, IncidentKind, Reports};
use plywood_error_mail::Mail;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// How the server is spoken to, and by whom.
struct Case {
    /// What the server speaks.
    kind: &'static str,
    /// The client's URL, without the port.
    url: &'static str,
    /// The name in the server's certificate.
    name: &'static str,
    trusts: bool,
}

const GOOD: Case = Case {
    kind: "smtps",
    url: "smtps://ada:s%40cret@localhost:PORT",
    name: "localhost",
    trusts: true,
};

/// What the server tells of one report.
fn told(case: &Case) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut root = CertificateParams::new([]).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([case.name.to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &root).unwrap();
    let file = |name: &str, pem: String| {
        let path = folder.path().join(name);
        fs::write(&path, pem).unwrap();
        path
    };

    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges");
    let mut server = Command::new(judges.join("environment/bin/python"))
        .arg(judges.join("mail.py"))
        .arg(case.kind)
        .arg(file("certificate.pem", certificate.pem()))
        .arg(file("key.pem", key.serialize_pem()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judges are installed by ./test tools");
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = lines.next().unwrap().unwrap();

    let url = case.url.replace("PORT", &port);
    let mail = Mail::new(&url, "Shop <shop@example.com>", "ada@example.com").unwrap();
    let mail = if case.trusts {
        mail.root_certificate(root.pem().as_bytes()).unwrap()
    } else {
        mail
    };
    let reports = Reports::to(mail.label("shop")).start().unwrap();
    let error = io::Error::other("the disk of Grüße is full");
    reports.tell(&Incident::new(IncidentKind::Failed, &error));
    assert!(reports.finish(PATIENCE));
    drop(server.stdin.take());
    let told = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let told = told.collect();
    assert!(server.wait().unwrap().success());
    told
}

#[test]
fn a_report_is_mailed_over_tls_by_whoever_has_signed_in() {
    let starttls = Case {
        kind: "starttls",
        url: "smtp://ada:s%40cret@localhost:PORT?tls=required",
        ..GOOD
    };
    for case in [GOOD, starttls] {
        let told = told(&case);
        let [signs_in, mail] = &told[..] else {
            panic!("{}: {told:?}", case.kind)
        };
        assert_eq!(signs_in["signs_in"], "ada");
        assert_eq!(mail["user"], "ada");
        assert_eq!(mail["tls"], true);
        assert_eq!(mail["from"], "shop@example.com");
        assert_eq!(mail["to"], serde_json::json!(["ada@example.com"]));
        let text = mail["text"].as_str().unwrap();
        for line in [
            "From: Shop <shop@example.com>\r\n",
            "To: ada@example.com\r\n",
            "Auto-Submitted: auto-generated\r\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}

#[test]
fn to_a_server_that_is_not_who_it_says_neither_mail_nor_password_is_sent() {
    for case in [
        // Nobody knows who has signed its certificate.
        Case {
            trusts: false,
            ..GOOD
        },
        // It is another one.
        Case {
            name: "mail.example",
            ..GOOD
        },
        // It has no TLS, or somebody between has cut it out.
        Case {
            kind: "plain",
            url: "smtp://ada:s%40cret@localhost:PORT?tls=required",
            ..GOOD
        },
    ] {
        assert_eq!(
            told(&case),
            Vec::<Value>::new(),
            "{} {}",
            case.kind,
            case.name
        );
    }
}

#[test]
fn with_a_wrong_password_no_mail_is_sent() {
    let told = told(&Case {
        url: "smtps://ada:wrong@localhost:PORT",
        ..GOOD
    });
    assert!(!told.is_empty());
    assert!(
        told.iter().all(|told| told["password"] == "wrong"),
        "{told:?}"
    );
}
