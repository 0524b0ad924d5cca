//! The `Resource` of a Task (execution.md section 4).

use super::Parser;
use super::fields::{Fields, listed};
use crate::WorkflowType;
use crate::diagnostic::{Code, Lint, ServiceCode};
use crate::json::Text;
use crate::source::{Span, Spanned};
use crate::syntax::{Pattern, Resource, ResourceKind};

/// The service integrations that are not by way of `aws-sdk`: service, actions, the patterns of each.
const OPTIMIZED: &[(&str, &[&str], Patterns)] = &[
    ("apigateway", &["invoke"], TOKEN),
    ("athena", &["startQueryExecution"], SYNC),
    (
        "athena",
        &["stopQueryExecution", "getQueryExecution", "getQueryResults"],
        PLAIN,
    ),
    ("batch", &["submitJob"], SYNC_TOKEN),
    ("bedrock", &["invokeModel"], TOKEN),
    ("bedrock", &["createModelCustomizationJob"], SYNC),
    ("codebuild", &["startBuild", "startBuildBatch"], SYNC),
    (
        "codebuild",
        &[
            "stopBuild",
            "stopBuildBatch",
            "batchDeleteBuilds",
            "batchGetReports",
            "retryBuild",
            "retryBuildBatch",
        ],
        SYNC,
    ),
    ("databrew", &["startJobRun"], SYNC),
    ("dynamodb", &["getItem", "putItem", "updateItem", "deleteItem"], PLAIN),
    ("ecs", &["runTask"], SYNC_TOKEN),
    (
        "eks",
        &[
            "call",
            "runJob",
            "createCluster",
            "deleteCluster",
            "createNodegroup",
            "deleteNodegroup",
            "createFargateProfile",
            "deleteFargateProfile",
        ],
        SYNC_TOKEN,
    ),
    (
        "elasticmapreduce",
        &[
            "createCluster",
            "terminateCluster",
            "addStep",
            "cancelStep",
            "setClusterTerminationProtection",
            "modifyInstanceFleetByName",
            "modifyInstanceGroupByName",
        ],
        SYNC,
    ),
    (
        "emr-containers",
        &["createVirtualCluster", "deleteVirtualCluster", "startJobRun"],
        SYNC,
    ),
    (
        "emr-serverless",
        &[
            "createApplication",
            "startApplication",
            "stopApplication",
            "deleteApplication",
            "startJobRun",
            "cancelJobRun",
        ],
        SYNC,
    ),
    ("events", &["putEvents"], TOKEN),
    ("glue", &["startJobRun"], SYNC),
    ("http", &["invoke"], PLAIN),
    ("lambda", &["invoke"], TOKEN),
    ("mediaconvert", &["createJob"], SYNC),
    (
        "sagemaker",
        &[
            "createEndpoint",
            "createEndpointConfig",
            "createHyperParameterTuningJob",
            "createLabelingJob",
            "createModel",
            "createProcessingJob",
            "createTrainingJob",
            "createTransformJob",
            "updateEndpoint",
        ],
        SYNC,
    ),
    ("sns", &["publish"], TOKEN),
    ("sqs", &["sendMessage"], TOKEN),
    ("states", &["startExecution"], SYNC2_TOKEN),
];

/// The patterns that an integration knows beside request-response.
struct Patterns {
    sync: bool,
    sync2: bool,
    token: bool,
}

const PLAIN: Patterns = patterns(false, false, false);
const SYNC: Patterns = patterns(true, false, false);
const TOKEN: Patterns = patterns(false, false, true);
const SYNC_TOKEN: Patterns = patterns(true, false, true);
const SYNC2_TOKEN: Patterns = patterns(true, true, true);

const fn patterns(sync: bool, sync2: bool, token: bool) -> Patterns {
    Patterns { sync, sync2, token }
}

impl Patterns {
    fn has(&self, pattern: Pattern) -> bool {
        match pattern {
            Pattern::RequestResponse => true,
            Pattern::Sync => self.sync,
            Pattern::Sync2 => self.sync2,
            Pattern::WaitForTaskToken => self.token,
        }
    }

    /// What can be written for an action.
    fn help(&self, service: &str, action: &str) -> String {
        let all = [
            (true, ""),
            (self.sync, ".sync"),
            (self.sync2, ".sync:2"),
            (self.token, ".waitForTaskToken"),
        ];
        let known = all.iter().filter(|(is_known, _)| *is_known);
        let known: Vec<_> = known
            .map(|(_, suffix)| format!("`{service}:{action}{suffix}`"))
            .collect();
        format!("there is {}", listed(&known))
    }
}

/// Why a text is no resource.
struct Problem {
    label: String,
    help: Option<String>,
}

impl Parser<'_> {
    /// `Resource` of a Task.
    pub fn resource(&mut self, fields: &Fields) -> Spanned<Resource> {
        let unknown = || Spanned {
            value: Resource {
                text: String::new(),
                kind: ResourceKind::Symbolic,
            },
            span: fields.anchor,
        };
        let Some(Spanned { value: text, span }) = self.text(fields, "Resource") else {
            return unknown();
        };
        let location = fields.location("Resource");
        match kind(text) {
            Ok(kind) => {
                self.fits_workflow(&kind, span, &location);
                self.is_known(&kind, text, span, &location);
                Spanned {
                    value: Resource {
                        text: text.value.clone(),
                        kind,
                    },
                    span,
                }
            }
            Err(problem) => {
                self.schema(
                    span,
                    &location,
                    format!("`{}` is not a resource that a Task can name", text.value),
                )
                .label(problem.label)
                .service(format!(
                    "The resource provided {} is not recognized. The value is not a valid resource ARN, or the \
                         resource is not available in this region.",
                    text.value
                ))
                .maybe_help(problem.help)
                .push();
                unknown()
            }
        }
    }

    /// What the guide does not describe, though its form is right.
    fn is_known(&mut self, kind: &ResourceKind, text: &Text, span: Span, location: &str) {
        let (label, help) = match kind {
            ResourceKind::Symbolic if text.symbols.is_empty() && !is_placeholder(&text.value) => (
                "no function, no activity, and no integration",
                "a task of your own is an activity: `arn:aws:states:<region>:<account>:activity:<name>`".to_owned(),
            ),
            ResourceKind::Service { service, action, .. } => {
                let Some(sdk) = service.strip_prefix("aws-sdk:") else {
                    return;
                };
                //
                let name: String = sdk.chars().filter(char::is_ascii_alphanumeric).collect();
                let name = name.to_ascii_lowercase();
                let camel = action.starts_with(|first: char| first.is_ascii_lowercase());
                if camel && name == sdk {
                    return;
                }
                let mut letters = action.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                let action: String = first.into_iter().chain(letters).collect();
                (
                    "services are lower case without other signs, actions begin in lower case",
                    format!("write `aws-sdk:{name}:{action}`"),
                )
            }
            _ => return,
        };
        let message = format!("`{}` is hardly a resource that a Task can name", text.value);
        self.finding(Lint::Doubtful, span, location, message)
            .label(label)
            .help(help)
            .push();
    }

    /// The code for what Express executions do not have, if the scope at hand runs as one. The service was seen to
    /// refuse it in Express workflows, not in the children of a distributed Map.
    pub fn express(&self) -> Option<Code> {
        match (self.options.workflow_type, self.express_children) {
            (WorkflowType::Express, _) => Some(Code::Service(ServiceCode::SchemaValidationFailed)),
            (WorkflowType::Standard, true) => Some(Code::Lint(Lint::Doubtful)),
            (WorkflowType::Standard, false) => None,
        }
    }

    /// What an Express workflow does not have.
    fn fits_workflow(&mut self, kind: &ResourceKind, span: Span, location: &str) {
        let Some(code) = self.express() else { return };
        let (what, service) = match kind {
            ResourceKind::Activity { .. } => ("activities", "Activity ARN"),
            ResourceKind::Service { pattern, .. } => match pattern {
                Pattern::RequestResponse => return,
                Pattern::Sync | Pattern::Sync2 => ("`.sync` tasks", "'.sync' service integration"),
                // The blank at the end is the service's.
                Pattern::WaitForTaskToken => ("`.waitForTaskToken` tasks", "'.waitForTaskToken' service integration "),
            },
            ResourceKind::Lambda { .. } | ResourceKind::Symbolic => return,
        };
        self.finding(code, span, location, format!("an Express execution has no {what}"))
            .label("only a Standard execution can wait for this")
            .service(format!("Express state machine does not support {service}"))
            .push();
    }
}

/// What a resource names.
fn kind(text: &Text) -> Result<ResourceKind, Problem> {
    let value = &text.value;
    let placeholder = value.starts_with('<') && value.ends_with('>');
    if placeholder
        || text
            .symbols
            .iter()
            .any(|symbol| value.starts_with(&format!("${{{symbol}}}")))
    {
        return Ok(ResourceKind::Symbolic);
    }
    let Some(rest) = value.strip_prefix("arn:") else {
        return Err(Problem {
            label: "a resource is an ARN: it starts with `arn:`".to_owned(),
            help: Some("a function is `arn:aws:lambda:<region>:<account>:function:<name>`".to_owned()),
        });
    };
    // Partition, service, region, account, and what is left; `${AWS::Region}` has colons of its own.
    let parts = split(rest, 5);
    let [_, service, region, account, name] = parts[..] else {
        return Ok(ResourceKind::Symbolic);
    };
    let hidden = |part: &str| {
        text.symbols
            .iter()
            .any(|symbol| part.contains(&format!("${{{symbol}}}")))
    };
    match service {
        _ if hidden(service) => Ok(ResourceKind::Symbolic),
        "lambda" => lambda(name, hidden(name)),
        "states" if name.starts_with("activity:") => match &name["activity:".len()..] {
            "" => Err(problem("the name of the activity is missing")),
            activity if hidden(activity) => Ok(ResourceKind::Symbolic),
            activity => Ok(ResourceKind::Activity {
                activity: activity.to_owned(),
            }),
        },
        "states" if hidden(name) => Ok(ResourceKind::Symbolic),
        "states" if hidden(region) || hidden(account) || (region.is_empty() && account.is_empty()) => integration(name),
        "states" => Err(Problem {
            label: "neither an activity nor a service integration".to_owned(),
            help: Some(
                "service integrations have no region and no account: `arn:aws:states:::sqs:sendMessage`".to_owned(),
            ),
        }),
        _ => Ok(ResourceKind::Symbolic),
    }
}

/// Whether a reader is to put the resource in: `<FunctionArn>`.
fn is_placeholder(value: &str) -> bool {
    value.starts_with('<') && value.ends_with('>')
}

/// `function:<name>[:<qualifier>]`
fn lambda(name: &str, hidden: bool) -> Result<ResourceKind, Problem> {
    if hidden {
        return Ok(ResourceKind::Symbolic);
    }
    match name
        .strip_prefix("function:")
        .map(|name| name.split(':').next().unwrap_or(name))
    {
        None => Err(Problem {
            label: "a Lambda function is `function:` and its name".to_owned(),
            help: Some(format!("write `function:{name}`")),
        }),
        Some("") => Err(problem("the name of the function is missing")),
        Some(function) => Ok(ResourceKind::Lambda {
            function: function.to_owned(),
        }),
    }
}

/// `[aws-sdk:]<service>:<action>[<pattern>]`
fn integration(name: &str) -> Result<ResourceKind, Problem> {
    let (name, pattern) = pattern(name);
    let known = |service: &str, action: &str| ResourceKind::Service {
        service: service.to_owned(),
        action: action.to_owned(),
        pattern,
    };
    let Some((service, action)) = name.rsplit_once(':') else {
        return Err(problem("expected `service:action`"));
    };
    if let Some(sdk) = service.strip_prefix("aws-sdk") {
        return match pattern {
            _ if sdk.len() < 2 || action.is_empty() => Err(problem("expected `aws-sdk:service:action`")),
            Pattern::Sync | Pattern::Sync2 => Err(problem("integrations by `aws-sdk` know no `.sync`")),
            _ => Ok(known(service, action)),
        };
    }
    let entries: Vec<_> = OPTIMIZED.iter().filter(|entry| entry.0 == service).collect();
    if entries.is_empty() {
        let meant = crate::nearest(service, OPTIMIZED.iter().map(|entry| entry.0));
        return Err(Problem {
            label: format!("no integration is called `{service}`"),
            help: Some(match meant {
                Some(meant) => format!("did you mean `{meant}:{action}`?"),
                None => format!("every service can be reached by `aws-sdk:{service}:{action}`"),
            }),
        });
    }
    let find = |action: &str| entries.iter().find(|entry| entry.1.contains(&action));
    let Some(entry) = find(action) else {
        if let Some((action, suffix)) = action.split_once('.')
            && let Some(entry) = find(action)
        {
            return Err(Problem {
                label: format!("there is no `.{suffix}`"),
                help: Some(entry.2.help(service, action)),
            });
        }
        let meant = crate::nearest(action, entries.iter().flat_map(|entry| entry.1).copied());
        return Err(Problem {
            label: format!("the integration `{service}` has no action `{action}`"),
            help: Some(match meant {
                Some(meant) => format!("did you mean `{service}:{meant}`?"),
                None => format!("every action can be reached by `aws-sdk:{service}:{action}`"),
            }),
        });
    };
    match entry.2.has(pattern) {
        true => Ok(known(service, action)),
        false => Err(Problem {
            label: format!("`{service}:{action}` cannot be waited for in this way"),
            help: Some(entry.2.help(service, action)),
        }),
    }
}

/// The name without its pattern, and the pattern.
fn pattern(name: &str) -> (&str, Pattern) {
    for (suffix, pattern) in [
        (".sync", Pattern::Sync),
        (".sync:2", Pattern::Sync2),
        (".waitForTaskToken", Pattern::WaitForTaskToken),
    ] {
        if let Some(name) = name.strip_suffix(suffix) {
            return (name, pattern);
        }
    }
    (name, Pattern::RequestResponse)
}

/// At most `count` parts between colons that stand outside `${}`; the last one holds the rest.
fn split(text: &str, count: usize) -> Vec<&str> {
    let mut parts = Vec::with_capacity(count);
    let (mut start, mut depth) = (0, 0_usize);
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && parts.len() + 1 < count => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn problem(label: &str) -> Problem {
    Problem {
        label: label.to_owned(),
        help: None,
    }
}
