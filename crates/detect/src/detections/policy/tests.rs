//! What a resource policy lets in.

use super::{Grant, Limit, Whom, covers, grants};
use serde_json::json;

fn of(statement: serde_json::Value) -> Vec<(Whom, Limit)> {
    let policy = json!({"Statement": statement});
    grants(&policy).into_iter().map(|grant| (grant.whom, grant.limit)).collect()
}

#[test]
fn a_statement_says_whom_it_lets_in() {
    let account = |id: &str| Whom::Account(id.to_owned());
    assert_eq!(of(json!({"Effect": "Allow", "Principal": "*"})), [(Whom::Anyone, Limit::None)]);
    assert_eq!(of(json!([{"Effect": "Deny", "Principal": "*"}])), []);
    assert_eq!(of(json!({"Effect": "Allow", "NotPrincipal": {"AWS": "1"}})), [(Whom::Anyone, Limit::None)]);
    let both =
        json!({"Effect": "Allow", "Principal": {"AWS": ["999900001111", "arn:aws:iam::111122223333:root"]}});
    assert_eq!(of(both), [(account("999900001111"), Limit::None), (account("111122223333"), Limit::None)]);
    for (condition, limit) in [
        (
            json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
            Limit::Accounts(vec!["111122223333".into()]),
        ),
        (json!({"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::shop"}}), Limit::Otherwise),
        (json!({"ArnLike": {"AWS:SourceArn": "arn:aws:*:*:*:*"}}), Limit::None),
        (json!({"StringLike": {"aws:SourceArn": "*"}}), Limit::None),
        (json!({"StringNotEquals": {"aws:SourceAccount": "111122223333"}}), Limit::None),
        (json!({"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}), Limit::None),
        (json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), Limit::Organization("o-1".into())),
        (json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}), Limit::None),
    ] {
        let told = condition.to_string();
        assert_eq!(
            of(json!({"Effect": "Allow", "Principal": "*", "Condition": condition}))[0].1,
            limit,
            "{told}"
        );
    }
}

#[test]
fn what_is_asked_for_is_read_alike() {
    let asked = |request| Grant::asked(&request).map(|grant| (grant.whom, grant.limit));
    let s3 = || Whom::Service("s3.amazonaws.com".into());
    assert_eq!(asked(json!({})), None);
    assert_eq!(asked(json!({"principal": "*", "sourceArn": "*"})), Some((Whom::Anyone, Limit::None)));
    assert_eq!(
        asked(json!({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b"})),
        Some((s3(), Limit::Otherwise))
    );
    assert_eq!(
        asked(
            json!({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b", "sourceAccount": "999900001111"})
        ),
        Some((s3(), Limit::Accounts(vec!["999900001111".into()])))
    );
}

#[test]
fn an_action_may_hold_others() {
    assert!(covers(&json!({"Action": ["s3:Get*", "s3:Put*"]}), "s3:PutObject"));
    assert!(
        covers(&json!({"Action": "*"}), "s3:PutObject")
            && !covers(&json!({"Action": "s3:Get*"}), "s3:PutObject")
    );
}
