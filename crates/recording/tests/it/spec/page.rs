//! A page of Markdown, cut into cases: every heading begins a new one, and only sections with selectors are cases.
//!
//! A section holds one or more fenced `json` blocks, one for each recorder (`json trail=NAME`, `json store=NAME`;
//! `json unread=NAME` for one whose selectors were not read, `json uncertain=NAME` for one that may not be active), then a
//! table of events with the column `Answer`, and lines of the form `Word: what is expected`.

/// A recorder of a case.
pub(crate) struct Recorder {
    /// `trail`, `store`, `unread` or `uncertain`.
    pub(crate) how: String,
    /// AWS's own JSON.
    pub(crate) json: String,
}

/// One section with selectors.
pub(crate) struct Case {
    /// Its heading.
    pub(crate) title: String,
    pub(crate) recorders: Vec<Recorder>,
    /// Column names and cells of each row of the table.
    pub(crate) rows: Vec<Vec<(String, String)>>,
    /// True iff there is a table, be it without rows.
    pub(crate) table: bool,
    /// `Verdict`, `Remainder`, ... with what stands behind the colon.
    pub(crate) lines: Vec<(String, String)>,
}

const WORDS: [&str; 10] = [
    "Verdict",
    "Remainder",
    "Witness",
    "Warning",
    "Turned away",
    "Copies",
    "Cover",
    "Doubt",
    "Open",
    "Subject",
];

impl Case {
    fn new(title: &str) -> Self {
        Case {
            title: title.to_owned(),
            recorders: Vec::new(),
            rows: Vec::new(),
            table: false,
            lines: Vec::new(),
        }
    }

    /// What stands behind `word:`.
    pub(crate) fn line(&self, word: &str) -> Option<&str> {
        self.lines.iter().find(|(of, _)| of == word).map(|(_, text)| text.as_str())
    }
}

/// The cases of a page.
pub(crate) fn cases(text: &str) -> Result<Vec<Case>, String> {
    let mut all = vec![Case::new("before the first heading")];
    let mut lines = text.lines();
    let mut header: Option<Vec<String>> = None;
    while let Some(line) = lines.next() {
        let case = all.last_mut().expect("there is always one");
        if let Some(title) = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
        {
            all.push(Case::new(title));
        } else if let Some(info) = line.strip_prefix("```") {
            let json: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            case.recorders.push(Recorder { how: how(info)?, json: json.join("\n") });
        } else if line.starts_with('|') {
            case.table = true;
            row(line, &mut header, case);
            continue;
        } else if let Some((word, expected)) = line.split_once(": ").filter(|(word, _)| WORDS.contains(word))
        {
            case.lines.push((word.to_owned(), expected.trim_matches(['*', ' ']).to_owned()));
        }
        header = None;
    }
    for case in &all {
        if case.table && case.rows.is_empty() {
            return Err(format!("`{}` has a table without rows", case.title));
        }
        let asks = !case.rows.is_empty() || !case.lines.is_empty();
        if asks == case.recorders.is_empty() {
            return Err(format!("`{}` has selectors or expectations, but not both", case.title));
        }
        if asks && case.line("Verdict").is_none() {
            return Err(format!("`{}` has no verdict", case.title));
        }
    }
    all.retain(|case| !case.recorders.is_empty());
    Ok(all)
}

/// `trail` of `json trail=a`.
fn how(info: &str) -> Result<String, String> {
    let mut words = info.split_whitespace();
    if words.next() != Some("json") {
        return Err(format!("a block of `{info}`, but only `json` is read"));
    }
    let how = words.next().unwrap_or("trail=it").split('=').next().unwrap_or_default().to_owned();
    let known = ["trail", "store", "unread", "uncertain"].contains(&how.as_str());
    if known { Ok(how) } else { Err(format!("`{info}` is no recorder")) }
}

fn row(line: &str, header: &mut Option<Vec<String>>, case: &mut Case) {
    let cells = line.trim().trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned());
    let cells: Vec<String> = cells.collect();
    match header {
        None => *header = Some(cells),
        Some(_) if cells.iter().all(|cell| cell.chars().all(|c| c == '-' || c == ':')) => {}
        Some(columns) => case.rows.push(columns.iter().cloned().zip(cells).collect()),
    }
}
