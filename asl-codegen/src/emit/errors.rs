//! The errors that tasks declare, as types.

use super::doc::{code, doc};
use super::name::{Names, camel};
use super::variables::ident;
use super::work::Works;
use crate::schema::TypesFile;
use proc_macro2::TokenStream;
use quote::quote;

/// An enum for each task that declares its errors, with which its method fails from now on.
pub fn enums(file: &TypesFile, works: &mut Works, names: &mut Names) -> Vec<TokenStream> {
    let mut items = Vec::new();
    for method in works.methods_mut() {
        let method_name = method.name.to_string();
        let task = file.tasks.iter().find(|task| task.name.value == method_name);
        if let Some(errors) = task.and_then(|task| task.errors.as_ref()) {
            let name = names.claim(&format!("{}Error", camel(&method_name))).0;
            items.push(error_enum(&name, &method_name, errors));
            method.error = Some(ident(&name));
        }
    }
    items
}

fn error_enum(name: &str, method: &str, errors: &[String]) -> TokenStream {
    let name = ident(name);
    let mut variants = Names::with(&["Self", "Other"]);
    let variants: Vec<_> = errors
        .iter()
        .map(|error| ident(&variants.claim(&camel(error)).0))
        .collect();
    let abouts = errors
        .iter()
        .map(|error| doc(&[format!("{}, with its cause.", code(error))]));
    let about = doc(&[format!("What {} can fail with.", code(method))]);
    quote! {
        #about
        #[allow(dead_code, reason = "a handler need not fail in every way")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum #name {
            #(#abouts #variants(String),)*
            /// What is not declared: an error of the platform, such as `States.TaskFailed`.
            Other(TaskError),
        }

        impl From<#name> for TaskError {
            fn from(error: #name) -> TaskError {
                match error {
                    #(#name::#variants(cause) => TaskError::new(#errors, cause),)*
                    #name::Other(error) => error,
                }
            }
        }

        impl From<TaskError> for #name {
            fn from(error: TaskError) -> #name {
                #name::Other(error)
            }
        }
    }
}
