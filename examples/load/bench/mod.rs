//! The table of `docs/performance.md`: what Tertulia promises about its speed and cost, each row measured here and now.
//! How is left to the files of their groups.

mod commit;
mod connections;
mod database;
mod fanout;
mod fill;
mod found;
pub(crate) mod growth;
mod latency;
mod probe;
mod raw;
mod rows;
mod site;
mod table;

use std::fs::File;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::swarm::Fallible;
use found::{Goal, Sample};
use rows::ROWS;
use site::Site;
use table::{HEADING, Line};

/// What is asked of the table.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Rows to measure [default: all]
    #[arg(value_name = "ROW", value_parser = PossibleValuesParser::new(ROWS.map(|row| row.name)))]
    rows: Vec<String>,
    /// Times that each is measured
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// All that was found, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where temporary data goes, and what can be used again stays; what a sync takes depends on the disk
    /// [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The server's binary [default: beside this program's]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Seconds that each load is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    seconds: f64,
}

/// One row.
struct Row {
    name: &'static str,
    work: &'static str,
    measures: &'static [Measure],
    /// One run of it: a sample for each measure.
    run: fn(&Site) -> Fallible<Vec<Sample>>,
}

/// One thing that a row finds out.
struct Measure {
    what: &'static str,
    unit: &'static str,
    goal: Goal,
    /// The names and units of what the value is made of.
    parts: &'static [(&'static str, &'static str)],
}

/// Measures what was asked for, and fails only if something could not be measured.
pub(crate) fn act(bench: &Bench) -> Fallible<()> {
    let site = Site::new(bench.dir.as_deref(), bench.server.as_deref(), bench.seconds)?;
    let is_asked = |row: &&Row| bench.rows.is_empty() || bench.rows.iter().any(|name| name == row.name);
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    for row in ROWS.iter().filter(is_asked) {
        let runs = row.runs(&site, bench.runs).map_err(|error| error.to_string());
        if let Err(error) = &runs {
            site.say(&format!("{} failed: {error}", row.name));
            failed.push(row.name);
        }
        lines.extend(row.lines(runs.as_deref().map_err(String::as_str)));
    }
    println!("{HEADING}");
    lines.iter().for_each(|line| println!("{line}"));
    if let Some(path) = &bench.json {
        serde_json::to_writer_pretty(File::create(path)?, &lines)?;
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("not measured: {}", failed.join(", ")).into()) }
}

impl Row {
    fn runs(&self, site: &Site, runs: u16) -> Fallible<Vec<Vec<Sample>>> {
        let one = |run| {
            site.say(&format!("{}, run {run} of {runs}", self.name));
            (self.run)(site)
        };
        (1..=runs).map(one).collect()
    }

    fn lines(&self, runs: Result<&[Vec<Sample>], &str>) -> Vec<Line> {
        let line = |(at, measure): (usize, &Measure)| {
            let samples = runs.map(|runs| runs.iter().filter_map(|run| run.get(at)).collect::<Vec<_>>());
            Line::of(self, measure, samples.as_deref().map_err(|error| *error))
        };
        self.measures.iter().enumerate().map(line).collect()
    }
}
