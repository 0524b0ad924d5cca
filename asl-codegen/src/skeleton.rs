//! The items of a definition that does not compile, so that one mistake in it is not ten errors in the Rust around it.

use crate::options::Module;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The module as it would be generated, with these methods in `Tasks` and bodies that do nothing.
pub fn skeleton(module: &Module, methods: &[Ident]) -> TokenStream {
    let Module {
        attributes,
        visibility,
        name,
    } = module;
    quote! {
        #attributes
        #[allow(missing_docs, dead_code, unused, reason = "it stands in for what an error kept from being generated")]
        #visibility mod #name {
            use ::asl_runtime::{Definition, Engine, Error, Run, TaskContext, TaskError, Value};
            use ::std::future::Future;

            pub trait Tasks: Send + Sync {
                #(
                    fn #methods(&self, cx: &TaskContext<'_>, input: Value)
                        -> impl Future<Output = Result<Value, TaskError>> + Send
                    {
                        async { unreachable!() }
                    }
                )*
            }

            pub async fn run(tasks: &impl Tasks, input: Value) -> Result<Value, Error> {
                unreachable!()
            }

            pub async fn run_on<E: Engine, T: Tasks>(engine: &E, tasks: &T, input: Value) -> Result<Value, Error> {
                unreachable!()
            }

            #[derive(Debug, Clone, Copy)]
            pub struct Machine;

            impl ::asl_runtime::Machine for Machine {
                const DEFINITION: &'static Definition = &Definition {
                    name: "",
                    source: "",
                    sha256: "",
                    timeout_seconds: None,
                    states: &[],
                };
            }

            impl<T: Tasks> Run<T> for Machine {
                async fn run_on<E: Engine>(engine: &E, tasks: &T, input: Value) -> Result<Value, Error> {
                    unreachable!()
                }
            }
        }
    }
}
