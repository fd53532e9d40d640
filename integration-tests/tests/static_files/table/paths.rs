//! Methods and targets.

use super::{
    Known, NOT_ASKED, Row,
    Whose::{Apache, Both, Nginx},
    row, same,
};

const ABOVE: &str = "dot segments are not found whatever they lead to; theirs are an error where they lead above the root";
const DANGLING: &str = "a link to nothing is nothing";
const DOTS: &str =
    "no browser sends dot segments, and guards that read them otherwise than the server are passed";
const FORBIDDEN: &str =
    "what may not be read is not told from what is not there: RFC 9110 §15.5.4 leaves the choice";
const FRAGMENT: &str =
    "hyper cuts a fragment off, as nginx does; a request has none, and either is fine";
const HIDDEN: &str = "names that begin with a dot are hidden by default, but for `.well-known`";
const LEFT: &str = "what editors leave is hidden by default";
const LINK: &str = "links leave the root, or lead around a guard; theirs are followed by default";
const MALFORMED: &str = "encoded separators, control characters and what is not UTF-8 are refused before a file is looked for";
const NO_INDEX: &str = "a directory without an index is not there, and not to be guessed at; theirs may be looked into some day";
const OPTIONS: &str =
    "answered without content, with what is allowed; nginx does not know the method";
const PIPE: &str = "Apache waits for somebody who writes into the pipe";
const POST: &str = "files take no content, whichever conditions; Apache answers like GET, nginx looks first whether there is a file";
const RESERVED: &str = "a device on Windows";
const STAR: &str = "`*` is no file of ours: it may be asked for options only";
const TOO_LONG: &str = "a name that is too long is a name that no file has";
const TRACE: &str = "refused: it would give fields of the request to scripts";
const UNHEARD_OF: &str = "a method that is not heard of is not allowed; theirs is not implemented";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    same("/"),
    same("/index.html"),
    same("/a.txt"),
    same("/a.txt?q=/../x"),
    same("/empty.txt"),
    same("/style.css"),
    same("/unknown.zzz"),
    same("/README"),
    same("/range.bin"),
    same("/sub"),
    same("/sub?a=b&c"),
    same("/sub/"),
    row("GET", "/bare", &[], &[Known(Both, &["status 404/301"], NO_INDEX)]),
    row("GET", "/bare/", &[], &[Known(Nginx, &["status 404/403"], NO_INDEX)]),
    same("/none.txt"),
    same("/none/"),
    same("/none/x.txt"),
    same("/a.txt/"),
    same("/a.txt/x"),
    same("//a.txt"),
    same("/sub//inner.txt"),
    same("//sub"),
    same("/%61.txt"),
    same("/dir%20with%20space/s.txt"),
    same("/a+b.txt"),
    same("/a;b.txt"),
    same("/a%23b.txt"),
    same("/a%3Fb.txt"),
    same("/a%25b.txt"),
    same("/~t.txt"),
    same("/%C3%A9.txt"),
    row("GET", "/./a.txt", &[], &[Known(Both, &["status 404/200"], DOTS)]),
    row("GET", "/sub/./inner.txt", &[], &[Known(Both, &["status 404/200"], DOTS)]),
    row("GET", "/sub/../a.txt", &[], &[Known(Both, &["status 404/200"], DOTS)]),
    row("GET", "/sub/%2e%2e/a.txt", &[], &[Known(Both, &["status 404/200"], DOTS)]),
    row("GET", "/%2e%2e/secret.txt", &[], &[Known(Both, &["status 404/400"], ABOVE)]),
    row("GET", "/../secret.txt", &[], &[Known(Both, &["status 404/400"], ABOVE)]),
    row("GET", "/sub/../../secret.txt", &[], &[Known(Both, &["status 404/400"], ABOVE)]),
    row("GET", "/..%2fsecret.txt", &[], &[Known(Apache, &["status 400/404"], MALFORMED)]),
    same("/%252e%252e/secret.txt"),
    row("GET", "/sub%2finner.txt", &[], &[Known(Nginx, &["status 400/200"], MALFORMED), Known(Apache, &["status 400/404"], MALFORMED)]),
    row("GET", "/sub%5cinner.txt", &[], &[Known(Both, &["status 400/404"], MALFORMED)]),
    row("GET", "/sub\\inner.txt", &[], &[Known(Both, &["status 400/404"], MALFORMED)]),
    row("GET", "/a.txt%00", &[], &[Known(Apache, &["status 400/404"], MALFORMED)]),
    row("GET", "/a.txt%00.html", &[], &[Known(Apache, &["status 400/404"], MALFORMED)]),
    row("GET", "/%ff", &[], &[Known(Both, &["status 400/404"], MALFORMED)]),
    same("/%"),
    same("/%z1"),
    row("GET", "/a.txt%0a", &[], &[Known(Both, &["status 400/404"], MALFORMED)]),
    row("GET", "/a.txt#", &[], &[Known(Apache, &["status 200/400"], FRAGMENT)]),
    row("GET", "/.hidden", &[], &[Known(Both, &["status 404/200"], HIDDEN)]),
    same("/.well-known/security.txt"),
    row("GET", "/page.txt~", &[], &[Known(Both, &["status 404/200"], LEFT)]),
    row("GET", "/page.bak", &[], &[Known(Both, &["status 404/200"], LEFT)]),
    row("GET", "/nul.txt", &[], &[Known(Both, &["status 404/200"], RESERVED)]),
    same("/A.TXT"),
    same("/a.txt."),
    same("/a.txt%20"),
    same("/link-in.txt"),
    row("GET", "/link-out.txt", &[], &[Known(Both, &["status 404/200"], LINK)]),
    row("GET", "/link-up/secret.txt", &[], &[Known(Both, &["status 404/200"], LINK)]),
    row("GET", "/link-to-sub/inner.txt", &[], &[Known(Both, &["status 404/200"], LINK)]),
    row("GET", "/link-dangling", &[], &[Known(Apache, &["status 404/403"], DANGLING)]),
    row("GET", "/unreadable.txt", &[], &[Known(Both, &["status 404/403"], FORBIDDEN)]),
    row("GET", "/closed/inner.txt", &[], &[Known(Both, &["status 404/403"], FORBIDDEN)]),
    row("GET", "/closed/", &[], &[Known(Both, &["status 404/403"], FORBIDDEN)]),
    row("GET", "/fifo", &[], &[Known(Apache, &[NOT_ASKED], PIPE)]),
    same("http://127.0.0.1/a.txt"),
    same("http://127.0.0.1"),
    same("a.txt"),
    same("/{255}"),
    row("GET", "/{255}n", &[], &[Known(Apache, &["status 404/403"], TOO_LONG)]),
    row("OPTIONS", "/a.txt", &[], &[Known(Nginx, &["status 204/405"], OPTIONS), Known(Apache, &["status 204/200"], OPTIONS)]),
    row("OPTIONS", "/none.txt", &[], &[Known(Nginx, &["status 204/405"], OPTIONS), Known(Apache, &["status 204/200"], OPTIONS)]),
    row("OPTIONS", "/sub/", &[], &[Known(Nginx, &["status 204/405"], OPTIONS), Known(Apache, &["status 204/200"], OPTIONS)]),
    row("POST", "/a.txt", &[], &[Known(Apache, &["status 405/200"], POST)]),
    row("POST", "/none.txt", &[], &[Known(Both, &["status 405/404"], POST)]),
    row("POST", "/sub/", &[], &[Known(Apache, &["status 405/200"], POST)]),
    row("PUT", "/a.txt", &[], &[]),
    row("PUT", "/none.txt", &[], &[]),
    row("PUT", "/sub/", &[], &[]),
    row("DELETE", "/a.txt", &[], &[]),
    row("DELETE", "/none.txt", &[], &[]),
    row("DELETE", "/sub/", &[], &[]),
    row("PATCH", "/a.txt", &[], &[]),
    row("PATCH", "/none.txt", &[], &[]),
    row("PATCH", "/sub/", &[], &[]),
    row("TRACE", "/a.txt", &[], &[Known(Apache, &["status 405/200"], TRACE)]),
    row("TRACE", "/none.txt", &[], &[Known(Apache, &["status 405/200"], TRACE)]),
    row("TRACE", "/sub/", &[], &[Known(Apache, &["status 405/200"], TRACE)]),
    row("PROPFIND", "/a.txt", &[], &[]),
    row("PROPFIND", "/none.txt", &[], &[]),
    row("PROPFIND", "/sub/", &[], &[]),
    row("FOO", "/a.txt", &[], &[Known(Apache, &["status 405/501"], UNHEARD_OF)]),
    row("FOO", "/none.txt", &[], &[Known(Apache, &["status 405/501"], UNHEARD_OF)]),
    row("FOO", "/sub/", &[], &[Known(Apache, &["status 405/501"], UNHEARD_OF)]),
    row("OPTIONS", "*", &[], &[Known(Nginx, &["status 204/400"], STAR), Known(Apache, &["status 204/200"], STAR)]),
    same("*"),
];
