//! Choice states: rules and comparisons.

use super::Parser;
use super::fields::Fields;
use super::jsonata::{Given, is_expression};
use super::path::Wanted;
use super::table::Language;
use super::timestamp::is_timestamp;
use crate::diagnostic::Lint;
use crate::expr::pattern::pattern_pieces;
use crate::json::{Json, Member, Text};
use crate::source::{Span, Spanned};
use crate::syntax::{Choice, Condition, Operator, QueryLanguage, Relation, Right, Rule, Target, Test, TypeTest};

/// The comparison operators (CH-42).
const OPERATORS: [&str; 39] = [
    "StringEquals",
    "StringEqualsPath",
    "StringLessThan",
    "StringLessThanPath",
    "StringGreaterThan",
    "StringGreaterThanPath",
    "StringLessThanEquals",
    "StringLessThanEqualsPath",
    "StringGreaterThanEquals",
    "StringGreaterThanEqualsPath",
    "StringMatches",
    "NumericEquals",
    "NumericEqualsPath",
    "NumericLessThan",
    "NumericLessThanPath",
    "NumericGreaterThan",
    "NumericGreaterThanPath",
    "NumericLessThanEquals",
    "NumericLessThanEqualsPath",
    "NumericGreaterThanEquals",
    "NumericGreaterThanEqualsPath",
    "BooleanEquals",
    "BooleanEqualsPath",
    "TimestampEquals",
    "TimestampEqualsPath",
    "TimestampLessThan",
    "TimestampLessThanPath",
    "TimestampGreaterThan",
    "TimestampGreaterThanPath",
    "TimestampLessThanEquals",
    "TimestampLessThanEqualsPath",
    "TimestampGreaterThanEquals",
    "TimestampGreaterThanEqualsPath",
    "IsNull",
    "IsPresent",
    "IsNumeric",
    "IsString",
    "IsBoolean",
    "IsTimestamp",
];

/// What joins conditions.
const CONNECTIVES: [&str; 3] = ["And", "Or", "Not"];

impl Parser<'_> {
    /// `Choices` and `Default`.
    pub fn choice(&mut self, fields: &Fields, language: QueryLanguage) -> Choice {
        let items = self.non_empty_array(fields, "Choices");
        if items.is_none() {
            self.intact = false;
        }
        let mut rules = Vec::new();
        for (index, item) in items.unwrap_or_default().iter().enumerate() {
            let location = format!("{}[{index}]", fields.location("Choices"));
            let rule = self.object(item, &format!("Choices[{index}]"), None, location);
            let rule = rule.map(|rule| self.rule(&rule, language));
            rules.push(rule.unwrap_or_else(|| {
                self.intact = false;
                Rule {
                    comment: None,
                    condition: None,
                    assign: None,
                    output: None,
                    next: Target::missing(item.span),
                    span: item.span,
                }
            }));
        }
        Choice {
            rules,
            default: self.target(fields, "Default"),
        }
    }

    fn rule(&mut self, fields: &Fields, language: QueryLanguage) -> Rule {
        let condition = match language {
            QueryLanguage::JsonPath => self.condition(fields, true),
            QueryLanguage::Jsonata => self.jsonata_condition(fields),
        };
        self.required(fields, &["Next"], "a rule of `Choices`");
        let comment = self.comment(fields);
        let assign = self.assign(fields, language, Given::Input);
        let output = self.output(fields, language, Given::Input);
        Rule {
            comment,
            condition,
            assign,
            output,
            next: self.target_or_missing(fields, "Next"),
            span: fields.span,
        }
    }

    /// `Condition` (CH-50).
    fn jsonata_condition(&mut self, fields: &Fields) -> Option<Condition> {
        for member in fields.members() {
            match member.key.as_str() {
                "Condition" | "Next" | "Comment" | "Assign" | "Output" => {}
                "Variable" | "And" | "Or" | "Not" => {
                    self.language_fits(fields, member, Language::JsonPath, QueryLanguage::Jsonata);
                }
                name if OPERATORS.contains(&name) => {
                    self.language_fits(fields, member, Language::JsonPath, QueryLanguage::Jsonata);
                }
                _ => {
                    let candidates = ["Condition", "Next", "Comment", "Assign", "Output"];
                    self.unknown(fields, member, candidates.into_iter(), "a rule of `Choices`");
                }
            }
        }
        self.required(fields, &["Condition"], "a rule of `Choices`");
        match is_expression(&fields.get("Condition")?.value, QueryLanguage::Jsonata) {
            true => self.expression_field(fields, "Condition").map(Condition::Expression),
            false => self.boolean(fields, "Condition").map(Condition::Literal),
        }
    }

    /// A comparison or what joins several. `top` is a rule of `Choices` itself.
    fn condition(&mut self, fields: &Fields, top: bool) -> Option<Condition> {
        let unknown = self.condition_fields(fields, top);
        let mut given: Vec<&Member> = fields.members().filter(|member| is_condition(&member.key)).collect();
        given.dedup_by(|a, b| a.key == b.key);
        if let [first, second, ..] = given[..] {
            self.schema(
                second.key_span,
                &fields.at,
                format!(
                    "a rule holds one comparison, and this one has `{}` and `{}`",
                    first.key, second.key
                ),
            )
            .label("a second one")
            .related(first.key_span, "the first")
            .help("join several with `And` or `Or`")
            .push();
            return None;
        }
        let variable = fields.get("Variable");
        let Some(member) = given.first() else {
            if !unknown {
                let (message, label) = match variable {
                    Some(_) => ("a comparison needs an operator", "an operator is missing"),
                    None => (
                        "a rule needs `Variable` and an operator, or `And`, `Or` or `Not`",
                        "nothing is compared here",
                    ),
                };
                self.schema(fields.anchor, &fields.at, message)
                    .label(label)
                    .help("for example `\"Variable\": \"$.status\", \"StringEquals\": \"DONE\"`")
                    .push();
            }
            return None;
        };
        if let Some(variable) = variable
            && CONNECTIVES.contains(&member.key.as_str())
        {
            self.schema(
                variable.key_span,
                &fields.at,
                format!("`Variable` does not belong beside `{}`", member.key),
            )
            .label("nothing compares it")
            .service("Field 'Variable' is not supported")
            .push();
        }
        match member.key.as_str() {
            "And" => self.conditions(fields, "And").map(Condition::And),
            "Or" => self.conditions(fields, "Or").map(Condition::Or),
            "Not" => {
                let inner = self.object_field(fields, "Not")?;
                let inner = self.condition(&inner, false)?;
                Some(Condition::Not(Box::new(inner)))
            }
            name => self.test(fields, name).map(Condition::Test),
        }
    }

    fn conditions(&mut self, fields: &Fields, name: &str) -> Option<Vec<Condition>> {
        let items = self.non_empty_array(fields, name)?;
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let location = format!("{}[{index}]", fields.location(name));
            let inner = self.object(item, &format!("{name}[{index}]"), None, location);
            all.extend(inner.and_then(|inner| self.condition(&inner, false)));
        }
        Some(all)
    }

    /// Reports fields that a rule does not have. Says whether there is an unknown one, which may be the operator.
    fn condition_fields(&mut self, fields: &Fields, top: bool) -> bool {
        let mut unknown = false;
        for member in fields.members() {
            match member.key.as_str() {
                "Comment" | "Variable" => {}
                name if is_condition(name) => {}
                "Next" | "Assign" if top => {}
                "Next" | "Assign" => self
                    .not_supported(fields, member, "a rule inside another")
                    .help("it belongs to the rule of `Choices` itself")
                    .push(),
                "Condition" => {
                    unknown = true;
                    self.language_fits(fields, member, Language::Jsonata, QueryLanguage::JsonPath);
                }
                "Output" => self.language_fits(fields, member, Language::Jsonata, QueryLanguage::JsonPath),
                _ => {
                    unknown = true;
                    let others: &[&str] = if top {
                        &["Next", "Assign", "Comment", "Variable"]
                    } else {
                        &["Variable"]
                    };
                    let candidates = others.iter().chain(&OPERATORS).chain(&CONNECTIVES);
                    self.unknown(fields, member, candidates.copied(), "a rule");
                }
            }
        }
        unknown
    }

    fn test(&mut self, fields: &Fields, name: &str) -> Option<Test> {
        self.required(fields, &["Variable"], &format!("`{name}`"));
        let variable = self.path(fields, "Variable", Wanted::Any);
        let operator = self.operator(fields, name);
        Some(Test {
            variable: variable?,
            operator: operator?,
            span: fields.span,
        })
    }

    fn operator(&mut self, fields: &Fields, name: &str) -> Option<Operator> {
        if let Some(test) = type_test(name) {
            return Some(Operator::Is(test, self.boolean(fields, name)?));
        }
        if name == "StringMatches" {
            return self.pattern(fields, name).map(Operator::Matches);
        }
        let (plain, right) = match name.strip_suffix("Path") {
            Some(plain) => (plain, Some(self.path(fields, name, Wanted::Any)?)),
            None => (name, None),
        };
        if plain == "BooleanEquals" {
            return Some(Operator::Boolean(match right {
                Some(path) => Right::Path(path),
                None => Right::Literal(self.boolean(fields, name)?),
            }));
        }
        let family = ["String", "Numeric", "Timestamp"]
            .into_iter()
            .find(|family| plain.starts_with(family))?;
        let relation = relation(&plain[family.len()..])?;
        let right = match right {
            Some(path) => Right::Path(path),
            None => Right::Literal(self.operand(fields, name, family)?),
        };
        Some(match family {
            "String" => Operator::String(relation, right),
            "Numeric" => Operator::Numeric(relation, right),
            _ => Operator::Timestamp(relation, right),
        })
    }

    /// A literal right side (CH-24).
    fn operand(&mut self, fields: &Fields, name: &str, family: &str) -> Option<String> {
        match family {
            "String" => {
                let Spanned { value: text, span } = self.text(fields, name)?;
                self.symbolic(text, span, &fields.location(name));
                Some(text.value.clone())
            }
            "Numeric" => {
                let location = fields.location(name);
                let value: &Json = &fields.get(name)?.value;
                let number = self.number_text(value, &location, name, "a number", "NUMBER")?;
                Some(number.value.to_owned())
            }
            _ => self.timestamp(fields, name).map(|timestamp| timestamp.value.to_owned()),
        }
    }

    /// A literal timestamp (V-39).
    pub fn timestamp<'j>(&mut self, fields: &Fields<'j>, name: &str) -> Option<Spanned<&'j str>> {
        let text = self.string(fields, name)?;
        if is_timestamp(text.value) {
            return Some(text);
        }
        self.schema(
            text.span,
            &fields.location(name),
            format!("`{name}` must be an RFC 3339 timestamp"),
        )
        .label("not a timestamp")
        .service("String does not match RFC3339 timestamp")
        .help("write it as `2025-03-14T15:09:26Z`")
        .push();
        None
    }

    /// Says that a text is compared with as it stands, `${Name}` and all.
    fn symbolic(&mut self, text: &Text, span: Span, location: &str) {
        if let Some(name) = text.symbols.first() {
            self.finding(
                Lint::SymbolicComparison,
                span,
                location,
                format!("`{name}` has no value"),
            )
            .label(format!("compared with the text `${{{name}}}` itself"))
            .help("give it in the `substitutions` of the macro or the builder")
            .push();
        }
    }

    /// The pattern of `StringMatches` (CH-34, CH-35).
    fn pattern(&mut self, fields: &Fields, name: &str) -> Option<String> {
        let Spanned { value: text, span } = self.text(fields, name)?;
        let pattern = &text.value;
        let location = fields.location(name);
        self.symbolic(text, span, &location);
        match pattern_pieces(pattern) {
            Ok(pieces) if pieces.len() == 1 && text.symbols.is_empty() => {
                self.finding(
                    Lint::MatchWithoutWildcard,
                    span,
                    &location,
                    "a pattern without `*` matches one text only",
                )
                .label("has no `*`")
                .help("write `StringEquals`, or add `*` where anything may stand")
                .push();
            }
            Ok(_) => {}
            Err(error) => {
                let at = text.span(self.source, span, error.at);
                self.schema(at, &location, "a pattern must not end with a single backslash")
                    .label(error.message)
                    .maybe_help(error.help)
                    .push();
                return None;
            }
        }
        Some(pattern.clone())
    }
}

/// Whether a field is what a rule is about.
pub(super) fn is_condition(name: &str) -> bool {
    CONNECTIVES.contains(&name) || OPERATORS.contains(&name)
}

fn relation(name: &str) -> Option<Relation> {
    Some(match name {
        "Equals" => Relation::Equal,
        "LessThan" => Relation::Less,
        "GreaterThan" => Relation::Greater,
        "LessThanEquals" => Relation::LessEqual,
        "GreaterThanEquals" => Relation::GreaterEqual,
        _ => return None,
    })
}

fn type_test(name: &str) -> Option<TypeTest> {
    Some(match name {
        "IsNull" => TypeTest::Null,
        "IsPresent" => TypeTest::Present,
        "IsNumeric" => TypeTest::Numeric,
        "IsString" => TypeTest::String,
        "IsBoolean" => TypeTest::Boolean,
        "IsTimestamp" => TypeTest::Timestamp,
        _ => return None,
    })
}
