//! A section of the document as data: what was measured, what was to be reached, and how to do it again.

use std::fmt::{self, Write};
use std::time::Duration;

use crate::measure::Outcome;

/// One group of measurements.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What is measured, and how; a paragraph.
    pub intro: String,
    /// The command that measures it anew.
    pub command: String,
    /// Plots: file names below `docs/bench`, with what they show.
    pub plots: Vec<(String, String)>,
    /// What was measured.
    pub tables: Vec<Table>,
    /// What was to be reached.
    pub goals: Vec<Goal>,
    /// What else there is to say, a line each.
    pub notes: Vec<String>,
}

/// Columns after the first are numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// A line above it.
    pub caption: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// As many cells in each as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// One thing to be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What.
    pub what: String,
    /// What was measured; none where something that is needed was not there.
    pub measured: Option<f64>,
    /// What is good enough.
    pub limit: Limit,
}

/// What is good enough, and what the numbers are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// So many times as long, at most.
    AtMost(f64),
    /// So many times as fast, at least.
    AtLeast(f64),
    /// So many MiB, at most.
    MebibytesAtMost(f64),
    /// So many bytes, at most.
    BytesAtMost(f64),
}

impl Limit {
    fn holds(self, measured: f64) -> bool {
        match self {
            Limit::AtLeast(limit) => measured >= limit,
            Limit::AtMost(limit) | Limit::MebibytesAtMost(limit) | Limit::BytesAtMost(limit) => {
                measured <= limit
            }
        }
    }

    fn number(self, number: f64) -> String {
        match self {
            Limit::AtMost(_) => format!("{number:.2} x"),
            Limit::AtLeast(_) => format!("{number:.1} x faster"),
            Limit::MebibytesAtMost(_) => format!("{number:.1} MiB"),
            Limit::BytesAtMost(_) => format!("{number:.1} bytes"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, limit) = match *self {
            Limit::AtLeast(limit) => ("≥", limit),
            Limit::AtMost(limit) | Limit::MebibytesAtMost(limit) | Limit::BytesAtMost(limit) => {
                ("≤", limit)
            }
        };
        write!(f, "{sign} {}", self.number(limit))
    }
}

impl Goal {
    /// A goal and how it came out.
    pub fn new(what: impl Into<String>, measured: Option<f64>, limit: Limit) -> Self {
        Self { what: what.into(), measured, limit }
    }

    /// Whether it is reached; nothing where it could not be measured.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        self.measured.map(|measured| self.limit.holds(measured))
    }

    fn row(&self) -> Vec<String> {
        let measured = self.measured.map_or("not measured".into(), |m| self.limit.number(m));
        let word = match self.is_met() {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "unknown",
        };
        vec![self.what.clone(), self.limit.to_string(), measured, word.into()]
    }
}

/// The head of every table of goals.
pub const GOALS: [&str; 4] = ["goal", "limit", "measured", ""];

impl Table {
    /// The table of a contest, each time beside its ratio to the first of `against` that came through.
    #[must_use]
    pub fn of_contest(caption: impl Into<String>, outcomes: &[Outcome], against: &[&str]) -> Self {
        let base = against.iter().find_map(|name| {
            let times = crate::measure::times_of(outcomes, name)?;
            Some((*name, times.median().as_secs_f64()))
        });
        let ratio = base.map_or("ratio".into(), |(name, _)| format!("x {name}"));
        let columns =
            ["", "median", "shortest", "longest", "rounds", &ratio].map(Into::into).to_vec();
        let row = |outcome: &Outcome| match &outcome.times {
            Err(problem) => {
                let mut row = vec![outcome.name.clone(), format!("failed: {problem}")];
                row.resize(columns.len(), String::new());
                row
            }
            Ok(times) => {
                let median = times.median().as_secs_f64();
                let to = base.map_or(String::new(), |(_, base)| format!("{:.2}", median / base));
                let [median, min, max] = [times.median(), times.min(), times.max()].map(shown);
                vec![outcome.name.clone(), median, min, max, times.count().to_string(), to]
            }
        };
        Self { caption: caption.into(), rows: outcomes.iter().map(row).collect(), columns }
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        if !self.caption.is_empty() {
            text += &format!("{}\n\n", self.caption);
        }
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        text += &line(&self.columns);
        text += &format!("| --- |{}\n", " --: |".repeat(self.columns.len().saturating_sub(1)));
        self.rows.iter().for_each(|row| text += &line(row));
        text
    }
}

impl Section {
    /// As it stands in the document.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{}\n", self.title, self.intro);
        for (file, what) in &self.plots {
            write!(text, "\n![{what}](bench/{file})\n").expect("a String takes any text");
        }
        if !self.goals.is_empty() {
            let columns = GOALS.map(String::from).to_vec();
            let rows = self.goals.iter().map(Goal::row).collect();
            let table = Table { caption: String::new(), columns, rows };
            text += &format!("\n{}", table.markdown());
        }
        for table in &self.tables {
            text += &format!("\n{}", table.markdown());
        }
        for note in &self.notes {
            text += &format!("\n{note}\n");
        }
        write!(text, "\nAgain: `{}`", self.command).expect("a String takes any text");
        text
    }
}

/// A time with three digits that count.
#[must_use]
pub fn shown(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    match ms {
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms if ms < 10_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

/// A count of files as people say it: `100k`.
#[must_use]
pub fn count(files: usize) -> String {
    match files {
        files if files >= 1_000_000 && files % 1_000_000 == 0 => format!("{}M", files / 1_000_000),
        files if files >= 1000 && files % 1000 == 0 => format!("{}k", files / 1000),
        files => files.to_string(),
    }
}

/// What [`count`] says, and any other number above zero, as a number.
#[must_use]
pub fn parse_count(text: &str) -> Option<usize> {
    let (digits, times) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1000),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1_000_000)),
    };
    digits.parse::<usize>().ok()?.checked_mul(times).filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Times;

    #[test]
    fn a_goal_says_whether_it_is_met() {
        let word = |measured, limit| Goal::new("g", measured, limit).row().join(" / ");
        assert_eq!(word(Some(1.04), Limit::AtMost(1.1)), "g / ≤ 1.10 x / 1.04 x / met");
        assert_eq!(
            word(Some(14.9), Limit::AtLeast(15.0)),
            "g / ≥ 15.0 x faster / 14.9 x faster / **not met**"
        );
        assert_eq!(
            word(None, Limit::MebibytesAtMost(16.0)),
            "g / ≤ 16.0 MiB / not measured / unknown"
        );
    }

    #[test]
    fn a_contest_is_a_table_with_ratios_and_reasons() {
        let times = |ms| Ok(Times::new(vec![Duration::from_micros(ms)]));
        let outcomes = [
            Outcome { name: "floor".into(), times: times(50_000) },
            Outcome { name: "check".into(), times: times(75_123) },
            Outcome { name: "peer".into(), times: Err("a | b".into()) },
        ];
        let text = Table::of_contest("Look:", &outcomes, &["absent", "floor"]).markdown();
        let expected = "Look:\n\n\
            |  | median | shortest | longest | rounds | x floor |\n\
            | --- | --: | --: | --: | --: | --: |\n\
            | floor | 50.0 ms | 50.0 ms | 50.0 ms | 1 | 1.00 |\n\
            | check | 75.1 ms | 75.1 ms | 75.1 ms | 1 | 1.50 |\n\
            | peer | failed: a \\| b |  |  |  |  |\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn numbers_are_short() {
        let times = [1_234, 12_345, 123_456, 12_345_678].map(|us| shown(Duration::from_micros(us)));
        assert_eq!(times, ["1.23 ms", "12.3 ms", "123 ms", "12.3 s"]);
        let words = ["200", "1k", "100k", "1M"];
        assert_eq!([200, 1000, 100_000, 1_000_000].map(count), words);
        assert_eq!(words.map(parse_count), [200, 1000, 100_000, 1_000_000].map(Some));
        assert_eq!(["", "0", "k", "x"].map(parse_count), [None; 4]);
    }
}
