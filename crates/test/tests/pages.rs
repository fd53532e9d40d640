//! Pages: forms to fill in and links to click, against a service that serves a page and tells what it was sent.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError};
use plywood_test::{Client, Form, Reply};
use proptest::prelude::*;
use tower::service_fn;

/// The page at `/page`, and an echo everywhere else.
async fn page(html: &str) -> Reply {
    let html = html.to_owned();
    let app = service_fn(move |request: Request<Body>| {
        let html = html.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let text = if head.uri.path() == "/shop/page" {
                html
            } else {
                let field = |name| {
                    head.headers
                        .get(name)
                        .map_or("", |value| value.to_str().unwrap())
                };
                format!(
                    "{} {}\n{}|{}|{}\n{}",
                    head.method,
                    head.uri,
                    field("content-type"),
                    field("origin"),
                    field("referer"),
                    String::from_utf8_lossy(&body)
                )
            };
            let response = Response::builder().header("content-type", "text/html; charset=utf-8");
            Ok::<_, BoxError>(response.body(Body::from(text))?)
        }
    });
    let client = Client::new(app);
    client.get("/shop/page?old=1").await.ok()
}

/// What the only form of this page sends if nothing is touched.
async fn sent(html: &str) -> String {
    let values = page(html).await.form().values();
    let pairs: Vec<_> = values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// The message with which `check` panics.
fn panic_of<T>(check: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(check))
        .err()
        .expect("it panics");
    let text = panic.downcast_ref::<String>().cloned();
    text.unwrap_or_else(|| (*panic.downcast_ref::<&str>().unwrap()).to_owned())
}

/// What is in a form, and what of it is sent.
const UNTOUCHED: &[(&str, &str)] = &[
    // Inputs.
    ("<input name=a value=1><input name=b>", "a=1&b="),
    ("<input value=1>", ""),
    ("<input name='' value=1>", ""),
    ("<INPUT NAME=a VALUE='x &amp; y &lt;'>", "a=x & y <"),
    ("<input name=a value=1 name=b>", "a=1"),
    (
        "<input name=a value='1\n2' type=text><input name=b type=hidden value='1\n2'>",
        "a=12&b=1\r\n2",
    ),
    ("<input name=a type=nonsense value=1>", "a=1"),
    (
        "<input name=a type=email value=' a@b '><input name=c type=password value=' p '>",
        "a=a@b&c= p ",
    ),
    (
        "<input name=a type=range><input name=b type=range value=3>",
        "a=50&b=3",
    ),
    (
        "<input name=a type=color><input name=b type=color value='#ABCDEF'>",
        "a=#000000&b=#abcdef",
    ),
    (
        "<input name=_charset_ type=hidden value=x>",
        "_charset_=UTF-8",
    ),
    ("<input name=a value=1 dirname=a.dir>", "a=1&a.dir=ltr"),
    ("<input type=file name=f>", "f="),
    // Boxes and radio buttons.
    (
        "<input type=checkbox name=a><input type=checkbox name=b checked>",
        "b=on",
    ),
    (
        "<input type=checkbox name=a value=1 checked><input type=checkbox name=a value=2 checked>",
        "a=1&a=2",
    ),
    (
        "<input type=radio name=a value=1 checked><input type=radio name=a value=2 checked>",
        "a=2",
    ),
    (
        "<input type=radio name=a value=1 checked><input type=radio name=b value=2 checked>",
        "a=1&b=2",
    ),
    ("<input type=radio name=a value=1>", ""),
    // Buttons are sent if they are pressed.
    (
        "<input type=submit name=a value=1><button name=b value=2></button><input type=image name=c>",
        "",
    ),
    (
        "<input type=reset name=a value=1><input type=button name=b value=2>",
        "",
    ),
    // Selects.
    ("<select name=a><option>x<option value=2>y</select>", "a=x"),
    (
        "<select name=a><option value=''>choose<option value=2 selected>y</select>",
        "a=2",
    ),
    (
        "<select name=a><option selected>1<option selected>2</select>",
        "a=2",
    ),
    ("<select name=a><option disabled>1<option>2</select>", "a=2"),
    (
        "<select name=a><option disabled selected>1<option>2</select>",
        "",
    ),
    (
        "<select name=a><optgroup disabled><option>1</optgroup><option>2</select>",
        "a=2",
    ),
    (
        "<select name=a><optgroup disabled><option>1<optgroup><option>2</select>",
        "a=2",
    ),
    ("<select name=a size=4><option>1</select>", ""),
    ("<select name=a multiple><option>1<option>2</select>", ""),
    (
        "<select name=a multiple><option selected>1<option selected>2</select>",
        "a=1&a=2",
    ),
    (
        "<select name=a><option>\n  two   words\n</option></select>",
        "a=two words",
    ),
    ("<select name=a></select>", ""),
    ("<select name=a><option>1<input name=b value=2>", "a=1&b=2"),
    // Areas of text.
    (
        "<textarea name=a>\nfirst\nsecond</textarea>",
        "a=first\r\nsecond",
    ),
    ("<textarea name=a>\n\nfirst</textarea>", "a=\r\nfirst"),
    (
        "<textarea name=a><input name=b value=&amp;></textarea>",
        "a=<input name=b value=&>",
    ),
    ("<textarea name=a></textarea>", "a="),
    // Disabled.
    (
        "<input name=a value=1 disabled><input name=b value=2 readonly>",
        "b=2",
    ),
    (
        "<fieldset disabled><input name=a value=1></fieldset><input name=b value=2>",
        "b=2",
    ),
    (
        "<fieldset disabled><legend><input name=a value=1></legend><legend><input name=b></legend><input name=c></fieldset>",
        "a=1",
    ),
    (
        "<fieldset disabled><fieldset><legend><input name=a></legend></fieldset></fieldset>",
        "",
    ),
    (
        "<fieldset disabled><legend><fieldset><input name=a value=1></fieldset></legend></fieldset>",
        "a=1",
    ),
    (
        "<datalist><input name=a value=1></datalist><input name=b value=2>",
        "b=2",
    ),
    // What is not there.
    (
        "<!-- <input name=a> --><template><input name=b></template><script>'<input name=c>'</script>",
        "",
    ),
    ("<noscript><input name=a value=1></noscript>", "a=1"),
];

#[tokio::test]
async fn what_is_sent_untouched_is_what_a_browser_sends() {
    for &(controls, expected) in UNTOUCHED {
        let form = format!("<!doctype html><title>t</title><form>{controls}</form>");
        assert_eq!(sent(&form).await, expected, "{controls}");
    }
}

#[tokio::test]
async fn a_control_belongs_to_the_form_that_the_standard_says() {
    let html = "<input name=before form=b>\
        <form id=a><table><tr><td><input name=one></table>\
        <form id=inner><input name=two></form>\
        <input name=lost>\
        <form id=b><input name=three><input name=four form=a><input name=none form=x></form>\
        <input name=after form=a>";
    let forms = page(html).await.forms();
    let names = |form: &Form| {
        let values = form.values();
        values.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let [a, b] = &*forms else { panic!("{forms:?}") };
    assert_eq!(names(a), ["one", "two", "four", "after"]);
    assert_eq!(names(b), ["before", "three"]);
}

#[tokio::test]
async fn tags_that_are_out_of_order_are_read_as_browsers_read_them() {
    for (html, expected) in [
        (
            "<div><form><input name=a></div><input name=b></form><input name=c>",
            "a=&b=",
        ),
        (
            "<form><div><input name=a></form><input name=b></div><input name=c>",
            "a=&b=",
        ),
        ("<form><p><input name=a></form><input name=b>", "a="),
        (
            "<table><form><tr><td><input name=a></td></tr></form></table><input name=b>",
            "a=",
        ),
        (
            "<table><form><input name=a></table><input name=b></form><input name=c>",
            "a=&b=",
        ),
        (
            "<form><div><fieldset disabled></div><input name=a></form>",
            "a=",
        ),
        (
            "<form><fieldset disabled><form><input name=a></fieldset><input name=b></form>",
            "b=",
        ),
        ("<form><label><div></label><input name=a>", "a="),
        (
            "<form><select name=s><option>1<select><input name=a>",
            "s=1&a=",
        ),
        (
            "<form><svg><title><input name=a></title><style>x</style></svg><input name=b></form>",
            "a=&b=",
        ),
        ("<svg><form><div><form><input name=a>", "a="),
        (
            "<form><svg><input name=a><textarea name=b></svg><input name=c>",
            "c=",
        ),
    ] {
        assert_eq!(sent(html).await, expected, "{html}");
    }
}

const SIGN_UP: &str = r#"<form id=signup method=post action="../users?from=page#top">
    <input type=hidden name=token value=t0k>
    <label>Your name <input name=name></label>
    <label for=mail>Mail</label> <input id=mail name=mail type=email>
    <select name=country><option value=de>Germany</option><option value=fr>France</option><option value=xx disabled>Elsewhere</option></select>
    <select name=tags multiple><option selected>wood</option><option>glue</option></select>
    <label><input type=radio name=plan value=free checked> Free</label>
    <label><input type=radio name=plan value=paid> Paid</label>
    <label><input type=checkbox name=news> News</label>
    <label><input type=checkbox name=day value=mo> Monday</label>
    <label><input type=checkbox name=day value=tu checked> Tuesday</label>
    <textarea name=about>Hi</textarea>
    <input name=line value=1><input name=line value=2>
    <input name=fixed value=1 readonly>
    <input name=off disabled>
    <button name=do value=save>Save</button>
    <button name=do value=draft formaction="/drafts" formmethod=get>Keep a draft</button>
    <input type=submit value=Check formenctype=text/plain formaction=>
    <button disabled>Delete</button>
    <button type=button>Nothing</button>
</form>"#;

#[tokio::test]
async fn a_form_is_filled_in_and_sent() {
    let form = page(SIGN_UP).await.form();
    let form = form
        .fill("Your name", "Ada\nLovelace")
        .fill("mail", "ada@example.com")
        .select_text("country", "France")
        .select("tags", "glue")
        .deselect("tags", "wood")
        .choose("plan", "Paid")
        .check("News")
        .check_value("day", "mo")
        .uncheck_value("day", "Tuesday")
        .fill("about", "one\ntwo")
        .fill_at("line", 1, "3");
    assert_eq!(form.value("name"), Some("AdaLovelace"));
    assert_eq!(form.value("country"), Some("fr"));
    assert_eq!(form.value("plan"), Some("paid"));
    let common = "token=t0k&name=AdaLovelace&mail=ada%40example.com&country=fr&tags=glue&plan=paid&news=on&day=mo\
        &about=one%0D%0Atwo&line=1&line=3&fixed=1";
    let expected = format!(
        "POST /users?from=page\napplication/x-www-form-urlencoded|http://localhost|http://localhost/shop/page?old=1\n{common}&do=save"
    );
    // Enter presses the first button.
    form.submit().await.ok().expect_text(&expected);
    form.press("Save").await.ok().expect_text(&expected);

    let expected = format!("GET /drafts?{common}&do=draft\n||http://localhost/shop/page?old=1\n");
    form.press("Keep a draft").await.expect_text(&expected);

    let reply = form.press("Check").await;
    let expected = "POST /users?from=page\ntext/plain|";
    assert!(reply.text().starts_with(expected), "{reply}");
    reply.expect_text_contains("\nname=AdaLovelace\r\n");
}

#[tokio::test]
async fn what_a_visitor_cannot_do_is_told_with_what_there_is() {
    macro_rules! refused {
        ($($call:ident($($argument:expr),*) => $expected:expr;)*) => {$(
            let form = page(SIGN_UP).await.form();
            let message = panic_of(|| form.$call($($argument),*));
            assert!(message.starts_with($expected), "{message}");
            assert!(message.contains("\n\nthe form id=\"signup\" method=\"post\""), "{message}");
            assert!(message.contains("\n  country (select): \"de\" (Germany) selected, \"fr\" (France), \"xx\" (Elsewhere) disabled\n"), "{message}");
        )*};
    }
    refused! {
        fill("nmae", "x") => "there is no field \"nmae\"";
        value("nmae") => "there is no field \"nmae\"";
        fill("token", "x") => "\"token\" is hidden: a visitor cannot fill it in, but `force` can";
        fill("country", "x") => "\"country\" is not a field of text: it is a select";
        fill("line", "x") => "there are 2 fields \"line\": use `fill_at`";
        fill_at("line", 2, "x") => "there are 2 fields \"line\"";
        fill("fixed", "x") => "this is read-only: fixed (text, read-only) = \"1\"";
        fill("off", "x") => "this is disabled: off (text, disabled) = \"\"";
        select("country", "it") => "\"country\" has no option \"it\"";
        select_text("country", "Italy") => "\"country\" has no option \"Italy\"";
        select("country", "xx") => "the option \"xx\" of \"country\" is disabled";
        deselect("country", "de") => "one option of \"country\" must be selected";
        select("name", "x") => "\"name\" is not a select: it is a text";
        check("day") => "there are 2 fields \"day\": use `check_value`";
        check_value("day", "su") => "\"day\" has no \"su\"";
        check("plan") => "\"plan\" is not a checkbox: it is a radio";
        choose("plan", "gold") => "\"plan\" has no \"gold\"";
        attach("name", "a.txt", "text/plain", "x") => "\"name\" is not a field for files: it is a text";
        press("Delete") => "this is disabled: [Delete]";
        press("Nothing") => "there is no button \"Nothing\"";
        press("do") => "several buttons are called \"do\"";
    }
    let page = page("<form id=a></form><form name=b><button disabled></form>").await;
    assert!(panic_of(|| page.form()).starts_with("the page has several forms"));
    assert!(panic_of(|| page.form_named("c")).starts_with("the page has no form \"c\""));
    assert_eq!(page.form_named("a").id(), "a");
    let form = page.form_named("b");
    assert_eq!(form.name(), "b");
    assert!(panic_of(|| form.submit()).starts_with("this is disabled"));
    let empty = self::page("<p>nothing</p>").await;
    assert!(panic_of(|| empty.form()).starts_with("the page has no form"));
    let away = self::page("<form action=//pay.example/></form>").await;
    assert!(panic_of(|| away.form().submit()).contains("leads to another host"));
    let dialog = self::page("<form method=dialog></form>").await;
    assert!(panic_of(|| dialog.form().submit()).starts_with("a dialog's form sends nothing"));
}

#[tokio::test]
async fn an_attacker_forces_what_a_visitor_cannot() {
    let form = page(SIGN_UP).await.form();
    let form = form
        .force("token", "stolen")
        .force("off", "on")
        .force("fixed", "2")
        .force("country", "it")
        .force("plan", "gold")
        .force("admin", "1");
    let values = form.values();
    for pair in [
        ("token", "stolen"),
        ("off", "on"),
        ("fixed", "2"),
        ("country", "it"),
        ("plan", "gold"),
        ("admin", "1"),
    ] {
        let found: Vec<_> = values.iter().filter(|(name, _)| name == pair.0).collect();
        assert_eq!(found, [&(pair.0.to_owned(), pair.1.to_owned())]);
    }
}

#[tokio::test]
async fn files_are_sent_in_parts() {
    let html = "<form action=/echo method=post enctype=multipart/form-data><input name=title value=t>\
        <input type=file name=one><input type=file name=many multiple></form>";
    let form = page(html).await.form();
    let empty = form.submit().await;
    empty.expect_text_contains(
        "name=\"one\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n",
    );
    let form = form
        .attach("one", "a.txt", "text/plain", "first")
        .attach("one", "b.txt", "text/plain", "second")
        .attach("many", "c.txt", "text/plain", "third")
        .attach("many", "d.txt", "text/plain", "fourth");
    assert_eq!(form.value("one"), Some("b.txt"));
    let reply = form.submit().await.ok();
    let text = reply.text();
    assert!(text.contains("multipart/form-data; boundary="), "{text}");
    assert!(text.contains("name=\"title\"\r\n\r\nt\r\n"), "{text}");
    for (file, holds) in [
        ("a.txt", false),
        ("b.txt", true),
        ("c.txt", true),
        ("d.txt", true),
    ] {
        assert_eq!(
            text.contains(&format!("filename=\"{file}\"")),
            holds,
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_page_itself_is_the_target_unless_another_is_named() {
    for (html, target) in [
        ("<form>", "GET /shop/page?q=1"),
        ("<form action=''>", "GET /shop/page?q=1"),
        ("<form action=?a=b>", "GET /shop/page?q=1"),
        ("<form action=/echo?a=b>", "GET /echo?q=1"),
        ("<form action=echo>", "GET /shop/echo?q=1"),
        ("<form action=' /e cho#x '>", "GET /e%20cho?q=1"),
        ("<form method=post>", "POST /shop/page?old=1"),
        ("<form method=POST action=?a=b>", "POST /shop/page?a=b"),
        ("<form method=put action=/echo>", "GET /echo?q=1"),
        (
            "<base href=/elsewhere/><form action=echo>",
            "GET /elsewhere/echo?q=1",
        ),
        ("<base href=/elsewhere/><form>", "GET /shop/page?q=1"),
    ] {
        let form = page(&format!("{html}<input name=q value=1></form>"))
            .await
            .form();
        let command = form.submit().as_curl();
        let (method, target) = target.split_once(' ').unwrap();
        assert_eq!(
            command.contains("-X POST"),
            method == "POST",
            "{html}: {command}"
        );
        assert!(
            command.contains(&format!("http://localhost{target}")),
            "{html}: {command}"
        );
    }
}

#[tokio::test]
async fn the_picture_that_is_a_button_sends_where_it_was_pressed() {
    let html = "<form action=/echo><input type=image name=go alt='Go on'><input type=image id=bare></form>";
    let form = page(html).await.form();
    let reply = form.press("Go on").await;
    assert!(
        reply.text().starts_with("GET /echo?go.x=0&go.y=0\n"),
        "{reply}"
    );
    let reply = form.press("bare").await;
    assert!(reply.text().starts_with("GET /echo?x=0&y=0\n"), "{reply}");
}

#[tokio::test]
async fn links_are_clicked_by_what_they_show_and_where_they_lead() {
    let html = r#"<a href="/cart?a=1&amp;b=2#top">Your
         <b>cart</b></a> <a href=next>Next</a> <a href=next>Next</a>
        <a href="/x"><img src=x alt="Home"></a> <a name=no>No link</a>
        <a href=/a>Two</a><a href=/b>Two</a>
        <a href="https://other.example/">Away</a> <a href="mailto:a@b.example">Mail</a> <area href=/map alt=Map>"#;
    let page = page(html).await;
    assert_eq!(page.links().len(), 9);
    assert_eq!(page.links()[0].text(), "Your cart");
    for (text, target) in [
        ("Your cart", "/cart?a=1&b=2"),
        ("Next", "/shop/next"),
        ("Home", "/x"),
        ("Map", "/map"),
    ] {
        let reply = page.click(text).await;
        let expected = format!("GET {target}\n||http://localhost/shop/page?old=1\n");
        reply.expect_text(&expected);
    }
    page.click_href("next")
        .await
        .expect_text_contains("GET /shop/next\n");
    for (text, expected) in [
        (
            "No link",
            "no link shows \"No link\"; the page has\n  \"Your cart\" -> /cart?a=1&b=2#top\n",
        ),
        ("Two", "several links with \"Two\" lead to different places"),
        ("Away", "\"https://other.example/\" leads to another host"),
        ("Mail", "\"mailto:a@b.example\" is not a place on the web"),
    ] {
        let message = panic_of(|| page.click(text));
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(panic_of(|| page.click_href("nowhere")).starts_with("no link leads to \"nowhere\""));
}

proptest! {
    /// Tag soup is read without a panic, and what is sent can be encoded.
    #[test]
    fn any_soup_is_read(soup in proptest::collection::vec(prop_oneof![
        Just("<form>"), Just("</form>"), Just("<form id=a method=post>"), Just("<input name=a value=1>"),
        Just("<input type=radio name=r checked form=a>"), Just("<select name=s>"), Just("<option>"), Just("<optgroup disabled>"),
        Just("</select>"), Just("<textarea name=t>"), Just("</textarea>"), Just("<button>"), Just("</button>"),
        Just("<fieldset disabled>"), Just("<legend>"), Just("</legend>"), Just("</fieldset>"), Just("<label>"), Just("</label>"),
        Just("<a href=x>"), Just("</a>"), Just("<template>"), Just("</template>"), Just("<datalist>"), Just("&amp;"), Just("\n"),
        Just("<script>"), Just("</script>"), Just("text"), Just("<"), Just("\0"), Just("ä"),
    ], 0..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let page = runtime.block_on(page(&soup.concat()));
        let _links = page.links();
        for form in page.forms() {
            let _values = form.values();
            let _list = form.to_string();
        }
    }

    /// What is written into a field is what is sent.
    #[test]
    fn text_comes_through(value in "[^\r\n]{0,20}", name in "[a-zA-Z&;=\"<>äö ]{1,8}") {
        let escaped = name.replace('&', "&amp;").replace('"', "&quot;");
        let html = format!("<form action=/echo><input name=\"{escaped}\"></form>");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let form = page(&html).await.form().fill(&name, &*value);
            let reply = form.submit().await;
            let query = reply.url().query().unwrap();
            let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
            assert_eq!(pairs, [(name.as_str().into(), value.as_str().into())]);
        });
    }
}
