//! "Did you mean": the nearest of several words, or of several rules.

use crate::Route;

/// How many letters must be put in, taken away, changed or swapped with the next to make one text the other.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut former: Vec<usize> = (0..=other.len()).collect();
    let mut previous = None;
    for (index, letter) in one.chars().enumerate() {
        let mut row = vec![index + 1];
        for (at, own) in other.iter().enumerate() {
            let changed = former[at] + usize::from(*own != letter);
            let mut cost = changed.min(former[at + 1] + 1).min(row[at] + 1);
            if at > 0 && Some(*own) == previous && other[at - 1] == letter {
                cost = cost.min(before_last[at - 1] + 1);
            }
            row.push(cost);
        }
        before_last = std::mem::replace(&mut former, row);
        previous = Some(letter);
    }
    former[other.len()]
}

/// The nearest word, if it is near: no more than a third of it is wrong.
pub(crate) fn word<'a>(wanted: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A text that a client chose is not compared at any length.
    let wanted: String = wanted.chars().take(200).collect();
    let scored = words
        .into_iter()
        .map(|word| (distance(&wanted, word), word))
        .filter(|(distance, word)| *distance * 3 <= word.chars().count().max(3));
    scored
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The rule whose pattern is nearest to a path, if it is near: segment by segment, variables standing for anything.
pub(crate) fn route<'a>(path: &str, routes: &'a [Route]) -> Option<&'a Route> {
    // A path that a client chose is not compared at any length.
    let path: String = path.chars().take(200).collect();
    let wanted: Vec<&str> = segments(&path).take(32).collect();
    let scored = routes
        .iter()
        .filter(|route| !route.is_build_only() && !route.is_redirect())
        .map(|route| (away(&wanted, route.pattern()), route))
        .filter(|(away, _)| *away * 3 <= path.chars().count().max(3));
    scored.min_by_key(|(away, _)| *away).map(|(_, route)| route)
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// How far a path is from a pattern.
fn away(wanted: &[&str], pattern: &str) -> usize {
    let own: Vec<&str> = segments(pattern).collect();
    let longer = wanted.len().max(own.len());
    let each = (0..longer).map(|index| match (wanted.get(index), own.get(index)) {
        (Some(_), Some(own)) if own.contains('<') => 0,
        (Some(wanted), Some(own)) => distance(wanted, own),
        (Some(one), None) | (None, Some(one)) => one.chars().count() + 1,
        (None, None) => 0,
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_meant_if_it_is_near() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "é"), 1);
        assert_eq!(word("itn", ["int", "string"]), Some("int"));
        assert_eq!(word("usre", ["user", "users"]), Some("user"));
        assert_eq!(word("list", ["int", "uuid"]), None);
        assert_eq!(word("x", []), None);
    }
}
