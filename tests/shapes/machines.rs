//! Random machines.

use super::random::{NAMES, object, value};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

/// Writes one machine; no two states of it share a name.
pub struct Machines<'r> {
    pub rng: &'r mut StdRng,
    pub states: usize,
    /// How deep the scope lies: only the outermost one assigns.
    pub depth: u32,
}

impl Machines<'_> {
    pub fn machine(&mut self) -> Value {
        let mut machine = self.scope();
        // From here on `$v` is assigned everywhere.
        let first = machine["StartAt"].take();
        let start = json!({ "Type": "Pass", "Assign": { "v": value(self.rng, 2), "w.$": "$" }, "Next": first });
        machine["States"]["Start"] = start;
        machine["StartAt"] = json!("Start");
        machine
    }

    fn scope(&mut self) -> Value {
        let count = self.rng.random_range(if self.depth == 0 { 4..8 } else { 1..4 });
        let names: Vec<String> = (0..count).map(|at| format!("S{}", self.states + at)).collect();
        self.states += count;
        let mut states = Map::new();
        for (at, name) in names.iter().enumerate() {
            let state = match names.get(at + 1..) {
                Some(later) if !later.is_empty() => self.state(&names[..=at], later),
                _ => json!({ "Type": "Succeed" }),
            };
            states.insert(name.clone(), state);
        }
        // Each state is named by the one before it, so that all can be reached.
        json!({ "StartAt": names[0], "States": states })
    }

    fn inner(&mut self) -> Value {
        self.depth += 1;
        let scope = self.scope();
        self.depth -= 1;
        scope
    }

    fn state(&mut self, before: &[String], later: &[String]) -> Value {
        let mut state = match self.rng.random_range(0..if self.depth < 2 { 12 } else { 9 }) {
            0 | 1 => self.pass(),
            2 => return self.jsonata(later),
            3 | 4 => return self.choice(later),
            5..=8 => self.task(later),
            9 => {
                let branches: Vec<Value> = (0..2).map(|_| self.inner()).collect();
                let mut parallel = json!({ "Type": "Parallel", "Branches": branches });
                self.maybe_template(&mut parallel, "Parameters");
                self.caught(&mut parallel, later);
                parallel
            }
            _ => {
                let mut map = json!({ "Type": "Map", "ItemProcessor": self.inner() });
                if self.rng.random_bool(0.8) {
                    let name = self.name();
                    map["ItemsPath"] =
                        json!(["$v".to_owned(), format!("$.{name}"), format!("$.{name}")].choose(self.rng));
                }
                if self.rng.random_bool(0.5) {
                    map["ItemSelector"] =
                        json!({ "a.$": "$$.Map.Item.Value", "b.$": "$$.Map.Item.Index", "c": value(self.rng, 1) });
                }
                self.caught(&mut map, later);
                map
            }
        };
        if state["Type"] != "Pass" && self.rng.random_bool(0.3) {
            state["ResultSelector"] = self.template();
        }
        match self.rng.random_range(0..6) {
            0 => state["ResultPath"] = Value::Null,
            1 | 2 => state["ResultPath"] = json!(format!("$.{}", self.name())),
            3 => state["ResultPath"] = json!(format!("$.{}.{}", self.name(), self.name())),
            _ => {}
        }
        if self.rng.random_bool(0.15) {
            state["InputPath"] = json!(self.path());
        }
        if self.rng.random_bool(0.15) {
            state["OutputPath"] = json!(self.path());
        }
        // Only a task leads back: so many of them can run.
        let leads_back = state["Type"] == "Task" && self.rng.random_bool(0.3);
        state["Next"] = json!(if leads_back {
            before.choose(self.rng)
        } else {
            later.first()
        });
        if leads_back {
            state["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.c", "Next": later[0] }]);
        }
        state
    }

    fn pass(&mut self) -> Value {
        let mut pass = json!({ "Type": "Pass" });
        match self.rng.random_range(0..3) {
            0 => pass["Result"] = object(self.rng, 2),
            1 => pass["Parameters"] = self.template(),
            _ => {}
        }
        if self.depth == 0 && self.rng.random_bool(0.3) {
            pass["Assign"] = json!({ "v.$": self.path() });
        }
        pass
    }

    fn task(&mut self, later: &[String]) -> Value {
        let mut task = json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work" });
        self.maybe_template(&mut task, "Parameters");
        self.caught(&mut task, later);
        if self.depth == 0 && self.rng.random_bool(0.2) {
            task["Assign"] = json!({ "w.$": "$" });
        }
        task
    }

    fn caught(&mut self, state: &mut Value, later: &[String]) {
        if self.rng.random_bool(0.5) {
            let mut catcher = json!({ "ErrorEquals": ["States.ALL"], "Next": later.choose(self.rng) });
            match self.rng.random_range(0..3) {
                0 => catcher["ResultPath"] = json!(format!("$.{}", self.name())),
                1 => catcher["ResultPath"] = Value::Null,
                _ => {}
            }
            if self.depth == 0 && self.rng.random_bool(0.3) {
                catcher["Assign"] = json!({ "v.$": "$.Error" });
            }
            state["Catch"] = json!([catcher]);
        }
    }

    fn maybe_template(&mut self, state: &mut Value, field: &str) {
        if self.rng.random_bool(0.5) {
            state[field] = self.template();
        }
    }

    fn template(&mut self) -> Value {
        let mut members = Map::new();
        for name in NAMES {
            match self.rng.random_range(0..6) {
                0 => drop(members.insert(name.to_owned(), value(self.rng, 2))),
                1 | 2 => drop(members.insert(format!("{name}.$"), json!(self.path()))),
                3 => drop(members.insert(format!("{name}.$"), json!(self.call()))),
                4 => drop(members.insert(name.to_owned(), json!([1, { "a.$": self.path() }]))),
                _ => {}
            }
        }
        members.into()
    }

    fn name(&mut self) -> &'static str {
        NAMES.choose(self.rng).unwrap_or(&"a")
    }

    fn path(&mut self) -> String {
        let name = self.name();
        let other = self.name();
        match self.rng.random_range(0..20) {
            0..=3 => "$".to_owned(),
            4..=9 => format!("$.{name}"),
            10 => format!("$.{name}.{other}"),
            11 => format!("$.{name}[0]"),
            12 => format!("$.{name}[*]"),
            13 => format!("$.{name}[*].{other}"),
            14 => format!("$..{name}"),
            15 => format!("$['{name}','{other}']"),
            16 => format!("$.{name}[?(@.{other} == 1)]"),
            17 => "$v".to_owned(),
            18 => format!("$w.{name}"),
            _ => format!("$.{name}[0:1]"),
        }
    }

    fn call(&mut self) -> String {
        let (a, b) = (self.path(), self.path());
        match self.rng.random_range(0..9) {
            0 => format!("States.Array({a}, {b}, 'x')"),
            1 => format!("States.ArrayLength({a})"),
            2 => format!("States.ArrayUnique({a})"),
            3 => format!("States.ArrayGetItem(States.Array({a}, {b}), 1)"),
            4 => format!("States.JsonMerge({a}, {b}, false)"),
            5 => format!("States.MathAdd(1, {a})"),
            6 => format!("States.JsonToString({a})"),
            7 => format!("States.ArrayPartition(States.Array({a}, {b}, 1), 2)"),
            _ => "States.StringSplit('x,y', ',')".to_owned(),
        }
    }

    fn choice(&mut self, later: &[String]) -> Value {
        let rules: Vec<Value> = (0..self.rng.random_range(1..4))
            .map(|_| {
                let mut rule = self.condition(2);
                rule["Next"] = json!(later.choose(self.rng));
                rule
            })
            .collect();
        json!({ "Type": "Choice", "Choices": rules, "Default": later.first() })
    }

    fn condition(&mut self, depth: u32) -> Value {
        match self.rng.random_range(0..if depth == 0 { 1 } else { 5 }) {
            0 | 1 => self.test(),
            2 => json!({ "Not": self.condition(depth - 1) }),
            3 => json!({ "And": [self.present(), self.condition(depth - 1), self.condition(depth - 1)] }),
            _ => json!({ "Or": [self.condition(depth - 1), self.condition(depth - 1)] }),
        }
    }

    fn variable(&mut self) -> String {
        let (name, other) = (self.name(), self.name());
        match self.rng.random_range(0..8) {
            0 => "$v".to_owned(),
            1 => format!("$.{name}.{other}"),
            2 => "$".to_owned(),
            3 => format!("$.{name}[0]"),
            _ => format!("$.{name}"),
        }
    }

    fn present(&mut self) -> Value {
        json!({ "Variable": self.variable(), "IsPresent": self.rng.random_bool(0.7) })
    }

    fn test(&mut self) -> Value {
        let flag = self.rng.random_bool(0.5);
        let (operator, right) = match self.rng.random_range(0..14) {
            0..=3 => ("IsPresent", json!(flag)),
            4 => ("IsNull", json!(flag)),
            5 => ("IsString", json!(flag)),
            6 => ("IsNumeric", json!(flag)),
            7 => ("IsBoolean", json!(flag)),
            8 => ("IsTimestamp", json!(flag)),
            9 => ("StringEquals", json!(["x", "y"].choose(self.rng))),
            10 => ("BooleanEquals", json!(flag)),
            11 => ("NumericGreaterThan", json!(0)),
            12 => ("StringMatches", json!("*x*")),
            _ => ("StringEqualsPath", json!(self.variable())),
        };
        json!({ "Variable": self.variable(), operator: right })
    }

    /// A state in JSONata.
    fn jsonata(&mut self, later: &[String]) -> Value {
        if self.rng.random_bool(0.5) {
            let output = match self.rng.random_bool(0.5) {
                true => json!(self.expression(2)),
                false => json!({ "a": self.expression(2), "b": self.expression(1), "c": [1, self.expression(1)] }),
            };
            let mut pass = json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "Next": later[0] });
            if self.depth == 0 && self.rng.random_bool(0.5) {
                pass["Assign"] = json!({ "v": self.expression(1) });
            }
            return pass;
        }
        let rules: Vec<Value> = (0..self.rng.random_range(1..3))
            .map(|_| {
                let condition = format!("{{% {} %}}", self.truth(2));
                json!({ "Condition": condition, "Next": later.choose(self.rng) })
            })
            .collect();
        json!({ "Type": "Choice", "QueryLanguage": "JSONata", "Choices": rules, "Default": later[0] })
    }

    fn expression(&mut self, depth: u32) -> String {
        format!("{{% {} %}}", self.term(depth))
    }

    fn place(&mut self) -> String {
        let (name, other) = (self.name(), self.name());
        match self.rng.random_range(0..7) {
            0 => "$states.input".to_owned(),
            1 | 2 => format!("$states.input.{name}.{other}"),
            3 => "$v".to_owned(),
            4 => format!("$w.{name}"),
            _ => format!("$states.input.{name}"),
        }
    }

    fn term(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.rng.random_range(0..4) {
                0 => ["'x'", "1", "1.5", "true", "null", "[]"]
                    .choose(self.rng)
                    .unwrap_or(&"1")
                    .to_string(),
                _ => self.place(),
            };
        }
        let (a, b) = (self.term(depth - 1), self.term(depth - 1));
        match self.rng.random_range(0..13) {
            0 => format!("[{a}, {b}]"),
            1 => format!("{{'a': {a}, 'b': {b}}}"),
            2 => format!("{} ? {a} : {b}", self.truth(1)),
            3 => format!("($x := {a}; [$x, {b}])"),
            4 => format!("$count({a}) + 1"),
            5 => format!("$string({a}) & 'x'"),
            6 => format!("$exists({a}) ? ($y := {a}; $y) : 1"),
            7 => format!("({}).{}", a, self.name()),
            8 => format!("$append({a}, {b})"),
            9 => format!("$merge([{{'a': {a}}}, {{'c': {b}}}])"),
            10 => format!("{a} = {b}"),
            _ => a,
        }
    }

    fn truth(&mut self, depth: u32) -> String {
        if depth > 0 && self.rng.random_bool(0.4) {
            let (a, b) = (self.truth(depth - 1), self.truth(depth - 1));
            return match self.rng.random_range(0..3) {
                0 => format!("({a} and {b})"),
                1 => format!("({a} or {b})"),
                _ => format!("$not({a})"),
            };
        }
        let place = self.place();
        match self.rng.random_range(0..6) {
            0 | 1 => format!("$exists({place})"),
            2 => format!("{place} = 'x'"),
            3 => format!("{place} != true"),
            4 => format!("{place} = null"),
            _ => format!("{place} = 1"),
        }
    }
}
