//! Draws the curves that `load growth --json FILE` has measured, an SVG for each: what a delivery costs, how long it
//! takes, and what the server holds in memory. `cargo run --example plot -- growth.json docs/performance`

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use plotters::coord::Shift;
use plotters::prelude::*;
use serde_json::Value;

type Fallible<T> = Result<T, Box<dyn Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const SIZE: (u32, u32) = (1_200, 360);
const INK: RGBColor = RGBColor(40, 40, 48);
const BLUE: RGBColor = RGBColor(31, 105, 180);
const ORANGE: RGBColor = RGBColor(214, 102, 20);

/// A panel: its heading, and the figures that it shows with their colours and names.
type Panel = (&'static str, &'static [(&'static str, RGBColor, &'static str)]);

/// What a say costs where everybody hears it, and where it is one of many.
const COSTS: [Panel; 2] = [
    ("CPU of a delivery, µs", &[("cpu_us_per_delivery", BLUE, "")]),
    ("CPU of a say, µs", &[("cpu_us_per_say", BLUE, "")]),
];

const PANELS: [Panel; 2] = [
    ("say to delivery, ms", &[("p50_ms", BLUE, "median"), ("p99_ms", ORANGE, "p99")]),
    ("memory of the server, MiB", &[("resident_mib", BLUE, "")]),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(curves), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: plot CURVES.json FOLDER   (load growth --json CURVES.json measures them)");
        return ExitCode::FAILURE;
    };
    match draw_all(Path::new(&curves), Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plot: {error}");
            ExitCode::FAILURE
        }
    }
}

fn draw_all(curves: &Path, folder: &Path) -> Fallible<()> {
    let text = std::fs::read_to_string(curves).map_err(|error| format!("{}: {error}", curves.display()))?;
    let curves: BTreeMap<String, Vec<Value>> = serde_json::from_str(&text)?;
    std::fs::create_dir_all(folder)?;
    for (name, points) in curves {
        let file = folder.join(format!("growth-{name}.svg"));
        draw(&file, &name, &points).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{}", file.display());
    }
    Ok(())
}

fn draw(file: &Path, name: &str, points: &[Value]) -> Fallible<()> {
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let cost = COSTS[usize::from(name != "members")];
    for (area, panel) in root.split_evenly((1, 1 + PANELS.len())).iter().zip([cost].into_iter().chain(PANELS)) {
        draw_panel(area, name, panel, points)?;
    }
    Ok(root.present()?)
}

fn draw_panel(area: &Area<'_>, name: &str, (heading, figures): Panel, points: &[Value]) -> Fallible<()> {
    let series: Vec<Vec<(f64, f64)>> = figures.iter().map(|(figure, ..)| series_of(points, figure)).collect();
    let (from, to, top) = bounds(&series).ok_or_else(|| format!("there is nothing to draw for {heading}"))?;
    let mut chart = ChartBuilder::on(area)
        .caption(heading, ("sans-serif", 20).into_font().color(&INK))
        .margin(10)
        .margin_right(24)
        .x_label_area_size(48)
        .y_label_area_size(60)
        .build_cartesian_2d((from..to).log_scale(), 0.0..top)?;
    let ticks = |x: &f64| if *x >= 1e6 { format!("{:.0} M", x / 1e6) } else { format!("{x:.0}") };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(INK.mix(0.12))
        .axis_style(INK.mix(0.5))
        .label_style(("sans-serif", 15).into_font().color(&INK))
        .x_labels(5)
        .y_labels(6)
        .x_desc(name)
        .x_label_formatter(&ticks)
        .draw()?;
    for ((_, color, label), line) in figures.iter().zip(series) {
        let drawn = chart.draw_series(LineSeries::new(line, color.stroke_width(2)).point_size(4))?;
        if !label.is_empty() {
            let color = *color;
            drawn.label(*label).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
        }
    }
    if figures.len() > 1 {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperMiddle)
            .label_font(("sans-serif", 15).into_font().color(&INK))
            .background_style(WHITE.mix(0.8))
            .draw()?;
    }
    Ok(())
}

/// From where to where the first axis goes, and how far the second; none if there is nothing to show.
fn bounds(series: &[Vec<(f64, f64)>]) -> Option<(f64, f64, f64)> {
    let all = || series.iter().flatten();
    let (least, most) = all().fold((f64::MAX, 0.0_f64), |(least, most), (x, _)| (least.min(*x), most.max(*x)));
    let top = all().fold(0.0_f64, |top, (_, y)| top.max(*y)) * 1.15;
    (least > 0.0 && top > 0.0 && most > 0.0).then_some((least, most * 1.2, top))
}

/// The points that have this figure.
fn series_of(points: &[Value], figure: &str) -> Vec<(f64, f64)> {
    points.iter().filter_map(|point| Some((point["x"].as_f64()?, point[figure].as_f64()?))).collect()
}
