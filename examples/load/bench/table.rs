//! The results: a table for people, which can be pasted into a document, and all of it as JSON.

use std::fmt;

use serde::Serialize;

use super::found::{Goal, Sample, Spread};
use super::{Measure, Row};

/// One measure of a row.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    row: &'static str,
    work: &'static str,
    measured: &'static str,
    unit: &'static str,
    goal: String,
    /// Absent if there is no goal, or nothing was found.
    is_met: Option<bool>,
    #[serde(flatten)]
    spread: Option<Spread>,
    /// One for each run.
    values: Vec<f64>,
    parts: Vec<Part>,
    /// Why nothing was found.
    missing: Option<String>,
}

/// What a value was made of.
#[derive(Debug, Clone, Serialize)]
struct Part {
    name: &'static str,
    unit: &'static str,
    #[serde(flatten)]
    spread: Option<Spread>,
    values: Vec<f64>,
}

impl Line {
    /// What the runs of a row say of one of its measures, or why it has none.
    pub(super) fn of(row: &Row, measure: &Measure, samples: Result<&[&Sample], &str>) -> Self {
        let found = |sample: &&Sample| match sample {
            Sample::Found { value, parts } => Some((*value, parts.clone())),
            Sample::NotInstalled(_) => None,
        };
        let (values, parts): (Vec<f64>, Vec<Vec<f64>>) =
            samples.iter().flat_map(|samples| samples.iter().filter_map(found)).unzip();
        let spread = Spread::of(&values);
        let part = |(at, (name, unit)): (usize, &(&'static str, &'static str))| {
            let values: Vec<f64> = parts.iter().filter_map(|parts| parts.get(at).copied()).collect();
            Part { name, unit, spread: Spread::of(&values), values }
        };
        Self {
            row: row.name,
            work: row.work,
            measured: measure.what,
            unit: measure.unit,
            goal: if measure.goal == Goal::Open {
                String::new()
            } else {
                format!("{}{}", measure.goal, after(measure.unit))
            },
            is_met: spread.and_then(|spread| measure.goal.is_met(spread.median)),
            spread,
            parts: measure.parts.iter().enumerate().map(part).collect(),
            values,
            missing: missing(samples),
        }
    }
}

fn missing(samples: Result<&[&Sample], &str>) -> Option<String> {
    let absent = |sample: &&Sample| match sample {
        Sample::NotInstalled(program) => Some(format!("{program} is not installed")),
        Sample::Found { .. } => None,
    };
    match samples {
        Ok(samples) => samples.iter().find_map(absent),
        Err(error) => Some(error.replace('\n', " ")),
    }
}

/// The heading of a table of lines.
pub(super) const HEADING: &str = "\
| row | work | measured | median (min .. max) | goal | met | parts, their medians |
|---|---|---|---|---|---|---|";

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, work, measured, unit, goal, .. } = self;
        let value = self.spread.map_or_else(
            || self.missing.clone().unwrap_or_default(),
            |Spread { median, min, max }| {
                format!("{}{} ({} .. {})", short(median), after(unit), short(min), short(max))
            },
        );
        let met = self.is_met.map_or("–", |is_met| if is_met { "yes" } else { "no" });
        let parts: Vec<String> = self.parts.iter().filter_map(Part::median).collect();
        write!(f, "| {row} | {work} | {measured} | {value} | {goal} | {met} | {} |", parts.join(", "))
    }
}

impl Part {
    fn median(&self) -> Option<String> {
        self.spread.map(|spread| format!("{} {}{}", self.name, short(spread.median), after(self.unit)))
    }
}

fn after(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

/// Three digits, and no more than there are.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::super::rows::ROWS;
    use super::*;

    fn lone_sender() -> (&'static Row, &'static Measure) {
        let row = ROWS.iter().find(|row| row.name == "lone-sender").unwrap();
        (row, &row.measures[0])
    }

    #[test]
    fn a_line_says_what_the_middle_run_found_and_what_it_was_made_of() {
        let (row, measure) = lone_sender();
        let samples = [Sample::ratio(3.0, 2.0), Sample::ratio(1.3, 1.0), Sample::ratio(250.0, 200.0)];
        let line = Line::of(row, measure, Ok(&samples.iter().collect::<Vec<_>>())).to_string();
        assert!(line.starts_with("| lone-sender | "), "{line}");
        assert!(line.contains(" | 1.30 (1.25 .. 1.50) | ≤ 1.4 | yes | server 3.00 µs, relay 2.00 µs |"), "{line}");
        assert_eq!(line.matches(" | ").count(), HEADING.lines().next().unwrap().matches(" | ").count());
    }

    #[test]
    fn a_line_without_a_value_says_why() {
        let (row, measure) = lone_sender();
        let absent = Line::of(row, measure, Ok(&[&Sample::NotInstalled("redis-server")]));
        assert!(absent.to_string().contains(" | redis-server is not installed | ≤ 1.4 | – |  |"), "{absent}");
        let failed = Line::of(row, measure, Err("2 faults, among them:\n  a"));
        assert!(failed.to_string().contains(" | 2 faults, among them:   a | ≤ 1.4 | – |"), "{failed}");
        let json = serde_json::to_value(&failed).unwrap();
        assert_eq!((&json["row"], &json["is_met"]), (&"lone-sender".into(), &serde_json::Value::Null));
    }

    #[test]
    fn three_digits_are_enough() {
        assert_eq!(
            [1_234.5, 123.4, 12.34, 1.234, 0.1234, 0.0].map(short),
            ["1234", "123", "12.3", "1.23", "0.123", "0.000"]
        );
    }
}
