//! Puts the example Acme into the binary: the list of its files, for `src/demo.rs`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").canonicalize()?;
    println!("cargo::rerun-if-changed={}", examples.display());
    let mut list = String::from("&[\n");
    for file in files(&examples)? {
        let name = file.strip_prefix(&examples).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        // Writing into a string cannot fail.
        let _ = writeln!(list, "    ({name:?}, include_bytes!({:?})),", file.display());
    }
    list.push(']');
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    std::fs::write(out.join("demo_files.rs"), list)
}

/// All files below, by path.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(files(&path)?);
        } else if path.extension().is_none_or(|suffix| suffix != "md") {
            all.push(path);
        }
    }
    all.sort_unstable();
    Ok(all)
}
