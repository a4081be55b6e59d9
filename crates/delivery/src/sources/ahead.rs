//! Local files that are read soon: the system is asked for some of them at a time, while those before them are looked at.

use std::path::PathBuf;

/// Asks the system to read these files, and does not wait for it; iff the one in the middle is not in memory: where all of them are,
/// asking would only cost. What cannot be opened is left to whoever reads it. Without Linux and glibc this does nothing.
pub(crate) fn read_ahead(paths: &[PathBuf]) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use super::file::regular;
        use std::os::fd::AsFd;
        let middle = paths.get(paths.len() / 2).and_then(|path| regular(path).ok());
        if middle.is_none_or(|file| !logs::is_in_memory(file.as_fd())) {
            let files = paths.iter().filter_map(|path| regular(path).ok());
            files.for_each(|file| logs::read_soon(file.as_fd()));
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = paths;
}

/// Files that are asked for at a time.
const BATCH: usize = 64;
/// So many files before the last one that was asked for, the next ones are.
const LEAD: usize = 32;
/// Larger ones the system reads on by itself.
const SMALL: u64 = 1 << 20;

/// How many of the next files were asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ahead {
    asked: usize,
}

impl Ahead {
    /// One file was taken.
    pub(crate) fn took(&mut self) {
        self.asked = self.asked.saturating_sub(1);
    }

    /// The paths of the files to ask for now, out of those that are left, the next one last: none where enough were asked for.
    /// `path` says where a file is, and its size; `None` iff it is no local one.
    pub(crate) fn next<T>(
        &mut self,
        left: &[T],
        path: impl Fn(&T) -> Option<(PathBuf, u64)>,
    ) -> Vec<PathBuf> {
        if self.asked > LEAD || left.len() <= self.asked {
            return Vec::new();
        }
        let some = left.iter().rev().skip(self.asked).take(BATCH);
        let (mut count, mut paths) = (0, Vec::new());
        for one in some {
            count += 1;
            paths.extend(path(one).filter(|(_, size)| *size <= SMALL).map(|(path, _)| path));
        }
        self.asked += count;
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::{Ahead, read_ahead};
    use std::path::{Path, PathBuf};

    #[test]
    fn nothing_is_waited_for_and_nothing_is_changed() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let before = std::fs::read(&manifest).unwrap();
        let (missing, folder) = (manifest.with_file_name("missing"), manifest.parent().unwrap().to_owned());
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        {
            use std::os::fd::AsFd;
            assert!(logs::is_in_memory(std::fs::File::open(&manifest).unwrap().as_fd()));
        }
        read_ahead(&[manifest.clone(), missing.clone(), folder]);
        read_ahead(&[missing, manifest.clone()]);
        read_ahead(&[]);
        assert_eq!(std::fs::read(&manifest).unwrap(), before);
    }

    #[test]
    fn each_file_is_asked_for_once_and_before_it_is_read() {
        let mut left: Vec<usize> = (0..1_000).collect();
        let (mut ahead, mut asked) = (Ahead::default(), Vec::new());
        while !left.is_empty() {
            let paths = ahead.next(&left, |one| Some((PathBuf::from(one.to_string()), *one as u64)));
            asked.extend(paths.iter().map(|path| path.to_str().unwrap().parse::<usize>().unwrap()));
            let next = left.pop().unwrap();
            ahead.took();
            assert!(asked.contains(&next));
        }
        asked.reverse();
        assert_eq!(asked, (0..1_000).collect::<Vec<_>>());
    }
}
