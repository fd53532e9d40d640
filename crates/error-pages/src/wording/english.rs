use super::Words;

/// In English. The titles are the statuses' own names.
pub(super) const WORDS: Words = Words {
    request: "Request",
    incident: "Incident",
    client: ("Client Error", "The request could not be answered."),
    server: (
        "Server Error",
        "Something went wrong on our side. Please try again later.",
    ),
    statuses: [
        ("Bad Request", "The request could not be understood."),
        ("Unauthorized", "Please sign in to see this."),
        ("Forbidden", "You are not allowed to see this."),
        ("Not Found", "There is nothing at this address."),
        (
            "Method Not Allowed",
            "This address does not answer to this method.",
        ),
        (
            "Not Acceptable",
            "There is no version of this in a form that you accept.",
        ),
        (
            "Request Timeout",
            "The request took too long to arrive. Please try again.",
        ),
        (
            "Conflict",
            "This was changed by somebody else in the meantime.",
        ),
        ("Gone", "This was here once, and is gone for good."),
        ("Length Required", "The request must say how long it is."),
        (
            "Precondition Failed",
            "This was changed since you last saw it.",
        ),
        (
            "Payload Too Large",
            "The request is larger than what is accepted here.",
        ),
        (
            "URI Too Long",
            "The address is longer than what is accepted here.",
        ),
        (
            "Unsupported Media Type",
            "The request is in a form that is not accepted here.",
        ),
        (
            "Range Not Satisfiable",
            "The part that was asked for does not exist.",
        ),
        (
            "Misdirected Request",
            "The request went to the wrong server.",
        ),
        (
            "Unprocessable Entity",
            "The request was understood, but something in it is not right.",
        ),
        ("Upgrade Required", "This needs another protocol."),
        (
            "Precondition Required",
            "The request must say which version it means to change.",
        ),
        (
            "Too Many Requests",
            "That was too much in too short a time. Please wait a little.",
        ),
        (
            "Request Header Fields Too Large",
            "The request's header fields are larger than what is accepted here.",
        ),
        (
            "Unavailable For Legal Reasons",
            "This is not available for legal reasons.",
        ),
        (
            "Internal Server Error",
            "Something went wrong on our side. Please try again later.",
        ),
        ("Not Implemented", "This is not supported here."),
        (
            "Bad Gateway",
            "A server behind this one gave no valid answer. Please try again later.",
        ),
        (
            "Service Unavailable",
            "This is not available at the moment. Please try again later.",
        ),
        (
            "Gateway Timeout",
            "A server behind this one did not answer in time. Please try again later.",
        ),
        (
            "HTTP Version Not Supported",
            "This version of the protocol is not supported here.",
        ),
        (
            "Insufficient Storage",
            "There is no space left to store this.",
        ),
    ],
};
