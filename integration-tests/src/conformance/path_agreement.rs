//! One path, two readers: a guard on `/admin` and the files below it, over a socket.

use std::convert::Infallible;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{Request, Response};
use plywood_auth::{
    Addresses, AuthLayer, Basic, BasicAuthLayer, Bearer, FormLoginLayer, RequireLayer,
    bearer::TokenHash,
};
use plywood_core::{Body, BoxError, Identity};
use plywood_dispatch::Dispatch;
use plywood_mount::Mounts;
use plywood_session::{MemoryStore, SessionLayer};
use plywood_static::Files;
use plywood_when::{at, when};
use serde_json::Value;
use tower::{Layer, util::BoxCloneSyncService};

use super::{
    case,
    exchange::{self, Answer},
    loopback::Loopback,
    outcome::{Outcome, check},
    tree::Tree,
};

const CANARY: &str = "canary-2b90ad64";

/// A token of one who may.
const TOKEN: &str = "f0a1b2c3d4e5f60718293a4b5c6d7e8f";

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// One way to guard: all that it is laid around, or what is below a prefix of that.
struct Guard {
    name: &'static str,
    /// The `Authorization` of one who may.
    key: String,
    all: fn(App) -> App,
    below: fn(App, &str) -> App,
}

/// The same files behind each guard, which stands in each place.
pub(crate) struct Guards {
    servers: Vec<Server>,
    _tree: Tree,
}

struct Server {
    place: String,
    key: String,
    loopback: Loopback,
}

impl Guards {
    /// Starts them, and sees that each lets in who may.
    pub(crate) fn start() -> Result<Self, BoxError> {
        let tree = Tree::new()?;
        tree.file("root/admin/secret.txt", format!("{CANARY}\n"))?
            .directory("root/sub")?
            .link("root/link-to-admin", "admin")?;
        let files = app(Files::new(tree.path("root"))?);
        let admin = app(Files::new(tree.path("root/admin"))?);
        let mut servers = Vec::new();
        for guard in guards() {
            for (place, app) in places(&guard, &files, &admin)? {
                servers.push(Server {
                    place: format!("{} by {place}", guard.name),
                    key: guard.key.clone(),
                    loopback: Loopback::start(app)?,
                });
            }
        }
        let guards = Self {
            servers,
            _tree: tree,
        };
        guards.let_in_who_may()?;
        Ok(guards)
    }

    /// A guard that lets nobody in, or files that are not there, would pass every case.
    fn let_in_who_may(&self) -> Result<(), BoxError> {
        for Server {
            place,
            key,
            loopback,
        } in &self.servers
        {
            let request = exchange::request(
                b"GET",
                b"/admin/secret.txt",
                &[(b"Authorization", key.as_bytes())],
            );
            let answer = loopback
                .ask(&request)
                .map_err(|unmet| format!("{place}: {unmet:?}"))?;
            if answer.status != 200 || !leaks(&answer) {
                return Err(format!("{place}: good credentials give {}", answer.status).into());
            }
        }
        Ok(())
    }
}

/// Where a guard can stand.
fn places(guard: &Guard, files: &App, admin: &App) -> Result<Vec<(&'static str, App)>, BoxError> {
    let (all, below) = (guard.all, guard.below);
    let mount = Dispatch::<Infallible>::builder()
        .mount("/admin", all(admin.clone()))
        .mount("/", files.clone())
        .build()?;
    let rule = Dispatch::<Infallible>::builder()
        .route("/admin", all(files.clone()))
        .route("/admin/", all(files.clone()))
        .route("/admin/<path:rest>", all(files.clone()))
        .fallback(files.clone())
        .build()?;
    let mounts = Mounts::<Infallible>::new();
    mounts.mount("/admin", all(admin.clone()))?;
    mounts.fallback(files.clone());
    let condition = when(at("/admin"), tower::layer::layer_fn(all));
    Ok(vec![
        ("mount", app(mount)),
        ("dispatch rule", app(rule)),
        ("path predicate", below(files.clone(), "/admin")),
        ("table of mounts", app(mounts)),
        ("condition", app(condition.layer(files.clone()))),
    ])
}

fn guards() -> Vec<Guard> {
    let basic = || format!("Basic {}", BASE64_STANDARD.encode("ada:plywood"));
    vec![
        Guard {
            name: "Basic",
            key: basic(),
            all: |inner| app(BasicAuthLayer::new(is_right).layer(inner)),
            below: |inner, prefix| app(BasicAuthLayer::new(is_right).below(prefix).layer(inner)),
        },
        Guard {
            name: "several schemes",
            key: format!("Bearer {TOKEN}"),
            all: |inner| app(several().layer(inner)),
            below: |inner, prefix| app(several().below(prefix).layer(inner)),
        },
        Guard {
            name: "a required identity",
            key: basic(),
            all: |inner| {
                app(several()
                    .optional()
                    .layer(RequireLayer::signed_in().layer(inner)))
            },
            below: |inner, prefix| {
                let require = RequireLayer::signed_in().below(prefix);
                app(several().optional().layer(require.layer(inner)))
            },
        },
        Guard {
            name: "a form",
            key: basic(),
            all: |inner| form(&FormLoginLayer::new(is_right), inner),
            below: |inner, prefix| form(&FormLoginLayer::new(is_right).below(prefix), inner),
        },
        Guard {
            name: "a form with the rest opened",
            key: basic(),
            all: |inner| {
                form(
                    &FormLoginLayer::new(is_right).optional(),
                    several_inside(inner),
                )
            },
            below: |inner, prefix| {
                form(
                    &FormLoginLayer::new(is_right).open("/").below(prefix),
                    inner,
                )
            },
        },
    ]
}

fn is_right(name: &str, password: &str) -> Option<Identity> {
    (name == "ada" && password == "plywood").then(|| Identity::new(name))
}

fn several() -> AuthLayer {
    let nowhere = "203.0.113.0/24".parse().expect("it is a network");
    let right = TokenHash::of(TOKEN);
    let bearer =
        Bearer::new(move |hash: &TokenHash| (*hash == right).then(|| Identity::new("ada")));
    AuthLayer::new(bearer)
        .or(Basic::new(is_right))
        .or(Addresses::new().grant(nowhere, Identity::new("nobody")))
}

fn several_inside(inner: App) -> App {
    app(several().layer(inner))
}

/// A form, beside other ways in.
fn form(form: &FormLoginLayer, inner: App) -> App {
    let form = form.layer(inner);
    let either = several().optional().layer(form);
    app(SessionLayer::new(MemoryStore::new()).layer(either))
}

fn app<S>(service: S) -> App
where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send,
{
    BoxCloneSyncService::new(service)
}

pub(crate) fn run(case: &Value, guards: &Guards) -> Outcome {
    let target = case::latin1(case::text(case, "target")?)?;
    let request = exchange::request(b"GET", &target, &[]);
    for Server {
        place, loopback, ..
    } in &guards.servers
    {
        let answer = loopback.ask(&request)?;
        check(
            !leaks(&answer),
            format_args!("a guard that is not passed: {place}"),
            "what it guards",
        )?;
        let is_right = matches!(answer.status, 400 | 401 | 403 | 404 | 300..=399);
        check(
            is_right,
            format_args!("400, 401, 403, 404 or 3xx: {place}"),
            format_args!("{} {}", answer.status, answer.body.escape_ascii()),
        )?;
    }
    Ok(())
}

fn leaks(answer: &Answer) -> bool {
    answer.holds(CANARY.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_that_is_passed_or_lets_nobody_in_is_found_out() {
        let mut guards = Guards::start().unwrap();
        let case = serde_json::json!({"target": "//admin/secret.txt"});
        assert!(run(&case, &guards).is_ok());

        let tree = Tree::new().unwrap();
        tree.file("admin/secret.txt", CANARY).unwrap();
        let unguarded = Files::new(tree.path("")).unwrap();
        guards.servers[2].loopback = Loopback::start(unguarded).unwrap();
        assert!(run(&case, &guards).is_err());

        let elsewhere = Files::new(tree.path("admin")).unwrap();
        guards.servers[2].loopback = Loopback::start(elsewhere).unwrap();
        assert!(guards.let_in_who_may().is_err());
    }
}
