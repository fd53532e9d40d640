//! The rules of a map as a tree of parts, while it grows.

use std::{collections::BTreeMap, sync::Arc};

use crate::part::{Dynamic, Part};

/// A tree of parts. Its nodes are numbers into `nodes`, the root is 0. The first part of a rule is its host.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) texts: BTreeMap<String, usize>,
    /// In the order in which they are tried, once sorted.
    pub(crate) dynamics: Vec<(Arc<Dynamic>, usize)>,
    /// The rules that end here, in order of registration.
    pub(crate) rules: Vec<usize>,
    /// The mounts that begin here, in order of registration.
    pub(crate) mounts: Vec<usize>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }

    /// Adds a rule.
    pub(crate) fn add(&mut self, rule: usize, parts: Vec<Part>, mount: bool) {
        let mut at = 0;
        for part in parts {
            let fresh = self.nodes.len();
            let node = &mut self.nodes[at];
            at = match part {
                Part::Text(text) => *node.texts.entry(text).or_insert(fresh),
                Part::Dynamic(dynamic) => {
                    let known = node.dynamics.iter().find(|(own, _)| *own == dynamic);
                    if let Some((_, child)) = known {
                        *child
                    } else {
                        node.dynamics.push((dynamic, fresh));
                        fresh
                    }
                }
            };
            if at == fresh {
                self.nodes.push(Node::default());
            }
        }
        let node = &mut self.nodes[at];
        if mount {
            node.mounts.push(rule);
        } else {
            node.rules.push(rule);
        }
    }

    /// Puts the parts with variables into the order in which they are tried.
    pub(crate) fn sort(&mut self) {
        for node in &mut self.nodes {
            node.dynamics
                .sort_by(|(one, _), (two, _)| one.weight.cmp(&two.weight));
        }
    }

    /// The rules by the paths that they match: lists of those that match the same ones, in order of registration.
    pub(crate) fn rivals(&self) -> impl Iterator<Item = &[usize]> {
        let lists = self
            .nodes
            .iter()
            .flat_map(|node| [&node.rules, &node.mounts]);
        lists.map(Vec::as_slice).filter(|rules| rules.len() > 1)
    }
}
