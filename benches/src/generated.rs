//! The machines as they are compiled from their definitions.

use asl_runtime::include_asl;

include_asl!(pub mod pass_chain = "machines/pass_chain.asl.json");
include_asl!(pub mod counting_loop = "machines/counting_loop.asl.json");
include_asl!(pub mod map_items = "machines/map_items.asl.json", types: none);
include_asl!(pub mod parallel = "machines/parallel.asl.json");
include_asl!(pub mod echo_tasks = "machines/echo_tasks.asl.json", types: none);
include_asl!(pub mod waiting = "machines/waiting.asl.json");
include_asl!(pub mod order = "../../examples/order/order.asl.json", types: none);
include_asl!(pub mod jsonata_passes = "machines/jsonata_passes.asl.json");

/// Those of which everything has a type.
pub mod typed {
    use asl_runtime::include_asl;

    include_asl!(pub mod map_items = "machines/map_items.asl.json");
    include_asl!(pub mod echo_tasks = "machines/echo_tasks.asl.json");
    include_asl!(
        pub mod order = "../../examples/order/order.asl.json",
        tasks { sqs_send_message(_), dynamodb_update_item(_), refund_payment(_) }
    );
}
