//! Values by their bytes: which of them go on from a text, and which its end may become.

use std::collections::{BTreeMap, VecDeque};

/// Values, each a way from the root, which is node 0.
#[derive(Debug)]
pub(crate) struct Trie {
    nodes: Vec<Node>,
    bytes: [bool; 256],
}

#[derive(Debug, Default)]
struct Node {
    children: BTreeMap<u8, u32>,
    listed: bool,
    /// The longest proper end of the node's text that is a node, too.
    shorter: u32,
}

impl Default for Trie {
    fn default() -> Self {
        Trie { nodes: vec![Node::default()], bytes: [false; 256] }
    }
}

impl Trie {
    /// Adds a value; its node is listed iff that is wanted, or was before.
    pub(crate) fn add(&mut self, value: &[u8], listed: bool) {
        let mut at = 0_u32;
        for byte in value {
            self.bytes[usize::from(*byte)] = true;
            at = match self.child(at, *byte) {
                Some(node) => node,
                None => {
                    let node = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
                    self.nodes.push(Node::default());
                    self.nodes[at as usize].children.insert(*byte, node);
                    node
                }
            };
        }
        self.nodes[at as usize].listed |= listed;
    }

    /// Finds the shorter ends, once everything is added.
    pub(crate) fn link(&mut self) {
        let mut queue = VecDeque::from([0_u32]);
        while let Some(at) = queue.pop_front() {
            for (byte, child) in self.nodes[at as usize].children.clone() {
                let shorter = if at == 0 { 0 } else { self.follow(self.nodes[at as usize].shorter, byte) };
                self.nodes[child as usize].shorter = shorter;
                queue.push_back(child);
            }
        }
    }

    /// The node that goes on from this one by the byte.
    pub(crate) fn child(&self, node: u32, byte: u8) -> Option<u32> {
        self.nodes[node as usize].children.get(&byte).copied()
    }

    /// The longest node that a text ends with whose longest was `node` before the byte came.
    pub(crate) fn follow(&self, node: u32, byte: u8) -> u32 {
        let mut at = node;
        loop {
            match self.child(at, byte) {
                Some(next) => return next,
                None if at == 0 => return 0,
                None => at = self.nodes[at as usize].shorter,
            }
        }
    }

    /// True iff the node is a value that was added as listed.
    pub(crate) fn is_listed(&self, node: u32) -> bool {
        self.nodes[node as usize].listed
    }

    /// True iff some value has the byte.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.bytes[usize::from(byte)]
    }
}
