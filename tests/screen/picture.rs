//! The picture in README.md, made of what the real program draws. `just picture` makes it again.

use std::fmt::Write as _;
use std::path::Path;

use image::{Rgb, RgbImage};

use crate::common::TestServer;
use crate::person::Person;

/// Columns and rows.
const SIZE: (u16, u16) = (96, 28);
/// Of a cell, in pixels.
const CELL: (u32, u32) = (9, 19);
const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d5d8df";
const PALETTE: [&str; 16] = [
    "#16181d", "#e06c75", "#8ec07c", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4", "#5c6370", "#ff7a85",
    "#a8d98f", "#ffd68a", "#7cc4ff", "#e08cff", "#6fd3df", "#ffffff",
];

#[test]
#[ignore = "writes into the repository: just picture"]
fn of_the_program() {
    let server = TestServer::start();
    let dir = server.temporary_dir();
    let (garden, large) = (dir.join("garden.png"), dir.join("talk.mkv"));
    scene().save(&garden).expect("a picture");
    std::fs::File::create(&large).and_then(|file| file.set_len(60 << 20)).expect("a large file");
    let words = ["127.0.0.1", &server.address().port().to_string(), "--theme", "dark"];
    let mut ann = Person::start_as(&words, dir.join("ann"));
    ann.resizes(SIZE.0, SIZE.1);
    registers(&mut ann, "Ann");
    for room in ["garden", "music", "lobby"] {
        ann.types(&format!(".join {room}"));
        ann.sees(&format!("{room}, "));
    }
    let (mut ben, mut cleo) = (Person::sit_down(&server), Person::sit_down(&server));
    registers(&mut ben, "Ben");
    registers(&mut cleo, "Cleo");
    ben.types("good morning! is anybody in the garden today?");
    ann.sees("#1");
    cleo.types("/reply 1 I am, since six: `watering` before it gets hot");
    ann.sees("#2");
    ann.types(".react 2 :tada:");
    ann.sees("🎉");
    ben.types(&format!(".image {}", garden.display()));
    ann.sees("garden.png");
    ann.sees("▀▀▀");
    ann.types("lovely. I bring the film of last week's talk: https://example.org/talks/7");
    ann.sees("#");
    cleo.types(".join music");
    cleo.sees("music, ");
    for line in ["who plays on Friday?", "Ann, do you bring the cello?"] {
        cleo.types(line);
    }
    ben.types(".join garden");
    ben.sees("garden, ");
    ben.types("the beans are up");
    ann.sees("@2");
    ann.types(&format!(".file {}", large.display()));
    let svg = ann.looks("a bar", |screen| screen.contains("talk.mkv ███"), svg);
    write(&svg);
}

fn write(svg: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/client/screen.svg");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is there");
    std::fs::write(path, svg).expect("it is written");
}

fn registers(person: &mut Person, name: &str) {
    person.sees("connected");
    person.types(&format!(".register {name}"));
    person.sees("or nothing");
    person.types("");
    person.sees(&format!("you are {name} now"));
}

/// A meadow, hills, the sun.
fn scene() -> RgbImage {
    let mix = |a: [u8; 3], b: [u8; 3], t: f64| {
        let blend = |i: usize| (f64::from(a[i]) * (1.0 - t) + f64::from(b[i]) * t).clamp(0.0, 255.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 255")]
        Rgb([blend(0) as u8, blend(1) as u8, blend(2) as u8])
    };
    RgbImage::from_fn(320, 160, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let hill = 95.0 + 22.0 * (x / 47.0).sin() + 9.0 * (x / 19.0).cos();
        let sun = ((x - 235.0).powi(2) + (y - 45.0).powi(2)).sqrt();
        if y > 128.0 - 6.0 * (x / 60.0).cos() {
            mix([64, 140, 60], [24, 84, 40], (y - 120.0) / 40.0)
        } else if y > hill {
            mix([92, 120, 150], [50, 92, 84], (y - hill) / 45.0)
        } else if sun < 20.0 {
            Rgb([255, 214, 110])
        } else {
            mix([60, 110, 190], [250, 190, 150], y / 110.0)
        }
    })
}

/// The cells as a picture. Letters are text, half blocks are what they stand for.
fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (u32::from(SIZE.0) * CELL.0 + 20, u32::from(SIZE.1) * CELL.1 + 20);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..SIZE.1 {
        for column in 0..SIZE.0 {
            let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
            draw(&mut out, cell, u32::from(column) * CELL.0 + 10, u32::from(row) * CELL.1 + 10);
        }
    }
    out + "</svg>\n"
}

fn draw(out: &mut String, cell: &vt100::Cell, x: u32, y: u32) {
    let (mut front, mut back) = (colour(cell.fgcolor(), FOREGROUND), colour(cell.bgcolor(), BACKGROUND));
    if cell.inverse() {
        std::mem::swap(&mut front, &mut back);
    }
    let width = if cell.is_wide() { 2 * CELL.0 } else { CELL.0 };
    let mut block = |top: u32, height: u32, fill: &str| {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" shape-rendering=\"crispEdges\"/>",
            y + top
        );
    };
    if back != BACKGROUND {
        block(0, CELL.1, &back);
    }
    match cell.contents() {
        "" | " " => {}
        "▀" => block(0, CELL.1 / 2 + 1, &front),
        "▄" => block(CELL.1 / 2, CELL.1 / 2 + 1, &front),
        "█" => block(0, CELL.1, &front),
        text => {
            let mut style = String::new();
            for (is_so, words) in [
                (cell.bold(), " font-weight=\"bold\""),
                (cell.italic(), " font-style=\"italic\""),
                (cell.underline(), " text-decoration=\"underline\""),
                (cell.dim(), " opacity=\"0.6\""),
            ] {
                style += if is_so { words } else { "" };
            }
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(out, "<text x=\"{x}\" y=\"{}\" fill=\"{front}\"{style}>{text}</text>", y + 14);
        }
    }
}

fn colour(colour: vt100::Color, usual: &str) -> String {
    match colour {
        vt100::Color::Default => usual.to_owned(),
        vt100::Color::Idx(index @ 0..16) => PALETTE[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 16..232) => {
            let channel = |step: u8| [0_u8, 95, 135, 175, 215, 255][usize::from(step % 6)];
            let index = index - 16;
            format!("#{:02x}{:02x}{:02x}", channel(index / 36), channel(index / 6), channel(index))
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + (index - 232) * 10;
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}
