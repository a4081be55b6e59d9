//! Files of a lake in a folder: each written beside and renamed, so that no reader sees half of one.

use crate::atomic::write_atomically;
use crate::leftovers;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A folder that holds a lake, or will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeFolder(PathBuf);

/// A file of a lake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LakeFile {
    /// Its path below the lake, with slashes.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// True iff it is a link to a folder, which is not followed.
    pub is_link: bool,
}

impl LakeFolder {
    /// That folder, which need not be there.
    #[must_use]
    pub fn new(path: &Path) -> LakeFolder {
        LakeFolder(path.to_owned())
    }

    /// What a file is called in answers.
    #[must_use]
    pub fn name(&self, below: &str) -> String {
        self.0.join(below).to_string_lossy().into_owned()
    }

    /// True iff it is there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.is_dir()
    }

    /// Writes a file whole, its folders where there are none.
    ///
    /// # Errors
    /// What the file system says; the file is as it was then.
    pub fn write(&self, below: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join(below);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        write_atomically(&path, |out| out.write_all(bytes))
    }

    /// Waits until nobody else holds the folder of that file, and holds it, as long as what is returned lives. `None` where the system or the
    /// file system has no such locks.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn hold(&self, below: &str) -> io::Result<Option<File>> {
        let path = self.0.join(below);
        let Some(folder) = path.parent() else { return Ok(None) };
        std::fs::create_dir_all(folder)?;
        let held = File::open(folder).and_then(|folder| folder.lock().map(|()| folder));
        Ok(held.ok())
    }

    /// Removes a file; it is no error where there is none.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(&self, below: &str) -> io::Result<()> {
        match std::fs::remove_file(self.0.join(below)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes what runs that were killed left over in a folder of the lake, where nobody has written to it for a while.
    pub fn tidy(&self, below: &str) {
        let folder = self.0.join(below);
        let Ok(entries) = std::fs::read_dir(&folder) else { return };
        let mut names = entries.flatten().map(|entry| entry.file_name());
        if names.any(|name| name.to_str().is_some_and(leftovers::is_ours))
            && let Ok(mine) = tempfile::Builder::new().prefix(leftovers::PREFIX).tempfile_in(&folder)
        {
            leftovers::remove(&folder, mine.as_file());
        }
    }

    /// The bytes of a file; `None` iff there is none.
    ///
    /// # Errors
    /// What the file system says; or it is larger than `most`, or not a file.
    pub fn read(&self, below: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let path = self.0.join(below);
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("it is not a regular file")),
            Ok(_) => {}
        }
        let mut bytes = Vec::new();
        File::open(&path)?.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::Error::other(format!("it is larger than the limit of {most} bytes")));
        }
        Ok(Some(bytes))
    }

    /// All files below that folder of the lake, sorted; links to folders are not followed. None where it is not there.
    ///
    /// # Errors
    /// What the file system says of a folder.
    pub fn list(&self, below: &str) -> io::Result<Vec<LakeFile>> {
        let mut found = Vec::new();
        let mut open = vec![below.trim_matches('/').to_owned()];
        while let Some(folder) = open.pop() {
            let entries = match std::fs::read_dir(self.0.join(&folder)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries?,
            };
            for entry in entries {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if entry.file_type()?.is_dir() {
                    open.push(path);
                } else {
                    let size = entry.metadata().map_or(0, |metadata| metadata.len());
                    let is_link = entry.file_type()?.is_symlink() && entry.path().is_dir();
                    found.push(LakeFile { path, size, is_link });
                }
            }
        }
        found.sort();
        Ok(found)
    }
}
