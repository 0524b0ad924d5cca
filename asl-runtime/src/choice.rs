//! stub
/// s
pub fn parse_timestamp(_: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    None
}
