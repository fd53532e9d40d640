//! The configuration that the book shows, in an nginx, in front of the program that the book shows.

use std::{fs, path::Path, process::Command};

use plywood_integration_tests::{Example, WebServer};
use tempfile::TempDir;

const CONFIGURATION: &str = include_str!("../../../book/deploy/nginx.conf");

/// nginx in front of the program, on a Unix socket between the two.
struct Shop {
    nginx: WebServer,
    program: Example,
    folder: TempDir,
}

impl Shop {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::create_dir(path("invoices")).unwrap();
        fs::write(path("invoices/2026-7.pdf"), "%PDF-1.7 seven").unwrap();
        certify(folder.path());

        let (socket, invoices) = (path("shop.sock"), path("invoices"));
        let program = Example::recipe(
            "nginx_in_front",
            &[
                ("LISTEN", &format!("unix:{socket}")),
                ("INVOICES", &invoices),
            ],
        );
        let nginx = WebServer::nginx_with(
            CONFIGURATION,
            &[
                ("/run/shop.sock", &socket),
                ("/srv/shop/invoices/", &format!("{invoices}/")),
                (
                    "/etc/letsencrypt/live/shop.example/fullchain.pem",
                    &path("shop.pem"),
                ),
                (
                    "/etc/letsencrypt/live/shop.example/privkey.pem",
                    &path("shop.key"),
                ),
                // A machine may have no IPv6.
                ("    listen [::]:80;\n", ""),
                ("    listen [::]:443 ssl http2;\n", ""),
            ],
        );
        Self {
            nginx,
            program,
            folder,
        }
    }

    /// What curl prints: the answer's head, then its body.
    fn curl(&self, url: &str, arguments: &[&str]) -> String {
        let (plain, secure) = (self.nginx.address().port(), self.nginx.secure().port());
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--include", "--max-time", "240"])
            .args([
                "--connect-to",
                &format!("shop.example:80:127.0.0.1:{plain}"),
            ])
            .args([
                "--connect-to",
                &format!("shop.example:443:127.0.0.1:{secure}"),
            ])
            .arg("--cacert")
            .arg(self.folder.path().join("shop.pem"))
            .args(arguments)
            .arg(url)
            .output()
            .expect("curl is installed by ./test tools");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        printed
    }
}

/// A certificate that vouches for itself.
fn certify(folder: &Path) {
    let signed = rcgen::generate_simple_self_signed(["shop.example".to_owned()]).unwrap();
    fs::write(folder.join("shop.pem"), signed.cert.pem()).unwrap();
    fs::write(folder.join("shop.key"), signed.signing_key.serialize_pem()).unwrap();
}

#[test]
fn the_books_nginx_hands_on_what_it_should_and_nothing_that_a_client_forged() {
    let shop = Shop::open();

    let plain = shop.curl("http://shop.example/?a=1", &[]);
    assert!(plain.starts_with("HTTP/1.1 301 "), "{plain}");
    assert!(
        plain.contains("Location: https://shop.example/?a=1\r\n"),
        "{plain}"
    );

    let forged = [
        "X-Forwarded-For: 203.0.113.66",
        "X-Forwarded-Proto: http",
        "Forwarded: for=203.0.113.66;proto=http",
        "X-Real-IP: 203.0.113.66",
    ]
    .map(|field| ["--header", field]);
    let home = shop.curl("https://shop.example/", forged.as_flattened());
    assert!(home.starts_with("HTTP/2 200 "), "{home}");
    assert!(
        home.contains("strict-transport-security: max-age=31536000\r\n"),
        "{home}"
    );
    assert!(
        home.ends_with("you came from 127.0.0.1 over https\n"),
        "{home}"
    );

    // An error page is the app's.
    let missing = shop.curl(
        "https://shop.example/none",
        &["--header", "accept: text/html"],
    );
    assert!(missing.starts_with("HTTP/2 404 "), "{missing}");
    assert!(missing.contains("<!doctype html>"), "{missing}");

    let long = shop.folder.path().join("long");
    fs::write(&long, vec![0; 10 * 1024 * 1024 + 1]).unwrap();
    let upload = format!("@{}", long.display());
    let refused = shop.curl("https://shop.example/", &["--data-binary", &upload]);
    assert!(refused.starts_with("HTTP/2 413 "), "{refused}");

    shop.program.stop();
}

#[test]
fn the_books_nginx_sends_the_files_that_the_app_hands_over_and_no_others() {
    let shop = Shop::open();
    let invoice = "https://shop.example/invoices/2026-7.pdf";
    assert!(shop.curl(invoice, &[]).starts_with("HTTP/2 401 "));

    let ada = ["--user", "ada:plywood"];
    let whole = shop.curl(invoice, &ada);
    assert!(whole.starts_with("HTTP/2 200 "), "{whole}");
    assert!(whole.ends_with("%PDF-1.7 seven"), "{whole}");
    assert!(
        whole.contains("content-disposition: attachment; filename=\"2026-7.pdf\"\r\n"),
        "{whole}"
    );
    assert!(
        whole.contains("content-type: application/pdf\r\n"),
        "{whole}"
    );
    assert!(!whole.contains("x-accel-redirect"), "{whole}");

    let part = shop.curl(invoice, &["--user", "ada:plywood", "--range", "5-7"]);
    assert!(part.starts_with("HTTP/2 206 "), "{part}");
    assert!(part.ends_with("\r\n\r\n1.7"), "{part}");

    let direct = shop.curl("https://shop.example/protected/2026-7.pdf", &ada);
    assert!(direct.starts_with("HTTP/2 404 "), "{direct}");
    shop.program.stop();
}
