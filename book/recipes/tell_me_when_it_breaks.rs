//! Tell me when it breaks.

// ANCHOR: app
use std::{path::Path, time::Duration};

use plywood::error::{JsonLines, Report, Reports};
use plywood::prelude::*;

async fn pay(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Err("the bank does not answer".into())
}

fn reports(file: &Path) -> Result<Reports, BoxError> {
    // A function, a webhook, a mailbox: whoever is a `Reporter`.
    let tell = |report: &Report| {
        eprintln!("{}", report.subject());
        Ok(())
    };
    let reports = Reports::to(tell).to(JsonLines::new(file)?);
    Ok(reports.pause(Duration::from_secs(5 * 60)).start()?)
}

fn app(reports: &Reports) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder().post("/pay", pay).build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new().reports(reports))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let reports = reports(Path::new("incidents.jsonl"))?;
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    server.serve(app(&reports)?).await?;
    reports.finish(Duration::from_secs(10));
    Ok(())
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_visitor_reads_out_an_id_and_the_operator_finds_it() {
        let folder = tempfile::tempdir().expect("there is room");
        let file = folder.path().join("incidents.jsonl");
        let reports = reports(&file).expect("the file can be made");
        let client = Client::new(app(&reports).expect("the rules are right"));
        let page = client
            .post("/pay")
            .header("accept", "application/json")
            .await
            .expect_status(500);
        let problem: serde_json::Value =
            serde_json::from_str(page.text()).expect("a problem is JSON");
        for _ in 0..99 {
            client.post("/pay").await.expect_status(500);
        }

        assert!(reports.finish(Duration::from_secs(60)));
        let told = std::fs::read_to_string(file).expect("it was written");
        let told: Vec<serde_json::Value> = told
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line is JSON"))
            .collect();
        assert!(told.len() <= 2, "one at once, and one at the end");
        assert_eq!(told[0]["id"], problem["incident"]);
        assert_eq!(told[0]["message"], "the bank does not answer");
        let count: u64 = told.iter().filter_map(|line| line["count"].as_u64()).sum();
        assert_eq!(count, 100);
    }
}
// ANCHOR_END: test
