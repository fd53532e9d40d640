//! What a visitor is told about a status: what happened and what may help, and nothing about why.

use http::StatusCode;

/// The status's name, as a heading.
pub(crate) fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or_else(|| {
        if status.is_server_error() {
            "Server Error"
        } else {
            "Client Error"
        }
    })
}

/// A sentence or two for everybody.
pub(crate) fn detail(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request could not be understood.",
        401 => "Please sign in to see this.",
        403 => "You are not allowed to see this.",
        404 => "There is nothing at this address.",
        405 => "This address does not answer to this method.",
        406 => "There is no version of this in a form that you accept.",
        408 => "The request took too long to arrive. Please try again.",
        409 => "This was changed by somebody else in the meantime.",
        410 => "This was here once, and is gone for good.",
        411 => "The request must say how long it is.",
        412 => "This was changed since you last saw it.",
        413 => "The request is larger than what is accepted here.",
        414 => "The address is longer than what is accepted here.",
        415 => "The request is in a form that is not accepted here.",
        416 => "The part that was asked for does not exist.",
        421 => "The request went to the wrong server.",
        422 => "The request was understood, but something in it is not right.",
        426 => "This needs another protocol.",
        428 => "The request must say which version it means to change.",
        429 => "That was too much in too short a time. Please wait a little.",
        431 => "The request's header fields are larger than what is accepted here.",
        451 => "This is not available for legal reasons.",
        501 => "This is not supported here.",
        502 => "A server behind this one gave no valid answer. Please try again later.",
        503 => "This is not available at the moment. Please try again later.",
        504 => "A server behind this one did not answer in time. Please try again later.",
        505 => "This version of the protocol is not supported here.",
        507 => "There is no space left to store this.",
        500..=599 => "Something went wrong on our side. Please try again later.",
        _ => "The request could not be answered.",
    }
}
