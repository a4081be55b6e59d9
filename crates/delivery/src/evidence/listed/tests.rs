//! What was delivered of which account and Region, and when.

use super::{
    DAY_MILLIS, Delivered, Deliveries, EXPECTED, Holes, Listed, Origin, OwnTrails, Range, Reached, Seen,
};
use aws::Location;
use std::collections::BTreeMap;

const ARN: &str = "arn:aws:lambda:eu-west-1:444455556666:function:orders";
const WINDOW: Range<i64> = 10 * DAY_MILLIS..12 * DAY_MILLIS;

fn deliveries(delivered: &[i64]) -> Deliveries {
    Deliveries { files: delivered.len() as u64, delivered: delivered.iter().copied().collect() }
}

#[test]
fn a_copy_is_whole_only_with_each_of_its_days_and_what_comes_after() {
    let after = WINDOW.end + EXPECTED;
    let of = |delivered: &[i64]| deliveries(delivered).of_a_copy(&WINDOW);
    assert_eq!(of(&[10 * DAY_MILLIS + 5, 11 * DAY_MILLIS + 5, after]), Seen::Whole { files: 3 });
    assert!(matches!(
        of(&[10 * DAY_MILLIS + 5, 11 * DAY_MILLIS + 5, after - 1]),
        Seen::CutOff { files: 3, .. }
    ));
    assert!(
        matches!(of(&[10 * DAY_MILLIS + 5, after]), Seen::Lacking { why, .. } if why.contains("on 1970-01-12"))
    );
    assert!(
        matches!(of(&[11 * DAY_MILLIS + 5, after]), Seen::Lacking { why, .. } if why.contains("on 1970-01-11"))
    );
}

#[test]
fn a_trail_that_only_the_functions_own_account_sees_may_hold_its_records() {
    let location = |trail: &str, organization_trail: bool| Location {
        bucket: "logs".to_owned(),
        prefix: String::new(),
        trail: trail.to_owned(),
        account: "111122223333".to_owned(),
        home_region: "eu-west-1".to_owned(),
        multi_region: true,
        organization_trail,
        organization: None,
        validation: None,
    };
    let place = || ("444455556666".to_owned(), "eu-west-1".to_owned());
    let listed = Listed {
        files: Delivered::default(),
        origin: Origin::Trail,
        trails: Some(vec![location("organization", true)]),
        deliveries: BTreeMap::from([(place(), deliveries(&[10 * DAY_MILLIS]))]),
        window: WINDOW,
    };
    let looked = |own: OwnTrails| Reached { listed: &listed, holes: Holes::default(), own: &own }.looked(ARN);
    let sees = |trails: &[&str]| {
        OwnTrails::from([(place(), Some(trails.iter().map(|one| (*one).to_owned()).collect()))])
    };
    assert_eq!(looked(sees(&["organization"])), Seen::Whole { files: 1 });
    assert_eq!(looked(OwnTrails::new()), Seen::Whole { files: 1 });
    let unseen = looked(sees(&["organization", "its own"]));
    assert!(matches!(unseen, Seen::NotLooked { why } if why.contains("its own")));
    assert!(matches!(looked(OwnTrails::from([(place(), None)])), Seen::NotLooked { .. }));
}
