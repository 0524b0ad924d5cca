//! Structured control flow from a graph: sequences, branches, loops, and blocks that a jump leaves.
//!
//! The method is Ramsey's, "Beyond Relooper" (2022): what a node dominates is nested in it, and a node with several ways
//! in follows a block that those ways leave. Two things are added. What follows a loop stands after the loop, though the
//! node that leads to it stands inside. And a function that would hold too much is cut at a dominator into parts.
//!
//! AFTER: every jump leaves a block, repeats a loop or ends the part, and nesting is bounded.

use super::graph::{Graph, Loops};
use super::tree::Tree;
use std::collections::BTreeMap;

/// How control leaves a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// To one place.
    Goto(Goto),
    /// To one of several states; a Choice.
    Choose(Vec<usize>),
    /// To one place, or on an error to the state of a Catcher.
    Try(Goto, Vec<usize>),
    /// Nowhere: Fail.
    Fail,
}

/// A place to go on at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Goto {
    /// A state.
    State(usize),
    /// The end of the scope.
    End,
}

impl Exit {
    /// The states that it leads to, one for each way.
    fn targets(&self) -> Vec<usize> {
        let state = |goto: &Goto| match goto {
            Goto::State(state) => Some(*state),
            Goto::End => None,
        };
        match self {
            Exit::Goto(goto) => state(goto).into_iter().collect(),
            Exit::Choose(targets) => targets.clone(),
            Exit::Try(goto, caught) => state(goto).into_iter().chain(caught.iter().copied()).collect(),
            Exit::Fail => Vec::new(),
        }
    }

    fn ends(&self) -> bool {
        matches!(self, Exit::Goto(Goto::End) | Exit::Try(Goto::End, _))
    }
}

/// A sequence of steps.
pub type Block = Vec<Step>;

/// A step of structured control flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Runs a state that has one way out, which the next steps follow, or none.
    Run(usize),
    /// Runs a Choice, then one arm: one for each of its targets.
    Choose(usize, Vec<Block>),
    /// Runs a state with Catchers: one block for each. Success goes on with the next step.
    Try(usize, Vec<Block>),
    /// Repeats until something leaves it; a jump to the header begins the next turn.
    Loop(usize, Block),
    /// A block that a jump to this state leaves; the state's own steps follow it.
    Before(usize, Block),
    /// Goes on elsewhere.
    Goto(Goto),
    /// Calls another part, then goes on at the exit that it took.
    Part(usize, Vec<Goto>),
}

/// A function's worth of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The state that it begins with.
    pub root: usize,
    /// Its steps.
    pub body: Block,
    /// Where it may go on after it.
    pub exits: Vec<Goto>,
}

impl Part {
    /// The states that it runs, and the parts that it calls.
    pub fn members(&self) -> (Vec<usize>, Vec<usize>) {
        let (mut states, mut parts) = (Vec::new(), Vec::new());
        members(&self.body, &mut states, &mut parts);
        (states, parts)
    }
}

/// Blocks are nested as deep as [`DEPTH`] allows.
fn members(block: &Block, states: &mut Vec<usize>, parts: &mut Vec<usize>) {
    for step in block {
        match step {
            Step::Run(state) => states.push(*state),
            Step::Choose(state, blocks) | Step::Try(state, blocks) => {
                states.push(*state);
                blocks.iter().for_each(|block| members(block, states, parts));
            }
            Step::Loop(_, body) | Step::Before(_, body) => members(body, states, parts),
            Step::Goto(_) => {}
            Step::Part(part, _) => parts.push(*part),
        }
    }
}

/// The control flow of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    /// Structured: the first part is the scope itself.
    Structured(Vec<Part>),
    /// Some loop is entered at several states, or too many ways cross: one loop around a match.
    Dispatch,
}

/// At most so much weight in a function (rustc's borrow checker is superlinear in awaits: style.md).
const PART_WEIGHT: usize = 32;
/// At most so many blocks in one another.
const DEPTH: usize = 20;
/// At most so many ways out of a part: parts call one another, and each names the ways out of all that it calls.
const PART_EXITS: usize = 64;

/// Structures a scope: `exits` and `weights` by state, a weight being the number of awaits.
pub fn structure(start: usize, exits: &[Exit], weights: &[usize]) -> Flow {
    let graph = Graph::new(start, exits.iter().map(Exit::targets).map(distinct).collect());
    if !graph.is_reducible() {
        return Flow::Dispatch;
    }
    let Some(plan) = Plan::new(&graph, exits, weights) else {
        return Flow::Dispatch;
    };
    let mut builder = Builder {
        graph: &graph,
        exits,
        plan,
        parts: vec![start],
        part_of: vec![None; exits.len()],
    };
    let mut done: Vec<Part> = Vec::new();
    while let Some(&root) = builder.parts.get(done.len()) {
        let mut body = Vec::new();
        builder.tree(root, root, 0, &mut body);
        done.push(Part {
            root,
            body,
            exits: Vec::new(),
        });
    }
    match builder.set_exits(&mut done) {
        true => Flow::Structured(done),
        false => Flow::Dispatch,
    }
}

fn distinct(mut nodes: Vec<usize>) -> Vec<usize> {
    let mut seen = std::collections::HashSet::new();
    nodes.retain(|&node| seen.insert(node));
    nodes
}

/// Where the steps of each node go.
struct Plan {
    is_header: Vec<bool>,
    /// Whether the node's steps stand where a jump to it stands.
    inline: Vec<bool>,
    /// Nodes whose steps follow a block inside this one, in order.
    within: Vec<Vec<usize>>,
    /// Nodes whose steps follow the loop that begins here, in order.
    after: Vec<Vec<usize>>,
    /// The node that each one is placed in.
    places: Tree,
    /// Whether the node begins a part.
    cut: Vec<bool>,
}

impl Plan {
    fn new(graph: &Graph, exits: &[Exit], weights: &[usize]) -> Option<Plan> {
        let count = exits.len();
        let loops = graph.loops();
        let mut ways_in = vec![0; count];
        for &node in &graph.order {
            for target in exits[node].targets() {
                ways_in[target] += usize::from(!graph.is_backward(node, target));
            }
        }
        let mut plan = Plan {
            is_header: (0..count).map(|node| loops.is_header(node)).collect(),
            inline: vec![true; count],
            within: vec![Vec::new(); count],
            after: vec![Vec::new(); count],
            places: Tree::new(count, graph.start),
            cut: vec![false; count],
        };
        for &node in graph.order.iter().skip(1) {
            plan.place(node, graph, &loops, ways_in[node] > 1, exits[node].targets().is_empty());
        }
        let deepest = graph
            .order
            .iter()
            .map(|&node| plan.within[node].len() + plan.after[node].len())
            .max();
        if deepest.is_some_and(|blocks| blocks >= DEPTH) {
            return None;
        }
        plan.cut_heavy(graph, weights);
        Some(plan)
    }

    fn place(&mut self, node: usize, graph: &Graph, loops: &Loops, is_merge: bool, is_last: bool) {
        let dominator = graph.dominator(node);
        let mut place = dominator;
        match loops.left_between(dominator, node) {
            // A single state that ends the scope reads better where it is reached.
            Some(header) if is_merge || !is_last => {
                self.inline[node] = false;
                self.after[header].push(node);
                place = header;
            }
            None if is_merge => {
                self.inline[node] = false;
                self.within[dominator].push(node);
            }
            _ => {}
        }
        self.places.add(node, place);
    }

    /// Cuts the heaviest subtrees off until no function weighs too much.
    fn cut_heavy(&mut self, graph: &Graph, weights: &[usize]) {
        let mut weight = weights.to_vec();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); weights.len()];
        // Children come later in the order than what they are placed in.
        for &node in graph.order.iter().rev() {
            let mut heavy = std::mem::take(&mut children[node]);
            heavy.sort_by_key(|&child| weight[child]);
            weight[node] += heavy.iter().map(|&child| weight[child]).sum::<usize>();
            while weight[node] > PART_WEIGHT {
                let Some(child) = heavy.pop().filter(|&child| weight[child] > 1) else {
                    break;
                };
                self.cut[child] = true;
                weight[node] -= weight[child] - 1;
            }
            if node != graph.start {
                children[self.places.parent[node]].push(node);
            }
        }
    }
}

struct Builder<'a> {
    graph: &'a Graph,
    exits: &'a [Exit],
    plan: Plan,
    /// The roots of parts, found so far.
    parts: Vec<usize>,
    /// The part that each node is the root of.
    part_of: Vec<Option<usize>>,
}

impl Builder<'_> {
    /// Writes the steps of a node and of all that is placed in it.
    fn tree(&mut self, mut node: usize, root: usize, depth: usize, out: &mut Block) {
        loop {
            if node != root && (self.plan.cut[node] || depth + self.blocks(node) > DEPTH) {
                let part = self.part(node);
                out.push(Step::Part(part, Vec::new()));
                return;
            }
            let after = self.plan.after[node].clone();
            if self.plan.is_header[node] {
                let mut body = Vec::new();
                self.within(node, root, depth + after.len() + 1, &mut body);
                let Some(next) = self.blocks_before(&after, vec![Step::Loop(node, body)], root, depth, out) else {
                    return;
                };
                node = next;
                continue;
            }
            let within = self.plan.within[node].clone();
            if within.is_empty() {
                match self.core(node, root, depth, out) {
                    Some(next) => node = next,
                    None => return,
                }
            } else {
                let mut core = Vec::new();
                self.straight(node, root, depth + within.len(), &mut core);
                match self.blocks_before(&within, core, root, depth, out) {
                    Some(next) => node = next,
                    None => return,
                }
            }
        }
    }

    fn blocks(&self, node: usize) -> usize {
        self.plan.within[node].len() + self.plan.after[node].len() + usize::from(self.plan.is_header[node])
    }

    /// The body of a loop: the header with what follows inside.
    fn within(&mut self, node: usize, root: usize, depth: usize, out: &mut Block) {
        let within = self.plan.within[node].clone();
        let mut core = Vec::new();
        self.straight(node, root, depth + within.len(), &mut core);
        if let Some(next) = self.blocks_before(&within, core, root, depth, out) {
            self.tree(next, root, depth, out);
        }
    }

    /// The node itself and what follows it inline.
    fn straight(&mut self, node: usize, root: usize, depth: usize, out: &mut Block) {
        if let Some(next) = self.core(node, root, depth, out) {
            self.tree(next, root, depth, out);
        }
    }

    /// Puts `core` into one block for each of `following`; all but the last get their steps here, the last is answered.
    fn blocks_before(
        &mut self,
        following: &[usize],
        mut core: Block,
        root: usize,
        depth: usize,
        out: &mut Block,
    ) -> Option<usize> {
        let Some((&last, earlier)) = following.split_last() else {
            out.append(&mut core);
            return None;
        };
        for (place, &node) in earlier.iter().enumerate() {
            core = vec![Step::Before(node, core)];
            self.tree(node, root, depth + following.len() - place, &mut core);
        }
        out.push(Step::Before(last, core));
        Some(last)
    }

    /// Runs the node; the node that follows it inline, if there is one, is answered.
    fn core(&mut self, node: usize, root: usize, depth: usize, out: &mut Block) -> Option<usize> {
        match &self.exits[node] {
            Exit::Fail => {
                out.push(Step::Run(node));
                None
            }
            Exit::Goto(goto) => {
                out.push(Step::Run(node));
                self.jump(node, *goto, out)
            }
            Exit::Choose(targets) => {
                let arms = targets
                    .iter()
                    .map(|&target| self.arm(node, target, root, depth))
                    .collect();
                out.push(Step::Choose(node, arms));
                None
            }
            Exit::Try(goto, caught) => {
                let blocks = caught
                    .iter()
                    .map(|&target| self.arm(node, target, root, depth))
                    .collect();
                out.push(Step::Try(node, blocks));
                self.jump(node, *goto, out)
            }
        }
    }

    fn arm(&mut self, from: usize, target: usize, root: usize, depth: usize) -> Block {
        let mut block = Vec::new();
        if let Some(next) = self.jump(from, Goto::State(target), &mut block) {
            self.tree(next, root, depth + 1, &mut block);
        }
        block
    }

    /// A jump, unless the steps of its target stand right here.
    fn jump(&self, from: usize, goto: Goto, out: &mut Block) -> Option<usize> {
        match goto {
            Goto::State(target) if self.plan.inline[target] && !self.graph.is_backward(from, target) => Some(target),
            goto => {
                out.push(Step::Goto(goto));
                None
            }
        }
    }

    fn part(&mut self, root: usize) -> usize {
        *self.part_of[root].get_or_insert_with(|| {
            self.parts.push(root);
            self.parts.len() - 1
        })
    }

    /// Finds where each part goes on, and writes it down where the part is called. Says whether that is few places.
    fn set_exits(&self, parts: &mut [Part]) -> bool {
        let mut exits: Vec<Vec<(Goto, Origin)>> = vec![Vec::new(); parts.len()];
        // A part calls only later ones.
        for (index, part) in parts.iter().enumerate().rev() {
            let (states, called) = part.members();
            let own = states.into_iter().flat_map(|state| self.ways_out(state));
            let called = called.into_iter().flat_map(|part| exits[part].iter().copied());
            let mut first: BTreeMap<Goto, Origin> = BTreeMap::new();
            for (goto, origin) in own.chain(called) {
                // A jump back to the root repeats its loop, unless it has none.
                if !matches!(goto, Goto::State(target) if self.plan.places.is_within(target, part.root)) {
                    let known = first.entry(goto).or_insert(origin);
                    *known = origin.min(*known);
                }
            }
            if first.len() > PART_EXITS {
                return false;
            }
            let mut found: Vec<_> = first.into_iter().collect();
            found.sort_by_key(|&(_, origin)| origin);
            exits[index] = found;
        }
        for (part, exits) in parts.iter_mut().zip(&exits) {
            part.exits = exits.iter().map(|&(goto, _)| goto).collect();
        }
        let exits: Vec<Vec<Goto>> = parts.iter().map(|part| part.exits.clone()).collect();
        parts.iter_mut().for_each(|part| set_exits(&mut part.body, &exits));
        true
    }

    /// Where control may go after a state.
    fn ways_out(&self, state: usize) -> impl Iterator<Item = (Goto, Origin)> {
        let from = self.graph.number[state];
        let end = self.exits[state].ends().then_some((Goto::End, (from, usize::MAX)));
        let targets = self.exits[state].targets().into_iter().enumerate();
        targets
            .map(move |(way, target)| (Goto::State(target), (from, way)))
            .chain(end)
    }
}

/// Where a way out of a part comes from: the place of a state in the order, and which of its ways.
type Origin = (usize, usize);

/// Writes down where the called parts go on. Such a call is the last step of its block; what has one way out goes on there.
fn set_exits(block: &mut Block, exits: &[Vec<Goto>]) {
    for step in block.iter_mut() {
        match step {
            Step::Choose(_, blocks) | Step::Try(_, blocks) => {
                blocks.iter_mut().for_each(|block| set_exits(block, exits));
            }
            Step::Loop(_, body) | Step::Before(_, body) => set_exits(body, exits),
            Step::Part(part, ways) => ways.clone_from(&exits[*part]),
            Step::Run(_) | Step::Goto(_) => {}
        }
    }
    let only = match block.last() {
        Some(Step::Part(_, ways)) if ways.len() == 1 => ways[0],
        _ => return,
    };
    block.push(Step::Goto(only));
}
