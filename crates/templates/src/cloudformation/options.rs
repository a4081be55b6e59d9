//! What is known of a stack beside its template.

use std::collections::BTreeMap;

/// Parameters and the place of a stack. What is not known here stays unknown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Values of parameters, by name. They may be secrets: nothing shows them.
    pub parameters: BTreeMap<String, String>,
    /// `AWS::AccountId`
    pub account: Option<String>,
    /// `AWS::Region`
    pub region: Option<String>,
    /// `AWS::Partition`; where it is not given, the Region says it.
    pub partition: Option<String>,
    /// `AWS::StackName`
    pub stack_name: Option<String>,
}

impl Options {
    /// The partition: as given, or that of the Region.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        let of_region = || self.region.as_deref().map(cloudtrail::arn::partition_of);
        self.partition.as_deref().or_else(of_region)
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.parameters.keys().collect();
        f.debug_struct("Options")
            .field("parameters", &names)
            .field("account", &self.account)
            .field("region", &self.region)
            .field("partition", &self.partition)
            .field("stack_name", &self.stack_name)
            .finish()
    }
}
