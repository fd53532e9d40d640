//! A password file.

// ANCHOR: app
use plywood::{auth::FileError, auth::password::Htpasswd, prelude::*};

async fn report(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who is known comes here")?;
    let text = format!("the report for {}\n", who.name());
    Ok(Response::new(text.into()))
}

fn app(users: &str, groups: &str) -> Result<App, FileError> {
    let accounts = Htpasswd::at(users).groups(groups).open()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(BasicAuthLayer::of(accounts).realm("the team"))
            .layer(RequireLayer::signed_in().role("editors").below("/edit"))
            .service(service_fn(report)),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app("users", "groups")?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    /// As `htpasswd -B` and `htpasswd -5` have written it; the password is `correct horse`.
    const USERS: &str = "ada:$2y$05$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW\n\
        bob:$6$rounds=1000$yRbT4ZCNYQCfN4YS$JnVJKFPEGiUSu/Fxo8BEqRGM1aZ3qWjjw4YUZ9ird0aB6lyrSXM.6zqbFTRQFa82YhVkUk7ipisMwSghF3HKK.\n";
    const ADA: &str = "Basic YWRhOmNvcnJlY3QgaG9yc2U=";
    const BOB: &str = "Basic Ym9iOmNvcnJlY3QgaG9yc2U=";

    #[tokio::test]
    async fn who_is_in_the_file_comes_in_and_who_is_in_the_group_gets_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("users"), USERS).unwrap();
        std::fs::write(path("groups"), "editors: ada\n").unwrap();
        let client = Client::new(app(&path("users"), &path("groups")).unwrap());

        client.get("/").await.expect_status(401);
        for (who, target, status) in [
            (ADA, "/", 200),
            (BOB, "/", 200),
            (ADA, "/edit", 200),
            (BOB, "/edit", 403),
        ] {
            client
                .get(target)
                .header("authorization", who)
                .await
                .expect_status(status);
        }
    }

    #[test]
    fn a_file_that_is_wrong_keeps_the_program_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users");
        std::fs::write(&users, "# of today\nada:secret\n").unwrap();
        let users = users.to_str().unwrap();
        let Err(error) = app(users, users) else {
            panic!("the password is in the clear");
        };
        assert_eq!(error.line(), Some(2));
        assert!(!error.to_string().contains("secret"));
    }
}
// ANCHOR_END: test
