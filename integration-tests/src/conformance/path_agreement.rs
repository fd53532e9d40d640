//! One path, two readers: a guard on `/admin` and the files below it, over a socket.

use std::convert::Infallible;

use base64::{Engine, prelude::BASE64_STANDARD};
use plywood_auth::BasicAuthLayer;
use plywood_core::{BoxError, Identity};
use plywood_dispatch::Dispatch;
use plywood_static::Files;
use serde_json::Value;
use tower::Layer;

use super::{
    case,
    exchange::{self, Answer},
    loopback::Loopback,
    outcome::{Outcome, check},
    tree::Tree,
};

const CANARY: &str = "canary-2b90ad64";

/// The same files three times, behind the same guard that stands in three places.
pub(crate) struct Guards {
    servers: [(&'static str, Loopback); 3],
    _tree: Tree,
}

impl Guards {
    /// Starts them, and sees that each lets in who may.
    pub(crate) fn start() -> Result<Self, BoxError> {
        let tree = Tree::new()?;
        tree.file("root/admin/secret.txt", format!("{CANARY}\n"))?
            .directory("root/sub")?
            .link("root/link-to-admin", "admin")?;
        let files = Files::new(tree.path("root"))?;
        let admin = Files::new(tree.path("root/admin"))?;
        let guard = || {
            BasicAuthLayer::new(|name, password| {
                (name == "ada" && password == "plywood").then(|| Identity::new(name))
            })
        };

        let mount = Dispatch::<Infallible>::builder()
            .mount("/admin", guard().layer(admin))
            .mount("/", files.clone())
            .build()?;
        let rule = Dispatch::<Infallible>::builder()
            .route("/admin", guard().layer(files.clone()))
            .route("/admin/", guard().layer(files.clone()))
            .route("/admin/<path:rest>", guard().layer(files.clone()))
            .fallback(files.clone())
            .build()?;
        let predicate = guard().below("/admin").layer(files);
        let servers = [
            ("by mount", Loopback::start(mount)?),
            ("by dispatch rule", Loopback::start(rule)?),
            ("by path predicate", Loopback::start(predicate)?),
        ];
        let guards = Self {
            servers,
            _tree: tree,
        };
        guards.let_in_who_may()?;
        Ok(guards)
    }

    /// A guard that lets nobody in, or files that are not there, would pass every case.
    fn let_in_who_may(&self) -> Result<(), BoxError> {
        let authorization = format!("Basic {}", BASE64_STANDARD.encode("ada:plywood"));
        let request = exchange::request(
            b"GET",
            b"/admin/secret.txt",
            &[(b"Authorization", authorization.as_bytes())],
        );
        for (place, server) in &self.servers {
            let answer = server
                .ask(&request)
                .map_err(|unmet| format!("{place}: {unmet:?}"))?;
            if answer.status != 200 || !leaks(&answer) {
                return Err(format!("{place}: good credentials give {}", answer.status).into());
            }
        }
        Ok(())
    }
}

pub(crate) fn run(case: &Value, guards: &Guards) -> Outcome {
    let target = case::latin1(case::text(case, "target")?)?;
    let request = exchange::request(b"GET", &target, &[]);
    for (place, server) in &guards.servers {
        let answer = server.ask(&request)?;
        check(
            !leaks(&answer),
            format_args!("a guard {place} that is not passed"),
            "what it guards",
        )?;
        let is_right = matches!(answer.status, 400 | 401 | 403 | 404 | 300..=399);
        check(
            is_right,
            format_args!("400, 401, 403, 404 or 3xx {place}"),
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
        guards.servers[2].1 = Loopback::start(unguarded).unwrap();
        assert!(run(&case, &guards).is_err());

        let elsewhere = Files::new(tree.path("admin")).unwrap();
        guards.servers[2].1 = Loopback::start(elsewhere).unwrap();
        assert!(guards.let_in_who_may().is_err());
    }
}
