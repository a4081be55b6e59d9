//! A validation as JSON, `invoketrail.validation/1`, also as a member of a verification.

use super::super::Stamp;
use super::super::left_out;
use super::super::member::{Json, Object};
use super::{VALIDATION_FORMAT, Validated, state};
use crate::quantity::size;
use logs::digest::{
    Chain, Files, KeySource, Lack, Lacking, State, Unproven, UnprovenFile, Validation, Window,
};
use logs::text_of;
use std::io::{self, Write};

/// Writes it as one document.
///
/// # Errors
/// What the writer says.
pub fn validation_json(validated: &Validated, stamp: &Stamp<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", VALIDATION_FORMAT);
        object.text("generated_at", stamp.generated_at);
        object.text("answer", validated.answer().as_str());
        object.object("tool", |object| {
            object.text("name", "invoketrail");
            object.text("version", stamp.version);
        });
        for (name, time) in [("since", validated.asked.from), ("until", validated.asked.to)] {
            if let Some(time) = time {
                object.text(name, &text_of(time));
            }
        }
        object.texts("places", validated.places.iter().map(String::as_str));
        validation_members(&validated.validation, &validated.keys, object);
        object.texts("unseen", validated.unseen.iter().map(String::as_str));
        object.object("reading", |object| left_out::member(&validated.left_out, object));
    });
    writeln!(out, "{}", json.as_str())
}

/// What both documents say of digests.
pub(crate) fn validation_members(validation: &Validation, keys: &[KeySource], object: &mut Object<'_>) {
    let totals = &validation.totals;
    object.text("state", word(validation.state()));
    object.object("totals", |object| {
        for (name, count) in [
            ("chains", totals.chains),
            ("digests", totals.digests),
            ("valid", totals.valid),
            ("not_assertable", totals.not_assertable),
            ("invalid", totals.invalid),
            ("young", totals.young),
            ("unverified", totals.unverified),
            ("unreferenced", totals.unreferenced),
            ("digests_unread", totals.digests_unread),
        ] {
            object.number(name, size(count));
        }
        object.object("files", |object| files(&totals.files, object));
    });
    object.list("chains", &validation.chains, |json, one| {
        json.object(|object| {
            chain(&one.chain, object);
            object.list("windows", &one.windows, |json, one| json.object(|object| window(one, object)));
        });
    });
    object.list("unproven", &validation.unproven, |json, one| {
        json.object(|object| file(validation, one, object));
    });
    object.texts("strangers", validation.strangers.iter().map(String::as_str));
    object.list("public_keys", keys, |json, one| {
        json.object(|object| {
            object.text("from", if one.file.is_some() { "file" } else { "aws" });
            object.maybe("file", one.file.as_deref());
            object.maybe("region", one.region.as_deref());
            object.texts("fingerprints", one.fingerprints.iter().map(String::as_str));
            object.flag("in_source", one.in_source);
        });
    });
    object.list("trails_lacking_digests", &validation.lacking, |json, one| {
        json.object(|object| lacking(one, object));
    });
    object.list("without_digests", &validation.without, |json, one| {
        json.object(|object| {
            object.maybe("account", one.account.as_deref());
            object.maybe("region", one.region.as_deref());
        });
    });
}

fn lacking(one: &Lacking, object: &mut Object<'_>) {
    object.text("trail", &one.trail);
    let why = match one.why {
        Lack::NoDigest => "no_digest",
        Lack::EndsEarly => "ends_early",
        Lack::Off => "validation_off",
        Lack::Unsaid => "validation_unknown",
    };
    object.text("why", why);
    object.text("text", &one.in_one_sentence());
    object.list("places", &one.places, |json, place| {
        json.object(|object| {
            object.text("account", &place.account);
            object.text("region", &place.region);
            object.maybe("newest", place.newest.map(text_of).as_deref());
        });
    });
}

fn word(of: State) -> &'static str {
    match of {
        State::NotAssertable => "not_assertable",
        other => state(other),
    }
}

fn chain(chain: &Chain, object: &mut Object<'_>) {
    object.maybe("organization", chain.organization.as_deref());
    object.text("account", &chain.account);
    object.text("region", &chain.region);
    object.text("trail", &chain.trail);
    object.text("home_region", &chain.home_region);
    object.flag("backfill", chain.backfill);
}

fn window(window: &Window, object: &mut Object<'_>) {
    object.text("from", &text_of(window.from));
    object.text("to", &text_of(window.to));
    object.text("state", word(window.state));
    if let Some((bucket, key)) = &window.digest {
        object.maybe("bucket", bucket.as_deref());
        object.text("digest", key);
    }
    object.list("reasons", &window.reasons, |json, reason| {
        json.object(|object| {
            object.text("state", word(reason.state()));
            object.text("text", &reason.to_string());
        });
    });
    let notes: Vec<String> = window.notes.iter().map(ToString::to_string).collect();
    object.texts("notes", notes.iter().map(String::as_str));
    object.object("files", |object| files(&window.files, object));
}

fn files(files: &Files, object: &mut Object<'_>) {
    for (name, count) in [
        ("listed", files.listed),
        ("proven", files.proven),
        ("unproven", files.unproven),
        ("invalid", files.invalid),
        ("unread", files.unread),
        ("moved", files.moved),
    ] {
        object.number(name, size(count));
    }
}

fn file(validation: &Validation, file: &UnprovenFile, object: &mut Object<'_>) {
    object.maybe("bucket", file.bucket.as_deref());
    object.text("key", &file.key);
    object.text(
        "why",
        match file.why {
            Unproven::Young => "young",
            Unproven::Unverified => "unverified",
            Unproven::Unreferenced => "unreferenced",
            Unproven::Unread => "digests_unread",
        },
    );
    object.text("text", &super::unproven::why(validation, file));
}
