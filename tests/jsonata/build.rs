//! Compiles the expression of each case, and random ones, to functions, and writes the tables of them.

#[path = "cases.rs"]
mod cases;
#[path = "limits.rs"]
mod limits;
#[path = "random.rs"]
#[allow(dead_code, reason = "the tests draw the data")]
mod random;

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
    println!("cargo::rerun-if-changed=limits.rs");
    println!("cargo::rerun-if-changed=random.rs");
    println!("cargo::rerun-if-env-changed=ASL_RANDOM");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    fs::write(out.join("cases.rs"), prettyplease::unparse(&syn::parse2(cases()?)?))?;
    fs::write(out.join("limits.rs"), limits()?.to_string())?;
    let part = env::var("ASL_RANDOM").map_or(Ok(0), |part| part.parse())?;
    // Too much to be formatted.
    Ok(fs::write(out.join("random.rs"), random(part).to_string())?)
}

/// Random expressions that have a native form: a few, or the part of many that `ASL_RANDOM` asks for, counted from 1. More
/// than this at once take rustc too much memory.
fn random(part: u64) -> TokenStream {
    let streams = match part.checked_sub(1) {
        None => 0..300,
        Some(before) => before * 2_500..part * 2_500,
    };
    let mut items = TokenStream::new();
    let mut entries = Vec::new();
    let bound = random::BOUND.map(str::to_owned);
    for stream in streams {
        let text = random::Random::new(stream).expression();
        let name = Ident::new(&format!("random_{stream}"), Span::call_site());
        if let Ok(expr) = parse(&text)
            && let Ok(function) = function(&name, &expr, &bound)
        {
            items.extend(function);
            entries.push(quote!((#text, #name)));
        }
    }
    quote! {
        #items

        /// Random expressions, and what they compile to.
        pub static RANDOM: &[(&str, Drawn)] = &[#(#entries),*];
    }
}

/// Expressions that go beyond the limits. All of them have a native form.
fn limits() -> Result<TokenStream, Box<dyn error::Error>> {
    let bound = limits::BOUND.map(str::to_owned);
    let table = |table: &str, texts: &[&str]| -> Result<TokenStream, Box<dyn error::Error>> {
        let mut items = TokenStream::new();
        let mut entries = Vec::new();
        for text in texts {
            let name = Ident::new(&format!("{table}_{}", entries.len()).to_lowercase(), Span::call_site());
            let expr = parse(text).map_err(|_| format!("{text} is no expression"))?;
            items.extend(function(&name, &expr, &bound).map_err(|reason| format!("{text}: {}", reason.what))?);
            entries.push(quote!((#text, #name)));
        }
        let table = Ident::new(table, Span::call_site());
        Ok(quote! {
            #items

            /// Expressions that go beyond a limit, and what they compile to.
            pub static #table: &[(&str, Drawn)] = &[#(#entries),*];
        })
    };
    let tables = [table("LONG", limits::LONG)?, table("LARGE", limits::LARGE)?];
    Ok(tables.into_iter().collect())
}

fn cases() -> Result<TokenStream, Box<dyn error::Error>> {
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
                    Err(reason) => {
                        let what = reason.what;
                        quote!(Native::Interpreted(#what))
                    }
                }
            }
        };
        let line = case.to_string();
        entries.push(quote!(Case { text: #text, line: #line, native: #native }));
    }
    Ok(quote! {
        #items

        /// The cases, in the order of the file.
        pub static CASES: &[Case] = &[#(#entries),*];
    })
}
