//! What is pasted and dropped: several files, and more than a line holds.

use crossterm::event::KeyCode;

use super::super::arrival::{Arrival, Effect, Outcome};
use super::super::overlay::{Dropped, Found};
use super::person::Person;

fn uploads(effects: &[Effect]) -> Vec<(&str, String)> {
    let uploads = effects.iter().filter_map(|effect| match effect {
        Effect::Upload { room, path, .. } => Some((room.as_str(), path.display().to_string())),
        _ => None,
    });
    uploads.collect()
}

/// Ann, who dropped these files onto the terminal.
fn drops(names: &[&str]) -> Person {
    let mut ann = Person::in_lobby(100, 24);
    let typed = names.iter().map(|name| format!("/tmp/{name}")).collect::<Vec<_>>().join("\n");
    assert_eq!(ann.takes(Arrival::Paste(typed.clone())), [Effect::Look(typed.clone())]);
    let found =
        |name: &&str| Found { path: format!("/tmp/{name}").into(), is_image: name.ends_with("png"), bytes: 1_024 };
    ann.learns(Outcome::Files(Dropped { files: names.iter().map(found).collect(), typed }));
    assert_eq!(ann.presses(KeyCode::Enter), [], "nobody has read the question yet");
    ann.waits(600);
    ann
}

#[test]
fn several_files_are_asked_about_once_and_sent_one_after_the_other() {
    let mut ann = drops(&["x.png", "y.txt", "z"]);
    assert!(ann.sees().contains("send 3 files (x.png, y.txt, z; 3.00 KiB)?"), "{}", ann.sees());
    ann.presses(KeyCode::Tab);
    assert!(ann.sees().contains("Enter: send as files   Tab: as images"), "{}", ann.sees());
    let mut effects = ann.presses(KeyCode::Enter);
    assert_eq!(ann.line(), "");
    for name in ["x.png", "y.txt", "z"] {
        assert_eq!(uploads(&effects), [("lobby", format!("/tmp/{name}"))]);
        let transfer = Some(ann.state.transfers[0].id);
        effects = ann.learns(Outcome::Transferred { transfer, told: Ok(None) });
    }
    assert_eq!(uploads(&effects), []);
}

#[test]
fn what_waits_is_stopped_too() {
    let mut ann = drops(&["x", "y"]);
    ann.presses(KeyCode::Enter);
    ann.sends(".stop");
    let id = ann.state.transfers[0].id;
    assert_eq!(uploads(&ann.learns(Outcome::Stopped(id))), []);
}

#[test]
fn a_long_drop_is_asked_about_as_files_if_it_is_some() {
    let names: Vec<String> = (0..9).map(|number| format!("{number}.txt")).collect();
    let ann = drops(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(ann.sees().contains("send 9 files (0.txt, 1.txt,"), "{}", ann.sees());
    assert!(!ann.line().is_empty(), "who types on has it as text");
}

#[test]
fn what_is_too_long_for_a_line_is_not_taken_by_half() {
    let mut ann = Person::in_lobby(80, 24);
    ann.takes(Arrival::Paste("x".repeat(70_000)));
    assert!(ann.line().is_empty() && ann.sees().contains("* too long: a line has at most 64.00 KiB"), "{}", ann.sees());
    ann.takes(Arrival::Paste("x".repeat(60_000)));
    assert!(ann.sees().contains("paste 1 line, 58.59 KiB?"), "{}", ann.sees());
    ann.presses(KeyCode::Enter);
    assert_eq!(ann.line().len(), 60_000);
    ann.takes(Arrival::Paste("y".repeat(6_000)));
    ann.presses(KeyCode::Enter);
    assert!(ann.line().len() == 60_000 && ann.sees().contains("nothing was pasted"));
    ann.presses(KeyCode::Enter);
    assert!(ann.sees().contains("* too long by 42.59 KiB: at most 16.00 KiB"), "{}", ann.sees());
}
