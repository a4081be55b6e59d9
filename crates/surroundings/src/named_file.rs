//! A file as it is named: stdin or a path, what it is called in a message, and how it begins.

use std::io::{self, Read};
use std::path::Path;

/// The bytes by which the kind of a file is known.
const HEAD: u64 = 4_096;

/// `-` stands for stdin or stdout.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What a file is called in a message.
pub fn called(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

/// The first bytes of a file, by which its kind is known; none of what is no file.
pub fn head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    // A pipe in the folder would be waited for.
    if path.is_file() {
        let read = std::fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
        let _: Result<usize, io::Error> = read;
    }
    head
}
