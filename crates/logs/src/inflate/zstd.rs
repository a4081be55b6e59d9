//! Zstandard frames to bytes: nobody delivers them, archives are full of them.

use super::{Inflater, Stopped, Trouble, USUAL_RATIO};

impl Inflater {
    /// Frames after `length` bytes of content: the length then, and what stopped us.
    pub(super) fn frames(&mut self, file: &[u8], length: usize) -> (usize, Option<Trouble>) {
        // It refuses windows of more than 128 MiB, as the command does that people pack with.
        let mut decoder = match ::zstd::Decoder::with_buffer(file) {
            Ok(decoder) => decoder,
            Err(error) => return (length, Some(Trouble::Zstd { at: 0, why: error.to_string() })),
        };
        let (length, stopped) = self.fill(&mut decoder, length);
        let at = file.len() - decoder.get_ref().len();
        let trouble = stopped.map(|stopped| match stopped {
            Stopped::Damaged(error) => Trouble::Zstd { at, why: error.to_string() },
            Stopped::Whole(trouble) => trouble,
        });
        (length, trouble)
    }
}

/// Bytes that the first frame says it holds, which are all in most files.
pub(super) fn expected(file: &[u8]) -> usize {
    let said = ::zstd::zstd_safe::get_frame_content_size(file).ok().flatten();
    said.and_then(|said| usize::try_from(said).ok()).unwrap_or(file.len().saturating_mul(USUAL_RATIO))
}
