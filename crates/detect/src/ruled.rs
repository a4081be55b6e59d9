//! Rules of the user's own beside our detections: run over each record, kept as facts, told as findings.

use crate::call::CallerFields;
use crate::facts::{Facts, MOST_HITS};
use crate::finding::{Finding, MOST_PROOFS, Proof, Severity};
use crate::rule_hit::RuleHit;
use crate::sigma::{Hit, Level, RuleId, Rules};
use cloudtrail::time::HOUR_MILLIS;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Rules, each with a key that changes when its file changes.
#[derive(Debug)]
pub struct Ruled {
    rules: Rules,
    keys: BTreeMap<RuleId, String>,
}

impl Ruled {
    /// Of rules that were read from these files (name and text).
    #[must_use]
    pub fn new(rules: Rules, files: &[(String, String)]) -> Ruled {
        let sums: BTreeMap<&str, String> = files
            .iter()
            .map(|(name, text)| (name.as_str(), logs::hex(&logs::sha256(text.as_bytes()))))
            .collect();
        let key = |(id, rule): (RuleId, &crate::sigma::Rule)| {
            let sum = sums.get(rule.file.as_str()).and_then(|sum| sum.get(..16)).unwrap_or_default();
            (id, format!("{sum} {} {}", rule.id.as_deref().unwrap_or_default(), rule.title))
        };
        let keys = rules.rules().map(key).collect();
        Ruled { rules, keys }
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The keys of all of them.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        self.keys.values().cloned().collect()
    }

    /// What findings of the rule are called.
    #[must_use]
    pub fn name(&self, rule: RuleId) -> String {
        let named = self.rules.rule(rule);
        let id = named.map(|rule| rule.id.clone().unwrap_or_else(|| rule.title.clone()));
        format!("sigma:{}", id.unwrap_or_default())
    }

    /// Enters what matches the record.
    pub(crate) fn enter(&self, raw: &[u8], file: &str, offset: u64, facts: &mut Facts) {
        if !self.rules.wants(raw) {
            return;
        }
        let Ok(record) = serde_json::from_slice::<Value>(raw) else { return };
        let text = |path: &str| crate::change::text_at(&record, path).unwrap_or_default();
        let Some(time) = logs::milliseconds(&text("eventTime")) else { return };
        for rule in self.rules.matches(&record) {
            let Some(key) = self.keys.get(&rule) else { continue };
            let event = text("eventID");
            let (arn, issuer) =
                (text("userIdentity.arn"), text("userIdentity.sessionContext.sessionIssuer.arn"));
            let (account, service) = (text("userIdentity.accountId"), text("userIdentity.invokedBy"));
            let (principal_id, on_behalf_of) =
                (text("userIdentity.principalId"), text("userIdentity.onBehalfOf.userId"));
            let fields = CallerFields {
                kind: "",
                arn: &arn,
                issuer: &issuer,
                account: &account,
                principal_id: &principal_id,
                service: &service,
                on_behalf_of: &on_behalf_of,
            };
            let hit = RuleHit {
                account: text("recipientAccountId"),
                region: text("awsRegion"),
                principal: fields.name().to_owned(),
                address: text("sourceIPAddress"),
                function: function(&record),
                values: self.rules.hit(rule, &record, time, &event).map(|hit| hit.values),
                file: file.to_owned(),
                offset,
            };
            facts.hit((time, key.clone(), event), hit);
        }
    }

    /// What the rules find.
    #[must_use]
    pub fn findings(&self, facts: &Facts) -> Vec<Finding> {
        let of_key: BTreeMap<&str, RuleId> = self.keys.iter().map(|(id, key)| (key.as_str(), *id)).collect();
        let mut found = Vec::new();
        let mut hits = Vec::new();
        let mut events: BTreeMap<&str, Vec<Found<'_>>> = BTreeMap::new();
        let mut open: BTreeMap<(RuleId, &str), Vec<Found<'_>>> = BTreeMap::new();
        for ((time, key, event), hit) in &facts.hits {
            let Some(rule) = of_key.get(key.as_str()).copied() else { continue };
            let one = (*time, event.as_str(), hit);
            if let Some(values) = &hit.values {
                hits.push(Hit { rule, event_id: event.clone(), time_ms: *time, values: values.clone() });
                events.entry(event).or_default().push(one);
            }
            if !self.rules.rule(rule).is_some_and(|rule| rule.reported) {
                continue;
            }
            let group = open.entry((rule, hit.principal.as_str())).or_default();
            if group.last().is_some_and(|(last, _, _)| time - last > HOUR_MILLIS) {
                found.extend(self.finding(rule, &std::mem::take(group)));
            }
            group.push(one);
        }
        found.extend(open.into_iter().filter_map(|((rule, _), group)| self.finding(rule, &group)));
        for one in self.rules.correlate(&hits) {
            let of_it =
                one.events.iter().filter_map(|(_, event)| events.get(event.as_str())?.first().copied());
            let of_it: Vec<Found<'_>> = of_it.collect();
            let group: Vec<String> = one
                .group
                .iter()
                .map(|(field, value)| format!("{field} {}", value.as_deref().unwrap_or("not there")))
                .collect();
            let group = if group.is_empty() { String::new() } else { format!(", {}", group.join(", ")) };
            let finding = self.finding(one.rule, &of_it);
            found.extend(finding.map(|finding| Finding {
                seen: format!("{}: {} in its time{group}.", self.title(one.rule), one.count),
                events: one.events.len() as u64,
                until: one.last_ms,
                ..finding
            }));
        }
        let mut found: Vec<Finding> = found.into_iter().map(Finding::identified).collect();
        found.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
        found
    }

    fn title(&self, rule: RuleId) -> &str {
        self.rules.rule(rule).map_or("", |rule| &rule.title)
    }

    /// Of hits in order of time.
    fn finding(&self, rule: RuleId, hits: &[Found<'_>]) -> Option<Finding> {
        let (first, last) = (hits.first()?, hits.last()?);
        let same = |of: fn(&RuleHit) -> Option<&str>| {
            let one = of(first.2)?;
            hits.iter().all(|(_, _, hit)| of(hit) == Some(one)).then(|| one.to_owned())
        };
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let level = self.rules.rule(rule).map_or(Level::Info, |rule| rule.level);
        let proofs = hits.iter().take(MOST_PROOFS).map(|(time, event, hit)| Proof {
            time: *time,
            event_id: (*event).to_owned(),
            file: hit.file.clone(),
            offset: hit.offset,
        });
        Some(Finding {
            id: String::new(),
            detection: self.name(rule),
            severity: severity(level),
            time: first.0,
            until: last.0,
            account: first.2.account.clone(),
            region: first.2.region.clone(),
            function: some(same(|hit| hit.function.as_deref())),
            principal: some(same(|hit| Some(&hit.principal))),
            address: some(same(|hit| Some(&hit.address))),
            more_addresses: BTreeSet::new(),
            further: Vec::new(),
            seen: match hits.len() {
                1 => format!("{}.", self.title(rule).trim_end_matches('.')),
                many => format!("{}: {many} records.", self.title(rule).trim_end_matches('.')),
            },
            normal: None,
            remark: None,
            events: hits.len() as u64,
            proofs: proofs.collect(),
        })
    }
}

/// When, which event, what it says.
type Found<'f> = (i64, &'f str, &'f RuleHit);

const fn severity(level: Level) -> Severity {
    match level {
        Level::Info => Severity::Note,
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}

fn function(record: &Value) -> Option<String> {
    let resources = record.get("resources").and_then(Value::as_array);
    let mut arns = resources.into_iter().flatten().filter_map(|one| one.get("ARN")?.as_str());
    let arn = arns.find_map(|arn| crate::change::function_arn(arn, "", ""));
    let text = |path: &str| crate::change::text_at(record, path);
    arn.or_else(|| {
        let lambda = text("eventSource")? == "lambda.amazonaws.com";
        let name = text("requestParameters.functionName").filter(|_| lambda)?;
        crate::change::function_arn(&name, &text("awsRegion")?, &text("recipientAccountId")?)
    })
}

impl Facts {
    /// Enters a hit; of copies the one that is smallest. Of too many, the oldest go.
    pub(crate) fn hit(&mut self, key: (i64, String, String), hit: RuleHit) {
        if self.hits_from.is_some_and(|from| key.0 < from) {
            return;
        }
        match self.hits.get_mut(&key) {
            Some(known) if hit < *known => *known = hit,
            Some(_) => {}
            None => drop(self.hits.insert(key, hit)),
        }
        while self.hits.len() > MOST_HITS {
            // All of a moment go together, so that what is left depends on no order.
            let Some((time, _, _)) = self.hits.keys().next().cloned() else { break };
            self.hits = self.hits.split_off(&(time + 1, String::new(), String::new()));
            self.hits_from = self.hits_from.max(Some(time + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ruled;
    use crate::finding::Severity;
    use crate::gather::{Gathered, Gatherer};
    use crate::sigma::Rules;
    use logs::{Wanted, read_plainly};

    const RULE: &str = "title: Key made\nid: 00000000-0000-4000-8000-000000000001\nlevel: high\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  selection:\n    eventName: CreateAccessKey\n  condition: selection\n";

    fn record(minute: u32, id: &str) -> String {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","accountId":"111122223333"}},"eventTime":"2026-03-01T01:{minute:02}:04Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","eventID":"{id}","recipientAccountId":"111122223333"}}"#
        )
    }

    #[test]
    fn hits_of_one_principal_within_an_hour_are_one_finding_in_any_order() {
        let files = [("rules.yml".to_owned(), RULE.to_owned())];
        let (rules, errors) = Rules::read(&files);
        assert_eq!(errors, []);
        let ruled = Ruled::new(rules, &files);
        let of = |order: &[(u32, &str)]| {
            let mut all = Gathered::default();
            for (minute, id) in order {
                let mut gatherer = Gatherer::new(i64::MAX).with_rules(Some(&ruled));
                gatherer.begin("file", None, None);
                let text = format!("{{\"Records\":[{}]}}", record(*minute, id));
                read_plainly(text.as_bytes(), Wanted::LambdaAndCloudTrail, &mut gatherer);
                all.enter(gatherer.take());
            }
            ruled.findings(&all.finished())
        };
        let found = of(&[(1, "a"), (5, "b"), (5, "b")]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].severity, found[0].events), (Severity::High, 2));
        assert_eq!(found[0].detection, "sigma:00000000-0000-4000-8000-000000000001");
        assert_eq!(found, of(&[(5, "b"), (1, "a")]));
    }
}
