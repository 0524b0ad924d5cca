//! States, by type.

use super::fields::Fields;
use super::jsonata::{Given, is_expression};
use super::path::Wanted;
use super::table::{BRANCH, StateField, StateType};
use super::{MAX_SECONDS, Parser};
use crate::diagnostic::{Code, Lint, ServiceCode};
use crate::expr::intrinsic::{Call, Intrinsic};
use crate::json::Member;
use crate::source::Spanned;
use crate::syntax::{
    Fail, FailText, Next, Number, Outcome, Parallel, Pass, QueryLanguage, ResourceKind, ResultPath, Selection, State,
    StateKind, Task, Template, Wait, WaitUntil,
};

impl Parser<'_> {
    /// A member of `States`.
    pub fn state(&mut self, member: &Member, location: String) -> State {
        let around = std::mem::replace(&mut self.state_at, location.len());
        let state = self.state_in(member, location);
        self.state_at = around;
        state
    }

    fn state_in(&mut self, member: &Member, location: String) -> State {
        let field = format!("States/{}", member.key);
        let fields = self.object(&member.value, &field, Some(member.key_span), location.clone());
        let mut state = State {
            name: Spanned {
                value: member.key.clone(),
                span: member.key_span,
            },
            span: member.value.span,
            location,
            comment: None,
            query_language: self.language,
            input_path: Selection::Whole,
            output_path: Selection::Whole,
            assign: None,
            output: None,
            kind: StateKind::Succeed,
        };
        let Some(fields) = fields else {
            self.intact = false;
            return state;
        };
        state.comment = self.comment(&fields);
        state.query_language = self.state_language(&fields);
        let Some(kind) = self.state_type(&fields) else {
            // What leads from here is unknown, and so is what can be reached.
            self.intact = false;
            return state;
        };
        self.state_fields(&fields, kind, state.query_language);
        let has = |name| fields.has(name) && StateField::of(kind, state.query_language).any(|f| f == name);
        if has("InputPath") {
            state.input_path = self.selection(&fields, "InputPath");
        }
        if has("OutputPath") {
            state.output_path = self.selection(&fields, "OutputPath");
        }
        if has("Assign") {
            state.assign = self.assign(&fields, state.query_language, given(kind));
        }
        if has("Output") {
            state.output = self.jsonata_field(&fields, "Output", given(kind));
        }
        state.kind = self.state_kind(&fields, kind, state.query_language);
        state
    }

    fn state_type(&mut self, fields: &Fields) -> Option<StateType> {
        if !fields.has("Type") {
            let mut unknown = fields
                .members()
                .filter(|member| StateField::named(&member.key).is_none());
            match unknown.find(|member| crate::nearest(&member.key, ["Type"]).is_some()) {
                Some(member) => self.unknown(fields, member, ["Type"].into_iter(), "a state"),
                None => _ = self.required(fields, &["Type"], "a state"),
            }
            return None;
        }
        let names = StateType::ALL.map(StateType::name);
        let all = names.join(", ");
        let member = fields.get("Type")?;
        if member.value.as_text().is_some_and(|text| !text.symbols.is_empty()) {
            self.hidden(&member.value, &fields.location("Type"));
            return None;
        }
        let given = member.value.as_str();
        if let Some(kind) = given.and_then(StateType::named) {
            return Some(kind);
        }
        let message = match given {
            Some(given) => format!("there is no state of type `{given}`"),
            None => format!("`Type` must be a string, not {}", member.value.kind_name()),
        };
        self.schema(member.value.span, &fields.location("Type"), message)
            .label("no such type")
            .service(format!("The field 'Type' should have one of these values: [{all}]"))
            .help(match given.and_then(|given| crate::nearest(given, names)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the types are {all}"),
            })
            .push();
        None
    }

    /// The query language of a state (G-13 to G-15).
    fn state_language(&mut self, fields: &Fields) -> QueryLanguage {
        let Some(language) = self.query_language(fields) else {
            return self.language;
        };
        if self.language == QueryLanguage::Jsonata && language == QueryLanguage::JsonPath {
            let span = fields
                .get("QueryLanguage")
                .map_or(fields.anchor, |member| member.value.span);
            // Recorded at the top level only, and validators take inner states for right.
            let code = match self.depth {
                1 => Code::Service(ServiceCode::SchemaValidationFailed),
                _ => Code::Lint(Lint::Doubtful),
            };
            self.finding(code, span, &fields.at, "a JSONata machine has no JSONPath states")
                .label("the whole machine is JSONata")
                .service("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
                .help("take JSONPath for the machine and JSONata for single states")
                .push();
        }
        language
    }

    fn state_kind(&mut self, fields: &Fields, kind: StateType, language: QueryLanguage) -> StateKind {
        let what = format!("a {} state", kind.name());
        match kind {
            StateType::Task => {
                self.required(fields, &["Resource"], &what);
                StateKind::Task(Box::new(self.task(fields, language)))
            }
            StateType::Pass => StateKind::Pass(self.pass(fields, language, &what)),
            StateType::Choice => {
                if !self.required(fields, &["Choices"], &what) {
                    self.intact = false;
                }
                StateKind::Choice(self.choice(fields, language))
            }
            StateType::Wait => StateKind::Wait(Wait {
                until: self.wait_until(fields, language),
                next: self.next(fields, &what),
            }),
            StateType::Succeed => StateKind::Succeed,
            StateType::Fail => StateKind::Fail(Fail {
                error: self.fail_text(fields, "Error", "ErrorPath", language),
                cause: self.fail_text(fields, "Cause", "CausePath", language),
            }),
            StateType::Parallel => StateKind::Parallel(self.parallel(fields, language, &what)),
            StateType::Map => StateKind::Map(Box::new(self.map(fields, language, &what))),
        }
    }

    fn pass(&mut self, fields: &Fields, language: QueryLanguage, what: &str) -> Pass {
        let result = path_only(language, || fields.get("Result"));
        if let Some(result) = result {
            self.static_result(&result.value, &fields.location("Result"));
            for name in ["InputPath", "Parameters"] {
                if let Some(member) = fields.get(name) {
                    self.finding(
                        Lint::IgnoredField,
                        member.key_span,
                        &fields.at,
                        format!("`{name}` has no effect beside `Result`"),
                    )
                    .label("not applied")
                    .related(result.key_span, "this is the result, whatever the input")
                    .push();
                }
            }
        }
        Pass {
            result: result.map(|member| member.value.to_value()),
            parameters: path_only(language, || self.parameters(fields, "Parameters")),
            result_path: self.result_path_of(fields, language),
            next: self.next(fields, what),
        }
    }

    fn task(&mut self, fields: &Fields, language: QueryLanguage) -> Task {
        let resource = self.resource(fields);
        let parameters = self.payload(fields, language);
        let credentials = self.credentials(fields, &resource.value.kind, language);
        Task {
            resource,
            parameters,
            credentials,
            timeout: self.seconds(fields, "TimeoutSeconds", "TimeoutSecondsPath", language),
            heartbeat: self.seconds(fields, "HeartbeatSeconds", "HeartbeatSecondsPath", language),
            outcome: self.outcome(fields, language, "a Task state"),
        }
    }

    /// `Credentials` (TK-5).
    fn credentials(&mut self, fields: &Fields, resource: &ResourceKind, language: QueryLanguage) -> Option<Template> {
        let name = "Credentials";
        let member = fields.get(name)?;
        if is_expression(&member.value, language) {
            return self.jsonata_field(fields, name, Given::Input);
        }
        let credentials = self.object_field(fields, name)?;
        let used = match resource {
            ResourceKind::Service { service, .. } => service != "http",
            ResourceKind::Activity { .. } => false,
            ResourceKind::Lambda { .. } | ResourceKind::Symbolic => true,
        };
        if !used {
            let message = "`Credentials` are not used by activities and HTTP tasks";
            self.finding(Lint::IgnoredField, member.key_span, &fields.at, message)
                .label("has no effect on this task")
                .push();
        }
        let dynamic = language == QueryLanguage::JsonPath && credentials.has("RoleArn.$");
        if !credentials.has("RoleArn") && !dynamic {
            // Recorded for JSONata states only, and validators take JSONPath states for right without it.
            let code = match language {
                QueryLanguage::JsonPath => Code::Lint(Lint::Doubtful),
                QueryLanguage::Jsonata => Code::Service(ServiceCode::SchemaValidationFailed),
            };
            self.finding(
                code,
                credentials.anchor,
                &credentials.at,
                "`Credentials` needs `RoleArn`",
            )
            .label("this field is missing")
            .service("The field 'RoleArn' is required but was missing")
            .push();
        }
        if credentials.has("RoleArn") {
            self.text(&credentials, "RoleArn");
        }
        match language {
            QueryLanguage::JsonPath => Some(self.template(&member.value, &credentials.at)),
            QueryLanguage::Jsonata => self.jsonata_field(fields, name, Given::Input),
        }
    }

    /// `TimeoutSeconds`, `HeartbeatSeconds` and their `Path` forms.
    fn seconds(&mut self, fields: &Fields, name: &str, path: &str, language: QueryLanguage) -> Option<Number> {
        self.exclusive(fields, &[name, path]);
        self.number(fields, (name, path), language, Wanted::Reference, |parser| {
            parser.integer(fields, name, 1, MAX_SECONDS).is_some()
        })
    }

    /// A number, literal, by path or in JSONata; `check` says whether the literal is right.
    pub fn number(
        &mut self,
        fields: &Fields,
        (name, path): (&str, &str),
        language: QueryLanguage,
        wanted: Wanted,
        check: impl FnOnce(&mut Self) -> bool,
    ) -> Option<Number> {
        let literal = match fields.get(name) {
            Some(member) if is_expression(&member.value, language) => {
                return self.expression_field(fields, name).map(Number::Expression);
            }
            Some(member) if check(self) => member.value.as_number().value().map(|digits| {
                Number::Literal(Spanned {
                    value: digits.to_owned(),
                    span: member.value.span,
                })
            }),
            _ => None,
        };
        let path = path_only(language, || self.path(fields, path, wanted));
        literal.or(path.map(Number::Path))
    }

    /// `Parameters`, or `Arguments` of a JSONata state (IO-27).
    fn payload(&mut self, fields: &Fields, language: QueryLanguage) -> Option<Template> {
        if language == QueryLanguage::JsonPath {
            return self.parameters(fields, "Parameters");
        }
        let value = &fields.get("Arguments")?.value;
        if value.as_text().is_some() && !is_expression(value, language) {
            let wanted = "an object or a JSONata string";
            self.wrong_type(value, &fields.location("Arguments"), "Arguments", wanted, "OBJECT")
                .push();
            return None;
        }
        self.jsonata_field(fields, "Arguments", Given::Input)
    }

    fn parallel(&mut self, fields: &Fields, language: QueryLanguage, what: &str) -> Parallel {
        self.required(fields, &["Branches"], what);
        let parameters = self.payload(fields, language);
        let items = self.non_empty_array(fields, "Branches").unwrap_or_default();
        let mut branches = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let location = format!("{}[{index}]", fields.location("Branches"));
            if let Some(branch) = self.object(item, &format!("Branches[{index}]"), None, location) {
                self.known(&branch, BRANCH, "a branch");
                branches.push(self.scope(&branch));
            }
        }
        Parallel {
            parameters,
            branches,
            outcome: self.outcome(fields, language, what),
        }
    }

    /// What becomes of the result of a Task, Parallel or Map.
    pub fn outcome(&mut self, fields: &Fields, language: QueryLanguage, what: &str) -> Outcome {
        Outcome {
            result_selector: path_only(language, || self.object_template(fields, "ResultSelector")),
            result_path: self.result_path_of(fields, language),
            retry: self.retriers(fields),
            catch: self.catchers(fields, language),
            next: self.next(fields, what),
        }
    }

    fn result_path_of(&mut self, fields: &Fields, language: QueryLanguage) -> ResultPath {
        match language {
            QueryLanguage::JsonPath => self.result_path(fields),
            QueryLanguage::Jsonata => ResultPath::Replace,
        }
    }

    /// Exactly one of `Next` and `"End": true` (S-5).
    fn next(&mut self, fields: &Fields, what: &str) -> Next {
        let end = self.boolean(fields, "End");
        let target = self.target(fields, "Next");
        if let (Some(end), Some(next), Some(true)) = (fields.get("End"), fields.get("Next"), end) {
            self.schema(
                end.key_span,
                &fields.at,
                "a state cannot have both `Next` and `\"End\": true`",
            )
            .label("ends the scope")
            .related(next.key_span, "goes on")
            .push();
        }
        if let Some(target) = target {
            return Next::State(target);
        }
        if end != Some(true) {
            // What leads from here is unknown.
            self.intact = false;
        }
        let goes_on = self.is_given(fields, "Next");
        if !goes_on && (end == Some(false) || !self.is_given(fields, "End")) {
            self.schema(
                fields.anchor,
                &fields.at,
                format!("{what} needs `Next` or `\"End\": true`"),
            )
            .label("nothing says what follows")
            .service("These fields are required: [Next]")
            .push();
        }
        Next::End
    }

    /// Exactly one of the time fields (WT-1).
    fn wait_until(&mut self, fields: &Fields, language: QueryLanguage) -> WaitUntil {
        let all: &[&str] = match language {
            QueryLanguage::JsonPath => &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
            QueryLanguage::Jsonata => &["Seconds", "Timestamp"],
        };
        self.exclusive(fields, all);
        if !all.iter().any(|name| self.is_given(fields, name)) {
            let quoted: Vec<_> = all.iter().map(|name| format!("`{name}`")).collect();
            self.schema(
                fields.anchor,
                &fields.at,
                format!("a Wait state needs one of {}", quoted.join(", ")),
            )
            .label("nothing says how long")
            .push();
        }
        let is_computed = |name| {
            fields
                .get(name)
                .is_some_and(|member| is_expression(&member.value, language))
        };
        let seconds = match is_computed("Seconds") {
            true => self
                .expression_field(fields, "Seconds")
                .map(WaitUntil::SecondsExpression),
            false => self.integer(fields, "Seconds", 0, MAX_SECONDS).map(WaitUntil::Seconds),
        };
        let timestamp = match is_computed("Timestamp") {
            true => self
                .expression_field(fields, "Timestamp")
                .map(WaitUntil::TimestampExpression),
            false => {
                let timestamp = self.timestamp(fields, "Timestamp");
                timestamp.map(|timestamp| WaitUntil::Timestamp(timestamp.value.to_owned()))
            }
        };
        let seconds_path = path_only(language, || self.path(fields, "SecondsPath", Wanted::Reference));
        let timestamp_path = path_only(language, || self.path(fields, "TimestampPath", Wanted::Reference));
        seconds
            .or(timestamp)
            .or(seconds_path.map(WaitUntil::SecondsPath))
            .or(timestamp_path.map(WaitUntil::TimestampPath))
            .unwrap_or(WaitUntil::Seconds(0))
    }

    /// `Error` and `Cause` of a Fail (FL-1 to FL-3).
    fn fail_text(&mut self, fields: &Fields, name: &str, path: &str, language: QueryLanguage) -> Option<FailText> {
        self.exclusive(fields, &[name, path]);
        if let Some(member) = fields.get(name)
            && is_expression(&member.value, language)
        {
            return self.expression_field(fields, name).map(FailText::Expression);
        }
        if language == QueryLanguage::Jsonata
            && let Some(Member { value, .. }) = fields.get(name)
            && let Some(text) = value.as_str()
        {
            self.plain_text(text, value, &fields.location(name));
        }
        let literal = self
            .text(fields, name)
            .map(|text| FailText::Literal(text.value.value.clone()));
        literal.or_else(|| path_only(language, || self.fail_path(fields, path)))
    }

    fn fail_path(&mut self, fields: &Fields, name: &str) -> Option<FailText> {
        let Spanned { value: text, span } = self.text(fields, name)?;
        let location = fields.location(name);
        if !text.value.trim_start().starts_with("States.") {
            return self
                .path_in(text, span, &location, name, Wanted::Reference)
                .map(FailText::Path);
        }
        let (at, label, help) = match Call::parse(&text.value) {
            Ok(call) if gives_text(call.function) => {
                self.call_findings(&call, text, span, &location);
                return Some(FailText::Call(Spanned { value: call, span }));
            }
            Ok(_) => (span, "this function gives no string".to_owned(), None),
            Err(_) if !text.symbols.is_empty() => {
                self.unsettled(text, span, &location);
                return None;
            }
            Err(error) => (text.span(self.source, span, error.at), error.message, error.help),
        };
        self.schema(
            at,
            &location,
            format!("`{name}` must be a path or a call of a function that gives a string"),
        )
        .label(label)
        .maybe_help(help)
        .push();
        None
    }
}

/// The functions that `ErrorPath` and `CausePath` may call (FL-3).
fn gives_text(function: Intrinsic) -> bool {
    matches!(
        function,
        Intrinsic::Format
            | Intrinsic::JsonToString
            | Intrinsic::ArrayGetItem
            | Intrinsic::Base64Encode
            | Intrinsic::Base64Decode
            | Intrinsic::Hash
            | Intrinsic::Uuid
    )
}

/// What the `Output` and `Assign` of such a state can read beside its input (J-32).
fn given(kind: StateType) -> Given {
    match kind {
        StateType::Task | StateType::Parallel | StateType::Map => Given::Result,
        _ => Given::Input,
    }
}

/// What only JSONPath states have. In others it was reported already.
pub(super) fn path_only<T>(language: QueryLanguage, read: impl FnOnce() -> Option<T>) -> Option<T> {
    match language {
        QueryLanguage::JsonPath => read(),
        QueryLanguage::Jsonata => None,
    }
}
