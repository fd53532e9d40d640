use super::Sink;

/// Lines as events of `tracing`, of level `INFO` and with the target `plywood_access_log::events`.
///
/// For a service whose logs all go one way. It costs what the subscriber costs, on the thread of the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Events;

impl Sink for Events {
    fn write(&self, line: &[u8]) {
        tracing::info!(target: "plywood_access_log::events", "{}", String::from_utf8_lossy(line));
    }
}
