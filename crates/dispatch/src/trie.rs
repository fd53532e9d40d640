//! The rules of a map as a tree of segments, frozen into flat arrays.

use std::ops::Range;

use crate::{
    Converter,
    draft::{Draft, Ends},
    segment::Key,
};

/// The tree. Its nodes are numbers into `nodes`, the root is 0.
#[derive(Debug)]
pub(crate) struct Trie {
    nodes: Box<[Node]>,
    /// The children by text: each node has a hash table of its own in here, at most half full.
    slots: Box<[Slot]>,
    /// The children by parameter, in the order in which they are tried.
    dynamics: Box<[(Converter, u32)]>,
    /// The rules that end at each node, in order of registration.
    ends: Box<[u32]>,
    text: Box<str>,
}

#[derive(Debug)]
pub(crate) struct Node {
    slots: Span,
    dynamics: Span,
    /// Rules that end here.
    leaf: Span,
    /// Rules that end here with a slash.
    branch: Span,
    /// Rules that end here with a `<path:..>`.
    tail: Span,
    /// Rules that end here with a `<path:..>` and a slash.
    tail_branch: Span,
    /// Mounts that begin here.
    mount: Span,
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

    /// The child of `node` for the text that stands at `start..end` of `path`.
    pub(crate) fn child(&self, node: &Node, path: &str, start: usize, end: usize) -> Option<&Node> {
        let slots = &self.slots[node.slots.range()];
        if slots.is_empty() {
            return None;
        }
        let key = Key::of(path.as_bytes(), start, end);
        let mut at = key.place(slots.len());
        loop {
            let slot = &slots[at];
            if slot.node == VACANT {
                return None;
            }
            if slot.key == key && (key.is_whole() || self.text_of(slot) == &path[start..end]) {
                return Some(&self.nodes[slot.node as usize]);
            }
            at = if at + 1 == slots.len() { 0 } else { at + 1 };
        }
    }

    pub(crate) fn dynamics(&self, node: &Node) -> impl Iterator<Item = (Converter, &Node)> {
        let dynamics = &self.dynamics[node.dynamics.range()];
        dynamics
            .iter()
            .map(|&(converter, node)| (converter, &self.nodes[node as usize]))
    }

    pub(crate) fn leaf(&self, node: &Node) -> &[u32] {
        &self.ends[node.leaf.range()]
    }

    pub(crate) fn branch(&self, node: &Node) -> &[u32] {
        &self.ends[node.branch.range()]
    }

    pub(crate) fn tail(&self, node: &Node) -> &[u32] {
        &self.ends[node.tail.range()]
    }

    pub(crate) fn tail_branch(&self, node: &Node) -> &[u32] {
        &self.ends[node.tail_branch.range()]
    }

    pub(crate) fn mount(&self, node: &Node) -> &[u32] {
        &self.ends[node.mount.range()]
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

impl Node {
    /// Is there nothing to try here but a child by text? Then nothing brings the search back.
    pub(crate) const fn is_one_way(&self) -> bool {
        self.dynamics.is_empty()
            && self.tail.is_empty()
            && self.tail_branch.is_empty()
            && self.mount.is_empty()
    }
}

/// Freezes a draft: what was a tree of maps becomes five arrays.
pub(crate) fn freeze(draft: &Draft) -> Trie {
    let mut slots = Vec::new();
    let mut dynamics = Vec::new();
    let mut ends = Vec::new();
    let mut text = String::new();
    let mut nodes = Vec::with_capacity(draft.nodes.len());
    for node in &draft.nodes {
        let first_slot = slots.len();
        if !node.texts.is_empty() {
            let vacant = Slot {
                key: Key::of(b"", 0, 0),
                start: 0,
                node: VACANT,
            };
            slots.resize(first_slot + 2 * node.texts.len(), vacant);
            let table = &mut slots[first_slot..];
            for (&name, &child) in &node.texts {
                let key = Key::of(name.as_bytes(), 0, name.len());
                let mut at = key.place(table.len());
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
        let first_dynamic = dynamics.len();
        dynamics.extend(
            node.parameters
                .iter()
                .map(|(&converter, &child)| (converter, number(child))),
        );
        let mut end = |at: Ends| {
            let start = ends.len();
            let rules = node.ends.get(&at).map(Vec::as_slice).unwrap_or_default();
            ends.extend(rules.iter().map(|&rule| number(rule)));
            span(start, ends.len())
        };
        nodes.push(Node {
            slots: span(first_slot, slots.len()),
            dynamics: span(first_dynamic, dynamics.len()),
            leaf: end(Ends::Leaf),
            branch: end(Ends::Branch),
            tail: end(Ends::Tail),
            tail_branch: end(Ends::TailBranch),
            mount: end(Ends::Mount),
        });
    }
    Trie {
        nodes: nodes.into(),
        slots: slots.into(),
        dynamics: dynamics.into(),
        ends: ends.into(),
        text: text.into(),
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
