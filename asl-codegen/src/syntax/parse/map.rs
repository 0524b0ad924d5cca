//! Map states.

use super::Parser;
use super::fields::Fields;
use super::jsonata::{Given, is_expression};
use super::path::Wanted;
use super::table::{Language, PROCESSOR};
use crate::diagnostic::{Lint, ServiceCode};
use crate::json::Member;
use crate::source::Spanned;
use crate::syntax::{DataSetField, Items, Map, MapMode, Number, QueryLanguage, Scope, Template};

/// The fields that belong to distributed Maps (MP-11).
const DATA_SET_FIELDS: [&str; 3] = ["ItemReader", "ItemBatcher", "ResultWriter"];

/// MD-8
const MAX_LABEL: usize = 40;

impl Parser<'_> {
    pub fn map(&mut self, fields: &Fields, language: QueryLanguage, what: &str) -> Map {
        let (processor, mode) = self.processor(fields, what);
        if mode == MapMode::Inline {
            for member in DATA_SET_FIELDS
                .iter()
                .chain(&["Label"])
                .filter_map(|name| fields.get(name))
            {
                let name = &member.key;
                let message = format!("`{name}` is for distributed Maps, and this one is inline");
                self.finding(Lint::IgnoredField, member.key_span, &fields.at, message)
                    .label("has no effect on an inline Map")
                    .help("set `\"ProcessorConfig\": { \"Mode\": \"DISTRIBUTED\", .. }`")
                    .push();
            }
        }
        self.exclusive(fields, &["ItemSelector", "Parameters"]);
        let item_selector = match language {
            QueryLanguage::JsonPath => {
                let selector = self.object_template(fields, "ItemSelector");
                selector.or_else(|| self.parameters(fields, "Parameters"))
            }
            QueryLanguage::Jsonata => self.jsonata_field(fields, "ItemSelector", Given::Input),
        };
        let items = self.items(fields, language);
        let reader = self.item_reader(fields, language);
        let batcher = self.item_batcher(fields, language);
        let writer = self.result_writer(fields, language);
        Map {
            items,
            item_selector,
            processor,
            mode,
            max_concurrency: self.count(fields, "MaxConcurrency", "MaxConcurrencyPath", language),
            tolerated_failure_count: self.count(fields, "ToleratedFailureCount", "ToleratedFailureCountPath", language),
            tolerated_failure_percentage: self.percentage(fields, language),
            label: self.label(fields),
            data_set_fields: [reader, batcher, writer].into_iter().flatten().collect(),
            outcome: self.outcome(fields, language, what),
        }
    }

    /// `ItemProcessor` or `Iterator` (MP-1 to MP-4).
    fn processor(&mut self, fields: &Fields, what: &str) -> (Scope, MapMode) {
        self.exclusive(fields, &["ItemProcessor", "Iterator"]);
        let name = match fields.has("Iterator") && !fields.has("ItemProcessor") {
            true => "Iterator",
            false => "ItemProcessor",
        };
        self.required(fields, &[name], what);
        let Some(processor) = self.object_field(fields, name) else {
            return (Scope::missing(fields.anchor), MapMode::Inline);
        };
        self.known(&processor, PROCESSOR, &format!("an `{name}`"));
        let mode = self.mode(&processor);
        let express = self.express_children || mode == MapMode::DistributedExpress;
        let outer = std::mem::replace(&mut self.express_children, express);
        let scope = self.scope(&processor);
        self.express_children = outer;
        (scope, mode)
    }

    fn mode(&mut self, processor: &Fields) -> MapMode {
        let Some(config) = self.object_field(processor, "ProcessorConfig") else {
            return MapMode::Inline;
        };
        self.known(&config, &["Mode", "ExecutionType"], "a `ProcessorConfig`");
        let mode = self.word(&config, "Mode", &["INLINE", "DISTRIBUTED"]);
        let execution = self.word(&config, "ExecutionType", &["STANDARD", "EXPRESS"]);
        if mode != Some("DISTRIBUTED") {
            return MapMode::Inline;
        }
        self.required(&config, &["ExecutionType"], "a distributed Map");
        if let Some(code) = self.express() {
            let span = config.get("Mode").map_or(config.anchor, |member| member.value.span);
            self.finding(
                code,
                span,
                &config.location("Mode"),
                "an Express execution has no distributed Maps",
            )
            .label("only a Standard execution can start the children of this Map")
            .push();
        }
        match execution {
            Some("EXPRESS") => MapMode::DistributedExpress,
            _ => MapMode::DistributedStandard,
        }
    }

    /// `ItemsPath`, or `Items` (MP-6): an array, an object, or a JSONata string.
    fn items(&mut self, fields: &Fields, language: QueryLanguage) -> Items {
        if language == QueryLanguage::JsonPath {
            let path = self.path(fields, "ItemsPath", Wanted::Reference);
            return path.map_or(Items::Input, Items::Path);
        }
        let Some(Member { value, .. }) = fields.get("Items") else {
            return Items::Input;
        };
        if value.as_array().is_some() || value.as_object().is_some() || is_expression(value, language) {
            let items = self.jsonata_field(fields, "Items", Given::Input);
            return items.map_or(Items::Input, Items::Template);
        }
        let location = fields.location("Items");
        if !self.is_placeholder(value, &location) {
            self.wrong_type(value, &location, "Items", "an array or a JSONata string", "ARRAY")
                .push();
        }
        Items::Input
    }

    /// An integer of at least 0, literal or by path (V-84, V-85).
    fn count(&mut self, fields: &Fields, name: &str, path: &str, language: QueryLanguage) -> Option<Number> {
        self.exclusive(fields, &[name, path]);
        self.number(fields, (name, path), language, Wanted::InputReference, |parser| {
            parser.integer(fields, name, 0, u64::MAX).is_some()
        })
    }

    fn percentage(&mut self, fields: &Fields, language: QueryLanguage) -> Option<Number> {
        let (name, path) = ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath");
        self.exclusive(fields, &[name, path]);
        self.number(fields, (name, path), language, Wanted::InputReference, |parser| {
            let Some(member) = fields.get(name) else { return false };
            let location = fields.location(name);
            parser
                .number_text(&member.value, &location, name, "a number", "NUMBER")
                .and_then(|number| parser.decimal_in(number, &location, name, 0.0, Some(100.0)))
                .is_some()
        })
    }

    /// `Label` (MD-8).
    fn label(&mut self, fields: &Fields) -> Option<String> {
        let label = self.text(fields, "Label")?;
        let value = label.value.value.clone();
        let location = fields.location("Label");
        let problem = if value.is_empty() {
            Some("empty".to_owned())
        } else if value.chars().count() > MAX_LABEL {
            Some(format!("longer than {MAX_LABEL} characters"))
        } else {
            let symbolic = !label.value.symbols.is_empty();
            let bad = value.chars().find(|&char| !symbolic && !may_stand_in_label(char));
            bad.map(|char| format!("{char:?} cannot stand in a label"))
        };
        if let Some(problem) = problem {
            self.finding(
                ServiceCode::InvalidLabelName,
                label.span,
                &location,
                format!("`{value}` cannot be a label"),
            )
            .label(problem)
            .push();
        } else if let Some(&first) = self.labels.get(&value) {
            self.finding(
                ServiceCode::DuplicateLabelName,
                label.span,
                &location,
                format!("the label `{value}` is used twice"),
            )
            .label("the second Map of this label")
            .related(first, "the first")
            .push();
        } else {
            self.labels.insert(value.clone(), label.span);
        }
        Some(value)
    }

    /// `ItemReader` (RD-1 to RD-9).
    fn item_reader(&mut self, fields: &Fields, language: QueryLanguage) -> Option<DataSetField> {
        let mut field = DataSetField::new("ItemReader", fields.get("ItemReader")?);
        let reader = self.object_field(fields, "ItemReader")?;
        let what = "an `ItemReader`";
        self.known(&reader, &["Resource", "ReaderConfig", "Parameters", "Arguments"], what);
        self.required(&reader, &["Resource"], what);
        field.templates.extend(self.data_set_arguments(&reader, language));
        let resource = self.data_set_resource(&reader, &["s3:getObject", "s3:listObjectsV2"]);
        if let Some(config) = self.object_field(&reader, "ReaderConfig") {
            let limit = self.reader_config(&config, resource, language);
            field.limits.extend(limit);
        } else if resource == Some("s3:getObject") {
            self.required(&reader, &["ReaderConfig"], "a reader of `s3:getObject`");
        }
        Some(field)
    }

    fn reader_config(&mut self, config: &Fields, resource: Option<&str>, language: QueryLanguage) -> Option<Number> {
        let known = [
            "InputType",
            "Transformation",
            "ManifestType",
            "CSVDelimiter",
            "CSVHeaderLocation",
            "CSVHeaders",
            "ItemsPointer",
            "MaxItems",
            "MaxItemsPath",
        ];
        self.known(config, &known, "a `ReaderConfig`");
        if resource == Some("s3:getObject") {
            self.required(config, &["InputType"], "a reader of `s3:getObject`");
        }
        self.word(config, "InputType", &["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"]);
        self.word(config, "Transformation", &["NONE", "LOAD_AND_FLATTEN"]);
        self.word(config, "ManifestType", &["ATHENA_DATA", "S3_INVENTORY"]);
        self.word(config, "CSVDelimiter", &["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]);
        if self.word(config, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]) == Some("GIVEN") {
            self.required(config, &["CSVHeaders"], "`\"CSVHeaderLocation\": \"GIVEN\"`");
        }
        let headers = self.array(config, "CSVHeaders").unwrap_or_default();
        for (index, header) in headers.iter().enumerate() {
            if header.as_text().is_none() {
                let location = format!("{}[{index}]", config.location("CSVHeaders"));
                let field = format!("CSVHeaders[{index}]");
                self.wrong_type(header, &location, &field, "a string", "STRING").push();
            }
        }
        self.text(config, "ItemsPointer");
        self.limit(config, "MaxItems", "MaxItemsPath", (0, 100_000_000), language)
    }

    /// `ItemBatcher` (BT-1 to BT-6).
    fn item_batcher(&mut self, fields: &Fields, language: QueryLanguage) -> Option<DataSetField> {
        let mut field = DataSetField::new("ItemBatcher", fields.get("ItemBatcher")?);
        let batcher = self.object_field(fields, "ItemBatcher")?;
        let limits = [
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
        ];
        let known: Vec<_> = limits.iter().copied().chain(["BatchInput"]).collect();
        self.known(&batcher, &known, "an `ItemBatcher`");
        if !limits.iter().any(|name| batcher.has(name)) {
            let message = "an `ItemBatcher` needs `MaxItemsPerBatch` or `MaxInputBytesPerBatch`";
            self.finding(Lint::Doubtful, batcher.anchor, &batcher.at, message)
                .label("nothing limits a batch")
                .push();
        }
        let items = self.limit(&batcher, limits[0], limits[1], (1, u64::MAX), language);
        let bytes = self.limit(&batcher, limits[2], limits[3], (1, 262_144), language);
        field.limits.extend(items.into_iter().chain(bytes));
        field.templates.extend(match language {
            QueryLanguage::JsonPath => self.object_template(&batcher, "BatchInput"),
            QueryLanguage::Jsonata => self.jsonata_field(&batcher, "BatchInput", Given::Input),
        });
        Some(field)
    }

    /// `ResultWriter` (RW-1 to RW-3).
    fn result_writer(&mut self, fields: &Fields, language: QueryLanguage) -> Option<DataSetField> {
        let mut field = DataSetField::new("ResultWriter", fields.get("ResultWriter")?);
        let writer = self.object_field(fields, "ResultWriter")?;
        let what = "a `ResultWriter`";
        self.known(&writer, &["Resource", "WriterConfig", "Parameters", "Arguments"], what);
        if !writer.has("WriterConfig") {
            self.required(&writer, &["Resource"], what);
        }
        field.templates.extend(self.data_set_arguments(&writer, language));
        self.data_set_resource(&writer, &["s3:putObject"]);
        if let Some(config) = self.object_field(&writer, "WriterConfig") {
            self.known(&config, &["Transformation", "OutputType"], "a `WriterConfig`");
            self.required(&config, &["OutputType"], "a `WriterConfig`");
            self.word(&config, "Transformation", &["NONE", "COMPACT", "FLATTEN"]);
            self.word(&config, "OutputType", &["JSON", "JSONL"]);
        }
        Some(field)
    }

    /// `Parameters` or `Arguments` of a reader or writer (S-44).
    fn data_set_arguments(&mut self, fields: &Fields, language: QueryLanguage) -> Option<Template> {
        for (name, wanted) in [("Parameters", Language::JsonPath), ("Arguments", Language::Jsonata)] {
            if let Some(member) = fields.get(name) {
                self.language_fits(fields, member, wanted, language);
            }
        }
        match language {
            QueryLanguage::JsonPath => self.object_template(fields, "Parameters"),
            QueryLanguage::Jsonata => self.jsonata_field(fields, "Arguments", Given::Input),
        }
    }

    /// `Resource` of a reader or writer: which of the integrations it is.
    fn data_set_resource<'n>(&mut self, fields: &Fields, names: &[&'n str]) -> Option<&'n str> {
        let resource = self.text(fields, "Resource")?;
        let value = &resource.value.value;
        let named = value.strip_prefix("arn:").and_then(|arn| arn.split_once(":states:::"));
        let found = named.and_then(|(_, name)| names.iter().find(|known| **known == name));
        let quoted: Vec<_> = names.iter().map(|name| format!("`arn:aws:states:::{name}`")).collect();
        let wrong = match named {
            Some(_) => found.is_none(),
            None => !value.starts_with("arn:"),
        };
        if wrong && resource.value.symbols.is_empty() {
            self.schema(
                resource.span,
                &fields.location("Resource"),
                format!("`{value}` cannot stand here"),
            )
            .label("not a resource for this")
            .service(format!(
                "The resource provided {value} is not recognized. The value is not a valid resource ARN, or the \
                     resource is not available in this region."
            ))
            .help(format!("write {}", quoted.join(" or ")))
            .push();
        }
        found.copied()
    }

    /// A limit, literal, by path or in JSONata.
    fn limit(
        &mut self,
        fields: &Fields,
        name: &str,
        path: &str,
        (min, max): (u64, u64),
        language: QueryLanguage,
    ) -> Option<Number> {
        self.exclusive(fields, &[name, path]);
        if let Some(member) = fields.get(path) {
            self.language_fits(fields, member, Language::JsonPath, language);
        }
        self.number(fields, (name, path), language, Wanted::InputReference, |parser| {
            parser.integer(fields, name, min, max).is_some()
        })
    }
}

impl DataSetField {
    fn new(name: &'static str, member: &Member) -> DataSetField {
        DataSetField {
            name: Spanned {
                value: name,
                span: member.key_span,
            },
            templates: Vec::new(),
            limits: Vec::new(),
        }
    }
}

/// Whether a character may stand in a label (MD-8).
fn may_stand_in_label(char: char) -> bool {
    !char.is_whitespace() && !char.is_control() && !"?*<>{}[]:;,\\|^~$#%&\"`".contains(char)
}
