//! The rules of a map as a tree of segments, while it grows.

use std::collections::BTreeMap;

use crate::{
    Converter, Parameter,
    pattern::{Pattern, Segment},
};

/// A tree of segments. Its nodes are numbers into `nodes`, the root is 0.
#[derive(Debug)]
pub(crate) struct Draft<'rule> {
    pub(crate) nodes: Vec<Node<'rule>>,
}

#[derive(Debug, Default)]
pub(crate) struct Node<'rule> {
    pub(crate) texts: BTreeMap<&'rule str, usize>,
    /// In the order in which they are tried.
    pub(crate) parameters: BTreeMap<Converter, usize>,
    /// The rules that end here, in order of registration.
    pub(crate) ends: BTreeMap<Ends, Vec<usize>>,
}

/// How a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ends {
    Leaf,
    Branch,
    Tail,
    TailBranch,
    Mount,
}

impl<'rule> Draft<'rule> {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }

    /// Adds a rule.
    pub(crate) fn add(&mut self, rule: usize, pattern: &Pattern<'rule>, mount: bool) {
        let mut at = 0;
        let mut takes_the_rest = false;
        for segment in &pattern.segments {
            let fresh = self.nodes.len();
            let node = &mut self.nodes[at];
            let child = match segment {
                Segment::Text(text) => node.texts.entry(text).or_insert(fresh),
                Segment::Parameter(Parameter {
                    converter: Converter::Path,
                    ..
                }) => {
                    takes_the_rest = true;
                    break;
                }
                Segment::Parameter(parameter) => {
                    node.parameters.entry(parameter.converter).or_insert(fresh)
                }
            };
            at = *child;
            if at == fresh {
                self.nodes.push(Node::default());
            }
        }
        let end = match (mount, takes_the_rest, pattern.slash) {
            (true, _, _) => Ends::Mount,
            (false, true, false) => Ends::Tail,
            (false, true, true) => Ends::TailBranch,
            (false, false, false) => Ends::Leaf,
            (false, false, true) => Ends::Branch,
        };
        self.nodes[at].ends.entry(end).or_default().push(rule);
    }

    /// The rules by the paths that they match: lists of those that match the same ones, in order of registration.
    pub(crate) fn rivals(&self) -> impl Iterator<Item = &[usize]> {
        let ends = self.nodes.iter().flat_map(|node| node.ends.values());
        ends.map(Vec::as_slice)
    }
}
