//! `Retry` and `Catch`.

use super::fields::Fields;
use super::jsonata::Given;
use super::table::Language;
use super::{MAX_SECONDS, Parser};
use crate::json::Json;
use crate::source::Spanned;
use crate::syntax::{Catcher, QueryLanguage, ResultPath, Retrier};

/// The name that stands for every error.
const STATES_ALL: &str = "States.ALL";

const RETRIER: &[&str] = &[
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
];
const CATCHER: &[&str] = &["ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"];

/// The largest `MaxDelaySeconds`: less than 366 days (RT-5).
const MAX_DELAY: u64 = 31_622_399;

impl Parser<'_> {
    /// `Retry`
    pub fn retriers(&mut self, fields: &Fields) -> Vec<Retrier> {
        let items = self.array(fields, "Retry").unwrap_or_default();
        let retriers = self.each(fields, "Retry", items, Parser::retrier);
        self.states_all_is_last(
            fields,
            "Retry",
            retriers.iter().map(|retrier| &retrier.error_equals).collect(),
        );
        retriers
    }

    /// `Catch`
    pub fn catchers(&mut self, fields: &Fields, language: QueryLanguage) -> Vec<Catcher> {
        let items = self.array(fields, "Catch");
        // Where Catchers lead that cannot be read, nobody knows.
        self.intact &= items.is_some() || fields.get("Catch").is_none();
        let items = items.unwrap_or_default();
        let catchers = self.each(fields, "Catch", items, |parser, item| parser.catcher(item, language));
        self.states_all_is_last(
            fields,
            "Catch",
            catchers.iter().map(|catcher| &catcher.error_equals).collect(),
        );
        catchers
    }

    /// What `read` makes of each object in an array. What is no object is left out.
    fn each<T>(
        &mut self,
        fields: &Fields,
        name: &str,
        items: &[Json],
        read: impl Fn(&mut Self, &Fields) -> T,
    ) -> Vec<T> {
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let location = format!("{}[{index}]", fields.location(name));
            match self.object(item, &format!("{name}[{index}]"), None, location) {
                Some(item) => all.push(read(self, &item)),
                None => self.intact = false,
            }
        }
        all
    }

    fn retrier(&mut self, fields: &Fields) -> Retrier {
        self.known(fields, RETRIER, "a Retrier");
        self.comment(fields);
        self.required(fields, &["ErrorEquals"], "a Retrier");
        let error_equals = self.error_equals(fields);
        let backoff_rate = fields.get("BackoffRate").and_then(|member| {
            let location = fields.location("BackoffRate");
            let number = self.number_text(&member.value, &location, "BackoffRate", "a number", "NUMBER")?;
            self.decimal_in(number, &location, "BackoffRate", 1.0, None)
        });
        let max_attempts = self.integer(fields, "MaxAttempts", 0, MAX_SECONDS);
        Retrier {
            error_equals,
            interval_seconds: self.integer(fields, "IntervalSeconds", 1, MAX_SECONDS).unwrap_or(1),
            max_attempts: max_attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(3),
            backoff_rate: backoff_rate.unwrap_or(2.0),
            max_delay_seconds: self.integer(fields, "MaxDelaySeconds", 1, MAX_DELAY),
            full_jitter: self.word(fields, "JitterStrategy", &["FULL", "NONE"]) == Some("FULL"),
            span: fields.span,
        }
    }

    fn catcher(&mut self, fields: &Fields, language: QueryLanguage) -> Catcher {
        let other = match language {
            QueryLanguage::JsonPath => "Output",
            QueryLanguage::Jsonata => "ResultPath",
        };
        for member in fields
            .members()
            .filter(|member| !CATCHER.contains(&member.key.as_str()))
        {
            let known = CATCHER.iter().copied().filter(|name| *name != other);
            self.unknown(fields, member, known, "a Catcher");
        }
        for (name, wanted) in [("ResultPath", Language::JsonPath), ("Output", Language::Jsonata)] {
            if let Some(member) = fields.get(name) {
                self.language_fits(fields, member, wanted, language);
            }
        }
        self.required(fields, &["ErrorEquals", "Next"], "a Catcher");
        let error_equals = self.error_equals(fields);
        let result_path = match language {
            QueryLanguage::JsonPath => self.result_path(fields),
            QueryLanguage::Jsonata => ResultPath::Replace,
        };
        let assign = self.assign(fields, language, Given::ErrorOutput);
        let output = self.output(fields, language, Given::ErrorOutput);
        let comment = self.comment(fields);
        Catcher {
            error_equals,
            result_path,
            assign,
            output,
            comment,
            next: self.target_or_missing(fields, "Next"),
            span: fields.span,
        }
    }

    fn error_equals(&mut self, fields: &Fields) -> Vec<Spanned<String>> {
        let items = self.non_empty_array(fields, "ErrorEquals").unwrap_or_default();
        let mut names = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(name) => names.push(Spanned {
                    value: name.to_owned(),
                    span: item.span,
                }),
                None => {
                    let location = format!("{}[{index}]", fields.location("ErrorEquals"));
                    let field = format!("ErrorEquals[{index}]");
                    self.wrong_type(item, &location, &field, "a string", "STRING").push();
                }
            }
        }
        names
    }

    /// `States.ALL` stands alone, and in the last element (V-102).
    fn states_all_is_last(&mut self, fields: &Fields, name: &str, handlers: Vec<&Vec<Spanned<String>>>) {
        let last = handlers.len().saturating_sub(1);
        for (index, errors) in handlers.into_iter().enumerate() {
            let Some(at) = errors.iter().position(|error| error.value == STATES_ALL) else {
                continue;
            };
            let (label, help) = if errors.len() > 1 {
                ("other names stand beside it", "it matches every error: write it alone")
            } else if index < last {
                ("what follows is never reached", "move this element to the end")
            } else {
                continue;
            };
            let location = format!("{}[{index}]/ErrorEquals[{at}]", fields.location(name));
            self.schema(
                errors[at].span,
                &location,
                format!("`{STATES_ALL}` must stand alone, and in the last element of `{name}`"),
            )
            .label(label)
            .service("States.ALL must appear alone and at end of list")
            .help(help)
            .push();
        }
    }
}
