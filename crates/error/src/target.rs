use http::uri::PathAndQuery;

use crate::bounded;

const MAX_TARGET: usize = 1024;

/// What a request asked for, as an operator may read it: the path, and of the query the names alone. A value may be a secret, and a mail is read
/// by many.
pub(crate) fn redacted(asked: &PathAndQuery) -> String {
    let mut target = asked.path().to_owned();
    if let Some(query) = asked.query() {
        let mut before = '?';
        for pair in query.split('&') {
            target.push(before);
            before = '&';
            match pair.split_once('=') {
                Some((name, _)) => {
                    target.push_str(name);
                    target.push('=');
                    target.push('…');
                }
                // A query without a name is a value.
                None => target.push('…'),
            }
        }
    }
    bounded::text(MAX_TARGET, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_told() {
        for (asked, target) in [
            ("/", "/"),
            ("/a%20b?", "/a%20b?…"),
            ("/a?token=secret&page=3&x", "/a?token=…&page=…&…"),
            ("/a?b=c=d&&", "/a?b=…&…&…"),
        ] {
            assert_eq!(redacted(&asked.parse().unwrap()), target, "{asked}");
        }
        let long: PathAndQuery = format!("/{}", "a".repeat(5000)).parse().unwrap();
        assert!(redacted(&long).len() < MAX_TARGET + 8);
    }
}
