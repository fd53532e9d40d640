//! Tickets in cookies through the public API, between two lints.

#![cfg(feature = "ticket")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    net::IpAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderValue, Request, Response, header};
use http_body_util::BodyExt;
use plywood_auth::{
    AuthLayer, Scheme,
    ticket::{AuthTkt, DigestType, SealedTicket, SharedTicket, TicketError},
};
use plywood_core::{Body, Client, Identity};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

const SECRET: &str = "5d2f0c7b1e9a48d6b3c2a1908f7e6d5c";

fn app(scheme: impl Scheme) -> App {
    let greet = async |request: Request<Body>| {
        let caller = Identity::of(&request).unwrap();
        let roles: Vec<_> = caller.iter_roles().collect();
        let data = SharedTicket::of(&request).map_or("", SharedTicket::user_data);
        let text = format!(
            "{} by {} is {} {data}",
            caller.name(),
            caller.auth_scheme(),
            roles.join("+")
        );
        Ok::<_, Infallible>(Response::new(Body::from(text)))
    };
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .map_response(|response: Response<_>| response.map(Body::new))
            .layer(LintLayer::new())
            .layer(AuthLayer::new(scheme))
            .layer(LintLayer::new())
            .service(service_fn(greet)),
    )
}

struct Answer {
    status: u16,
    text: String,
    cookie: Option<String>,
}

async fn ask(app: &App, cookies: &str, client: Option<&str>) -> Answer {
    let request = Request::get("/")
        .header(header::HOST, "a.example")
        .header(header::COOKIE, cookies);
    let mut request = request.body(Body::empty()).unwrap();
    if let Some(ip) = client {
        let ip: IpAddr = ip.parse().unwrap();
        request.extensions_mut().insert(Client::tcp((ip, 1).into()));
    }
    let Ok(response) = app.clone().oneshot(request).await;
    let status = response.status().as_u16();
    if status == 200 {
        // Nothing that a ticket has let in is for another's eyes.
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
        assert_eq!(response.headers()[header::VARY], "cookie");
    }
    let cookie = response.headers().get(header::SET_COOKIE).map(pair);
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answer {
        status,
        text,
        cookie,
    }
}

fn pair(cookie: &http::HeaderValue) -> String {
    cookie
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

/// A ticket of another server, so many seconds old.
fn elsewhere(age: i64, ip: Option<[u8; 4]>) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let then = UNIX_EPOCH + Duration::from_secs(now.checked_add_signed(-age).unwrap());
    let ticket = SharedTicket::new("ada", then)
        .tokens(["a", "b"])
        .data("hello");
    let text = ticket
        .write(DigestType::Sha512, SECRET.as_bytes(), ip.map(Into::into))
        .unwrap();
    format!("auth_tkt={text}")
}

#[tokio::test]
async fn a_ticket_of_another_server_lets_in_until_its_time() {
    let app = app(AuthTkt::new(SECRET));
    for (age, status, reissued) in [
        (0, 200, false),
        (3500, 200, false),
        (3700, 200, true),
        (7100, 200, true),
        (7300, 403, false),
        (-30, 200, false),
        (-300, 403, false),
    ] {
        let answer = ask(&app, &elsewhere(age, None), None).await;
        assert_eq!(
            (answer.status, answer.cookie.is_some()),
            (status, reissued),
            "{age}"
        );
        if let Some(cookie) = answer.cookie {
            let again = ask(&app, &cookie, None).await;
            assert_eq!((again.status, again.cookie), (200, None));
            assert_eq!(again.text, "ada by auth_tkt is a+b hello");
        }
    }
    for cookies in ["", "auth_tkt=", "auth_tkt=x!y", "auth_tkt=AAAA", "other=1"] {
        assert_eq!(ask(&app, cookies, None).await.status, 403, "{cookies}");
    }
    // One that is good is found behind others of its name.
    let both = format!("auth_tkt=x!y; {}", elsewhere(0, None));
    assert_eq!(ask(&app, &both, None).await.status, 200);
}

#[tokio::test]
async fn a_ticket_that_is_issued_here_is_good_here_and_under_the_next_secret() {
    let old = AuthTkt::new(SECRET);
    let ada = Identity::new("ada lovelace").roles(["admin"]);
    let cookie = old.issue(&ada, "a;b", None).unwrap();
    assert!(
        cookie
            .to_str()
            .unwrap()
            .ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax")
    );
    let cookie = pair(&cookie);
    let expected = "ada lovelace by auth_tkt is admin a;b";
    assert_eq!(ask(&app(old), &cookie, None).await.text, expected);
    let new = AuthTkt::new("another secret of thirty-two bytes");
    assert_eq!(ask(&app(new.clone()), &cookie, None).await.status, 403);
    assert_eq!(
        ask(&app(new.older(SECRET)), &cookie, None).await.text,
        expected
    );
}

#[tokio::test]
async fn a_ticket_may_be_bound_to_an_address() {
    let tickets = AuthTkt::new(SECRET).bind_addresses();
    let ada = Identity::new("ada");
    let here = Some("192.0.2.1".parse().unwrap());
    let cookie = pair(&tickets.issue(&ada, "", here).unwrap());
    let no_address = Err(TicketError::NoAddress);
    assert_eq!(
        tickets.issue(&ada, "", Some("::1".parse().unwrap())),
        no_address
    );
    assert_eq!(tickets.issue(&ada, "", None), no_address);
    let app = app(tickets);
    for (client, status) in [
        (Some("192.0.2.1"), 200),
        (Some("::ffff:192.0.2.1"), 200),
        (Some("192.0.2.2"), 403),
        (Some("2001:db8::1"), 403),
        (None, 403),
    ] {
        assert_eq!(
            ask(&app, &cookie, client).await.status,
            status,
            "{client:?}"
        );
    }
    // One that is bound to none is as one of another address.
    assert_eq!(
        ask(&app, &elsewhere(0, None), Some("192.0.2.1"))
            .await
            .status,
        403
    );
    let old = elsewhere(4000, Some([192, 0, 2, 1]));
    let answer = ask(&app, &old, Some("192.0.2.1")).await;
    assert_eq!(
        ask(&app, &answer.cookie.unwrap(), Some("192.0.2.1"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn cookies_are_named_and_taken_back_as_they_were_set() {
    let tickets = AuthTkt::new(SECRET)
        .cookie("sso")
        .domain("example.com")
        .insecure_cookies()
        .digest(DigestType::WeakMd5)
        .timeout(Duration::from_secs(60))
        .reissue_after(Duration::from_secs(60));
    let cookie = tickets.issue(&Identity::new("ada"), "", None).unwrap();
    let cookie = cookie.to_str().unwrap();
    assert!(
        cookie.starts_with("sso=") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(cookie.contains("; Domain=example.com"), "{cookie}");
    let removals = tickets.forget();
    assert_eq!(removals.len(), 2);
    assert!(!removals[0].to_str().unwrap().contains("Domain"));
    assert!(removals[1].to_str().unwrap().contains("Domain=example.com"));
    assert!(
        removals
            .iter()
            .all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0"))
    );
    assert_eq!(
        tickets.issue(&Identity::new(""), "", None),
        Err(TicketError::Unwritable)
    );
    let many = Identity::new("ada").roles(["x".repeat(4000)]);
    assert_eq!(tickets.issue(&many, "", None), Err(TicketError::Unwritable));
    assert!(!format!("{tickets:?}").contains("5d2f"));
}

#[tokio::test]
async fn a_sealed_ticket_says_who_signed_in_and_how() {
    let tickets = SealedTicket::new(SECRET.as_bytes()).unwrap();
    let ada = Identity::new("ada")
        .scheme("form")
        .roles(["a", "b"])
        .methods("pwd otp");
    let cookie = tickets.issue(&ada).unwrap();
    assert!(
        cookie
            .to_str()
            .unwrap()
            .ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax")
    );
    let cookie = pair(&cookie);
    let app = app(tickets.clone());
    let answer = ask(&app, &cookie, None).await;
    assert_eq!((answer.status, answer.cookie), (200, None));
    assert_eq!(answer.text, "ada by form is a+b ");
    for cookies in [
        "",
        "__Host-ticket=",
        "__Host-ticket=a.b.c",
        &cookie[..cookie.len() - 2],
        &cookie.replacen("__Host-", "", 1),
    ] {
        assert_eq!(ask(&app, cookies, None).await.status, 403, "{cookies}");
    }
    assert_eq!(tickets.forget().len(), 1);
    assert_eq!(
        tickets.issue(&Identity::new("")),
        Err(TicketError::Unwritable)
    );
}

#[tokio::test]
async fn a_sealed_ticket_is_for_one_name_one_key_and_one_time() {
    let tickets = || SealedTicket::new(SECRET.as_bytes()).unwrap();
    let cookie = pair(&tickets().issue(&Identity::new("ada")).unwrap());
    let renamed = cookie.replacen("ticket=", "other=", 1);
    let status =
        async |tickets: SealedTicket, cookie: &str| ask(&app(tickets), cookie, None).await.status;
    assert_eq!(status(tickets(), &cookie).await, 200);
    assert_eq!(status(tickets().cookie("other"), &renamed).await, 403);
    assert_eq!(
        status(
            tickets().insecure_cookies(),
            &cookie.replacen("__Host-", "", 1)
        )
        .await,
        403
    );
    let new = || SealedTicket::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
    assert_eq!(status(new(), &cookie).await, 403);
    assert_eq!(
        status(new().older(SECRET.as_bytes()).unwrap(), &cookie).await,
        200
    );
    let later = SystemTime::now() + Duration::from_secs(2);
    assert_eq!(status(tickets().issued_after(later), &cookie).await, 403);

    for (secret, error) in [
        (&[7; 31][..], TicketError::ShortSecret),
        (&[0; 32], TicketError::UniformSecret),
        (&[b'x'; 100], TicketError::UniformSecret),
    ] {
        assert_eq!(SealedTicket::new(secret).unwrap_err(), error);
        assert_eq!(new().older(secret).unwrap_err(), error);
    }
    let full = (1..4).try_fold(new(), |tickets, _| tickets.older(SECRET.as_bytes()));
    assert_eq!(
        full.unwrap().older(SECRET.as_bytes()).unwrap_err(),
        TicketError::ManySecrets
    );
}

#[tokio::test]
async fn a_sealed_ticket_is_issued_anew_while_it_is_used() {
    let tickets = SealedTicket::new(SECRET.as_bytes()).unwrap();
    let brief = tickets.clone().idle_timeout(Duration::from_secs(2000));
    let cookie = pair(&brief.issue(&Identity::new("ada")).unwrap());
    // The same ticket, read by a site with a longer time: it looks used a while ago.
    let answer = ask(
        &app(tickets.clone().idle_timeout(Duration::from_secs(4000))),
        &cookie,
        None,
    )
    .await;
    let again = answer.cookie.unwrap();
    assert_ne!(again, cookie);
    let answer = ask(&app(tickets.clone()), &again, None).await;
    assert_eq!(answer.text, "ada by  is  ");
}

#[tokio::test]
async fn a_token_of_another_use_is_no_ticket() {
    use plywood_auth::jwt::{Algorithm, SigningKey};
    let key = SigningKey::secret(Algorithm::Hs256, SECRET.as_bytes()).unwrap();
    let token = key.typ("plywood-ticket+jwt").sign(&serde_json::json!({
        "sub": "ada", "aud": "__Host-ticket", "exp": 4_000_000_000_u64, "iat": 1,
    }));
    let cookie = format!("__Host-ticket={}", token.unwrap());
    let tickets = SealedTicket::new(SECRET.as_bytes()).unwrap();
    assert_eq!(ask(&app(tickets), &cookie, None).await.status, 403);
}

#[tokio::test]
async fn who_signs_out_with_an_old_ticket_stays_signed_out() {
    let hour = Duration::from_secs(3600);
    let shared = AuthTkt::new(SECRET).domain("a.example");
    let cookie = shared.issue(&Identity::new("ada"), "", None).unwrap();
    let removals = shared.forget();
    let shared = shared.reissue_after(Duration::ZERO);
    sign_out(shared, &cookie, removals).await;

    let sealed = SealedTicket::new(SECRET.as_bytes()).unwrap();
    let brief = sealed.clone().idle_timeout(hour);
    let cookie = brief.issue(&Identity::new("ada")).unwrap();
    let removals = sealed.forget();
    sign_out(sealed.idle_timeout(2 * hour), &cookie, removals).await;
}

/// The inner service takes back a ticket that it is time to issue anew.
async fn sign_out(scheme: impl Scheme, cookie: &HeaderValue, removals: Vec<HeaderValue>) {
    let expected = removals.clone();
    let bye = move |_: Request<Body>| {
        let mut response = Response::new(Body::empty());
        for removal in &removals {
            response
                .headers_mut()
                .append(header::SET_COOKIE, removal.clone());
        }
        let other = HeaderValue::from_static("seen=1");
        response.headers_mut().append(header::SET_COOKIE, other);
        async { Ok::<_, Infallible>(response) }
    };
    let app = ServiceBuilder::new()
        .layer(AuthLayer::new(scheme))
        .service(service_fn(bye));
    let request = Request::post("/").header(header::COOKIE, pair(cookie));
    let Ok(response) = app.oneshot(request.body(Body::empty()).unwrap()).await;
    let set: Vec<_> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .collect();
    let (other, kept) = set.split_last().unwrap();
    assert_eq!(*other, "seen=1");
    assert_eq!(kept, expected.iter().collect::<Vec<_>>());
}
