//! The module of a definition that does not compile: its names, and bodies that do nothing, so that one mistake in the
//! definition is not ten errors in the Rust around it.

use super::TYPES;
use super::made::Made;
use super::name::Names;
use super::work::{Method, Works};
use crate::Options;
use crate::diagnostic::Diagnostics;
use crate::options::Module;
use crate::schema::TypesFile;
use crate::syntax::Machine;
use proc_macro2::TokenStream;
use quote::quote;

/// Writes what users name of a module. The machine may be one that `check` refused.
pub(crate) fn skeleton(machine: &Machine, file: Option<&TypesFile>, options: &Options) -> TokenStream {
    let mut works = Works::of(machine, options, &mut Diagnostics::new());
    let made = Made::of(file, &mut works, &options.types, &mut Names::with(TYPES));
    // It was reported.
    let Made {
        items, input, output, ..
    } = made.unwrap_or_default();
    let methods = works.methods().iter().map(|method| &method.name);
    let inputs = works.methods().iter().map(|method| &method.input);
    let results = works.methods().iter().map(|method| &method.result);
    let errors = works.methods().iter().map(Method::error);
    let untyped = (!works.are_typed()).then(|| {
        quote!(
            impl<H: rt::Handler> Tasks for rt::Untyped<H> {}
        )
    });
    let Module {
        attributes,
        visibility,
        name,
    } = &options.module;
    quote! {
        #attributes
        #[allow(missing_docs, unused, reason = "it stands in for what an error kept from being generated")]
        #visibility mod #name {
            use ::asl_runtime::codegen::{
                self as rt, Engine, Error, Execution, Future, TaskContext, TaskError, Value,
            };

            pub trait Tasks: Send + Sync {
                #(
                    // With a body, since the method may be new.
                    fn #methods(&self, cx: &TaskContext<'_>, input: #inputs)
                        -> impl Future<Output = Result<#results, #errors>> + Send
                    {
                        async { unreachable!() }
                    }
                )*
            }

            #untyped

            #(#items)*

            pub async fn run(tasks: &impl Tasks, input: #input) -> Result<#output, Error> {
                unreachable!()
            }

            pub async fn run_with(execution: Execution, tasks: &impl Tasks, input: #input) -> Result<#output, Error> {
                unreachable!()
            }

            pub async fn run_on<E: Engine, T: Tasks>(engine: &E, tasks: &T, input: #input) -> Result<#output, Error> {
                unreachable!()
            }

            pub struct Machine;

            impl rt::Machine for Machine {
                const DEFINITION: &'static rt::Definition = &rt::Definition {
                    name: "",
                    source: "",
                    sha256: "",
                    workflow_type: rt::WorkflowType::Standard,
                    timeout_seconds: None,
                    states: &[],
                };
            }

            impl<T: Tasks> rt::Run<T> for Machine {
                async fn run_on<E: Engine>(engine: &E, tasks: &T, input: Value) -> Result<Value, Error> {
                    unreachable!()
                }
            }
        }
    }
}
