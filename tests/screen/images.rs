//! Pictures with all of their pixels: what is sent for them and when, and that the text around them is right.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};

use crate::common::TestServer;
use crate::person::Person;

const PLACEHOLDER: &str = "\u{10eeee}\u{305}\u{305}";

/// Somebody in the lobby, who wants pictures in this way.
fn sits_down(server: &TestServer, images: &str, state: &Path) -> Person {
    let words = ["127.0.0.1", &server.address().port().to_string(), "--images", images];
    let person = Person::start_as(&words, state.to_owned());
    person.sees("lobby, ");
    person.sees("connected");
    person
}

/// A red picture in a folder.
fn red(server: &TestServer) -> PathBuf {
    let path = server.temporary_dir().join("red.png");
    RgbImage::from_pixel(80, 48, Rgb([255, 0, 0])).save(&path).expect("a picture");
    path
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("it is there").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn kitty_gets_a_picture_once_and_is_told_to_forget_it() {
    let server = TestServer::start();
    let state = server.temporary_dir().join("state");
    let mut ann = sits_down(&server, "kitty", &state);
    ann.types(&format!(".image {}", red(&server).display()));
    ann.sees("[image] red.png (80×48");
    ann.sees(PLACEHOLDER);
    ann.types("below it");
    ann.sees("#2");
    ann.presses("\x1bOP");
    ann.sees_no_more(PLACEHOLDER);
    ann.presses("\x1b");
    ann.sees(PLACEHOLDER);
    ann.types(".join dev");
    ann.sees_no_more(PLACEHOLDER);
    ann.presses("\x10");
    ann.sees(PLACEHOLDER);
    ann.sees("below it");
    ann.is_told("\x1b_Gq=2,a=T,U=1,f=100,t=d,i=1,c=8,r=3,m=0;", 1);
    ann.is_told("\x1b_Gq=2,a=d,d=I,i=1\x1b\\", 0);
    ann.presses("\x0c");
    ann.is_told("\x1b_Gq=2,a=d,d=I,i=1\x1b\\\x1b_Gq=2,a=T,", 1);
    ann.presses("\x1a");
    ann.is_told("\x1b_Gq=2,a=T,U=1,", 3);
    ann.sees(PLACEHOLDER);
    ann.types(".quit");
    ann.is_told("\x1b_Gq=2,a=d,d=I,i=1\x1b\\", 3);
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
}

#[test]
fn pixels_are_painted_when_a_picture_comes_moves_or_comes_back() {
    let server = TestServer::start();
    for (images, command) in [("sixel", "\x1bP0;1;0q\"1;1;"), ("iterm2", "\x1b]1337;File=inline=1;")] {
        let state = server.temporary_dir().join(images);
        let mut ann = sits_down(&server, images, &state);
        ann.types(&format!(".join {images}"));
        ann.sees(&format!("{images}, 1 here"));
        ann.types(&format!(".image {}", red(&server).display()));
        ann.sees("[image] red.png (80×48");
        ann.is_told(command, 1);
        ann.presses("a line");
        ann.sees("› a line");
        ann.is_told(command, 1);
        ann.types("");
        ann.sees("#2");
        ann.is_told(command, 2);
        ann.presses("\x1bOP");
        ann.sees("Esc closes");
        ann.presses("\x1b");
        ann.sees_no_more("Esc closes");
        ann.is_told(command, 3);
        ann.sees("[image] red.png (80×48");
        ann.sees_no_more("▀");
        ann.resizes(60, 20);
        ann.is_told(command, 4);
        ann.sees("a line");
        ann.types(".quit");
        assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
    }
}

#[test]
fn a_kept_picture_that_was_spoilt_is_made_again() {
    let server = TestServer::start();
    let state = server.temporary_dir().join("state");
    let mut ann = sits_down(&server, "kitty", &state);
    ann.types(&format!(".image {}", red(&server).display()));
    ann.sees(PLACEHOLDER);
    ann.types(".quit");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
    let is_kept = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "png");
    let kept: Vec<PathBuf> =
        files(&state).into_iter().filter(is_kept).filter(|path| !path.ends_with("red.png")).collect();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    let good = std::fs::read(kept).expect("it was kept");
    std::fs::write(kept, &good[..good.len() / 2]).expect("it is spoilt");
    let mut ann = sits_down(&server, "kitty", &state);
    ann.sees(PLACEHOLDER);
    ann.types(".quit");
    assert_eq!(ann.leaves_the_terminal_as_it_was(), 0);
    assert_eq!(std::fs::read(kept).expect("it is kept again"), good);
}

#[test]
fn what_is_no_picture_for_the_screen_is_a_plain_line() {
    let server = TestServer::start();
    let folder = server.temporary_dir();
    let (wide, cut, text) = (folder.join("wide.png"), folder.join("cut.png"), folder.join("text.png"));
    RgbImage::new(10_001, 2).save(&wide).expect("a picture");
    let good = std::fs::read(red(&server)).expect("a picture");
    std::fs::write(&cut, &good[..good.len() / 2]).expect("half a picture");
    std::fs::write(&text, "\x1b_Gq=2,a=T,U=1,f=100,i=9;AAAA\x1b\\").expect("no picture");
    let mut ann = sits_down(&server, "kitty", &folder.join("state"));
    ann.types(&format!(".image {}", wide.display()));
    ann.sees("[image] wide.png (10001×2");
    for (path, number) in [(&cut, "#2"), (&text, "#3")] {
        ann.types(&format!(".file {}", path.display()));
        ann.sees(number);
    }
    ann.types(&format!(".image {}", red(&server).display()));
    ann.sees(PLACEHOLDER);
    ann.sees("[file] cut.png");
    ann.sees("[file] text.png");
    ann.is_told("\x1b_G", 1);
}

#[test]
fn nothing_is_shown_where_nothing_is_wanted() {
    let server = TestServer::start();
    let mut ann = sits_down(&server, "none", &server.temporary_dir().join("none"));
    let mut ben = sits_down(&server, "blocks", &server.temporary_dir().join("blocks"));
    ben.types(&format!(".image {}", red(&server).display()));
    ben.sees("▀▀▀▀");
    ann.sees("[image] red.png (80×48");
    ann.types("nothing");
    ben.sees("nothing");
    ann.sees("#2");
    assert!(!ann.screen().contains('▀'));
    for person in [ann, ben] {
        person.is_told("\x1b_G", 0);
        person.is_told("\x1bP", 0);
    }
}
