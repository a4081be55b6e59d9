//! A plan as Terraform: the resource of each recorder as it should be, and an `import` block where nothing manages it yet.

use super::desired::{Desired, RenderError, desired};
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan};
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Operator, Selector};
use hcl::expr::{Expression, Traversal, Variable};
use hcl::structure::{Attribute, Block, BlockBuilder, Body};

/// Arguments of a trail that were not read: what stands in the account stays.
const UNREAD_TRAIL: [&str; 8] = [
    "cloud_watch_logs_group_arn",
    "cloud_watch_logs_role_arn",
    "include_global_service_events",
    "insight_selector",
    "kms_key_id",
    "s3_key_prefix",
    "sns_topic_name",
    "tags",
];
/// The same of an event data store.
const UNREAD_STORE: [&str; 5] =
    ["billing_mode", "kms_key_id", "retention_period", "tags", "termination_protection_enabled"];

/// The plan as Terraform configuration.
///
/// # Errors
/// [`RenderError`] iff selectors hold something that Terraform's provider has no argument for.
pub fn plan_terraform(plan: &Plan, inventory: &Inventory) -> Result<String, RenderError> {
    let mut text = String::new();
    for one in desired(plan, inventory) {
        text.push_str(&head(&one));
        let mut body = Body::builder();
        let label = one.words().join("_").to_ascii_lowercase();
        if one.seen.is_some() && !matches!(one.owner, Owner::Terraform { .. }) {
            body = body.add_block(import(&one, &label));
        }
        if let Some(bucket) = one.bucket {
            for block in self::bucket(bucket, &label) {
                body = body.add_block(block);
            }
        }
        body = body.add_block(recorder(&one, &label)?);
        // Texts and plain names alone: this cannot fail.
        text.push_str(&hcl::format::to_string(&body.build()).unwrap_or_default());
    }
    Ok(text)
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
    crate::visible::visible(text).into_owned()
}

/// A text of Terraform: what would be a template in it is none.
fn literal(text: &str) -> Expression {
    Expression::String(text.replace("${", "$${").replace("%{", "%%{"))
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

fn bucket(bucket: &audit::change::Bucket, label: &str) -> [Block; 3] {
    let resource = |kind: &str| Block::builder("resource").add_label(kind).add_label(label);
    let id = || Attribute::new("bucket", reference("aws_s3_bucket", label, Some("id")));
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

fn recorder(one: &Desired<'_>, label: &str) -> Result<Block, RenderError> {
    let store = one.target.kind == RecorderKind::EventDataStore;
    let mut block = Block::builder("resource")
        .add_label(kind(one))
        .add_label(label)
        .add_attribute(Attribute::new("name", literal(&one.target.name)));
    if store {
        block = block
            .add_attribute(Attribute::new("multi_region_enabled", one.multi_region))
            .add_attribute(Attribute::new("organization_enabled", one.organization));
    } else {
        block = trail(one, label, block)?;
    }
    for selector in one.selectors()?.map(|selectors| selectors.list).unwrap_or_default() {
        block = block.add_block(match &selector {
            Selector::Basic(basic) => self::basic(basic),
            Selector::Advanced(advanced) => self::advanced(advanced),
        });
    }
    if one.seen.is_some() {
        let unread: &[&str] = if store { &UNREAD_STORE } else { &UNREAD_TRAIL };
        let kept = Block::builder("lifecycle").add_attribute(Attribute::new("ignore_changes", names(unread)));
        block = block.add_block(kept.build());
    }
    Ok(block.build())
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
        .add_attribute(Attribute::new("is_organization_trail", one.organization))
        .add_attribute(Attribute::new("enable_logging", one.logging.unwrap_or(true)));
    if let Some(validation) = one.log_file_validation {
        block = block.add_attribute(Attribute::new("enable_log_file_validation", validation));
    }
    if one.bucket.is_some() {
        let policy = reference("aws_s3_bucket_policy", label, None);
        block = block.add_attribute(Attribute::new("depends_on", Expression::Array(vec![policy])));
    }
    Ok(block)
}

fn basic(basic: &BasicSelector) -> Block {
    let mut block = Block::builder("event_selector")
        .add_attribute(Attribute::new("read_write_type", basic.read_write.as_str()))
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
        let mut field =
            Block::builder("field_selector").add_attribute(Attribute::new("field", one.field.as_str()));
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
