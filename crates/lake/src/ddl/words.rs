//! The words that engines have for one and the same: types, structs, lists, JSON, parts of texts.

use super::Engine;
use crate::columns::Kind;

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) enum Type {
    Text,
    Integer,
    Row(Vec<(&'static str, Type)>),
    List(Box<Type>),
    /// Of texts by text.
    Map,
}

/// An expression of SQL.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// As it is written; it gives a text.
    Text(String),
    /// As it is written; it gives a number.
    Integer(String),
    /// Null, or what is nearest to it.
    Null(Type),
    Row(Vec<(&'static str, Value)>),
    /// A list of this one, or null (or nothing in it) where the condition is false.
    ListIf(String, Box<Value>),
}

/// A text as it is written.
pub(super) fn text(sql: impl Into<String>) -> Value {
    Value::Text(sql.into())
}

/// A number as it is written.
pub(super) fn integer(sql: impl Into<String>) -> Value {
    Value::Integer(sql.into())
}

/// A struct.
pub(super) fn row<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Value::Row(members.into())
}

impl Value {
    fn of(&self) -> Type {
        match self {
            Value::Text(_) => Type::Text,
            Value::Integer(_) => Type::Integer,
            Value::Null(of) => of.clone(),
            Value::Row(members) => {
                Type::Row(members.iter().map(|(name, member)| (*name, member.of())).collect())
            }
            Value::ListIf(_, one) => Type::List(Box::new(one.of())),
        }
    }

    /// The expression in the engine's words.
    pub(super) fn sql(&self, engine: Engine) -> String {
        let bare = self.bare(engine);
        let typed = matches!(engine, Engine::Trino | Engine::Athena | Engine::ClickHouse);
        match self {
            Value::Row(_) | Value::ListIf(..) if typed => {
                format!("cast({bare} as {})", self.of().sql(engine))
            }
            _ => bare,
        }
    }

    /// The same without names of members, where these are said once around all.
    fn bare(&self, engine: Engine) -> String {
        match self {
            Value::Text(sql) | Value::Integer(sql) => sql.clone(),
            Value::Null(of) => null(of, engine),
            Value::Row(members) => {
                let named = members.iter().map(|(name, member)| (*name, member.bare(engine)));
                match engine {
                    Engine::Trino | Engine::Athena => format!("row({})", listed(named.map(|(_, sql)| sql))),
                    Engine::ClickHouse => format!("tuple({})", listed(named.map(|(_, sql)| sql))),
                    Engine::DuckDb => {
                        format!("{{{}}}", listed(named.map(|(name, sql)| format!("'{name}': {sql}"))))
                    }
                    Engine::Spark => {
                        format!(
                            "named_struct({})",
                            listed(named.map(|(name, sql)| format!("'{name}', {sql}")))
                        )
                    }
                    Engine::Snowflake => {
                        format!(
                            "object_construct({})",
                            listed(named.map(|(name, sql)| format!("'{name}', {sql}")))
                        )
                    }
                }
            }
            Value::ListIf(condition, one) => {
                let one = one.bare(engine);
                match engine {
                    Engine::ClickHouse => format!("if({condition}, [{one}], [])"),
                    Engine::Spark => format!("case when {condition} then array({one}) end"),
                    Engine::Snowflake => format!("case when {condition} then array_construct({one}) end"),
                    Engine::DuckDb => format!("case when {condition} then [{one}] end"),
                    Engine::Trino | Engine::Athena => format!("case when {condition} then array[{one}] end"),
                }
            }
        }
    }
}

impl Type {
    fn sql(&self, engine: Engine) -> String {
        let members = |all: &[(&str, Type)], between: &str| {
            listed(all.iter().map(|(name, of)| format!("{name}{between}{}", of.sql(engine))))
        };
        match (engine, self) {
            (_, Type::Text) => column_type(engine, Kind::Text, false).to_owned(),
            (_, Type::Integer) => column_type(engine, Kind::Integer, false).to_owned(),
            (Engine::Trino | Engine::Athena, Type::Row(all)) => format!("row({})", members(all, " ")),
            (Engine::Trino | Engine::Athena, Type::List(of)) => format!("array({})", of.sql(engine)),
            (Engine::Trino | Engine::Athena, Type::Map) => "map(varchar, varchar)".to_owned(),
            (Engine::ClickHouse, Type::Row(all)) => format!("Tuple({})", members(all, " ")),
            (Engine::ClickHouse, Type::List(of)) => format!("Array({})", of.sql(engine)),
            (Engine::ClickHouse, Type::Map) => "Map(String, String)".to_owned(),
            (Engine::Spark, Type::Row(all)) => format!("struct<{}>", members(all, ": ")),
            (Engine::Spark, Type::List(of)) => format!("array<{}>", of.sql(engine)),
            (Engine::Spark, Type::Map) => "map<string, string>".to_owned(),
            (Engine::DuckDb, Type::Row(all)) => format!("struct({})", members(all, " ")),
            (Engine::DuckDb, Type::List(of)) => format!("{}[]", of.sql(engine)),
            (Engine::DuckDb, Type::Map) => "map(varchar, varchar)".to_owned(),
            (Engine::Snowflake, Type::Row(_) | Type::Map) => "object".to_owned(),
            (Engine::Snowflake, Type::List(_)) => "array".to_owned(),
        }
    }
}

/// ClickHouse has no null for lists, maps and structs of its own.
fn null(of: &Type, engine: Engine) -> String {
    match (engine, of) {
        (Engine::ClickHouse, Type::List(_)) => "[]".to_owned(),
        (Engine::ClickHouse, Type::Map) => "cast(map() as Map(String, String))".to_owned(),
        _ => format!("cast(null as {})", of.sql(engine)),
    }
}

fn listed(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// The type of a column. ClickHouse alone has to be told whether there can be nulls.
pub(super) const fn column_type(engine: Engine, kind: Kind, required: bool) -> &'static str {
    match (engine, kind) {
        // Athena makes tables in the words of Hive, and views in those of Trino.
        (Engine::Trino | Engine::Athena | Engine::DuckDb | Engine::Snowflake, Kind::Text) => "varchar",
        (Engine::Spark, Kind::Text) => "string",
        (Engine::ClickHouse, Kind::Text) if required => "String",
        (Engine::ClickHouse, Kind::Text) => "Nullable(String)",
        (Engine::Trino, Kind::Time) => "timestamp(3)",
        (Engine::DuckDb, Kind::Time) => "timestamp with time zone",
        (Engine::Snowflake, Kind::Time) => "timestamp_ntz",
        (Engine::Athena | Engine::Spark, Kind::Time) => "timestamp",
        (Engine::ClickHouse, Kind::Time) => "DateTime64(3, 'UTC')",
        (Engine::ClickHouse, Kind::Integer) => "Int64",
        (_, Kind::Integer) => "bigint",
        (Engine::ClickHouse, Kind::Boolean) => "Nullable(Bool)",
        (_, Kind::Boolean) => "boolean",
    }
}

/// A text in quotes.
pub(super) fn quoted(engine: Engine, said: &str) -> String {
    match engine {
        Engine::Trino | Engine::DuckDb => format!("'{}'", said.replace('\'', "''")),
        // A backslash is the beginning of something for them; Athena reads statements about tables as Hive does.
        Engine::Athena | Engine::Spark | Engine::ClickHouse | Engine::Snowflake => {
            format!("'{}'", said.replace('\\', "\\\\").replace('\'', "\\'"))
        }
    }
}

/// What is in the brackets of `pattern`; an empty text where it does not match. There is no backslash in the pattern.
pub(super) fn matched(engine: Engine, of: &str, pattern: &str) -> String {
    match engine {
        Engine::ClickHouse => format!("extract(ifNull({of}, ''), '{pattern}')"),
        Engine::Snowflake => format!("coalesce(regexp_substr({of}, '{pattern}', 1, 1, 'e', 1), '')"),
        _ => format!("coalesce(regexp_extract({of}, '{pattern}', 1), '')"),
    }
}

/// True iff the text matches.
pub(super) fn matches(engine: Engine, of: &str, pattern: &str) -> String {
    match engine {
        Engine::ClickHouse => format!("match(ifNull({of}, ''), '{pattern}')"),
        Engine::Snowflake => format!("regexp_like({of}, '{pattern}')"),
        Engine::Spark => format!("{of} rlike '{pattern}'"),
        Engine::DuckDb => format!("regexp_matches({of}, '{pattern}')"),
        Engine::Trino | Engine::Athena => format!("regexp_like({of}, '{pattern}')"),
    }
}

/// The minute in which the file was delivered, as its name says: `20261117T0930Z`; an empty text where it says none.
pub(super) fn delivered(engine: Engine) -> String {
    matched(engine, "source_file", "_([0-9]{8}T[0-9]{4}Z)_")
}

/// A part of an ARN, counted from 1.
pub(super) fn arn_part(engine: Engine, of: &str, part: usize) -> String {
    match engine {
        Engine::ClickHouse => format!("nullIf(splitByChar(':', ifNull({of}, ''))[{part}], '')"),
        _ => format!("nullif(split_part({of}, ':', {part}), '')"),
    }
}

/// A text of JSON with those of the members that are not null; null where all are.
pub(super) fn json(engine: Engine, members: &[(&str, &str)]) -> String {
    let pairs = |value: fn(&str) -> String| {
        listed(members.iter().map(|(name, sql)| format!("'{name}', {}", value(sql))))
    };
    let same: fn(&str) -> String = str::to_owned;
    let whole = match engine {
        Engine::Trino | Engine::Athena => {
            let names = listed(members.iter().map(|(name, _)| format!("'{name}'")));
            let values = listed(members.iter().map(|(_, sql)| (*sql).to_owned()));
            format!(
                "json_format(cast(map_filter(map(array[{names}], array[{values}]), (k, v) -> v is not null) as json))"
            )
        }
        Engine::Spark => format!("to_json(named_struct({}))", pairs(same)),
        Engine::DuckDb => format!("cast(json_merge_patch('{{}}', json_object({})) as varchar)", pairs(same)),
        Engine::ClickHouse => {
            let pairs = pairs(|sql| format!("ifNull({sql}, '')"));
            format!("toJSONString(mapFilter((k, v) -> v != '', map({pairs})))")
        }
        Engine::Snowflake => format!("to_json(object_construct({}))", pairs(same)),
    };
    format!("nullif({whole}, '{{}}')")
}

/// A text within the record, by the names of its members.
pub(super) fn of_record(engine: Engine, path: &[&str]) -> String {
    match engine {
        Engine::Trino | Engine::Athena => format!("json_extract_scalar(raw, '$.{}')", path.join(".")),
        Engine::Spark => format!("get_json_object(raw, '$.{}')", path.join(".")),
        Engine::DuckDb => format!("json_extract_string(raw, '$.{}')", path.join(".")),
        Engine::ClickHouse => {
            let path = listed(path.iter().map(|name| format!("'{name}'")));
            format!("nullIf(JSONExtractString(raw, {path}), '')")
        }
        Engine::Snowflake => format!("cast(parse_json(raw):{} as varchar)", path.join(".")),
    }
}

/// A time as milliseconds since 1970.
pub(super) const fn milliseconds(engine: Engine) -> &'static str {
    match engine {
        Engine::Trino | Engine::Athena => "date_diff('millisecond', timestamp '1970-01-01 00:00:00', time)",
        Engine::Spark => "unix_millis(time)",
        Engine::DuckDb => "epoch_ms(time)",
        Engine::ClickHouse => "toUnixTimestamp64Milli(time)",
        Engine::Snowflake => "date_part(epoch_millisecond, time)",
    }
}
