//! What a request to AWS asks for: which operation, where, and about what.

use crate::pace::Service;

/// What is called, where, and about what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) service: Service,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// Named like its IAM action.
    pub(crate) action: &'static str,
    pub(crate) subject: Option<&'a str>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(service: Service, action: &'static str, account: &'a str, region: &'a str) -> Self {
        Call { service, account, region, action, subject: None }
    }

    pub(crate) fn about(self, subject: &'a str) -> Self {
        Call { subject: Some(subject), ..self }
    }

    /// True iff a Region without this operation has none of what it lists: the services that are too young to be
    /// everywhere.
    pub(crate) fn may_be_absent(&self) -> bool {
        matches!(self.service, Service::LambdaWeb | Service::LambdaMicrovms)
    }
}
