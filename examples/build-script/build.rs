//! Compiles the order workflow to `order.rs` in `OUT_DIR`.

fn main() {
    asl_codegen::Builder::new().file("../order/order.asl.json").compile();
}
