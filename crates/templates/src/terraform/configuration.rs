//! Which provider makes a resource, and in which account and Region that works.
//!
//! Only constants count: an expression such as `var.region` says which variable it reads, and not what it makes of it. Resources of
//! one provider configuration are in one account, so that the ARN of one of them says the account of all.

use super::TerraformError;
use super::read::Lists;
use crate::document::{About, Doubt, Home, Kind, Proposed};
use crate::value::Value;
use cloudtrail::arn::{Arn, partition_of};
use std::collections::BTreeMap;

/// What the configuration says of homes.
#[derive(Default)]
pub(super) struct Configuration {
    /// By key of the provider configuration.
    providers: BTreeMap<String, Provider>,
    /// By address without indices.
    declared: BTreeMap<String, Declared>,
}

/// Where a provider configuration works; of two that contradict each other, neither counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Provider {
    account: Unanimous,
    region: Unanimous,
}

/// What all that was said of one thing agrees on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Unanimous {
    #[default]
    Nothing,
    This(String),
    Both,
}

impl Unanimous {
    fn add(&mut self, what: &str) {
        *self = match std::mem::take(self) {
            Self::Nothing => Self::This(what.to_owned()),
            Self::This(said) if said == what => Self::This(said),
            Self::This(_) | Self::Both => Self::Both,
        };
    }

    fn get(&self) -> Option<&str> {
        match self {
            Self::This(said) => Some(said),
            Self::Nothing | Self::Both => None,
        }
    }
}

/// A resource as the configuration declares it.
struct Declared {
    provider: String,
    region: Argument,
}

/// The argument `region` of a resource.
enum Argument {
    None,
    Constant(String),
    Expression,
}

impl Configuration {
    /// What the document says.
    pub(super) fn of(top: &Value, found: &Lists) -> Result<Self, TerraformError> {
        let mut all = Configuration::default();
        let Some(configuration) = top.get("configuration") else { return Ok(all) };
        if let Some(Value::Map(providers)) = configuration.get("provider_config") {
            for (key, provider) in providers {
                all.providers
                    .insert(key.clone(), provider.get("expressions").map(worked).unwrap_or_default());
            }
        }
        if let Some(root) = configuration.get("root_module") {
            all.module(root, "");
        }
        for identity in &found.identities {
            let account = identity.get("values").and_then(|values| values.get("account_id"));
            let address = identity.get("address").and_then(Value::as_text);
            if let (Some(address), Some(account)) = (address, account.and_then(Value::as_text)) {
                all.provider_of(address, |provider| provider.account.add(account));
            }
        }
        Ok(all)
    }

    /// Adds the resources of a module, whose path ends in a dot unless it is empty.
    fn module(&mut self, module: &Value, path: &str) {
        if let Some(Value::List(resources)) = module.get("resources") {
            for resource in resources {
                let text = |name: &str| resource.get(name).and_then(Value::as_text);
                let (Some(address), Some(key)) = (text("address"), text("provider_config_key")) else {
                    continue;
                };
                let region = resource.get("expressions").and_then(|all| all.get("region"));
                let region = match region {
                    None => Argument::None,
                    Some(said) => constant(said).map_or(Argument::Expression, Argument::Constant),
                };
                let declared = Declared { provider: key.to_owned(), region };
                self.declared.insert(format!("{path}{address}"), declared);
            }
        }
        if let Some(Value::Map(calls)) = module.get("module_calls") {
            for (name, call) in calls {
                if let Some(called) = call.get("module") {
                    self.module(called, &format!("{path}module.{name}."));
                }
            }
        }
    }

    fn provider_of(&mut self, address: &str, tell: impl FnOnce(&mut Provider)) {
        if let Some(declared) = self.declared.get(&without_indices(address)) {
            tell(self.providers.entry(declared.provider.clone()).or_default());
        }
    }

    /// Says where resources are at home that do not say it themselves. Those of other providers than the default one, of which that
    /// stays unknown, get a doubt: nobody can say it for all of them.
    pub(super) fn place(mut self, resources: &mut [Proposed], doubts: &mut Vec<Doubt>) {
        for one in resources.iter() {
            let home = one.home.clone();
            let is_moved = one.previous_address.is_some();
            self.provider_of(&one.address, |provider| {
                // Where it was made is where its provider works, unless it came from elsewhere.
                if let Some(account) = home.account.as_deref().filter(|_| !is_moved) {
                    provider.account.add(account);
                }
            });
        }
        for one in resources.iter_mut() {
            let declared = self.declared.get(&without_indices(&one.address));
            let provider = declared.and_then(|declared| self.providers.get(&declared.provider));
            let account = provider.and_then(|provider| provider.account.get());
            if !is_placed(&one.kind) {
                // Of a bucket it only matters whether anybody looked at its account.
                one.home.account = one.home.account.take().or_else(|| account.map(str::to_owned));
                continue;
            }
            let region = match declared.map(|declared| &declared.region) {
                Some(Argument::Constant(region)) => Some(region.as_str()),
                Some(Argument::None) => provider.and_then(|provider| provider.region.get()),
                Some(Argument::Expression) | None => None,
            };
            let Home { partition, account: own, region: at, region_is_open } = &mut one.home;
            let region = region.filter(|_| !*region_is_open);
            *own = own.take().or_else(|| account.map(str::to_owned));
            *at = at.take().or_else(|| region.map(str::to_owned));
            *partition =
                partition.take().or_else(|| at.as_deref().map(|region| partition_of(region).to_owned()));
            if let Some(was) = &mut one.moved_from {
                was.account = was.account.take().or_else(|| one.home.account.clone());
                was.partition = was.partition.take().or_else(|| one.home.partition.clone());
            }
            let by_default = self.declared.is_empty()
                || declared.is_some_and(|declared| {
                    !declared.provider.contains(['.', ':'])
                        && !matches!(declared.region, Argument::Expression)
                });
            if !by_default {
                let open = [(&one.home.account, About::NoAccount), (&one.home.region, About::NoRegion)];
                let open: Vec<About> =
                    open.into_iter().filter(|(said, _)| said.is_none()).map(|(_, about)| about).collect();
                doubts.extend(open.into_iter().map(|about| one.doubt("$", about)));
            }
        }
    }
}

fn is_placed(kind: &Kind) -> bool {
    matches!(kind, Kind::Trail | Kind::EventDataStore | Kind::Function)
}

/// What the constants of a provider configuration say.
fn worked(expressions: &Value) -> Provider {
    let mut provider = Provider::default();
    if let Some(region) = expressions.get("region").and_then(constant) {
        provider.region.add(&region);
    }
    let roles = match expressions.get("assume_role") {
        Some(Value::List(roles)) => roles.as_slice(),
        Some(role) => std::slice::from_ref(role),
        None => &[],
    };
    for role in roles {
        let arn = role.get("role_arn").and_then(constant);
        if let Some(arn) = arn.as_deref().and_then(Arn::parse).filter(|arn| !arn.account.is_empty()) {
            provider.account.add(arn.account);
        }
    }
    let allowed = expressions.get("allowed_account_ids").and_then(|all| all.get("constant_value"));
    if let Some(Value::List(accounts)) = allowed
        && let [Value::Text(account)] = accounts.as_slice()
    {
        provider.account.add(account);
    }
    provider
}

fn constant(expression: &Value) -> Option<String> {
    expression.get("constant_value").and_then(Value::as_text).map(str::to_owned)
}

/// An address without `[0]` and `["key"]`, as the configuration has it.
fn without_indices(address: &str) -> String {
    let (mut plain, mut inside, mut quoted, mut escaped) = (String::new(), false, false, false);
    for letter in address.chars() {
        match (inside, letter) {
            (false, '[') => inside = true,
            (false, _) => plain.push(letter),
            (true, _) if escaped => escaped = false,
            (true, '\\') if quoted => escaped = true,
            (true, '"') => quoted = !quoted,
            (true, ']') if !quoted => inside = false,
            (true, _) => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::without_indices;

    #[test]
    fn keys_may_hold_anything() {
        for (address, plain) in [
            ("aws_cloudtrail.main", "aws_cloudtrail.main"),
            (
                "module.a[0].module.b[\"x.y[1]\"].aws_cloudtrail.main[2]",
                "module.a.module.b.aws_cloudtrail.main",
            ),
            ("aws_lambda_function.f[\"q\\\"]uote\"]", "aws_lambda_function.f"),
            ("data.aws_caller_identity.me", "data.aws_caller_identity.me"),
            ("cut[\"", "cut"),
        ] {
            assert_eq!(without_indices(address), plain);
        }
    }
}
