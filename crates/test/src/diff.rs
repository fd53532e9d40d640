//! Two texts, line by line.

use std::fmt::Write;

/// More lines than this on a side are not compared one by one: the table grows with their product.
const LIMIT: usize = 1000;

/// Lines around a difference that are shown with it.
const AROUND: usize = 3;

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Both,
    Expected,
    Found,
}

/// What must be taken out of `expected` (`-`) and put in (`+`) to make it `found`.
pub(crate) fn lines(expected: &str, found: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (split(expected), split(found));
    let edits = edits(&old, &new);
    let near = |place: usize| {
        let from = place.saturating_sub(AROUND);
        let to = edits.len().min(place + AROUND + 1);
        edits[from..to].iter().any(|(side, _)| *side != Side::Both)
    };
    let mut text = String::from("- expected, + found");
    let mut left_out = false;
    for (place, (side, line)) in edits.iter().enumerate() {
        if !near(place) {
            left_out = true;
            continue;
        }
        if left_out {
            text.push_str("\n  ...");
            left_out = false;
        }
        let sign = match side {
            Side::Both => ' ',
            Side::Expected => '-',
            Side::Found => '+',
        };
        write!(text, "\n{sign} {line}").expect("a string takes all");
    }
    text
}

/// A line break at the end counts, and shows.
fn split(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.split('\n').map(visible).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    } else if let Some(last) = lines.last_mut() {
        last.push_str(" (no new line at the end)");
    }
    lines
}

/// White space at the end of a line is a difference that must be seen.
fn visible(line: &str) -> String {
    let kept = line.trim_end();
    kept.to_owned()
        + &line[kept.len()..]
            .escape_debug()
            .to_string()
            .replace(' ', "\u{b7}")
}

/// By the longest common subsequence of the lines that are not alike at both ends.
fn edits<'a>(old: &'a [String], new: &'a [String]) -> Vec<(Side, &'a str)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tails = old.iter().rev().zip(new.iter().rev()).take(most);
    let tail = tails.take_while(|(a, b)| a == b).count();
    let both = |lines: &'a [String]| lines.iter().map(|line| (Side::Both, &**line));

    let mut edits: Vec<_> = both(&old[..head]).collect();
    middle(
        &old[head..old.len() - tail],
        &new[head..new.len() - tail],
        &mut edits,
    );
    edits.extend(both(&old[old.len() - tail..]));
    edits
}

fn middle<'a>(old: &'a [String], new: &'a [String], edits: &mut Vec<(Side, &'a str)>) {
    let (mut row, mut column) = (0, 0);
    if old.len() <= LIMIT && new.len() <= LIMIT {
        let common = common(old, new);
        while row < old.len() && column < new.len() {
            if old[row] == new[column] {
                edits.push((Side::Both, &old[row]));
                (row, column) = (row + 1, column + 1);
            } else if common[row + 1][column] >= common[row][column + 1] {
                edits.push((Side::Expected, &old[row]));
                row += 1;
            } else {
                edits.push((Side::Found, &new[column]));
                column += 1;
            }
        }
    }
    edits.extend(old[row..].iter().map(|line| (Side::Expected, &**line)));
    edits.extend(new[column..].iter().map(|line| (Side::Found, &**line)));
}

/// How many lines the rests have in common, for each two places.
fn common(old: &[String], new: &[String]) -> Vec<Vec<u16>> {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            table[row][column] = if old[row] == new[column] {
                table[row + 1][column + 1] + 1
            } else {
                table[row + 1][column].max(table[row][column + 1])
            };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_differs_is_shown_with_what_stands_around_it() {
        let expected = "1\n2\n3\n4\n5\n6\n7\n8\n";
        let found = "1\n2\n3\n4\nfive\n6\n7\n8 \n";
        let shown =
            "- expected, + found\n  ...\n  2\n  3\n  4\n- 5\n+ five\n  6\n  7\n- 8\n+ 8\u{b7}";
        assert_eq!(lines(expected, found), shown);
        assert_eq!(
            lines("a\n", "a"),
            "- expected, + found\n- a\n+ a (no new line at the end)"
        );
        assert_eq!(lines("", "a\n"), "- expected, + found\n+ a");
    }

    #[test]
    fn a_text_of_many_lines_is_still_shown() {
        let many = "x\n".repeat(LIMIT + 1) + "y\n";
        let other = "z\n".repeat(LIMIT + 1) + "y\n";
        assert!(lines(&many, &other).ends_with("+ z\n  y"));
    }

    proptest! {
        /// Without the lines of one side the other text is left, whole.
        #[test]
        fn both_texts_are_in_the_difference(old in "[ab\n]{0,12}", new in "[ab\n]{0,12}") {
            let (old, new) = (split(&old), split(&new));
            let edits = edits(&old, &new);
            for (side, whole) in [(Side::Found, &old), (Side::Expected, &new)] {
                let left = edits.iter().filter(|(other, _)| *other != side);
                let left: Vec<_> = left.map(|(_, line)| *line).collect();
                prop_assert_eq!(&left, whole);
            }
        }
    }
}
