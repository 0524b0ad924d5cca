//! Compiles random machines, and writes the table of them. `SHAPES_SEED` makes others.

mod machines;
mod random;

use asl_codegen::diagnostic::{Level, Lint};
use asl_codegen::source::Source;
use asl_codegen::{Module, Options, compile, format};
use machines::Machines;
use proc_macro2::{Ident, Span};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, error, fs};

const MACHINES: u64 = 120;

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-env-changed=SHAPES_SEED");
    println!("cargo::rerun-if-changed=machines.rs");
    println!("cargo::rerun-if-changed=random.rs");
    let seed: u64 = env::var("SHAPES_SEED").ok().map_or(Ok(1), |seed| seed.parse())?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut text = String::new();
    let mut table = String::from("/// The machines.\npub static MACHINES: &[Machine] = &[\n");
    for number in 0..MACHINES {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let mut machines = Machines {
            rng: &mut rng,
            states: 0,
            depth: 0,
        };
        let definition = machines.machine().to_string();
        let name = format!("machine_{number}");
        let mut options = Options {
            module: Module::public(Ident::new(&name, Span::call_site())),
            ..Options::default()
        };
        for &lint in Lint::ALL {
            options.levels.set(lint, Level::Allow);
        }
        let source = Source::new(format!("{name}.asl.json"), definition.clone());
        let compiled = match compile(&source, &options) {
            Ok(compiled) => compiled,
            Err(error) => return Err(format!("{definition}\n{error}").into()),
        };
        text += &format::file(compiled.tokens, &name)?;
        writeln!(table, "machine!({name}, {definition:?}),")?;
    }
    fs::write(out.join("machines.rs"), format!("{text}{table}];\n"))?;
    Ok(())
}
