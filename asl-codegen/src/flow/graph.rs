//! The transitions of a scope as a graph: order, dominators, loops.
//!
//! AFTER: the states that can be reached are numbered in reverse postorder, and each knows its dominator.

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
    /// The immediate dominator of each node; of the start, itself.
    pub dominator: Vec<usize>,
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
        let dominator = dominators(start, &order, &number, &predecessors);
        Graph {
            start,
            successors,
            predecessors,
            order,
            number,
            dominator,
        }
    }

    /// Whether `a` stands on every way from the start to `b`.
    pub fn dominates(&self, a: usize, mut b: usize) -> bool {
        while self.number[b] > self.number[a] {
            b = self.dominator[b];
        }
        a == b
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

    /// The nest of loops of a reducible graph.
    pub fn loops(&self) -> Loops {
        let count = self.successors.len();
        let mut loops = Loops {
            innermost: vec![None; count],
            parent: vec![None; count],
        };
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
            loops.innermost[header] = Some(header);
            while let Some(node) = pending.pop() {
                let node = find(&mut whole, node);
                if node == header {
                    continue;
                }
                match loops.innermost[node] {
                    Some(_) => loops.parent[node] = Some(header),
                    None => loops.innermost[node] = Some(header),
                }
                whole[node] = header;
                pending.extend(&self.predecessors[node]);
            }
        }
        loops
    }
}

/// The loops of a graph, each known by its header.
#[derive(Debug, Clone)]
pub struct Loops {
    innermost: Vec<Option<usize>>,
    parent: Vec<Option<usize>>,
}

impl Loops {
    /// Whether a loop begins at this node.
    pub fn is_header(&self, node: usize) -> bool {
        self.innermost[node] == Some(node)
    }

    /// The headers of the loops around a node, from the innermost outward; a header is in its own loop.
    fn around(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.innermost[node], |&header| self.parent[header])
    }

    /// The outermost loop that holds `inside` but not `outside`.
    pub fn left_between(&self, inside: usize, outside: usize) -> Option<usize> {
        let staying: Vec<usize> = self.around(outside).collect();
        self.around(inside)
            .take_while(|header| !staying.contains(header))
            .last()
    }
}

fn find(whole: &mut [usize], mut node: usize) -> usize {
    while whole[node] != node {
        whole[node] = whole[whole[node]];
        node = whole[node];
    }
    node
}

fn reverse_postorder(start: usize, successors: &[Vec<usize>]) -> Vec<usize> {
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

/// Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm.
fn dominators(start: usize, order: &[usize], number: &[usize], predecessors: &[Vec<usize>]) -> Vec<usize> {
    let mut dominator = vec![usize::MAX; predecessors.len()];
    dominator[start] = start;
    let mut changed = true;
    while changed {
        changed = false;
        for &node in &order[1..] {
            let known = predecessors[node]
                .iter()
                .copied()
                .filter(|&from| dominator[from] != usize::MAX);
            let common = known.reduce(|mut a, mut b| {
                while a != b {
                    while number[a] > number[b] {
                        a = dominator[a];
                    }
                    while number[b] > number[a] {
                        b = dominator[b];
                    }
                }
                a
            });
            if let Some(common) = common.filter(|&common| dominator[node] != common) {
                dominator[node] = common;
                changed = true;
            }
        }
    }
    dominator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nest_of_loops_is_found() {
        // 0 -> 1 -> 2 -> 3 -> 2, 3 -> 1, 3 -> 4
        let graph = Graph::new(0, vec![vec![1], vec![2], vec![3], vec![2, 1, 4], vec![]]);
        assert!(graph.is_reducible());
        assert_eq!(graph.dominator, [0, 0, 1, 2, 3]);
        let loops = graph.loops();
        assert_eq!(loops.around(3).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(loops.left_between(3, 4), Some(1));
        assert_eq!(loops.left_between(3, 1), Some(2));
        assert!(!loops.is_header(3) && loops.is_header(2) && loops.is_header(1));
    }

    #[test]
    fn a_jump_into_a_loop_is_irreducible() {
        assert!(!Graph::new(0, vec![vec![1, 2], vec![2], vec![1]]).is_reducible());
    }

    #[test]
    fn a_state_may_follow_itself() {
        let graph = Graph::new(0, vec![vec![0, 1], vec![]]);
        assert!(graph.is_reducible() && graph.loops().is_header(0));
    }
}
