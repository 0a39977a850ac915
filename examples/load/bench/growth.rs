//! How cost, latency and memory grow with the members of a room, with rooms, and with what was said before.
//! `examples/plot` draws what this writes as JSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::fill::fill;
use super::site::Site;
use crate::options::{Of, Run};
use crate::process;
use crate::report::Report;
use crate::swarm::Fallible;

/// Says a second that are the same at each point of a curve, so that latencies can be compared.
const STEADY_SAYS: f64 = 1_000.0;
/// The same where each of them reaches up to 10,000.
const CROWD_SAYS: f64 = 20.0;

/// What is asked of the curves.
#[derive(Debug, Args)]
pub(crate) struct Growth {
    /// Curves to measure [default: all]
    #[arg(value_enum)]
    curves: Vec<Curve>,
    /// Times that each point is measured; the medians are told
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Only the first points of each curve
    #[arg(long)]
    quick: bool,
    /// All that was found, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where temporary data goes [default: the system's directory for temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The server's binary [default: beside this program's]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Seconds that each load is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0)]
    seconds: f64,
}

/// What grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Curve {
    /// Members of one room: 10 talk
    Members,
    /// Rooms, with at least 100 connections in all, who all talk
    Rooms,
    /// Messages in the database before: 100 connections in 10 rooms
    History,
}

/// What was found where `x` of something are there; microseconds, milliseconds and MiB.
#[derive(Debug, Clone, Default, Serialize)]
struct Point {
    x: usize,
    cpu_us_per_delivery: f64,
    cpu_us_per_say: f64,
    p50_ms: f64,
    p99_ms: f64,
    resident_mib: f64,
    start_s: f64,
}

impl Curve {
    const ALL: [Self; 3] = [Self::Members, Self::Rooms, Self::History];

    const fn points(self) -> &'static [usize] {
        match self {
            Self::Members => &[10, 30, 100, 300, 1_000, 3_000, 10_000],
            Self::Rooms => &[1, 10, 100, 1_000, 10_000],
            Self::History => &[1_000, 10_000, 100_000, 1_000_000, 10_000_000],
        }
    }

    fn shape(self, site: &Site, x: usize) -> Run {
        match self {
            Self::Members => Run { rate: Some(CROWD_SAYS), ..site.shape(x, 1, 10) },
            Self::Rooms => Run { rate: Some(STEADY_SAYS), ..site.shape(x.max(100), x, x.max(100)) },
            Self::History => Run { rate: Some(STEADY_SAYS), ..site.shape(100, 10, 100) },
        }
    }

    fn measure(self, site: &Site, x: usize) -> Fallible<Point> {
        let shape = self.shape(site, x);
        process::check_open_files(shape.connections)?;
        match self {
            Self::Members => {
                // what a delivery costs where there is more to do than can be done
                let busy = site.load(Of::Tertulia, &Run { rate: None, ..shape.clone() })?;
                let point = Point::of(x, &site.load(Of::Tertulia, &shape)?, 0.0);
                let (delivery, say) = (busy.cpu_s_per_million(), busy.cpu_s_per_thousand_says() * 1e3);
                Ok(Point { cpu_us_per_delivery: delivery, cpu_us_per_say: say, ..point })
            }
            Self::Rooms => Ok(Point::of(x, &site.load(Of::Tertulia, &shape)?, 0.0)),
            Self::History => with_past(site, x, &shape),
        }
    }
}

/// The log is made once; a server that finds a copy of it is measured, so that no run adds to the next one's past.
fn with_past(site: &Site, x: usize, shape: &Run) -> Fallible<Point> {
    let past = site.dir().join(format!("past-{x}.db"));
    if !past.exists() {
        site.say(&format!("  making a past of {x} messages"));
        fill(&past, shape.rooms, x / shape.rooms, shape.text)?;
    }
    let data_dir = site.fresh_dir()?;
    std::fs::copy(&past, data_dir.path().join("tertulia.db"))?;
    // the server is not to wait until the copy is on disk
    File::open(data_dir.path().join("tertulia.db"))?.sync_all()?;
    let start = Instant::now();
    let server = site.server(data_dir.path())?;
    let start_s = start.elapsed().as_secs_f64();
    let running = Run { address: Some(server.address), pid: Some(server.id()), ..shape.clone() };
    let report = site.load(Of::Tertulia, &running)?;
    server.stop()?;
    Ok(Point::of(x, &report, start_s))
}

impl Point {
    fn of(x: usize, report: &Report, start_s: f64) -> Self {
        let resident = report.cpu.as_ref().map_or(f64::NAN, |cpu| cpu.resident_bytes as f64);
        Self {
            x,
            cpu_us_per_delivery: report.cpu_s_per_million(),
            cpu_us_per_say: report.cpu_s_per_thousand_says() * 1e3,
            p50_ms: report.say_to_delivery.p50_ms,
            p99_ms: report.say_to_delivery.p99_ms,
            resident_mib: resident / 1_048_576.0,
            start_s,
        }
    }

    /// Each figure's own median.
    fn median(points: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = points.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
        };
        Self {
            x: points.first().map_or(0, |point| point.x),
            cpu_us_per_delivery: of(|point| point.cpu_us_per_delivery),
            cpu_us_per_say: of(|point| point.cpu_us_per_say),
            p50_ms: of(|point| point.p50_ms),
            p99_ms: of(|point| point.p99_ms),
            resident_mib: of(|point| point.resident_mib),
            start_s: of(|point| point.start_s),
        }
    }
}

/// Measures what was asked for, and fails only if something could not be measured.
pub(crate) fn act(growth: &Growth) -> Fallible<()> {
    let site = Site::new(growth.dir.as_deref(), growth.server.as_deref(), growth.seconds)?;
    let curves = if growth.curves.is_empty() { Curve::ALL.to_vec() } else { growth.curves.clone() };
    let mut found: BTreeMap<Curve, Vec<Point>> = BTreeMap::new();
    for curve in curves {
        let points = if growth.quick { &curve.points()[..2] } else { curve.points() };
        for x in points {
            site.say(&format!("{curve:?}, {x}"));
            let runs = (0..growth.runs).map(|_| curve.measure(&site, *x)).collect::<Fallible<Vec<_>>>()?;
            found.entry(curve).or_default().push(Point::median(&runs));
        }
    }
    for (curve, points) in &found {
        print_table(*curve, points);
    }
    if let Some(path) = &growth.json {
        serde_json::to_writer_pretty(File::create(path)?, &found)?;
    }
    Ok(())
}

fn print_table(curve: Curve, points: &[Point]) {
    println!(
        "| {} | CPU µs a delivery | CPU µs a say | p50 ms | p99 ms | memory MiB | start s |",
        format!("{curve:?}").to_lowercase()
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    for Point { x, cpu_us_per_delivery, cpu_us_per_say, p50_ms, p99_ms, resident_mib, start_s } in points {
        let start = if *start_s > 0.0 { format!("{start_s:.3}") } else { "—".into() };
        println!(
            "| {x} | {cpu_us_per_delivery:.3} | {cpu_us_per_say:.1} | {p50_ms:.2} | {p99_ms:.2} | {resident_mib:.1} | {start} |"
        );
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_has_its_own_median() {
        let point = |p50_ms, p99_ms| Point { x: 7, p50_ms, p99_ms, ..Point::default() };
        let median = Point::median(&[point(1.0, 9.0), point(3.0, 7.0), point(2.0, 8.0)]);
        assert_eq!((median.x, median.p50_ms, median.p99_ms), (7, 2.0, 8.0));
    }
}
