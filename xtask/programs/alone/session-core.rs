//! A session in a place that holds one record.

use std::sync::Mutex;

use plywood_session_core::{BoxError, Record, Seal, Vault};

/// Keeps the last record and gives out its number: a client that can be trusted.
#[derive(Default)]
struct Drawer(Mutex<Vec<Record>>);

impl Seal for Drawer {
    fn seal(&self, record: &Record) -> Result<Option<String>, BoxError> {
        let mut records = self.0.lock().map_err(|_| "the drawer is stuck")?;
        records.push(record.clone());
        Ok(Some((records.len() - 1).to_string()))
    }

    fn open(&self, text: &str) -> Option<Record> {
        let records = self.0.lock().ok()?;
        records.get(text.parse::<usize>().ok()?).cloned()
    }

    fn capacity(&self) -> usize {
        1024
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let vault = Vault::sealed(Drawer::default());
    let session = vault.session_of_texts([]);
    session.insert("user", "ada")?;
    session.commit().await?;

    let again = vault.session_of_texts(["0"]);
    assert_eq!(again.get::<String>("user").await?.as_deref(), Some("ada"));
    Ok(())
}
