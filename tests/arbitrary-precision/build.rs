//! Compiles a definition with the feature on in the compiler.

fn main() {
    asl_codegen::Builder::new().file("numbers.asl.json").compile();
}
