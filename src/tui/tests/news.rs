//! What is new in a room: told of, found, and read only once it was on the screen.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::testing::{event, text};
use super::person::Person;

#[test]
fn what_is_new_above_is_told_of() {
    let mut ann = Person::new(80, 24);
    ann.joins("lobby", 60, Some(5));
    ann.reads("lobby", (1..=60).map(|seq| event(seq, "ben", text(&format!("line {seq}")))).collect());
    assert!(
        ann.sees().lines().next().is_some_and(|row| row.ends_with("↑ 55 new · Alt-U · Alt-End skips")),
        "{}",
        ann.sees()
    );
    ann.holds(KeyModifiers::ALT, KeyCode::Char('u'));
    assert!(ann.sees().contains("── new ──") && !ann.sees().contains("skips"), "{}", ann.sees());
    ann.holds(KeyModifiers::ALT, KeyCode::End);
    assert_eq!(
        ann.state.rooms.current().map(|room| room.unread),
        Some(0),
        "all of it was on the screen or passed over"
    );
}

#[test]
fn a_glance_does_not_mark_what_was_not_on_the_screen() {
    let mut ann = Person::new(80, 24);
    ann.joins("lobby", 60, Some(5));
    ann.reads("lobby", (1..=60).map(|seq| event(seq, "ben", text(&format!("line {seq}")))).collect());
    ann.joins("dev", 0, None);
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('n'));
    ann.holds(KeyModifiers::CONTROL, KeyCode::Char('p'));
    ann.sends("an answer");
    ann.hears(event(61, "ben", text("line 61")));
    let unread = |ann: &Person| ann.state.rooms.current().map(|room| room.unread);
    assert_eq!(unread(&ann), Some(56), "{}", ann.sees());
    ann.holds(KeyModifiers::ALT, KeyCode::End);
    assert_eq!(unread(&ann), Some(0), "who is at the end and wants to be there has had enough of it");
    ann.hears(event(62, "ben", text("line 62")));
    assert_eq!(unread(&ann), Some(0));
}

#[test]
fn what_one_said_oneself_is_no_news() {
    let mut ann = Person::new(80, 24);
    ann.joins("lobby", 6, Some(3));
    let who = |seq| if seq < 6 { "ann" } else { "ben" };
    ann.reads("lobby", (1..=6).map(|seq| event(seq, who(seq), text(&format!("line {seq}")))).collect());
    let screen = ann.sees();
    let rows: Vec<&str> = screen.lines().filter(|row| row.contains("line") || row.contains("── new")).collect();
    assert!(rows[5].contains("── new") && rows[6].contains("line 6"), "{screen}");
}
