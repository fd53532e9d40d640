//! Password files, hashes and Digest with the programs of others: Apache's, OpenSSL's, curl, and Python's.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use plywood::prelude::*;
use plywood_auth::{
    AuthLayer, Basic, Digest, DigestAuthLayer,
    digest::{Account, Asked, Credentials, Htdigest, User},
    password::{Htpasswd, PasswordHash},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(240);

/// What a program prints.
fn output(command: &mut Command, input: &str) -> String {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child =
        child.unwrap_or_else(|error| panic!("{command:?}: {error}; `./test tools` installs it"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {printed} {errors}");
    printed
}

fn python(arguments: &[&str], input: &str) -> String {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges");
    let mut python = Command::new(judges.join("environment/bin/python"));
    output(
        python.arg(judges.join("passwords.py")).args(arguments),
        input,
    )
}

fn htpasswd(file: &Path, options: &[&str], name: &str, password: &str) {
    let mut htpasswd = Command::new("htpasswd");
    htpasswd.args(options).arg("-i").arg(file).arg(name);
    output(&mut htpasswd, password);
}

/// A service that greets whoever comes in, behind a real server.
async fn serve<L>(layer: L) -> String
where
    L: Layer<Greeter, Service: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>>,
{
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = layer.layer(greeter());
    tokio::spawn(Server::new(listener).serve_until(app, std::future::pending()));
    format!("http://{address}/tools/saw?size=2%20m")
}

type Greeter = plywood::App;

fn greeter() -> Greeter {
    Greeter::new(service_fn(async |request: Request<Body>| {
        let caller = Identity::of(&request).unwrap();
        let greeting = format!("{} by {}", caller.name(), caller.auth_scheme());
        Ok(Response::new(Body::from(greeting)))
    }))
}

/// The body, and the status behind it.
fn curl(arguments: &[&str], url: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "240"]);
    curl.args(["--write-out", " %{http_code}"]);
    output(curl.args(arguments).arg(url), "")
}

fn credentials(name: &str, password: &str) -> String {
    format!("{name}:{password}")
}

#[tokio::test(flavor = "multi_thread")]
async fn apache_s_htpasswd_writes_what_is_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("users");
    let kinds = [
        ("bcrypt", &["-c", "-B"][..], "correct horse"),
        ("costly", &["-B", "-C", "8"], "x"),
        ("apr1", &["-m"], "pässwörd:with colons"),
        ("sha1", &["-s"], "battery\tstaple"),
        (
            "sha256",
            &["-2"],
            "a long one, longer than any block of SHA-256, and of SHA-512 too, and then some more of it; for it is hashed whole",
        ),
        ("sha512", &["-5"], "日本語"),
        ("rounds", &["-5", "-r", "1234"], " spaces "),
    ];
    for (name, options, password) in kinds {
        htpasswd(&file, options, name, password);
    }
    let url = serve(AuthLayer::new(Basic::of(Htpasswd::open(&file).unwrap()))).await;
    for (name, _, password) in kinds {
        let right = curl(&["--basic", "--user", &credentials(name, password)], &url);
        assert_eq!(right, format!("{name} by Basic 200"));
        let wrong = curl(&["--basic", "--user", &credentials(name, "wrong")], &url);
        assert!(wrong.ends_with(" 401"), "{name}: {wrong}");
    }
    let unknown = curl(&["--basic", "--user", "eve:correct horse"], &url);
    assert!(unknown.ends_with(" 401"), "{unknown}");
}

#[test]
fn what_is_broken_is_refused_by_its_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("users");
    htpasswd(&file, &["-c", "-B"], "ada", "correct horse");
    htpasswd(&file, &["-d"], "bob", "battery");
    let error = Htpasswd::open(&file).unwrap_err();
    assert_eq!(error.line(), Some(2));
    assert!(error.to_string().contains("DES"), "{error}");
    fs::remove_file(&file).unwrap();
    htpasswd(&file, &["-c", "-p"], "ada", "battery");
    let error = Htpasswd::open(&file).unwrap_err();
    assert!(error.to_string().contains("plain text"), "{error}");
    assert!(Htpasswd::at(&file).allow_plain_text().open().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_changed_by_apache_s_tool_counts_soon() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("users");
    htpasswd(&file, &["-c", "-B"], "ada", "old");
    let url = serve(AuthLayer::new(
        Basic::of(Htpasswd::open(&file).unwrap()).unlimited_attempts(),
    ))
    .await;
    let with = |password| curl(&["--basic", "--user", &credentials("ada", password)], &url);
    assert_eq!(with("old"), "ada by Basic 200");
    htpasswd(&file, &["-B"], "ada", "new");
    let begun = Instant::now();
    while with("new") != "ada by Basic 200" {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(with("old").ends_with(" 401"));
    // Cut off in the middle: what it said before is kept.
    let next = folder.path().join("next");
    fs::write(&next, "ada:$2y$05$").unwrap();
    fs::rename(&next, &file).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        assert_eq!(with("new"), "ada by Basic 200");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn openssl_writes_what_is_read() {
    for (options, salts) in [
        ("-1", &["saltsalt", "s"][..]),
        ("-apr1", &["saltsalt", "s"]),
        ("-5", &["saltsaltsaltsalt", "s", "rounds=1000$salt"]),
        ("-6", &["saltsaltsaltsalt", "s", "rounds=7777$salt"]),
    ] {
        for salt in salts {
            for password in ["x", "correct horse", "Überraschung", &"long ".repeat(30)] {
                let mut openssl = Command::new("openssl");
                openssl.args(["passwd", options, "-salt", salt, "-stdin"]);
                let stored = output(&mut openssl, password);
                let hash: PasswordHash = stored.trim_end().parse().unwrap();
                assert!(hash.verify(password), "{stored}");
                assert!(!hash.verify(&format!("{password}!")));
            }
        }
    }
}

#[test]
fn werkzeug_and_django_write_what_is_read() {
    let passwords = [
        "",
        "x",
        "correct horse",
        "Überraschung",
        "a:b$c",
        &"long ".repeat(30),
    ];
    let pairs = python(&["hashes"], &json!(passwords).to_string());
    let pairs: Vec<(String, String)> = serde_json::from_str(&pairs).unwrap();
    assert_eq!(pairs.len(), 1 + 7 * passwords.len());
    for (password, stored) in pairs {
        let hash: PasswordHash = stored.parse().unwrap();
        assert!(hash.verify(&password), "{stored}");
        assert!(!hash.verify(&format!("{password}!")) && hash.is_outdated());
    }
}

#[test]
fn werkzeug_reads_credentials_as_we_do() {
    let fields = [
        r#"Digest username="ada", realm="the shed", nonce="n", uri="/a?b=c,d", response="r", qop=auth, nc=00000001, cnonce="c", algorithm=MD5"#,
        r#"Digest username="a\"d\\a", realm="the, shed", nonce="n=", uri="/", response="r", qop="auth", nc="00000001", cnonce="", opaque="""#,
        r#"digest  username=ada,realm=shed , nonce=n,uri="/x", response=r,qop=auth-int,nc=0000000a,cnonce=c"#,
    ];
    let theirs = python(&["parse"], &json!(fields).to_string());
    let theirs: Vec<Value> = serde_json::from_str(&theirs).unwrap();
    for (field, theirs) in fields.iter().zip(theirs) {
        let ours = Credentials::parse(&field["digest".len()..]).unwrap();
        let User::Name(name) = ours.user() else {
            panic!("{field}")
        };
        assert_eq!(theirs["username"], **name, "{field}");
        assert_eq!(theirs["realm"], ours.realm());
        assert_eq!(theirs["nonce"], ours.nonce());
        assert_eq!(theirs["uri"], ours.uri());
        let count = u32::from_str_radix(theirs["nc"].as_str().unwrap(), 16);
        assert_eq!(count.ok(), ours.count());
        assert_eq!(theirs["qop"], ours.qop().unwrap().name());
    }
}

const PASSWORD: &str = "correct: hörse";

fn find(asked: &Asked<'_>) -> Option<Account> {
    asked
        .is("ada \"b\"")
        .then(|| Account::by_password(Identity::new("ada"), PASSWORD).name("ada \"b\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_signs_in_by_digest() {
    let digest = || Digest::new("the \"shed\"", find);
    let user = credentials("ada \"b\"", PASSWORD);
    for digest in [
        digest(),
        digest().allow_md5(),
        digest().sessions().user_hash(),
    ] {
        let basic = Basic::new(|name, _| Some(Identity::new(name)));
        let url = serve(AuthLayer::new(digest).or(basic)).await;
        for scheme in ["--digest", "--anyauth"] {
            assert_eq!(curl(&[scheme, "--user", &user], &url), "ada by Digest 200");
            let posted = curl(&[scheme, "--user", &user, "--data", "a=b"], &url);
            assert_eq!(posted, "ada by Digest 200");
            let wrong = credentials("ada \"b\"", "wrong");
            let wrong = curl(&[scheme, "--user", &wrong], &url);
            assert!(wrong.ends_with(" 401"), "{wrong}");
        }
        // Several requests with one nonce, on one connection.
        let thrice = curl(&["--digest", "--user", &user, &url, &url], &url);
        assert_eq!(thrice, "ada by Digest 200".repeat(3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn python_s_requests_signs_in_by_digest() {
    let find = |asked: &Asked<'_>| {
        asked
            .is("ada")
            .then(|| Account::by_password(Identity::new("ada"), "ply:wood"))
    };
    let digest = || Digest::new("the shed", find);
    // It takes all challenges for one: ours are written so that it finds an algorithm that it knows.
    for digest in [digest(), digest().allow_md5(), digest().sessions()] {
        let url = serve(DigestAuthLayer::from(digest)).await;
        let printed = python(&["requests", &url, "ada", "ply:wood"], "");
        assert_eq!(printed, "[200, 200, 200, 200]\nSHA-256\n");
        let printed = python(&["requests", &url, "ada", "wrong"], "");
        assert!(printed.starts_with("[401, 401, 401, 401]\n"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn apache_s_htdigest_writes_what_is_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("digests");
    let path = file.to_str().unwrap();
    for (realm, name, password) in [
        ("the shed", "ada", "correct horse"),
        ("the shed", "bob", "Überraschung: x"),
        ("the barn", "ada", "another"),
    ] {
        python(&["htdigest", path, realm, name, password], "");
    }
    let digest = Digest::of("the shed", Htdigest::open(&file).unwrap()).allow_md5();
    let url = serve(DigestAuthLayer::from(digest)).await;
    for (user, expected) in [
        ("ada:correct horse", "ada by Digest 200"),
        ("bob:Überraschung: x", "bob by Digest 200"),
    ] {
        assert_eq!(curl(&["--digest", "--user", user], &url), expected);
    }
    assert!(curl(&["--digest", "--user", "ada:another"], &url).ends_with(" 401"));
}
