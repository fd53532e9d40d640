//! The known name that comes nearest to an unknown one.

/// The one of `names` that is the fewest letters away, if it is near at all.
pub(super) fn nearest<'n>(
    unknown: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let most = 1 + unknown.len() / 4;
    names
        .into_iter()
        .map(|name| (distance(unknown, name), name))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Letters to put in, take out or replace, to make one of the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, left) in left.bytes().enumerate() {
        let mut corner = above;
        row[0] = above + 1;
        for (at, right) in right.bytes().enumerate() {
            let replaced = corner + usize::from(left != right);
            corner = row[at + 1];
            row[at + 1] = replaced.min(corner + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_seen_through() {
        let names = ["remote_addr", "remote_user", "request"];
        assert_eq!(nearest("remote_adr", names), Some("remote_addr"));
        assert_eq!(nearest("reqest", names), Some("request"));
        assert_eq!(nearest("upstream", names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
