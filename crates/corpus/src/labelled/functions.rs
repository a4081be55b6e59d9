//! The functions of a company, and what calls each.

use super::company::{Company, Function, Trigger};
use super::drawn::{hex, whole};
use crate::rng::Rng;

/// Draws `count` functions.
pub(super) fn draw(company: &Company, count: usize, rng: &mut Rng) -> Vec<Function> {
    (0..count.max(1)).map(|at| function(company, at, rng)).collect()
}

fn function(company: &Company, at: usize, rng: &mut Rng) -> Function {
    // The first team has the first functions, so that every account of a team is in use.
    let team = if at < company.teams.len() { at } else { rng.rank(company.teams.len()) };
    let crew = &company.teams[team];
    let account = &company.accounts[crew.account];
    let opened = rng.permille(80);
    let late = rng.permille(110);
    let born = if late { 3 + whole(rng, (company.days - 6).max(1)) } else { 0 };
    let born = born.max(crew.born).max(if opened { company.opened + whole(rng, 6) } else { 0 });
    let trigger = trigger(company, at, rng);
    // What is public or a partner's is so from the first day.
    let born =
        if matches!(trigger, Trigger::Url | Trigger::Partner(_) | Trigger::Dormant) { 0 } else { born };
    let region = if opened && born > 0 {
        company.allowed - 1
    } else {
        [0, 0, 0, 1][rng.index(4)] % (company.allowed - 1).max(1)
    };
    let name = company.style.function(account.stage, &crew.name, at, rng);
    let role = company.style.execution(&name, rng);
    let (id, place) = (&account.id, &company.regions[region]);
    let aliased = rng.permille(550);
    let interface = if rng.permille(300) { format!("eni-{}", hex(rng, 17)) } else { String::new() };
    Function {
        arn: format!("arn:aws:lambda:{place}:{id}:function:{name}"),
        account: crew.account,
        region,
        team,
        born,
        rate: rate(trigger, rng),
        trigger,
        business: rng.permille(600),
        version: if aliased { 1 + rng.below(60) } else { 0 },
        alias: if aliased { rng.pick(&["live", "prod", "current"]) } else { "" },
        role,
        short: rng.permille(500),
        interface,
        errors: if rng.permille(150) { 10 + rng.below(40) } else { rng.below(5) },
        backend: rng.index(3),
        name,
    }
}

fn trigger(company: &Company, at: usize, rng: &mut Rng) -> Trigger {
    // Some of each, however few there are.
    let drawn = if at < 24 { (at as u64 * 42) % 1000 } else { rng.below(1000) };
    match drawn {
        0..=119 => Trigger::Schedule([300, 900, 900, 3600, 3600, 86_400][rng.index(6)]),
        120..=209 => Trigger::Notice("s3.amazonaws.com"),
        210..=279 => Trigger::Notice("sns.amazonaws.com"),
        280..=459 => Trigger::Gateway,
        460..=549 => Trigger::Steps,
        550..=719 => Trigger::Direct,
        720..=769 if at > 0 => Trigger::Chained(rng.index(at)),
        720..=819 => Trigger::Url,
        820..=839 => Trigger::Batch,
        840..=859 => Trigger::MonthEnd,
        860..=889 => Trigger::Partner(rng.index(company.partners.len())),
        890..=959 => Trigger::Dormant,
        _ => Trigger::Keyed,
    }
}

/// Calls a day: a few functions are busy, most are not.
fn rate(trigger: Trigger, rng: &mut Rng) -> f64 {
    let spread = 4.0_f64.powi(i32::try_from(rng.below(4)).unwrap_or(0)) * (0.5 + rng.unit());
    match trigger {
        Trigger::Schedule(every) => 86_400.0 / every as f64,
        Trigger::Gateway | Trigger::Url => 2.5 * spread,
        Trigger::Batch | Trigger::MonthEnd => 120.0 + 500.0 * rng.unit(),
        Trigger::Dormant => 4.0,
        Trigger::Partner(_) | Trigger::Keyed => 6.0 + 40.0 * rng.unit(),
        _ => 1.7 * spread,
    }
}
