//! All texts over a small alphabet.

/// All strings over `a`, `b` and `z` of at most `longest` letters.
#[must_use]
pub fn strings(longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|text| ["a", "b", "z"].map(|letter| format!("{text}{letter}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}
