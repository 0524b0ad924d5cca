//! Compiles the expression of each case to a function, and writes the table of them.

#[path = "cases.rs"]
mod cases;

use asl_codegen::emit::jsonata::function;
use asl_codegen::expr::jsonata::parse;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::path::PathBuf;
use std::{env, error, fs};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-env-changed=ASL_CORPUS");
    println!("cargo::rerun-if-changed={}", cases::file().display());
    println!("cargo::rerun-if-changed=cases.rs");
    let mut items = TokenStream::new();
    let mut entries = Vec::new();
    for case in cases::read()? {
        let text = case["expr"].as_str().unwrap_or_default();
        let bindings = cases::bindings(&case);
        let native = match parse(text) {
            Err(error) => {
                let code = error.code.unwrap_or_default();
                quote!(Native::Syntax(#code))
            }
            Ok(expr) => {
                let name = Ident::new(&format!("case_{}", entries.len()), Span::call_site());
                match function(&name, &expr, &bindings) {
                    Ok(function) => {
                        items.extend(function);
                        quote!(Native::Compiled(|query, root, bound| {
                            let bound = <_>::try_from(bound).unwrap_or_else(|_| unreachable!("one for each binding"));
                            #name(query, root, bound)
                        }))
                    }
                    Err(asl_codegen::emit::jsonata::Unsupported(why)) => quote!(Native::Interpreted(#why)),
                }
            }
        };
        let line = case.to_string();
        entries.push(quote!(Case { text: #text, line: #line, native: #native }));
    }
    let file = quote! {
        #items

        /// The cases, in the order of the file.
        pub static CASES: &[Case] = &[#(#entries),*];
    };
    let text = prettyplease::unparse(&syn::parse2(file)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    Ok(fs::write(out.join("cases.rs"), text)?)
}
