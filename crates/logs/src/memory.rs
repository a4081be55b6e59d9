//! Memory that leaves the process when it is given back. `unsafe` stands here and nowhere near.

#![allow(unsafe_code, reason = "a C function: the standard library has no word for it")]

/// Bytes from which on a buffer has pages of its own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 512 << 10;

/// From now on the buffers of large files leave the process when they are given back.
///
/// By itself glibc keeps everything below the size of the largest buffer that was ever given back, up to 32 MB of it for each
/// thread (`mallopt(3)`, `M_MMAP_THRESHOLD`). Without glibc this does nothing.
pub fn give_back_large_buffers() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes two numbers, and locks what it changes.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}
