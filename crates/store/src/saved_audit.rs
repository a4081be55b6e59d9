//! What an audit was decided from, as its documents keep it, and an audit that was saved, read back.

use super::document::{self, DocumentError, Format};
use super::exceptions_file::{is_day, read_exceptions, write_exceptions};
use super::framework_file::{framework, table_of};
use super::inventory_file::{read_inventory, write_inventory};
use super::limits::INVENTORY;
use audit::Counted;
use audit::inputs::{Earlier, Inputs};
use audit::inventory::Inventory;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::{self, Write};
use text::visible::excerpt;

const FORMAT: Format = Format { name: "invoketrail.audit", version: 1, noun: "a saved audit" };

/// The format of [`Choices`] as a file of its own.
pub(crate) const CHOICES_FORMAT: Format =
    Format { name: "invoketrail.choices", version: 1, noun: "the choices of an audit" };

/// An audit that was saved as JSON: what it said, and what it was decided from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAudit {
    /// The version of the tool that made it.
    pub version: String,
    /// When it was made: RFC 3339, UTC.
    pub generated_at: String,
    /// `yes`, `no`, `undetermined`.
    pub answer: String,
    /// The status of each control that it shows.
    pub controls: BTreeMap<String, String>,
    /// What it was decided from.
    pub inputs: Inputs,
}

/// What was chosen for an audit, besides what was seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Choices {
    pub(crate) today: String,
    pub(crate) recorders: RecordersShape,
    /// For how many days an exception may be declared, iff that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exceptions_max_days: Option<u16>,
    pub(crate) frameworks: Vec<toml::Value>,
    /// How the baseline was judged, iff it is a saved audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) baseline_choices: Option<EarlierShape>,
}

/// How an earlier audit was judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EarlierShape {
    today: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exceptions_max_days: Option<u16>,
    /// A document of exceptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exceptions: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "RecordersShape::is_all")]
    recorders: RecordersShape,
}

impl EarlierShape {
    fn of(earlier: &Earlier) -> Self {
        let document = || serde_json::from_str(&write_exceptions(&earlier.exceptions)).ok();
        EarlierShape {
            today: earlier.today.clone(),
            exceptions_max_days: earlier.exceptions.iter().find_map(|one| one.too_long),
            exceptions: if earlier.exceptions.is_empty() { None } else { document() },
            recorders: earlier.recorders.into(),
        }
    }

    fn read(self, path: &str) -> Result<Earlier, DocumentError> {
        day(&self.today, path)?;
        let mut exceptions = match &self.exceptions {
            None => Vec::new(),
            Some(document) => read_exceptions(document.to_string().as_bytes())
                .map_err(|error| impossible(format!("{path}exceptions"), error.to_string()))?,
        };
        if let Some(most) = self.exceptions_max_days {
            exceptions.iter_mut().for_each(|one| one.limit(most, &self.today));
        }
        Ok(Earlier { exceptions, today: self.today, recorders: self.recorders.into() })
    }
}

fn day(today: &str, path: &str) -> Result<(), DocumentError> {
    let problem = || "a day has the form 2027-01-31".to_owned();
    if is_day(today) { Ok(()) } else { Err(impossible(format!("{path}today"), problem())) }
}

/// Which recorders count, as documents of ours hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RecordersShape {
    #[default]
    All,
    Trails,
}

impl RecordersShape {
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::All
    }
}

impl From<Counted> for RecordersShape {
    fn from(counted: Counted) -> Self {
        match counted {
            Counted::All => Self::All,
            Counted::Trails => Self::Trails,
        }
    }
}

impl From<RecordersShape> for Counted {
    fn from(shape: RecordersShape) -> Self {
        match shape {
            RecordersShape::All => Self::All,
            RecordersShape::Trails => Self::Trails,
        }
    }
}

impl Choices {
    pub(crate) fn of(inputs: &Inputs) -> Self {
        Choices {
            today: inputs.today.clone(),
            recorders: inputs.recorders.into(),
            exceptions_max_days: inputs.exceptions_max_days,
            frameworks: inputs.frameworks.iter().map(table_of).collect(),
            baseline_choices: inputs.earlier.as_ref().map(EarlierShape::of),
        }
    }

    /// Puts them into inputs, which hold their exceptions already.
    ///
    /// # Errors
    /// [`DocumentError::Impossible`] where the day or a framework is none.
    pub(crate) fn put_into(self, inputs: &mut Inputs, path: &str) -> Result<(), DocumentError> {
        day(&self.today, path)?;
        let earlier = self.baseline_choices.map(|one| one.read(&format!("{path}baseline_choices.")));
        inputs.earlier = earlier.transpose()?;
        if let Some(most) = self.exceptions_max_days {
            inputs.exceptions.iter_mut().for_each(|one| one.limit(most, &self.today));
        }
        inputs.exceptions_max_days = self.exceptions_max_days;
        inputs.today = self.today;
        inputs.recorders = self.recorders.into();
        for (at, table) in self.frameworks.into_iter().enumerate() {
            let at = format!("{path}frameworks[{at}]");
            let toml::Value::Table(table) = table else {
                return Err(impossible(at, "an object was expected".to_owned()));
            };
            inputs.frameworks.push(framework(table).map_err(|error| impossible(at, error.line))?);
        }
        Ok(())
    }
}

fn impossible(path: String, problem: String) -> DocumentError {
    DocumentError::Impossible { path, problem }
}

/// Writes what an audit was decided from as one value of JSON, one entry of each list a line. The same inputs give the same bytes.
///
/// # Errors
/// What the writer says.
pub fn write_inputs(inputs: &Inputs, out: &mut dyn Write) -> io::Result<()> {
    let choices = serde_json::to_string(&Choices::of(inputs))?;
    let choices = text::visible::json(&choices);
    // The last member may be an object itself.
    out.write_all(choices.strip_suffix('}').unwrap_or(&choices).as_bytes())?;
    if !inputs.exceptions.is_empty() {
        let exceptions = write_exceptions(&inputs.exceptions);
        write!(out, ",\n\"exceptions\":{}", exceptions.trim_end())?;
    }
    if let Some(baseline) = &inputs.baseline {
        out.write_all(b",\n\"baseline\":")?;
        write_inventory(baseline, out)?;
    }
    out.write_all(b",\n\"inventory\":")?;
    write_inventory(&inputs.inventory, out)?;
    out.write_all(b"}")
}

#[derive(Deserialize)]
struct FileShape<'a> {
    tool: ToolShape,
    generated_at: String,
    answer: String,
    controls: Vec<ControlShape>,
    #[serde(borrow)]
    inputs: Option<InputsShape<'a>>,
}

#[derive(Deserialize)]
struct ToolShape {
    version: String,
}

#[derive(Deserialize)]
struct ControlShape {
    id: String,
    status: String,
}

#[derive(Deserialize)]
struct InputsShape<'a> {
    #[serde(flatten)]
    choices: Choices,
    #[serde(borrow)]
    exceptions: Option<&'a RawValue>,
    #[serde(borrow)]
    baseline: Option<&'a RawValue>,
    #[serde(borrow)]
    inventory: &'a RawValue,
}

/// Reads an audit that was saved as JSON.
///
/// # Errors
/// [`DocumentError`], in one line, with the place in the file; also where it does not hold what it was decided from.
pub fn read_audit(bytes: &[u8]) -> Result<SavedAudit, DocumentError> {
    let shape: FileShape<'_> = document::read(bytes, FORMAT)?;
    let Some(held) = shape.inputs else {
        let problem = "missing: an earlier version made this audit, without what it was decided from";
        return Err(impossible("inputs".to_owned(), problem.to_owned()));
    };
    let inputs = inputs_of(held, "inputs.")?;
    let plain = |text: &str| excerpt(text, 100);
    Ok(SavedAudit {
        version: plain(&shape.tool.version),
        generated_at: plain(&shape.generated_at),
        answer: plain(&shape.answer),
        controls: shape.controls.iter().map(|one| (plain(&one.id), plain(&one.status))).collect(),
        inputs,
    })
}

/// Reads what [`write_inputs`] wrote.
///
/// # Errors
/// As [`read_audit`].
pub(crate) fn read_inputs(bytes: &[u8]) -> Result<Inputs, DocumentError> {
    let held: InputsShape<'_> = serde_json::from_slice(bytes).map_err(|error| DocumentError::NotJson {
        problem: excerpt(&text::shape::in_everyday_words(&error.to_string()), 200),
    })?;
    inputs_of(held, "")
}

fn inputs_of(held: InputsShape<'_>, path: &str) -> Result<Inputs, DocumentError> {
    let inventory = |name: &str, raw: &RawValue| inventory_in(format!("{path}{name}"), raw.get().as_bytes());
    let mut inputs = Inputs { inventory: inventory("inventory", held.inventory)?, ..Inputs::default() };
    inputs.baseline = held.baseline.map(|raw| inventory("baseline", raw)).transpose()?;
    if let Some(exceptions) = held.exceptions {
        let read = read_exceptions(exceptions.get().as_bytes());
        inputs.exceptions =
            read.map_err(|error| impossible(format!("{path}exceptions"), error.to_string()))?;
    }
    held.choices.put_into(&mut inputs, path)?;
    Ok(inputs)
}

fn inventory_in(path: String, bytes: &[u8]) -> Result<Inventory, DocumentError> {
    let wrong = |problem: String| impossible(path.clone(), problem);
    INVENTORY.check(bytes).map_err(|error| wrong(error.to_string()))?;
    read_inventory(bytes).map_err(|error| wrong(error.to_string()))
}
