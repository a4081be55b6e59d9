//! A page of text for a terminal: aligned, wrapped, a few colours that mean something. Whatever is put on it is made
//! visible first, so that no name from outside can reach the terminal as a command.

use text::visible::visible;
use unicode_width::UnicodeWidthStr;

/// What the terminal is like; the caller knows.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns. Paragraphs are wrapped there; tables and ARNs are not cut.
    pub width: usize,
    /// Whether colours may be used.
    pub colour: bool,
    /// How many rows of a long table are shown, the worst first.
    pub rows: usize,
    /// It is no terminal: a table's cells are not wrapped, however wide.
    pub whole: bool,
    /// Everything is shown, not the answer and its causes alone.
    pub all: bool,
    /// Whether names of controls may be links to the page about them.
    pub links: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { width: 100, colour: false, rows: 20, whole: true, all: true, links: false }
    }
}

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing particular.
    Plain,
    /// The answer, a heading.
    Strong,
    /// Said by the way.
    Dim,
    /// Recorded, passes.
    Good,
    /// Not recorded, fails.
    Bad,
    /// Undetermined.
    Open,
    /// The name of a control.
    Control,
}

/// Where the pages of the reference are, below the address that the schemas name, too.
const REFERENCE: &str = "https://invoketrail.dev/docs/reference";

/// The page about a control.
pub(super) fn page_of_control(id: &str) -> String {
    format!("{REFERENCE}/controls.html#{id}")
}

/// The page about `check`.
pub(super) fn page_of_check() -> String {
    format!("{REFERENCE}/check.html")
}

/// A piece of text and what it means.
pub(super) type Span = (Style, String);

/// As [`Span`], borrowed.
pub(super) type Styled<'a> = (Style, &'a str);

/// Whether a column's cells stand left or right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// For words.
    Left,
    /// For numbers.
    Right,
}

/// How many lines a page has at most that says its answer once, at its beginning.
const ONE_LOOK: usize = 12;

/// At the end of a text that was cut.
const MORE: &str = " ... (--all)";

/// A label wider than this does not push the lines below it to the right.
const LONG_LABEL: usize = 12;

/// Text that grows line by line.
pub(super) struct Page {
    text: String,
    layout: Layout,
    answer: Option<(Style, String)>,
}

impl Page {
    pub(super) fn new(layout: Layout) -> Self {
        Page {
            text: String::new(),
            layout: Layout { width: layout.width.clamp(40, 200), ..layout },
            answer: None,
        }
    }

    /// The answer that the page is about. [`Page::into_text`] says it again at the end, iff the page is longer than one look: who
    /// sees the end of a long page need not scroll back.
    pub(super) fn answer(&mut self, style: Style, text: &str) {
        self.paragraph(0, (Style::Plain, ""), (style, text));
        self.answer = Some((style, text.to_owned()));
    }

    /// An empty line, and then the answer iff [`Page::into_text`] would say it here.
    pub(super) fn gap_and_answer(&mut self) {
        let is_long = self.lines() > ONE_LOOK;
        self.gap();
        if let Some((style, answer)) = self.answer.take().filter(|_| is_long) {
            self.paragraph(0, (Style::Plain, ""), (style, &answer));
        }
    }

    /// The page, as it goes to the terminal.
    pub(super) fn into_text(mut self) -> String {
        if self.answer.is_some() && self.lines() > ONE_LOOK {
            self.gap_and_answer();
        }
        self.text
    }

    /// How many rows of a table are shown.
    pub(super) fn rows(&self) -> usize {
        self.layout.rows
    }

    /// How many of what is less than a row are shown: `few`, unless there is no limit.
    pub(super) fn few(&self, few: usize) -> usize {
        if self.layout.rows == usize::MAX { usize::MAX } else { few }
    }

    /// True iff everything is shown.
    pub(super) fn is_all(&self) -> bool {
        self.layout.all
    }

    /// How many lines stand there.
    pub(super) fn lines(&self) -> usize {
        self.text.matches('\n').count()
    }

    /// Text that was made with the same layout.
    pub(super) fn append(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A heading behind an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap();
        self.paragraph(0, (Style::Strong, ""), (Style::Strong, text));
    }

    /// `label` and after it `text`, wrapped such that its lines stand below each other.
    pub(super) fn paragraph(&mut self, indent: usize, label: Styled<'_>, text: Styled<'_>) {
        self.paragraph_within(indent, label, text, usize::MAX);
    }

    /// As [`Page::paragraph`], in so many lines at most: what does not fit is left to `--all`, and no word is cut.
    pub(super) fn paragraph_within(
        &mut self,
        indent: usize,
        label: Styled<'_>,
        text: Styled<'_>,
        most: usize,
    ) {
        let head = visible(label.1);
        let first = text.1.split(' ').next().map_or(0, str::width);
        let wide = indent + head.width();
        if wide > self.layout.width / 4 * 3 && wide + first > self.layout.width {
            // On a narrow terminal a long label is text like any other.
            let whole = format!("{}{}", label.1, text.1);
            self.paragraph_within(indent, (label.0, ""), (text.0, &whole), most);
            return;
        }
        // Below a long label a line would have no room left.
        let hang = indent + if head.width() > LONG_LABEL { 4 } else { head.width() };
        let mut at = indent + head.width();
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.styled(label.0, &head);
        let shown = visible(text.1);
        let (mut line, mut lines) = (String::new(), 1);
        for word in shown.split(' ').filter(|word| !word.is_empty()) {
            let wide = word.width();
            // The last line keeps room for what says that there is more.
            let room =
                if lines == most { self.layout.width.saturating_sub(MORE.len()) } else { self.layout.width };
            if !line.is_empty() && at + 1 + wide > room {
                if lines == most {
                    line.push_str(MORE);
                    break;
                }
                lines += 1;
                self.styled(text.0, &line);
                self.text.push('\n');
                self.text.extend(std::iter::repeat_n(' ', hang));
                line.clear();
                at = hang;
            }
            if !line.is_empty() {
                line.push(' ');
                at += 1;
            }
            line.push_str(word);
            at += wide;
        }
        self.styled(text.0, &line);
        self.end_line();
    }

    /// A line that is never wrapped.
    pub(super) fn line(&mut self, indent: usize, style: Style, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.styled(style, &visible(text));
        self.end_line();
    }

    /// See [`Page::table_without`]; every column stays.
    pub(super) fn table(&mut self, heads: &[(&str, Align)], rows: &[Vec<Span>]) {
        self.table_without(heads, rows, 0);
    }

    /// Columns as wide as their widest cell, two spaces between them; headings are dim. On a terminal that is too narrow, cells are broken
    /// between words, and then the last columns go, as many as may: a name, an ARN or an account is one word, and is never cut.
    pub(super) fn table_without(&mut self, heads: &[(&str, Align)], rows: &[Vec<Span>], may_go: usize) {
        let all = heads.len();
        let order: Vec<usize> = (all - may_go.min(all)..all).rev().collect();
        self.table_dropping(heads, rows, &order);
    }

    /// True iff a table with these headings fits without one of its words broken or gone.
    pub(super) fn has_room(&self, heads: &[(&str, Align)], rows: &[Vec<Span>]) -> bool {
        let head: Vec<Span> = heads.iter().map(|(head, _)| (Style::Dim, (*head).to_owned())).collect();
        let all: Vec<Vec<Span>> = std::iter::once(&head).chain(rows).cloned().collect();
        let wide: usize =
            widths(&all, |text| longest_word(&visible(text))).iter().map(|width| width + 2).sum();
        self.layout.whole || wide <= self.layout.width
    }

    /// As [`Page::table_without`], where these columns may go, in this order.
    pub(super) fn table_dropping(&mut self, heads: &[(&str, Align)], rows: &[Vec<Span>], order: &[usize]) {
        let head: Vec<Span> = heads.iter().map(|(head, _)| (Style::Dim, (*head).to_owned())).collect();
        let headed = heads.iter().any(|(head, _)| !head.is_empty());
        let mut rows: Vec<Vec<Span>> = headed.then_some(&head).into_iter().chain(rows).cloned().collect();
        for (_, cell) in rows.iter_mut().flatten() {
            *cell = visible(cell).into_owned();
        }
        let room = if self.layout.whole { usize::MAX } else { self.layout.width };
        let (mut widths, mut least) = (widths(&rows, str::width), widths(&rows, longest_word));
        let taken = |widths: &[usize]| widths.iter().map(|width| width + 2).sum::<usize>();
        let mut gone = Vec::new();
        for column in order {
            if taken(&least) > room && *column < least.len() {
                gone.push(*column);
                least[*column] = 0;
            }
            // A column that is gone takes no room, not even that between columns.
            if taken(&least).saturating_sub(2 * gone.len()) <= room {
                break;
            }
        }
        gone.sort_unstable();
        let keep = |at: &usize| !gone.contains(at);
        let kept: Vec<usize> = (0..widths.len()).filter(keep).collect();
        widths = kept.iter().map(|at| widths[*at]).collect();
        least = kept.iter().map(|at| least[*at]).collect();
        while taken(&widths) > room {
            let wide = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
            let Some((widest, _)) = wide.max_by_key(|(width, _)| **width) else { break };
            *widest -= 1;
        }
        let kept_heads: Vec<(&str, Align)> = kept.iter().filter_map(|at| heads.get(*at).copied()).collect();
        for row in &rows {
            let row: Vec<Span> = kept.iter().filter_map(|at| row.get(*at).cloned()).collect();
            self.row(&kept_heads, &row, &widths);
        }
        let gone: Vec<&str> = gone.iter().filter_map(|at| heads.get(*at)).map(|(head, _)| *head).collect();
        if !gone.is_empty() {
            let told = format!(
                "the terminal is too narrow for: {}; all columns are in --format json",
                gone.join(", ")
            );
            self.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
        }
    }

    /// One row, in as many lines as its cells take.
    fn row(&mut self, heads: &[(&str, Align)], row: &[Span], widths: &[usize]) {
        let cells: Vec<(Style, Vec<String>)> =
            row.iter().zip(widths).map(|((style, cell), width)| (*style, wrapped(cell, *width))).collect();
        for line in 0..cells.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0) {
            for (at, (style, lines)) in cells.iter().enumerate() {
                let cell = lines.get(line).map_or("", String::as_str);
                let pad = widths[at].saturating_sub(cell.width());
                let right = heads.get(at).is_some_and(|(_, align)| *align == Align::Right);
                self.text.push_str("  ");
                if right {
                    self.text.extend(std::iter::repeat_n(' ', pad));
                }
                self.styled(*style, cell);
                if !right {
                    self.text.extend(std::iter::repeat_n(' ', pad));
                }
            }
            self.end_line();
        }
    }

    fn styled(&mut self, style: Style, visible: &str) {
        let code = match style {
            Style::Plain => "",
            Style::Strong | Style::Control => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Open => "33",
        };
        // Terminals that do not know links show nothing of this; the caller knows whether it is one.
        let link = style == Style::Control && self.layout.links && !visible.is_empty();
        if link {
            self.text.push_str(&format!("\u{1b}]8;;{}\u{1b}\\", page_of_control(visible)));
        }
        if self.layout.colour && !code.is_empty() && !visible.is_empty() {
            self.text.push_str(&format!("\u{1b}[{code}m{visible}\u{1b}[0m"));
        } else {
            self.text.push_str(visible);
        }
        if link {
            self.text.push_str("\u{1b}]8;;\u{1b}\\");
        }
    }

    /// Ends a line without spaces at its end.
    fn end_line(&mut self) {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
        self.text.push('\n');
    }
}

/// The widest of each column.
fn widths(rows: &[Vec<Span>], of: impl Fn(&str) -> usize) -> Vec<usize> {
    let mut widths = vec![0; rows.iter().map(Vec::len).max().unwrap_or(0)];
    for row in rows {
        for (width, (_, cell)) in widths.iter_mut().zip(row) {
            *width = (*width).max(of(cell));
        }
    }
    widths
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(str::width).max().unwrap_or(0)
}

/// The text in lines of that width; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Align, Layout, ONE_LOOK, Page, Style};

    fn page(width: usize, colour: bool) -> Page {
        Page::new(Layout { width, colour, rows: 10, whole: false, ..Layout::default() })
    }

    #[test]
    fn paragraphs_hang_below_their_label() {
        let mut page = page(40, false);
        let text = "one two three four five six seven eight nine";
        page.paragraph(2, (Style::Plain, "Why: "), (Style::Plain, text));
        assert_eq!(page.into_text(), "  Why: one two three four five six seven\n       eight nine\n");
    }

    #[test]
    fn the_answer_is_said_again_at_the_end_of_a_long_page_alone() {
        for (lines, times) in [(3, 1), (ONE_LOOK - 1, 1), (ONE_LOOK, 2), (40, 2)] {
            let mut page = page(80, false);
            page.answer(Style::Strong, "No: f escapes.");
            (0..lines).for_each(|_| page.paragraph(0, (Style::Plain, ""), (Style::Plain, "a line")));
            let text = page.into_text();
            assert_eq!(text.matches("No: f escapes.").count(), times, "{lines} lines");
            assert!(text.starts_with("No: f escapes.\n"));
            assert_eq!(text.ends_with("\n\nNo: f escapes.\n"), times == 2, "{lines} lines");
        }
    }

    #[test]
    fn columns_are_aligned_and_lines_end_clean() {
        let mut page = page(80, false);
        let row = |name: &str, n: &str| {
            vec![(Style::Plain, n.to_owned()), (Style::Bad, name.to_owned()), (Style::Plain, String::new())]
        };
        page.table(
            &[("n", Align::Right), ("name", Align::Left), ("", Align::Left)],
            &[row("東京", "1"), row("orders", "1000")],
        );
        assert_eq!(page.into_text(), "     n  name\n     1  東京\n  1000  orders\n");
    }

    #[test]
    fn nothing_from_outside_acts_and_colours_are_ours_alone() {
        for colour in [false, true] {
            let mut page = page(80, colour);
            page.paragraph(0, (Style::Bad, "\u{1b}[2J"), (Style::Plain, "a\nb\u{9b}c"));
            page.table(&[("h", Align::Left)], &[vec![(Style::Plain, "\r\u{7}".to_owned())]]);
            let text = page.into_text();
            assert_eq!(text.contains('\u{1b}'), colour);
            let ours = text.replace("\u{1b}[31m", "").replace("\u{1b}[2m", "").replace("\u{1b}[0m", "");
            assert!(!ours.replace('\n', "").chars().any(text::visible::acts), "{ours:?}");
        }
    }
}
