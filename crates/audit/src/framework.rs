//! Frameworks of requirements that controls support. They are data: they say where an answer helps, and never alter it.

/// A framework, with those of its requirements that controls support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// As it is typed: `soc2`.
    pub id: String,
    /// As people call it: `SOC 2`.
    pub name: String,
    /// Which edition.
    pub version: String,
    /// In the order of the file, each id once.
    pub requirements: Vec<Requirement>,
}

/// A requirement of a framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// As the framework calls it: `CC7.2`.
    pub id: String,
    /// Its title, or its gist.
    pub title: String,
    /// How much the controls say about it.
    pub strength: Strength,
    /// What a reader should know.
    pub note: Option<String>,
    /// Where it is from.
    pub source: String,
    /// Nobody compared the row with its source.
    pub unconfirmed: bool,
    /// The controls that support it; at least one.
    pub controls: Vec<String>,
}

/// How much controls say about a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// They are direct evidence.
    Primary,
    /// They help.
    Supporting,
}

impl Strength {
    /// Both.
    pub const ALL: [Strength; 2] = [Strength::Primary, Strength::Supporting];

    /// As files and documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Supporting => "supporting",
        }
    }
}

impl Framework {
    /// The requirements that a control supports.
    pub fn supported_by<'a>(&'a self, control: &'a str) -> impl Iterator<Item = &'a Requirement> {
        self.requirements.iter().filter(move |one| one.controls.iter().any(|id| id == control))
    }
}
