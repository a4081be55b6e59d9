//! Files that are wanted soon: the system reads them while others are looked at. `unsafe` stands here and nowhere near.

#![allow(unsafe_code, reason = "two C functions: the standard library has no word for them")]
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::io::Error;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Asks the system to read the file, and does not wait for it.
pub fn read_soon(file: BorrowedFd<'_>) {
    // SAFETY: takes numbers, and the file is open.
    unsafe {
        libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_WILLNEED);
    }
}

/// False iff the file's first byte has to come from the disk. Of a file system that cannot say so, true.
#[must_use]
pub fn is_in_memory(file: BorrowedFd<'_>) -> bool {
    let mut byte = [0_u8];
    let to = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    // SAFETY: `to` is one buffer of one byte, which outlives the call; the file is open.
    let read = unsafe { libc::preadv2(file.as_raw_fd(), &raw const to, 1, 0, libc::RWF_NOWAIT) };
    read >= 0 || Error::last_os_error().raw_os_error() != Some(libc::EAGAIN)
}
