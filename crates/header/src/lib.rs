//! Pure parsers and writers for HTTP header fields: negotiation, cookies, credentials, validators, ranges.
