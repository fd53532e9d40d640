//! Files that each server has alike.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// What lies beside the root.
pub(crate) const CANARY: &str = "canary-61c0aa";

/// Tue, 02 Jan 2024 03:04:05 GMT
const MODIFIED: Duration = Duration::from_secs(1_704_164_645);

/// A thousand bytes, none of which stands where another like it stood 250 before.
pub(crate) fn thousand() -> Vec<u8> {
    (0..1000_u32).map(|at| (at % 251) as u8).collect()
}

pub(crate) fn fill(root: &Path) {
    let thousand = thousand();
    let long = "n".repeat(255);
    let beside = root.parent().unwrap().join("secret.txt");
    fs::write(beside, CANARY).unwrap();
    for (name, content) in [
        ("index.html", &b"<p>index\n"[..]),
        ("a.txt", b"ok-a\n"),
        ("empty.txt", b""),
        ("range.bin", &thousand),
        ("style.css", b"body {}\n"),
        ("unknown.zzz", b"ok-unknown\n"),
        ("README", b"ok-readme\n"),
        ("sub/index.html", b"<p>sub\n"),
        ("sub/inner.txt", b"ok-inner\n"),
        ("bare/inner.txt", b"ok-bare\n"),
        ("dir with space/s.txt", b"ok-space\n"),
        ("a+b.txt", b"ok-plus\n"),
        ("a;b.txt", b"ok-semi\n"),
        ("a#b.txt", b"ok-hash\n"),
        ("a?b.txt", b"ok-q\n"),
        ("a%b.txt", b"ok-percent\n"),
        ("~t.txt", b"ok-tilde\n"),
        ("é.txt", b"ok-utf\n"),
        (".hidden", b"ok-hidden\n"),
        (".well-known/security.txt", b"ok-known\n"),
        ("page.txt~", b"ok-left\n"),
        ("page.bak", b"ok-bak\n"),
        ("nul.txt", b"ok-nul\n"),
        ("unreadable.txt", b"nobody\n"),
        ("closed/inner.txt", b"nobody\n"),
        (&long, b"ok-long\n"),
    ] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH + MODIFIED).unwrap();
    }
    for (name, target) in [
        ("link-in.txt", "a.txt"),
        ("link-out.txt", "../secret.txt"),
        ("link-up", ".."),
        ("link-to-sub", "sub"),
        ("link-dangling", "none"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    mknodat(CWD, root.join("fifo"), FileType::Fifo, Mode::from(0o644), 0).unwrap();
    for name in ["unreadable.txt", "closed"] {
        fs::set_permissions(root.join(name), Permissions::from_mode(0o0)).unwrap();
    }
}

/// Lets the directory go, also where its owner is not root.
pub(crate) fn open_again(root: &Path) {
    fs::set_permissions(root.join("closed"), Permissions::from_mode(0o755)).unwrap();
}
