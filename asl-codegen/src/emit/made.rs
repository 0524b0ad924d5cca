//! The types at the boundary of a machine: those that were given, and those that are written for a types file.

use super::errors;
use super::members::Structs;
use super::name::Names;
use super::work::{Typed, Works};
use crate::diagnostic::{Code, Diagnostic};
use crate::options::Types;
use crate::schema::TypesFile;
use crate::source::Span;
use proc_macro2::TokenStream;

/// The types of the machine, and the items that they and those of the tasks need.
#[derive(Default)]
pub struct Made {
    /// What the machine takes.
    pub input: Typed,
    /// What it gives.
    pub output: Typed,
    /// Types.
    pub items: Vec<TokenStream>,
    /// What is in those that are structs.
    pub structs: Structs,
}

impl Made {
    /// Gives the machine and its work their types.
    ///
    /// # Errors
    /// Where those of the types file cannot be written.
    pub fn of(
        file: Option<&TypesFile>,
        works: &mut Works,
        types: &Types,
        names: &mut Names,
    ) -> Result<Made, Box<Diagnostic>> {
        let mut made = Made {
            input: Typed::given(types.input.clone()),
            output: Typed::given(types.output.clone()),
            ..Made::default()
        };
        if let Some(file) = file {
            made.of_schemas(file, works, names).map_err(|(message, help)| {
                let fault = Diagnostic::error(Code::Unsupported, Span::new(0, 1), message);
                Box::new(fault.maybe_help(help).in_file(&file.source))
            })?;
            made.items.extend(errors::enums(file, works, names));
        }
        Ok(made)
    }

    /// Whether the machine takes or gives something else than JSON.
    pub fn is_typed(&self) -> bool {
        !matches!((&self.input, &self.output), (Typed::Json, Typed::Json))
    }

    #[cfg(feature = "schema")]
    fn of_schemas(&mut self, file: &TypesFile, works: &mut Works, names: &mut Names) -> Result<(), Refusal> {
        use super::doc::code;
        use super::name::camel;
        use super::schema::RustTypes;

        let mut rust = RustTypes::new(file, names);
        let mut slots = Vec::new();
        let machine = [
            (&file.input, &mut self.input, "Input", "What the machine takes."),
            (&file.output, &mut self.output, "Output", "What the machine gives."),
        ];
        for (schema, slot, wanted, about) in machine {
            if let Some(schema) = schema {
                rust.add(&schema.value, wanted, about);
                slots.push(slot);
            }
        }
        for method in works.methods_mut() {
            let name = method.name.to_string();
            let Some(task) = file.tasks.iter().find(|task| task.name.value == name) else {
                continue;
            };
            if let Some(schema) = &task.input {
                let about = format!("What {} is asked with.", code(&name));
                rust.add(&schema.value, &format!("{}Input", camel(&name)), &about);
                slots.push(&mut method.input);
            }
            if let Some(schema) = &task.result {
                let about = format!("What {} gives.", code(&name));
                rust.add(&schema.value, &format!("{}Result", camel(&name)), &about);
                slots.push(&mut method.result);
            }
        }
        self.structs = rust.structs();
        let (types, items) = rust
            .finish()
            .map_err(|error| (format!("no Rust types can be written for it: {error}"), None))?;
        for (slot, of) in slots.into_iter().zip(types) {
            *slot = match of.to_string().as_str() {
                "Value" => Typed::Json,
                _ => Typed::Made(of),
            };
        }
        self.items.extend(items);
        Ok(())
    }

    #[cfg(not(feature = "schema"))]
    fn of_schemas(&mut self, file: &TypesFile, _: &mut Works, _: &mut Names) -> Result<(), Refusal> {
        if !file.has_schemas() {
            return Ok(());
        }
        Err((
            format!("`{}` needs the feature `schema`", file.source.path()),
            Some(
                "switch it on: `features = [\"schema\"]` of asl-runtime, or of asl-codegen in a build script"
                    .to_owned(),
            ),
        ))
    }
}

/// Why types cannot be written, and what to do.
type Refusal = (String, Option<String>);
