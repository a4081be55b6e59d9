//! A check as one JSON document: what the other formats say, with a stable code beside each reason.

use super::finding::Finding;
use super::{CHECK_FORMAT, Check, Checked, doubts, state};
use crate::member::{Json, Object};
use crate::page::Layout;
use audit::cost::{CostTurn, Monthly};
use std::io::{self, Write};
use templates::document::{Location, Proposed};
use templates::gate::may_hide;

/// See [`super::CheckFormat`].
pub(super) fn document(checked: &Checked<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let check = &checked.check;
    let gate = check.gate;
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", CHECK_FORMAT);
        object.text("generated_at", check.generated_at);
        object.text("answer", gate.conclusion.as_str());
        object.object("tool", |tool| {
            tool.text("name", "invoketrail");
            tool.text("version", check.version);
        });
        object.text("headline", &checked.headline());
        object.text("language", checked.language());
        object.text("file", check.file());
        object.maybe("inventory", check.inventory);
        object.texts("accounts", checked.accounts());
        object.object("answers", |answers| {
            answers.text("before", gate.answers.0.as_str());
            answers.text("after", gate.answers.1.as_str());
        });
        object.list("findings", &checked.findings, |json, one| json.object(|object| finding(one, object)));
        object.list("starts", check.started(), |json, (name, told)| {
            json.object(|object| {
                object.text("recorder", &name);
                object.text("sentence", &told);
            });
        });
        object.list("functions", &gate.functions, |json, one| {
            json.object(|object| {
                object.maybe("address", check.address(one.resource));
                object.maybe("arn", one.arn.as_deref());
                place(super::named_place(check, one.home.clone()).as_ref(), object);
                object.text("verdict", state(one.state));
                object.flag("conditional", one.conditional);
            });
        });
        object.list("resources", &check.document.resources, |json, one| {
            json.object(|object| resource(one, object));
        });
        object.list("open", &gate.doubts, |json, doubt| {
            json.object(|object| {
                object.text("code", doubt.about.code());
                object.maybe("address", doubt.address.as_deref());
                object.text("path", &doubt.path);
                object.maybe("name", doubts::name(&doubt.about));
                object.flag("decides", may_hide(doubt, check.document));
                at(doubt.at, object);
            });
        });
        cost(check, object);
    });
    writeln!(out, "{}", json.as_str())
}

fn finding(one: &Finding, object: &mut Object<'_>) {
    object.text("id", &one.id);
    object.text("code", one.code.as_str());
    object.text("level", one.level());
    object.text("answer", one.conclusion.as_str());
    object.text("sentence", &one.sentence());
    object.list("reasons", &one.why, |json, why| json.text(&crate::recorder_sentences::sentence(why)));
    object.maybe("example", one.example.as_deref());
    object.maybe("fix", one.fix.as_deref());
    object.maybe("address", one.address.as_deref());
    object.maybe("arn", one.arn.as_deref());
    place(one.place.as_ref(), object);
    at(one.at, object);
    object.maybe_flag("new", one.is_new);
}

fn resource(one: &Proposed, object: &mut Object<'_>) {
    object.text("address", &one.address);
    object.maybe("previous_address", one.previous_address.as_deref());
    object.text("kind", one.kind.code());
    object.text("action", one.action.code());
    object.maybe("account", one.home.account.as_deref());
    object.maybe("region", one.home.region.as_deref());
    at(one.at, object);
}

fn place(place: Option<&(String, String)>, object: &mut Object<'_>) {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    object.maybe("account", place.and_then(|(account, _)| said(account)).as_deref());
    object.maybe("region", place.and_then(|(_, region)| said(region)).as_deref());
}

fn at(at: Option<Location>, object: &mut Object<'_>) {
    match at {
        Some(at) => {
            object.number("line", at.line);
            object.number("column", at.column);
        }
        None => {
            object.null("line");
            object.null("column");
        }
    }
}

fn cost(check: &Check<'_>, object: &mut Object<'_>) {
    let Some(cost) = &check.gate.cost else { return object.null("cost") };
    let CostTurn { before, after, invocations, is_least, .. } = cost;
    object.object("cost", |object| {
        let mut month = |name: &str, of: &Monthly| {
            object.object(name, |object| {
                // Decimals of dollars as texts, so that no reader rounds them.
                object.text("low", &format!("{:.2}", of.low));
                object.text("high", &format!("{:.2}", of.high));
            });
        };
        month("before", before);
        month("after", after);
        object.text("invocations_a_month", &invocations.to_string());
        object.flag("at_least", *is_least);
    });
}
