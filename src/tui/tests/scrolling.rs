//! Scrolling through a log that is longer than memory: pages are asked for before they are needed, and nothing jumps.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::arrival::Effect;
use super::super::testing::{event, text};
use super::super::timeline::Way;
use super::person::Person;
use crate::model::Seq;
use crate::wire::Event;

pub(super) fn log(seqs: std::ops::RangeInclusive<u64>) -> Vec<Event> {
    seqs.map(|seq| event(seq, "ben", text(&format!("line {seq}")))).collect()
}

/// Ann in a room with 1,000 messages, of which she has the last 200.
pub(super) fn in_long_room() -> Person {
    let mut ann = Person::new(80, 24);
    let effects = ann.joins("lobby", 1_000, None);
    assert!(effects.contains(&Effect::Load { room: "lobby".to_owned(), way: Way::End }));
    ann.reads("lobby", log(801..=1_000));
    ann
}

/// The numbers of the messages that can be seen.
fn seen(ann: &Person) -> Vec<u64> {
    let screen = ann.sees();
    let numbers = screen.lines().filter_map(|row| row.split_once("line ")?.1.split_whitespace().next()?.parse().ok());
    numbers.collect()
}

#[test]
fn going_up_never_jumps_and_comes_to_the_beginning() {
    let mut ann = in_long_room();
    assert_eq!(seen(&ann).last(), Some(&1_000));
    let mut before = seen(&ann);
    for _ in 0..200 {
        let effects = ann.presses(KeyCode::PageUp);
        let now = seen(&ann);
        assert!(now.windows(2).all(|pair| pair[0] + 1 == pair[1]), "no gap: {now:?}");
        assert!(now.last() >= before.first() || now == before, "no jump: {before:?} to {now:?}");
        before = now;
        if let Some(Effect::Load { way: Way::Before(seq), .. }) = effects.first() {
            let seen_before = seen(&ann);
            ann.reads("lobby", log(seq.0.saturating_sub(200).max(1)..=seq.0 - 1));
            assert_eq!(seen(&ann), seen_before, "a page changes nothing that can be seen");
        }
    }
    assert_eq!(before.first(), Some(&1));
    ann.holds(KeyModifiers::ALT, KeyCode::End);
    assert_eq!(seen(&ann).last(), Some(&1_000), "coming back is at once");
}

#[test]
fn going_down_comes_back_row_by_row() {
    let mut ann = in_long_room();
    ann.holds(KeyModifiers::CONTROL, KeyCode::Up);
    assert_eq!(seen(&ann).last(), Some(&999));
    ann.holds(KeyModifiers::CONTROL, KeyCode::Down);
    assert!(ann.state.rooms.current().is_some_and(|room| room.anchor.is_none()), "it follows again");
}

#[test]
fn the_first_unread_message_is_gone_to_however_far_it_is() {
    let mut ann = Person::new(80, 24);
    ann.joins("lobby", 1_000, Some(100));
    ann.reads("lobby", log(801..=1_000));
    let effects = ann.holds(KeyModifiers::ALT, KeyCode::Char('u'));
    assert_eq!(effects, [Effect::Load { room: "lobby".to_owned(), way: Way::To(Seq(100)) }]);
    ann.reads("lobby", log(101..=300));
    assert_eq!(seen(&ann).first(), Some(&101), "{}", ann.sees());
    assert!(ann.sees().contains("── new ──"));
}
