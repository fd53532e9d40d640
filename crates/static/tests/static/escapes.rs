//! Nothing leads out of the root, and nothing leads around a guard.

use http::{Method, Request, Uri};
use plywood_core::{Body, Failure, Path};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::site::{self, CANARY, Site};

/// Names that are odd and honest, beside some that lead astray.
fn site() -> Site {
    let site = Site::new()
        .file("index.html", b"ok-index\n")
        .file("a.txt", b"ok-a\n")
        .file("sub/inner.txt", b"ok-inner\n")
        .file("a..b.txt", b"ok-dots\n")
        .file("%2e%2e/x.txt", b"ok-literal\n")
        .file("dir with space/s.txt", b"ok-space\n")
        .file("a+b.txt", b"ok-plus\n")
        .file("a;b.txt", b"ok-semi\n")
        .file("é.txt", b"ok-utf\n")
        .file("~t.txt", b"ok-tilde\n")
        .file("100%.txt", b"ok-pct\n")
        .file("a#b.txt", b"ok-hash\n")
        .file("a?b.txt", b"ok-q\n")
        .file(".well-known/security.txt", b"ok-known\n")
        .file(".git/config", CANARY.as_bytes())
        .file("sub/.env", CANARY.as_bytes())
        .file("page.php~", CANARY.as_bytes())
        .file("page.php.bak", CANARY.as_bytes())
        .file("page.php.swp", CANARY.as_bytes())
        .file("aux.txt", CANARY.as_bytes())
        .file("trailing.", CANARY.as_bytes());
    #[cfg(unix)]
    let site = site
        .link("link-out.txt", "../secret.txt")
        .link("link-up", "..")
        .link("link-absolute", "/etc/passwd")
        .link("link-in.txt", "a.txt");
    let sibling = site.base().join("root-secret");
    std::fs::create_dir(&sibling).unwrap();
    std::fs::write(sibling.join("secret.txt"), CANARY).unwrap();
    site
}

fn is_harmless(status: u16, text: &str) -> bool {
    status < 500 && !text.contains(CANARY.trim()) && !text.contains("root:x:0")
}

#[tokio::test]
async fn honest_names_are_served() {
    let site = site();
    for (target, expected) in [
        ("/a.txt", "ok-a\n"),
        ("/sub/inner.txt", "ok-inner\n"),
        ("//sub//inner.txt", "ok-inner\n"),
        ("/a..b.txt", "ok-dots\n"),
        ("/%252e%252e/x.txt", "ok-literal\n"),
        ("/dir%20with%20space/s.txt", "ok-space\n"),
        ("/a+b.txt", "ok-plus\n"),
        ("/a;b.txt", "ok-semi\n"),
        ("/%C3%A9.txt", "ok-utf\n"),
        ("/~t.txt", "ok-tilde\n"),
        ("/100%25.txt", "ok-pct\n"),
        ("/a%23b.txt", "ok-hash\n"),
        ("/a%3Fb.txt", "ok-q\n"),
        ("/%61.txt?x=/../y", "ok-a\n"),
        ("/.well-known/security.txt", "ok-known\n"),
    ] {
        assert_eq!(
            site.text(target).await,
            (200, expected.to_owned()),
            "{target}"
        );
    }
}

#[tokio::test]
async fn no_spelling_leaves_the_root() {
    let site = site();
    let absolute = site.base().join("secret.txt");
    let absolute = absolute.to_str().unwrap();
    let long = format!("/{}/../../secret.txt", "A".repeat(5000));
    let deep = format!("/{}etc/passwd", "%2e%2e/".repeat(30));
    for target in [
        "/../secret.txt",
        "/%2e%2e%2f%2fsecret.txt",
        "/.%2e%2fsecret.txt",
        "/.%2e%5csecret.txt",
        "/.%2e%u2215secret.txt",
        "/.%2e%00/secret.txt",
        "/%2e././secret.txt",
        "/%252e%252e/secret.txt",
        "/%f0%80%80%ae%f0%80%80%ae%c0%afsecret.txt",
        "/%u002e%u002e%2Fsecret.txt",
        "/%u002e%u002e;/secret.txt",
        "/%e2%80%a5%ef%bc%8fsecret.txt",
        "/..%3b/secret.txt",
        "/.%0a.%u2215secret.txt",
        "/%%2e%%2e%e2%88%95secret.txt",
        "/%2e%2e/root-secret/secret.txt",
        "/sub/..%5c..%5csecret.txt",
        "/sub/.././.././secret.txt",
        "/../root-secret/secret.txt",
        "/..%2f",
        "/a.txt%2e",
        "/a.txt%",
        "/a.txt%00.html",
        "/link-out.txt",
        "/link-up/secret.txt",
        "/link-up/root-secret/secret.txt",
        "/link-up/",
        "/link-up",
        "/link-absolute",
        &format!("/{absolute}"),
        &format!("/~root/{absolute}"),
        &long,
        &deep,
    ] {
        if target.parse::<Uri>().is_ok() {
            let (status, text) = site.text(target).await;
            assert!(matches!(status, 400 | 404), "{status} {target}");
            assert!(is_harmless(status, &text), "{target}");
        }
    }
}

#[tokio::test]
async fn hidden_leftover_and_reserved_names_are_not_found() {
    let site = site();
    for target in [
        "/.git/config",
        "/%2egit/config",
        "/.git",
        "/sub/.env",
        "/page.php~",
        "/page.php%7e",
        "/page.php.bak",
        "/page.php.swp",
        "/aux.txt",
        "/trailing.",
        "/trailing%2e",
    ] {
        let response = site.get(target).await;
        assert_eq!(response.status(), 404, "{target}");
        assert!(Failure::of(&response).is_some(), "{target}");
    }
}

#[tokio::test]
async fn a_name_that_is_too_long_is_not_found() {
    let site = site();
    for target in [
        format!("/{}", "n".repeat(256)),
        format!("/sub/{}/x", "n".repeat(256)),
        format!("/{}", "d/".repeat(3000)),
    ] {
        assert_eq!(site.text(&target).await, (404, String::new()));
    }
}

#[tokio::test]
async fn a_malformed_path_is_refused_with_its_reason() {
    let site = site();
    for (target, status) in [("/a%00b", 400), ("/%ff", 400), ("/x/%2e%2e/a.txt", 404)] {
        let response = site.get(target).await;
        assert_eq!(response.status(), status, "{target}");
        let reason = Path::read(&target.parse().unwrap())
            .unwrap_err()
            .to_string();
        assert_eq!(Failure::of(&response).unwrap().to_string(), reason);
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use plywood_static::Files;

    /// Links of every kind, all below the root.
    fn linked() -> Site {
        Site::new()
            .file("a.txt", b"ok-a\n")
            .file("admin/secret.txt", CANARY.as_bytes())
            .file("admin/index.html", CANARY.as_bytes())
            .file("open/b.txt", b"ok-b\n")
            .file(".env", CANARY.as_bytes())
            .link("link-in.txt", "a.txt")
            .link("open/link-in.txt", "b.txt")
            .link("link-chain.txt", "link-in.txt")
            .link("link-to-admin", "admin")
            .link("link-to-secret.txt", "admin/secret.txt")
            .link("open/link-over.txt", "../admin/secret.txt")
            .link("link-to-hidden", ".env")
            .link("link-to-itself", "link-to-itself")
            .link("link-to-here", ".")
            .link("link-dangling", "none.txt")
    }

    #[tokio::test]
    async fn by_default_a_link_is_followed_to_a_file_of_its_own_directory_only() {
        let site = linked();
        assert_eq!(site.text("/link-in.txt").await, (200, "ok-a\n".to_owned()));
        assert_eq!(
            site.text("/open/link-in.txt").await,
            (200, "ok-b\n".to_owned())
        );
        for target in [
            "/link-chain.txt",
            "/link-to-admin/secret.txt",
            "/link-to-admin/",
            "/link-to-admin",
            "/link-to-secret.txt",
            "/open/link-over.txt",
            "/link-to-hidden",
            "/link-to-itself",
            "/link-to-here/a.txt",
            "/link-to-here/admin/secret.txt",
            "/link-dangling",
        ] {
            assert_eq!(site.text(target).await, (404, String::new()), "{target}");
        }
        let response = site.get("/link-to-admin/secret.txt").await;
        let reason = Failure::of(&response).unwrap().to_string();
        assert!(reason.contains("symbolic link"), "{reason}");
    }

    #[tokio::test]
    async fn links_can_be_refused_altogether_or_followed_within_the_root() {
        let refused = linked().with(Files::refuse_links);
        assert_eq!(refused.text("/link-in.txt").await.0, 404);
        assert_eq!(refused.text("/a.txt").await.0, 200);

        let followed = linked()
            .link("link-out.txt", "../secret.txt")
            .link("link-up", "..")
            .link("link-absolute", "/etc/passwd")
            .link("link-around", "../root/a.txt")
            .with(Files::follow_links_within_root);
        for target in [
            "/link-chain.txt",
            "/link-to-secret.txt",
            "/link-to-here/a.txt",
        ] {
            assert_eq!(followed.text(target).await.0, 200, "{target}");
        }
        for target in [
            "/link-out.txt",
            "/link-up/secret.txt",
            "/link-absolute",
            "/link-around",
            "/link-to-itself",
        ] {
            let (status, text) = followed.text(target).await;
            assert_eq!((status, &*text), (404, ""), "{target}");
        }
    }

    #[tokio::test]
    async fn no_spelling_leads_around_a_guard() {
        let site = linked();
        let guarded = async |target: &str| {
            let uri: Uri = target.parse().ok()?;
            let path = Path::read(&uri).ok()?;
            match path.below("/admin") {
                Some(_) => None,
                None => Some(site.text(target).await),
            }
        };
        for target in [
            "/admin/secret.txt",
            "//admin//secret.txt",
            "/%61dmin/secret.txt",
            "/admin\\secret.txt",
            "/admin%2fsecret.txt",
            "/admin%5csecret.txt",
            "/admin;/secret.txt",
            "/admin%20/secret.txt",
            "/admin./secret.txt",
            "/admin%252fsecret.txt",
            "/ADMIN/secret.txt",
            "/open/../admin/secret.txt",
            "/./admin/secret.txt",
            "/%2e%2fadmin/secret.txt",
            "http://127.0.0.1/admin/secret.txt",
            "/admin/secret.txt::$DATA",
            "/link-to-admin/secret.txt",
            "/link-to-admin//secret.txt",
            "/link-to-secret.txt",
            "/link-to-here/admin/secret.txt",
        ] {
            if let Some((status, text)) = guarded(target).await {
                assert!(is_harmless(status, &text), "{target}");
                assert_ne!(status, 200, "{target}");
            }
        }
        assert_eq!(
            site.text("/admin/secret.txt").await,
            (200, CANARY.to_owned())
        );
    }

    #[tokio::test]
    async fn pipes_sockets_and_devices_are_not_found_and_never_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let site = site();
        mknodat(CWD, site.root().join("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(site.root().join("socket"));
        for files in [site.files(), site.files().follow_links_within_root()] {
            for target in ["/fifo", "/fifo/", "/socket", "/link-to-fifo"] {
                let request = Request::get(target).body(Body::empty()).unwrap();
                let response = site::call(files.clone(), request).await;
                assert_eq!(response.status(), 404, "{target}");
            }
        }
    }
}

/// Pieces that traversals are made of.
const PIECES: [&str; 30] = [
    "/",
    "//",
    ".",
    "..",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "\\",
    "%00",
    "%",
    "%25",
    ";",
    "?",
    "#",
    "secret.txt",
    "root-secret",
    "root",
    "sub",
    "inner.txt",
    "a.txt",
    "link-up",
    "link-out.txt",
    "link-in.txt",
    ".git",
    "config",
    "link-absolute",
    "%c0%af",
    "é",
    "index.html",
];

proptest! {
    #[test]
    fn no_target_gives_anything_away_and_none_breaks_the_server(
        pieces in vec(select(&PIECES[..]), 0..10),
        noise in "[ -~]{0,6}",
        head in any::<bool>(),
        range in "(bytes=[0-9,-]{0,12})?",
    ) {
        thread_local!(static SITE: Site = site());
        let target = format!("/{}{noise}", pieces.concat());
        if let Ok(uri) = target.parse::<Uri>() {
            let method = if head { Method::HEAD } else { Method::GET };
            let request = Request::builder().method(method).uri(uri).header("range", range);
            let request = request.body(Body::empty()).unwrap();
            let files = SITE.with(Site::files);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let response = runtime.block_on(site::call(files, request));
            let status = response.status().as_u16();
            let bytes = runtime.block_on(site::bytes(response.into_body()));
            prop_assert!(is_harmless(status, &String::from_utf8_lossy(&bytes)), "{status} {target}");
        }
    }
}
