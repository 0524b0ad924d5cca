//! A tree that is asked for ancestors.

/// A tree. Each node knows a far ancestor beside its parent, so that looking for ancestors takes logarithmic time: flows are as
/// deep as they are long.
#[derive(Debug, Clone)]
pub struct Tree {
    pub root: usize,
    /// The parent of each node; of the root, itself.
    pub parent: Vec<usize>,
    pub depth: Vec<usize>,
    /// An ancestor as far away as the depth of the parent asks for: those of nodes of one depth are of one depth (Myers, "An
    /// applicative random-access stack", 1983).
    jump: Vec<usize>,
}

impl Tree {
    /// A tree of a root; the other nodes, below `count`, are yet to be added.
    pub fn new(count: usize, root: usize) -> Tree {
        Tree {
            root,
            parent: vec![root; count],
            depth: vec![0; count],
            jump: vec![root; count],
        }
    }

    /// Adds a node below one that is in the tree.
    pub fn add(&mut self, node: usize, parent: usize) {
        let jump = self.jump[parent];
        let is_twice_as_far = self.depth[parent] - self.depth[jump] == self.depth[jump] - self.depth[self.jump[jump]];
        self.parent[node] = parent;
        self.depth[node] = self.depth[parent] + 1;
        self.jump[node] = if is_twice_as_far { self.jump[jump] } else { parent };
    }

    /// The ancestor of this depth, which is not below the node's own.
    pub fn ancestor(&self, mut node: usize, depth: usize) -> usize {
        while self.depth[node] > depth {
            let jump = self.jump[node];
            node = if self.depth[jump] < depth {
                self.parent[node]
            } else {
                jump
            };
        }
        node
    }

    /// Whether the node is `above` or below it.
    pub fn is_within(&self, node: usize, above: usize) -> bool {
        self.depth[node] >= self.depth[above] && self.ancestor(node, self.depth[above]) == above
    }

    /// The deepest node that both are, or are below.
    pub fn common(&self, a: usize, b: usize) -> usize {
        let depth = self.depth[a].min(self.depth[b]);
        let (mut a, mut b) = (self.ancestor(a, depth), self.ancestor(b, depth));
        while a != b {
            (a, b) = match self.jump[a] == self.jump[b] {
                true => (self.parent[a], self.parent[b]),
                false => (self.jump[a], self.jump[b]),
            };
        }
        a
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ancestors_are_those_of_a_walk(parents in prop::collection::vec(any::<prop::sample::Index>(), 1..200), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
            let count = parents.len() + 1;
            let mut tree = Tree::new(count, 0);
            for (at, parent) in parents.iter().enumerate() {
                // Mostly long and thin.
                tree.add(at + 1, at - parent.index(at.min(3) + 1));
            }
            let way = |node: usize| {
                let mut way = vec![node];
                while let Some(&last) = way.last().filter(|&&last| last != 0) {
                    way.push(tree.parent[last]);
                }
                way
            };
            let (a, b) = (a.index(count), b.index(count));
            let above_b = way(b);
            prop_assert_eq!(Some(tree.common(a, b)), way(a).into_iter().find(|node| above_b.contains(node)));
            for node in 0..count {
                prop_assert_eq!(tree.is_within(a, node), way(a).contains(&node));
            }
            for (depth, &node) in way(a).iter().rev().enumerate() {
                prop_assert_eq!(tree.ancestor(a, depth), node);
            }
        }
    }
}
