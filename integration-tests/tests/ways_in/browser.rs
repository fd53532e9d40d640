use std::{path::Path, time::Duration};

use tokio::{process::Command, time::timeout};

use crate::site;

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_chromium_browser_answers_the_dialog_and_never_sees_one_beside_a_form() {
    let (dialog, both) = (site::dialog().await, site::both().await);
    let mut browser = Command::new("node")
        .args(["ways_in.mjs", &dialog, &both])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed by ./test tools");
    let outcome = timeout(PATIENCE, browser.wait()).await;
    assert!(
        outcome.expect("nothing waits for ever").unwrap().success(),
        "see the output above"
    );
}
