//! The walk of a path through the tree of rules.

use std::ops::Range;

use http::Method;

use crate::{
    MAX_PARAMETERS, Route, segment,
    trie::{Node, Trie},
};

/// What the walk comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// This rule takes the request. Of a mount, `below` is where the rest of the path begins.
    Rule { rule: usize, below: usize },
    /// A rule would take the request if the path ended with a slash.
    Slash,
}

/// How a rule fits the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Whole,
    /// But for the slash at the end, which the path lacks.
    ButForSlash,
}

/// Where the parameters stand in the path: an array in place, so that matching allocates nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spans {
    spans: [(u16, u16); MAX_PARAMETERS],
    len: usize,
}

impl Spans {
    fn push(&mut self, start: usize, end: usize) {
        // `run` has refused a path that is longer.
        let short = |n| u16::try_from(n).unwrap_or(u16::MAX);
        self.spans[self.len] = (short(start), short(end));
        self.len += 1;
    }

    fn pop(&mut self) {
        self.len -= 1;
    }

    pub(crate) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let spans = self.spans.into_iter().take(self.len);
        spans.map(|(start, end)| usize::from(start)..usize::from(end))
    }
}

/// A walk on its way.
///
/// A node is visited at most once, because it stands at one depth of the tree only: there is nothing to blow up. Where no node has both a
/// child by text and a child by parameter, the walk never turns back.
pub(crate) struct Walk<'a, F> {
    pub(crate) trie: &'a Trie,
    pub(crate) path: &'a str,
    /// Is this rule to be taken?
    pub(crate) takes: F,
    pub(crate) spans: Spans,
    #[cfg(test)]
    pub(crate) steps: usize,
}

/// Walks through the rules by the path, and takes the first one, by weight, that takes the method.
pub(crate) fn walk(
    trie: &Trie,
    routes: &[Route],
    method: &Method,
    path: &str,
) -> Option<(Step, Spans)> {
    let mut walk = Walk::new(trie, path, |rule: usize, _| {
        routes[rule].methods.take(method)
    });
    let step = walk.run()?;
    Some((step, walk.spans))
}

impl<'a, F: FnMut(usize, Fit) -> bool> Walk<'a, F> {
    pub(crate) fn new(trie: &'a Trie, path: &'a str, takes: F) -> Self {
        Self {
            trie,
            path,
            takes,
            spans: Spans::default(),
            #[cfg(test)]
            steps: 0,
        }
    }

    pub(crate) fn run(&mut self) -> Option<Step> {
        let can_be_read = self.path.starts_with('/') && u16::try_from(self.path.len()).is_ok();
        if can_be_read {
            self.from(self.trie.root(), 0)
        } else {
            None
        }
    }

    /// Goes on from `node`, to which the path led up to `at`.
    fn from(&mut self, mut node: &'a Node, mut at: usize) -> Option<Step> {
        let bytes = self.path.as_bytes();
        loop {
            #[cfg(test)]
            {
                self.steps += 1;
            }
            match &bytes[at..] {
                [] => return self.at_the_end(node, at),
                [b'/'] => {
                    return self
                        .first(self.trie.branch(node), at)
                        .or_else(|| self.first(self.trie.mount(node), at));
                }
                _ => {}
            }
            let start = at + 1;
            let end = segment::end(bytes, start);
            let child = self.trie.child(node, self.path, start, end);
            if node.is_one_way() {
                (node, at) = (child?, end);
                continue;
            }
            return child
                .and_then(|child| self.from(child, end))
                .or_else(|| self.by_parameter(node, start, end))
                .or_else(|| self.by_the_rest(node, start))
                .or_else(|| self.first(self.trie.mount(node), at));
        }
    }

    fn by_parameter(&mut self, node: &'a Node, start: usize, end: usize) -> Option<Step> {
        if start == end {
            return None;
        }
        for (converter, child) in self.trie.dynamics(node) {
            if converter.takes(&self.path.as_bytes()[start..end]) {
                self.spans.push(start, end);
                if let Some(step) = self.from(child, end) {
                    return Some(step);
                }
                self.spans.pop();
            }
        }
        None
    }

    /// A `<path:..>` takes the rest, which is not empty and does not begin with a slash.
    fn by_the_rest(&mut self, node: &'a Node, start: usize) -> Option<Step> {
        let end = self.path.len();
        let rest = &self.path[start..];
        if rest.is_empty() || rest.starts_with('/') {
            return None;
        }
        self.spans.push(start, end);
        let (tail, branch) = (self.trie.tail(node), self.trie.tail_branch(node));
        let step = if rest.ends_with('/') {
            self.spans.pop();
            self.spans.push(start, end - 1);
            self.first(branch, end).or_else(|| {
                self.spans.pop();
                self.spans.push(start, end);
                self.first(tail, end)
            })
        } else {
            self.first(tail, end).or_else(|| self.slash(branch))
        };
        if step.is_none() {
            self.spans.pop();
        }
        step
    }

    fn at_the_end(&mut self, node: &'a Node, at: usize) -> Option<Step> {
        self.first(self.trie.leaf(node), at)
            .or_else(|| self.slash(self.trie.branch(node)))
            .or_else(|| self.first(self.trie.mount(node), at))
    }

    fn first(&mut self, rules: &[u32], below: usize) -> Option<Step> {
        let rule = rules
            .iter()
            .map(|&rule| rule as usize)
            .find(|&rule| (self.takes)(rule, Fit::Whole))?;
        Some(Step::Rule { rule, below })
    }

    fn slash(&mut self, rules: &[u32]) -> Option<Step> {
        rules
            .iter()
            .any(|&rule| (self.takes)(rule as usize, Fit::ButForSlash))
            .then_some(Step::Slash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{draft::Draft, pattern::Pattern, trie};

    fn frozen(rules: &[String]) -> Trie {
        let mut draft = Draft::new();
        for (index, rule) in rules.iter().enumerate() {
            draft.add(index, &Pattern::read(rule).unwrap(), false);
        }
        trie::freeze(&draft)
    }

    /// The steps of a walk that tries everything and takes nothing.
    fn steps(trie: &Trie, path: &str) -> usize {
        let mut walk = Walk::new(trie, path, |_, _| false);
        assert_eq!(walk.run(), None);
        walk.steps
    }

    #[test]
    fn what_is_kept_for_a_walk_is_small() {
        assert!(size_of::<Spans>() <= 72, "{}", size_of::<Spans>());
    }

    #[test]
    fn a_node_is_visited_at_most_once_where_every_turn_is_a_fork() {
        // Every combination of a text and a parameter, ten deep: no walk is worse.
        let rules: Vec<String> = (0..1 << 10)
            .map(|bits| {
                let segments = (0..10).map(|depth| match bits >> depth & 1 {
                    0 => "/a".to_owned(),
                    _ => format!("/<p{depth}>"),
                });
                segments.collect()
            })
            .collect();
        let trie = frozen(&rules);
        let depth = |segments| "/a".repeat(segments);
        assert_eq!(steps(&trie, &depth(10)), trie.len());
        // Segments that no rule has cost nothing.
        assert_eq!(steps(&trie, &depth(2000)), trie.len());
    }

    #[test]
    fn the_steps_grow_with_the_path_and_not_with_the_rules() {
        let rules = |count: usize| -> Vec<String> {
            let pattern = |n| format!("/section-{n}/<id>/page-{n}/<int:page>");
            (0..count).map(pattern).collect()
        };
        for count in [10, 10_000] {
            let trie = frozen(&rules(count));
            assert_eq!(steps(&trie, "/section-7/x/page-7/1"), 5);
            assert_eq!(steps(&trie, "/section-7/x/page-7/x"), 4);
        }
    }
}
