//! Single sign-on with tickets.

// ANCHOR: app
use plywood::{
    auth::ticket::{AuthTkt, SharedTicket},
    prelude::*,
};

async fn report(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who has a ticket comes here")?;
    let data = SharedTicket::of(&request).map_or("", SharedTicket::user_data);
    Ok(Response::new(
        format!("report for {} of {data}\n", who.name()).into(),
    ))
}

/// Answers with a cookie, and sends the browser on.
fn go(
    to: &'static str,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_static(to));
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn app(
    tickets: AuthTkt,
    check: fn(&str, &str) -> Option<Identity>,
) -> Result<App, BoxError> {
    let (issuing, forgetting) = (tickets.clone(), tickets.clone());
    // Behind a password: whoever comes here has just signed in.
    let sign_in = move |request: Request<Body>| {
        let issuing = issuing.clone();
        async move {
            let who =
                Identity::of(&request).ok_or("the password was asked for outside")?;
            let client = Client::of(&request).and_then(Client::ip);
            Ok::<_, BoxError>(go(
                "/reports",
                [issuing.issue(who, "the shop", client)?],
            ))
        }
    };
    let sign_out = move |_: Request<Body>| {
        let answer = go("/", forgetting.forget());
        async move { Ok::<_, BoxError>(answer) }
    };
    let site = Dispatch::<BoxError>::builder()
        .get("/reports", report)
        .get("/sign-in", sign_in)
        .post("/sign-out", sign_out)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(AuthLayer::new(tickets).below("/reports"))
            .layer(BasicAuthLayer::new(check).below("/sign-in"))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
fn check(name: &str, password: &str) -> Option<Identity> {
    let right = plywood::auth::constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name).roles(["staff"]))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // The one in `TKTAuthSecret` of Apache, beside `TKTAuthDigestType SHA512`.
    let tickets = AuthTkt::new(std::fs::read_to_string("tkt-secret")?.trim());
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(tickets, check)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use plywood::auth::ticket::DigestType;
    use plywood_test::Client;

    use super::*;

    const SECRET: &str = "5d2f0c7b1e9a48d6b3c2a1908f7e6d5c";

    #[tokio::test]
    async fn a_ticket_from_here_lets_in_until_it_is_given_back() {
        let tickets = AuthTkt::new(SECRET);
        let client =
            Client::new(app(tickets, check).unwrap()).base("https://a.example");
        client.get("/reports").await.expect_status(403);
        let password = "Basic YWRhOnBseXdvb2Q="; // ada:plywood
        client
            .get("/sign-in")
            .header("authorization", password)
            .await
            .expect_status(303);
        client
            .get("/reports")
            .await
            .expect_text_contains("report for ada of the shop");
        client.post("/sign-out").await.expect_status(303);
        client.get("/reports").await.expect_status(403);
    }

    #[tokio::test]
    async fn a_ticket_from_apache_lets_in() {
        let ticket = SharedTicket::new("ada", SystemTime::now()).tokens(["staff"]);
        let ticket =
            ticket.write(DigestType::Sha512, SECRET.as_bytes(), None).unwrap();
        let client = Client::new(app(AuthTkt::new(SECRET), check).unwrap());
        let report = client
            .get("/reports")
            .header("cookie", format!("auth_tkt={ticket}"))
            .await;
        report.expect_status(200).expect_text_contains("report for ada");
    }
}
// ANCHOR_END: test
