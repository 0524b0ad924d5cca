//! Mistakes in YAML are shown in the YAML.

use asl_runtime::include_asl;

include_asl!(pub mod order = "./yaml.asl.yaml");
include_asl!(pub mod unquoted = "./yaml_syntax.yml");

fn main() {}
