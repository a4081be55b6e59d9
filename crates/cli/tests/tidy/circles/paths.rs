//! Which file of a crate uses an item of which other file, by the paths in the code; re-exports are followed to the file that
//! declares the item.

use super::tokens::tokens;
use std::collections::{BTreeMap, BTreeSet};

type Path = Vec<String>;

/// One module: a file, or a block `mod name { }` in a file.
#[derive(Default)]
struct Module {
    file: String,
    declared: BTreeSet<String>,
    /// The name here, and the path that it stands for.
    imported: BTreeMap<String, Path>,
    /// Modules whose items are all imported.
    globs: Vec<Path>,
    /// Paths in the code, as written.
    paths: BTreeSet<Path>,
}

/// The modules of a crate, each by its path from the root of the crate.
pub(super) struct Crate {
    modules: BTreeMap<Path, Module>,
}

impl Crate {
    /// Reads files of one crate: the name below `src/` without its ending (`a/b`; the root is empty), and its code.
    pub(super) fn read<'a>(files: impl Iterator<Item = (&'a str, String)>) -> Crate {
        let mut modules = BTreeMap::new();
        for (name, code) in files {
            let path = name.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            Reader { tokens: tokens(&code), at: 0, file: name, modules: &mut modules }.module(path);
        }
        Crate { modules }
    }

    /// Every pair of files of which the first uses an item of the second, with one such path.
    pub(super) fn uses(&self) -> BTreeMap<(&str, &str), String> {
        let mut found = BTreeMap::new();
        for (here, module) in &self.modules {
            let globs = module.globs.iter().filter_map(|path| Some((path, self.glob(here, path)?)));
            let every = module.imported.values().chain(&module.paths);
            let items = every.filter_map(|path| Some((path, self.declares(here, path, &mut Vec::new())?)));
            for (path, file) in items.chain(globs) {
                if file != module.file {
                    found.entry((module.file.as_str(), file)).or_insert_with(|| path.join("::"));
                }
            }
        }
        found
    }

    /// The file whose items `path::*` imports: none for a module above, whose items are found by their names.
    fn glob(&self, here: &[String], path: &[String]) -> Option<&str> {
        match self.resolve(here, path, &mut Vec::new())? {
            Found::Module(_) => None,
            Found::Item(file) => Some(file),
        }
    }

    /// The file that declares what the path names; none for a module, which is no item, and for what is not of this crate.
    fn declares(&self, here: &[String], path: &[String], seen: &mut Vec<(Path, Path)>) -> Option<&str> {
        match self.resolve(here, path, seen)? {
            Found::Module(_) => None,
            Found::Item(file) => Some(file),
        }
    }

    fn resolve(&self, here: &[String], path: &[String], seen: &mut Vec<(Path, Path)>) -> Option<Found<'_>> {
        let question = (here.to_vec(), path.to_vec());
        if seen.contains(&question) {
            return None;
        }
        seen.push(question);
        let mut now = here.to_vec();
        for (at, part) in path.iter().enumerate() {
            match part.as_str() {
                "crate" => now.clear(),
                "self" => {}
                "super" => {
                    now.pop()?;
                }
                name => {
                    let module = self.modules.get(&now)?;
                    let below: Path = now.iter().cloned().chain([name.to_owned()]).collect();
                    if self.modules.contains_key(&below) {
                        now = below;
                    } else if module.declared.contains(name) {
                        return Some(Found::Item(&module.file));
                    } else {
                        let named = module.imported.get(name).and_then(|path| self.resolve(&now, path, seen));
                        let every = || {
                            module.globs.iter().find_map(|glob| {
                                let path: Path = glob.iter().cloned().chain([name.to_owned()]).collect();
                                self.resolve(&now, &path, seen)
                            })
                        };
                        match named.or_else(every)? {
                            Found::Item(file) => return Some(Found::Item(file)),
                            Found::Module(module) if at + 1 < path.len() => now = module,
                            module @ Found::Module(_) => return Some(module),
                        }
                    }
                }
            }
        }
        Some(Found::Module(now))
    }
}

enum Found<'a> {
    Module(Path),
    /// The file that declares it.
    Item(&'a str),
}

struct Reader<'a, 'm> {
    tokens: Vec<&'a str>,
    at: usize,
    file: &'a str,
    modules: &'m mut BTreeMap<Path, Module>,
}

impl<'a> Reader<'a, '_> {
    fn next(&mut self) -> Option<&'a str> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).copied().unwrap_or_default()
    }

    /// Reads up to the end of the module's block, or of the file.
    fn module(&mut self, path: Path) {
        let mut module = Module { file: self.file.to_owned(), ..Module::default() };
        let mut depth = 0_usize;
        while let Some(token) = self.next() {
            match token {
                "{" => depth += 1,
                "}" if depth == 0 => break,
                "}" => depth -= 1,
                "use" => self.import(Path::new(), &mut module),
                "mod" if self.peek(1) == "{" => {
                    let below = path.iter().cloned().chain([self.peek(0).to_owned()]).collect();
                    self.at += 2;
                    self.module(below);
                }
                "macro_rules" => {
                    module.declared.insert(self.peek(1).to_owned());
                    self.at += 2;
                }
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union" if depth == 0 => {
                    module.declared.insert(self.peek(0).to_owned());
                }
                word if is_word(word) && self.peek(0) == "::" => {
                    let path = self.path(word);
                    module.paths.insert(path);
                }
                _ => {}
            }
        }
        self.modules.insert(path, module);
    }

    /// A path in the code, whose first word was read.
    fn path(&mut self, first: &str) -> Path {
        let mut path = vec![first.to_owned()];
        while self.peek(0) == "::" && is_word(self.peek(1)) {
            path.push(self.peek(1).to_owned());
            self.at += 2;
        }
        path
    }

    /// One tree of a `use`, up to its end.
    fn import(&mut self, before: Path, module: &mut Module) {
        let mut path = before;
        while let Some(token) = self.next() {
            match token {
                "::" => {}
                "{" => {
                    while !matches!(self.peek(0), "}" | "") {
                        self.import(path.clone(), module);
                        if self.peek(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "*" => return module.globs.push(path),
                "as" => {
                    let name = self.next().unwrap_or_default().to_owned();
                    module.imported.insert(name, path);
                    return;
                }
                word if is_word(word) => path.push(word.to_owned()),
                _ => {
                    self.at -= 1;
                    break;
                }
            }
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if let Some(name) = path.last().cloned() {
            module.imported.insert(name, path);
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c == '_' || c.is_alphabetic())
}
