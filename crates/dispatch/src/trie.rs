//! The rules of a map as a tree of parts, frozen into flat arrays.

use std::{ops::Range, sync::Arc};

use crate::{
    draft::Draft,
    matching::Terms,
    part::{Class, Dynamic, Item},
    segment::{Key, Segment},
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

/// What the straight way asks stands first.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Node {
    /// What spreads the texts of the children over their table.
    odd: u64,
    /// Where the table of the children by text begins.
    slots: u32,
    /// What makes a hash a place in the table.
    shift: u32,
    /// How long the texts of the children are: a bit for each length, modulo 32.
    lengths: u32,
    /// The child for the empty text, which is behind a slash at the end.
    branch: u32,
    pub(crate) way: Way,
    /// The standard's methods that the first rule takes, if nothing but the method decides about it.
    pub(crate) bits: u16,
    /// The first rule that ends here, if there is one.
    pub(crate) rule: u32,
    turns: Span,
    /// Rules that end here.
    rules: Span,
    /// Mounts that begin here.
    mounts: Span,
}

/// What there is to try at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A child by text, and nothing else.
    Text,
    /// A child by text, then one for any segment, and nothing else.
    TextOrSegment { node: u32 },
    /// A child by text, then one for a segment of digits, and nothing else.
    TextOrDigits { node: u32 },
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

impl Slot {
    const VACANT: Self = Self {
        key: Key::EMPTY,
        start: 0,
        node: VACANT,
    };
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
    pub(crate) fn child(&self, node: &Node, path: &str, start: usize, end: usize) -> Option<&Node> {
        if start == end {
            return self.at(node.branch);
        }
        if node.lengths & length_bit(end - start) == 0 {
            return None;
        }
        let key = Key::of(path.as_bytes(), start, end);
        self.by_text(node, &key, || &path.as_bytes()[start..end])
    }

    /// The child of `node` for a segment that is not empty.
    #[inline]
    pub(crate) fn child_for(&self, node: &Node, segment: &Segment<'_>) -> Option<&Node> {
        if node.lengths & length_bit(segment.len()) == 0 {
            return None;
        }
        self.by_text(node, &segment.key, || segment.bytes())
    }

    #[inline]
    fn by_text<'a>(&self, node: &Node, key: &Key, bytes: impl Fn() -> &'a [u8]) -> Option<&Node> {
        // A table ends with a vacant slot that is nobody's place, so that a search need not begin again.
        let mut at = node.slots as usize + key.place(node.odd, node.shift);
        loop {
            let slot = self.slots.get(at)?;
            if slot.key == *key && (key.is_whole() || self.text_of(slot) == bytes()) {
                return Some(&self.nodes[slot.node as usize]);
            }
            if slot.node == VACANT {
                return None;
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

    fn text_of(&self, slot: &Slot) -> &[u8] {
        let start = slot.start as usize;
        &self.text.as_bytes()[start..start + slot.key.len()]
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}

const fn length_bit(len: usize) -> u32 {
    1 << (len & 31)
}

/// Freezes a draft: what was a tree of maps becomes flat arrays.
pub(crate) fn freeze(draft: &Draft, terms: &[Terms]) -> Trie {
    let mut slots = Vec::new();
    let mut turns = Vec::new();
    let mut parts = Vec::new();
    let mut ends = Vec::new();
    let mut text = String::new();
    let mut nodes = Vec::with_capacity(draft.nodes.len());
    for node in &draft.nodes {
        let names = || node.texts.iter().filter(|(name, _)| !name.is_empty());
        let first_slot = slots.len();
        let texts = names().map(|(name, &child)| {
            let start = number(text.len());
            text.push_str(name);
            Slot {
                key: Key::of(name.as_bytes(), 0, name.len()),
                start,
                node: number(child),
            }
        });
        let (odd, shift) = spread(&texts.collect::<Vec<_>>(), &mut slots);
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
        let children_only = mounts.is_empty() && node.rules.iter().all(|&rule| terms[rule].strict);
        let way = match &turns[first_turn..] {
            _ if !children_only => Way::Open,
            [] => Way::Text,
            [turn] if turn.takes == Takes::Segment => Way::TextOrSegment { node: turn.node },
            [turn] if turn.takes == Takes::Digits => Way::TextOrDigits { node: turn.node },
            _ => Way::Children,
        };
        let first = node.rules.first().copied();
        nodes.push(Node {
            odd,
            slots: number(first_slot),
            shift,
            lengths: names().fold(0, |lengths, (name, _)| lengths | length_bit(name.len())),
            branch: node.texts.get("").copied().map_or(VACANT, number),
            way,
            bits: first.map_or(0, |rule| terms[rule].bits_if_plain()),
            rule: first.map_or(0, number),
            turns: span(first_turn, turns.len()),
            rules,
            mounts,
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

/// Makes a hash table of some texts: the odd number and the shift that [`Key::place`] asks for.
///
/// At most half of it is full, and of some odd numbers it takes the one by which the fewest texts meet: mostly none do.
fn spread(texts: &[Slot], slots: &mut Vec<Slot>) -> (u64, u32) {
    const TRIES: u64 = 16;
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    if texts.is_empty() {
        return (1, 63);
    }
    let size = (2 * texts.len()).next_power_of_two();
    let shift = 64 - size.trailing_zeros();
    let mut best = (usize::MAX, 1);
    for number in 1..=TRIES {
        let odd = GOLDEN.wrapping_mul(2 * number - 1);
        let mut taken = vec![false; size];
        let meets = |slot: &&Slot| std::mem::replace(&mut taken[slot.key.place(odd, shift)], true);
        let meetings = texts.iter().filter(meets).count();
        best = best.min((meetings, odd));
        if meetings == 0 {
            break;
        }
    }
    let odd = best.1;
    let first = slots.len();
    slots.resize(first + size, Slot::VACANT);
    for slot in texts {
        let mut at = first + slot.key.place(odd, shift);
        while at < slots.len() && slots[at].node != VACANT {
            at += 1;
        }
        if at == slots.len() {
            slots.push(*slot);
        } else {
            slots[at] = *slot;
        }
    }
    // Another node's table must not be searched, too.
    slots.push(Slot::VACANT);
    (odd, shift)
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
