//! The walk of a path through the tree of rules.

use http::Method;

use crate::{
    Allow,
    methods::{self, Methods},
    segment,
    spans::Spans,
    split,
    trie::{Node, Takes, Trie, Turn, Way},
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) method: &'a Method,
    pub(crate) websocket: bool,
    pub(crate) host: &'a str,
}

/// What the walk comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// This rule takes the request. Of a mount, `below` is where the rest of the path begins.
    Rule { rule: u32, below: u32 },
    /// A rule would take the request if the path ended with a slash.
    Slash,
}

/// Which requests a rule takes, of those for its path.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) methods: Methods,
    pub(crate) websocket: bool,
    pub(crate) strict: bool,
    /// Is there nothing to look at once it matches?
    pub(crate) plain: bool,
}

impl Terms {
    /// The bits of the methods that it takes, if nothing else decides about it.
    pub(crate) fn bits_if_plain(&self) -> u16 {
        if self.plain && !self.websocket {
            self.methods.bits()
        } else {
            0
        }
    }
}

/// Why rules for the path did not take the request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Near {
    /// One does not take the method.
    pub(crate) method: bool,
    /// One is for websockets, or the request is one.
    pub(crate) websocket: bool,
}

/// A walk on its way.
///
/// A node is visited at most once, because it stands at one depth of the tree only: there is nothing to blow up. The last of several ways
/// is gone without coming back.
pub(crate) struct Walk<'a> {
    trie: &'a Trie,
    terms: &'a [Terms],
    wanted: Wanted<'a>,
    bit: u16,
    path: &'a str,
    pub(crate) spans: &'a mut Spans,
    pub(crate) near: Near,
    /// The methods that the rules take, if somebody wants to know.
    pub(crate) allow: Option<&'a mut Allow>,
    #[cfg(test)]
    pub(crate) steps: usize,
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(
        trie: &'a Trie,
        terms: &'a [Terms],
        wanted: Wanted<'a>,
        path: &'a str,
        spans: &'a mut Spans,
    ) -> Self {
        Self {
            trie,
            terms,
            wanted,
            bit: methods::bit(wanted.method),
            path,
            spans,
            near: Near {
                method: false,
                websocket: false,
            },
            allow: None,
            #[cfg(test)]
            steps: 0,
        }
    }

    /// Walks through the rules by host and path, and takes the first one that takes the request.
    ///
    /// A path is empty, or begins with a slash.
    pub(crate) fn run(&mut self) -> Option<Step> {
        const LONGEST: usize = u16::MAX as usize;
        let is_path = self.path.is_empty() || self.path.starts_with('/');
        if !is_path || self.path.len() > LONGEST || self.wanted.host.len() > LONGEST {
            return None;
        }
        if let Some(node) = self.trie.plain()
            && self.wanted.host.is_empty()
        {
            return self.from(node, 1);
        }
        self.by_host()
    }

    fn by_host(&mut self) -> Option<Step> {
        let host = self.wanted.host;
        let root = self.trie.root();
        if let Some(child) = self.trie.child(root, host, 0, host.len()) {
            if let Some(step) = self.behind_host(child) {
                return Some(step);
            }
            self.spans.cut(0);
        }
        for &turn in self.trie.turns(root) {
            let before = self.spans.len();
            let part = self.trie.part(turn);
            if !part.rest
                && split::split(part, host, 0, self.spans).is_some()
                && let Some(child) = self.trie.at(turn.node)
                && let Some(step) = self.behind_host(child)
            {
                return Some(step);
            }
            self.spans.cut(before);
        }
        None
    }

    /// Every path begins with an empty part, before its first slash.
    fn behind_host(&mut self, node: &'a Node) -> Option<Step> {
        let first = self.trie.branch(node)?;
        self.from(first, 1)
    }

    /// Goes on from `node`, with the part that begins at `at`; beyond the path's end there is none.
    fn from(&mut self, mut node: &'a Node, mut at: usize) -> Option<Step> {
        let bytes = self.path.as_bytes();
        loop {
            #[cfg(test)]
            {
                self.steps += 1;
            }
            if at > bytes.len() {
                return self.at_the_end(node);
            }
            let end = segment::end(bytes, at);
            let child = self.trie.child(node, self.path, at, end);
            match (node.way, child) {
                (Way::Text, child) => (node, at) = (child?, end + 1),
                (Way::TextOrSegment { node: other }, None) => {
                    if at == end {
                        return None;
                    }
                    self.spans.push(at, end);
                    (node, at) = (self.trie.at(other)?, end + 1);
                }
                (Way::TextOrDigits { node: other }, None) => {
                    let segment = &bytes[at..end];
                    if segment.is_empty() || !segment.iter().all(u8::is_ascii_digit) {
                        return None;
                    }
                    self.spans.push(at, end);
                    (node, at) = (self.trie.at(other)?, end + 1);
                }
                (_, child) => match self.fork(node, child, at, end) {
                    Ok(step) => return step,
                    Err((last, next)) => (node, at) = (last, next),
                },
            }
        }
    }

    /// Several ways lead on from `node`. All but the last are gone here; the last one is left to who asks, if nothing comes after it.
    fn fork(
        &mut self,
        node: &'a Node,
        child: Option<&'a Node>,
        at: usize,
        end: usize,
    ) -> Result<Option<Step>, (&'a Node, usize)> {
        let before = self.spans.len();
        if let Some(child) = child {
            if let Some(step) = self.from(child, end + 1) {
                return Ok(Some(step));
            }
            self.spans.cut(before);
        }
        let turns = self.trie.turns(node);
        for (index, &turn) in turns.iter().enumerate() {
            if let Some(next) = self.turn(turn, at, end)
                && let Some(child) = self.trie.at(turn.node)
            {
                if node.way != Way::Open && index + 1 == turns.len() {
                    return Err((child, next));
                }
                if let Some(step) = self.from(child, next) {
                    return Ok(Some(step));
                }
            }
            self.spans.cut(before);
        }
        if node.way != Way::Open {
            return Ok(None);
        }
        let step = self.with_a_slash_too_many(node, at);
        Ok(step.or_else(|| self.mounted(node, at)))
    }

    /// Where the path goes on behind a part with variables, if it matches.
    fn turn(&mut self, turn: Turn, at: usize, end: usize) -> Option<usize> {
        match turn.takes {
            Takes::Segment => {
                if at == end {
                    return None;
                }
                self.spans.push(at, end);
                Some(end + 1)
            }
            Takes::Digits => {
                let segment = &self.path.as_bytes()[at..end];
                if segment.is_empty() || !segment.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                self.spans.push(at, end);
                Some(end + 1)
            }
            Takes::Split => {
                let part = self.trie.part(turn);
                split::split(part, &self.path[at..end], at, self.spans)?;
                Some(end + 1)
            }
            Takes::Rest => {
                let part = self.trie.part(turn);
                let slash = split::split(part, &self.path[at..], at, self.spans)?;
                // Behind the slash at the end there is an empty part.
                Some(self.path.len() + usize::from(!slash))
            }
        }
    }

    fn at_the_end(&mut self, node: &'a Node) -> Option<Step> {
        if let Some(rule) = self.first(self.trie.rules(node), |_| true) {
            return Some(rule);
        }
        if let Some(branch) = self.trie.branch(node) {
            for &rule in self.trie.rules(branch) {
                let terms = &self.terms[rule as usize];
                if terms.websocket == self.wanted.websocket && self.takes_method(terms) {
                    return Some(if terms.strict {
                        Step::Slash
                    } else {
                        rule_at(rule, self.path.len())
                    });
                }
            }
        }
        self.mounted(node, self.path.len() + 1)
    }

    fn takes_method(&self, terms: &Terms) -> bool {
        terms.methods.take_bit(self.bit, self.wanted.method)
    }

    /// Where only a slash is left over, a rule that is not strict about it matches.
    fn with_a_slash_too_many(&mut self, node: &'a Node, at: usize) -> Option<Step> {
        if at < self.path.len() {
            return None;
        }
        self.first(self.trie.rules(node), |terms| !terms.strict)
    }

    fn first(&mut self, rules: &[u32], if_so: impl Fn(&Terms) -> bool) -> Option<Step> {
        for &rule in rules {
            let terms = &self.terms[rule as usize];
            if !if_so(terms) {
                continue;
            }
            if !self.takes_method(terms) {
                self.near.method = true;
                if let Some(allow) = &mut self.allow {
                    allow.extend(terms.methods.named().unwrap_or_default());
                }
            } else if terms.websocket != self.wanted.websocket {
                self.near.websocket = true;
            } else {
                return Some(rule_at(rule, self.path.len()));
            }
        }
        None
    }

    /// The rest of the path, for a mount, begins with the slash before the part at `at`.
    fn mounted(&self, node: &Node, at: usize) -> Option<Step> {
        let mount = self.trie.mounts(node).first()?;
        Some(rule_at(*mount, at - 1))
    }
}

const fn rule_at(rule: u32, below: usize) -> Step {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a path that is longer is not looked at"
    )]
    let below = below as u32;
    Step::Rule { rule, below }
}

#[cfg(test)]
mod tests {
    use plywood_rule::Pattern;

    use super::*;
    use crate::{
        convert::Kind,
        draft::Draft,
        part::{Part, parts},
        trie,
    };

    fn frozen(rules: &[String]) -> (Trie, Vec<Terms>) {
        let mut draft = Draft::new();
        for (index, rule) in rules.iter().enumerate() {
            let pattern = Pattern::read(rule).unwrap();
            let kinds: Vec<_> = pattern
                .variables()
                .map(|variable| Kind::of(variable, &[]).unwrap())
                .collect();
            let mut all = vec![Part::Text(String::new())];
            all.extend(parts(pattern.pieces(), &kinds));
            draft.add(index, all, false);
        }
        draft.sort();
        let terms = rules.iter().map(|_| Terms {
            methods: Methods::read(&["NOBODY-ASKS".to_owned()]).unwrap(),
            websocket: false,
            strict: true,
            plain: true,
        });
        let terms: Vec<_> = terms.collect();
        (trie::freeze(&draft, &terms), terms)
    }

    /// The steps of a walk that tries everything and takes nothing.
    fn steps((trie, terms): &(Trie, Vec<Terms>), path: &str) -> usize {
        let wanted = Wanted {
            method: &Method::GET,
            websocket: false,
            host: "",
        };
        let mut spans = Spans::default();
        let mut walk = Walk::new(trie, terms, wanted, path, &mut spans);
        assert_eq!(walk.run(), None);
        walk.steps
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
        let frozen = frozen(&rules);
        let depth = |segments| "/a".repeat(segments);
        // The root and the node behind the host are passed by.
        let all = frozen.0.len() - 2;
        assert_eq!(steps(&frozen, &depth(10)), all);
        // Segments that no rule has cost nothing.
        assert_eq!(steps(&frozen, &depth(2000)), all);
    }

    #[test]
    fn the_steps_grow_with_the_path_and_not_with_the_rules() {
        let rules = |count: usize| -> Vec<String> {
            let pattern = |n| format!("/section-{n}/<id>/page-{n}/<int:page>");
            (0..count).map(pattern).collect()
        };
        for count in [10, 10_000] {
            let frozen = frozen(&rules(count));
            assert_eq!(steps(&frozen, "/section-7/x/page-7/1"), 5);
            assert_eq!(steps(&frozen, "/section-7/x/page-7/x"), 4);
        }
    }
}
