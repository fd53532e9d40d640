//! Digest through the public API, between two lints, with a client made of its pure parts.

#![cfg(feature = "digest")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{convert::Infallible, time::Duration};

use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_auth::{
    Attempts, AuthLayer, Basic, Digest, DigestAuthLayer,
    digest::{
        Account, Algorithm, Asked, Calculation, Hex, Htdigest, IntegrityLayer, Lookup, Protection,
        account_hash, user_hash,
    },
};
use plywood_core::{Body, BoxError, Failure, Identity, Mount};
use plywood_lint::LintLayer;
use proptest::prelude::*;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

const REALM: &str = "the \"shed\"";
const PASSWORD: &str = "ply:wood é";

fn find(asked: &Asked<'_>) -> Option<Account> {
    let ada = || Account::by_password(Identity::new("ada").roles(["admin"]), PASSWORD);
    asked.is("ada").then(ada)
}

async fn greet(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let caller = Identity::of(&request);
    let mut greeting = caller.map_or_else(
        || "nobody".to_owned(),
        |caller| format!("{} by {}", caller.name(), caller.auth_scheme()),
    );
    let body = request.into_body().collect().await.unwrap().to_bytes();
    greeting.push_str(std::str::from_utf8(&body).unwrap());
    Ok(Response::new(greeting.into()))
}

fn stack(layer: impl Into<AuthLayer>) -> App {
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .map_response(|response: Response<_>| response.map(Body::new))
            .layer(LintLayer::new())
            .layer(IntegrityLayer::new().max_size(100))
            .layer(layer.into())
            .layer(LintLayer::new())
            .service(service_fn(greet)),
    )
}

fn shed() -> App {
    stack(DigestAuthLayer::new(REALM, find))
}

/// What a test looks at.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    challenges: Vec<String>,
    info: Option<String>,
    /// The reason for the operator, or the greeting.
    said: String,
}

impl Answer {
    fn nonce(&self) -> String {
        let challenge = &self.challenges[0];
        let (_, rest) = challenge.split_once("nonce=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    fn is_stale(&self) -> bool {
        let is_stale = |challenge: &String| challenge.ends_with(", stale=true");
        let stale = self
            .challenges
            .iter()
            .filter(|challenge| is_stale(challenge));
        let count = stale.count();
        assert!(count == 0 || count == self.challenges.len());
        count > 0
    }
}

async fn send(app: &App, request: Request<Body>) -> Answer {
    let Ok(response) = app.clone().oneshot(request).await;
    let fields = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    let challenges = fields
        .map(|field| field.to_str().unwrap().to_owned())
        .collect();
    let info = response.headers().get("authentication-info");
    let info = info.map(|info| info.to_str().unwrap().to_owned());
    let status = response.status();
    let said = if let Some(failure) = Failure::of(&response) {
        failure.to_string()
    } else {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    Answer {
        status,
        challenges,
        info,
        said,
    }
}

async fn get(app: &App, authorization: &str) -> Answer {
    send(app, request("GET", "/saw?q", authorization, "")).await
}

fn request(method: &str, target: &str, authorization: &str, body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(target);
    request = request.header(header::HOST, "a.example");
    if !authorization.is_empty() {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    if !body.is_empty() {
        request = request.header(header::CONTENT_LENGTH, body.len());
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// A client, whose every part can be bent.
#[derive(Clone)]
struct Client {
    name: &'static str,
    password: &'static str,
    realm: &'static str,
    algorithm: Algorithm,
    nonce: String,
    count: u32,
    method: &'static str,
    uri: &'static str,
    body: Option<&'static str>,
    hides_name: bool,
}

impl Client {
    fn new(nonce: String) -> Self {
        Self {
            name: "ada",
            password: PASSWORD,
            realm: REALM,
            algorithm: Algorithm::Sha256,
            nonce,
            count: 1,
            method: "GET",
            uri: "/saw?q",
            body: None,
            hides_name: false,
        }
    }

    fn count(&self, count: u32) -> Self {
        let client = self.clone();
        Self { count, ..client }
    }

    fn calculate<T>(&self, use_it: impl FnOnce(Calculation<'_>) -> T) -> T {
        let account = account_hash(self.algorithm, self.name, self.realm, self.password);
        let body = self.body.map(|body| self.algorithm.hash(body));
        use_it(Calculation {
            algorithm: self.algorithm,
            account: &account,
            nonce: &self.nonce,
            protection: Protection::Auth {
                count: &format!("{:08x}", self.count),
                client_nonce: "c\"\\n",
                body: body.as_ref(),
            },
            uri: self.uri,
        })
    }

    fn response(&self) -> Hex {
        self.calculate(|calculation| calculation.response(self.method))
    }

    fn authorization(&self) -> String {
        let user = if self.hides_name {
            let hash = user_hash(self.algorithm, self.name, self.realm);
            format!("username=\"{}\", userhash=true", hash.as_str())
        } else {
            format!("username=\"{}\"", self.name)
        };
        let qop = if self.body.is_some() {
            "auth-int"
        } else {
            "auth"
        };
        format!(
            "Digest {user}, realm=\"{}\", uri=\"{}\", algorithm={}, nonce=\"{}\", nc={:08x}, cnonce=\"c\\\"\\\\n\", qop={qop}, response=\"{}\"",
            self.realm.replace('"', "\\\""),
            self.uri,
            self.algorithm,
            self.nonce,
            self.count,
            self.response().as_str(),
        )
    }
}

async fn client_of(app: &App) -> Client {
    Client::new(get(app, "").await.nonce())
}

#[tokio::test]
async fn a_stranger_is_told_how_and_gets_in_by_it() {
    let app = shed();
    let stranger = get(&app, "").await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    let nonce = stranger.nonce();
    let expected = ["SHA-256", "SHA-512-256"].map(|name| {
        format!(r#"Digest algorithm={name}, realm="the \"shed\"", nonce="{nonce}", qop="auth", charset=UTF-8"#)
    });
    assert_eq!(stranger.challenges, expected);

    let client = Client::new(nonce);
    let answer = get(&app, &client.authorization()).await;
    assert_eq!(
        (answer.status, &*answer.said),
        (StatusCode::OK, "ada by Digest")
    );
    // The server proves itself.
    let server = client.calculate(|calculation| calculation.server_response());
    let expected = format!(
        r#"rspauth="{}", qop=auth, nc=00000001, cnonce="c\"\\n""#,
        server.as_str()
    );
    assert_eq!(answer.info, Some(expected));
    let client = Client {
        algorithm: Algorithm::Sha512_256,
        ..client.count(2)
    };
    assert_eq!(
        get(&app, &client.authorization()).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_is_wrong_is_refused_without_a_hint() {
    let app = shed();
    let good = client_of(&app).await;
    for (bent, why) in [
        (
            Client {
                password: "wrong",
                ..good.clone()
            },
            "wrong name or password",
        ),
        (
            Client {
                name: "eve",
                ..good.clone()
            },
            "wrong name or password",
        ),
        (
            Client {
                name: "",
                ..good.clone()
            },
            "wrong name or password",
        ),
        (
            Client {
                realm: "the barn",
                ..good.clone()
            },
            "another realm",
        ),
        (
            Client {
                method: "HEAD",
                ..good.clone()
            },
            "wrong name or password",
        ),
        (
            Client {
                algorithm: Algorithm::Md5,
                ..good.clone()
            },
            "algorithm",
        ),
        (
            Client {
                algorithm: Algorithm::Md5Sess,
                ..good.clone()
            },
            "algorithm",
        ),
        (
            Client {
                algorithm: Algorithm::Sha256Sess,
                ..good.clone()
            },
            "algorithm",
        ),
        (
            Client {
                body: Some(""),
                ..good.clone()
            },
            "quality",
        ),
    ] {
        let answer = get(&app, &bent.authorization()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{why}");
        assert!(answer.said.contains(why), "{}: {why}", answer.said);
        assert!(!answer.is_stale() && answer.info.is_none());
        assert_eq!(answer.challenges.len(), 2);
    }
    // A part that was altered after it was computed.
    let sent = good.authorization();
    for (part, other) in [
        ("nc=00000001", "nc=00000002"),
        ("cnonce=\"c", "cnonce=\"d"),
        ("username=\"ada\"", "username=\"Ada\""),
        ("algorithm=SHA-256", "algorithm=SHA-512-256"),
        (", algorithm=SHA-256", ""),
        ("algorithm=SHA-256", "algorithm=SHA-3"),
        ("qop=auth", "qop=auth-conf"),
        ("response=\"", "response=\"0"),
    ] {
        let altered = sent.replace(part, other);
        assert_ne!(altered, sent);
        let answer = get(&app, &altered).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{part}");
        assert!(!answer.is_stale());
    }
    let upper = good.response().as_str().to_uppercase();
    let answer = get(&app, &sent.replace(good.response().as_str(), &upper)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // None of them has used the nonce up.
    assert_eq!(get(&app, &sent).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_that_was_overheard_cannot_be_sent_again_nor_elsewhere() {
    let app = shed();
    let client = client_of(&app).await;
    for (count, status) in [(1, 200), (3, 200), (2, 200)] {
        let answer = get(&app, &client.count(count).authorization()).await;
        assert_eq!(answer.status, status, "{count}");
    }
    // As often as it is tried: a refusal forgets nothing.
    for count in [1, 2, 3, 1, 2, 3, 0] {
        let answer = get(&app, &client.count(count).authorization()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{count}");
        assert!(
            answer.is_stale() && answer.said.contains("before"),
            "{}",
            answer.said
        );
    }
    assert_eq!(
        get(&app, &client.count(4).authorization()).await.status,
        StatusCode::OK
    );

    let sent = client.count(5).authorization();
    for target in [
        "/admin", "/", "/saw", "/saw?q=", "/saw?Q", "/%73aw?q", "//saw?q", "/saw?q&r",
    ] {
        let answer = send(&app, request("GET", target, &sent, "")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}");
        assert!(answer.said.contains("target"), "{}", answer.said);
    }
    let answer = send(&app, request("GET", "http://a.example/saw?q", &sent, "")).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_nonce_of_somebody_else_lets_nobody_in() {
    let (app, other) = (shed(), shed());
    let good = client_of(&app).await;
    let foreign = client_of(&other).await;
    for nonce in [
        foreign.nonce.clone(),
        "invented".to_owned(),
        String::new(),
        "A".repeat(43),
    ] {
        let client = Client {
            nonce,
            ..good.clone()
        };
        let answer = get(&app, &client.authorization()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        // Who knows the password is told to compute again; nobody else is.
        assert!(answer.is_stale() && answer.said.contains("not given out here"));
        let wrong = Client {
            password: "wrong",
            ..client
        };
        let answer = get(&app, &wrong.authorization()).await;
        assert!(!answer.is_stale() && answer.said.contains("wrong name"));
    }
    // Two that share a secret know each other's.
    let (one, other) = (
        stack(Digest::new(REALM, find).secret(&[7; 32])),
        stack(Digest::new(REALM, find).secret(&[7; 32])),
    );
    let client = client_of(&one).await;
    assert_eq!(
        get(&other, &client.authorization()).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_old_nonce_is_stale_for_who_knows_the_password() {
    let app = stack(Digest::new(REALM, find).nonce_life(Duration::ZERO));
    let client = client_of(&app).await;
    let answer = get(&app, &client.authorization()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.is_stale() && answer.said.contains("too old"));
    let wrong = Client {
        password: "wrong",
        ..client
    };
    assert!(!get(&app, &wrong.authorization()).await.is_stale());
}

#[tokio::test]
async fn algorithms_are_offered_when_they_are_asked_for() {
    let app = stack(Digest::new(REALM, find).allow_md5().sessions().user_hash());
    let stranger = get(&app, "").await;
    let mut offered = Vec::new();
    for challenge in &stranger.challenges {
        assert!(challenge.contains(", userhash=true"));
        offered.extend(challenge.split([' ', ',']).nth(1));
    }
    assert_eq!(
        offered,
        [
            "algorithm=SHA-256",
            "algorithm=SHA-512-256",
            "algorithm=SHA-256-sess",
            "algorithm=SHA-512-256-sess",
            "algorithm=MD5",
            "algorithm=MD5-sess",
        ]
    );
    let mut client = Client::new(stranger.nonce());
    for hides_name in [false, true] {
        for name in offered.iter().map(|offer| &offer["algorithm=".len()..]) {
            client.algorithm = Algorithm::parse(name).unwrap();
            client.hides_name = hides_name;
            let answer = get(&app, &client.authorization()).await;
            assert_eq!(answer.status, StatusCode::OK, "{name} {hides_name}");
            client.count += 1;
        }
    }
    // An algorithm that is left out is MD5.
    client.algorithm = Algorithm::Md5;
    let sent = client.authorization().replace(", algorithm=MD5", "");
    assert_eq!(get(&app, &sent).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_hash_of_a_name_is_taken_where_it_is_offered_and_counts_as_the_name() {
    const LONG: Duration = Duration::from_secs(3600);
    let app = shed();
    let mut client = client_of(&app).await;
    client.hides_name = true;
    let answer = get(&app, &client.authorization()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.said, "hashed names are not on offer");

    let attempts = Attempts::new().per_account(4, LONG..=LONG);
    let app = stack(Digest::new(REALM, find).user_hash().throttle(attempts));
    let mut client = client_of(&app).await;
    client.password = "wrong";
    let mut statuses = Vec::new();
    for count in 1..=6 {
        // In turns by the name and by its hash.
        (client.count, client.hides_name) = (count, count % 2 == 0);
        statuses.push(get(&app, &client.authorization()).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

#[tokio::test]
async fn who_guesses_is_slowed_down_and_who_is_known_goes_on() {
    let app = shed();
    let client = client_of(&app).await;
    assert_eq!(
        get(&app, &client.authorization()).await.status,
        StatusCode::OK
    );
    let guess = Client {
        password: "wrong",
        ..client.count(2)
    };
    let mut answer = get(&app, &guess.authorization()).await;
    for _ in 0..1000 {
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        answer = get(&app, &guess.authorization()).await;
    }
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    // The right password does not show itself to somebody who guesses, with a new nonce or one of another account.
    let new = client_of(&app).await;
    let answer = get(&app, &new.authorization()).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    // Who was in goes on.
    let answer = get(&app, &client.count(2).authorization()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_so() {
    let app = shed();
    let sent = client_of(&app).await.authorization();
    for malformed in [
        "Digest".to_owned(),
        "Digest ,,,".to_owned(),
        "Digest username=\"ada\"".to_owned(),
        sent.replace("nc=00000001", "nc=1"),
        sent.replace(", qop=auth", ""),
        format!("{sent}, nonce=\"\""),
        format!("{sent}, x=\"{}\"", "x".repeat(100_000)),
        format!("{sent}{}", ",".repeat(100_000)),
    ] {
        let answer = get(&app, &malformed).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.said);
        assert!(answer.challenges.is_empty());
    }
    for other in ["Basic YWRhOnBseQ==", "Bearer x", "Digests x"] {
        let answer = get(&app, other).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn below_a_mount_the_whole_target_counts() {
    let layer = DigestAuthLayer::new(REALM, find).below("/saw");
    let guarded = stack(layer);
    let app = BoxCloneSyncService::new(service_fn(move |mut request: Request<Body>| {
        assert!(Mount::enter(&mut request, "/tools").unwrap());
        guarded.clone().oneshot(request)
    }));
    let at = |authorization: String| request("GET", "/tools/saw?q", &authorization, "");
    let nonce = send(&app, at(String::new())).await.nonce();
    let inner = Client::new(nonce);
    let answer = send(&app, at(inner.authorization())).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let whole = Client {
        uri: "/tools/saw?q",
        ..inner
    };
    let answer = send(&app, at(whole.authorization())).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_may_be_covered() {
    let app = stack(Digest::new(REALM, find).integrity());
    let stranger = get(&app, "").await;
    assert!(stranger.challenges[0].contains(r#"qop="auth, auth-int""#));
    let mut client = Client::new(stranger.nonce());
    client.method = "PUT";
    let put = |client: &Client, body: &str| request("PUT", "/saw?q", &client.authorization(), body);

    client.body = Some(" sharp");
    let answer = send(&app, put(&client, " sharp")).await;
    assert_eq!(
        (answer.status, &*answer.said),
        (StatusCode::OK, "ada by Digest sharp")
    );
    let server = client.calculate(|calculation| calculation.server_response());
    let proof = format!("rspauth=\"{}\", qop=auth,", server.as_str());
    assert!(answer.info.unwrap().starts_with(&proof));

    client.count += 1;
    for altered in ["", " Sharp", " sharp!"] {
        let answer = send(&app, put(&client, altered)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{altered}");
        assert!(!answer.is_stale());
    }
    let answer = send(&app, put(&client, &"x".repeat(101))).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Without its length in front.
    let (head, _) = put(&client, "").into_parts();
    let frames = futures_util::stream::repeat_with(|| {
        Ok::<_, BoxError>(http_body::Frame::data(bytes::Bytes::from_static(b"x")))
    });
    let endless = Body::new(http_body_util::StreamBody::new(frames));
    let answer = send(&app, Request::from_parts(head, endless)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    // A body that is not covered is not held.
    client.body = None;
    let long = "x".repeat(1000);
    let answer = send(&app, put(&client, &long)).await;
    assert_eq!(answer.said, format!("ada by Digest{long}"));
}

#[tokio::test]
async fn who_offers_integrity_without_its_layer_is_told() {
    let auth = AuthLayer::new(Digest::new(REALM, find).integrity());
    let auth = auth.layer(service_fn(greet));
    let app = BoxCloneSyncService::new(auth);
    let mut client = client_of(&app).await;
    client.body = Some("");
    let answer = get(&app, &client.authorization()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.said.contains("digest::IntegrityLayer"));
}

#[tokio::test]
async fn an_account_may_be_waited_for_or_not_be_found_out() {
    let app = stack(DigestAuthLayer::new(REALM, |asked: &Asked<'_>| {
        let found = find(asked);
        let is_down = asked.is("down");
        Lookup::later(async move {
            tokio::task::yield_now().await;
            if is_down {
                Err("the directory is down".into())
            } else {
                Ok(found)
            }
        })
    }));
    let client = client_of(&app).await;
    assert_eq!(
        get(&app, &client.authorization()).await.said,
        "ada by Digest"
    );
    let answer = get(&app, &client.authorization()).await;
    assert!(answer.is_stale());
    let down = Client {
        name: "down",
        ..client
    };
    let answer = get(&app, &down.authorization()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn an_identity_may_have_another_name_than_its_account() {
    let app = stack(DigestAuthLayer::new(REALM, |asked: &Asked<'_>| {
        let ann = || Account::by_password(Identity::new("Ann Other"), PASSWORD).name("ada");
        asked.is("ada").then(ann)
    }));
    let client = client_of(&app).await;
    let answer = get(&app, &client.authorization()).await;
    assert_eq!(answer.said, "Ann Other by Digest");
}

#[tokio::test]
async fn a_file_offers_what_it_has() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("digests");
    let hash = |algorithm| account_hash(algorithm, "ada", REALM, PASSWORD);
    let md5 = format!("ada:{REALM}:{}\n", hash(Algorithm::Md5).as_str());
    std::fs::write(&path, &md5).unwrap();
    let app = stack(Digest::of(REALM, Htdigest::open(&path).unwrap()).allow_md5());
    let stranger = get(&app, "").await;
    assert_eq!(stranger.challenges.len(), 1);
    let mut client = Client::new(stranger.nonce());
    assert_eq!(
        get(&app, &client.authorization()).await.status,
        StatusCode::UNAUTHORIZED
    );
    client.algorithm = Algorithm::Md5;
    assert_eq!(
        get(&app, &client.authorization()).await.said,
        "ada by Digest"
    );

    let both = format!("{md5}ada:{REALM}:{}\n", hash(Algorithm::Sha256).as_str());
    std::fs::write(&path, both).unwrap();
    let app = stack(Digest::of(REALM, Htdigest::open(&path).unwrap()));
    let client = client_of(&app).await;
    assert_eq!(
        get(&app, &client.authorization()).await.said,
        "ada by Digest"
    );
}

#[tokio::test]
async fn digest_stands_beside_basic() {
    let basic = Basic::new(|name, _| Some(Identity::new(name)));
    let app = stack(AuthLayer::new(Digest::new(REALM, find)).or(basic));
    let stranger = get(&app, "").await;
    assert_eq!(stranger.challenges.len(), 3);
    assert!(stranger.challenges[2].starts_with("Basic "));
    let client = Client::new(stranger.nonce());
    assert_eq!(
        get(&app, &client.authorization()).await.said,
        "ada by Digest"
    );
    assert_eq!(get(&app, "Basic YWRhOnBseQ==").await.said, "ada by Basic");
    // Digest that is wrong is not tried as something else.
    let wrong = Client {
        password: "wrong",
        ..client
    };
    let answer = get(&app, &wrong.authorization()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_server_may_keep_its_proof_to_itself() {
    let app = stack(Digest::new(REALM, find).without_proof());
    let client = client_of(&app).await;
    let answer = get(&app, &client.authorization()).await;
    assert_eq!((answer.status, answer.info), (StatusCode::OK, None));
}

proptest! {
    #[test]
    fn whatever_is_sent_is_answered(sent in "Digest ((username|realm|nonce|uri|response|qop|nc|cnonce|algorithm|userhash|username\\*)=\"?[a-zA-Z0-9/,=\\\\\" %']{0,12}\"?,? ?){0,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let status = runtime.block_on(async { get(&shed(), &sent).await.status });
        prop_assert!(matches!(status.as_u16(), 400 | 401));
    }
}
