//! The transitions of a scope as a graph: order, dominators, loops.
//!
//! AFTER: the states that can be reached are numbered in reverse postorder, and each knows its dominator.

use super::tree::Tree;
use crate::syntax::Scope;

/// The graph of a scope. Nodes are indexes into [`Scope::states`].
#[derive(Debug, Clone)]
pub struct Graph {
    /// The first state.
    pub start: usize,
    /// Distinct successors of each node, in document order.
    pub successors: Vec<Vec<usize>>,
    /// Distinct predecessors of each node, unreachable ones left out.
    pub predecessors: Vec<Vec<usize>>,
    /// Nodes in reverse postorder: a node stands before its successors, except along edges that close a loop.
    pub order: Vec<usize>,
    /// The place of each node in `order`; that of an unreachable node is `usize::MAX`.
    pub number: Vec<usize>,
    /// The dominators, were it not for the edges that go back; those change nothing in a reducible graph.
    dominators: Tree,
}

impl Graph {
    /// The graph of a checked scope.
    pub fn of(scope: &Scope) -> Graph {
        let distinct = |targets: Vec<&crate::syntax::Target>| {
            let mut distinct: Vec<usize> = targets.iter().map(|target| target.index).collect();
            let mut seen = std::collections::HashSet::new();
            distinct.retain(|&target| seen.insert(target));
            distinct
        };
        Graph::new(
            scope.start.index,
            scope.states.iter().map(|state| distinct(state.targets())).collect(),
        )
    }

    /// The graph with these edges.
    pub fn new(start: usize, successors: Vec<Vec<usize>>) -> Graph {
        let count = successors.len();
        let order = reverse_postorder(start, &successors);
        let mut number = vec![usize::MAX; count];
        for (place, &node) in order.iter().enumerate() {
            number[node] = place;
        }
        let mut predecessors = vec![Vec::new(); count];
        for &node in &order {
            for &successor in &successors[node] {
                predecessors[successor].push(node);
            }
        }
        let dominators = dominators(start, &order, &number, &predecessors);
        Graph {
            start,
            successors,
            predecessors,
            order,
            number,
            dominators,
        }
    }

    /// The last node before this one that stands on every way to it; of the start, itself.
    pub fn dominator(&self, node: usize) -> usize {
        self.dominators.parent[node]
    }

    /// Whether `a` stands on every way from the start to `b`.
    pub fn dominates(&self, a: usize, b: usize) -> bool {
        self.dominators.is_within(b, a)
    }

    /// Whether the edge goes back in the order: it closes a loop, or jumps into the middle of one.
    pub fn is_backward(&self, from: usize, to: usize) -> bool {
        self.number[to] <= self.number[from]
    }

    /// Whether several forward edges lead to the node.
    pub fn is_merge(&self, node: usize) -> bool {
        self.predecessors[node]
            .iter()
            .filter(|&&from| !self.is_backward(from, node))
            .count()
            > 1
    }

    /// Whether every loop is entered at one state only.
    pub fn is_reducible(&self) -> bool {
        self.order.iter().all(|&from| {
            self.successors[from]
                .iter()
                .all(|&to| !self.is_backward(from, to) || self.dominates(to, from))
        })
    }

    /// The nodes at which an edge closes a loop that need not pass a node that `pauses`.
    pub fn restless(&self, pauses: &[bool]) -> Vec<bool> {
        let mut on_a_cycle = vec![false; pauses.len()];
        for &node in &self.order {
            on_a_cycle[node] = !pauses[node];
        }
        // What no cycle leads to goes, and then what leads to none.
        peel(&mut on_a_cycle, &self.order, &self.predecessors, &self.successors);
        peel(&mut on_a_cycle, &self.order, &self.successors, &self.predecessors);
        let is_closed = |node: usize| {
            let closes = |&from: &usize| on_a_cycle[from] && self.is_backward(from, node);
            on_a_cycle[node] && self.predecessors[node].iter().any(closes)
        };
        (0..pauses.len()).map(is_closed).collect()
    }

    /// The nest of loops of a reducible graph.
    pub fn loops(&self) -> Loops {
        let count = self.successors.len();
        let mut innermost = vec![None; count];
        let mut around = vec![None; count];
        // A loop that has been found is one node for the loops around it: `whole` leads from its nodes to its header.
        let mut whole: Vec<usize> = (0..count).collect();
        for &header in self.order.iter().rev() {
            let closing = self.predecessors[header]
                .iter()
                .copied()
                .filter(|&from| self.is_backward(from, header));
            let mut pending: Vec<usize> = closing.collect();
            if pending.is_empty() {
                continue;
            }
            innermost[header] = Some(header);
            while let Some(node) = pending.pop() {
                let node = find(&mut whole, node);
                if node == header {
                    continue;
                }
                match innermost[node] {
                    Some(_) => around[node] = Some(header),
                    None => innermost[node] = Some(header),
                }
                whole[node] = header;
                pending.extend(&self.predecessors[node]);
            }
        }
        // The root stands for what is in no loop.
        let mut nest = Tree::new(count + 1, count);
        for &header in self.order.iter().filter(|&&node| innermost[node] == Some(node)) {
            nest.add(header, around[header].unwrap_or(count));
        }
        Loops { innermost, nest }
    }
}

/// The loops of a graph, each known by its header.
#[derive(Debug, Clone)]
pub struct Loops {
    innermost: Vec<Option<usize>>,
    nest: Tree,
}

impl Loops {
    /// Whether a loop begins at this node.
    pub fn is_header(&self, node: usize) -> bool {
        self.innermost[node] == Some(node)
    }

    /// The outermost loop that holds `inside` but not `outside`.
    pub fn left_between(&self, inside: usize, outside: usize) -> Option<usize> {
        let [inside, outside] = [inside, outside].map(|node| self.innermost[node].unwrap_or(self.nest.root));
        let common = self.nest.common(inside, outside);
        (common != inside).then(|| self.nest.ancestor(inside, self.nest.depth[common] + 1))
    }
}

/// Takes out of `kept`, one after the other, the nodes into which no edge comes from another that is kept.
fn peel(kept: &mut [bool], order: &[usize], into: &[Vec<usize>], out_of: &[Vec<usize>]) {
    let mut edges: Vec<usize> = (0..kept.len())
        .map(|node| into[node].iter().filter(|&&from| kept[from]).count())
        .collect();
    let mut pending: Vec<usize> = order.iter().copied().filter(|&node| edges[node] == 0).collect();
    while let Some(node) = pending.pop() {
        if !std::mem::take(&mut kept[node]) {
            continue;
        }
        for &next in &out_of[node] {
            edges[next] = edges[next].saturating_sub(1);
            if edges[next] == 0 {
                pending.push(next);
            }
        }
    }
}

fn find(whole: &mut [usize], mut node: usize) -> usize {
    while whole[node] != node {
        whole[node] = whole[whole[node]];
        node = whole[node];
    }
    node
}

pub(crate) fn reverse_postorder(start: usize, successors: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; successors.len()];
    let mut order = Vec::with_capacity(successors.len());
    // Later successors are visited first, so that the first one comes first in the reversed order.
    let mut stack = vec![(start, successors[start].len())];
    seen[start] = true;
    while let Some((node, left)) = stack.pop() {
        if left == 0 {
            order.push(node);
            continue;
        }
        stack.push((node, left - 1));
        let successor = successors[node][left - 1];
        if !std::mem::replace(&mut seen[successor], true) {
            stack.push((successor, successors[successor].len()));
        }
    }
    order.reverse();
    order
}

/// In this order all forward edges to a node come from nodes before it, so that one look at each node is enough.
fn dominators(start: usize, order: &[usize], number: &[usize], predecessors: &[Vec<usize>]) -> Tree {
    let mut tree = Tree::new(predecessors.len(), start);
    for &node in &order[1..] {
        let before = predecessors[node]
            .iter()
            .copied()
            .filter(|&from| number[from] < number[node]);
        if let Some(common) = before.reduce(|a, b| tree.common(a, b)) {
            tree.add(node, common);
        }
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nest_of_loops_is_found() {
        // 0 -> 1 -> 2 -> 3 -> 2, 3 -> 1, 3 -> 4
        let graph = Graph::new(0, vec![vec![1], vec![2], vec![3], vec![2, 1, 4], vec![]]);
        assert!(graph.is_reducible());
        assert_eq!([0, 1, 2, 3, 4].map(|node| graph.dominator(node)), [0, 0, 1, 2, 3]);
        let loops = graph.loops();
        assert_eq!(loops.left_between(3, 4), Some(1));
        assert_eq!(loops.left_between(3, 1), Some(2));
        assert!(!loops.is_header(3) && loops.is_header(2) && loops.is_header(1));
    }

    #[test]
    fn a_jump_into_a_loop_is_irreducible() {
        assert!(!Graph::new(0, vec![vec![1, 2], vec![2], vec![1]]).is_reducible());
    }

    #[test]
    fn a_loop_is_restless_unless_every_way_round_pauses() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3 -> 4 -> 3, 4 -> 5: two loops, the first of which pauses at 2.
        let graph = Graph::new(0, vec![vec![1], vec![2], vec![1, 3], vec![4], vec![3, 5], vec![]]);
        let restless = |pauses: [usize; 1]| {
            let restless = graph.restless(&[0, 1, 2, 3, 4, 5].map(|node| pauses.contains(&node)));
            (0..6).filter(|&node| restless[node]).collect::<Vec<_>>()
        };
        assert_eq!(restless([2]), [3]);
        assert_eq!(restless([4]), [1]);
        assert_eq!(restless([0]), [1, 3]);
        // 0 -> 1 -> 0, 0 -> 2 -> 0: one way round is enough.
        let graph = Graph::new(0, vec![vec![1, 2], vec![0], vec![0]]);
        assert_eq!(graph.restless(&[false, true, false]), [true, false, false]);
        assert_eq!(graph.restless(&[false, true, true]), [false; 3]);
        assert_eq!(graph.restless(&[true, false, false]), [false; 3]);
    }

    #[test]
    fn a_state_may_follow_itself() {
        let graph = Graph::new(0, vec![vec![0, 1], vec![]]);
        assert!(graph.is_reducible() && graph.loops().is_header(0));
    }
}
