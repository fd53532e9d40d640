//! The rules of a map as a tree of parts, frozen into flat arrays.

use std::{ops::Range, sync::Arc};

use crate::{
    draft::Draft,
    part::{Class, Dynamic, Item},
    segment::Key,
};

/// The tree. Its nodes are numbers into `nodes`, the root is 0.
#[derive(Debug)]
pub(crate) struct Trie {
    nodes: Box<[Node]>,
    /// The children by text: each node has a hash table of its own in here, at most half full.
    slots: Box<[Slot]>,
    /// The children by parts with variables, in the order in which they are tried.
    turns: Box<[Turn]>,
    parts: Box<[Arc<Dynamic>]>,
    /// The rules that end at each node, in order of registration.
    ends: Box<[u32]>,
    text: Box<str>,
    /// Where a path begins that has no host, once its first slash is read, if no host's variable could be empty.
    plain: u32,
}

#[derive(Debug)]
pub(crate) struct Node {
    /// Where the table of the children by text begins.
    slots: u32,
    /// What makes a hash a place in the table.
    shift: u32,
    /// How long the texts of the children are: a bit for each length, the last for longer ones.
    lengths: u32,
    /// The child for the empty text, which is behind a slash at the end.
    branch: u32,
    turns: Span,
    /// Rules that end here.
    rules: Span,
    /// Mounts that begin here.
    mounts: Span,
    pub(crate) way: Way,
}

/// What there is to try at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A child by text, and nothing else.
    Text,
    /// A child by text, then one for any segment, and nothing else.
    TextOrSegment { node: u32 },
    /// A child by text, then those by parts with variables, and nothing else.
    Children,
    /// More than children.
    Open,
}

/// A child by a part with variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) takes: Takes,
    pub(crate) part: u32,
    pub(crate) node: u32,
}

/// What a part with variables takes, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A segment, whatever is in it.
    Segment,
    /// A segment of digits.
    Digits,
    /// A segment, by its items.
    Split,
    /// All the rest, by its items.
    Rest,
}

impl Takes {
    fn of(part: &Dynamic) -> Self {
        match &*part.items {
            _ if part.rest => Self::Rest,
            [Item::Variable(Class::Text { min: 1, max: None })] => Self::Segment,
            [Item::Variable(Class::Digits { signed: false })] => Self::Digits,
            _ => Self::Split,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: Key,
    /// Where the whole text begins in [`Trie::text`].
    start: u32,
    node: u32,
}

/// No child of this name; the root is nobody's child.
const VACANT: u32 = 0;

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    const fn is_empty(self) -> bool {
        self.start == self.end
    }
}

impl Trie {
    pub(crate) fn root(&self) -> &Node {
        &self.nodes[0]
    }

    /// The node of the path's first segment where there is no host; `None` if the host must be looked at.
    pub(crate) fn plain(&self) -> Option<&Node> {
        self.at(self.plain)
    }

    pub(crate) fn at(&self, node: u32) -> Option<&Node> {
        (node != VACANT).then(|| &self.nodes[node as usize])
    }

    /// The child of `node` for the text that stands at `start..end` of `path`.
    #[inline]
    pub(crate) fn child(&self, node: &Node, path: &str, start: usize, end: usize) -> Option<&Node> {
        let len = end - start;
        if len == 0 {
            return self.at(node.branch);
        }
        if node.lengths >> len.min(31) & 1 == 0 {
            return None;
        }
        let key = Key::of(path.as_bytes(), start, end);
        let last = (1 << (64 - node.shift)) - 1;
        let slots = &self.slots[node.slots as usize..][..=last];
        let mut at = key.place(node.shift);
        loop {
            let slot = &slots[at & last];
            if slot.node == VACANT {
                return None;
            }
            if slot.key == key && (key.is_whole() || self.text_of(slot) == &path[start..end]) {
                return Some(&self.nodes[slot.node as usize]);
            }
            at += 1;
        }
    }

    pub(crate) fn branch(&self, node: &Node) -> Option<&Node> {
        self.at(node.branch)
    }

    pub(crate) fn turns(&self, node: &Node) -> &[Turn] {
        &self.turns[node.turns.range()]
    }

    pub(crate) fn part(&self, turn: Turn) -> &Dynamic {
        &self.parts[turn.part as usize]
    }

    pub(crate) fn rules(&self, node: &Node) -> &[u32] {
        &self.ends[node.rules.range()]
    }

    pub(crate) fn mounts(&self, node: &Node) -> &[u32] {
        &self.ends[node.mounts.range()]
    }

    fn text_of(&self, slot: &Slot) -> &str {
        let start = slot.start as usize;
        &self.text[start..start + slot.key.len()]
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}

/// Freezes a draft: what was a tree of maps becomes flat arrays. `is_lenient` says of a rule whether it also matches with a slash at its end.
pub(crate) fn freeze(draft: &Draft, is_lenient: impl Fn(usize) -> bool) -> Trie {
    let mut slots = Vec::new();
    let mut turns = Vec::new();
    let mut parts = Vec::new();
    let mut ends = Vec::new();
    let mut text = String::new();
    let mut nodes = Vec::with_capacity(draft.nodes.len());
    for node in &draft.nodes {
        let first_slot = slots.len();
        let mut shift = 63;
        let names = || node.texts.iter().filter(|(name, _)| !name.is_empty());
        if names().next().is_some() {
            let vacant = Slot {
                key: Key::of(b"", 0, 0),
                start: 0,
                node: VACANT,
            };
            let size = (2 * names().count()).next_power_of_two();
            shift = 64 - size.trailing_zeros();
            slots.resize(first_slot + size, vacant);
            let table = &mut slots[first_slot..];
            for (name, &child) in names() {
                let key = Key::of(name.as_bytes(), 0, name.len());
                let mut at = key.place(shift);
                while table[at].node != VACANT {
                    at = (at + 1) % table.len();
                }
                let start = number(text.len());
                text.push_str(name);
                table[at] = Slot {
                    key,
                    start,
                    node: number(child),
                };
            }
        }
        let first_turn = turns.len();
        for (part, child) in &node.dynamics {
            turns.push(Turn {
                takes: Takes::of(part),
                part: number(parts.len()),
                node: number(*child),
            });
            parts.push(Arc::clone(part));
        }
        let mut end = |rules: &[usize]| {
            let start = ends.len();
            ends.extend(rules.iter().map(|&rule| number(rule)));
            span(start, ends.len())
        };
        let (rules, mounts) = (end(&node.rules), end(&node.mounts));
        let children_only = mounts.is_empty() && !node.rules.iter().any(|&rule| is_lenient(rule));
        let way = match &turns[first_turn..] {
            _ if !children_only => Way::Open,
            [] => Way::Text,
            [turn] if turn.takes == Takes::Segment => Way::TextOrSegment { node: turn.node },
            _ => Way::Children,
        };
        nodes.push(Node {
            slots: number(first_slot),
            shift,
            lengths: names().fold(0, |lengths, (name, _)| lengths | 1 << name.len().min(31)),
            branch: node.texts.get("").copied().map_or(VACANT, number),
            turns: span(first_turn, turns.len()),
            rules,
            mounts,
            way,
        });
    }
    let host = &nodes[0];
    let plain = match host.branch {
        node if host.turns.is_empty() && node != VACANT => nodes[node as usize].branch,
        _ => VACANT,
    };
    Trie {
        nodes: nodes.into(),
        slots: slots.into(),
        turns: turns.into(),
        parts: parts.into(),
        ends: ends.into(),
        text: text.into(),
        plain,
    }
}

fn span(start: usize, end: usize) -> Span {
    Span {
        start: number(start),
        end: number(end),
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).expect("a map has fewer than four thousand million of anything")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_fits_a_cache_line() {
        assert!(size_of::<Node>() <= 64, "{}", size_of::<Node>());
    }
}
