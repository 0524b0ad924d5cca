//! What is valid but not compiled by this version, and values that must be known.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::syntax::{Machine, Scope, StateKind};

/// Reports what keeps a valid machine from being compiled.
pub(crate) fn support(machine: &Machine, diagnostics: &mut Diagnostics) {
    for value in &machine.unsettled {
        if value.names.is_empty() {
            diagnostics.push(
                Diagnostic::error(
                    Code::Unsupported,
                    value.span,
                    "a placeholder must be replaced before this can be compiled",
                )
                .label("no string can stand here, and only `${Name}` in strings is substituted")
                .help("compile the definition that has its value here")
                .at(&value.location),
            );
            continue;
        }
        let names: Vec<_> = value.names.iter().map(|name| format!("`{name}`")).collect();
        diagnostics.push(
            Diagnostic::error(
                Code::SubstitutionNeeded,
                value.span,
                format!("the value of {} is needed to compile this", names.join(", ")),
            )
            .label("the compiler must know what stands here")
            .help("give it in the `substitutions` of the macro or the builder")
            .at(&value.location),
        );
    }
    scope(&machine.scope, diagnostics);
}

fn scope(of: &Scope, diagnostics: &mut Diagnostics) {
    for state in &of.states {
        if let StateKind::Map(map) = &state.kind {
            for field in &map.data_set_fields {
                let name = field.name.value;
                diagnostics.push(
                    Diagnostic::error(
                        Code::Unsupported,
                        field.name.span,
                        format!("`{name}` is not compiled yet"),
                    )
                    .label("a Map over its input array is")
                    .at(format!("{}/{name}", state.location)),
                );
            }
        }
        for inner in state.scopes() {
            scope(inner, diagnostics);
        }
    }
}
