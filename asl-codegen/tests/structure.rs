//! Random graphs: the structured form takes the same way through the states as a direct walk.

use asl_codegen::flow::{Block, Exit, Flow, Goto, Part, Step, structure};
use proptest::prelude::*;

/// Mostly forward edges with some back edges make reducible graphs likely.
fn machine() -> impl Strategy<Value = Vec<Exit>> {
    (1..40usize).prop_flat_map(|states| (0..states).map(|from| exit(from, states)).collect::<Vec<_>>())
}

fn exit(from: usize, states: usize) -> impl Strategy<Value = Exit> {
    let target = prop_oneof![
        8 => (1..4usize).prop_map(move |ahead| (from + ahead).min(states - 1)),
        1 => (0..=from).boxed(),
    ];
    let goto = prop_oneof![1 => Just(Goto::End), 6 => target.clone().prop_map(Goto::State)];
    prop_oneof![
        1 => Just(Exit::Fail),
        5 => goto.clone().prop_map(Exit::Goto),
        4 => proptest::collection::btree_set(target.clone(), 1..4).prop_map(|to| Exit::Choose(to.into_iter().collect())),
        3 => (goto, proptest::collection::vec(target, 1..3)).prop_map(|(goto, caught)| Exit::Try(goto, caught)),
    ]
}

/// Which way a state goes at a visit.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

const STEPS: usize = 200;

fn walk(exits: &[Exit], mut dice: Dice) -> Vec<usize> {
    let mut path = Vec::new();
    let mut at = 0;
    while path.len() < STEPS {
        path.push(at);
        let goto = match &exits[at] {
            Exit::Fail => return path,
            Exit::Goto(goto) => *goto,
            Exit::Choose(targets) => Goto::State(targets[dice.throw(targets.len())]),
            Exit::Try(goto, caught) => match dice.throw(caught.len() + 1) {
                0 => *goto,
                n => Goto::State(caught[n - 1]),
            },
        };
        match goto {
            Goto::State(next) => at = next,
            Goto::End => return path,
        }
    }
    path
}

/// What running a block came to.
enum Left {
    /// The end of the block.
    Through,
    Jump(Goto),
    Stopped,
}

struct Runner<'a> {
    exits: &'a [Exit],
    parts: &'a [Part],
    path: Vec<usize>,
    dice: Dice,
}

impl Runner<'_> {
    fn visit(&mut self, state: usize) -> bool {
        let goes_on = self.path.len() < STEPS;
        if goes_on {
            self.path.push(state);
        }
        goes_on
    }

    fn block(&mut self, block: &Block) -> Left {
        for step in block {
            match self.step(step) {
                Left::Through => {}
                left => return left,
            }
        }
        Left::Through
    }

    fn step(&mut self, step: &Step) -> Left {
        match step {
            Step::Run(state) if self.visit(*state) && self.exits[*state] != Exit::Fail => Left::Through,
            Step::Choose(state, arms) if self.visit(*state) => {
                let arm = self.dice.throw(arms.len());
                self.block(&arms[arm])
            }
            Step::Try(state, caught) if self.visit(*state) => match self.dice.throw(caught.len() + 1) {
                0 => Left::Through,
                n => match self.block(&caught[n - 1]) {
                    Left::Through => panic!("a Catcher's block runs into what follows success"),
                    left => left,
                },
            },
            Step::Run(_) | Step::Choose(..) | Step::Try(..) => Left::Stopped,
            Step::Loop(header, body) => loop {
                match self.block(body) {
                    Left::Through => panic!("the end of a loop is an explicit jump"),
                    Left::Jump(Goto::State(to)) if to == *header => {}
                    left => return left,
                }
            },
            Step::Before(state, body) => match self.block(body) {
                Left::Through => panic!("the end of a block is an explicit jump"),
                Left::Jump(Goto::State(to)) if to == *state => Left::Through,
                left => left,
            },
            Step::Goto(goto) => Left::Jump(*goto),
            Step::Part(part, exits) => {
                let part = &self.parts[*part];
                assert_eq!(&part.exits, exits);
                match self.block(&part.body) {
                    Left::Through => panic!("the end of a part is an explicit jump"),
                    Left::Jump(goto) => {
                        assert!(exits.contains(&goto), "{goto:?} is no exit of {part:?}");
                        Left::Jump(goto)
                    }
                    Left::Stopped => Left::Stopped,
                }
            }
        }
    }
}

/// Whether the graph could be structured; that it then behaves is asserted.
fn check(exits: &[Exit], seed: u64, weight: usize) -> bool {
    let Flow::Structured(parts) = structure(0, exits, &vec![weight; exits.len()]) else {
        return false;
    };
    let mut runner = Runner {
        exits,
        parts: &parts,
        path: Vec::new(),
        dice: Dice(seed),
    };
    runner.block(&parts[0].body);
    assert_eq!(runner.path, walk(exits, Dice(seed)));
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_structured_form_takes_the_same_way(exits in machine(), seed: u64, weight in 1..12usize) {
        check(&exits, seed, weight);
    }
}

#[test]
fn long_chains_and_deep_nests_are_cut_into_parts() {
    let chain: Vec<Exit> = (1..=5000)
        .map(|n| Exit::Goto(if n == 5000 { Goto::End } else { Goto::State(n) }))
        .collect();
    assert!(check(&chain, 0, 1));
    // Each Choice leads to a Fail or to the next Choice, so each nests in the one before.
    let nest: Vec<Exit> = (0..3000)
        .map(|n| match n {
            2998 => Exit::Goto(Goto::End),
            n if n % 2 == 1 => Exit::Fail,
            n => Exit::Choose(vec![n + 1, n + 2]),
        })
        .collect();
    assert!((0..20).all(|seed| check(&nest, seed, 0)));
    // Loops in one another: each state of the second half jumps back to one of the first.
    let loops: Vec<Exit> = (0..2000)
        .map(|n| match n {
            1999 => Exit::Goto(Goto::End),
            n if n < 1000 => Exit::Goto(Goto::State(n + 1)),
            n => Exit::Choose(vec![n + 1, 1999 - n]),
        })
        .collect();
    assert!(check(&loops, 3, 1));
}

#[test]
fn a_poll_loop_reads_as_one() {
    // 0 submit, 1 wait, 2 poll, 3 done?, 4 finish, 5 failed
    let exits = [
        Exit::Goto(Goto::State(1)),
        Exit::Goto(Goto::State(2)),
        Exit::Goto(Goto::State(3)),
        Exit::Choose(vec![4, 5, 1]),
        Exit::Goto(Goto::State(6)),
        Exit::Fail,
        Exit::Goto(Goto::End),
    ];
    let Flow::Structured(parts) = structure(0, &exits, &[1; 7]) else {
        panic!("reducible")
    };
    let turn = vec![
        Step::Run(1),
        Step::Run(2),
        Step::Choose(
            3,
            vec![
                vec![Step::Goto(Goto::State(4))],
                vec![Step::Run(5)],
                vec![Step::Goto(Goto::State(1))],
            ],
        ),
    ];
    let body = vec![
        Step::Run(0),
        Step::Before(4, vec![Step::Loop(1, turn)]),
        Step::Run(4),
        Step::Run(6),
        Step::Goto(Goto::End),
    ];
    assert_eq!(
        parts,
        [Part {
            root: 0,
            body,
            exits: vec![Goto::End]
        }]
    );
}

/// As long as a definition can be, and longer.
const MANY: usize = 100_000;

fn parts(exits: &[Exit]) -> Option<Vec<Part>> {
    let weights = vec![1; exits.len()];
    match structure(0, exits, &weights) {
        Flow::Structured(parts) => Some(parts),
        Flow::Dispatch => None,
    }
}

#[test]
fn long_flows_take_no_longer_than_they_are() {
    let next = |state: usize| Goto::State(state + 1);
    let last = |state: usize| state + 1 == MANY;
    let chain: Vec<Exit> = (0..MANY)
        .map(|state| match last(state) {
            true => Exit::Fail,
            false => Exit::Try(next(state), vec![MANY - 1]),
        })
        .collect();
    assert!(parts(&chain).is_some_and(|parts| parts.len() > MANY / 40));
    // The first half are the headers of loops, each of which holds the next.
    let loops: Vec<Exit> = (0..MANY)
        .map(|state| match state {
            state if last(state) => Exit::Fail,
            state if state < MANY / 2 => Exit::Goto(next(state)),
            state => Exit::Choose(vec![state + 1, MANY - 1 - state]),
        })
        .collect();
    assert!(parts(&loops).is_some());
    let fan: Vec<Exit> = (0..MANY)
        .map(|state| match state {
            0 => Exit::Choose((1..MANY).collect()),
            _ => Exit::Fail,
        })
        .collect();
    assert!(parts(&fan).is_some());
}

#[test]
fn too_many_ways_out_are_dispatched() {
    // Each of the first half can also go to its own one of the second half, and the last of the first half to all of them.
    let ladder = |half: usize| -> Vec<Exit> {
        (0..2 * half)
            .map(|state| match state {
                state if state + 1 < half => Exit::Choose(vec![state + 1, half + state]),
                state if state + 1 == half => Exit::Choose((half..2 * half).collect()),
                _ => Exit::Fail,
            })
            .collect()
    };
    assert!(parts(&ladder(60)).is_some_and(|parts| parts.len() > 1));
    assert!(parts(&ladder(1000)).is_none());
    assert!(parts(&ladder(MANY / 2)).is_none());
}
