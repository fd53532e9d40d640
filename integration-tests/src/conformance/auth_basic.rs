//! plywood-auth's Basic authentication: which name and which password does the check get to see?

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{Request, Response, header};
use plywood_auth::{
    Addresses, AuthLayer, Basic, BasicAuthLayer, Bearer, Verdict, bearer::TokenHash,
};
use plywood_core::{Body, Identity};
use serde_json::Value;
use tower::{Layer, service_fn};

use super::{
    case, in_process,
    outcome::{Outcome, Unmet, check},
};

type Credentials = (String, String);

pub(crate) fn run(case: &Value) -> Outcome {
    let mut request = Request::new(());
    let authorization = case::value(case::text(case, "authorization")?.as_bytes())?;
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, authorization);

    let mut acceptable: Vec<Option<Credentials>> = vec![expected(case)?];
    acceptable.extend(case::texts(case, "also_ok")?.into_iter().map(lenient));
    for way in WAYS {
        let got = credentials(request.clone(), way)?;
        check(
            acceptable.contains(&got),
            format_args!("{acceptable:?}"),
            format_args!("{got:?}"),
        )?;
    }
    Ok(())
}

type Hear = Arc<dyn Fn(&str, &str) -> Option<Identity> + Send + Sync>;

/// Alone, after a wait, with right passwords kept in mind, and among other schemes. An empty password is one that can be read.
const WAYS: [fn(Hear) -> AuthLayer; 4] = [
    |hear| {
        let basic = BasicAuthLayer::new(move |user, password| hear(user, password));
        basic.insecure_empty_passwords().into()
    },
    |hear| {
        let later = move |user: &str, password: &str| {
            let heard = hear(user, password);
            Verdict::later(async { Ok(heard) })
        };
        BasicAuthLayer::new(later).insecure_empty_passwords().into()
    },
    |hear| {
        let basic = Basic::new(move |user: &str, password: &str| hear(user, password));
        AuthLayer::new(
            basic
                .insecure_empty_passwords()
                .remember(Duration::from_secs(60)),
        )
    },
    |hear| {
        AuthLayer::new(Bearer::new(|_: &TokenHash| None))
            .or(Addresses::new())
            .or(
                Basic::new(move |user: &str, password: &str| hear(user, password))
                    .insecure_empty_passwords(),
            )
    },
];

/// What the check saw, when the request came through; nothing when it was refused.
fn credentials(
    request: Request<()>,
    way: fn(Hear) -> AuthLayer,
) -> Result<Option<Credentials>, Unmet> {
    let seen = Arc::new(Mutex::new(None));
    let seeing = Arc::clone(&seen);
    let layer = way(Arc::new(move |user, password| {
        let credentials = (user.to_owned(), password.to_owned());
        *seeing.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials);
        Some(Identity::new(user))
    }));
    let app = layer.layer(service_fn(async |request: Request<Body>| {
        let user = Identity::of(&request).map_or("", Identity::name);
        Ok::<_, Infallible>(Response::new(Body::from(user.to_owned())))
    }));
    let response = in_process::ask(app, request.map(|()| Body::empty()))?;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    let status = response.status().as_u16();
    let challenged = response.headers().contains_key(header::WWW_AUTHENTICATE);
    let greeted = response.into_body().to_bytes();
    let as_it_should_be = match &seen {
        Some((user, _)) => status == 200 && greeted == user.as_bytes(),
        None => status == 400 || (status == 401 && challenged),
    };
    check(
        as_it_should_be,
        "200 for whom the check accepts, else 400, or 401 with a challenge",
        format_args!("{status} for {seen:?}"),
    )?;
    Ok(seen)
}

fn expected(case: &Value) -> Result<Option<Credentials>, Unmet> {
    match (&case["user"], &case["password"]) {
        (Value::String(user), Value::String(password)) => {
            Ok(Some((user.clone(), password.clone())))
        }
        (Value::Null, Value::Null) => Ok(None),
        (user, password) => Err(Unmet::failed(
            "a user and a password, or neither",
            format_args!("{user}, {password}"),
        )),
    }
}

/// `user / password`; anything else says that a refusal is right too.
fn lenient(reading: &str) -> Option<Credentials> {
    let (user, password) = reading.split_once(" / ")?;
    Some((user.to_owned(), password.to_owned()))
}
