//! A plan as Terraform, one file for each account and Region: the resource of each recorder as it should be, and an `import` block where nothing manages it yet.

use super::desired::{Desired, PlaceDocument, RenderError, by_place, desired};
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan};
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Operator, Selector};
use hcl::expr::{Expression, Traversal, Variable};
use hcl::structure::{Attribute, Block, BlockBuilder, Body};

/// Arguments of a trail that are never read: what stands in the account stays.
const UNREAD_TRAIL: [&str; 7] = [
    "cloud_watch_logs_group_arn",
    "cloud_watch_logs_role_arn",
    "insight_selector",
    "kms_key_id",
    "s3_key_prefix",
    "sns_topic_name",
    "tags",
];
/// The same of an event data store.
const UNREAD_STORE: [&str; 5] =
    ["billing_mode", "kms_key_id", "retention_period", "tags", "termination_protection_enabled"];

/// The plan as Terraform configuration, one file for each account and Region. Where there are several, each has a provider of its own
/// that refuses every other account, so they are valid one by one and in one folder.
///
/// # Errors
/// [`RenderError`] iff selectors hold something that Terraform's provider has no argument for.
pub fn plan_terraform(plan: &Plan, inventory: &Inventory) -> Result<Vec<PlaceDocument>, RenderError> {
    let all = desired(plan, inventory);
    let places = by_place(&all);
    let several = places.len() > 1;
    let document = |((account, region), all): ((&str, &str), Vec<&Desired<'_>>)| {
        let mark = several
            .then(|| format!("{account}_{region}").replace(|one: char| !one.is_ascii_alphanumeric(), "_"));
        let text = configuration(&all, inventory, account, region, mark.as_deref())?;
        Ok(PlaceDocument { account: account.to_owned(), region: region.to_owned(), text })
    };
    places.into_iter().map(document).collect()
}

fn configuration(
    all: &[&Desired<'_>],
    inventory: &Inventory,
    account: &str,
    region: &str,
    mark: Option<&str>,
) -> Result<String, RenderError> {
    let alias = mark.map(|mark| format!("account_{mark}"));
    let form = |words: &[String]| words.join("_").to_ascii_lowercase();
    let labels = super::names::names(all, inventory, form, |label| vec![label.to_owned()]);
    let mut text = String::new();
    if let Some(alias) = &alias {
        text.push_str(&format!(
            "# Give this provider the credentials of account {}: profile or assume_role.\n",
            plain(account)
        ));
        text.push_str(&written(Body::builder().add_block(provider(account, region, alias)).build()));
    }
    for (one, label) in all.iter().zip(labels) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&head(one));
        // Labels of several places may meet in one folder.
        let label = mark.map_or_else(|| label.clone(), |mark| format!("{label}_{mark}"));
        let mut body = Body::builder();
        if one.seen.is_some() && !matches!(one.owner, Owner::Terraform { .. }) {
            body = body.add_block(import(one, &label));
        }
        let used = alias.as_deref().map(|alias| reference("aws", alias, None));
        let place = Named { label: &label, provider: used };
        if let Some(bucket) = one.bucket {
            for block in self::bucket(bucket, &place) {
                body = body.add_block(block);
            }
        }
        body = body.add_block(recorder(one, &place)?);
        text.push_str(&written(body.build()));
    }
    Ok(text)
}

/// What the resources of one recorder are called, and the provider they use unless it is the default one.
struct Named<'a> {
    label: &'a str,
    provider: Option<Expression>,
}

impl Named<'_> {
    fn resource(&self, kind: &str) -> BlockBuilder {
        let block = Block::builder("resource").add_label(kind).add_label(self.label);
        match &self.provider {
            Some(provider) => block.add_attribute(Attribute::new("provider", provider.clone())),
            None => block,
        }
    }
}

fn provider(account: &str, region: &str, alias: &str) -> Block {
    Block::builder("provider")
        .add_label("aws")
        .add_attribute(Attribute::new("alias", literal(alias)))
        .add_attribute(Attribute::new("region", literal(region)))
        .add_attribute(Attribute::new("allowed_account_ids", Expression::Array(vec![literal(account)])))
        .build()
}

/// As `terraform fmt` has it.
fn written(body: Body) -> String {
    // Texts and plain names alone: this cannot fail.
    aligned(&hcl::format::to_string(&body).unwrap_or_default())
}

/// Equals signs of arguments that follow each other stand below each other, except where a list begins that goes on below.
fn aligned(text: &str) -> String {
    let lead = |line: &str| match line.split_once(" = ") {
        Some((name, value)) if !value.ends_with('[') && !name.contains('"') => Some(name.len()),
        _ => None,
    };
    let lines: Vec<(&str, Option<usize>)> = text.lines().map(|line| (line, lead(line))).collect();
    let mut out = String::with_capacity(text.len() + 64);
    for group in lines.chunk_by(|a, b| a.1.is_some() == b.1.is_some()) {
        let widest = group.iter().filter_map(|(_, lead)| *lead).max().unwrap_or(0);
        for (line, lead) in group {
            match lead {
                Some(lead) => {
                    let (name, value) = line.split_at(*lead);
                    out.push_str(&format!("{name:widest$}{value}\n"));
                }
                None => {
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
    }
    out
}

/// What is said above the blocks of one recorder.
fn head(one: &Desired<'_>) -> String {
    let arn = plain(&one.target.arn);
    let told = match one.owner {
        Owner::Terraform { mark } => format!(
            "# {arn} is managed by Terraform ({}).\n# In its own resource, replace every event selector by these; nothing else changes.\n",
            plain(mark)
        ),
        _ if one.seen.is_some() => {
            format!("# {arn}: brought under Terraform as it is, with the planned changes.\n")
        }
        _ => format!("# {arn}: to be created.\n"),
    };
    format!("{told}# Account {}, Region {}.\n", plain(&one.target.account), plain(&one.target.home_region))
}

/// Nothing from outside may end the comment it stands in.
fn plain(text: &str) -> String {
    text::visible::visible(text).into_owned()
}

/// A text of Terraform: what would be a template in it is none, and no character in it acts. The crate's own escapes are not all
/// Terraform's (`\\b`), and a `$$` that is there already would change its meaning.
fn literal(text: &str) -> Expression {
    let mut quoted = String::with_capacity(text.len() + 8);
    quoted.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('"' | '\\', _) => quoted.extend(['\\', character]),
            ('\n', _) => quoted.push_str("\\n"),
            ('\r', _) => quoted.push_str("\\r"),
            ('\t', _) => quoted.push_str("\\t"),
            ('$' | '%', Some('{')) => quoted.extend([character, character]),
            ('$' | '%', Some('$' | '%')) => escape(character, &mut quoted),
            (acting, _) if text::visible::acts(acting) => escape(acting, &mut quoted),
            (shown, _) => quoted.push(shown),
        }
    }
    quoted.push('"');
    Expression::Variable(Variable::unchecked(quoted))
}

fn escape(character: char, quoted: &mut String) {
    let number = u32::from(character);
    let told = if number > 0xffff { format!("\\U{number:08x}") } else { format!("\\u{number:04x}") };
    quoted.push_str(&told);
}

fn names(list: &[&str]) -> Expression {
    Expression::Array(list.iter().map(|name| Expression::Variable(Variable::unchecked(*name))).collect())
}

fn texts(list: &[String]) -> Expression {
    Expression::Array(list.iter().map(|text| literal(text)).collect())
}

fn kind(one: &Desired<'_>) -> &'static str {
    match one.target.kind {
        RecorderKind::EventDataStore => "aws_cloudtrail_event_data_store",
        RecorderKind::Trail | RecorderKind::Channel => "aws_cloudtrail",
    }
}

fn reference(kind: &str, label: &str, attribute: Option<&str>) -> Expression {
    let start = Traversal::builder(Variable::unchecked(kind)).attr(label);
    let whole = match attribute {
        Some(attribute) => start.attr(attribute),
        None => start,
    };
    Expression::from(whole.build())
}

fn import(one: &Desired<'_>, label: &str) -> Block {
    Block::builder("import")
        .add_attribute(Attribute::new("to", reference(kind(one), label, None)))
        .add_attribute(Attribute::new("id", literal(&one.target.arn)))
        .build()
}

fn bucket(bucket: &audit::change::Bucket, named: &Named<'_>) -> [Block; 3] {
    let resource = |kind: &str| named.resource(kind);
    let id = || Attribute::new("bucket", reference("aws_s3_bucket", named.label, Some("id")));
    let closed =
        ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
    let public = closed
        .iter()
        .fold(resource("aws_s3_bucket_public_access_block").add_attribute(id()), |block, name| {
            block.add_attribute(Attribute::new(*name, true))
        });
    [
        resource("aws_s3_bucket").add_attribute(Attribute::new("bucket", literal(&bucket.name))).build(),
        public.build(),
        resource("aws_s3_bucket_policy")
            .add_attribute(id())
            .add_attribute(Attribute::new("policy", literal(&bucket.policy)))
            .build(),
    ]
}

fn recorder(one: &Desired<'_>, named: &Named<'_>) -> Result<Block, RenderError> {
    let store = one.target.kind == RecorderKind::EventDataStore;
    let mut block =
        named.resource(kind(one)).add_attribute(Attribute::new("name", literal(&one.target.name)));
    if store {
        one.must_be_seen()?;
        block = block
            .add_attribute(Attribute::new("multi_region_enabled", one.multi_region))
            .add_attribute(Attribute::new("organization_enabled", one.organization));
    } else {
        block = trail(one, named.label, block)?;
    }
    for selector in one.selectors()?.map(|selectors| selectors.list).unwrap_or_default() {
        block = block.add_block(match &selector {
            Selector::Basic(basic) => self::basic(basic),
            Selector::Advanced(advanced) => self::advanced(advanced),
        });
    }
    if one.seen.is_some() {
        let kept = Attribute::new("ignore_changes", names(&unread(one)));
        block = block.add_block(Block::builder("lifecycle").add_attribute(kept).build());
    }
    Ok(block.build())
}

/// The arguments that say nothing, because their values were not read: Terraform's defaults must not take their place.
fn unread(one: &Desired<'_>) -> Vec<&'static str> {
    let store = one.target.kind == RecorderKind::EventDataStore;
    let mut unread = if store { UNREAD_STORE.to_vec() } else { UNREAD_TRAIL.to_vec() };
    if one.document.is_none() {
        unread.extend(if store {
            &["advanced_event_selector"][..]
        } else {
            &["advanced_event_selector", "event_selector"]
        });
    }
    if !store {
        let read = [
            ("enable_log_file_validation", one.log_file_validation),
            ("enable_logging", one.logging),
            ("include_global_service_events", one.global_service_events()),
        ];
        unread.extend(read.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name));
    }
    unread.sort_unstable();
    unread
}

fn trail(one: &Desired<'_>, label: &str, block: BlockBuilder) -> Result<BlockBuilder, RenderError> {
    let bucket = match (one.bucket, one.bucket_name()) {
        (Some(_), _) => reference("aws_s3_bucket", label, Some("id")),
        (None, Some(name)) => literal(name),
        (None, None) => {
            let what = "a trail whose bucket is not known";
            return Err(RenderError::Step { recorder: one.target.arn.clone(), what });
        }
    };
    let mut block = block
        .add_attribute(Attribute::new("s3_bucket_name", bucket))
        .add_attribute(Attribute::new("is_multi_region_trail", one.multi_region))
        .add_attribute(Attribute::new("is_organization_trail", one.organization));
    let read = [
        ("enable_logging", one.logging),
        ("enable_log_file_validation", one.log_file_validation),
        ("include_global_service_events", one.global_service_events()),
    ];
    for (name, value) in read {
        if let Some(value) = value {
            block = block.add_attribute(Attribute::new(name, value));
        }
    }
    if one.bucket.is_some() {
        let policy = reference("aws_s3_bucket_policy", label, None);
        block = block.add_attribute(Attribute::new("depends_on", Expression::Array(vec![policy])));
    }
    Ok(block)
}

fn basic(basic: &BasicSelector) -> Block {
    let mut block = Block::builder("event_selector")
        .add_attribute(Attribute::new("read_write_type", literal(basic.read_write.as_str())))
        .add_attribute(Attribute::new("include_management_events", basic.include_management));
    if !basic.exclude_management_sources.is_empty() {
        let sources = texts(&basic.exclude_management_sources);
        block = block.add_attribute(Attribute::new("exclude_management_event_sources", sources));
    }
    for resource in &basic.data_resources {
        let one = Block::builder("data_resource")
            .add_attribute(Attribute::new("type", literal(&resource.kind)))
            .add_attribute(Attribute::new("values", texts(&resource.values)));
        block = block.add_block(one.build());
    }
    block.build()
}

/// Fields in the order of their names: in another one, the provider sees a change in every plan.
fn advanced(advanced: &AdvancedSelector) -> Block {
    let mut block = Block::builder("advanced_event_selector");
    if !advanced.name.is_empty() {
        block = block.add_attribute(Attribute::new("name", literal(&advanced.name)));
    }
    let mut fields: Vec<_> = advanced.fields.iter().collect();
    fields.sort_by_key(|one| one.field.as_str());
    for one in fields {
        let mut field = Block::builder("field_selector")
            .add_attribute(Attribute::new("field", literal(one.field.as_str())));
        for operator in Operator::ALL {
            let values = one.condition.values(operator);
            if !values.is_empty() {
                field = field.add_attribute(Attribute::new(argument(operator), texts(values)));
            }
        }
        block = block.add_block(field.build());
    }
    block.build()
}

fn argument(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals => "equals",
        Operator::StartsWith => "starts_with",
        Operator::EndsWith => "ends_with",
        Operator::NotEquals => "not_equals",
        Operator::NotStartsWith => "not_starts_with",
        Operator::NotEndsWith => "not_ends_with",
    }
}
