//! What the document of pasted selectors says against their recorder, in words.

use audit::reach::Why;

/// Why a recorder does not record, or may not. A function is `named` where one is asked about; to name one helps where the answer
/// depends on its place.
pub(super) fn reach_sentence(why: &Why, named: bool) -> String {
    const UNSAID_ACCOUNTS: &str =
        "the document does not say whether it records others (IsOrganizationTrail, OrganizationEnabled)";
    const UNSAID_REGIONS: &str =
        "the document does not say whether it records others (IsMultiRegionTrail, MultiRegionEnabled)";
    let name = if named { "" } else { "; name a function with --function ARN" };
    match why {
        // Partitions know nothing of each other.
        Why::Partition(partition) => {
            format!("it is a recorder of the partition {partition}, which reaches no other")
        }
        Why::Channel => "it is a channel, a copy for another service that is never counted".to_owned(),
        Why::Stopped(said) => format!(
            "it records nothing now, because {said}: start it (`aws cloudtrail start-logging`, or start-event-data-store-ingestion)"
        ),
        Why::Owner(owner) => format!("it is a recorder of account {owner}, and {UNSAID_ACCOUNTS}{name}"),
        Why::OneAccount(Some(owner), said) => {
            format!("it records account {owner} alone, because {said}{name}")
        }
        Why::OneAccount(None, said) => format!(
            "it records one account alone, because {said}; name a function of that account with --function ARN"
        ),
        Why::HomeRegion(home) => format!("its home Region is {home}, and {UNSAID_REGIONS}{name}"),
        Why::OneRegion(Some(home), said) => format!("it records {home} alone, because {said}{name}"),
        Why::OneRegion(None, said) => format!(
            "it records one Region alone, because {said}, and the document does not name it (HomeRegion)"
        ),
        Why::ServedElsewhere(home) => format!(
            "it is a recorder of {home}, the document does not say that it records others, and other Regions may serve the web function"
        ),
        Why::OptInHome(home) => {
            format!("it records accounts that have enabled its home Region {home}, and not every account has")
        }
    }
}
