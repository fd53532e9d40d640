//! What sessions cannot be kept in.

use plywood_session_core::Store;

fn keep(_: impl Store) {}

fn main() {
    keep("sessions.sqlite");
    // As of a store that is opened, without the question mark.
    keep(Ok::<_, std::io::Error>("sessions.sqlite"));
}
