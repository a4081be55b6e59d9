//! stub of the example
pub fn write(_: &std::path::Path) -> std::io::Result<crate::Truth> {
    Ok(crate::Truth::default())
}
