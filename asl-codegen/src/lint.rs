//! The lints of this compiler, and their levels.

use std::collections::BTreeMap;
use std::fmt;

/// What happens with a finding of a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported; the definition still compiles.
    Warn,
    /// Reported, and stops the compilation.
    Deny,
}

impl Level {
    /// `allow`, `warn`, `deny`
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The level of this name.
    pub fn from_name(name: &str) -> Option<Level> {
        [Level::Allow, Level::Warn, Level::Deny]
            .into_iter()
            .find(|level| level.as_str() == name)
    }
}

/// Levels that differ from the default of their lint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<Lint, Level>);

impl Levels {
    /// Every lint at its default.
    pub fn new() -> Levels {
        Levels::default()
    }

    /// Sets the level of a lint.
    pub fn set(&mut self, lint: Lint, level: Level) {
        self.0.insert(lint, level);
    }

    /// The level of a lint: the one that was set, or its default.
    pub fn level(&self, lint: Lint) -> Level {
        self.0.get(&lint).copied().unwrap_or_else(|| lint.default_level())
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line a lint: its variant, name, default level and what it finds.
macro_rules! lints {
    ($($variant:ident $name:literal $level:ident $about:literal)*) => {
        /// A lint of this compiler: a finding that the service does not refuse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Lint {
            $(#[doc = concat!("`", $name, "`: ", $about, ".")] $variant,)*
        }

        impl Lint {
            /// Every lint.
            pub const ALL: &[Lint] = &[$(Lint::$variant),*];

            /// Its name, as written in `lints { name: deny }`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Lint::$variant => $name,)*
                }
            }

            /// Its level where nobody set one. Only what is proved to fail at run time is denied, and options that name
            /// nothing.
            pub fn default_level(self) -> Level {
                match self {
                    $(Lint::$variant => Level::$level,)*
                }
            }

            /// What it finds, as a phrase.
            pub fn about(self) -> &'static str {
                match self {
                    $(Lint::$variant => $about,)*
                }
            }

            /// The lint of this name.
            pub fn from_name(name: &str) -> Option<Lint> {
                match name {
                    $($name => Some(Lint::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

lints! {
    // The document as a whole.
    DuplicateKey "duplicate_key" Warn "the same key twice in one object"
    Doubtful "doubtful" Warn "what the documentation forbids, though the service was not seen to refuse it"
    UnknownRename "unknown_rename" Deny "a `rename` of what no definition has"
    UnknownTask "unknown_task" Deny "types for a task that no definition has"
    NameCollision "name_collision" Warn "a method of `Tasks`, or a state with a `rename`, that gets a number, because its name is taken"

    // The service's own warnings (V-29).
    NoDollar "no_dollar" Warn "a value that looks like a path under a key that does not end with `.$`"
    NoPath "no_path" Warn "`Parameters` that are a path instead of an object, so that they stay text"
    PassResultIsStatic "pass_result_is_static" Warn "text that looks like a path in the Result of a Pass state"

    // Retry and Catch.
    UncatchableError "uncatchable_error" Warn "a Retrier or Catcher of an error that none can match"
    UnraisableError "unraisable_error" Warn "a Retrier or Catcher of an error that the state never raises"
    UnknownErrorName "unknown_error_name" Warn "an error name under `States.` that does not exist"
    UndeclaredError "undeclared_error" Warn "a Retrier or Catcher of an error that no task behind it declares"
    ShadowedHandler "shadowed_handler" Warn "a Retrier or Catcher that an earlier one hides"

    // The graph.
    ChoiceWithoutDefault "choice_without_default" Warn "a Choice without Default whose rules may all be false"
    DuplicateRule "duplicate_rule" Warn "a Choice rule that repeats an earlier one"
    EndlessLoop "endless_loop" Warn "a loop of states that neither wait, nor work, nor decide"
    NoWayOut "no_way_out" Warn "a state from which no terminal state can be reached"

    // Data.
    ImpossiblePath "impossible_path" Warn "a path to what cannot exist"
    MaybeMissingPath "maybe_missing_path" Warn "a path to what is missing on some of the ways to its state"
    ImpossibleComparison "impossible_comparison" Warn "a comparison that is never true, because of what the data is"
    ConstantComparison "constant_comparison" Warn "a comparison that is always true"
    UnreachableRule "unreachable_rule" Warn "a rule or a `Default` of a Choice that no data reaches"
    WrongType "wrong_type" Warn "a path to a value of a type that its field does not take"
    SymbolicComparison "symbolic_comparison" Warn "a comparison with a `${Name}` that no value was given for"
    MatchWithoutWildcard "match_without_wildcard" Warn "a StringMatches pattern without `*`"
    ResultPathIntoNonObject "result_path_into_non_object" Warn "a ResultPath into what is no object"
    UnassignedVariable "unassigned_variable" Warn "a variable that no state assigns before it is read"
    MaybeUnassignedVariable "maybe_unassigned_variable" Allow "a variable that not every way to its reader assigns"
    UnreadResult "unread_result" Allow "a result of a task that no later state reads"
    TypeMismatch "type_mismatch" Warn "what can never be of the type that a types file gives it"
    UnusedParameter "unused_parameter" Warn "a member of what a task is asked with that its input does not have"
    IgnoredField "ignored_field" Warn "a field that has no effect where it stands"

    // The context object, callbacks and times.
    UnreadToken "unread_token" Warn "a `.waitForTaskToken` task whose parameters never pass `$$.Task.Token`"
    TokenOutsideCallback "token_outside_callback" Warn "`$$.Task.Token` where no task waits for it"
    MapContextOutsideMap "map_context_outside_map" Deny "`$$.Map` outside a Map"
    UnknownContextField "unknown_context_field" Warn "a field that the context object does not have"
    HeartbeatNotBelowTimeout "heartbeat_not_below_timeout" Warn "HeartbeatSeconds that are not below TimeoutSeconds"

    // Intrinsic functions.
    IntrinsicArity "intrinsic_arity" Deny "a function called with too few or too many arguments"
    IntrinsicArgument "intrinsic_argument" Deny "a literal argument that the function refuses"
    FormatPlaceholders "format_placeholders" Deny "a States.Format whose `{}` are not as many as its arguments"

    // JSONata.
    PlainBraces "plain_braces" Warn "a string that looks like a JSONata expression, and is plain text"
    UnknownFunction "unknown_function" Deny "a call of a function that JSONata does not have"
    FunctionArity "function_arity" Deny "a JSONata function called with too few or too many arguments"
    FunctionArgument "function_argument" Deny "an argument of a type that the JSONata function refuses"
    InterpretedExpression "interpreted_expression" Allow "a JSONata expression that an interpreter evaluates, since it has no native form"
    FailingExpression "failing_expression" Deny "a JSONata expression that fails whatever the data"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for &lint in Lint::ALL {
            assert_eq!(Lint::from_name(lint.as_str()), Some(lint));
            assert!(!lint.about().ends_with('.'), "{lint}");
        }
        assert_eq!(Lint::from_name("no_such_lint"), None);
    }

    #[test]
    fn a_level_that_was_set_wins() {
        let mut levels = Levels::new();
        assert_eq!(levels.level(Lint::UnreadToken), Level::Warn);
        levels.set(Lint::UnreadToken, Level::Deny);
        assert_eq!(levels.level(Lint::UnreadToken), Level::Deny);
    }
}
