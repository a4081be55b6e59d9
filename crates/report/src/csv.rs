//! An audit as CSV (RFC 4180): a row for each resource, written as it is made.

use super::audit_document::AuditDocument;
use super::cells::{harmless, write_cell};
use super::page::Layout;
use super::recorder_sentences;
use audit::finding::{Audit, Proof, verdict_word};
use audit::of_verdict;
use audit::remedy::remedy;
use audit::resource_ref::ResourceRef;
use recording::State;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// How many bytes of rows are gathered before they are written.
const BLOCK: usize = 1 << 17;

const COLUMNS: &[u8] =
    b"account,account_name,region,type,arn,verdict,code,recorded_by,remainder,turned_away,fix,\
    exception,exception_until,exception_holds,gaps,served_in\r\n";

/// What several values of one cell are parted by. The space keeps a spreadsheet that parts cells there from a formula.
const AND: &str = "; ";

/// See [`super::AuditFormat`]. Resources of one place and verdict share all cells but the ARN, which are made once.
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let audit = document.audit;
    let mut block: Vec<u8> = Vec::with_capacity(BLOCK + (1 << 16));
    block.extend_from_slice(COLUMNS);
    for (at, place) in audit.places.iter().enumerate() {
        for plane in &place.planes {
            let mut shared: BTreeMap<(Proof, &str, Option<usize>), Vec<u8>> = BTreeMap::new();
            let mut before = Vec::new();
            for text in [place.account, name_of(audit, place.account), place.region, plane.kind.as_str()] {
                cell(text, &mut before);
            }
            for (home, row) in audit.at_home(at, plane.kind) {
                block.extend_from_slice(&before);
                cell(row.arn, &mut block);
                let key = (audit.proof_of(home), verdict_word(audit.state(home)), row.exception);
                let after = shared.entry(key).or_insert_with(|| after(audit, key));
                block.extend_from_slice(after);
                served_in(audit, home, &mut block);
                block.extend_from_slice(b"\r\n");
                if block.len() >= BLOCK {
                    out.write_all(&block)?;
                    block.clear();
                }
            }
        }
    }
    out.write_all(&block)
}

/// The name of an account, where AWS Organizations gave one.
fn name_of<'a>(audit: &Audit<'a>, id: &str) -> &'a str {
    let account = audit.inventory.accounts.iter().find(|account| account.id == id);
    account.and_then(|account| account.name.as_deref()).unwrap_or_default()
}

/// A cell that is not the last of its row.
fn cell(text: &str, row: &mut Vec<u8>) {
    write_cell(&harmless(text), row);
    row.push(b',');
}

/// The cells after the ARN, except the last.
fn after(audit: &Audit<'_>, (proof, verdict, exception): (Proof, &str, Option<usize>)) -> Vec<u8> {
    let place = &audit.places[proof.place];
    let escape = audit.verdicts[proof.verdict].escape.as_ref();
    let recorders = audit.recorded_by(proof);
    let recorded_by: Vec<&str> =
        recorders.iter().map(|by| audit.inventory.recorders[*by].arn.as_str()).collect();
    let turned_away =
        escape.map(|escape| recorder_sentences::turned_away(audit, place, escape)).unwrap_or_default();
    let fix = remedy(audit, proof).map(|fix| recorder_sentences::sentence(&fix)).unwrap_or_default();
    let gaps: BTreeSet<String> = audit
        .deciding_gaps(proof)
        .iter()
        .map(|at| &audit.gaps[*at])
        .map(|gap| format!("{} {}: {}", gap.call, gap.kind.as_str(), gap.error))
        .collect();
    let accepted = exception.map(|at| &audit.accepted[at]);
    let mut row = Vec::new();
    for text in [
        verdict,
        of_verdict(audit, proof).as_str(),
        &recorded_by.join(AND),
        audit.remainder(proof.verdict).unwrap_or_default(),
        &turned_away.join(AND),
        &fix,
        accepted.map_or("", |one| one.exception.id.as_str()),
        accepted.map_or("", |one| one.exception.until.as_str()),
        accepted.map_or("", |one| if one.holds { "true" } else { "false" }),
        &gaps.into_iter().collect::<Vec<_>>().join(AND),
    ] {
        cell(text, &mut row);
    }
    row
}

/// The last cell: which Regions serve a web function, each with its verdict. Empty where the home Region alone does.
fn served_in(audit: &Audit<'_>, home: ResourceRef, row: &mut Vec<u8>) {
    let all = audit.regions(home);
    if all.is_empty() {
        return;
    }
    let each = all.into_iter().map(|(region, proof)| {
        let state = proof.map_or(State::Undetermined, |proof| audit.verdicts[proof.verdict].state);
        format!("{region} {}", verdict_word(state))
    });
    write_cell(&harmless(&each.collect::<Vec<_>>().join(AND)), row);
}
