//! Options that do not exist, and such that are given twice.

use asl_runtime::asl;

asl!(pub mod option = {}, lint { no_dollar: deny });
asl!(pub mod workflow_type = {}, type: Expres);
asl!(pub mod lint = {}, lints { unread_tokens: deny });
asl!(pub mod level = {}, lints { unread_token: forbid });
asl!(pub mod twice = {}, type: Express, type: Express);
asl!(pub mod lint_twice = {}, lints { no_dollar: allow, no_dollar: deny });
asl!(pub mod name_twice = {}, substitutions { "A" => 1, "A" => 2 });
asl!(pub mod unused = { "Comment": "${Region}" }, substitutions { "Regoin" => "eu-west-1", "Other" => 1 });
asl!(pub mod value = {}, substitutions { "A" => 'a' });
asl!(pub mod number = {}, substitutions { "A" => 1u8 });
asl!(pub mod identifier = {}, rename { "Cat?" => match });
asl!(pub mod comma = {} type: Express);
asl!(pub module = {});
asl!({});

fn main() {}
