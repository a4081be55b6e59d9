//! The condition of a rule: `selection and not 1 of filter_*`.

use super::error::{Problem, plain};

/// How deep parentheses and `not` may nest.
const DEPTH: usize = 64;

/// A condition over the selections of a rule, which it names by their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Selection(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// Reads `text`, a condition over the selections called `names`.
pub(crate) fn parse(text: &str, names: &[String]) -> Result<Condition, Problem> {
    let refuse = |why: String| Problem::Condition { condition: plain(text), why };
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0, names };
    let condition = reader.any(0).map_err(refuse)?;
    match reader.peek() {
        None => Ok(condition),
        Some(token) => Err(refuse(format!("`{}` is not expected here", plain(token)))),
    }
}

/// Words and parentheses.
fn tokens(text: &str) -> Result<Vec<&str>, Problem> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let single = matches!(c, '(' | ')');
        if single || c.is_whitespace() {
            if let Some(start) = start.take() {
                tokens.extend(text.get(start..at));
            }
            if single {
                tokens.extend(text.get(at..at + 1));
            }
        } else if c == '|' {
            return Err(Problem::Unsupported(format!(
                "an aggregation in a condition (`{}`), which Sigma replaced by correlations,",
                plain(text)
            )));
        } else {
            start.get_or_insert(at);
        }
    }
    if let Some(start) = start {
        tokens.extend(text.get(start..));
    }
    Ok(tokens)
}

struct Reader<'a> {
    tokens: &'a [&'a str],
    at: usize,
    names: &'a [String],
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.all(depth)?];
        while self.take("or") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.single(depth)?];
        while self.take("and") {
            parts.push(self.single(depth)?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn single(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEPTH {
            return Err(format!("nested more than {DEPTH} levels deep"));
        }
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("a `)` is missing".to_owned()) };
        }
        let Some(word) = self.peek() else { return Err("it ends where a selection is expected".to_owned()) };
        self.at += 1;
        if matches!(word.to_ascii_lowercase().as_str(), "and" | "or" | ")") {
            return Err(format!("a selection is expected, and `{word}` is there"));
        }
        if self.peek().is_some_and(|next| next.eq_ignore_ascii_case("of")) {
            self.at += 1;
            return self.of(word);
        }
        self.names.iter().position(|name| name == word).map(Condition::Selection).ok_or_else(|| {
            format!("there is no selection `{}`; there are {}", plain(word), plain(&self.names.join(", ")))
        })
    }

    /// `1 of them`, `all of selection_*`.
    fn of(&mut self, how: &str) -> Result<Condition, String> {
        let every = match how.to_ascii_lowercase().as_str() {
            "1" | "any" => false,
            "all" => true,
            _ => {
                return Err(format!(
                    "`{} of` is not supported; use `1 of`, `any of` or `all of`",
                    plain(how)
                ));
            }
        };
        let Some(pattern) = self.peek() else { return Err(format!("`{how} of` needs a pattern or `them`")) };
        self.at += 1;
        // Selections that begin with an underscore are parts of others, by the specification.
        let them = pattern.eq_ignore_ascii_case("them");
        let chosen: Vec<Condition> = (0..)
            .zip(self.names)
            .filter(|(_, name)| if them { !name.starts_with('_') } else { fits(pattern, name) })
            .map(|(number, _)| Condition::Selection(number))
            .collect();
        match chosen.is_empty() {
            true => Err(format!("no selection fits `{}`", plain(pattern))),
            false => Ok(one_or(chosen, if every { Condition::All } else { Condition::Any })),
        }
    }
}

fn one_or(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

/// True iff `name` is as `pattern` says, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}
