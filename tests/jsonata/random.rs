//! Random expressions, and random data that they find something in: the same for the same seed.
//!
//! A grammar of templates. `‹num›` stands for an expression that most likely gives a number, `‹num!›` for one as an operand,
//! `‹num@item›` for one whose context value is an item, `‹num+o›` for one that sees `$o`. A variable's name tells its type.

use serde_json::{Map, Value, json};

/// A source of random numbers (splitmix64).
pub struct Random(u64);

/// What an expression sees: the context value, and the variables as the letters of their names.
#[derive(Clone)]
struct Scope {
    here: String,
    variables: String,
}

/// The names that each expression can use without binding them: a number and an item.
pub const BOUND: [&str; 2] = ["n", "o"];

/// The seed of everything.
const SEED: u64 = 20_601;

/// How deep templates are put into each other.
const DEPTH: usize = 4;

/// One of so many holes is filled with what does not fit.
const ODD: usize = 24;

/// The types, and the rules for each: first those without holes for the context values, then the others.
const RULES: &[(&str, &[&str])] = &[
    (
        "num",
        &[
            "‹num!› + ‹num!›",
            "‹num!› - ‹num!›",
            "‹num!› * ‹num!›",
            "‹num!› / ‹num!›",
            "‹num!› % ‹num!›",
            "-‹num!›",
            "$sum(‹nums›)",
            "$max(‹nums›)",
            "$min(‹nums›)",
            "$average(‹nums›)",
            "$count(‹items›)",
            "$count(‹any›)",
            "$length(‹str›)",
            "$number(‹str›)",
            "$number(‹bool›)",
            "$abs(‹num›)",
            "$floor(‹num›)",
            "$ceil(‹num›)",
            "$round(‹num›)",
            "$round(‹num›, ‹digit›)",
            "$power(‹num›, ‹digit›)",
            "$sqrt(‹num›)",
            "$parseInteger(‹str›, '0')",
            "$toMillis(‹time›)",
            "$reduce(‹nums›, function($n, $m) { ‹num+nm› })",
            "$reduce(‹items›, function($n, $o) { $n + ‹num+no› }, 0)",
            "$single(‹nums›, function($n) { ‹bool+n› })",
            "‹nums!›[‹digit›]",
            "‹nums!›[-1]",
            "‹nums!›[‹bool@num›]",
            "‹item!›.‹num@item›",
            "‹num!› ~> $abs",
            "‹nums!› ~> $sum()",
            "($f := function($n) { ‹num+n› }; $f(‹num›))",
        ],
    ),
    (
        "str",
        &[
            "‹str!› & ‹str!›",
            "‹str!› & ‹any!›",
            "$string(‹any›)",
            "$string(‹any›, true)",
            "$substring(‹str›, ‹digit›)",
            "$substring(‹str›, ‹num›, ‹digit›)",
            "$substringBefore(‹str›, ‹str›)",
            "$substringAfter(‹str›, ‹str›)",
            "$uppercase(‹str›)",
            "$lowercase(‹str›)",
            "$trim(‹str›)",
            "$pad(‹str›, ‹digit›)",
            "$pad(‹str›, -‹digit›, '#')",
            "$join(‹strs›)",
            "$join(‹strs›, ', ')",
            "$replace(‹str›, ‹str›, ‹str›)",
            "$replace(‹str›, ‹regex›, '[$1]')",
            "$replace(‹str›, ‹regex›, function($x) { $x.match & ‹str› }, 1)",
            "$formatBase(‹num›, 16)",
            "$formatInteger(‹num›, 'w')",
            "$formatInteger(‹num›, 'I')",
            "$formatNumber(‹num›, '#,##0.00')",
            "$fromMillis(‹digit› * 86400000)",
            "$type(‹any›)",
            "$base64encode(‹str›)",
            "$encodeUrlComponent(‹str›)",
            "$encodeUrl(‹str›)",
            "$lookup(‹item›, 'id')",
            "‹strs!›[‹digit›]",
            "‹strs!›[$contains($, 'a')]",
            "‹item!›.‹str@item›",
            "‹str!› ~> $uppercase()",
            "‹str!› ~> $substringBefore('b') ~> $trim",
            "($f := $uppercase ~> $trim; $f(‹str›))",
            "$match(‹str›, ‹regex›).match",
            "$match(‹str›, ‹regex›, 1).groups",
        ],
    ),
    (
        "bool",
        &[
            "‹num!› < ‹num!›",
            "‹num!› >= ‹num!›",
            "‹str!› > ‹str!›",
            "‹str!› <= ‹str!›",
            "‹num!› = ‹num!›",
            "‹str!› = ‹str!›",
            "‹any!› = ‹any!›",
            "‹any!› != ‹any!›",
            "‹num!› in ‹nums!›",
            "‹str!› in ‹strs!›",
            "‹bool!› and ‹bool!›",
            "‹bool!› or ‹bool!›",
            "‹any!› and ‹any!›",
            "‹any!› or ‹bool!›",
            "$not(‹bool›)",
            "$not(‹any›)",
            "$boolean(‹any›)",
            "$exists(‹any›)",
            "$contains(‹str›, ‹str›)",
            "$contains(‹str›, ‹regex›)",
            "‹item!›.‹bool@item›",
        ],
    ),
    (
        "nums",
        &[
            "[‹num›, ‹num›]",
            "[‹num›, ‹nums›, ‹num›]",
            "[‹digit›..‹digit›]",
            "[0..‹num›[$ < 20]]",
            "‹items!›.‹num@item›",
            "‹items!›.(‹num@item›)",
            "‹items!›.[‹num@item›, ‹num@item›]",
            "‹items!›.price[]",
            "‹items!›.price[‹digit›]",
            "‹items!›.sub.qty",
            "‹nums!›[‹bool@num›]",
            "‹nums!›[[‹digit›..‹digit›]]",
            "‹nums!›.(‹num@num›)",
            "‹nums!›^($)",
            "‹nums!›^(>$)",
            "$sort(‹nums›)",
            "$sort(‹nums›, function($n, $m) { $n < $m })",
            "$map(‹nums›, function($n) { ‹num+n› })",
            "$map(‹nums›, function($n, $m) { $n + $m })",
            "$map(‹nums›, $abs)",
            "$map(‹items›, function($o) { ‹num+o› })",
            "$map(‹items›, function($o, $n, $p) { ‹num+onp› })",
            "$filter(‹nums›, function($n) { ‹bool+n› })",
            "$filter(‹nums›, function($n, $m, $a) { $n = $max($a) or $m < 1 })",
            "$append(‹nums›, ‹nums›)",
            "$append(‹num›, ‹any›)",
            "$reverse(‹nums›)",
            "$distinct(‹nums›)",
            "$zip(‹nums›, ‹nums›)",
            "$each(‹item›, function($x, $s) { $length($s) })",
            "‹nums!› ~> $map(function($n) { ‹num+n› }) ~> $reverse()",
            "$partition(‹nums›, 2)",
            "$range(‹digit›, 9, ‹digit›)",
            "$single(‹items›, function($o) { ‹bool+o› }).(‹nums@item›)",
            "$spread(‹item›).*",
        ],
    ),
    (
        "strs",
        &[
            "[‹str›, ‹str›]",
            "[‹strs›, ‹any›]",
            "$split(‹str›, ' ')",
            "$split(‹str›, '')",
            "$split(‹str›, ‹regex›)",
            "$split(‹str›, ',', ‹digit›)",
            "$keys(‹item›)",
            "$keys(‹items›)",
            "‹items!›.‹str@item›",
            "‹items!›.tags[0]",
            "‹items!›.(tags[0])",
            "‹items!›.(tags)[0]",
            "‹items!›.tags[]",
            "‹items!›.(‹str@item› & ‹num@item›)",
            "‹strs!›^($)",
            "‹strs!›^(>$length($), $)",
            "$sort(‹strs›)",
            "$map(‹strs›, $uppercase)",
            "$map(‹strs›, function($s, $n) { ‹str+sn› })",
            "$filter(‹strs›, function($s) { ‹bool+s› })",
            "$distinct(‹strs›)",
            "$each(‹item›, function($x, $s) { $s & ': ' & $x })",
            "‹strs!›.(‹str@str›)",
            "‹strs!›.$uppercase($)",
            "‹strs!›.$length()",
        ],
    ),
    (
        "item",
        &[
            "{'id': ‹str›, 'price': ‹num›}",
            "{'price': ‹num›, ‹str›: ‹any›}",
            "{'tags': ‹strs›, 'sub': ‹items›, 'on': ‹bool›}",
            "{}",
            "‹items!›[‹digit›]",
            "‹items!›[-‹digit›]",
            "‹items!›[‹bool@item›][0]",
            "‹items!›[price = $max(‹nums›)]",
            "‹items!›{id: price}",
            "‹items!›{id: $sum(price), 'n': $count($)}",
            "‹items!›{‹str@item›: ‹num@item›}",
            "‹items!›.dims{$string(w): $}",
            "‹items!›^(price){$string(on): id}",
            "$merge([‹item›, ‹item›])",
            "$merge(‹items›)",
            "$sift(‹item›, function($x) { $exists($x.id) or $type($x) = 'number' })",
            "$sift(‹item›, function($x, $s) { ‹bool+s› })",
            "$reduce(‹items›, function($o, $p) { $merge([$o, $p]) })",
            "$single(‹items›, function($o) { ‹bool+o› })",
            "$lookup(‹items›, 'dims')",
            "‹item!›.dims",
            "‹item!›.{'price': w, 'qty': ‹num@item›}",
            "$clone(‹item›)",
        ],
    ),
    (
        "items",
        &[
            "[‹item›, ‹item›]",
            "‹items!›[‹bool@item›]",
            "‹items!›[‹bool@item›][‹bool@item›]",
            "‹items!›[‹digit›]",
            "‹items!›[[‹digit›, ‹digit›]]",
            "‹items!›[‹num@item›]",
            "‹items!›[‹any@item›]",
            "‹items!›[]",
            "‹items!›.sub",
            "‹items!›.sub[‹bool@item›]",
            "‹items!›.sub[‹digit›]",
            "(‹items!›.sub)[‹digit›]",
            "‹items!›.{'id': ‹str@item›, 'qty': ‹num@item›}",
            "‹items!›.{‹str@item›: ‹any@item›}",
            "‹items!›.[‹item@item›]",
            "‹items!›^(price)",
            "‹items!›^(>qty, id)",
            "‹items!›^(‹num@item›)",
            "‹items!›^(<‹str@item›)[0]",
            "‹items!›^(price).sub",
            "‹items!›.(sub^(>price)[0])",
            "$filter(‹items›, function($o) { ‹bool+o› })",
            "$filter(‹items›, function($o, $n) { $n < ‹num+o› })",
            "$map(‹items›, function($o) { ‹item+o› })",
            "$map(‹items›, function($o, $n) { {'id': $o.id, 'at': $n} })",
            "$sort(‹items›, function($o, $p) { $o.price > $p.price })",
            "$append(‹items›, ‹item›)",
            "$append(‹items›, ‹items›)",
            "$reverse(‹items›)",
            "$distinct(‹items›)",
            "$spread(‹item›)",
            "$spread(‹items›)",
            "$partition(‹items›, ‹digit›)",
            "‹items!› ~> $filter(function($o) { ‹bool+o› })",
            "**[‹bool@item›]",
            "‹item!›.*[‹bool@item›]",
            "*.‹items@item›",
        ],
    ),
    (
        "any",
        &[
            "‹num›",
            "‹str›",
            "‹bool›",
            "‹nums›",
            "‹strs›",
            "‹item›",
            "‹items›",
            "*",
            "**",
            "‹items!›.*",
            "‹items!›.**",
            "‹item!›.*",
            "‹item!›.**.price",
            "*.price",
            "**.id",
            "‹any!›.*",
            "‹any!›[0]",
            "‹any!›[]",
            "‹any!›[-1].*",
            "[‹any›]",
            "[[‹any›]]",
            "[‹any›, ‹any›].id",
            "[‹any›][0]",
            "‹any!›.[‹any@item›]",
            "‹any!›.{'a': $}",
            "‹any!›.($)",
            "$distinct(‹any›)",
            "$reverse(‹any›)",
            "$append(‹any›, ‹any›)",
            "$map(‹any›, function($x) { ‹any+x› })",
            "$map(‹any›, function($x) { $x })[]",
            "$filter(‹any›, function($x) { $x })",
            "$each(‹any›, function($x) { $x })",
            "$lookup(‹any›, 'a')",
            "$spread(‹any›)",
            "$merge(‹any›)",
            "$match(‹str›, ‹regex›)",
            "$zip(‹any›, ‹any›)",
            "$single(‹any›)",
            "($x := ‹any›; ‹any+x›)",
            "($x := ‹any›; $y := ‹any+x›; [‹any+xy›, ‹any+xy›])",
            "($f := function($x) { ‹any+x› }; [$f(‹any›), $f(‹any›)])",
            "($f := function($x, $y) { $exists($y) ? ‹any+xy› : $x }; $f(‹any›))",
            "function($x) { ‹any+x› }(‹any›)",
            "(‹any›; ‹any›)",
            "(‹any›).(‹any@item›)",
        ],
    ),
    ("digit", &["0", "1", "2", "3", "4"]),
    ("time", &["'2024-02-29T12:34:56Z'", "'2017-11-07'", "‹str›"]),
    (
        "regex",
        &["/a/", "/[a-c]+/", "/(b)(c)?/i", "/\\d+/", "/\\s+/", "/^.|.$/"],
    ),
];

/// What gives a value of a type without more: of each context value, of each variable, and anywhere.
const LEAVES: &[(&str, &str, &[&str])] = &[
    ("root", "num", &["count", "one.price", "deep.a.b", "nums[0]"]),
    ("root", "str", &["name", "one.id", "deep.c"]),
    ("root", "bool", &["flag", "one.on"]),
    (
        "root",
        "nums",
        &[
            "nums",
            "items.price",
            "items.sub.qty",
            "matrix",
            "matrix[0]",
            "deep.a.b",
        ],
    ),
    ("root", "strs", &["tags", "items.id", "items.tags", "items.sub.tags"]),
    ("root", "item", &["one", "items[0]", "deep", "$"]),
    ("root", "items", &["items", "items.sub", "one", "one.sub"]),
    (
        "root",
        "any",
        &["none", "missing", "mixed", "deep", "matrix", "empty", "$", "mixed.a"],
    ),
    ("item", "num", &["price", "qty", "dims.w", "sub[0].price", "qty"]),
    ("item", "str", &["id", "tags[0]"]),
    ("item", "bool", &["on", "price > 2", "qty = 1"]),
    ("item", "nums", &["sub.price", "dims.*", "[price, qty]"]),
    ("item", "strs", &["tags", "sub.id"]),
    ("item", "item", &["$", "dims", "sub[0]"]),
    ("item", "items", &["sub", "$"]),
    ("item", "any", &["$", "tags", "sub", "missing", "none", "dims"]),
    ("num", "num", &["$", "$ * 2"]),
    ("num", "bool", &["$ > 1", "$ % 2 = 0"]),
    ("num", "any", &["$"]),
    ("str", "str", &["$"]),
    ("str", "bool", &["$ = 'a'", "$length($) > 1"]),
    ("str", "any", &["$"]),
    ("", "num", &["0", "1", "2.5", "-3", "1e3", "$$.count", "$n", "$o.price"]),
    ("", "str", &["'a'", "'b c'", "''", "'é😀'", "'12'", "$$.name", "$o.id"]),
    ("", "bool", &["true", "false", "$$.flag", "$o.on"]),
    ("", "nums", &["[1, 2, 3]", "[1..3]", "[]", "$$.nums", "$$.items.price"]),
    ("", "strs", &["['a', 'b']", "$$.tags", "$$.items.id", "$o.tags"]),
    ("", "item", &["$$.one", "$$.items[0]", "{'id': 'x', 'price': 1}", "$o"]),
    ("", "items", &["$$.items", "$$.items[price > 1]", "[$$.one]", "$o.sub"]),
    ("", "any", &["null", "[]", "{}", "$$.mixed", "$$.missing", "$missing"]),
];

/// What a variable holds.
const VARIABLES: &[(char, &str)] = &[
    ('n', "num"),
    ('m', "num"),
    ('s', "str"),
    ('o', "item"),
    ('p', "item"),
    ('a', "nums"),
    ('x', "any"),
    ('y', "any"),
];

impl Random {
    pub fn new(stream: u64) -> Random {
        Random(SEED.wrapping_mul(stream.wrapping_add(1)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// An expression.
    pub fn expression(&mut self) -> String {
        let scope = Scope {
            here: "root".to_owned(),
            variables: String::new(),
        };
        let depth = 1 + self.below(DEPTH);
        let (kind, _) = RULES[self.below(8)];
        self.fill(kind, &scope, depth)
    }

    fn fill(&mut self, kind: &str, scope: &Scope, depth: usize) -> String {
        let kind = match self.below(ODD) {
            0 => RULES[self.below(8)].0,
            _ => kind,
        };
        if self.below(16) == 0 && depth > 0 {
            let template = format!("‹bool!› ? ‹{kind}› : ‹{kind}›");
            return self.expand(&template, scope, depth - 1);
        }
        let leaves = LEAVES
            .iter()
            .filter(|(here, of, _)| *of == kind && [&scope.here, ""].contains(here));
        let leaves: Vec<&str> = leaves.flat_map(|(_, _, leaves)| leaves.iter().copied()).collect();
        let variables: Vec<char> = VARIABLES
            .iter()
            .filter(|(name, of)| *of == kind && scope.variables.contains(*name))
            .map(|(name, _)| *name)
            .collect();
        if !leaves.is_empty() && (depth == 0 || self.below(4) == 0) {
            return match variables.is_empty() || self.below(2) == 0 {
                true => self.one(&leaves).to_owned(),
                false => format!("${}", self.one(&variables)),
            };
        }
        let rules = RULES
            .iter()
            .find(|(of, _)| *of == kind)
            .map_or(&[][..], |(_, rules)| rules);
        let template = self.one(rules);
        self.expand(template, scope, depth.saturating_sub(1))
    }

    fn expand(&mut self, template: &str, scope: &Scope, depth: usize) -> String {
        let mut text = String::new();
        let mut parts = template.split('‹');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (hole, after) = part.split_once('›').unwrap_or((part, ""));
            let (hole, operand) = hole.strip_suffix('!').map_or((hole, false), |hole| (hole, true));
            let (hole, variables) = hole.split_once('+').unwrap_or((hole, ""));
            let (kind, here) = hole.split_once('@').unwrap_or((hole, &scope.here));
            let inner = Scope {
                here: here.to_owned(),
                variables: format!("{}{variables}", scope.variables),
            };
            let filled = self.fill(kind, &inner, depth);
            let is_plain = filled.chars().all(|c| c.is_alphanumeric() || "_$.".contains(c));
            // Now and then precedence decides.
            match operand && !is_plain && self.below(8) > 0 {
                true => text.push_str(&format!("({filled})")),
                false => text.push_str(&filled),
            }
            text.push_str(after);
        }
        text
    }

    /// Data for expressions, and values for the names of [`BOUND`].
    pub fn data(&mut self) -> (Value, [Value; 2]) {
        let mut root = Map::new();
        let fields: &[(&str, &str)] = &[
            ("count", "num"),
            ("name", "str"),
            ("flag", "bool"),
            ("none", "null"),
            ("nums", "nums"),
            ("tags", "strs"),
            ("items", "items"),
            ("one", "item"),
            ("mixed", "mixed"),
            ("matrix", "matrix"),
        ];
        for (name, kind) in fields {
            self.member(&mut root, name, kind, 3);
        }
        root.insert(
            "empty".to_owned(),
            self.one(&["[]", "{}", "\"\""]).parse().unwrap_or_default(),
        );
        let (b, c) = (self.value("num", 0), self.value("str", 0));
        root.insert("deep".to_owned(), json!({"a": {"b": b}, "c": c}));
        // Not all input is an object.
        let root = match self.below(12) {
            0 => json!([root, {"name": "second"}]),
            1 => self.value("items", 2),
            _ => Value::Object(root),
        };
        (root, [self.value("num", 0), self.value("item", 2)])
    }

    fn member(&mut self, to: &mut Map<String, Value>, name: &str, kind: &str, depth: usize) {
        let kind = match self.below(16) {
            0 => return,
            1 => self.one(&["num", "str", "nums", "null", "item"]),
            _ => kind,
        };
        let value = self.value(kind, depth);
        to.insert(name.to_owned(), value);
    }

    fn value(&mut self, kind: &str, depth: usize) -> Value {
        let all = |random: &mut Random, kind: &str, most: usize| {
            let count = random.below(most + 1);
            let mut values: Vec<Value> = (0..count)
                .map(|_| random.value(kind, depth.saturating_sub(1)))
                .collect();
            match values.len() {
                1 if random.below(2) == 0 => values.remove(0),
                _ => Value::Array(values),
            }
        };
        match kind {
            "num" => self.one(&["0", "1", "2", "3", "-1", "0.5", "2.5", "10", "12345.678", "1e6", "7"]),
            "str" => self.one(&[
                "\"a\"",
                "\"b\"",
                "\"\"",
                "\"ab bc\"",
                "\"12\"",
                "\"é😀\"",
                "\" x \"",
                "\"a,b,c\"",
            ]),
            "bool" => self.one(&["true", "false"]),
            "nums" => return all(self, "num", 4),
            "strs" => return all(self, "str", 3),
            "items" => return all(self, "item", 4),
            "matrix" => return all(self, "nums", 3),
            "mixed" => {
                let kind = self.one(&["num", "str", "bool", "null", "item", "nums", "strs"]);
                let second = self.one(&["num", "str", "item", "nums"]);
                return json!([self.value(kind, 1), self.value(second, 1), {"a": 1}]);
            }
            "item" => {
                let mut item = Map::new();
                for (name, kind) in [
                    ("id", "str"),
                    ("price", "num"),
                    ("qty", "num"),
                    ("on", "bool"),
                    ("tags", "strs"),
                ] {
                    self.member(&mut item, name, kind, 0);
                }
                if depth > 0 {
                    self.member(&mut item, "sub", "items", depth - 1);
                    item.insert("dims".to_owned(), json!({"w": self.value("num", 0), "h": 2}));
                }
                return Value::Object(item);
            }
            _ => "null",
        }
        .parse()
        .unwrap_or_default()
    }
}
