//! Whether a recorder can record the invocations of a function.

use cloudtrail::recorder::Recorder;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use recording::{Candidate, State, Subject, decide};

/// True iff the recorder can record invocations of the function in its own account: in the Region that its ARN names.
pub(super) fn reaches(recorder: &Recorder, arn: &str) -> bool {
    let part = |at| arn.split(':').nth(at).unwrap_or_default();
    (recorder.organization || part(4) == recorder.account)
        && (recorder.multi_region || part(3) == recorder.home_region)
}

/// True unless every selector certainly turns away every invocation of the function.
pub(super) fn may_record(list: &[Selector], arn: &str) -> bool {
    let alone = [Candidate { selectors: Some(list), certain: true }];
    decide(&alone, Subject::Named(ResourceType::Function, arn)).state != State::NotRecorded
}
