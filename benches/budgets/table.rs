//! The table, in Markdown, so that it can be put into the documentation as it is.

use std::fmt;

#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 4]>,
}

impl Table {
    pub fn row(&mut self, what: &str, floor: String, tincan: String, budget: String) {
        println!("{what}: floor {floor}, Tincan {tincan} ({budget})");
        self.rows.push([what.to_owned(), floor, tincan, budget]);
    }

    pub fn has(&self, words: &str) -> bool {
        self.rows.iter().any(|[.., budget]| budget.contains(words))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| | floor | Tincan | budget |\n|---|---|---|---|")?;
        self.rows.iter().try_for_each(|[what, floor, tincan, budget]| {
            writeln!(f, "| {what} | {floor} | {tincan} | {budget} |")
        })
    }
}
